"""What time and other rooms ask of discussion: texts that are due to go, addresses to forget, a guest's words to hand over.

Each works in steps of at most STEP rows, so that no writer waits long; the worker calls again until nothing is left.
"""

from __future__ import annotations

from folkmoot.discussion import store
from folkmoot.discussion.tally import count_votes
from folkmoot.storage.database import Row, Tx
from folkmoot.storage.ids import new_id

STEP = 200
DAY = 86_400_000
KEEP_WITHDRAWN = 30 * DAY
KEEP_NETWORKS = 30 * DAY
CLAIM_VOTES = 30 * DAY


def scrub_withdrawn(tx: Tx, now: int) -> int:
    """Empties the words of comments withdrawn 30 days ago, in every revision; the number emptied. A decision to keep them stands."""
    due = store.withdrawn_before(tx, now - KEEP_WITHDRAWN, STEP)
    for comment in due:
        store.set_text(tx, comment, "", "", 0, "", None)
        store.scrub_revisions(tx, comment)
        store.insert_decision(tx, new_id(now), comment, "scrub", None, "rule", now, rule="withdrawn_30_days")
    return len(due)


def forget_networks(tx: Tx, now: int) -> int:
    """Forgets the keyed address hashes of comments older than 30 days; the number forgotten."""
    return store.wipe_networks(tx, now - KEEP_NETWORKS, STEP)


def claim(tx: Tx, guest: int, member: int, now: int) -> int:
    """Gives what a guest wrote, reported and voted to the member they turned out to be; the number of comments moved, at most STEP.

    Votes of the last 30 days begin to count; older ones are kept as they are. Where the member has voted on a comment
    already, that vote stands; a vote on a comment that is now one's own goes.
    """
    written = store.comments_of_guest(tx, guest, STEP)
    for row in written:
        _claim_comment(tx, row.id, row.story, member)
    if len(written) == STEP:
        return STEP
    store.move_flags(tx, guest, member)
    for vote in store.votes_of_person(tx, guest, STEP):
        _claim_vote(tx, vote.comment, vote.value, bool(vote.counted), vote.at, guest, member, now)
    return len(written) + store.votes_left(tx, guest)


def _claim_comment(tx: Tx, comment: int, story: int, member: int) -> None:
    """The comment is the member's now, so a vote of theirs on it is no longer for them to give."""
    tx.hold(story)
    store.set_person(tx, comment, member)
    store.delete_vote(tx, comment, member)
    tx.at_end(("tally", comment), lambda tx: count_votes(tx, comment))
    tx.bump(story)


def _claim_vote(tx: Tx, comment: int, value: int, counted: bool, at: int, guest: int, member: int, now: int) -> None:
    story = store.story_of(tx, comment)
    if story is not None:
        tx.hold(story)
    store.delete_vote(tx, comment, guest)
    row = store.comment_row(tx, comment)
    if row is not None and row.person != member and store.vote_of(tx, comment, member) is None:
        store.put_vote(tx, comment, member, value, int(counted or now - at <= CLAIM_VOTES), at)
    tx.at_end(("tally", comment), lambda tx: count_votes(tx, comment))


def comments_between(tx: Tx, after: int, before: int, limit: int) -> list[Row]:
    """Comments by id, those after one and before another: for who reads them all, once."""
    return store.comments_between(tx, after, before, limit)


def comments_of_batch(tx: Tx, batch: int, after: int, limit: int) -> list[Row]:
    """Comments that an import brought, by id."""
    return store.comments_of_batch(tx, batch, after, limit)


def next_batch(tx: Tx, after: int) -> int | None:
    """The first import after another one (by id) that readers see; None where there is none."""
    return store.next_closed_batch(tx, after)


def votes_that_count(tx: Tx, story: int) -> dict[tuple[int, int], int]:
    """(comment, person) → 1 or -1: the counted votes under a story, for who learns from them."""
    return {(row.comment, row.person): row.value for row in store.counted_votes_in(tx, story)}
