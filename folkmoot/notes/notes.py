"""What writers of notes do: propose, revise, withdraw, answer beside one, report one, ask for another look. Each verb checks who acts.

A note is open (readers may see it) or held (its writer and the desk may). Whatever changes what readers see moves the story's version.
"""

from __future__ import annotations

from msgspec import Struct

from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, say
from folkmoot.notes import store, store_finding, telling
from folkmoot.notes.model import DAY, EDITORS_CLOCK, MAX_TEXT, REPORTS, About, Answer, Draft, Note, Passage, Source, Verdict
from folkmoot.notes.rules import Context, judge
from folkmoot.people.model import Actor, Person
from folkmoot.people.roles import is_staff, may
from folkmoot.sites.model import Story
from folkmoot.sites.stories import get_story
from folkmoot.storage import jobs
from folkmoot.storage.database import Tx
from folkmoot.storage.ids import new_id
from folkmoot.web.words import N_

LOOK_UP = "note_look_up"  # the job that looks at a revision's sources and finds its passage in the story


class Proposed(Struct, frozen=True):
    """What became of a draft."""

    id: int
    story: int
    verdict: Verdict


def propose(tx: Tx, actor: Actor, draft: Draft, now: int, *, about: About | None = None, grew: About | None = None, limits: bool = True) -> Proposed:
    """Proposes a note on a story, or on a comment under it: seen at once, or held for the desk.

    about, grew: the comments that the draft names, as the discussion knows them. Raises NotSignedIn and NotAllowed for who has proven
    no mailbox, Invalid with the rule's reason where it is refused, NotFound for a story or a comment that is not there.
    """
    person = require_proven(actor)
    tx.hold(draft.story)
    story = get_story(tx, draft.story)
    _require_here(draft.comment, about, story)
    _require_here(draft.grew_from, grew, story)
    verdict = _judge(tx, actor, story, draft, now, limits)
    if verdict.answer == "refused":
        raise Invalid(verdict.why, f"refused_{verdict.rule}", verdict.field or "text")
    note, revision = new_id(now), new_id(now)
    store.insert_note(
        tx, id=note, site=story.site, story=story.id, comment=draft.comment, grew_from=draft.grew_from, person=person.id, name=person.name,
        credited=int(draft.credited), kind=draft.kind, state="open" if verdict.answer == "published" else "held", revision=revision,
        now=now, due=None,
    )  # fmt: skip
    store.insert_revision(tx, revision, note, 1, draft.text, draft.passage, draft.sources, "shown", now)
    store.insert_decision(tx, new_id(now), note, "propose", person.id, "person", now, revision=revision)
    _look_up(tx, story.id, revision, now)
    if draft.grew_from:
        store_finding.settle(tx, draft.grew_from, now, person.id)
    if verdict.answer == "held":
        store.insert_decision(tx, new_id(now), note, "hold", None, "rule", now, rule=verdict.rule, reason=verdict.why)
        telling.held(tx, get_note(tx, note), story, now)
    else:
        appear(tx, get_note(tx, note), story, now, about)
    return Proposed(note, story.id, verdict)


def _require_here(comment: int | None, about: About | None, story: Story) -> None:
    if comment is None:
        return
    if about is None or not about.live:
        raise NotFound("The comment is not there, so no note can be about it.", "no_such_comment", "comment")
    if about.story != story.id:
        raise Invalid("The comment belongs to another story.", "foreign_comment", "comment")


def _judge(tx: Tx, actor: Actor, story: Story, draft: Draft, now: int, limits: bool, but: int = 0) -> Verdict:
    others = [] if but else [note for note in store.notes_on(tx, story.id) if note.state == "open" and note.ruling != "declined"]
    kept = store_finding.text_of(tx, story.id)
    person = actor.id or 0
    return judge(
        draft,
        Context(
            is_staff=is_staff(actor, story.site), limits=limits, approved=store.notes_that_stood(tx, person),
            today=0 if but else store.notes_today(tx, person, now - DAY), told=f"{story.title} {kept.text if kept else ''}",
            others=tuple((note.id, note.text) for note in others),
        ),
    )  # fmt: skip


def _look_up(tx: Tx, story: int, revision: int, now: int) -> None:
    jobs.put(tx, LOOK_UP, {"story": story, "revision": revision}, now, key=f"{LOOK_UP}:{revision}")


def appear(tx: Tx, note: Note, story: Story, now: int, about: About | None = None) -> None:
    """A note can be seen: the editor's clock begins, and whom it concerns is told."""
    store.set_due(tx, note.id, now + EDITORS_CLOCK)
    telling.proposed(tx, note, story, now, about.person if about else None)
    tx.bump(note.story)


def revise(
    tx: Tx, actor: Actor, note: int, text: str, sources: tuple[Source, ...], now: int, *, passage: Passage | None = None, limits: bool = True
) -> Verdict:
    """Puts new words in the place of a note's. Ratings stay with the words for which they were given, so it is rated anew."""
    found = take(tx, note)
    require_own(actor, found)
    if found.state not in ("open", "held") or found.ruling:
        raise Conflict("This note has been decided or taken back, so it cannot be revised. Propose another.", "decided")
    story = get_story(tx, found.story)
    draft = Draft(found.story, found.kind, text, sources, passage or found.passage, found.comment)
    if (draft.text, draft.sources, draft.passage) == (found.text, tuple(Source(each.url, each.host) for each in found.sources), found.passage):
        return Verdict("published")
    verdict = _judge(tx, actor, story, draft, now, limits, but=note)
    if verdict.answer == "refused":
        raise Invalid(verdict.why, f"refused_{verdict.rule}", verdict.field or "text")
    revision = new_id(now)
    store.set_revision_state(tx, found.revision, "past")
    store.insert_revision(tx, revision, note, found.number + 1, text, draft.passage, sources, "shown", now)
    store.set_revision(tx, note, revision)
    store.set_grade(tx, note, "proposed", now, found.shown)
    store.insert_decision(tx, new_id(now), note, "revise", actor.id, "person", now, revision=revision)
    if verdict.answer == "held" and found.state == "open":
        store.set_state(tx, note, "held")
        store.insert_decision(tx, new_id(now), note, "hold", None, "rule", now, rule=verdict.rule, reason=verdict.why)
        telling.held(tx, get_note(tx, note), story, now)
    _look_up(tx, story.id, revision, now)
    tx.bump(found.story)
    return verdict


def withdraw(tx: Tx, actor: Actor, note: int, now: int, reason: str = "") -> None:
    """Takes one's own note back. What it said goes; that there was one, and since when there is none, stays to be seen."""
    found = take(tx, note)
    require_own(actor, found)
    _check_reason(reason)
    if found.state not in ("open", "held"):
        raise Conflict("This note is not there any more.", "not_shown")
    if found.ruling in ("accepted", "clarified"):
        raise Conflict("The newsroom has made a correction of this note, which stays. Ask the newsroom if it is wrong.", "decided")
    store.set_state(tx, note, "withdrawn")
    store.insert_decision(tx, new_id(now), note, "withdraw", actor.id, "person", now, reason=reason.strip())
    telling.gone(tx, found, get_story(tx, found.story), now)
    tx.bump(found.story)


def answer(tx: Tx, actor: Actor, note: int, text: str, now: int, about: About | None = None) -> None:
    """Says something beside a note: its story's newsroom, or the writer of the noted comment (about). Empty words take it away."""
    found = take(tx, note)
    if actor.person is None:
        raise NotSignedIn("Only the newsroom, or the writer of the noted comment, may answer beside a note. Sign in.", "not_signed_in")
    if found.state != "open":
        raise NotFound("There is no such note, or it is not shown.", "no_such_note")
    noted = about is not None and about.id == found.comment and about.person == actor.id
    if not noted and not may(actor, "keep_notes", found.site):
        raise NotAllowed("Only the newsroom, or the writer of the noted comment, may answer beside a note.", "not_yours")
    said = text.strip()
    if len(said) > MAX_TEXT:
        raise Invalid(say("An answer has up to {limit} letters.", limit=MAX_TEXT), "too_long", "text")
    if said:
        store.put_answer(tx, note, actor.person.id, Answer("comment" if noted else "story", actor.person.name, said, now))
        store.insert_decision(tx, new_id(now), note, "answer", actor.id, "person", now)
        telling.answered(tx, found, get_story(tx, found.story), actor.person, said, now)
    else:
        store.delete_answer(tx, note, actor.person.id)
    tx.bump(found.story)


def report(tx: Tx, actor: Actor, note: int, reason: str, detail: str, now: int) -> None:
    """Tells the desk of a note that should not be there. One that is said to break the law, or to expose somebody, waits unseen meanwhile."""
    person = require_proven(actor)
    if reason not in REPORTS:
        raise Invalid(say("A reason is one of {reasons}.", reasons=REPORTS), "bad_reason", "reason")
    _check_reason(detail)
    found = take(tx, note)
    if found.state != "open":
        raise NotFound("There is no such note, or it is not shown.", "no_such_note")
    if found.person == person.id:
        raise NotAllowed("This note is yours: you can withdraw it.", "own_note")
    store.insert_decision(tx, new_id(now), note, "report", person.id, "person", now, rule=reason, reason=detail.strip())
    cleared = store.last_deed(tx, note, "release")  # somebody has looked already: one report more does not hide it again
    if reason in ("unlawful", "private") and cleared is None and not found.ruling:
        store.set_state(tx, note, "held")
        why = (
            N_("It was reported as unlawful, so an editor looks at it first.")
            if reason == "unlawful"
            else N_("It was reported as exposing somebody, so an editor looks at it first.")
        )
        store.insert_decision(tx, new_id(now), note, "hold", None, "rule", now, rule=f"reported_{reason}", reason=why)
        telling.held(tx, get_note(tx, note), get_story(tx, found.story), now)
        tx.bump(found.story)


def appeal(tx: Tx, actor: Actor, note: int, reason: str, now: int) -> None:
    """Asks for another look at a note that was declined, removed, or is disputed by readers: its writer, once after each decision."""
    found = take(tx, note)
    require_own(actor, found)
    _check_reason(reason)
    if not reason.strip():
        raise Invalid("Say why the note should be looked at again.", "no_reason", "reason")
    if not can_appeal(found):
        raise Conflict("There is nothing to appeal: the note has not been declined, removed or disputed.", "nothing_to_appeal")
    last = store.last_deed(tx, note, "appeal", "decline", "remove", "reopen")
    if last is not None and last.deed == "appeal":
        raise Conflict("You have asked for another look already. The newsroom has been told.", "appealed")
    store.insert_decision(tx, new_id(now), note, "appeal", actor.id, "person", now, reason=reason.strip())
    telling.appealed(tx, found, get_story(tx, found.story), reason.strip(), now)


def can_appeal(note: Note) -> bool:
    """Whether a note lies where its writer may ask for another look."""
    return (
        note.ruling == "declined" or note.state == "removed" or (note.state == "open" and not note.ruling and note.grade in ("disputed", "unhelpful"))
    )


# What the verbs share


def take(tx: Tx, note: int) -> Note:
    """A note, its story's other writers kept waiting. Raises NotFound."""
    story = store.story_of(tx, note)
    if story is None:
        raise NotFound("There is no such note.", "no_such_note")
    tx.hold(story)
    return get_note(tx, note)


def get_note(tx: Tx, note: int) -> Note:
    found = store.note_by_id(tx, note)
    if found is None:
        raise NotFound("There is no such note.", "no_such_note")
    return found


def see(tx: Tx, actor: Actor, note: int) -> Note:
    """A note as this person may see it: a held or removed one is its writer's and the desk's alone. Raises NotFound."""
    found = get_note(tx, note)
    if found.state in ("held", "removed") and not is_insider(actor, found):
        raise NotFound("There is no such note, or it is not shown.", "no_such_note")
    return found


def is_insider(actor: Actor, note: Note) -> bool:
    """Its writer, or who keeps notes on its site."""
    return (actor.id is not None and note.person == actor.id) or may(actor, "see_notes", note.site)


def require_own(actor: Actor, note: Note) -> None:
    """Raises NotSignedIn without a token, NotAllowed for somebody else's note, NotFound for one that they cannot see."""
    if actor.person is None:
        raise NotSignedIn("Only its writer may do this. Sign in first.", "not_signed_in")
    if note.person != actor.id:
        if note.state in ("held", "removed"):
            raise NotFound("There is no such note.", "no_such_note")
        raise NotAllowed("Only its writer may do this.", "not_yours")


def require_proven(actor: Actor) -> Person:
    """Who has proven a mailbox: one voice per person is what notes stand on. Raises NotSignedIn, NotAllowed."""
    if actor.person is None:
        raise NotSignedIn("Notes are for people with a proven mailbox, so that nobody counts twice. Sign in first.", "not_signed_in")
    if not actor.proven:
        raise NotAllowed("Notes are for people with a proven mailbox, so that nobody counts twice. Sign in first.", "not_proven")
    return actor.person


def _check_reason(reason: str) -> None:
    if len(reason) > MAX_TEXT:
        raise Invalid(say("A reason has up to {limit} letters.", limit=MAX_TEXT), "too_long", "reason")
