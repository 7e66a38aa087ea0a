"""Leaves nothing of what was deleted in the files of the database.

SQLite overwrites what it deletes (secure_delete), but its log still holds older pages, and rows that have moved leave traces in pages; so the
file is written anew and the log emptied. PostgreSQL only marks rows as gone; VACUUM FULL writes its tables anew.
"""

from __future__ import annotations

from folkmoot.storage.database import Database

LARGEST = 2 << 30  # bytes of a file that is written anew while people wait; beyond it the operator does so (folkmoot erase --sweep)


def sweep(db: Database, largest: int | None = LARGEST) -> bool:
    """Sweeps. largest: a larger database is only relieved of its log; None: none is too large. Whether all was written anew."""
    return db.sweep(largest)
