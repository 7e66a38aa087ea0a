"""What belongs to a person: how each room shows it to them, gives it to them to take along, and lets go of it.

A room that keeps something of people says so in its own belongings.py, as a `Part`; me/parts.py lists them. This file has the
protocol, and the part of people itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from msgspec import Struct

from folkmoot.people import store_belongings as store
from folkmoot.storage.database import Tx

STEP = 200
Words = Literal["stay", "go"]  # what becomes of the words of who leaves: they stay under "withdrawn person", or go as well
Rows = list[tuple[int, dict[str, Any]]]


class Section(Struct, frozen=True):
    """One list of what a person takes along. rows: (tx, person, after, limit) -> (place, row), places growing, those beyond `after`."""

    name: str
    rows: Callable[[Tx, int, int, int], Rows]


class Part(Struct, frozen=True):
    """What a room keeps of people. erase: (tx, person, words, now) -> how much it did, at most a step; 0: nothing is left.

    forget_mailbox: (tx, mailbox, now), where the room keeps mailboxes by which nobody is known.
    """

    name: str
    sections: tuple[Section, ...]
    erase: Callable[[Tx, int, Words, int], int]
    forget_mailbox: Callable[[Tx, str, int], None] | None = None


def erase(tx: Tx, person: int, words: Words, now: int) -> int:
    """Lets go of what the other rooms' steps may still have left among people: what others were told about this person."""
    return store.forget_told_about(tx, person, STEP)


def forget_mailbox(tx: Tx, mailbox: str, now: int) -> None:
    """Deletes mails to a mailbox that wait, or were given up."""
    store.forget_mails(tx, mailbox)


def _section(name: str) -> Section:
    return Section(name, lambda tx, person, after, limit: store.rows(tx, name, person, after, limit))


PART = Part("people", tuple(_section(name) for name in store.SECTIONS), erase, forget_mailbox)
