"""What readers do: post, edit, withdraw, vote, flag. Each verb fetches, asks the rules, and writes, in one transaction.

Whoever calls (a page, the API, the command line, a bot) goes through here, so every rule holds for all of them.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from folkmoot.discussion import outlet, proofs, store, store_beside, waits, weighing
from folkmoot.discussion.holding import hold_shown
from folkmoot.discussion.judging import gists_of, judge_draft, judge_edit
from folkmoot.discussion.model import (
    ANONYMOUS,
    EDIT_WINDOW,
    FLAG_REASONS,
    HISTORY_GRACE,
    MAX_DETAIL,
    MAX_LEVEL,
    Customs,
    Draft,
    Given,
    Posted,
    Verdict,
    Words,
)
from folkmoot.discussion.store_search import AGAIN
from folkmoot.discussion.tally import count_votes
from folkmoot.discussion.text import RENDERER
from folkmoot.discussion.threads import sort_keys
from folkmoot.discussion.visibility import reply_appeared, vanish
from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, say
from folkmoot.people import sanctions
from folkmoot.people.accounts import new_guest, rename
from folkmoot.people.model import Actor, Person
from folkmoot.people.names import clean_name, skeleton
from folkmoot.people.roles import is_staff, may
from folkmoot.sites.store import policy_of
from folkmoot.sites.stories import get_story
from folkmoot.storage import jobs
from folkmoot.storage.database import Row, Tx
from folkmoot.storage.ids import new_id
from folkmoot.web.words import N_

FLAGGED = N_("Several readers reported the comment, so a moderator looks at it.")
TokenFor = Callable[[int], str | None]  # a guest's id -> their token


def post(tx: Tx, actor: Actor, draft: Draft, now: int, customs: Customs = Customs(), token_for: TokenFor | None = None) -> Posted:
    """Posts a comment, if the rules let it: published at once, or held for a moderator (seen by its writer alone).

    Raises Invalid with the rule's reason where it is refused, NotFound for an unknown story or parent, Conflict where the
    parent is gone. A guest without a token is made one, and Posted.token is theirs to keep. token_for: see new_guest.
    """
    turn = tx.hold(draft.story)
    story = tx.recall("story", draft.story, lambda: get_story(tx, draft.story))
    if story.id != draft.story:  # it was merged into another one meanwhile
        draft, turn = msgspec.structs.replace(draft, story=story.id), tx.hold(story.id)
    parent = _parent(tx, draft)
    name = _name_for(actor, draft)
    if draft.proof:
        draft = proofs.spent(tx, draft, now)
    verdict = judge_draft(tx, actor, story, draft, name, now, customs)
    if verdict.answer == "refused":
        raise Invalid(verdict.why, f"refused_{verdict.rule}", "text")
    person, token = _writer(tx, actor, name, now, token_for)
    comment = new_id(now)
    live = verdict.answer == "published"
    by_best, by_replies, by_hot = sort_keys(0, 0, now, 0)
    one, two = gists_of(draft.words)
    row = store.insert_comment(
        tx, id=comment, story=story.id, parent=parent.id if parent else 0, level=parent.level + 1 if parent else 1, person=person.id,
        name=person.name, skeleton=skeleton(person.name), text=draft.words.text, html=draft.words.html, renderer=RENDERER, posted=now,
        state="published" if live else "held", visible=int(live), by_best=by_best, by_replies=by_replies, by_hot=by_hot,
        moved=turn, marks=_marks(actor, story.site, verdict), digest=draft.words.digest, network=actor.network,
        gist_one=one, gist_two=two,
    )
    if live:
        _publish(tx, story.id, parent, turn)
        outlet.published(tx, story, comment, parent.person if parent else None, person.id, draft.words.text, now)
        if customs.ask_outside and not is_staff(actor, story.site):
            jobs.put(tx, outlet.OUTSIDE, {"comment": comment}, now)
    else:
        store.insert_decision(tx, new_id(now), comment, "hold", None, "rule", now, rule=verdict.rule, reason=verdict.why, note=verdict.note)
        waits.refresh(tx, comment)
    return Posted(comment, story.id, verdict, token, row)


def _publish(tx: Tx, story: int, parent: Row | None, turn: int) -> None:
    if parent:
        reply_appeared(tx, parent.id, turn)
    store.add_live(tx, story, 1)
    tx.bump(story)


def _parent(tx: Tx, draft: Draft) -> Row | None:
    if draft.parent is None:
        return None
    row = store.comment_row(tx, draft.parent)
    if row is None or not row.visible:
        raise NotFound("The comment that you answer is not there.", "no_such_parent", "parent")
    if row.story != draft.story:
        raise Invalid("The comment that you answer belongs to another story.", "foreign_parent", "parent")
    if row.state != "published":
        raise Conflict("The comment that you answer has gone meanwhile. Your words are kept: post them on their own.", "parent_gone", "parent")
    if store_beside.is_locked(tx, row.story, row.id):
        raise Conflict("This branch takes no more replies. Your words are kept: post them on their own.", "branch_locked", "parent")
    if row.level >= MAX_LEVEL:
        raise Invalid(say("This thread is {levels} replies deep and goes no deeper. Answer further up.", levels=MAX_LEVEL), "too_deep", "parent")
    return row


def _name_for(actor: Actor, draft: Draft) -> str:
    """A member writes under their own name; a guest under the one typed, or the one used before."""
    if actor.person is not None and actor.person.kind == "member":
        return actor.person.name
    if draft.name is not None and draft.name.strip():
        return clean_name(draft.name)
    return actor.person.name if actor.person else ANONYMOUS


def _writer(tx: Tx, actor: Actor, name: str, now: int, token_for: TokenFor | None) -> tuple[Person, str | None]:
    if actor.person is None:
        return new_guest(tx, name, now, token_for=token_for)
    if actor.person.kind == "guest" and actor.person.name != name:
        return rename(tx, actor, name, now), None
    return actor.person, None


def _marks(actor: Actor, site: int, verdict: Verdict) -> str:
    return " ".join([*(["staff"] if is_staff(actor, site) else []), *verdict.marks])


def edit(tx: Tx, actor: Actor, comment: int, words: Words, now: int, customs: Customs = Customs()) -> Verdict:
    """Changes the words of one's own comment, for 15 minutes. Judged by the same rules; where held, the old text stays meanwhile.

    Past the first minute the old text stays in the public history and the comment is marked as edited. Who comes back to the words
    that are shown takes back the edit that waits.
    """
    row, _ = take(tx, comment)
    require_own(actor, row)
    if row.state not in ("published", "held"):
        raise Conflict("This comment is no longer shown, so it cannot be edited.", "not_shown")
    if now > row.posted + EDIT_WINDOW:
        raise Conflict("A comment can be edited for 15 minutes. You can withdraw it, or answer it.", "edit_window_over")
    if words.digest == row.digest and words.text == row.text:
        _pass_over_waiting(tx, store.revisions_of(tx, comment))
        waits.refresh(tx, comment)
        return Verdict("published")
    verdict = judge_edit(tx, actor, get_story(tx, row.story), row, words, now, customs)
    if verdict.answer == "refused":
        raise Invalid(verdict.why, f"refused_{verdict.rule}", "text")
    revise(tx, row, words, actor.id, now, held=verdict.answer == "held" and row.state == "published", verdict=verdict)
    waits.refresh(tx, comment)
    return verdict


def revise(tx: Tx, row: Row, words: Words, person: int | None, now: int, *, held: bool, verdict: Verdict) -> None:
    """Puts a new text beside the old one (held), or in its place."""
    past = store.revisions_of(tx, row.id)
    if not past:
        store.insert_revision(tx, new_id(row.posted), row.id, 1, row.text, row.html, row.posted, row.person, "shown", 0)
        past = store.revisions_of(tx, row.id)
    _pass_over_waiting(tx, past)
    revision = new_id(now)
    if held:
        store.insert_revision(tx, revision, row.id, past[-1].number + 1, words.text, words.html, now, person, "held", 0)
        store.insert_decision(
            tx, new_id(now), row.id, "hold", None, "rule", now, rule=verdict.rule, reason=verdict.why, revision=revision
        )
        return
    store.insert_revision(tx, revision, row.id, past[-1].number + 1, words.text, words.html, now, person, "held", 0)
    show_revision(tx, row, revision, words, now)


def _pass_over_waiting(tx: Tx, past: list[Row]) -> None:
    """An edit that waits when its writer edits again is not what they mean any more, so nobody can publish it."""
    for waiting in past:
        if waiting.state == "held":
            store.set_revision(tx, waiting.id, "past", 0)


def show_revision(tx: Tx, row: Row, revision: int, words: Words, now: int) -> None:
    """Makes a revision the text that readers see; the one before it becomes history."""
    edited = now if row.edited or now > row.posted + HISTORY_GRACE else None
    for other in store.revisions_of(tx, row.id):
        if other.state == "shown":
            stood = row.state == "published" and now - other.made > HISTORY_GRACE
            store.set_revision(tx, other.id, "past", int(stood))
    store.set_revision(tx, revision, "shown", 0)
    store.set_text(tx, row.id, words.text, words.html, RENDERER, words.digest, edited)
    jobs.put(tx, AGAIN, {"comment": row.id}, now, key=f"{AGAIN}:{row.id}")
    if row.visible:
        tx.bump(row.story)
        outlet.changed(tx, row, "comment.edited", now)


def withdraw(tx: Tx, actor: Actor, comment: int, now: int) -> None:
    """Takes one's own comment back. Where replies stand under it, a tombstone stays; the text goes after 30 days."""
    row, turn = take(tx, comment)
    require_own(actor, row)
    if row.state not in ("published", "held"):
        raise Conflict("This comment is no longer shown.", "not_shown")
    store.set_state(tx, comment, "withdrawn")
    store.insert_decision(tx, new_id(now), comment, "withdraw", actor.id, "person", now, was=was_of(row))
    if row.state == "published":
        store.add_live(tx, row.story, -1)
        vanish(tx, row, turn)
        outlet.changed(tx, row, "comment.removed", now)
    if row.visible:
        tx.bump(row.story)
    waits.refresh(tx, comment)


def was_of(row: Row) -> str:
    """The state that a decision changes, to be remembered with it; none for what an import has not shown yet, for nobody saw it."""
    return "" if row.state == "published" and not row.visible else str(row.state)


def take(tx: Tx, comment: int) -> tuple[Row, int]:
    """A comment's row and the turn at its story, the story's other writers kept waiting. Raises NotFound."""
    story = store.story_of(tx, comment)
    if story is None:
        raise NotFound("There is no such comment.", "no_such_comment")
    turn = tx.hold(story)
    row = store.comment_row(tx, comment)
    if row is None:
        raise NotFound("There is no such comment.", "no_such_comment")
    return row, turn


def require_own(actor: Actor, row: Row) -> None:
    """Raises NotSignedIn without a token, NotAllowed for somebody else's comment, NotFound for one that they cannot see."""
    if actor.person is None:
        raise NotSignedIn("Only its writer may do this. Sign in, or use the browser in which you wrote it.", "not_signed_in")
    if row.person != actor.id:
        if not row.visible:
            raise NotFound("There is no such comment.", "no_such_comment")
        raise NotAllowed("Only its writer may do this.", "not_yours")


def _require_shown(row: Row) -> None:
    if not row.visible or row.state != "published":
        raise NotFound("There is no such comment, or it is not shown.", "no_such_comment")


def vote(tx: Tx, actor: Actor, comment: int, value: int, now: int, customs: Customs = Customs()) -> Given:
    """Sets one's vote on a comment: 1, -1, or 0 to take it back. Setting it twice is setting it once.

    It counts from a person with a proven mailbox, or where guests' votes count; otherwise it is kept and shown to its voter.
    """
    if value not in (1, 0, -1):
        raise Invalid("A vote is 1, 0 or -1.", "bad_vote", "value")
    row, _ = take(tx, comment)
    _require_shown(row)
    if row.person == actor.id and actor.id is not None:
        raise NotAllowed("One's own comment is for others to judge.", "own_comment")
    sanctions.require_free(tx, actor, get_story(tx, row.story).site, now)
    if not value and actor.person is None:
        return Given(False)  # who is nobody yet has no vote to take back
    counts = actor.proven or customs.guests_vote or policy_of(tx, get_story(tx, row.story).site).guests_vote
    person, token = _somebody(tx, actor, now)
    if value:
        store.put_vote(tx, comment, person, value, int(counts), now)
    else:
        store.delete_vote(tx, comment, person)
    tx.at_end(("tally", comment), lambda tx: count_votes(tx, comment))
    return Given(counts, token)


def _somebody(tx: Tx, actor: Actor, now: int) -> tuple[int, str | None]:
    """Who votes or reports: the actor, or a guest made now, with their token."""
    if actor.person is not None:
        return actor.person.id, None
    person, token = new_guest(tx, ANONYMOUS, now)
    return person.id, token


def flag(tx: Tx, actor: Actor, comment: int, reason: str, detail: str, now: int) -> Given:
    """Reports a comment to the moderators; once per person, the last reason holds."""
    if reason not in FLAG_REASONS:
        raise Invalid(say("A reason is one of {reasons}.", reasons=FLAG_REASONS), "bad_reason", "reason")
    if len(detail) > MAX_DETAIL:
        raise Invalid(say("A report takes up to {limit} letters of your own words.", limit=MAX_DETAIL), "too_long", "detail")
    row, turn = take(tx, comment)
    _require_shown(row)
    if row.person == actor.id and actor.id is not None:
        raise NotAllowed("This comment is yours: you can withdraw it.", "own_comment")
    sanctions.require_free(tx, actor, get_story(tx, row.story).site, now)
    person, token = _somebody(tx, actor, now)
    store.put_flag(tx, new_id(now), comment, person, reason, detail.strip(), now)
    _weigh_flags(tx, row, turn, now)
    return Given(True, token)


def _weigh_flags(tx: Tx, row: Row, turn: int, now: int) -> None:
    """Holds a comment whose reports weigh enough, unless the newsroom has said it, or a moderator has let it stand; else it waits as it is."""
    comment = row.id
    most = policy_of(tx, get_story(tx, row.story).site).flags_hold
    weight = sum(map(weighing.word_of, waits.reports(tx, row.story, store.flags_on(tx, comment))))
    last = store.last_decision(tx, comment)
    if row.state == "published" and row.visible and most and weight >= most and "staff" not in row.marks.split() and not (last and last.person):
        hold_shown(tx, row, turn, "flags", FLAGGED, now)
    waits.refresh(tx, comment)


def history(tx: Tx, actor: Actor, comment: int) -> list[Row]:
    """The texts that a comment had, oldest first: what readers may see, or all for its writer and the site's moderators."""
    row = store.comment_row(tx, comment)
    if row is None:
        raise NotFound("There is no such comment.", "no_such_comment")
    insider = (actor.id is not None and actor.id == row.person) or may(actor, "see_held", get_story(tx, row.story).site)
    if not insider and not (row.visible and row.state == "published"):
        raise NotFound("There is no such comment, or it is not shown.", "no_such_comment")
    return [each for each in store.revisions_of(tx, comment) if insider or each.state == "shown" or (each.public and each.state == "past")]
