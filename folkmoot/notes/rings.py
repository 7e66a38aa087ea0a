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
from folkmoot.notes.bursts import CERTAIN, NAMING, WINDOWS, Strikes, crowds, lay_out, table_of, where_to_begin

SHARE = 0.25                           # of a pair's ratings that are strikes, when pairs are looked for
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


class _Ring(Struct, frozen=True):
    members: Flags
    taken: Flags
    strikes: Flags
    window: float
    ready: float
    evidence: float


def linked(ratings: Ratings, chance: Floats, least: float = CERTAIN) -> Linked:
    """Finds rings, the strongest first, each among those who are in none yet. chance: of each rating, as bridging.chances gives it.

    What a crowd that was on a note then explains as well is no evidence of a ring; each target pays for its own, or is none.
    least: the evidence that is asked for. Ratings without a time, asked ratings and "somewhat" prove nothing.
    """
    cluster, strike = np.zeros(ratings.raters, np.int64), np.zeros(len(ratings))
    pushed, buried = np.zeros(ratings.notes, bool), np.zeros(ratings.notes, bool)
    evidence: list[float] = []
    while len(evidence) < PASSES:
        table = lay_out(ratings, chance, cluster)
        ring = _strongest(table, ratings, cluster) if len(table.row) > 2 else None
        if ring is None or ring.evidence < least:
            break
        evidence.append(ring.evidence)
        cluster[ring.members] = len(evidence)
        keys = table.key[ring.taken]
        pushed[keys[keys % 2 == 1] // 2], buried[keys[keys % 2 == 0] // 2] = True, True
        strike[table.row] = np.maximum(strike[table.row], _surely(table, ring))
    return Linked(cluster, strike, pushed, buried, tuple(evidence))


def _surely(table: Strikes, ring: _Ring) -> Floats:
    """How surely each row is a strike: a member's within the window is, a stranger's may be."""
    odds = table.odds * ring.ready / ring.window * ring.members.sum() / max(int((table.activity > 0).sum()), 1)
    return np.where(ring.strikes, np.where(ring.members[table.rater], 1.0, odds / (1 + odds)), 0.0)


def _strongest(table: Strikes, ratings: Ratings, cluster: Whole) -> _Ring | None:
    """The ring with the most evidence that is found from any beginning."""
    targets = 2 * ratings.notes
    burst, low, high = where_to_begin(table)
    begins = [table.rater[low[each] : high[each]] for each in np.argsort(-burst, kind="stable")[:TRIES]]
    few = _sifted(table, burst > max(np.log(targets) / 2 - 1, 0.5))
    if len(few.row) < 3:
        return None
    crowd = crowds(ratings, cluster, few.row)
    best: _Ring | None = None
    for begin in chain(begins, _entangled(few) if len(few.row) < CROWD else ()):
        ring = _climb(few, begin, targets, crowd)
        if ring is not None and (best is None or ring.evidence > best.evidence):
            best = ring
        if best is not None and best.evidence > PLAIN:
            break
    return None if best is None else _on_all_rows(table, few, best)


def _on_all_rows(table: Strikes, few: Strikes, ring: _Ring) -> _Ring:
    """A ring found on part of the table, said of the whole."""
    taken, strikes = np.zeros(len(table.key), bool), np.zeros(len(table.row), bool)
    taken[np.searchsorted(table.key, few.key[ring.taken])] = True
    strikes[np.isin(table.row, few.row[ring.strikes])] = True
    return _Ring(ring.members, taken, strikes, ring.window, ring.ready, ring.evidence)


def _sifted(table: Strikes, keep: Flags) -> Strikes:
    """Only targets where ratings come thick at all."""
    rows = keep[table.target]
    minutes = (table.line - table.target * 1e7)[rows]
    return table_of(table.row[rows], table.rater[rows], table.key[table.target[rows]], minutes, table.odds[rows], table.pace[rows], table.activity,
                    table.come)  # fmt: skip


def _entangled(table: Strikes) -> Iterator[Whole]:
    """The raters who rate most often close to the same others, each with those others."""
    one, other, evidence = _pairs(table)
    one, other, evidence = one[evidence > 0], other[evidence > 0], evidence[evidence > 0]
    number = len(table.activity)
    pull = np.bincount(one, evidence, number) + np.bincount(other, evidence, number)
    for rater in np.argsort(-pull, kind="stable")[:TRIES]:
        near = (one == rater) | (other == rater)
        if near.any():
            yield np.unique(np.r_[one[near], other[near]])


def _pairs(table: Strikes) -> tuple[Whole, Whole, Floats]:
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


def _climb(table: Strikes, begin: Whole, targets: int, crowd: Floats) -> _Ring | None:
    """From some raters to their ring. Crowds are charged only when it is whole: a part of it strikes more weakly than the whole seems a crowd."""
    members = np.zeros(len(table.activity), bool)
    members[begin] = True
    whole = _settle(table, members, 0.5, targets, np.zeros(len(crowd)))
    ring = whole and _settle(table, whole.members, whole.ready, targets, crowd)
    return ring if ring is not None and ring.taken.sum() > 1 else None  # one note alone names nobody: a crowd sent there looks the same


def _settle(table: Strikes, members: Flags, ready: float, targets: int, crowd: Floats) -> _Ring | None:
    """From raters to their targets, from those to all who strike there, and so on until nothing changes."""
    many, ring = 1, None
    for _ in range(15):
        taken, strikes, window, at = _targets_of(table, members, ready, max(np.log(targets / many), NAMING), crowd)
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
        worth = float(gain[new].sum()) - _naming(int((table.activity > 0).sum()), int(new.sum()))
        worth += _starts(table, at, window) - float(crowd[at].sum())
        ring = _Ring(new, taken, strikes, window, ready, worth - float(many * max(np.log(targets / many) + 1, NAMING)))
        ready = float(np.clip(strikes[members[table.rater]].sum() / (members.sum() * many), 0.02, 0.95))
        if settled:
            break
    return ring


def _naming(all_of_them: int, chosen: int) -> float:
    """Nats to say which."""
    return float(chosen * (np.log(all_of_them / chosen) + 1))


def _starts(table: Strikes, at: Whole, window: float) -> float:
    """Nats (negative) to say when each strike begins: as honest ratings do."""
    return float(np.minimum(np.log(window * table.pace[at]), 0).sum())


def _targets_of(table: Strikes, members: Flags, ready: float, cost: float, crowd: Floats) -> tuple[Flags, Flags, float, Whole]:
    """(which targets these raters strike on, which rows lie in the windows, the window, the rows where those begin)."""
    theirs = np.flatnonzero(members[table.rater])
    best: tuple[float, float, Floats, Whole] | None = None
    for window in WINDOWS if len(theirs) else ():
        top, at = _best_windows(table, theirs, ready, window, crowd)
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


def _best_windows(table: Strikes, rows: Whole, ready: float, window: float, crowd: Floats) -> tuple[Floats, Whole]:
    """(what the best window explains, in nats, beyond a crowd, the row where it begins) of each target that these rows are of. Two must be in it."""
    line, target = table.line[rows], table.target[rows]
    until, here = np.searchsorted(line, line + window, "right"), np.arange(len(rows))
    logs = np.r_[0.0, np.cumsum(np.log1p(table.odds[rows] * ready / window))]
    got = logs[until] - logs[:-1] + np.minimum(np.log(window * table.pace[rows]), 0) - crowd[rows]
    got = np.where(until - here > 1, got, -1e9)
    first = np.flatnonzero(np.r_[True, np.diff(target) > 0])
    top = np.maximum.reduceat(got, first)
    hit = np.flatnonzero(got == np.repeat(top, np.diff(np.r_[first, len(rows)])))[::-1]
    at = np.zeros(len(table.key), np.int64)
    at[target[hit]] = rows[hit]
    return top, at[target[first]]
