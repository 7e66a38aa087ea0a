"""What a room adds to a site's export, and takes back from one: each kind of its rows, by type. The discussion writes and reads the file
(discussion/export.py, homecoming.py) and knows no other room: who calls it says which rooms go along (desk/travelling.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from folkmoot.storage.database import Tx


class Kind(Struct, frozen=True):
    """One kind of rows.

    row: its type, tagged with the kind's name, with an `id`. links: fields that name a row of another kind, which must be in the file. firm: fields
    by which a row is the same row, whatever has changed about it since. read: all rows of a site, by id. same: the row that is here under
    the same name, (tx, site, row). put: takes in rows that are not here, (tx, site, rows, now); twice is once. vet: raises Invalid for what could
    not have come about here.
    """

    row: type[Struct]
    links: dict[str, str]
    firm: tuple[str, ...]
    read: Callable[[Tx, int], Iterator[Struct]]
    same: Callable[[Tx, int, Any], Struct | None]
    put: Callable[[Tx, int, list[Any], int], None]
    vet: Callable[[Any], None]

    @property
    def name(self) -> str:
        return str(self.row.__struct_config__.tag)


class Room(Struct, frozen=True):
    """What a room sends along: all of it in the order in which its rows need one another; and (kind, rows of a site) of what readers see.

    stands_under: whether something of the room stands under a story, so that the story stays when the import that brought it is undone.
    """

    kinds: tuple[Kind, ...]
    public: dict[str, Callable[[Tx, int], Iterator[Struct]]] = {}
    stands_under: Callable[[Tx, int], bool] = lambda tx, story: False


NOTHING = Room(())
