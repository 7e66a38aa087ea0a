"""Notes at the desk: those that wait for an editor, those that are held; and comments that dispute their story. Why each is there."""

from __future__ import annotations

from folkmoot.errors import Invalid, Sentence, say
from folkmoot.notes import deciding, searching, showing, store, store_finding, store_ratings
from folkmoot.notes.model import Note
from folkmoot.notes.notes import get_note
from folkmoot.people.model import Actor
from folkmoot.people.waiting import Because, Choice, Order, Place, Source, Waits, Why, place_of, require_why
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Row, Tx
from folkmoot.web.words import N_

DOUBTS = ("campaign_for", "campaign_against", "burst_against", "asked_differ", "linked_differ")  # what a reckoning without some raters has shown
MANY = 500   # notes of a site that can wait before the last of them are left out of the list
_CHOICES = {
    "accept": Choice("accept", N_("Accept as a correction"), "", "plain"), "clarify": Choice("clarify", N_("Clarify"), "", "plain", True),
    "decline": Choice("decline", N_("Decline"), "X", "danger", True), "release": Choice("release", N_("Release"), "R"),
    "hold": Choice("hold", N_("Hold"), "H", "quiet"), "remove": Choice("remove", N_("Remove"), "", "danger", True),
}  # fmt: skip
ASIDE = Choice("aside", N_("Nothing in it"), "X", "quiet")


def waiting(tx: Tx, site: int, order: Order, after: Place | None, limit: int) -> list[Waits]:
    """Notes of a site that no editor has answered, and those that are held."""
    items = [_waits(tx, note) for note in store.notes_waiting(tx, site, MANY)]
    items.sort(key=lambda item: place_of(item, order))
    return [item for item in items if after is None or place_of(item, order) > after][:limit]


def find(tx: Tx, number: int) -> Waits | None:
    """One that waits."""
    note = store.note_by_id(tx, number)
    return _waits(tx, note) if note is not None and not note.ruling and note.state in ("open", "held") else None


def _waits(tx: Tx, note: Note) -> Waits:
    why = tuple(reasons(tx, note))
    shown = note.grade in ("both_sides", "helpful")  # readers of both sides find it right: then the story misleads everybody who reads it
    weight = 50 + 50 * (note.state == "held") + 200 * shown + 100 * bool(note.unanswered) + 25 * (note.grade == "disputed")
    return Waits(
        kind="note", id=note.id, site=note.site, since=note.proposed, weight=weight + (min(note.ratings, 30) if shown else 0), name=note.name,
        snippet=note.text, why=why, story=note.story, person=note.person, address=f"/notes/{note.id}",
    )  # fmt: skip


def reasons(tx: Tx, note: Note) -> list[Why]:
    """Why a note waits, in a few words each."""
    found: list[Why] = []
    if note.state == "held":
        held = store.last_deed(tx, note.id, "hold")
        found.append(Why(N_("Held: nobody sees it yet"), "stopped"))
        if held and held.reason:
            found.append(Why(held.reason))
    else:
        found.append(Why(N_("Says that something in the story is wrong")))
    if store.last_deed(tx, note.id, "appeal", "reopen", "release") and store.last_deed(tx, note.id, "appeal"):
        found.append(Why(N_("Its writer asks for another look"), "yours"))
    if note.unanswered:
        found.append(Why(N_("Unanswered for a day: readers see that"), "stopped"))
    standing = store.standing_of(tx, note.id, note.revision)
    if standing is not None and standing.why in DOUBTS:
        found.append(Why(showing.REASONS[standing.why], "stopped"))
    if note.grade != "proposed":
        found.append(Why(showing.GRADES[note.grade]))
    if note.ratings:
        found.append(Why(_numbers(tx, note), "plain"))
    if any(source.state == "dead" for source in note.sources):
        found.append(Why(N_("A source does not answer")))
    return found


def _numbers(tx: Tx, note: Note) -> Sentence:
    tally = store_ratings.tally(tx, note.revision)
    return say("{yes} find it helpful, {no} do not", yes=tally.get(2, 0), no=tally.get(0, 0))


def choices(tx: Tx, actor: Actor, number: int) -> tuple[Choice, ...]:
    """The verbs that fit; a correction needs words of before and after, so it is made on the note's own page."""
    fits = deciding.deeds_for(actor, get_note(tx, number))
    return tuple(_CHOICES[deed] for deed in fits if deed in _CHOICES and deed != "accept")


def decide(tx: Tx, actor: Actor, number: int, deed: str, because: Because, now: int) -> int | None:
    """Does one of them; the number by which it is undone."""
    if deed not in _CHOICES:
        raise Invalid("This does not fit here any more. Look again, then decide.", "bad_decision", "do")
    if deed == "remove":
        require_why(because)
    deciding.decide(tx, actor, number, deed, because.reason or because.guideline, now)
    made = store.last_deed(tx, number, deed)
    return made.id if made else None


def show(tx: Tx, actor: Actor, number: int, now: int) -> dict[str, object]:
    """What stands beside a note at the desk."""
    whole = showing.whole(tx, actor, number)
    note = whole.seen.note
    tally = store_ratings.tally(tx, note.revision)
    why = showing.why(whole.seen, True)
    return {"whole": whole, "why": why, "seen": whole.seen, "note": note, "story": get_story(tx, note.story), "tally": tally}


SOURCE = Source(
    kind="note", label=N_("Notes"), sees="see_notes", waiting=waiting, find=find, choices=choices, decide=decide, undo=deciding.undo, show=show,
    template="notes/at_desk.html",
)  # fmt: skip


# Comments that dispute their story


def disputes(tx: Tx, site: int, order: Order, after: Place | None, limit: int) -> list[Waits]:
    """Comments of a site that dispute a story, the most likely first."""
    items = sorted((_dispute(row) for row in store_finding.finds_on(tx, site, MANY)), key=lambda item: place_of(item, order))
    return [item for item in items if after is None or place_of(item, order) > after][:limit]


def find_dispute(tx: Tx, comment: int) -> Waits | None:
    row = store_finding.find_by_comment(tx, comment)
    return _dispute(row) if row is not None and row.settled is None else None


def _dispute(row: Row) -> Waits:
    found = searching.found_of(row)
    said = tuple(Why(say(_NOTICED[reason.what], words=reason.words[:80])) for reason in found.reasons[:4])
    return Waits(
        kind="dispute", id=row.comment, site=row.site, since=row.found, weight=min(90, round(row.weight * 20)), name="", snippet=" … ".join(
            reason.words for reason in found.reasons)[:300], why=said, story=row.story, address=f"/c/{row.comment}",
    )  # fmt: skip


_NOTICED = {
    "says": say("Says “{words}”", words="").template, "quotes": say("Quotes the headline: “{words}”", words="").template,
    "links": say("Links to {words}", words="").template, "knows": say("Names who knows: “{words}”", words="").template,
}  # fmt: skip


def dispute_choices(tx: Tx, actor: Actor, comment: int) -> tuple[Choice, ...]:
    return (ASIDE,)


def decide_dispute(tx: Tx, actor: Actor, comment: int, deed: str, because: Because, now: int) -> int | None:
    """Puts it aside."""
    if deed != "aside":
        raise Invalid("This does not fit here any more. Look again, then decide.", "bad_decision", "do")
    searching.put_aside(tx, actor, comment, now)
    return comment


def undo_dispute(tx: Tx, actor: Actor, comment: int, now: int) -> None:
    searching.put_back(tx, actor, comment)


def show_dispute(tx: Tx, actor: Actor, comment: int, now: int) -> dict[str, object]:
    row = store_finding.find_by_comment(tx, comment)
    return {"found": searching.found_of(row) if row else None, "story": get_story(tx, row.story) if row else None, "comment": comment}


DISPUTES = Source(
    kind="dispute", label=N_("Comments that dispute the story"), sees="see_notes", waiting=disputes, find=find_dispute, choices=dispute_choices,
    decide=decide_dispute, undo=undo_dispute, show=show_dispute, template="notes/dispute.html",
)  # fmt: skip
