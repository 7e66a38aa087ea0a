"""How a thread is ordered, paged and put together: ORDERS, the keys they sort by, cursors, rows to tree. Pure.

The keys are kept in the comment's row by every write that changes them (storage: 0004_discussion.sql), so that an order is
a walk along an index. All of them ascend; what is best is the most negative.
"""

from __future__ import annotations

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from math import isfinite, log10, sqrt
from typing import TypeAlias
from zlib import crc32

from msgspec import Struct

from folkmoot.discussion.model import Branch, Comment, Order
from folkmoot.errors import Invalid, say

Key: TypeAlias = tuple[float | int, ...]

SURE_95 = 1.959964          # the z of a 95 % interval
TENFOLD = 45_000            # seconds by which a comment must be younger to stand as high with a tenth of the score
NEVER_MOVED = 2**63 - 1     # a cursor's moved_id when all that moved up to its turn has been shown


ORDERS: dict[str, Order] = {
    order.name: order
    for order in (
        Order("best", "Best", ("by_best", "posted", "id")),
        Order("newest", "Newest", ("posted", "id"), descending=True, moves=False),
        Order("oldest", "Oldest", ("posted", "id"), moves=False),
        Order("replies", "Most replies", ("by_replies", "posted", "id")),
        Order("hot", "Hot", ("by_hot", "posted", "id")),
    )
}
_NAMES = tuple(ORDERS)
_PACKED = {"by_best": "d", "by_hot": "d", "by_replies": "q", "posted": "q", "id": "q"}


def order_named(name: str) -> Order:
    """The order of a name. Raises Invalid."""
    if name not in ORDERS:
        raise Invalid(say("A thread can be read in these orders: {orders}.", orders=tuple(ORDERS)), "unknown_order", "order")
    return ORDERS[name]


def effective(order: str, votes: int) -> str:
    """The order that is really used: best is newest while the story has no counted vote."""
    return "newest" if order == "best" and not votes else order


def wilson(up: int, down: int, z: float = SURE_95) -> float:
    """The lower bound of the share of votes that are up, 0 to 1 (E. B. Wilson, 1927): few votes promise little.

    0 without votes. z: the width of the interval in standard deviations.
    """
    number = up + down
    if not number:
        return 0.0
    share, square = up / number, z * z / number
    spread = z * sqrt((share * (1 - share) + square / 4) / number)
    return max(0.0, (share + square / 2 - spread) / (1 + square))


def hot(score: int, posted: int) -> float:
    """A key that needs no clock: sign·log10(max(1, |score|)) + posted / 45,000 s. posted: UTC ms."""
    weight = log10(max(1, abs(score)))
    return (weight if score >= 0 else -weight) + posted / (TENFOLD * 1000)


def sort_keys(up: int, down: int, posted: int, replies: int) -> tuple[float, int, float]:
    """(by_best, by_replies, by_hot) of a comment's row: negated, so that all orders walk upwards."""
    return 0.0 - wilson(up, down), -replies, -hot(up - down, posted)


class Cursor(Struct, frozen=True):
    """The place where a page ended, and the turn at the story (storage: Tx.hold) at which that page was read.

    key: the last row's values of the effective order's columns; empty: before the first row. parent: whose replies are
    listed, 0 for the roots. A page gives the rows below `key` and, before them, those at or above it that have moved since:
    those whose (moved, id) is greater than (turn, moved_id).
    """

    order: str
    effective: str
    parent: int
    key: Key
    turn: int
    moved_id: int = NEVER_MOVED


def encode_cursor(cursor: Cursor) -> str:
    """A cursor as at most 80 characters that are safe in an address. Floats are kept to the last bit."""
    head = _NAMES.index(cursor.order) << 4 | _NAMES.index(cursor.effective) << 1 | bool(cursor.key)
    body = struct.pack(_shape(head), head, cursor.parent, cursor.turn, cursor.moved_id, *cursor.key)
    return urlsafe_b64encode(body + _check(body)).rstrip(b"=").decode()


def decode_cursor(text: str, order: str, parent: int) -> Cursor:
    """The cursor that `encode_cursor` wrote. Raises Invalid for anything else, and for one of another order or branch."""
    cursor = _parsed(text)
    if cursor is None:
        raise Invalid("The address does not say where the discussion goes on. Open it again from its beginning.", "bad_cursor", "after")
    if cursor.order != order or cursor.parent != parent:
        raise Invalid(
            "The address goes on in another order, or in another part of the discussion. Open it again from its beginning.", "foreign_cursor", "after"
        )
    return cursor


def _parsed(text: str) -> Cursor | None:
    try:
        raw = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        head, parent, turn, moved_id, *key = struct.unpack(_shape(raw[0]), raw[:-4])
        cursor = Cursor(_NAMES[head >> 4], _NAMES[head >> 1 & 7], parent, tuple(key), turn, moved_id)
    except (ValueError, IndexError, struct.error):
        return None
    whole = min(parent, turn, moved_id) >= 0 and all(isfinite(value) for value in key)
    return cursor if whole and raw[-4:] == _check(raw[:-4]) and encode_cursor(cursor) == text else None


def _shape(head: int) -> str:
    """How the rest of a cursor is packed, from its first byte."""
    columns = ORDERS[_NAMES[head >> 1 & 7]].columns if head & 1 else ()
    return "<Bqqq" + "".join(_PACKED[column] for column in columns)


def _check(body: bytes) -> bytes:
    """Tells a cursor from a typing slip. It keeps no secret: a cursor that somebody makes up is only a place in a list."""
    return crc32(body).to_bytes(4, "big")


def arrange(
    roots: Sequence[Comment], replies: Mapping[int, Sequence[Comment]], more: Mapping[int, str], fold_at: int
) -> tuple[Branch, ...]:
    """Rows to tree, without recursion, for threads 200 levels deep.

    replies: by parent, those that are shown, in order. more: by parent, the cursor at which its left-out replies go on.
    fold_at: the level whose replies are not on this page.
    """
    order = list(roots)
    for comment in order:
        order.extend(replies.get(comment.id, ()))
    made: dict[int, Branch] = {}
    for comment in reversed(order):
        below = tuple(made[reply.id] for reply in replies.get(comment.id, ()))
        folded = comment.level >= fold_at and comment.replies > 0
        made[comment.id] = Branch(comment, below, more.get(comment.id), folded)
    return tuple(made[root.id] for root in roots)
