"""Which rooms beside the discussion go along in a site's export, and come home with it (the protocol is sites/travelling.py)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from folkmoot.desk.belongings import MOVED as DESK
from folkmoot.errors import Invalid
from folkmoot.notes.belongings import MOVED as KEPT_NOTES
from folkmoot.notes.travelling import ROOM as NOTES
from folkmoot.sites import store_merging
from folkmoot.sites.store_rows import StoryMovedRow
from folkmoot.sites.travelling import Kind, Room
from folkmoot.storage.database import Tx

_GOES_ALONG = tuple(each.name for each in (*DESK, *KEPT_NOTES))  # kinds of which the rows travel, too


def _moved(tx: Tx, site: int) -> Iterator[StoryMovedRow]:
    return store_merging.moved_rows(tx, site, _GOES_ALONG)


def _vet(row: Any) -> None:
    if row.about not in _GOES_ALONG or row.id != f"{row.story}:{row.about}:{row.moved}":
        raise Invalid(f"the id {row.id[:100]!r} is not made of what the row joins", "broken_file", "file")


_MOVED = Kind(StoryMovedRow, {"story": "story"}, (), _moved, store_merging.same_moved, store_merging.put_moved, _vet)
ROOMS: tuple[Room, ...] = (NOTES, Room((_MOVED,)))
