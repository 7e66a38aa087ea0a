"""Every door × everybody × every state of a comment: nobody does or sees what they may not, and who may, does.

The doors come from the tables that the application is made of; what each of them lets whom do stands below, once. A door that is
new has no line there, and fails until somebody has said who may.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from folkmoot.app import OPERATIONS, PAGES
from folkmoot.desk import merging, rules
from folkmoot.discussion import hooks, store
from folkmoot.discussion.export import export_rows
from folkmoot.people import accounts, sanctions, sessions
from folkmoot.people.model import COMMAND, Actor, Role
from folkmoot.people.waiting import Because
from folkmoot.sites import sites, stories
from folkmoot.sites.model import Policy
from folkmoot.sites.store import policy_of
from folkmoot.storage.database import Database
from folkmoot.web import openapi
from folkmoot.web.operations import Operation, Page
from tests.hostile.asking import Answer, Ask, House, get, send_form, send_json
from tests.moot import Moot

LAKE = "https://news.example/lake"
SECRET = "Words that not everybody may read"
# Staff of another site, and a moderator who speaks from a frame on the publisher's page, are nobody special here.
EVERYBODY = frozenset({"nobody", "stranger", "writer", "member", "editor", "moderator", "admin", "elsewhere", "framed"})
WRITER, STAFF = frozenset({"writer"}), frozenset({"moderator", "admin"})
INSIDERS, NONE = WRITER | STAFF, frozenset[str]()
OTHERS = EVERYBODY - WRITER
KNOWN = EVERYBODY - {"nobody"}
STATES = ("published", "held", "removed", "withdrawn")

# What somebody may do to a comment in each state. Each page and form of the same name lets do the same.
COMMENTS: dict[str, tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str]]] = {
    #           published   held       removed    withdrawn
    "edit":     (WRITER,    WRITER,    NONE,      NONE),
    "withdraw": (WRITER,    WRITER,    NONE,      NONE),
    "vote":     (OTHERS,    NONE,      NONE,      NONE),
    "flag":     (OTHERS,    NONE,      NONE,      NONE),
    "history":  (EVERYBODY, INSIDERS,  INSIDERS,  INSIDERS),
    "hold":     (STAFF,     NONE,      NONE,      NONE),
    "release":  (NONE,      STAFF,     NONE,      NONE),
    "remove":   (STAFF,     STAFF,     NONE,      NONE),
    "restore":  (NONE,      NONE,      STAFF,     NONE),
}  # fmt: skip
BODIES: dict[str, dict[str, object]] = {
    "edit": {"text": "Changed."}, "vote": {"value": 1}, "flag": {"reason": "other"}, "withdraw": {}, "hold": {"do": "hold"},
    "release": {"do": "release"}, "remove": {"do": "remove"}, "restore": {"do": "restore"},
}  # fmt: skip
# What is about no comment: who gets an answer. What a code, a hand-over or a refresh token opens is told in tests/people.
ELSEWHERE: dict[str, frozenset[str]] = {
    "post": EVERYBODY, "queue": STAFF | {"elsewhere", "editor"}, "preview": EVERYBODY, "challenge": EVERYBODY,
    "thread_answer": EVERYBODY, "counts": EVERYBODY,
    "mine_answer": EVERYBODY, "ask_code": EVERYBODY, "enter_code": NONE, "sign_out": KNOWN, "refresh": NONE, "open_handover": EVERYBODY,
    "claim_guest": NONE,
    "follow_report": NONE, "handover_state": NONE, "redeem_handover": NONE, "news_answer": EVERYBODY, "turn": EVERYBODY,
    "hear_text": NONE, "hear_message": NONE, "shake_hands": NONE,
    "list_notices": KNOWN, "see_notices": KNOWN, "read_wishes": KNOWN, "change_wishes": KNOWN, "list_mutes": KNOWN, "add_mute": KNOWN,
    "drop_mute": NONE, "list_devices": KNOWN, "end_device": NONE, "accept_assertion": NONE,
    "options_to_add": frozenset({"member", "editor", "moderator", "admin", "elsewhere"}), "options_to_enter": EVERYBODY, "add": NONE, "enter": NONE,
    # notes: who may is told in tests/notes/test_doors.py; without a body, or by a story's id, nobody gets anything
    "propose": NONE, "notes_of": NONE, "similar_notes": NONE, "asked_notes": EVERYBODY, "dump_notes": NONE, "map_answer": NONE, "show": NONE,
    "revise": NONE, "withdraw_note": NONE, "rate": NONE, "unrate": NONE, "rule": NONE, "answer_note": NONE, "report_note": NONE, "appeal_note": NONE,
    "annotate": NONE, "put_statement": NONE, "end_statement": NONE, "give_opinion": NONE,
    "make_action": frozenset({"editor", "admin"}), "list_actions": EVERYBODY, "find_officials": EVERYBODY, "get_official": NONE,
    "following": KNOWN, "set_following": KNOWN - {"writer", "stranger"}, "search": STAFF, "most_discussed": EVERYBODY,
}  # fmt: skip
ACTION: dict[str, object] = {
    "url": LAKE, "ask": "Vote again", "matter": "the lake", "background": "It is rising.", "sources": [{"source": "https://news.example/lake"}],
    "jurisdiction": "NY", "offices": ["house"], "script": "Hello.", "maker": "The News", "funder": "its readers", "starts": "2026-05-01",
    "ends": "2026-06-01",
}  # fmt: skip
QUERIES = {"find_officials": {"state": "VT"}, "get_official": {"id": "A000001"}}
DESK = ("/desk", "/api/v1/queue/")  # doors that stand below, each tried on something that waits, by everybody
AT_DESK: dict[tuple[str, str], tuple[dict[str, object], frozenset[str]]] = {  # what is sent, and who gets an answer
    ("GET", "/desk"): ({}, STAFF | {"elsewhere", "editor"}),  # each their own
    ("GET", "/desk/{kind}/{id}"): ({}, STAFF | {"elsewhere", "editor"}),  # led back to their own
    ("GET", "/desk/people/{id}"): ({"site": "{site}"}, STAFF),
    ("POST", "/desk/people/{id}/sanctions"): ({"site": "{site}", "do": "warn", "reason": "So."}, STAFF),
    ("POST", "/desk/people/{id}/notes"): ({"site": "{site}", "words": "So."}, STAFF),
    ("POST", "/desk/sanctions/{id}/lift"): ({"site": "{site}", "person": "{person}"}, STAFF),
    ("POST", "/desk/notes/{id}/remove"): ({"site": "{site}", "person": "{person}"}, STAFF),
    ("GET", "/desk/stories"): ({"site": "{site}"}, STAFF | {"editor"}),
    ("POST", "/desk/stories/{id}"): ({"do": "close"}, STAFF | {"editor"}),
    ("GET", "/desk/stories/merge"): ({"site": "{site}"}, frozenset({"admin", "editor"})),
    ("POST", "/desk/stories/merge"): ({"site": "{site}", "story": "{id}", "into": "{story}"}, frozenset({"admin", "editor"})),
    ("POST", "/desk/stories/{id}/part"): ({"site": "{site}"}, frozenset({"admin", "editor"})),
    ("GET", "/desk/rules"): ({"site": "{site}"}, STAFF),
    ("POST", "/desk/rules"): ({"site": "{site}", "mode": "hold_all", "guests": "1"}, frozenset({"admin"})),
    ("GET", "/desk/rules/{id}"): ({}, frozenset({"admin"})),
    ("POST", "/desk/rules/{id}/switch-on"): ({}, frozenset({"admin"})),
    ("GET", "/desk/hooks"): ({"site": "{site}"}, frozenset({"admin"})),
    ("POST", "/desk/hooks"): ({"site": "{site}", "address": "http://8.8.8.8/told"}, frozenset({"admin"})),
    ("POST", "/desk/hooks/{id}"): ({"do": "remove"}, frozenset({"admin"})),
    ("GET", "/desk/look"): ({"site": "{site}"}, frozenset({"admin"})),
    ("POST", "/desk/look"): ({"site": "{site}", "do": "save", "accent": "#7a2e1d #e8a48f"}, frozenset({"admin"})),
    ("GET", "/desk/figures"): ({"site": "{site}"}, STAFF),
    ("GET", "/desk/log"): ({"site": "{site}"}, STAFF),
    ("GET", "/desk/log.csv"): ({"site": "{site}"}, STAFF),
    ("GET", "/desk/search"): ({"site": "{site}", "q": "words"}, STAFF),
    ("GET", "/desk/kept/{id}"): ({}, STAFF),
    ("POST", "/desk/kept/{id}"): ({"why": "Order of the court"}, STAFF),
    ("POST", "/desk/{kind}/{id}/decide"): ({"do": "release"}, STAFF),
    ("POST", "/desk/{kind}/{id}/claim"): ({}, STAFF),
    ("POST", "/desk/undo"): ({"kind": "comment", "number": "{decision}", "site": "{site}"}, STAFF),
    ("POST", "/desk/bulk"): ({"site": "{site}", "do": "remove", "reason": "So.", "item": "comment.{id}"}, STAFF),
    ("POST", "/api/v1/queue/{kind}/{id}/decisions"): ({"do": "remove", "reason": "So."}, STAFF),
    ("PUT", "/api/v1/queue/{kind}/{id}/claim"): ({}, STAFF),
    ("DELETE", "/api/v1/queue/{kind}/{id}/claim"): ({}, STAFF),
    ("DELETE", "/api/v1/queue/{kind}/decisions/{number}"): ({}, STAFF),
}  # fmt: skip


class Town:
    """A newsroom with everybody in it, each with a token for programs and, where they have one, for pages."""

    def __init__(self, moot: Moot) -> None:
        self.moot = moot
        self.house = House(moot.db, clock=lambda: moot.now)
        other = moot.db.write_now(lambda tx: sites.add_site(tx, COMMAND, "other.example", "The Other", moot.now))
        self.writer, writers = self._guest("Ada")
        self.tokens = {"nobody": "", "writer": writers, "stranger": self._guest("Bo")[1]}
        self.cookies = dict(self.tokens)
        own = moot.site.id
        roles: dict[str, tuple[Role | None, int]] = {
            "member": (None, 0), "editor": ("editor", own), "moderator": ("moderator", own), "admin": ("admin", own),
            "elsewhere": ("moderator", other.id),
        }  # fmt: skip
        for who, (role, site) in roles.items():
            self._member(who, role, site)
        framed = self.moot.member("Framed", "moderator")
        self.tokens["framed"] = moot.db.write_now(lambda tx: sessions.begin_keys(tx, framed.id or 0, moot.now, "https://news.example")).access

    def _guest(self, name: str) -> tuple[Actor, str]:
        person, token = self.moot.db.write_now(lambda tx: accounts.new_guest(tx, name, self.moot.now))
        return Actor(person), token

    def _member(self, who: str, role: Role | None, site: int) -> None:
        db, now = self.moot.db, self.moot.now
        person = self.moot.member(who.title()).id or 0
        if role:
            db.write_now(lambda tx: accounts.grant(tx, person, role, site, None, now))
        self.tokens[who] = db.write_now(lambda tx: sessions.begin_keys(tx, person, now)).access
        self.cookies[who] = db.write_now(lambda tx: sessions.begin_page(tx, person, now)).token

    def comment(self, state: str) -> int:
        """A comment of the writer's in a state."""
        comment = self.moot.says(self.writer, f"{SECRET}.")
        if state == "withdrawn":
            self.moot.withdraw(self.writer, comment)
        elif state != "published":
            self.moot.decide(COMMAND, comment, {"held": "hold", "removed": "remove"}[state], "For reasons")
        return comment

    def about(self, path: str, comment: int) -> int:
        """What a door's {id} names: most often the comment; made anew where the door takes it away."""
        db, moot, person = self.moot.db, self.moot, self.writer.id or 0
        if path.startswith("/desk/people/"):
            return person
        if path.startswith("/desk/sanctions/"):
            return db.write_now(lambda tx: sanctions.sanction(tx, COMMAND, moot.site.id, "warn", person, Because("So."), moot.now))
        if path.startswith("/desk/notes/"):
            return db.write_now(lambda tx: sanctions.note(tx, COMMAND, moot.site.id, person, "So.", moot.now))
        if path.startswith("/desk/rules/"):
            now = db.read_now(lambda tx: policy_of(tx, moot.site.id))
            policy = Policy(newcomer_links=now.newcomer_links % 90 + 1)  # rules as they are cannot be tried
            run = db.write_now(lambda tx: rules.begin(tx, COMMAND, moot.site.id, policy, moot.now))
            while db.write_now(lambda tx: rules.work(tx, {"run": run}, moot.now)):
                pass
            return run
        if path.startswith("/desk/hooks/"):
            return db.write_now(lambda tx: hooks.add_hook(tx, COMMAND, moot.site.id, f"https://cms.example/{comment}", moot.now))[0].id
        if path.startswith("/desk/stories/"):
            story = moot.take_in(f"https://news.example/{comment}").id
            if path.endswith("/part"):
                other = moot.take_in(f"https://news.example/{comment}-again").id
                db.write_now(lambda tx: merging.begin_merge(tx, COMMAND, story, other, "", moot.now))
            return story
        return comment

    def rows_about(self, comment: int) -> list[object]:
        """All that a deed could change of a comment and its story."""
        asked = [f"SELECT * FROM {table} WHERE comment = :comment" for table in ("revision", "decision", "vote", "flag")]
        asked += ["SELECT * FROM comment WHERE id = :comment", *(f"SELECT * FROM {table}" for table in ("thread", "story", "site", "role"))]
        return self.moot.db.read_now(lambda tx: [sorted(map(tuple, tx.rows(sql, comment=comment)), key=repr) for sql in asked])


@pytest.fixture
def town(moot: Moot) -> Iterator[Town]:
    made = Town(moot)
    yield made
    made.house.close()


def named(path: str) -> re.Match[str] | None:
    return re.fullmatch(r"/(?:api/v1/)?comments/\{id\}/?(\w*)", path)


def deed_of(door: Page) -> str:
    """The row of COMMENTS that a door on a comment belongs to; "" for a page that only shows."""
    about = named(door.path)
    assert about
    plural = {"flags": "flag", "decisions": "decide", "": {"PATCH": "edit", "DELETE": "withdraw"}.get(door.method, "")}
    return plural.get(about.group(1), about.group(1))


def test_every_door_has_a_line_here() -> None:
    for door in OPERATIONS:
        name = deed_of(door) if named(door.path) else door.act.__name__
        known = name in COMMENTS or name in ELSEWHERE or name in ("decide", "appeal", "marks", "words", "reports")
        assert known or door.path.startswith(DESK), door.path
    assert AT_DESK.keys() == {(door.method, door.path) for door in (*OPERATIONS, *PAGES) if door.path.startswith(DESK)}
    described = openapi.build(OPERATIONS)["paths"]
    assert {(method.upper(), path) for path, methods in described.items() for method in methods} == {(door.method, door.path) for door in OPERATIONS}


def asks(town: Town, deed: str, comment: int, who: str) -> Iterator[Ask]:
    """The deed by the API, and where there is one by its form."""
    token, path, body = town.tokens[who], f"/api/v1/comments/{comment}", BODIES.get(deed, {})
    if deed == "history":
        yield get(f"{path}/history", token=token)
        return
    ends = {"edit": ("PATCH", ""), "withdraw": ("DELETE", ""), "vote": ("PUT", "/vote"), "flag": ("POST", "/flags")}
    method, end = ends.get(deed, ("POST", "/decisions"))
    yield send_json(method, path + end, body if body else b"", token)
    if who in town.cookies:
        form = {name: str(value) for name, value in body.items()}
        yield send_form(f"/comments/{comment}/{'decide' if 'do' in body else deed}", form, town.cookies[who])


@pytest.mark.parametrize("deed", COMMENTS)
def test_a_deed_is_done_by_those_who_may_and_changes_nothing_for_others(town: Town, deed: str) -> None:
    for state, may in zip(STATES, COMMENTS[deed], strict=True):
        for who in sorted(EVERYBODY):
            for number in range(2):
                comment = town.comment(state)
                ways = list(asks(town, deed, comment, who))
                if number >= len(ways):
                    continue
                before = town.rows_about(comment)
                answer = town.house.ask(ways[number])
                if who in may:
                    assert answer.status in (200, 201, 204, 303), (deed, state, who, answer)
                else:
                    refused(answer, deed, state, who)
                    assert town.rows_about(comment) == before, (deed, state, who)


def refused(answer: Answer, deed: str, state: str, who: str) -> None:
    """Refused, and to those who do not see the comment in no other words than if it were not there."""
    insider = who in INSIDERS
    hidden = state != "published" and not insider
    assert answer.status in ((401, 404) if hidden else (401, 403, 404, 409)), (deed, state, who, answer)
    assert SECRET not in answer.text or insider, (deed, state, who)


@pytest.mark.parametrize("name", ELSEWHERE)
def test_who_gets_an_answer_elsewhere(town: Town, name: str) -> None:
    (door,) = [door for door in OPERATIONS if door.act.__name__ == name]
    body: dict[str, Any] = {
        "post": {"url": LAKE, "text": "Hello."}, "preview": {"text": "Hello."}, "ask_code": {"email": "ada@mail.example"},
        "enter_code": {"code_id": "1", "digits": "123456", "secret": "x" * 43}, "refresh": {"refresh": "x" * 43},
        "open_handover": {"challenge": "x" * 43, "origin": "https://news.example"}, "redeem_handover": {"verifier": "x" * 43},
        "turn": {"words": "Hello."}, "see_notices": {"up_to": "1"}, "change_wishes": {"wishes": {"replies": "never"}},
        "add_mute": {"word": "badger"}, "accept_assertion": {"assertion": "x.y.z", "origin": "https://news.example"},
        "add": {"answer": {}}, "enter": {"answer": {}},
        "make_action": ACTION,
        "set_following": {"how": "follow"},
    }.get(name, {})  # fmt: skip
    for who in sorted(EVERYBODY):
        path = door.path.replace("{id}", str(town.moot.story.id))
        query = {"url": LAKE} if name in ("thread_answer", "counts", "news_answer", "list_actions", "challenge") else QUERIES.get(name)
        path += "?kind=word&subject=owl" if name == "drop_mute" else ""
        query = {"site": "news.example"} | ({"q": "lake"} if name == "search" else {}) if name in ("search", "most_discussed") else query
        ask = get(path, query, token=town.tokens[who]) if door.method == "GET" else send_json(door.method, path, body or b"", town.tokens[who])
        status = town.house.ask(ask).status
        assert (status < 300) == (who in ELSEWHERE[name]) or (name, status) == ("ask_code", 503), (name, who, status)


@pytest.mark.parametrize(("method", "path"), AT_DESK)
def test_the_desk_is_for_its_sites_moderators(town: Town, method: str, path: str) -> None:
    sends, may = AT_DESK[method, path]
    for who in sorted(EVERYBODY):
        comment = town.comment("held")
        last = town.moot.db.read_now(lambda tx, comment=comment: store.decisions_on(tx, comment)[-1].id)  # type: ignore[misc]
        named = {"{kind}": "comment", "{id}": str(town.about(path, comment)), "{number}": str(last), "{decision}": str(last),
                 "{site}": str(town.moot.site.id), "{story}": str(town.moot.story.id), "{person}": str(town.writer.id)}  # fmt: skip
        asked, body = path, {key: str(value) for key, value in sends.items()}
        for name, value in named.items():
            asked, body = asked.replace(name, value), {key: each.replace(name, value) for key, each in body.items()}
        before = town.rows_about(comment)
        if path.startswith("/api/"):
            answer = town.house.ask(send_json(method, asked, body or b"", town.tokens[who]))
        elif method == "GET":
            answer = town.house.ask(get(asked, body, cookie=town.cookies.get(who, "")))
        else:
            answer = town.house.ask(send_form(asked, body, town.cookies.get(who, "")))
        assert (answer.status < 400) == (who in may), (who, answer)
        if who not in STAFF:
            assert SECRET not in answer.text, (who, answer)
        if who not in may:
            assert town.rows_about(comment) == before, (who, answer)


@pytest.mark.parametrize("deed", ["pin", "feature", "lock", "words"])
def test_what_staff_decide_beside_is_theirs_alone(town: Town, deed: str) -> None:
    for who in sorted(EVERYBODY):
        comment = town.comment("published")
        way = ("PUT", {"text": "Mended.", "reason": ""}) if deed == "words" else ("POST", {"do": deed, "reason": ""})
        before = town.rows_about(comment)
        path = f"/api/v1/comments/{comment}/{'words' if deed == 'words' else 'marks'}"
        answer = town.house.ask(send_json(way[0], path, way[1], town.tokens[who]))
        assert (answer.status < 300) == (who in STAFF or (who == "editor" and deed in ("pin", "feature"))), (who, answer)
        assert (answer.status < 300) or town.rows_about(comment) == before, (who, answer)


def test_an_appeal_is_its_writers_and_another_moderators_to_decide(town: Town) -> None:
    for who in sorted(EVERYBODY):
        comment = town.comment("removed")
        answer = town.house.ask(send_json("POST", f"/api/v1/comments/{comment}/appeal", {"text": "It is true."}, town.tokens[who]))
        assert (answer.status < 300) == (who in WRITER), (who, answer)


def test_a_sites_queue_is_for_its_moderators(town: Town) -> None:
    comment = town.comment("held")
    for who in sorted(EVERYBODY):
        answer = town.house.ask(get("/api/v1/queue", {"story": str(town.moot.story.id)}, token=town.tokens[who]))
        assert (answer.status == 200) == (who in STAFF), (who, answer)
        assert (str(comment) in answer.text) == (who in STAFF), (who, answer)


# ── What can be read ─────────────────────────────────────────────────────────────────────────────────────────────────────


def readings(town: Town, comment: int, who: str) -> Iterator[Ask]:
    """Every GET of the application that could tell of a comment, by token and by cookie."""
    for door in (*OPERATIONS, *PAGES):
        if door.method != "GET" or door.path == "/api/v1/events":
            continue
        about_story = door.path.startswith(("/thread/", "/me/thread/"))
        path = door.path.replace("feed.{name}", "feed.atom").replace("{host}", "news.example")
        path = path.replace("{id}", str(town.moot.story.id if about_story else comment)).replace("{token}", "x").replace("{name}", "x")
        queries: list[dict[str, str]] = [{}]
        if door.path in ("/thread", "/api/v1/thread", "/api/v1/counts"):
            queries = [{"url": LAKE}]
        if door.path.endswith("/arrivals"):
            queries = [{"id": str(comment)}]
        if door.path in ("/thread", "/api/v1/thread"):
            queries += [{"url": LAKE, "order": "oldest"}, {"url": LAKE, "parent": str(comment)}]
        if door.path == "/api/v1/queue":
            queries += [{"story": str(town.moot.story.id)}]
        for query in queries:
            yield get(path, query, token=town.tokens[who])
            if who in town.cookies and not isinstance(door, Operation):
                yield get(path, query, cookie=town.cookies[who])


@pytest.mark.parametrize("state", STATES)
def test_what_is_not_shown_is_read_by_its_writer_and_the_moderators_alone(town: Town, state: str) -> None:
    comment = town.comment(state)
    for who in sorted(EVERYBODY):
        seen = [(ask.target, answer) for ask in readings(town, comment, who) if SECRET in (answer := town.house.ask(ask)).text]
        own = (b"/me", b"/comments/", b"/api/v1/queue", b"/desk")
        shared = [target for target, _ in seen if not target.startswith(own) and b"history" not in target]
        if state == "published":
            assert len(shared) >= 5, (who, shared)
            continue
        assert shared == [], (state, who)
        assert bool(seen) == (who in INSIDERS), (state, who, [target for target, _ in seen])
        assert all(answer.headers["cache-control"] == "private, no-store" for _, answer in seen)
        assert town.house.ask(get("/api/v1/counts", {"url": LAKE}, token=town.tokens[who])).json()["counts"] == {LAKE: 0}


@pytest.mark.parametrize("state", STATES[1:])
def test_a_tombstone_says_nothing_of_what_stood_there(town: Town, state: str) -> None:
    comment = town.comment("published")
    reply = town.moot.says(town.moot.guest("Chidi"), "A reply.", comment)
    if state == "withdrawn":
        town.moot.withdraw(town.writer, comment)
    else:
        town.moot.decide(COMMAND, comment, {"held": "hold", "removed": "remove"}[state], "For reasons")
    for who in ("nobody", "editor", "elsewhere"):
        for ask in [*readings(town, comment, who), *readings(town, reply, who)]:
            answer = town.house.ask(ask)
            assert SECRET not in answer.text, (who, ask.target)
            assert "For reasons" not in answer.text, (who, ask.target)
            assert "<bdi>Ada</bdi>" not in answer.text, (who, ask.target)
    public = b"".join(export_rows(town.moot.db, town.moot.site.id, public=True))
    assert b"A reply." in public
    assert SECRET.encode() not in public
    assert b"Ada" not in public


def test_an_edit_that_waits_is_read_by_its_writer_and_the_moderators_alone(town: Town) -> None:
    town.moot.allow(suspect_words=("read",))
    comment = town.moot.says(town.writer, "Said in peace.")
    assert town.moot.edit(town.writer, comment, f"{SECRET}.").answer == "held"
    for who in sorted(EVERYBODY):
        seen = [ask.target for ask in readings(town, comment, who) if SECRET in town.house.ask(ask).text]
        assert bool(seen) == (who in INSIDERS), (who, seen)
        assert all(target.startswith((b"/me", b"/comments/", b"/api/v1/comments/", b"/api/v1/queue", b"/desk")) for target in seen), seen


def test_a_closed_story_takes_nothing_from_anybody(town: Town, db: Database) -> None:
    db.write_now(lambda tx: stories.close(tx, COMMAND, town.moot.story.id, "", town.moot.now))
    comments = db.read_now(lambda tx: tx.one("SELECT COUNT(*) AS number FROM comment"))
    for who in sorted(EVERYBODY):
        answer = town.house.ask(send_json("POST", "/api/v1/comments", {"url": LAKE, "text": "Still."}, town.tokens[who]))
        assert answer.status == 422, (who, answer)
    assert db.read_now(lambda tx: tx.one("SELECT COUNT(*) AS number FROM comment")) == comments
