"""What readers set right stands in a frozen story as they saw it: corrections and notes above the talk, the others below, and nothing else."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser

import msgspec
import pytest
from msgspec import Struct

from folkmoot.discussion.answers import CommentAnswer
from folkmoot.notes import belongings, notes, standing, store
from folkmoot.notes.model import Grade, Standing
from folkmoot.people.model import Actor
from tests.hostile import corpora
from tests.hostile.shape import Shape, foreign_leads
from tests.moot import DAY, Moot
from tests.notes.desk import SAID, SOURCE, Desk
from tests.reading.test_freezing import Files, frozen

HARMLESS = {
    "html", "head", "meta", "title", "link", "style", "body", "a", "header", "p", "h1", "h2", "h3", "bdi", "main", "section", "div", "span", "b",
    "time", "svg", "g", "path", "circle", "article", "ul", "li", "blockquote", "del", "ins",
}  # fmt: skip
LEADS = re.compile(r'(?:href|src)="([^"]*)"')


@pytest.fixture
def desk(moot: Moot) -> Desk:
    """The newsroom with notes."""
    return Desk(moot)


def stands(desk: Desk, note: int, grade: Grade, *, near: tuple[int, int] = (9, 11), far: tuple[int, int] = (7, 8), why: str = "") -> None:
    """A reckoning puts a note where it stands, and it has dwelt there."""
    found = Standing(grade, desk.moot.now, score=0.8, ratings=19, near=near, far=far, why=why)
    assert desk.moot.db.write_now(lambda tx: standing.stand(tx, note, desk.note(note).revision, found, dwell=0))


def told(kept: Files) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(kept.data)["notes"]
    return found


def article(page: str, note: int) -> str:
    """What the page says of a note, without markup, white space joined."""
    found = re.search(rf'<article class="note[^"]*" id="n{note}".*?</article>', page, re.S)
    assert found, note
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).split())


def leads_nowhere(page: str) -> list[str]:
    """Links that lead neither to an address of their own nor to a place in the file."""
    return [lead for lead in LEADS.findall(page) if not lead.startswith("https://") and (lead[:1] != "#" or f'id="{lead[1:]}"' not in page)]


def test_a_correction_and_a_helpful_note_stand_above_the_talk(desk: Desk) -> None:
    bo = desk.moot.says(desk.moot.guest("Bo"), "All twelve, they say.")
    right = desk.propose(exact="in all twelve samples", grew_from=bo).id
    desk.accept(right)
    desk.moot.later(DAY)
    rose = desk.propose(desk.moot.member("Steve"), "The fence is the county’s, not the town’s.").id
    stands(desk, rose, "helpful")
    kept = frozen(desk.moot)
    page = kept.page
    places = [page.index(each) for each in ("Set right", f'id="n{right}"', f'id="n{rose}"', ">Discussion<", "twelve, they say")]
    assert places == sorted(places)
    assert "in <del>all</del><ins>two of</ins> twelve samples" in page
    said = article(page, right)
    assert said.startswith("Correction, accepted by the editor 28 May 2026")
    assert SAID in said and "Told by Amara" in said and "Made of this comment" in said
    assert f'href="{SOURCE}"' in page and "lab.ostleycounty.example" in said
    said = article(page, rose)
    assert said.startswith("Helpful to readers who usually disagree: 9 on one side, 7 on the other 29 May 2026") and "Written by Steve" in said
    assert [(each["at_head"], each["status"], each["ruling"]) for each in told(kept)] == [(True, "proposed", "accepted"), (True, "helpful", "")]
    first = told(kept)[0]
    assert (first["author"], first["before"], first["after"]) == ("Amara", "in all twelve samples", "in two of twelve samples")
    assert [each["url"] for each in first["sources"]] == [SOURCE]  # type: ignore[attr-defined]


def test_what_is_proposed_disputed_or_declined_stands_below_with_what_readers_know_of_it(desk: Desk) -> None:
    waits = desk.propose(text="The gauge was broken that week.").id
    stands(desk, waits, "proposed", near=(3, 4), far=(1, 4))
    split = desk.propose(text="The mayor owns the mill.").id
    stands(desk, split, "disputed", near=(9, 9), far=(1, 9), why="burst_against")
    no = desk.propose(text="The lake is a pond.").id
    desk.decide(no, "decline", "The survey calls it a lake.")
    kept = frozen(desk.moot)
    page = kept.page
    assert "Set right" not in page and page.index(">Discussion<") < page.index('id="notes"')
    assert '<a href="#notes">Notes on this story</a>: 1 note proposed, 1 disputed<' in page
    assert article(page, waits).startswith("Proposed too early to say The gauge was broken")
    assert article(page, split).startswith("Disputed rated down all at once; most of the others find it helpful The mayor")
    assert article(page, no).startswith("Declined by the editor 28 May 2026 The survey calls it a lake. The note and its sources The lake is a pond.")
    by_id = {each["id"]: each for each in told(kept)}
    assert len(by_id) == 3 and not any(each["at_head"] for each in by_id.values())
    assert not {"ratings", "near", "far", "score"} & set(by_id[str(split)]), "counts are for who has rated it"
    assert leads_nowhere(page) == []


def test_a_note_that_lost_its_place_is_said_to_have_lost_it(desk: Desk) -> None:
    fell, went = (desk.propose(text=said).id for said in ("The mayor was not there.", "It rained for three weeks."))
    for note in (fell, went):
        stands(desk, note, "helpful")
    desk.moot.later(DAY)
    stands(desk, fell, "disputed")
    desk.moot.db.write_now(lambda tx: notes.withdraw(tx, desk.amara, went, desk.moot.now))
    page = frozen(desk.moot).page
    assert "has lost its place: readers no longer agree on it." in page and "was withdrawn by its writer." in page
    assert "The mayor was not there." in article(page, fell) and "It rained" not in page
    assert "Its words are gone" in article(page, went) and leads_nowhere(page) == []


def test_nothing_that_readers_did_not_see_is_in_it(desk: Desk) -> None:
    moot = desk.moot
    gone = desk.propose(text="Secret one, removed.", exact="a secret passage").id
    moot.db.write_now(lambda tx: notes.answer(tx, desk.editor, gone, "We never said this secret.", moot.now))
    desk.decide(gone, "remove", "A secret reason")
    held = desk.propose(text="Secret two, held.").id
    desk.decide(held, "hold", "A secret reason")
    first = desk.propose(text="Secret three, in its first words.").id
    moot.db.write_now(lambda tx: notes.revise(tx, desk.amara, first, "Its second words.", desk.draft().sources, moot.now, limits=False))
    nameless = desk.propose(moot.member("Nobody"), "The council voted on Monday.", credited=False).id
    desk.accept(nameless)
    for reader in desk.readers(3):
        desk.rate(reader, first, "helpful")
    kept = frozen(moot)
    page, data = kept.page, kept.data.decode()
    assert "Removed by the newsroom" in article(page, gone) and "Told by a reader" in article(page, nameless)
    for words in ("Secret", "secret", "Nobody", "Reader1", "mail.example", str(held)):
        assert words not in page and words not in data, words
    assert [each["id"] for each in told(kept)] == [str(nameless), str(first), str(gone)]


def test_a_note_about_a_comment_leads_to_it_while_readers_see_it(desk: Desk) -> None:
    moot = desk.moot
    bo, zoe = moot.guest("بدر"), moot.guest("Zoe")
    there, away = moot.says(bo, "It was shut for nineteen days."), moot.says(zoe, "Secretly never.")
    about, lost = desk.propose(text="For eleven days.", comment=there).id, desk.propose(text="Six times, in fact.", comment=away).id
    moot.withdraw(zoe, away)
    page = frozen(moot).page
    assert f'<a href="#c{there}">About this comment</a> · <bdi>بدر</bdi> · <time' in page
    assert "About this comment" in article(page, about) and "About this comment" not in article(page, lost)
    assert "Zoe" not in page and leads_nowhere(page) == []


def test_the_newsrooms_answer_stands_beside_its_note_and_the_page_answer_is_told(desk: Desk) -> None:
    note = desk.propose(sources=(SOURCE, "https://gone.example/")).id
    revision = desk.note(note).revision
    desk.moot.db.write_now(lambda tx: notes.answer(tx, desk.editor, note, "We have asked the county.", desk.moot.now))
    desk.moot.db.write_now(lambda tx: store.set_source(tx, revision, 1, "found", "200", "Lake water 2025", desk.moot.now))
    page = frozen(desk.moot).page
    said = article(page, note)
    assert "Ines , for the newsroom" in said and "We have asked the county." in said
    assert f'class="called" href="{SOURCE}"' in page and "Lake water 2025" in said
    assert '<a href="https://gone.example/"' in page, "where the words are the address, paper need not say it again"


def test_who_has_left_is_named_no_more(desk: Desk) -> None:
    note = desk.propose().id
    stands(desk, note, "helpful")
    amara = desk.amara.id or 0
    desk.moot.db.write_now(lambda tx: belongings.erase(tx, amara, "stay", desk.moot.now))
    page = frozen(desk.moot).page
    assert "Amara" not in page and "Written by Withdrawn person" in article(page, note).replace(" .", "")


class _First(Struct):
    """The file as who reads version 1 has known it from the first."""

    version: int
    frozen: str
    story: dict[str, object]
    comments: list[CommentAnswer]


def test_who_reads_the_first_version_reads_on(desk: Desk) -> None:
    desk.moot.says(desk.moot.guest("Bo"), "All twelve, they say.")
    desk.accept(desk.propose().id)
    read = msgspec.json.decode(frozen(desk.moot).data, type=_First)
    assert (read.version, [each.text for each in read.comments]) == (1, ["All twelve, they say."])


def test_no_number_of_later_notes_takes_a_correction_away(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    right = desk.propose(exact="in all twelve samples").id
    desk.accept(right)
    monkeypatch.setattr(store, "MOST", 5)
    later: list[int] = []
    for number in range(6):
        later.append(desk.propose(text=f"Note {number} on another matter.", seen=frozenset(later)).id)
    assert [seen.note.id for seen in desk.head().at_head] == [right]
    kept = frozen(desk.moot)
    assert SAID in article(kept.page, right)
    assert [each["id"] for each in told(kept)] == [str(right), *map(str, reversed(later[1:]))]


# ── Hostile words ────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Elements(HTMLParser):
    """The elements of a page, and what stands in them that browsers act on."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.acts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.acts += [name for name, _ in attrs if name.startswith("on") or name in ("style", "src", "action", "srcdoc", "xlink:href")]


def everywhere(desk: Desk, words: str, who: Actor, number: int, seen: list[int]) -> None:
    """One text as a note, its passage, its source's title and answer, and all that the newsroom says. seen: notes so far, where it is put."""
    moot, words = desk.moot, words.replace("\0", "")[:120]
    found = desk.propose(who, f"They say {words} there.", exact=words, sources=(f"https://lab.example/{number}",), seen=frozenset(seen))
    if found.verdict.answer != "published":
        return
    seen.append(note := found.id)
    revision, deed = desk.note(note).revision, ("accept", "clarify", "decline", "")[number % 4]
    moot.db.write_now(lambda tx: store.set_source(tx, revision, 1, "dead", words[:20], words, moot.now))
    moot.db.write_now(lambda tx: notes.answer(tx, desk.editor, note, words, moot.now))
    if deed and words.strip():
        desk.decide(note, deed, words, **({"before": words, "after": f"{words} ."} if deed == "accept" else {}))
    else:
        stands(desk, note, "helpful")


def looked_over(kept: Files, said: list[int]) -> None:
    """Nothing that was typed has become markup, a link or a script."""
    elements = _Elements(kept.page)
    assert elements.found <= HARMLESS and elements.acts == []
    assert foreign_leads(Shape(kept.page), "news.example", "lab.example") == []
    assert {each["id"] for each in told(kept)} == set(map(str, said))


def test_hostile_words_stay_words_in_notes_that_are_frozen(desk: Desk) -> None:
    writers = [desk.moot.member(name) for name in ("Mallory", "Mal<script>", "مالوري")]
    said: list[int] = []
    for number, words in enumerate(corpora.SAMPLES):
        everywhere(desk, words, writers[number % 3], number, said)
    assert len(said) > 20
    looked_over(frozen(desk.moot), said)


@pytest.mark.long
def test_hostile_words_of_every_corpus_stay_words_in_notes_that_are_frozen(desk: Desk) -> None:
    writer, texts = desk.moot.member("Mallory"), [each for each in corpora.texts() if 10 < len(each) < 120 and each.isprintable()][::60]
    said: list[int] = []
    for number, words in enumerate(texts[:190]):
        everywhere(desk, words, writer, number, said)
    assert len(said) > 100
    looked_over(frozen(desk.moot), said)
