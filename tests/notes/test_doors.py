"""Notes over HTTP: who may, what is answered, and one clear sentence for whatever is not right."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest

from folkmoot.notes import at_desk, searching, store_finding
from folkmoot.notes.quoting import anchor
from folkmoot.people import sessions
from folkmoot.people.model import Actor
from folkmoot.reading import joins
from tests.hostile.asking import House, get, send_form, send_json
from tests.moot import MINUTE
from tests.notes.desk import SAID, SOURCE, Desk

ATOM = "{http://www.w3.org/2005/Atom}"
LAKE = "https://news.example/lake"


class Doors:
    """The application, and tokens by name."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.house = House(desk.moot.db, clock=lambda: desk.moot.now)

    def token(self, actor: Actor) -> str:
        assert actor.person
        person = actor.person.id
        return self.desk.moot.db.write_now(lambda tx: sessions.begin_keys(tx, person, self.desk.moot.now)).access

    def cookie(self, actor: Actor) -> str:
        assert actor.person
        person = actor.person.id
        return self.desk.moot.db.write_now(lambda tx: sessions.begin_page(tx, person, self.desk.moot.now)).token


@pytest.fixture
def doors(desk: Desk) -> Iterator[Doors]:
    made = Doors(desk)
    yield made
    made.house.close()


def test_a_note_is_proposed_rated_and_accepted_by_programs(doors: Doors) -> None:
    amara, bo, ines = doors.token(doors.desk.amara), doors.token(doors.desk.reader()), doors.token(doors.desk.editor)
    given = {"url": LAKE, "text": SAID, "sources": [SOURCE], "quote": {"exact": "all twelve"}}
    made = doors.house.ask(send_json("POST", "/api/v1/notes", given, amara))
    assert made.status == 201, made
    number = made.json()["note"]["id"]
    assert "ratings" not in doors.house.ask(get(f"/api/v1/notes/{number}", token=bo)).json()
    rated = doors.house.ask(send_json("PUT", f"/api/v1/notes/{number}/rating", {"level": "helpful", "reasons": ["clear"]}, bo))
    assert (rated.status, rated.json()["own"]) == (200, "helpful")
    body = {"do": "accept", "before": "all twelve", "after": "two of twelve"}
    assert doors.house.ask(send_json("POST", f"/api/v1/notes/{number}/decisions", body, bo)).status == 403
    assert doors.house.ask(send_json("POST", f"/api/v1/notes/{number}/decisions", body, ines)).json()["ruling"] == "accepted"
    listed = doors.house.ask(get("/api/v1/notes", {"url": LAKE})).json()["notes"]
    assert [(each["id"], each["at_head"]) for each in listed] == [(number, True)]
    told = doors.house.ask(get(f"/api/v1/notes/{number}/annotation")).json()
    assert told["target"]["selector"][0]["exact"] == "all twelve"
    feed = ElementTree.fromstring(doors.house.ask(get(f"/corrections/{doors.desk.moot.site.id}/feed")).body)
    assert [title.text for title in feed.findall(f"{ATOM}entry/{ATOM}title")] == ["Corrected: The lake"]


@pytest.mark.parametrize(("body", "status", "says"), [
    ({"sources": []}, 422, "A note needs a source"), ({"sources": ["http://10.0.0.1/"]}, 422, "not a public page"),
    ({"sources": ["javascript:1"]}, 422, "https://"), ({"text": "No."}, 422, "what is right"), ({"text": "x " * 300}, 422, "500 letters"),
    ({"url": "https://other.example/"}, 422, "not a site"), ({"comment": "7"}, 404, "not there"), ({"kind": "silly"}, 422, ""), ({"x": 1}, 422, ""),
])  # fmt: skip
def test_what_is_not_right_is_refused_with_a_sentence_and_nothing_is_kept(doors: Doors, body: dict[str, object], status: int, says: str) -> None:
    given = {"url": LAKE, "text": SAID, "sources": [SOURCE]} | body
    answer = doors.house.ask(send_json("POST", "/api/v1/notes", given, doors.token(doors.desk.amara)))
    assert answer.status == status, answer
    assert says in answer.text
    assert doors.desk.head().total == 0


def test_who_is_not_signed_in_is_asked_to_before_the_form_and_comes_back_to_what_they_marked(doors: Doors) -> None:
    asked = {"url": LAKE, "exact": "The lake is clean.", "text": "It was closed in May."}
    page = doors.house.ask(get("/notes/new", asked)).text
    assert "note-form" not in page
    back = parse_qs(urlsplit(unescape(page.partition('href="/sign-in')[2].partition('"')[0])).query)["next"][0]
    assert back.startswith("/notes/new?") and "The+lake+is+clean." in back and "closed+in+May" in back
    there = doors.house.ask(get(back, cookie=doors.cookie(doors.desk.amara))).text
    assert "The lake is clean.</textarea>" in there and "It was closed in May.</textarea>" in there


def test_who_is_not_signed_in_any_more_keeps_the_words_and_is_told_once(doors: Doors) -> None:
    page = doors.house.ask(send_form("/notes", {"url": LAKE, "exact": "The lake is clean.", "text": SAID, "source": SOURCE})).text
    assert SAID in page and "The lake is clean.</textarea>" in page
    assert page.count("so that nobody counts twice") == 1


def test_a_refused_form_comes_back_with_what_was_typed(doors: Doors) -> None:
    cookie = doors.cookie(doors.desk.amara)
    answer = doors.house.ask(send_form("/notes", {"url": LAKE, "text": SAID, "source": ""}, cookie))
    assert answer.status == 422
    assert "A note needs a source" in answer.text
    assert SAID in answer.text
    done = doors.house.ask(send_form("/notes", {"url": LAKE, "text": SAID, "source": SOURCE}, cookie))
    assert done.status == 303
    page = doors.house.ask(get(done.headers["location"], cookie=cookie))
    assert SAID in page.text
    assert page.headers["cache-control"] == "private, no-store"


def test_a_held_note_is_read_by_its_writer_and_the_newsroom_alone(doors: Doors) -> None:
    number = doors.desk.propose(limits=True).id
    for path in (f"/api/v1/notes/{number}", f"/notes/{number}"):
        for who, may in ((doors.desk.amara, True), (doors.desk.editor, True), (doors.desk.reader(), False)):
            ask = get(path, token=doors.token(who)) if path.startswith("/api") else get(path, cookie=doors.cookie(who))
            answer = doors.house.ask(ask)
            assert (SAID in answer.text, answer.status) == (may, 200 if may else 404), (path, may)
    thread = f"/thread/{doors.desk.moot.story.id}"
    for path in ("/api/v1/notes?url=" + LAKE, thread, f"{thread}/notes", f"/api/v1/notes/{number}/annotation"):
        assert SAID not in doors.house.ask(get(path)).text


def test_what_a_note_says_never_runs(doors: Doors) -> None:
    bad = "<script>alert(1)</script> “><img src=x onerror=alert(1)> is what the story leaves out."
    number = doors.desk.propose(text=bad, exact="</script><script>alert(2)</script>").id
    doors.desk.decide(number, "accept", "</script><b>", before="<i>all</i>", after="<i>two</i>")
    thread, site = f"/thread/{doors.desk.moot.story.id}", doors.desk.moot.site.id
    for path in (f"/notes/{number}", thread, f"/corrections/{site}", f"{thread}/notes"):
        page = doors.house.ask(get(path)).text
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "<i>" not in page
    ElementTree.fromstring(doors.house.ask(get(f"/corrections/{doors.desk.moot.site.id}/feed")).body)


def test_the_desk_lists_what_waits_and_what_disputes_with_the_reasons(doors: Doors) -> None:
    moot = doors.desk.moot
    number = doors.desk.propose().id
    said = moot.says(moot.guest("Steve"), "That is not true: see https://lab.example/table, where two of twelve samples are above the limit.")
    moot.says(moot.guest("Bo"), "What is wrong with this council?")
    while moot.db.write_now(lambda tx: searching.search(tx, joins, moot.now + MINUTE)):
        pass
    (note,) = moot.db.read_now(lambda tx: at_desk.waiting(tx, moot.site.id, "harm", None, 10))
    (dispute,) = moot.db.read_now(lambda tx: at_desk.disputes(tx, moot.site.id, "harm", None, 10))
    assert (note.id, dispute.id) == (number, said)
    assert any("not true" in why.words for why in dispute.why)
    page = doors.house.ask(get("/desk", cookie=doors.cookie(doors.desk.editor)))
    assert page.status == 200
    assert SAID[:40] in page.text
    moot.db.write_now(lambda tx: searching.put_aside(tx, doors.desk.editor, said, moot.now))
    assert moot.db.read_now(lambda tx: at_desk.disputes(tx, moot.site.id, "harm", None, 10)) == []


def test_a_comment_that_becomes_a_note_leaves_the_list(doors: Doors) -> None:
    moot = doors.desk.moot
    said = moot.says(moot.guest("Steve"), "That is not true: see https://lab.example/table, where two of twelve samples are above the limit.")
    moot.db.write_now(lambda tx: searching.search(tx, joins, moot.now + MINUTE))
    assert moot.db.read_now(lambda tx: store_finding.finds_on(tx, moot.site.id, 10))
    doors.desk.propose(grew_from=said)
    assert moot.db.read_now(lambda tx: store_finding.finds_on(tx, moot.site.id, 10)) == []


@pytest.mark.long
def test_ten_thousand_ratings_at_once_lose_nothing(desk: Desk) -> None:
    note, people = desk.propose().id, desk.readers(10_000)
    for begin in range(0, 10_000, 500):
        desk.rate_all([(each, note, "helpful") for each in people[begin : begin + 500]])
    assert desk.note(note).ratings == 10_000
    before = desk.moot.db.read_now(lambda tx: tx.one("SELECT COUNT(*) AS jobs FROM job WHERE kind = 'note_rated'"))
    assert before.jobs == 1  # however many ratings wait, the note is reckoned once


def test_a_passage_is_found_again_by_the_verbs(desk: Desk) -> None:
    from folkmoot.notes import looking_up

    note = desk.propose(exact="in all twelve samples").id
    first = "The report says that bacteria were found in all twelve samples taken."
    desk.moot.db.write_now(lambda tx: looking_up.keep_text(tx, desk.moot.story, first, desk.moot.now))
    assert (desk.note(note).found, desk.note(note).place) == ("exact", first.index("in all twelve"))
    later = "Corrected. " + first.replace("in all twelve samples", "in two of twelve samples")
    desk.moot.db.write_now(lambda tx: looking_up.keep_text(tx, desk.moot.story, later, desk.moot.now))
    assert desk.note(note).found == "changed"
    desk.moot.db.write_now(lambda tx: looking_up.keep_text(tx, desk.moot.story, "All is new.", desk.moot.now))
    assert desk.note(note).found == "gone"
    assert desk.note(note).passage.exact == "in all twelve samples"
    assert anchor(desk.note(note).passage, first).found == "exact"
