"""The command line: what an operator types, reads back, and is told when it cannot be."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import click
import pytest

from folkmoot import cli
from folkmoot.discussion.store import comment_row
from folkmoot.errors import Invalid
from folkmoot.people import accounts, invitations
from folkmoot.people.model import Actor
from folkmoot.sites.stories import get_story
from folkmoot.storage.backup import verify
from folkmoot.storage.database import connect
from folkmoot.storage.migrations import migrate, migrations, schema_state
from tests.moot import Moot
from tests.test_demo import free_port

ROOT = Path(__file__).parent.parent
STORY = "https://news.example/lake"


class Terminal:
    """Runs commands on one database, and keeps what the last one said."""

    def __init__(self, capsys: pytest.CaptureFixture[str], url: str) -> None:
        self._capsys = capsys
        self.url = url
        self.out = self.err = ""

    def run(self, *words: str) -> int:
        self._capsys.readouterr()
        code = cli.run([*words, "--database", self.url])
        self.out, self.err = self._capsys.readouterr()
        return code

    def does(self, *words: str) -> str:
        """A command that must succeed; what it answers."""
        assert self.run(*words) == 0, self.err
        return self.out

    def reads(self, *words: str) -> object:
        return json.loads(self.does(*words, "--json"))

    def refuses(self, *words: str, code: int = 1) -> str:
        """A command that must not succeed; its one sentence."""
        assert self.run(*words) == code, self.out + self.err
        assert "Traceback" not in self.err and self.err.count("\n") == 1, self.err
        return self.err.strip()


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings file and no variables of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("FOLKMOOT_"):
            monkeypatch.delenv(name)


@pytest.fixture
def at(capsys: pytest.CaptureFixture[str], moot: Moot, database_url: str) -> Terminal:
    """A terminal on a server with one site and one story."""
    return Terminal(capsys, database_url)


def commands(group: click.Group = cli.folkmoot, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        yield from commands(command, (*before, name)) if isinstance(command, click.Group) else [((*before, name), command)]


# How it speaks


def test_a_mistyped_command_is_answered_with_the_one_that_was_meant(at: Terminal) -> None:
    assert "exprt" in at.refuses("exprt", code=2) and "export" in at.err
    assert "list" in at.refuses("site", "lst", code=2)


def test_a_mistyped_option_is_answered_with_the_one_that_was_meant(at: Terminal) -> None:
    assert "--json" in at.refuses("site", "list", "--jsn", code=2)


def test_every_read_takes_json_and_every_change_can_be_rehearsed() -> None:
    changes = {"add", "set", "add-host", "remove-host", "close", "open", "rename", "alias", "promote", "demote", "invite", "hold", "release",
               "remove", "restore", "init", "import", "backup", "migrate"}  # fmt: skip
    reads = {"list", "show", "config", "check", "import"}
    for words, command in commands():
        options = {option for parameter in command.params for option in parameter.opts}
        assert words[-1] not in changes or "--dry-run" in options, words
        assert words[-1] not in reads or "--json" in options, words


def test_a_fault_of_ours_shows_no_stack_trace_without_debug(at: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object) -> None:
        raise RuntimeError("the lamp is out")

    monkeypatch.setattr("folkmoot.cli.sites.site_named", broken)
    assert "the lamp is out" in at.refuses("site", "show", "news.example")
    with pytest.raises(RuntimeError):
        at.run("site", "show", "news.example", "--debug")


def test_what_goes_into_another_program_has_no_colours(at: Terminal) -> None:
    assert at.does("site", "list").split("\t")[1] == "news.example"
    assert "\x1b" not in at.out + at.err


def test_a_missing_database_is_not_made_by_a_look(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    at = Terminal(capsys, f"sqlite:///{tmp_path}/none/folkmoot.db")
    assert "There is no database" in at.refuses("site", "list")
    assert not (tmp_path / "none").exists()


# Sites and stories


def test_a_site_is_added_changed_and_shown(at: Terminal) -> None:
    at.does("site", "add", "Paper.Example", "--name", "The Paper")
    at.does("site", "set", "paper.example", "mode", "hold_newcomers")
    at.does("site", "set", "paper.example", "closes_after_days", "30")
    at.does("site", "set", "paper.example", "suspect_words", "casino, crypto")
    shown = at.reads("site", "show", "paper.example")
    assert isinstance(shown, dict)
    assert (shown["name"], shown["mode"], shown["closes_after_days"]) == ("The Paper", "hold_newcomers", 30)
    assert shown["suspect_words"] == ["casino", "crypto"]


def test_a_site_without_guests_takes_words_from_those_alone_who_have_signed_in(at: Terminal, moot: Moot) -> None:
    at.does("site", "set", "news.example", "guests", "false")
    with pytest.raises(Invalid, match="only people who have signed in"):
        moot.says(moot.guest("Bo"), "Leave the jetty alone.")
    moot.says(moot.member("Ada"), "Mend the pipe.")
    assert moot.texts() == ["Mend the pipe."]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("mode", "shut", "mode cannot be shut"), ("colour", "red", "has no colour"), ("language", "tlh", "no language"),
        ("theme", '{"properties": {"ink": "#fdfcf9"}}', "cannot be read well"), ("newcomer_links", "many", "Wanted: a whole number from 0 to 100."),
        ("serch", "true", "Did you mean search?"), ("search", "maybe", "Wanted: true or false."),
        ("mode", "shut", "Wanted: one of open, hold_newcomers, hold_all."),
        ("flags_hold", "300", "Wanted: a whole number from 0 to 100."),
        ("closes_after_days", "soon", "Wanted: a whole number from 1 to 999999, or null."),
        ("terms_page", "javascript:alert(1)", "Wanted: a web address."),
    ],
)  # fmt: skip
def test_what_a_site_cannot_be_is_refused_in_words(at: Terminal, key: str, value: str, said: str) -> None:
    assert said in at.refuses("site", "set", "news.example", key, value)


def test_a_site_that_was_set_before_there_were_limits_goes_on_as_it_was(at: Terminal, moot: Moot) -> None:
    moot.allow(promise_minutes=0, newcomer_links=1_000, closes_after_days=0)
    assert moot.says(moot.guest("Ada"), "The dam holds.")
    at.does("site", "set", "news.example", "search", "true")
    shown = at.reads("site", "show", "news.example")
    assert isinstance(shown, dict)
    assert (shown["promise_minutes"], shown["newcomer_links"], shown["closes_after_days"], shown["search"]) == (0, 1_000, 0, True)


def test_a_title_without_words_is_refused(at: Terminal, moot: Moot) -> None:
    assert "at least one letter" in at.refuses("story", "rename", STORY, " \t ")
    assert moot.db.read_now(lambda tx: get_story(tx, moot.story.id)).title == moot.story.title


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("guide", "--script", "nowhere.txt"), 1, "nowhere.txt cannot be read: No such file or directory."),
        (("bounced", "nowhere.eml"), 1, "nowhere.eml cannot be read: No such file or directory."),
        (("person", "invite"), 2, "Missing argument 'ROLE'. Choose from: admin, moderator, editor"),
        (("person", "promote", "12", "king"), 2, "Invalid value for 'ROLE': 'king' is not one of"),
        (("serve", "--port", "99999"), 2, "99999 is not a number from 1 to 65535."),
    ],
)  # fmt: skip
def test_what_is_not_right_as_given_is_said_in_one_plain_sentence(at: Terminal, words: tuple[str, ...], code: int, said: str) -> None:
    assert said in at.refuses(*words, code=code)


def test_a_data_folder_that_cannot_be_made_is_no_fault_of_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["serve", "--data", "/proc/nowhere"]) == 1
    assert capsys.readouterr().err == "The folder /proc/nowhere cannot be made: No such file or directory. Choose another with --data.\n"


@pytest.mark.parametrize("command", ["serve", "check", "migrate"])
def test_a_file_that_is_no_database_is_named(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear editor, the lake is not yours to close.")
    assert cli.run([command, "--database", f"sqlite:///{letter}"]) == 1
    assert capsys.readouterr().err == f"{letter} is not an SQLite database. Name another file.\n"


def test_migrating_in_the_wrong_folder_begins_nothing_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["migrate", "--data", str(tmp_path / "dta")]) == 1
    assert "There is no database" in capsys.readouterr().err
    assert not (tmp_path / "dta").exists()


@pytest.mark.parametrize("noun", [[], ["story"], ["notes"]])
def test_help_says_of_each_command_a_whole_sentence(noun: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    cli.run([*noun, "--help"])
    assert "..." not in capsys.readouterr().out.partition("Commands:")[2]


def test_a_site_has_more_hosts_and_loses_them_again(at: Terminal) -> None:
    at.does("site", "add-host", "news.example", "*.news.example")
    assert "*.news.example" in at.does("site", "list")
    at.does("site", "remove-host", "news.example", "*.news.example")
    assert "*.news.example" not in at.does("site", "list")
    assert "stays" in at.refuses("site", "remove-host", "news.example", "news.example")


def test_the_snippet_holds_nothing_that_breaks_out_of_it(at: Terminal) -> None:
    html = at.does("site", "snippet", "news.example", "--url", 'https://news.example/?q="><script>', "--story", '"><b>')
    assert html.count("<script") == 1 and "<b>" not in html


def test_a_story_is_closed_opened_renamed_and_found_elsewhere(at: Terminal) -> None:
    at.does("story", "close", STORY, "--reason", "The vote is over.")
    assert "closed already" in at.refuses("story", "close", STORY)
    at.does("story", "open", STORY)
    at.does("story", "rename", STORY, "Linnet Lake stays open")
    at.does("story", "alias", STORY, "https://news.example/?p=17")
    at.does("story", "close", "https://news.example/?p=17")
    stories = at.reads("story", "list", "--site", "news.example")
    assert isinstance(stories, list) and len(stories) == 1
    assert stories[0]["title"] == "Linnet Lake stays open" and stories[0]["closed"]


def test_a_story_is_taken_in_before_anybody_speaks(at: Terminal) -> None:
    at.does("story", "add", "https://news.example/new", "--title", "New", "--key", "4711")
    assert "4711" in at.does("story", "list", "--site", "news.example")
    assert "not a site" in at.refuses("story", "add", "https://elsewhere.example/new")


# People and comments


def test_somebody_who_has_signed_in_is_promoted_and_demoted(at: Terminal, moot: Moot) -> None:
    moot.member("Ada")
    at.does("person", "promote", "ada@mail.example", "moderator", "--site", "news.example")
    people = at.reads("person", "list", "--staff")
    assert isinstance(people, list) and people[0]["roles"] == ["moderator on news.example"]
    at.does("person", "demote", "ada@mail.example", "moderator", "--site", "news.example")
    assert at.reads("person", "list", "--staff") == []
    assert "Invite them" in at.refuses("person", "promote", "bo@mail.example", "admin")


def test_an_invitation_works_once(at: Terminal, moot: Moot) -> None:
    token = at.does("person", "invite", "admin").strip().rpartition("/")[2]
    ada = moot.member("Ada")
    moot.db.write_now(lambda tx: invitations.accept_invitation(tx, ada, token, _later(tx)))
    assert not moot.db.read_now(accounts.needs_first_admin)


def _later(tx: object) -> int:
    return time.time_ns() // 1_000_000


def test_what_waits_is_listed_with_the_reason_and_released(at: Terminal, moot: Moot) -> None:
    moot.allow(mode="hold_all")
    comment = str(moot.says(moot.guest("Bo"), "Leave the jetty alone."))
    waiting = at.reads("comment", "list", "--held")
    assert isinstance(waiting, list) and waiting[0]["id"] == comment and "moderator looks at every comment" in waiting[0]["why"]
    at.does("comment", "release", comment)
    assert moot.texts() == ["Leave the jetty alone."]
    assert at.reads("comment", "list", "--held") == []


def test_a_comment_is_removed_with_a_reason_and_brought_back(at: Terminal, moot: Moot) -> None:
    comment = str(moot.says(moot.guest("Bo"), "Bo's address is 4 Quay Lane."))
    at.does("comment", "remove", comment, "--reason", "It says where somebody lives.")
    assert moot.texts() == []
    assert "It says where somebody lives." in at.does("comment", "show", comment)
    at.does("comment", "restore", comment)
    at.does("comment", "hold", comment)
    assert moot.live() == 0
    assert "is held" in at.refuses("comment", "restore", comment)


@pytest.mark.parametrize("deed", ["hold", "remove"])
def test_a_rehearsed_decision_changes_nothing(at: Terminal, moot: Moot, deed: str) -> None:
    comment = moot.says(moot.guest("Bo"), "Leave the jetty alone.")
    assert "nothing was changed" in at.does("comment", deed, str(comment), "--reason", "So.", "--dry-run")
    assert moot.db.read_now(lambda tx: comment_row(tx, comment)).state == "published"  # type: ignore[union-attr]
    assert moot.live() == 1


@pytest.mark.parametrize("words", ["0", "abc", "12.5", "99999999999999999999", "١٢"])
def test_what_is_no_id_is_misuse(at: Terminal, words: str) -> None:
    assert "is no id" in at.refuses("comment", "show", words, code=2)


def test_a_comment_is_shown_with_its_story_and_its_own_page(at: Terminal, moot: Moot) -> None:
    comment = moot.says(moot.guest("Bo"), "Leave the jetty alone.")
    shown = at.reads("comment", "show", str(comment))
    assert isinstance(shown, dict)
    assert (shown["url"], shown["page"]) == (STORY, f"http://127.0.0.1:8080/c/{comment}")


@pytest.mark.parametrize("words", [("export-person", "12"), ("erase", "12", "--words", "stay"), ("person", "promote", "12", "editor")])
def test_an_id_of_nobody_is_said_to_be_nobodys(at: Terminal, words: tuple[str, ...]) -> None:
    assert at.refuses(*words) == "There is no such person."


def test_an_unknown_comment_is_said_to_be_unknown(at: Terminal) -> None:
    assert at.refuses("comment", "remove", "12") == "Say why, or choose a guideline: its writer is told."
    assert at.refuses("comment", "remove", "12", "--reason", "So.") == "There is no such comment."


# Settings


def test_config_says_where_each_value_came_from_and_keeps_secrets(
    at: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "folkmoot.toml").write_text('[server]\nport = 9000\n[mail]\npassword = "geheim"\n')
    monkeypatch.setenv("FOLKMOOT_SERVER__PORT", "9100")
    rows = at.reads("config")
    assert isinstance(rows, list)
    by_key = {row["key"]: row for row in rows}
    assert (by_key["server.port"]["value"], by_key["server.port"]["from"]) == (9100, "FOLKMOOT_SERVER__PORT")
    assert by_key["mail.password"]["from"] == "folkmoot.toml" and "geheim" not in at.out
    assert by_key["limits.enabled"]["from"] == "default"


def test_an_unknown_setting_is_misuse_with_a_suggestion(at: Terminal, tmp_path: Path) -> None:
    (tmp_path / "folkmoot.toml").write_text("[server]\nprot = 9000\n")
    assert "server.port" in at.refuses("config", code=2)


# Beginning


def begin(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "folkmoot", *words]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_init_asks_nothing_where_nobody_answers_and_writes_what_only_the_owner_reads(tmp_path: Path) -> None:
    done = begin("init", "news.example", "--public-url", "https://talk.news.example", "--blocks", "blocks", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert mode(tmp_path / "folkmoot.toml") == 0o600 and mode(tmp_path / "folkmoot-data") == 0o700
    assert '<folkmoot-thread data-url="https://news.example/' in done.stdout
    assert "@" not in (tmp_path / "blocks/nginx.conf").read_text()
    assert f"ReadWritePaths={tmp_path}/folkmoot-data" in (tmp_path / "blocks/folkmoot.service").read_text()
    assert "news.example" in begin("site", "list", folder=tmp_path).stdout
    again = begin("init", "news.example", folder=tmp_path)
    assert again.returncode == 1 and "is there already" in again.stderr


def test_a_rehearsed_init_writes_nothing(tmp_path: Path) -> None:
    assert begin("init", "news.example", "--dry-run", folder=tmp_path).returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_the_settings_that_init_writes_are_settings_with_nothing_left_out(tmp_path: Path) -> None:
    begin("init", "news.example", folder=tmp_path)
    lines = (tmp_path / "folkmoot.toml").read_text().splitlines()
    (tmp_path / "folkmoot.toml").write_text("\n".join(re.sub(r"^# (\w+ = )", r"\1", line) for line in lines))
    shown = begin("config", folder=tmp_path)
    assert shown.returncode == 0 and "\tdefault\t" not in shown.stdout


def test_init_asks_at_most_three_questions_on_a_terminal(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "TERM": "dumb"}
    command = [sys.executable, "-m", "folkmoot", "init", "news.example"]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs) as process:
        os.close(theirs)
        asked = ""
        while process.poll() is None:
            if select.select([ours], [], [], 0.1)[0]:
                asked += _read(ours)
                if asked.endswith(": "):
                    os.write(ours, b"\n")
    assert process.returncode == 0, asked
    assert 1 <= asked.count("?") <= 3
    os.close(ours)


def _read(terminal: int) -> str:
    try:
        return os.read(terminal, 4096).decode()
    except OSError:  # the other side has closed it
        return ""


def serve_until(words: str, folder: Path, port: int, **settings: str) -> tuple[str, int]:
    """Starts the server in a folder, and stops it when it has said something and answers; what it said, and its exit code."""
    command = [sys.executable, "-m", "folkmoot", "serve", "--port", str(port), "--data", "data"]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "FOLKMOOT_LOGS__LEVEL": "error"} | settings
    with subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = ""
        while words not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        with urlopen(f"http://127.0.0.1:{port}/livez", timeout=20) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        said += process.communicate(timeout=20)[1]
    return said, process.returncode


def test_a_first_start_makes_its_secrets_and_prints_a_link_for_the_first_admin(tmp_path: Path) -> None:
    port = free_port()
    said, code = serve_until("/welcome/", tmp_path, port)
    assert code == 0 and f"http://127.0.0.1:{port}/welcome/" in said
    assert mode(tmp_path / "data") == 0o700
    secrets = list((tmp_path / "data/secrets").iterdir())
    assert secrets and all(mode(secret) == 0o600 and secret.stat().st_size == 32 for secret in secrets)
    first = said.rpartition("/welcome/")[2].split()[0]
    said, _ = serve_until("/welcome/", tmp_path, port)
    assert first not in said


def test_who_starts_without_mail_is_told_that_nobody_can_sign_in_yet(tmp_path: Path) -> None:
    without, _ = serve_until("/welcome/", tmp_path, free_port())
    trying, _ = serve_until("/welcome/", tmp_path, free_port(), FOLKMOOT_MAIL__TO_FOLDER=str(tmp_path / "mails"))
    assert ("cannot send mail yet" in without, "cannot send mail yet" in trying) == (True, False)


# Upkeep


@pytest.fixture
def old(tmp_path: Path, now: int) -> str:
    """A database at the schema before the last."""
    steps = tmp_path / "steps"
    steps.mkdir()
    for step in migrations()[:-1]:
        (steps / f"{step.name}.sql").write_text(step.script)
    db = connect(f"sqlite:///{tmp_path}/old.db", readers=1)
    migrate(db, now, steps)
    db.close()
    return f"sqlite:///{tmp_path}/old.db"


def test_an_old_database_is_refused_with_the_command_that_helps(capsys: pytest.CaptureFixture[str], old: str) -> None:
    assert "folkmoot migrate" in Terminal(capsys, old).refuses("site", "list")


def test_migrate_proves_a_backup_first_and_says_how_to_go_back(capsys: pytest.CaptureFixture[str], old: str, tmp_path: Path) -> None:
    at = Terminal(capsys, old)
    last = migrations()[-1].name
    assert last in at.does("migrate", "--dry-run")
    assert last in at.does("migrate")
    way_back = at.err.strip().splitlines()[-1].strip()
    (backup,) = (path for path in (tmp_path / "backups").iterdir() if path.suffix == ".backup")
    verify(backup)
    assert "newest" in at.does("migrate")
    program, *words = shlex.split(way_back)
    assert program == "folkmoot"
    at.does(*words)
    db = connect(old, readers=1)
    assert schema_state(db)[0] == migrations()[-2].number
    db.close()


def test_a_database_of_a_newer_program_is_left_alone(capsys: pytest.CaptureFixture[str], at: Terminal, moot: Moot) -> None:
    sql = "INSERT INTO schema_version (number, name, applied) VALUES (9999, '9999_later', 0)"
    moot.db.write_now(lambda tx: tx.run(sql))
    try:
        for words in (("migrate",), ("site", "list"), ("site", "add", "x.example")):
            assert "newer" in at.refuses(*words)
    finally:
        moot.db.write_now(lambda tx: tx.run("DELETE FROM schema_version WHERE number = 9999"))


def test_a_backup_is_whole_and_can_be_rehearsed(at: Terminal, tmp_path: Path) -> None:
    if not shutil.which("pg_dump") and "postgres" in at._url:
        pytest.skip("pg_dump is not installed")
    at.does("backup", str(tmp_path / "copy.backup"), "--dry-run")
    assert not (tmp_path / "copy.backup").exists()
    at.does("backup", str(tmp_path / "copy.backup"))
    verify(tmp_path / "copy.backup")


def test_a_file_that_is_there_is_written_over_only_when_asked(at: Terminal, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("Somebody’s own.")
    for words in (("backup", str(there)), ("export", "--site", "news.example", "--out", str(there))):
        assert "--force" in at.refuses(*words)
        assert there.read_text() == "Somebody’s own."
    at.does("export", "--site", "news.example", "--out", str(there), "--force")
    assert there.read_text() != "Somebody’s own."


def test_a_list_cuts_long_words_and_gives_programs_all_of_them(at: Terminal, moot: Moot) -> None:
    moot.says(moot.guest("Bo"), "Leave the jetty alone. " * 20)
    (line,) = at.does("comment", "list").splitlines()
    assert line.endswith("…") and len(line.rsplit("\t", 1)[1]) <= 80
    assert at.err.startswith("id\tstory\tname")
    assert at.does("comment", "list", "--json").count("Leave the jetty alone.") == 20


def test_an_unknown_import_is_refused_with_the_command_that_lists_them(at: Terminal) -> None:
    for more in ((), ("--dry-run",)):
        assert "import --list --site" in at.refuses("import", "--undo", "5", *more)


def test_migrate_tells_programs_where_it_stands(at: Terminal) -> None:
    answer = at.reads("migrate")
    newest = migrations()[-1].number
    assert answer == {"from": newest, "newest": newest, "steps": [], "applied": True}


def test_check_agrees_with_what_verbs_wrote_and_finds_what_nobody_may_write(at: Terminal, moot: Moot) -> None:
    said = moot.says(moot.guest("Bo"), "Leave the jetty alone.")
    moot.vote(moot.member("Chidi"), said, 1)
    assert at.run("check") == 0 and at.err == "Everything agrees.\n", at.out
    moot.db.write_now(lambda tx: tx.run("UPDATE comment SET up = 7 WHERE id = :id", id=said))
    assert at.run("check", "--json") == 1
    assert json.loads(at.out)[0]["row"] == str(said)


def test_actor_of_the_command_line_is_remembered_as_such(at: Terminal, moot: Moot) -> None:
    bo: Actor = moot.guest("Bo")
    comment = str(moot.says(bo, "Leave the jetty alone."))
    at.does("comment", "hold", comment)
    assert "hold by command" in at.does("comment", "show", comment)


# Archives

PAGE = """Linnet Lake to close

The council has voted.

  • Ada

    It is one pipe.

    • Bo

      Then mend the pipe.
"""


@pytest.fixture
def page(tmp_path: Path) -> str:
    file = tmp_path / "page.txt"
    file.write_text(PAGE)
    return str(file)


def test_an_archive_comes_in_once_and_goes_out_again(at: Terminal, moot: Moot, page: str, tmp_path: Path) -> None:
    words = ("import", page, "--site", "news.example", "--format", "text", "--story", STORY)
    assert "would come in" in at.does(*words, "--dry-run") and moot.live() == 0
    assert "2 comments" in at.does(*words) and moot.live() == 2
    report = at.reads(*words)
    assert isinstance(report, dict) and (report["comments"], report["already"]) == (0, 2)
    batches = at.reads("import", "--list", "--site", "news.example")
    assert isinstance(batches, list) and batches[0]["files"] == "page.txt"
    at.does("import", "--undo", batches[0]["batch"], "--dry-run")
    assert moot.live() == 2
    with next(tmp_path.rglob("import.lock")).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as an import in another shell does
        assert "is at work here" in at.refuses("import", "--undo", batches[0]["batch"])
    at.does("import", "--undo", batches[0]["batch"])
    assert moot.live() == 0


def test_what_an_import_cannot_use_is_one_sentence(at: Terminal, page: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.xml"
    broken.write_text('<?xml version="1.0"?><disqus xmlns="http://disqus.com"><thread></disqus>')
    assert "line 1" in at.refuses("import", str(broken), "--site", "news.example", "--format", "disqus")
    assert "--story" in at.refuses("import", page, "--site", "news.example", "--format", "text")
    assert "elsewhere.example" in at.refuses("import", page, "--site", "elsewhere.example", "--format", "text", "--story", STORY)
    assert "--site" in at.refuses("import", page, code=2)
    assert "FILE" in at.refuses("import", "--site", "news.example", code=2)


def test_an_export_brought_home_elsewhere_is_the_same_to_the_byte(
    at: Terminal, moot: Moot, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bo = moot.guest("Bo")
    said = moot.says(bo, "Leave the jetty *alone*.")
    moot.says(moot.guest("Ada"), "No.", parent=said)
    moot.vote(moot.member("Chidi"), said, 1)
    moot.withdraw(bo, said)
    at.does("export", "--site", "news.example", "--out", str(tmp_path / "here.jsonl"))
    elsewhere = Terminal(capsys, f"sqlite:///{tmp_path}/elsewhere/folkmoot.db")
    elsewhere.does("import", str(tmp_path / "here.jsonl"), "--site", "news.example")
    elsewhere.does("export", "--site", "news.example", "--out", str(tmp_path / "there.jsonl"))
    assert (tmp_path / "here.jsonl").read_bytes() == (tmp_path / "there.jsonl").read_bytes()


def test_an_export_that_cannot_be_written_leaves_nothing_half(at: Terminal, tmp_path: Path) -> None:
    assert "cannot be written" in at.refuses("export", "--site", "news.example", "--out", str(tmp_path / "no" / "news.jsonl"))
