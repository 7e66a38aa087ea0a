"""What a process keeps in memory for its readers, opened once by app.py."""

from __future__ import annotations

from folkmoot.reading.counts import Counts
from folkmoot.reading.empties import Empties
from folkmoot.reading.hot import App, Hot
from folkmoot.reading.live import Live
from folkmoot.reading.pages import Pages
from folkmoot.reading.snapshots import Key, Snapshots
from folkmoot.reading.spellings import Spellings
from folkmoot.reading.talked import Talk
from folkmoot.settings import Settings
from folkmoot.storage.database import Database


class Room:
    """Pages, counts and live threads of one database. The routes find it as `ask.kit.reading`."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self._db = db
        self.pages = Pages(settings)
        self.empties = Empties(self.pages.empty)
        self.snapshots = Snapshots(db, self.pages.build, settings.reading.snapshot_megabytes << 20)
        self.spellings: Spellings[Key] = Spellings(db)
        self.counts = Counts(db)
        self.live = Live(db)
        self.talk = Talk()

    def before(self, app: App) -> Hot:
        """Puts the hot path before an application: the outermost layer of the process."""
        return Hot(app, self.spellings, self.snapshots, self.counts, self._db.give_way)

    def close(self) -> None:
        """Follows the database no more."""
        for part in (self.live, self.counts, self.spellings, self.snapshots):
            part.close()
