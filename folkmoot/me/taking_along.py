"""What a person takes along: all that is theirs, as one JSON object, read in short steps and written as it comes."""

from __future__ import annotations

from typing import Any

import msgspec

from folkmoot.errors import NotFound
from folkmoot.me.parts import PARTS
from folkmoot.people import store, store_belongings
from folkmoot.people.belongings import Section
from folkmoot.storage.database import Tx
from folkmoot.web.words import machine

STEP = 500
MOMENTS = store_belongings.MOMENTS | {"posted", "edited", "made", "settled"}
SECTIONS: tuple[Section, ...] = tuple(section for part in PARTS for section in part.sections)


class Parcel:
    """One person's data as the text of a JSON object, piece by piece: call `step` in one read after another until it gives None."""

    def __init__(self, person: int, now: int) -> None:
        self._person, self._now = person, now
        self._sections: list[Section] = []
        self._after: int | None = None
        self._number = -1  # rows written of the section at hand; -1 before the first piece of all

    def step(self, tx: Tx) -> str | None:
        """The next piece, read in this transaction; None at the end. Raises NotFound for who is not there, or is erased."""
        if self._number < 0:
            self._sections, self._number = [*SECTIONS], 0
            return self._head(tx)
        if not self._sections:
            return None
        section = self._sections[0]
        rows = section.rows(tx, self._person, self._after or 0, STEP)
        piece = ("" if self._after else f',\n"{section.name}": [') + self._rows([row for _, row in rows])
        self._after = rows[-1][0] if len(rows) == STEP else None
        return piece if self._after else piece + self._end()

    def _head(self, tx: Tx) -> str:
        found = store.person_by_id(tx, self._person)
        if found is None:
            raise NotFound("There is no such person.", "no_such_person")
        about = {"id": str(found.id), "name": found.name, "kind": found.kind, "since": machine(found.created)}
        return msgspec.json.encode({"made": machine(self._now), "person": about}).decode()[:-1]

    def _rows(self, rows: list[dict[str, Any]]) -> str:
        words = [msgspec.json.encode({name: _said(name, value) for name, value in row.items()}).decode() for row in rows]
        lead = "," if self._number and words else ""
        self._number += len(words)
        return lead + "\n" + ",\n".join(words) if words else ""

    def _end(self) -> str:
        self._sections.pop(0)
        self._number = 0
        return "]" if self._sections else "]\n}\n"


def _said(name: str, value: Any) -> Any:
    """A value as JSON says it: times spelled out, ids as strings."""
    if name in MOMENTS and isinstance(value, int):
        return machine(value)
    return str(value) if isinstance(value, int) and value > 2**53 else value
