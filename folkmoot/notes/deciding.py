"""What the newsroom does with notes: accept, clarify, decline, and open again; hold, release, remove and restore. Each a row with who, when, why.

An accepted note is a correction: it says what stood before and what stands now, stays at the head of its story and in the public log.
KEEPING says which state each deed of the desk starts from and leads to; each is undone by its opposite.
"""

from __future__ import annotations

from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, say
from folkmoot.notes import store, telling
from folkmoot.notes.model import AT_ONCE, EDITORS_CLOCK, LED_TO, MAX_TEXT, RULED, RULINGS, UNDO, Deed, Note
from folkmoot.notes.notes import get_note, take
from folkmoot.people.model import Actor
from folkmoot.people.roles import may
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Tx
from folkmoot.storage.ids import new_id
from folkmoot.web.words import N_

KEEPING: dict[str, tuple[frozenset[str], str]] = {  # deed -> (the states it starts from, the one it leads to)
    "hold": (frozenset({"open"}), "held"),
    "release": (frozenset({"held"}), "open"),
    "remove": (frozenset({"open", "held"}), "removed"),
    "restore": (frozenset({"removed"}), "open"),
}
_RULED = {
    "accepted": N_("This note is accepted already."), "clarified": N_("This note has made the story clearer already."),
    "declined": N_("This note is declined already."),
}  # fmt: skip
_UNFIT = {
    "open": N_("This note is shown already, so that decision does not fit it."),
    "held": N_("This note is held, so that decision does not fit it."),
    "removed": N_("This note is removed already, so that decision does not fit it."),
    "withdrawn": N_("Its writer has withdrawn this note, so that decision does not fit it."),
}
DEEDS = (*RULINGS, "reopen", *KEEPING)


def decide(tx: Tx, actor: Actor, note: int, deed: str, reason: str, now: int, *, before: str = "", after: str = "") -> Note:
    """Does one of DEEDS to a note and remembers it; gives the note as it is then.

    before, after: of an accepted note, the words of the story that were wrong and those that stand there now; a clarified one takes the
    words that make it clear as its reason. Raises Invalid, NotAllowed without the role, Conflict where the note is in no state for it.
    """
    if deed not in DEEDS:
        raise Invalid(say("A decision is one of {deeds}.", deeds=DEEDS), "bad_decision", "do")
    for field, words in (("reason", reason), ("before", before), ("after", after)):
        if len(words) > MAX_TEXT:
            raise Invalid(say("A reason has up to {limit} letters.", limit=MAX_TEXT), "too_long", field)
    found = take(tx, note)
    _require(actor, found, deed)
    if deed in KEEPING:
        _keep(tx, actor, found, deed, reason.strip(), now)
    elif deed == "reopen":
        _reopen(tx, actor, found, reason.strip(), now)
    else:
        _rule(tx, actor, found, deed, reason.strip(), before.strip(), after.strip(), now)
    tx.bump(found.story)
    return get_note(tx, note)


def _require(actor: Actor, note: Note, deed: str) -> None:
    if may(actor, "keep_notes" if deed in KEEPING else "judge_notes", note.site):
        return
    if note.state in ("held", "removed") and note.person != actor.id:
        raise NotFound("There is no such note.", "no_such_note")
    raise NotAllowed("Only this site’s editors may decide this.", "not_staff")


def _rule(tx: Tx, actor: Actor, note: Note, deed: str, reason: str, before: str, after: str, now: int) -> None:
    """Accepts, clarifies or declines: the editor's answer."""
    if note.state not in ("open", "held"):
        raise Conflict("This note is not open, so there is nothing to decide.", "wrong_state")
    if note.ruling == RULINGS[deed]:
        raise Conflict(_RULED[note.ruling], "wrong_state")
    if deed == "decline" and not reason:
        raise Invalid("Say why it is declined: its writer and everybody else can read it.", "no_reason", "reason")
    if deed == "clarify" and not reason:
        raise Invalid("Say what makes it clear: readers see these words at the head of the story.", "no_reason", "reason")
    if deed == "accept" and (not before or not after or before == after):
        raise Invalid(
            "Say what stood in the story and what stands there now: readers see the difference.", "no_correction", "after" if before else "before"
        )
    if note.state == "held" and deed != "decline":
        store.set_state(tx, note.id, "open")
        _remember(tx, actor, note, "release", "", now)
    store.set_ruling(tx, note.id, RULINGS[deed], now)
    telling.put(tx, _remember(tx, actor, note, deed, reason, now, before, after), now)


def _reopen(tx: Tx, actor: Actor, note: Note, reason: str, now: int) -> None:
    """Takes a decision back. That there was one stays to be seen."""
    if not note.ruling:
        raise Conflict("This note has not been decided yet.", "wrong_state")
    store.set_ruling(tx, note.id, "", None)
    store.set_due(tx, note.id, now + EDITORS_CLOCK)
    _remember(tx, actor, note, "reopen", reason, now)


def _keep(tx: Tx, actor: Actor, note: Note, deed: str, reason: str, now: int) -> None:
    begins, ends = KEEPING[deed]
    if note.state not in begins:
        raise Conflict(_UNFIT[note.state], "wrong_state")
    first = deed == "release" and not _seen_before(tx, note.id)
    store.set_state(tx, note.id, ends)
    telling.put(tx, _remember(tx, actor, note, deed, reason, now), now, first)
    if first:
        store.set_due(tx, note.id, now + EDITORS_CLOCK)


def _seen_before(tx: Tx, note: int) -> bool:
    """Whether it had been open before it was held: it was not held as it came in."""
    deeds = [each.deed for each in store.decisions_on(tx, note)]
    return deeds[:2] != ["propose", "hold"] or "release" in deeds


def _remember(
    tx: Tx, actor: Actor, note: Note, deed: str, reason: str, now: int, before: str = "", after: str = "", rule: str = ""
) -> int:
    made_by, made = "person" if actor.door == "web" else actor.door, new_id(now)
    store.insert_decision(
        tx, made, note.id, deed, actor.id, made_by, now, rule=rule, reason=reason, revision=note.revision, before=before, after=after
    )
    return made


def undo(tx: Tx, actor: Actor, decision: int, now: int) -> None:
    """Takes the last decision on a note back: its state and ruling are as they were before, and at once as if it had never been.

    Raises NotFound, NotAllowed, Conflict where something else has been decided since.
    """
    number = store.note_of_decision(tx, decision)
    if number is None:
        raise NotFound("There is no such decision.", "no_such_decision")
    note, deeds = take(tx, number), [each for each in store.decisions_on(tx, number) if each.deed in LED_TO or each.deed in RULED]
    _require(actor, note, deeds[-1].deed)
    if deeds[-1].id != decision or deeds[-1].deed not in DEEDS or deeds[-1].rule == UNDO:
        raise Conflict("Something else has been decided since, so this is not the last word any more. Decide anew.", "decided_since")
    _take_back(tx, actor, note, deeds, now)
    if len(deeds) > 2 and deeds[-1].deed in RULINGS and (deeds[-2].deed, deeds[-2].at, deeds[-2].person) == ("release", deeds[-1].at, actor.id):
        _take_back(tx, actor, note, deeds[:-1], now)  # what was held had been shown by its ruling
    tx.bump(note.story)


def _take_back(tx: Tx, actor: Actor, note: Note, deeds: list[Deed], now: int) -> None:
    """Does the opposite of the last of these: what had explained the state or the ruling before holds again."""
    undone, leads = deeds[-1], RULED if deeds[-1].deed in RULED else LED_TO
    before = next((each for each in reversed(deeds[:-1]) if each.deed in leads), None)
    if leads is RULED:
        store.set_ruling(tx, note.id, RULED[before.deed] if before else "", before.at if before and RULED[before.deed] else None)
        deed = before.deed if before else "reopen"
    else:
        state = LED_TO[before.deed] if before else "open"
        store.set_state(tx, note.id, state)
        deed = {"held": "hold", "removed": "remove"}.get(state, "restore" if undone.deed == "remove" else "release")
    why = before or Deed("", 0, None, "", "", "")
    made = _remember(tx, actor, note, deed, why.reason, now, why.before, why.after, UNDO)
    if now - undone.at > AT_ONCE:
        telling.put(tx, made, now)


def deeds_for(actor: Actor, note: Note) -> list[str]:
    """The decisions that this person may take on a note as it stands."""
    if note.state == "withdrawn":
        return []
    fits: list[str] = []
    if may(actor, "judge_notes", note.site) and note.state != "removed":
        fits += ["reopen"] if note.ruling else list(RULINGS)
    if may(actor, "keep_notes", note.site):
        fits += [deed for deed, (begins, _) in KEEPING.items() if note.state in begins]
    return fits


def unanswered(tx: Tx, now: int, limit: int = 100) -> int:
    """Marks notes whose editor's day is over as unanswered, for readers to see; how many, at most `limit`."""
    due = store.due_notes(tx, now, limit)
    for note in due:
        store.set_unanswered(tx, note.id, now)
        store.insert_decision(tx, new_id(now), note.id, "unanswered", None, "rule", now, rule="editors_clock")
        telling.unanswered(tx, note, get_story(tx, note.story), now)
        tx.bump(note.story)
    return len(due)
