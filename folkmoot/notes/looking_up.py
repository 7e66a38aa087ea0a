"""Looks at pages: whether the sources of a note answer, and what the story says now, so that passages are found again. Done by the worker.

Three functions for one job (work.Telling): what is to be fetched, the fetching, what came of it. A page that does not answer is said to
be dead beside the source, and to the note's writer; nothing is taken away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from msgspec import Struct

from folkmoot import outbound
from folkmoot.errors import NotFound, Problem
from folkmoot.notes import store, store_finding, telling
from folkmoot.notes.model import DAY, HOUR, Note
from folkmoot.notes.notes import LOOK_UP
from folkmoot.notes.quoting import anchor, around
from folkmoot.notes.sources import read_page
from folkmoot.settings import Settings
from folkmoot.sites.model import Story
from folkmoot.sites.stories import get_story
from folkmoot.storage import jobs
from folkmoot.storage.database import Tx
from folkmoot.storage.ids import new_id
from folkmoot.web.words import N_

BOUNDS = outbound.Bounds(most=2 << 20, seconds=10.0)
READ_EVERY = 6 * HOUR  # how often the words of a story with notes are read again
FOR_DAYS = 30 * DAY  # after its last note
STEP = 50


class Wanted(Struct, frozen=True):
    """What is to be fetched: a story's page, and the sources of a revision (0: none)."""

    story: int
    address: str
    revision: int
    sources: tuple[tuple[int, str], ...]


class Came(Struct, frozen=True):
    """What came. story: (title, text), None where it did not come; sources: (number, found or dead, what was said, title)."""

    story: tuple[str, str] | None
    sources: tuple[tuple[int, str, str, str], ...]


def look(tx: Tx, told: dict[str, int], now: int) -> Wanted | None:
    """What a job is about. None where the story is gone."""
    try:
        story = get_story(tx, told["story"])
    except NotFound:
        return None
    revision = told.get("revision", 0)
    rows = store.unchecked_sources(tx, revision) if revision else []
    return Wanted(story.id, story.address, revision, tuple((row.number, row.url) for row in rows))


def fetch(wanted: Wanted, settings: Settings, now: int) -> Came:
    """Fetches it all. Never raises: what does not come is what came of it."""
    sources = tuple((number, *_source(settings, url)) for number, url in wanted.sources)
    return Came(_story(settings, wanted.address), sources)


def _source(settings: Settings, url: str) -> tuple[str, str, str]:
    try:
        answer = outbound.get(settings.outbound, url, bounds=BOUNDS)
    except outbound.Unfit:
        return "found", "", ""  # there, though too large to be read
    except Problem:
        return "dead", N_("no answer"), ""
    if answer.status in (401, 403, 405, 406, 429, 451):  # there, though not for us
        return "found", "", ""
    if not answer.fine:
        return "dead", str(answer.status), ""
    return "found", "", _text(answer)[0] if "html" in answer.headers.get("content-type", "") else ""


def _story(settings: Settings, address: str) -> tuple[str, str] | None:
    try:
        answer = outbound.get(settings.outbound, address, bounds=BOUNDS)
    except Problem:
        return None
    return _text(answer) if answer.fine and "html" in answer.headers.get("content-type", "html") else None


def _text(answer: outbound.Answer) -> tuple[str, str]:
    kind = answer.headers.get("content-type", "")
    charset = kind.partition("charset=")[2].split(";")[0].strip("\"' ") or "utf-8"
    try:
        return read_page(answer.body.decode(charset, "replace"))
    except LookupError:
        return read_page(answer.body.decode("utf-8", "replace"))


def remember(tx: Tx, told: dict[str, int], came: Came | None, now: int) -> None:
    """Keeps what came: titles, dead links, the story's words; finds its notes' passages again."""
    if came is None:
        return
    story = get_story(tx, told["story"])
    tx.hold(story.id)
    for number, state, said, title in came.sources:
        store.set_source(tx, told["revision"], number, state, said, title.replace("\0", ""), now)
    dead = [each for each in came.sources if each[1] == "dead"]
    if dead:
        _tell(tx, story, told["revision"], dead, now)
    if came.story is not None:
        keep_text(tx, story, came.story[1].replace("\0", ""), now)
    if came.sources:
        tx.bump(story.id)


def _tell(tx: Tx, story: Story, revision: int, dead: Sequence[tuple[int, str, str, str]], now: int) -> None:
    note = next((note for note in store.notes_on(tx, story.id) if note.revision == revision), None)
    if note is not None:
        number, _, said, _ = dead[0]
        telling.dead_source(tx, note, story, note.sources[number - 1].url, said, now)


def keep_text(tx: Tx, story: Story, text: str, now: int) -> int:
    """Keeps a story's words, and finds the passages of its notes in them; how many moved. The same words as before: nothing moves."""
    digest = hashlib.sha256(f"{story.title}\n{text}".encode()).hexdigest()
    kept = store_finding.text_of(tx, story.id)
    store_finding.put_text(tx, story.id, story.title, text, digest, now)
    notes = [note for note in store.notes_on(tx, story.id) if note.state in ("open", "held") and note.passage.exact]
    if kept is not None and kept.digest == digest and all(note.found != "unknown" for note in notes):
        return 0
    return sum(_anchor(tx, note, text, story.title, now) for note in notes)


def _anchor(tx: Tx, note: Note, text: str, title: str, now: int) -> bool:
    found = anchor(note.passage, text, title, note.place)
    if (found.found, found.start) == (note.found, note.place):
        return False
    store.set_anchor(tx, note.revision, found.found, found.start)
    if found.found == "exact" and found.start is not None and not (note.passage.prefix or note.passage.suffix):
        store.set_context(tx, note.revision, around(text, found.start, found.end or found.start))
    if note.found != "unknown" and found.found != note.found:
        store.insert_decision(tx, new_id(now), note.id, "anchor", None, "rule", now, rule=found.found)
    if found.found != note.found:
        tx.bump(note.story)
    return True


def read_again(tx: Tx, now: int) -> int:
    """Has the stories read again whose notes are of lately; how many, at most STEP."""
    due = store_finding.due_texts(tx, now - READ_EVERY, now - FOR_DAYS, STEP)
    for story in due:
        jobs.put(tx, LOOK_UP, {"story": story}, now, key=f"{LOOK_UP}:story:{story}")
        store_finding.touch_text(tx, story, now)
    return len(due)
