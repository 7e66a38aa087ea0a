"""Ratings that come too thick: on one note, the same way or all ways, beside how ratings come to notes at all. Pure; numpy.

The table of possible strikes that `rings` searches, the scans that say where ratings come thick, and what such bursts leave in doubt.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from msgspec import Struct

from folkmoot.notes.bridging import Flags, Floats, Ratings, Whole

WINDOWS = (30.0, 60.0, 120.0, 240.0)   # minutes within which a strike may be over
BURSTS = (*WINDOWS, 480.0, 960.0, 1920.0, 3840.0)   # minutes of a burst on one note, which names nobody and so may last
CERTAIN = 3.0                          # nats: twenty times likelier than chance
NAMING = 3.0                           # nats at least that a target costs: fewer than one note in twenty is one
SITTING = 30.0                         # minutes between two ratings of a reader that are of one sitting
FEW_MINUTES = 15.0                     # the finest step of the clock by which honest ratings come
LONG = 30_000                          # minutes after which it is all one when a rating comes

_Scan: TypeAlias = Callable[[Whole, Whole, Floats, Floats], Floats]   # (in the window, of all, share due, how many begin so) -> nats


class Strikes(Struct, frozen=True):
    """Ratings that may be strikes, by target and time.

    row: which rating. target: number of its (note, direction); first, size: of each target's rows; line: target and time as one number.
    odds: how much likelier a rating is if its rater strikes there for sure, times the window. pace: of honest ratings at that time, per minute.
    come: of all ratings, how many have come before each minute.
    """

    row: Whole
    rater: Whole
    target: Whole
    key: Whole
    first: Whole
    size: Whole
    line: Floats
    odds: Floats
    pace: Floats
    activity: Floats
    come: Whole


def bursts_against(ratings: Ratings) -> Flags:
    """Ratings "not helpful" that came too thick on their note, by the same odds as a ring. One note alone names no ring, but leaves a doubt."""
    return _in_bursts(ratings, _own(ratings) & (ratings.level == 0), WINDOWS, _poisson, 0.0)


def bursts_for(ratings: Ratings, notes: Flags) -> Flags:
    """Ratings "helpful" that came too thick on one of these notes. They hold it back, so the proof is the stricter one; and they may last."""
    ours = np.r_[notes, np.zeros(ratings.items - ratings.notes, bool)][ratings.note]
    return _in_bursts(ratings, _own(ratings) & (ratings.level == 2) & ours, BURSTS, _likelihood_ratio, float(np.log(len(BURSTS))))


def _in_bursts(ratings: Ratings, chosen: Flags, windows: tuple[float, ...], scan: _Scan, cost: float) -> Flags:
    """Of the chosen ratings those in their note's burst, where that is likelier than chance after the note is named."""
    found = np.zeros(len(ratings), bool)
    if not chosen.any():
        return found
    table = _by_note(ratings, chosen, _own(ratings) & (ratings.level != 1))
    burst, low, high = _thickest(table, windows, scan)
    for target in np.flatnonzero(burst >= CERTAIN + cost + np.log(max(ratings.notes, 1))):
        found[table.row[low[target] : high[target]]] = True
    return found


def _own(ratings: Ratings) -> Flags:
    """Ratings of notes, of whose time something is known, by readers who came by themselves."""
    own: Flags = ~ratings.asked & (ratings.note < ratings.notes) & ~np.isnan(ratings.minutes)
    return own


def crowds(ratings: Ratings, cluster: Whole, rows: Whole) -> Floats:
    """Of these ratings the evidence that a crowd was on their note then, whatever it thinks: all levels come too thick, after the note is named.

    Where many notes draw crowds it takes less to name one.
    """
    free = _own(ratings) & (cluster[ratings.rater] == 0)
    crowd, ours = np.zeros(len(ratings)), np.zeros(ratings.items, bool)
    ours[ratings.note[rows]] = True
    table = _by_note(ratings, free & ours[ratings.note], free)
    for window in WINDOWS:
        began = _scanned(table, window, _likelihood_ratio)[0]
        crowd[table.row] = np.maximum(crowd[table.row], _lately(table.line, began, window))
    drew = len(np.unique(ratings.note[crowd > NAMING]))
    naming = min(NAMING, float(np.log(max(ratings.notes, 1) / max(drew, 1))))
    beyond: Floats = np.maximum(crowd[rows] - naming, 0)
    return beyond


def _lately(line: Floats, value: Floats, window: float) -> Floats:
    """Of each row the largest value of those up to so long before it, itself among them: by tables of 1, 2, 4 … neighbours."""
    since = np.searchsorted(line, line - window)
    power = np.frexp(np.arange(len(line)) + 1 - since)[1] - 1
    best, many = value.copy(), value
    for each in range(int(power.max(initial=0)) + 1):
        rows = np.flatnonzero(power == each)
        best[rows] = np.maximum(many[since[rows]], many[rows + 1 - 2**each])
        many = np.maximum(many[: -(2**each)], many[2**each :])
    return best


def _by_note(ratings: Ratings, chosen: Flags, beside: Flags) -> Strikes:
    """The table of chosen ratings by their note. beside: ratings that tell how ratings come at all."""
    row = np.flatnonzero(chosen)
    row = row[np.lexsort((ratings.minutes[row], ratings.note[row]))]
    every, none = ratings.minutes[beside], np.zeros(0)
    return table_of(row, ratings.rater[row], ratings.note[row], ratings.minutes[row], none, _pace(every, ratings.minutes[row]), none, _come(every))


def lay_out(ratings: Ratings, chance: Floats, cluster: Whole) -> Strikes:
    """The table of possible strikes of those who are in no ring yet."""
    own = ~ratings.asked & (cluster[ratings.rater] == 0) & (ratings.note < ratings.notes)
    activity, interest = np.bincount(ratings.rater, own, ratings.raters), np.bincount(ratings.note, own, ratings.items)
    row = np.flatnonzero(own & (ratings.level != 1) & ~np.isnan(ratings.minutes))
    row = row[np.lexsort((ratings.minutes[row], ratings.note[row] * 2 + ratings.level[row] // 2))]
    note, rater, minutes = ratings.note[row], ratings.rater[row], ratings.minutes[row]
    pace = _pace(minutes, minutes)
    if ratings.clock is not None:
        pace = np.where(_follows(ratings.clock[row], rater), 1 / SITTING, pace)
    meets = (activity[rater] + 0.5) * (interest[note] + 0.5) / max(int(own.sum()), 1)
    odds = 1 / (meets * np.maximum(chance[row], 1e-3) * pace)
    return table_of(row, rater, note * 2 + ratings.level[row] // 2, minutes, odds, pace, activity, _come(minutes))


def table_of(row: Whole, rater: Whole, keys: Whole, minutes: Floats, odds: Floats, pace: Floats, activity: Floats, come: Whole) -> Strikes:
    """The table of rows that are sorted by their keys and minutes."""
    key, first, size = np.unique(keys, return_index=True, return_counts=True)
    target = np.repeat(np.arange(len(key)), size)
    return Strikes(row, rater, target, key, first, size, target * 1e7 + np.minimum(minutes, 5e6), odds, pace, activity, come)


def _follows(clock: Floats, rater: Whole) -> Flags:
    """Ratings that come in a sitting that its reader had begun before: of those the time proves nothing more, it is the reader's own."""
    order = np.lexsort((clock, rater))
    soon = (np.diff(clock[order]) <= SITTING) & (np.diff(rater[order]) == 0)
    follows = np.zeros(len(clock), bool)
    follows[order[1:][soon]] = True
    return follows


def _pace(every: Floats, minutes: Floats) -> Floats:
    """How many of all ratings come per minute at some times: a histogram whose steps double."""
    edges = np.r_[0.0, FEW_MINUTES * 2.0 ** np.arange(16)]
    count = np.bincount(_step(edges, every), minlength=len(edges) - 1) + 0.5
    per_minute: Floats = count / count.sum() / np.diff(edges)
    return per_minute[_step(edges, minutes)]


def _step(edges: Floats, minutes: Floats) -> Whole:
    step: Whole = np.clip(np.searchsorted(edges, minutes, "right") - 1, 0, len(edges) - 2)
    return step


def _come(minutes: Floats) -> Whole:
    """Of all ratings, how many have come before each minute."""
    come: Whole = np.r_[0, np.cumsum(np.bincount(np.minimum(minutes, LONG).astype(np.int64), minlength=LONG + 1))]
    return come


def where_to_begin(table: Strikes) -> tuple[Floats, Whole, Whole]:
    """As _thickest, by a Poisson scan: the rest of a target's ratings say how many are due. Quick to rise, it says where to begin."""
    return _thickest(table, WINDOWS, _poisson)


def _thickest(table: Strikes, windows: tuple[float, ...], scan: _Scan) -> tuple[Floats, Whole, Whole]:
    """Of each target, the evidence that its ratings come too thick in some window, and that window's rows."""
    best, low, high = np.full(len(table.key), -np.inf), np.zeros(len(table.key), np.int64), np.zeros(len(table.key), np.int64)
    for window in windows:
        value, until = _scanned(table, window, scan)
        top, at = _top(table, value)
        better = top > best
        best, low, high = np.where(better, top, best), np.where(better, at, low), np.where(better, until[at], high)
    return best, low, high


def _scanned(table: Strikes, window: float, scan: _Scan) -> tuple[Floats, Whole]:
    """(the evidence that ratings of its target come too thick in the window that begins with it, the row after that window) of each row."""
    minutes = table.line - table.target * 1e7
    minute = np.minimum(minutes, LONG).astype(np.int64)
    until = np.searchsorted(table.line, table.line + window, "right")
    share = (table.come[np.minimum(minute + int(window), LONG) + 1] - table.come[minute]) / table.come[-1]
    return scan(until - np.arange(len(minute)), table.size[table.target], share, window * table.pace), until


def _poisson(many: Whole, size: Whole, share: Floats, _: Floats) -> Floats:
    due = np.maximum((size - many + 0.5) * share / (1.0001 - share), 0.05)
    return np.where(many > due, many * np.log(many / due) - (many - due), -1.0)


def _likelihood_ratio(many: Whole, size: Whole, share: Floats, begins: Floats) -> Floats:
    """Kulldorff's scan (1997): so many of a target's ratings in a window of which so large a share is due; less the nats to say when it begins."""
    due = size * np.clip(share, 1e-6, 1 - 1e-6)
    rest = size - many
    gained = many * np.log(many / due) + rest * np.log(np.maximum(rest, 1) / (size - due))
    return np.where((many > due) & (many > 1), gained + np.minimum(np.log(begins), 0), -1.0)


def _top(table: Strikes, value: Floats) -> tuple[Floats, Whole]:
    """(the largest value of each target's rows, the first row that has it)."""
    top = np.maximum.reduceat(value, table.first)
    hit = np.flatnonzero(value == top[table.target])[::-1]
    at = np.zeros(len(top), np.int64)
    at[table.target[hit]] = hit
    return top, at
