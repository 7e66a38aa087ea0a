"""Votes become counters and sort keys: once per comment and group of writes, always by counting the rows again."""

from __future__ import annotations

from folkmoot.discussion import store
from folkmoot.discussion.threads import sort_keys
from folkmoot.storage.database import Tx


def count_votes(tx: Tx, comment: int) -> None:
    """Sets a comment's up, down and sort keys to what its counted votes (and its imported base) say."""
    story = store.story_of(tx, comment)
    if story is None:
        return
    turn = tx.hold(story)  # before anything is read: another process may be counting, too
    row = store.comment_row(tx, comment)
    if row is None:
        return
    up, down = store.counted_votes(tx, comment)
    up, down = up + row.base_up, down + row.base_down
    if (up, down) == (row.up, row.down):
        return
    by_best, _, by_hot = sort_keys(up, down, row.posted, row.replies)
    store.set_tally(tx, comment, up, down, by_best, by_hot, turn)
    store.add_thread_votes(tx, row.story, up + down - row.up - row.down)
    tx.mark(row.story)
