"""The log holds every decision and runs nothing; figures are counted from the rows; reports of unlawful content have two sides."""

from __future__ import annotations

import csv
import io
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from folkmoot.app import create_app
from folkmoot.cli.sites import _set as set_site
from folkmoot.desk import figures, log, plots, queue, reports
from folkmoot.desk.log import Filter
from folkmoot.discussion import appeals, checks, comments, moderation
from folkmoot.discussion.telling import WAIT
from folkmoot.errors import Invalid, NotAllowed, NotFound
from folkmoot.people import notices, sanctions, sessions
from folkmoot.people.model import COMMAND, Actor
from folkmoot.people.waiting import Because
from folkmoot.settings import Limits, Mail, Server, Settings
from folkmoot.sites import sites, stories
from folkmoot.sites.model import Policy
from folkmoot.sites.sites import get_site
from folkmoot.storage import jobs
from folkmoot.storage.database import Tx
from folkmoot.work import Worker
from tests.moot import DAY, MINUTE, Moot
from tests.web.stand import Client

HERE = "https://talk.example"


@pytest.fixture
def vera(moot: Moot) -> Actor:
    return moot.member("Vera", "moderator")


def entries(moot: Moot, by: Actor, **wanted: object) -> list[log.Entry]:
    return moot.db.read_now(lambda tx: log.entries(tx, by, moot.site.id, Filter(**wanted)))  # type: ignore[arg-type]


def test_the_log_holds_what_was_decided_about_comments_stories_and_people(moot: Moot, vera: Actor) -> None:
    casimir = moot.guest("Casimir")
    said = moot.says(casimir, "Go home.")
    moot.later(1)
    moot.decide(vera, said, "remove", "It hurts.")
    moot.later(1)
    moot.db.write_now(lambda tx: stories.close(tx, vera, moot.story.id, "Enough", moot.now))
    moot.later(1)
    moot.db.write_now(lambda tx: sanctions.sanction(tx, vera, moot.site.id, "warn", casimir.id or 0, Because("Be kind."), moot.now))
    assert [(each.what, each.deed, each.by) for each in entries(moot, vera)] == [
        ("person", "warn", "Vera"), ("story", "close", "Vera"), ("comment", "remove", "Vera"),
    ]  # fmt: skip
    assert [each.deed for each in entries(moot, vera, what="comment")] == ["remove"]
    assert [each.what for each in entries(moot, vera, deed="warn")] == ["person"]
    assert entries(moot, vera, person=casimir.id) == []
    with pytest.raises(NotAllowed):
        entries(moot, casimir)


def test_a_rare_deed_is_listed_however_many_others_came_after_it(moot: Moot, vera: Actor) -> None:
    ines, casimir, chidi = moot.member("Ines", "admin"), moot.guest("Casimir"), moot.member("Chidi")

    def decides(by: Actor, deed: str, seconds: int) -> None:
        said = moot.says(moot.guest("Dora"), f"{seconds}.")
        moot.later(1)

        def act(tx: Tx) -> None:
            why = Because("So be it.")
            stories.slow(tx, by, moot.story.id, seconds, "", moot.now)
            sanctions.sanction(tx, by, moot.site.id, "warn" if deed == "stands" else "mute", casimir.id or 0, why, moot.now, days=3)
            sites.change_policy(tx, by if by is ines else COMMAND, moot.site.id, Policy(newcomer_links=seconds), "", moot.now)
            report, _ = reports.report(tx, chidi, said, reports.Told("It tells where she lives."), moot.now)
            reports.decide(tx, by, report, deed, why, moot.now)

        moot.db.write_now(act)

    def listed(**wanted: Any) -> list[tuple[str, str]]:
        found = moot.db.read_now(lambda tx: log.entries(tx, ines, moot.site.id, Filter(**wanted), 2))
        return [(each.deed, each.by) for each in found]

    decides(ines, "stands", 20)
    for seconds in range(30, 36):
        decides(vera, "stands" if seconds == 30 else "remove", seconds)
    assert [listed(what=what, person=ines.id) for what in ("story", "person", "rules", "report")] == [
        [("slow", "Ines")], [("warn", "Ines")], [("change", "Ines")], [("stands", "Ines")],
    ]  # fmt: skip
    assert listed(what="person", deed="warn") == [("warn", "Vera"), ("warn", "Ines")]
    assert listed(what="report", deed="stands") == [("stands", "Vera"), ("stands", "Ines")]


def test_the_log_tells_what_was_taken_back_as_taken_back(moot: Moot, vera: Actor) -> None:
    said = moot.says(moot.guest("Casimir"), "Go home.")
    made = moot.db.write_now(lambda tx: moderation.decide(tx, vera, said, "remove", "It hurts.", moot.now)).id
    moot.later(1)
    moot.db.write_now(lambda tx: moderation.undo(tx, vera, made, moot.now))
    assert [(each.deed, each.takes_back) for each in entries(moot, vera)] == [("restore", "remove"), ("remove", "")]


def test_rules_that_the_command_line_changes_stand_in_the_log_too(moot: Moot) -> None:
    ines = moot.member("Ines", "admin")
    for key, value in (("mode", "hold_all"), ("mode", "hold_all"), ("name", "The Lake News")):
        moot.later(1)
        moot.db.write_now(lambda tx, key=key, value=value: set_site(tx, "news.example", key, value))  # type: ignore[misc]
    assert [(each.what, each.deed, each.by) for each in entries(moot, ines, what="rules")] == [("rules", "change", "command")]
    assert moot.db.read_now(lambda tx: get_site(tx, moot.site.id)).policy.mode == "hold_all"


def test_no_cell_of_the_table_is_a_formula(moot: Moot, vera: Actor) -> None:
    said = moot.says(moot.guest("=1+1"), "Hello.")
    moot.decide(vera, said, "remove", '=HYPERLINK("https://evil.example")\n+2')
    rows = list(csv.reader(io.StringIO("".join(log.table(entries(moot, vera))))))
    assert rows[0] == list(log.COLUMNS)
    assert (rows[1][4], rows[1][6]) == ("'=1+1", "'=HYPERLINK(\"https://evil.example\")\n+2")


def test_figures_are_counted_from_the_rows_and_again_gives_the_same(moot: Moot, vera: Actor) -> None:
    moot.allow(suspect_words=("casino",), guidelines=("Be kind.",))
    ada = moot.guest("Ada")
    for number in range(4):
        moot.says(ada, f"Words {number}.")
    held = moot.says(ada, "A casino.")
    moot.later(20 * MINUTE)
    moot.db.write_now(lambda tx: queue.decide(tx, vera, "comment", held, "remove", Because("", "Be kind."), moot.now))
    moot.later(MINUTE)
    moot.db.write_now(lambda tx: appeals.appeal(tx, ada, held, "It was a joke.", moot.now))
    benedikt = moot.member("Benedikt", "moderator")
    moot.db.write_now(lambda tx: queue.decide(tx, benedikt, "comment", held, "reverse", Because(), moot.now))
    shown = moot.says(ada, "Where the mayor lives.")
    report, _ = moot.db.write_now(lambda tx: reports.report(tx, Actor(), shown, reports.Told("It is against the law."), moot.now))
    moot.db.write_now(lambda tx: queue.decide(tx, vera, "report", report, "stands", Because("It is not."), moot.now))
    for _ in range(2):
        while moot.db.write_now(lambda tx: figures.count(tx, moot.now)):
            pass
        found = moot.db.read_now(lambda tx: figures.days(tx, moot.site.id, moot.now - DAY, moot.now + 1))
        assert {name: found.total(name) for name in ("posted", "held", "removed", "appealed", "given_back")} == {
            "posted": 6, "held": 1, "removed": 1, "appealed": 1, "given_back": 1,
        }  # fmt: skip
        assert found.details["removed"] == {"Be kind.": 1}
        assert found.details["back_by_guideline"] == {"Be kind.": 1}
        assert (found.all_half, found.all_most) == (20, 20)
        assert [found.total(name) for name in ("notified", "notice_removed", "notice_stands")] == [1, 0, 1]
        moot.later(MINUTE)


def test_a_quiet_year_is_counted_in_a_few_steps(moot: Moot) -> None:
    moot.says(moot.guest("Ada"), "The first words.")
    moot.later(365 * DAY)
    moot.says(moot.guest("Benedikt"), "The next words, a year later.")
    moot.later(3 * 60 * MINUTE)
    steps = 0
    while moot.db.write_now(lambda tx: figures.count(tx, moot.now)):
        steps += 1
    assert steps <= 6
    assert moot.db.read_now(lambda tx: figures.days(tx, moot.site.id, moot.now - 366 * DAY, moot.now + 1)).total("posted") == 2


def test_reports_of_unlawful_content_are_counted_in_hours_in_which_nothing_else_came(moot: Moot, vera: Actor) -> None:
    shown = moot.says(moot.guest("Ada"), "Where the mayor lives.")
    for hours in (20, 30):
        moot.later(hours * 60 * MINUTE)
        report, _ = moot.db.write_now(lambda tx: reports.report(tx, Actor(), shown, reports.Told("It is against the law."), moot.now))
        moot.later(9 * 60 * MINUTE)
        moot.db.write_now(lambda tx, it=report: queue.decide(tx, vera, "report", it, "stands", Because("It is not."), moot.now))  # type: ignore[misc]
    moot.later(20 * 60 * MINUTE)
    while moot.db.write_now(lambda tx: figures.count(tx, moot.now)):
        pass
    found = moot.db.read_now(lambda tx: figures.days(tx, moot.site.id, moot.now - 9 * DAY, moot.now + 1))
    assert [found.total(name) for name in ("posted", "notified", "notice_stands")] == [1, 2, 2]


def test_plots_keep_within_their_frame() -> None:
    drawn = plots.bars(((1, 2, 300), (0, 5, 10)), ("a", "b", "c"))
    assert [tick.label for tick in drawn.ticks] == ["0", "125", "250", "375", "500"]
    assert all(plots.TOP <= tick.at <= plots.BASE for tick in drawn.ticks)
    assert plots.lines(((None, 3.0, 9.0),), ("a", "b", "c"), 40).promise is None
    assert plots.quantile(((5, 2), (10, 2)), 0.5) == 5
    assert plots.quantile((), 0.5) is None
    assert plots.bars((), ()).days == ()


def test_on_the_page_a_report_is_decided_by_somebody_who_can_be_told(moot: Moot, vera: Actor) -> None:
    said, hedda = moot.says(moot.guest("Casimir"), "She lives in Ferry Lane 12."), moot.member("Hedda Lund")
    report, _ = moot.db.write_now(lambda tx: reports.report(tx, hedda, said, reports.Told("It tells where she lives."), moot.now))
    app = create_app(Settings(server=Server(public_url=HERE), limits=Limits(False)), moot.db)
    object.__setattr__(app.kit, "clock", lambda: moot.now)
    cookie = moot.db.write_now(lambda tx: sessions.begin_page(tx, vera.id or 0, moot.now)).token
    headers = {"Cookie": f"__Host-folkmoot={cookie}", "Origin": HERE, "Sec-Fetch-Site": "same-origin"}
    answer = Client(app, HERE).post(f"/desk/report/{report}/decide", data={"do": "remove", "reason": "It is her address."}, headers=headers)
    assert (answer.status_code, moot.texts()) == (303, [])


def test_a_report_of_unlawful_content_has_a_receipt_and_a_reason_for_both_sides(moot: Moot, vera: Actor) -> None:
    casimir, hedda = moot.member("Casimir"), moot.member("Hedda")
    said = moot.says(casimir, "She lives in Ferry Lane 12.")
    told = reports.Told("It tells where she lives, which the law forbids.", "Data protection", "Hedda Lund", "hedda@mail.example")
    report, token = moot.db.write_now(lambda tx: reports.report(tx, hedda, said, told, moot.now))
    assert moot.db.read_now(lambda tx: reports.followed(tx, token)).outcome is None
    page = moot.db.read_now(lambda tx: queue.waiting(tx, vera, moot.site, "harm", None, 9, moot.now))
    assert [(line.item.kind, line.item.id) for line in page.lines] == [("report", report)]
    assert moot.db.read_now(lambda tx: queue.hand(tx, vera, "report", report, moot.now)).item.person == casimir.id  # whose record stands beside
    with pytest.raises(Invalid, match="both sides"):
        moot.db.write_now(lambda tx: queue.decide(tx, vera, "report", report, "remove", Because(), moot.now))
    settled = moot.db.write_now(lambda tx: queue.decide(tx, vera, "report", report, "remove", Because("It is her address."), moot.now))
    assert moot.texts() == []
    found = moot.db.read_now(lambda tx: reports.followed(tx, token))
    assert (found.outcome, found.reason) == ("removed", "It is her address.")
    assert told_to(moot, hedda) == [], "it may still be taken back"
    moot.later(1)
    moot.db.write_now(lambda tx: queue.undo(tx, vera, "report", settled.number or 0, moot.now))
    assert moot.texts() == ["She lives in Ferry Lane 12."]
    moot.later(WAIT)
    work(moot)
    assert told_to(moot, hedda) == [], "it was taken back at once"
    for deed, kinds in (("stands", ["report_refused"]), ("remove", ["report_upheld", "report_refused"])):
        settled = moot.db.write_now(lambda tx, deed=deed: queue.decide(tx, vera, "report", report, deed, Because("On a second look."), moot.now))  # type: ignore[misc]
        moot.later(WAIT)
        work(moot)
        assert told_to(moot, hedda) == kinds, "each decision that stands is told"
        moot.db.write_now(lambda tx, settled=settled: queue.undo(tx, vera, "report", settled.number or 0, moot.now))  # type: ignore[misc]
    assert [finding.words for finding in checks.check(moot.db)] == []
    with pytest.raises(NotFound):
        moot.db.read_now(lambda tx: reports.followed(tx, "somebody else's"))


def told_to(moot: Moot, who: Actor) -> list[str]:
    return [each.kind for each in moot.db.read_now(lambda tx: notices.notices_of(tx, who))]


def work(moot: Moot, settings: Settings | None = None) -> None:
    worker = Worker(moot.db, settings or Settings(), lambda: moot.now)
    while worker.work_once():
        pass


def test_who_gave_a_mailbox_gets_the_receipt_and_the_answer_by_mail(moot: Moot, vera: Actor, tmp_path: Path) -> None:
    moot.allow(terms_page="https://news.example/terms")
    said = moot.says(moot.member("Casimir"), "She lives in Ferry Lane 12.")
    told = reports.Told("It tells where she lives.", "", "Hedda", "hedda@mail.example")
    for number in range(5):
        moot.later(1)
        report, token = moot.db.write_now(lambda tx: reports.report(tx, Actor(), said, told, moot.now, "https://talk.example"))
        if not number:
            first, receipt = report, token
    moot.db.write_now(lambda tx: queue.decide(tx, vera, "report", first, "stands", Because("See http://evil.example for more."), moot.now))
    settings = Settings(mail=Mail(to_folder=str(tmp_path), sender="talk@news.example"))
    moot.later(WAIT)
    work(moot, settings)
    mails = [message_from_bytes(each.read_bytes(), policy=default) for each in sorted(tmp_path.glob("*.eml"))]
    assert {str(mail["To"]) for mail in mails} == {"hedda@mail.example"}
    subjects = sorted(str(mail["Subject"]) for mail in mails)
    assert subjects == ["Your report to The News has been decided", *["Your report to The News has come in"] * reports.MOST_MAILS]
    texts = [mail.get_body(("plain",)).get_content() for mail in mails]  # type: ignore[union-attr]
    assert any(f"https://talk.example/reports/{receipt}" in text for text in texts)
    (answer,) = [text for text in texts if "stays" in text]
    assert "http://evil.example" not in answer and "Terms: https://news.example/terms" in answer and "to a court" in answer


def test_receipts_cannot_flood_a_mailbox_however_it_is_written_and_wherever(moot: Moot) -> None:
    moot.db.write_now(lambda tx: sites.add_site(tx, COMMAND, "herald.example", "The Herald", moot.now))
    here = moot.says(moot.member("Casimir"), "She lives in Ferry Lane 12.")
    there = moot.post(moot.member("Casimir"), "Ferry Lane it is.", story=moot.take_in("https://herald.example/lake")).id
    for mailbox in ("hedda@mail.example", "Hedda@mail.example", "HEDDA@Mail.example", "heddA@mail.example"):
        for comment in (here, there):
            told = reports.Told("It tells where she lives.", "", "", mailbox)
            moot.db.write_now(lambda tx, told=told, comment=comment: reports.report(tx, Actor(), comment, told, moot.now))  # type: ignore[misc]
    assert len(moot.db.read_now(lambda tx: jobs.waiting(tx, "mail", 99))) == reports.MOST_MAILS


def test_of_a_decision_that_is_taken_back_at_once_no_mail_is_sent_and_of_the_next_one_is(moot: Moot, vera: Actor, tmp_path: Path) -> None:
    said = moot.says(moot.member("Casimir"), "She lives in Ferry Lane 12.")
    told = reports.Told("It tells where she lives.", "", "Hedda", "hedda@mail.example")
    report, _ = moot.db.write_now(lambda tx: reports.report(tx, Actor(), said, told, moot.now))
    settings = Settings(mail=Mail(to_folder=str(tmp_path), sender="talk@news.example"))

    def decides(deed: str) -> int:
        because = Because(f"On reflection: {deed}.")
        return moot.db.write_now(lambda tx: queue.decide(tx, vera, "report", report, deed, because, moot.now)).number or 0

    first = decides("stands")
    moot.later(WAIT - 1)
    moot.db.write_now(lambda tx: queue.undo(tx, vera, "report", first, moot.now))
    for deed in ("remove", "stands"):
        again = decides(deed)
        moot.later(WAIT)
        work(moot, settings)
        moot.db.write_now(lambda tx, again=again: queue.undo(tx, vera, "report", again, moot.now))  # type: ignore[misc]
    mails = [message_from_bytes(each.read_bytes(), policy=default) for each in tmp_path.glob("*.eml")]
    answers = [mail.get_body(("plain",)).get_content() for mail in mails if "decided" in mail["Subject"]]  # type: ignore[union-attr]
    assert sorted(text.partition("On reflection: ")[2].partition(".")[0] for text in answers) == ["remove", "stands"]
    assert len({mail["Message-ID"] for mail in mails if mail["To"] == "hedda@mail.example"}) == 3, "the receipt, and two answers"


def test_words_that_are_kept_are_seen_by_those_who_say_why_and_that_is_written_down(moot: Moot, vera: Actor) -> None:
    casimir = moot.guest("Casimir")
    said = moot.says(casimir, "What the court wants to see.")
    moot.db.write_now(lambda tx: comments.withdraw(tx, casimir, said, moot.now))
    with pytest.raises(Invalid, match="why"):
        moot.db.write_now(lambda tx: reports.look_at_kept(tx, vera, said, " ", moot.now))
    with pytest.raises(NotAllowed):
        moot.db.write_now(lambda tx: reports.look_at_kept(tx, casimir, said, "Mine", moot.now))
    kept = moot.db.write_now(lambda tx: reports.look_at_kept(tx, vera, said, "Order of the court of Ostley", moot.now))
    assert (kept.row.text, [each.why for each in kept.accesses]) == ("What the court wants to see.", ["Order of the court of Ostley"])
