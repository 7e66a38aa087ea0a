"""What of the desk belongs to a person: their reports, what is decided and noted of them; taken along, let go.

The protocol is people/belongings.py. Appeals are discussion's, which has them in its own part.
"""

from __future__ import annotations

from folkmoot.discussion import store_reporters as own
from folkmoot.people import store_sanctions
from folkmoot.people.belongings import STEP, Part, Section, Words
from folkmoot.sites.keeping import kept
from folkmoot.storage.database import Tx


def erase(tx: Tx, person: int, words: Words, now: int) -> int:
    """A step of letting go: who reported and what they said, address blocks, the desk's notes, why they looked at kept words.

    The rows stay, and with them that something was decided; so do words about a comment that is under a legal hold.
    """
    decided = store_sanctions.forget_of(tx, person, STEP)
    noted = store_sanctions.empty_notes(tx, person, now, STEP)
    return decided + noted + own.unname_reports(tx, person, STEP) + own.empty_accesses(tx, person, STEP)


def forget_mailbox(tx: Tx, mailbox: str, now: int) -> None:
    """Lets go of a mailbox that stands on reports which nobody signed."""
    own.forget_mailbox(tx, mailbox)


def _own(name: str) -> Section:
    return Section(name, lambda tx, person, after, limit: own.rows(tx, name, person, after, limit))


def _decided(name: str) -> Section:
    return Section(name, lambda tx, person, after, limit: store_sanctions.taken_along(tx, name, person, after, limit))


PART = Part("desk", (*map(_own, own.SECTIONS), *map(_decided, store_sanctions.TAKEN)), erase, forget_mailbox)
MOVED = (kept("reports", own.reports_under, own.move_reports),)
