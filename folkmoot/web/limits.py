"""How often: token buckets per network, in memory. They hold a process back, not a newsroom; what must hold for a person, or
across processes (bursts, repeats, mailed codes), is a rule over the database."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict

from msgspec import Struct

from folkmoot.errors import TooSoon, say


class Rate(Struct, frozen=True):
    """A bucket of `burst` that fills by `per_minute`."""

    burst: int
    per_minute: float


# deed: for one network, which may be a household, an office, a university
RATES: dict[str, Rate] = {
    "comment": Rate(40, 40),
    "change": Rate(100, 100),   # edits, withdrawals, decisions
    "vote": Rate(300, 200),
    "flag": Rate(60, 30),
    "preview": Rate(200, 300),
    "code": Rate(20, 4),        # mails a code
    "guess": Rate(40, 10),      # enters a code, redeems a link
    "find": Rate(120, 60),      # who represents a place
    "session": Rate(300, 100),  # refreshes, hand-overs and looks at them
    "guide": Rate(200, 120),    # a message to the guide
    "read": Rate(3000, 3000),   # API reads that are not ready snapshots
}  # fmt: skip
KEPT = 50_000


class Buckets:
    """The fill of every bucket that is not full. Bounded: the longest unused is forgotten first, which fills it."""

    def __init__(self, *, enabled: bool = True, kept: int = KEPT) -> None:
        self.enabled = enabled
        self._kept = kept
        self._fill: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def spend(self, deed: str, now: int, network: str | None) -> None:
        """Takes one from a network's bucket for a deed (of RATES). Raises TooSoon with the seconds until there is one again."""
        if not self.enabled or network is None:
            return
        with self._lock:
            wait = self._take((deed, network), RATES[deed], now)
        if wait > 0:
            seconds = math.ceil(wait)
            words = say("That was a lot in a short time. Wait {seconds} seconds, then try again.", seconds=seconds)
            raise TooSoon(words, seconds, "too_soon")

    def _take(self, key: tuple[str, str], rate: Rate, now: int) -> float:
        """Seconds to wait; 0 where one was taken."""
        fill, since = self._fill.pop(key, (float(rate.burst), now))
        fill = min(float(rate.burst), fill + max(0, now - since) / 60_000 * rate.per_minute)
        taken = fill >= 1
        self._fill[key] = (fill - 1 if taken else fill, max(now, since))
        while len(self._fill) > self._kept:
            self._fill.popitem(last=False)
        return 0.0 if taken else (1 - fill) / rate.per_minute * 60
