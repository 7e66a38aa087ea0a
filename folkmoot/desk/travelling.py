"""Which rooms beside the discussion go along in a site's export, and come home with it (the protocol is sites/travelling.py)."""

from __future__ import annotations

from folkmoot.notes.travelling import ROOM as NOTES
from folkmoot.sites.travelling import Room

ROOMS: tuple[Room, ...] = (NOTES,)
