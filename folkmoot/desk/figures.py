"""What happened at a site, in numbers: counted by the worker hour by hour from the rows themselves, summed here by day.

The hours of the last day are counted again each time, so that what came late is in; a page sums a few thousand small rows.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from functools import cache

from msgspec import Struct

from folkmoot.desk import store_figures as store
from folkmoot.desk.plots import quantile
from folkmoot.discussion import store_figures as source
from folkmoot.discussion import store_reports as reports
from folkmoot.errors import NotFound
from folkmoot.sites.stories import get_story
from folkmoot.storage import facts
from folkmoot.storage.database import Row, Tx

HOUR, DAY = 3_600_000, 86_400_000
FACT = "figures_reached"
AGAIN = 2 * HOUR   # of the past that is counted again each time
FIRST = 400 * DAY  # how far back the first count goes
# Minutes that something waited, as upper bounds of what is counted together.
WAITS = (1, 2, 3, 5, 8, 13, 20, 30, 45, 60, 90, 120, 180, 240, 360, 720, 1_440, 2_880, 10_080)


class Days(Struct, frozen=True):
    """A site's figures by day. days: UTC ms at which each begins; by_day: name -> a number a day; half, most: minutes within which half and
    nine of ten were answered, by day; totals, details: sums, and sums by detail."""

    days: tuple[int, ...]
    by_day: dict[str, tuple[int, ...]]
    half: tuple[float | None, ...]
    most: tuple[float | None, ...]
    totals: dict[str, int]
    details: dict[str, dict[str, int]]
    all_half: float | None
    all_most: float | None

    def day(self, name: str) -> tuple[int, ...]:
        return self.by_day.get(name, (0,) * len(self.days))

    def total(self, name: str) -> int:
        return self.totals.get(name, 0)


def count(tx: Tx, now: int) -> int:
    """Counts the next hour; 1 while there are more. The worker repeats it."""
    reached = int(facts.get(tx, FACT) or 0) or _begin(tx, now)
    if reached >= now:
        facts.put(tx, FACT, str(now - now % HOUR - AGAIN))
        return 0
    if reached + AGAIN < now:
        reached = _eventful(tx, reached, now)
    store.replace_hour(tx, reached, _hour(tx, reached))
    facts.put(tx, FACT, str(reached + HOUR))
    return 1


def _begin(tx: Tx, now: int) -> int:
    first = source.earliest(tx)
    moment = max(first >> 21, now - FIRST) if first else now
    return moment - moment % HOUR


def _eventful(tx: Tx, hour: int, now: int) -> int:
    """The next hour in which anything happened, at the latest the present one: a site that was quiet for months is counted at once."""
    moment = max(hour, min((each for each in source.next_moments(tx, hour, hour << 21) if each is not None), default=now))
    return min(moment, now) // HOUR * HOUR


def _hour(tx: Tx, hour: int) -> Counter[tuple[int, str, str]]:
    """(site, name, detail) -> how often in an hour."""
    counted: Counter[tuple[int, str, str]] = Counter()

    @cache
    def site_of(story: int) -> int:
        try:
            return get_story(tx, story).site
        except NotFound:
            return 0

    until, first, end = hour + HOUR, hour << 21, (hour + HOUR) << 21
    for row in source.posted(tx, first, end):
        counted[site_of(row.story), "posted", ""] += row.n
        counted[site_of(row.story), "story", str(row.story)] += row.n
    for row in source.reported(tx, first, end):
        counted[site_of(row.story), "reported", row.reason] += row.n
    for row in source.appealed(tx, hour, until):
        counted[site_of(row.story), "appealed", ""] += row.n
    for row in reports.notified(tx, hour, until):
        counted[row.site, "notified", ""] += row.n
    for row in reports.settled(tx, hour, until):
        counted[row.site, "notice_removed" if row.outcome == "removed" else "notice_stands", ""] += row.n
    for row in source.decided(tx, hour, until):
        for name, detail in _names(row):
            counted[site_of(row.story), name, detail] += 1
        if row.deed == "restore" and row.rule == "appeal":
            for back in source.removal_guideline(tx, row.story, row.at, row.at + 1):
                counted[site_of(row.story), "back_by_guideline", back.guideline] += back.n
    return counted


def _names(row: Row) -> list[tuple[str, str]]:
    """Under which names a decision counts."""
    if row.undoes:
        return [("taken_back", "")]
    by_person = row.made_by != "rule"
    found = {
        ("hold", False): [("held", row.rule)], ("remove", True): [("removed", row.guideline)], ("release", True): [("released", "")],
        ("restore", True): [("given_back", "")] if row.rule == "appeal" else [("restored", "")], ("uphold", True): [("upheld", "")],
        ("withdraw", True): [("withdrawn", "")],
    }.get((row.deed, by_person), [])  # fmt: skip
    if row.deed in ("remove", "release") and by_person and row.was == "held" and row.held:
        minutes = max(1, (row.at - row.held) // 60_000)
        found = [*found, ("waited", str(WAITS[min(bisect_left(WAITS, minutes), len(WAITS) - 1)]))]
    return found


def days(tx: Tx, site: int, since: int, until: int) -> Days:
    """A site's figures from one day to another."""
    starts = tuple(range(since - since % DAY, until, DAY))
    place = {start: number for number, start in enumerate(starts)}
    by_day: dict[str, list[int]] = {}
    details: dict[str, dict[str, int]] = {}
    waits: list[Counter[int]] = [Counter() for _ in starts]
    for row in store.figures(tx, site, starts[0] if starts else since, until):
        number = place[row.hour - row.hour % DAY]
        if row.name == "waited":
            waits[number][int(row.detail)] += row.amount
        else:
            by_day.setdefault(row.name, [0] * len(starts))[number] += row.amount
        into = details.setdefault(row.name, {})
        into[row.detail] = into.get(row.detail, 0) + row.amount
    everything = sorted(sum(waits, Counter()).items())
    return Days(
        starts, {name: tuple(values) for name, values in by_day.items()}, tuple(quantile(sorted(each.items()), 0.5) for each in waits),
        tuple(quantile(sorted(each.items()), 0.9) for each in waits), {name: sum(into.values()) for name, into in details.items()}, details,
        quantile(everything, 0.5), quantile(everything, 0.9),
    )  # fmt: skip
