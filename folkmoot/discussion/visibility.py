"""Who can be seen. A comment is visible when it is live, or when it is a tombstone over visible replies.

`visible` and the parents' `replies` are kept by the writes that change them; `check` recounts both. The way up is walked only
where a comment appears or vanishes, so a reply under a live parent touches that parent and nobody else.
"""

from __future__ import annotations

from folkmoot.discussion import store
from folkmoot.storage.database import Row, Tx


def appear(tx: Tx, comment: int, parent: int, moved: int) -> None:
    """Makes an invisible comment visible, and with it the tombstones above it."""
    store.set_visible(tx, comment, 1, moved)
    reply_appeared(tx, parent, moved)


def reply_appeared(tx: Tx, parent: int, moved: int) -> None:
    """A visible reply has come under `parent` (0: it is a root)."""
    while parent:
        above = store.add_replies(tx, parent, 1, moved)
        if above is None or above.visible:
            return
        store.set_visible(tx, parent, 1, moved)
        parent = above.parent


def touch(tx: Tx, row: Row, moved: int) -> None:
    """What readers see of a comment has changed, though not whether they do: pages are made anew."""
    store.set_visible(tx, row.id, row.visible, moved)
    tx.bump(row.story)


def vanish(tx: Tx, row: Row, moved: int) -> None:
    """A visible comment is no longer live: it goes, or stays as a tombstone while replies to it are visible.

    row: the comment, its state already changed in the database.
    """
    if row.replies > 0:
        store.set_visible(tx, row.id, 1, moved)
        return
    store.set_visible(tx, row.id, 0, moved)
    parent = row.parent
    while parent:
        above = store.add_replies(tx, parent, -1, moved)
        if above is None or above.state == "published" or above.replies > 0:
            return
        store.set_visible(tx, parent, 0, moved)
        parent = above.parent
