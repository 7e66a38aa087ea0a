"""Whom notes tell what, by the one door for notices (people/notices.py). The kinds stand in people/kinds.py."""

from __future__ import annotations

from typing import Any

from folkmoot.notes import store
from folkmoot.notes.model import AT_ONCE, Note
from folkmoot.people import notices
from folkmoot.people.model import Person
from folkmoot.sites.model import Story
from folkmoot.sites.stories import get_story
from folkmoot.storage import jobs
from folkmoot.storage.database import Tx

DECIDED = "note_decided"  # payload: {"decision", "first"}
_RULED = {"accept": "note_accepted", "clarify": "note_clarified", "decline": "note_declined"}
_KEPT = {"hold": "note_held", "release": "note_released", "remove": "note_removed", "restore": "note_released"}
_GRADED = {"both_sides": "note_both_sides", "helpful": "note_helpful", "disputed": "note_disputed", "unhelpful": "note_disputed"}


def _title(story: Story) -> str:
    return story.title or story.address


def _writer(tx: Tx, note: Note, kind: str, key: str, now: int, story: Story, by: int | None = None, **values: str) -> None:
    """Tells a note's writer."""
    if note.person is not None and note.person != by:
        given = {"story": _title(story), "words": note.text, **values}
        notices.tell(tx, note.person, kind, given, key=key, now=now, site=note.site, opens=f"/notes/{note.id}", thread=f"note-{note.id}", by=by)


def _editors(tx: Tx, note: Note, deed: str, kind: str, key: str, now: int, story: Story, **values: str) -> None:
    """Tells everybody of the newsroom who may do a deed, but not the note's writer."""
    given = {"story": _title(story), "words": note.text, **values}
    opens, thread = f"/notes/{note.id}", f"note-{note.id}"
    notices.tell_staff(tx, note.site, deed, kind, given, key=key, now=now, opens=opens, thread=thread, by=note.person)


def proposed(tx: Tx, note: Note, story: Story, now: int, noted: int | None) -> None:
    """The editors, at once; and the writer of the noted comment, who may answer beside it."""
    _editors(tx, note, "judge_notes", "note_proposed", f"note-proposed-{note.id}", now, story, name=note.name)
    if noted is not None and noted != note.person:
        given = {"story": _title(story), "words": note.text}
        notices.tell(tx, noted, "note_on_you", given, key=f"note-on-{note.id}", now=now, site=note.site, opens=f"/notes/{note.id}", by=note.person)


def alarm(tx: Tx, site: int, fit: int, now: int) -> None:
    """The desk: somebody may be steering the axis."""
    notices.tell_staff(tx, site, "see_notes", "note_alarm", {"words": ""}, key=f"note-alarm-{fit}", now=now, opens=f"/desk/note_alarm/{fit}")


def held(tx: Tx, note: Note, story: Story, now: int) -> None:
    """The desk: a note waits unseen."""
    _editors(tx, note, "keep_notes", "note_waits", f"note-waits-{note.revision}-{now}", now, story, name=note.name)


def unanswered(tx: Tx, note: Note, story: Story, now: int) -> None:
    """The editors: a day has gone by."""
    _editors(tx, note, "judge_notes", "note_unanswered", f"note-unanswered-{note.id}-{now}", now, story, name=note.name)


def appealed(tx: Tx, note: Note, story: Story, reason: str, now: int) -> None:
    """The editors: its writer asks for another look."""
    _editors(tx, note, "judge_notes", "note_appealed", f"note-appealed-{note.id}-{now}", now, story, name=note.name, reason=reason)


def put(tx: Tx, decision: int, now: int, first: bool = False) -> None:
    """Has told of the newsroom's decision, once it can no more be taken back at once. first: readers see the note for the first time."""
    jobs.put(tx, DECIDED, {"decision": decision, "first": first}, now, run_after=now + AT_ONCE, key=f"{DECIDED}:{decision}")


def tell_decided(tx: Tx, told: dict[str, Any], now: int) -> int:
    """The writer: what the newsroom made of it; the editors, where it is new to readers. Nobody, where it was taken back at once."""
    number = store.note_of_decision(tx, told["decision"])
    note = store.note_by_id(tx, number) if number is not None else None
    made = next((each for each in store.decisions_on(tx, note.id) if each.id == told["decision"]), None) if note else None
    if note is None or made is None:
        return 0
    story, kind = get_story(tx, note.story), _RULED.get(made.deed) or _KEPT.get(made.deed)
    if told["first"]:
        proposed(tx, note, story, now, None)
    if kind:
        _writer(tx, note, kind, f"note-decided-{made.id}", now, story, reason=made.reason)
    return 0


def answered(tx: Tx, note: Note, story: Story, by: Person, said: str, now: int) -> None:
    """The writer: that somebody answered beside it."""
    _writer(tx, note, "note_answered", f"note-answered-{note.id}-{now}", now, story, by.id, who=by.name, words=said)


def graded(tx: Tx, note: Note, story: Story, now: int) -> None:
    """The writer: that readers have moved it."""
    if note.grade in _GRADED:
        _writer(tx, note, _GRADED[note.grade], f"note-graded-{note.id}-{now}", now, story)


def dead_source(tx: Tx, note: Note, story: Story, address: str, said: str, now: int) -> None:
    """The writer: that a page which is to prove it does not answer."""
    _writer(tx, note, "note_source", f"note-source-{note.revision}", now, story, source=address, reason=said)


def gone(tx: Tx, note: Note, story: Story, now: int, people: tuple[int, ...] = ()) -> None:
    """Those who had rated it: that it has lost its place, or was taken back."""
    for person in people:
        given = {"story": _title(story), "words": note.text}
        key, opens = f"note-gone-{note.id}-{now}", f"/notes/{note.id}"
        notices.tell(tx, person, "note_gone", given, key=key, now=now, site=note.site, opens=opens, by=note.person)


def asked(tx: Tx, note: Note, story: Story, person: int, now: int) -> None:
    """A reader drawn by lot who said yes to be asked by mail."""
    given = {"story": _title(story), "words": note.text}
    key, opens = f"note-asked-{note.revision}", f"/notes/{note.id}#rate"
    notices.tell(tx, person, "note_asked", given, key=key, now=now, site=note.site, opens=opens, by=note.person)
