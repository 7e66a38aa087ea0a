"""Raters who act as one: on the same notes, the same way, within a short time, more often than chance. Pure; numpy.

A ring is a set of raters, a set of targets (a note and a direction) and one window. The test is of description length: what a ring explains,
in nats, less what it costs to name its members and targets. So it works with tens of raters. docs/notes.md has the formula.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
from msgspec import Struct

from folkmoot.notes.bridging import Flags, Floats, Ratings, Whole

WINDOWS = (30.0, 60.0, 120.0, 240.0)   # minutes within which a strike may be over
CERTAIN = 3.0                          # nats: twenty times likelier than chance
NAMING = 3.0                           # nats at least that a target costs: fewer than one note in twenty is one
SHARE = 0.25                           # of a pair's ratings that are strikes, when pairs are looked for
SITTING = 30.0                         # minutes between two ratings of a reader that are of one sitting
FEW_MINUTES = 15.0                     # the finest step of the clock by which honest ratings come
LONG = 30_000                          # minutes after which it is all one when a rating comes
CROWD = 150_000                        # possible strikes from which on bursts alone say where to begin
TRIES = 12                             # where to begin: the strongest bursts, and the raters most entangled
PLAIN = 100.0                          # nats from which on nothing stronger is looked for first
PASSES = 8                             # rings at most
LAGS = 40                              # neighbours in time with whom a rating is compared


class Linked(Struct, frozen=True):
    """cluster: of each rater, the number of their ring; 0: none. strike: of each rating, how surely it is part of a strike.

    pushed, buried: notes that a ring strikes on. evidence: nats of each ring beyond chance, the strongest first.
    """

    cluster: Whole
    strike: Floats
    pushed: Flags
    buried: Flags
    evidence: tuple[float, ...]


class _Strikes(Struct, frozen=True):
    """Ratings that may be strikes, by target and time.

    row: which rating. target: number of its (note, direction); first, size: of each target's rows; line: target and time as one number.
    odds: how much likelier a rating is if its rater strikes there for sure, times the window. pace: of honest ratings at that time, per minute.
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


class _Ring(Struct, frozen=True):
    members: Flags
    taken: Flags
    strikes: Flags
    window: float
    ready: float
    evidence: float


def linked(ratings: Ratings, chance: Floats, least: float = CERTAIN) -> Linked:
    """Finds rings, the strongest first, each among those who are in none yet. chance: of each rating, as bridging.chances gives it.

    least: the evidence that is asked for. Ratings without a time, asked ratings and "somewhat" prove nothing.
    """
    cluster, strike = np.zeros(ratings.raters, np.int64), np.zeros(len(ratings))
    pushed, buried = np.zeros(ratings.notes, bool), np.zeros(ratings.notes, bool)
    evidence: list[float] = []
    while len(evidence) < PASSES:
        table = _lay_out(ratings, chance, cluster)
        ring = _strongest(table, 2 * ratings.notes) if len(table.row) > 2 else None
        if ring is None or ring.evidence < least:
            break
        evidence.append(ring.evidence)
        cluster[ring.members] = len(evidence)
        keys = table.key[ring.taken]
        pushed[keys[keys % 2 == 1] // 2], buried[keys[keys % 2 == 0] // 2] = True, True
        strike[table.row] = np.maximum(strike[table.row], _surely(table, ring))
    return Linked(cluster, strike, pushed, buried, tuple(evidence))


def bursts_against(ratings: Ratings) -> Flags:
    """Ratings "not helpful" that came too thick on their note, by the same odds as a ring. One note alone names no ring, but leaves a doubt."""
    found = np.zeros(len(ratings), bool)
    table = _lay_out(ratings, np.ones(len(ratings)), np.zeros(ratings.raters, np.int64))
    if not len(table.row):
        return found
    burst, low, high = _bursts(table)
    for target in np.flatnonzero((burst >= CERTAIN + np.log(max(ratings.notes, 1))) & (table.key % 2 == 0)):
        found[table.row[low[target] : high[target]]] = True
    return found


def _surely(table: _Strikes, ring: _Ring) -> Floats:
    """How surely each row is a strike: a member's within the window is, a stranger's may be."""
    odds = table.odds * ring.ready / ring.window * ring.members.sum() / max(int((table.activity > 0).sum()), 1)
    return np.where(ring.strikes, np.where(ring.members[table.rater], 1.0, odds / (1 + odds)), 0.0)


def _lay_out(ratings: Ratings, chance: Floats, cluster: Whole) -> _Strikes:
    """The table of possible strikes of those who are in no ring yet."""
    own = ~ratings.asked & (cluster[ratings.rater] == 0) & (ratings.note < ratings.notes)
    activity, interest = np.bincount(ratings.rater, own, ratings.raters), np.bincount(ratings.note, own, ratings.items)
    row = np.flatnonzero(own & (ratings.level != 1) & ~np.isnan(ratings.minutes))
    row = row[np.lexsort((ratings.minutes[row], ratings.note[row] * 2 + ratings.level[row] // 2))]
    note, rater, minutes = ratings.note[row], ratings.rater[row], ratings.minutes[row]
    pace = _pace(minutes)
    if ratings.clock is not None:
        pace = np.where(_follows(ratings.clock[row], rater), 1 / SITTING, pace)
    meets = (activity[rater] + 0.5) * (interest[note] + 0.5) / max(int(own.sum()), 1)
    odds = 1 / (meets * np.maximum(chance[row], 1e-3) * pace)
    return _table(row, rater, note * 2 + ratings.level[row] // 2, minutes, odds, pace, activity)


def _table(row: Whole, rater: Whole, keys: Whole, minutes: Floats, odds: Floats, pace: Floats, activity: Floats) -> _Strikes:
    key, first, size = np.unique(keys, return_index=True, return_counts=True)
    target = np.repeat(np.arange(len(key)), size)
    return _Strikes(row, rater, target, key, first, size, target * 1e7 + np.minimum(minutes, 5e6), odds, pace, activity)


def _follows(clock: Floats, rater: Whole) -> Flags:
    """Ratings that come in a sitting that its reader had begun before: of those the time proves nothing more, it is the reader's own."""
    order = np.lexsort((clock, rater))
    soon = (np.diff(clock[order]) <= SITTING) & (np.diff(rater[order]) == 0)
    follows = np.zeros(len(clock), bool)
    follows[order[1:][soon]] = True
    return follows


def _pace(minutes: Floats) -> Floats:
    """How many of all ratings come per minute at each one's time: a histogram whose steps double."""
    edges = np.r_[0.0, FEW_MINUTES * 2.0 ** np.arange(16)]
    step = np.clip(np.searchsorted(edges, minutes, "right") - 1, 0, len(edges) - 2)
    count = np.bincount(step, minlength=len(edges) - 1) + 0.5
    per_minute: Floats = count / count.sum() / np.diff(edges)
    return per_minute[step]


def _strongest(table: _Strikes, targets: int) -> _Ring | None:
    """The ring with the most evidence that is found from any beginning. targets: how many there could be."""
    burst, low, high = _bursts(table)
    begins = [table.rater[low[each] : high[each]] for each in np.argsort(-burst, kind="stable")[:TRIES]]
    few = _sifted(table, burst > max(np.log(targets) / 2 - 1, 0.5))
    if len(few.row) < 3:
        return None
    best: _Ring | None = None
    for begin in chain(begins, _entangled(few) if len(few.row) < CROWD else ()):
        ring = _climb(few, begin, targets)
        if ring is not None and (best is None or ring.evidence > best.evidence):
            best = ring
        if best is not None and best.evidence > PLAIN:
            break
    return None if best is None else _on_all_rows(table, few, best)


def _on_all_rows(table: _Strikes, few: _Strikes, ring: _Ring) -> _Ring:
    """A ring found on part of the table, said of the whole."""
    taken, strikes = np.zeros(len(table.key), bool), np.zeros(len(table.row), bool)
    taken[np.searchsorted(table.key, few.key[ring.taken])] = True
    strikes[np.isin(table.row, few.row[ring.strikes])] = True
    return _Ring(ring.members, taken, strikes, ring.window, ring.ready, ring.evidence)


def _bursts(table: _Strikes) -> tuple[Floats, Whole, Whole]:
    """Of each target, the evidence that its ratings come too thick in some window (a Poisson scan), and that window's rows."""
    best, low, high = np.full(len(table.key), -np.inf), np.zeros(len(table.key), np.int64), np.zeros(len(table.key), np.int64)
    minutes = table.line - table.target * 1e7
    minute = np.minimum(minutes, LONG).astype(np.int64)
    before, here = np.r_[0, np.cumsum(np.bincount(minute, minlength=LONG + 1))], np.arange(len(minutes))
    for window in WINDOWS:
        until = np.searchsorted(table.line, table.line + window, "right")
        many = until - here
        share = (before[np.minimum(minute + int(window), LONG) + 1] - before[minute]) / len(minute)
        due = np.maximum((table.size[table.target] - many + 0.5) * share / (1.0001 - share), 0.05)
        top, at = _top(table, np.where(many > due, many * np.log(many / due) - (many - due), -1.0))
        better = top > best
        best, low, high = np.where(better, top, best), np.where(better, at, low), np.where(better, until[at], high)
    return best, low, high


def _top(table: _Strikes, value: Floats) -> tuple[Floats, Whole]:
    """(the largest value of each target's rows, the first row that has it)."""
    top = np.maximum.reduceat(value, table.first)
    hit = np.flatnonzero(value == top[table.target])[::-1]
    at = np.zeros(len(top), np.int64)
    at[table.target[hit]] = hit
    return top, at


def _sifted(table: _Strikes, keep: Flags) -> _Strikes:
    """Only targets where ratings come thick at all."""
    rows = keep[table.target]
    minutes = (table.line - table.target * 1e7)[rows]
    return _table(table.row[rows], table.rater[rows], table.key[table.target[rows]], minutes, table.odds[rows], table.pace[rows], table.activity)


def _entangled(table: _Strikes) -> Iterator[Whole]:
    """The raters who rate most often close to the same others, each with those others."""
    one, other, evidence = _pairs(table)
    one, other, evidence = one[evidence > 0], other[evidence > 0], evidence[evidence > 0]
    number = len(table.activity)
    pull = np.bincount(one, evidence, number) + np.bincount(other, evidence, number)
    for rater in np.argsort(-pull, kind="stable")[:TRIES]:
        near = (one == rater) | (other == rater)
        if near.any():
            yield np.unique(np.r_[one[near], other[near]])


def _pairs(table: _Strikes) -> tuple[Whole, Whole, Floats]:
    """(one, other, evidence that they strike together) of pairs who were close in time on the same target."""
    number, keys, logs = len(table.activity), [np.zeros(0, np.int64)], [np.zeros(0)]
    for lag in range(1, min(LAGS, len(table.row))):
        apart = table.line[lag:] - table.line[:-lag]
        near = np.flatnonzero(apart <= WINDOWS[-1])
        if not len(near):
            break
        closeness = sum((apart[near] <= window) / window for window in WINDOWS) / len(WINDOWS)
        odds = np.minimum(table.odds[near], table.odds[near + lag]) * closeness * SHARE
        a, b = table.rater[near], table.rater[near + lag]
        keys.append(np.minimum(a, b) * number + np.maximum(a, b))
        logs.append(np.log1p(odds))
    key, of = np.unique(np.concatenate(keys), return_inverse=True)
    one, other = key // number, key % number
    due = SHARE * 0.2 * np.minimum(table.activity[one], table.activity[other])
    return one, other, np.bincount(of, np.concatenate(logs), len(key)) - due - CERTAIN


def _climb(table: _Strikes, begin: Whole, targets: int) -> _Ring | None:
    """From some raters to their targets, from those to all who strike there, and so on until nothing changes."""
    members = np.zeros(len(table.activity), bool)
    members[begin] = True
    ready, many, ring = 0.5, 1, None
    for _ in range(15):
        taken, strikes, window, at = _targets_of(table, members, ready, max(np.log(targets / many), NAMING))
        many = int(taken.sum())
        if not many:
            return None
        logs = np.where(strikes, np.log1p(table.odds * ready / window), 0.0)
        gain = np.bincount(table.rater, logs, len(members)) - ready * many
        new = gain > np.log((table.activity > 0).sum() / max(int(members.sum()), 1)) + 1
        if new.sum() < 2:
            return None
        settled = ring is not None and bool((new == members).all()) and window == ring.window
        members = new
        worth = float(gain[new].sum()) - _naming(int((table.activity > 0).sum()), int(new.sum())) + _starts(table, at, window)
        ring = _Ring(new, taken, strikes, window, ready, worth - float(many * max(np.log(targets / many) + 1, NAMING)))
        ready = float(np.clip(strikes[members[table.rater]].sum() / (members.sum() * many), 0.02, 0.95))
        if settled:
            break
    return ring


def _naming(all_of_them: int, chosen: int) -> float:
    """Nats to say which."""
    return float(chosen * (np.log(all_of_them / chosen) + 1))


def _starts(table: _Strikes, at: Whole, window: float) -> float:
    """Nats (negative) to say when each strike begins: as honest ratings do."""
    return float(np.minimum(np.log(window * table.pace[at]), 0).sum())


def _targets_of(table: _Strikes, members: Flags, ready: float, cost: float) -> tuple[Flags, Flags, float, Whole]:
    """(which targets these raters strike on, which rows lie in the windows, the window, the rows where those begin)."""
    theirs = np.flatnonzero(members[table.rater])
    best: tuple[float, float, Floats, Whole] | None = None
    for window in WINDOWS if len(theirs) else ():
        top, at = _best_windows(table, theirs, ready, window)
        top = top - ready * members.sum() - cost
        worth = float(np.maximum(top, 0).sum())
        if best is None or worth > best[0]:
            best = worth, window, top, at
    if best is None:
        return np.zeros(len(table.key), bool), np.zeros(len(table.row), bool), WINDOWS[0], np.zeros(0, np.int64)
    _, window, top, at = best
    taken, begins = np.zeros(len(table.key), bool), np.full(len(table.key), np.inf)
    taken[table.target[at[top > 0]]] = True
    begins[table.target[at]] = table.line[at]
    since = table.line - begins[table.target]
    return taken, taken[table.target] & (since >= 0) & (since <= window), window, at[top > 0]


def _best_windows(table: _Strikes, rows: Whole, ready: float, window: float) -> tuple[Floats, Whole]:
    """(what the best window explains, in nats, the row where it begins) of each target that these rows are of. Two must be in it."""
    line, target = table.line[rows], table.target[rows]
    until, here = np.searchsorted(line, line + window, "right"), np.arange(len(rows))
    logs = np.r_[0.0, np.cumsum(np.log1p(table.odds[rows] * ready / window))]
    got = logs[until] - logs[:-1] + np.minimum(np.log(window * table.pace[rows]), 0)
    got = np.where(until - here > 1, got, -1e9)
    first = np.flatnonzero(np.r_[True, np.diff(target) > 0])
    top = np.maximum.reduceat(got, first)
    hit = np.flatnonzero(got == np.repeat(top, np.diff(np.r_[first, len(rows)])))[::-1]
    at = np.zeros(len(table.key), np.int64)
    at[target[hit]] = rows[hit]
    return top, at[target[first]]
