"""What becomes of each note: the whole reckoning, and one note's at once after a new rating. Pure; numpy. docs/notes.md explains it.

`score` fits the axis, finds rings and lets them speak with one voice, asks what both sides think, and grades. `rescore_note` does the last step
alone, with readers as the last reckoning left them: well under a millisecond.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from msgspec import Struct

from folkmoot.notes.bridging import (
    CELLS,
    LEAN_A,
    LEAN_B,
    PLACES,
    Fit,
    Flags,
    Floats,
    Ratings,
    Sides,
    Whole,
    chances,
    exchange_once,
    fit,
    judge_sides,
    normal,
    phi,
)  # fmt: skip
from folkmoot.notes.bursts import CERTAIN, bursts_against, bursts_for
from folkmoot.notes.rings import Linked, linked

Status = Literal["proposed", "both_sides", "helpful", "disputed", "unhelpful"]
Why = Literal["early", "few", "one_sided", "not_sure", "lacking", "both_sides", "helpful", "unhelpful", "campaign_for", "campaign_against",
              "asked_differ", "linked_differ", "burst_against", "split"]  # fmt: skip
SHOWN = ("both_sides", "helpful")

MOST = 2 / 3          # of a side must lean to helpful
FEW = 1 / 3           # of a side at most: unhelpful
SURE = 0.875          # that it is so, before a note stands at the head: at the very worst one in eight is wrong there
SURER = 0.975         # before it is called helpful without more words
KEEPS = 0.825         # what stands at the head stays there until it is less sure than this
BOUND = 0.9           # what the bounds of a score hold with
KNOWN = 0.6           # of the belief about a reader must be on one side before the reader speaks for it
CLEAR = 400_000       # ratings from which on rings show at the first look
EARLY = 20            # under so many raters nothing is shown
LEAST = 5             # ratings before anything is said of a note but that it is proposed, as published
THIN = 0.1            # of the readers must be on the thinner side
DIVIDED = 0.05        # of the notes at least must divide the sides, or there are none
ASKED_LEAST = 4       # asked readers before they can contradict the others
ASKED_DOUBT = 0.05    # what they believe at most of a note that they contradict
NET = ((500, 4), (100, 3), (0, 2))   # raters of the site, helpful less not on each side, before a note is called helpful
HIJACKED = 0.8        # how far the axis may go with being liked before it is no axis

BOTH = np.minimum(phi(LEAN_A), phi(LEAN_B))   # of the side that likes it less, the share that leans to helpful
GOOD = (BOTH >= MOST).astype(float)
BAD = (np.maximum(phi(LEAN_A), phi(LEAN_B)) <= FEW).astype(float)
APART = (np.abs(phi(LEAN_A) - phi(LEAN_B)) >= MOST - FEW).astype(float)
_RISING = np.argsort(BOTH, kind="stable")


class Judgement(Struct, frozen=True):
    """What a reckoning says of one note.

    score: of the side that likes it less, the share that leans to helpful, 0 to 1; low, high: the bounds that hold with nine in ten each. axis: what
    the two sides differ by, -1 to 1. sure: how surely most of both sides find it helpful. near: of the side that likes it more (helpful, all); far:
    of the other. missing: how many more of the far side would have to find it helpful; 0: that would not do, or nothing is missing.
    """

    status: Status
    why: Why
    score: float
    low: float
    high: float
    axis: float
    sure: float
    ratings: int
    near: tuple[int, int] = (0, 0)
    far: tuple[int, int] = (0, 0)
    missing: int = 0
    one_sided: bool = False


class Electorate(Struct, frozen=True):
    """What holds for all notes of a site. thin: the share of readers on the thinner side. divided: of notes that divide the sides.

    likeness: how far the axis goes with being liked, 0 to 1.
    """

    raters: int
    thin: float
    divided: float
    likeness: float
    gap: float

    @property
    def one_sided(self) -> bool:
        return self.thin < THIN or self.divided < DIVIDED

    @property
    def hijacked(self) -> bool:
        return self.likeness > HIJACKED

    @property
    def net(self) -> int:
        return next(net for raters, net in NET if self.raters >= raters)


class Scored(Struct, frozen=True):
    """A whole reckoning. judgements: of each note, by its number. weight: of each rating."""

    ratings: Ratings
    fit: Fit
    sides: Sides
    linked: Linked
    electorate: Electorate
    weight: Floats
    judgements: tuple[Judgement, ...]


class _Known(Struct, frozen=True):
    """What decides a note's status, beside what is believed of it: one row of arrays, or one note's values."""

    ratings: int
    helpful: int
    unhelpful: int
    net: int
    near: tuple[int, int]
    far: tuple[int, int]
    pushed: bool
    buried: bool
    asked_differ: bool
    linked_differ: bool
    struck: bool
    was_shown: bool


def score(ratings: Ratings, last: Scored | None = None, before: Sequence[Status] = (), seed: int = 0, start: Floats | None = None) -> Scored:
    """The whole reckoning. last: the one before, to begin from and to keep the axis the way round that it was; or start: where its readers
    sat. before: each note's status so far.
    """
    start = _padded(last.fit.rater_factor, ratings.raters) if last is not None else start
    weight = np.ones(len(ratings))
    found = fit(ratings, start=start, seed=seed)
    sides = judge_sides(ratings, found.rater_factor)
    rings = linked(ratings, chances(ratings, sides), least=0.0)
    for turn in range(2):
        if not _sure_of(rings) or (turn and len(ratings) > CLEAR):
            break
        weight = one_voice(ratings, rings)
        if len(ratings) > CLEAR:
            sides = judge_sides(ratings, found.rater_factor, weight, sides)
            continue
        found = fit(ratings, weight, found.rater_factor, seed)
        sides = judge_sides(ratings, found.rater_factor, weight)
        rings = linked(ratings, chances(ratings, sides, weight), least=0.0)
    weight = one_voice(ratings, rings)
    electorate = _electorate(ratings, found, sides)
    doubts = _linked_differ(ratings, sides, rings, weight)
    return Scored(ratings, found, sides, rings, electorate, weight, _judge_all(ratings, sides, rings, electorate, weight, before, doubts))


def _padded(factor: Floats, raters: int) -> Floats:
    filled: Floats = np.r_[factor[:raters], np.zeros(max(0, raters - len(factor)))]
    return filled


def _sure_of(rings: Linked) -> int:
    """How many rings are certain; the others are only suspected."""
    return sum(evidence >= CERTAIN for evidence in rings.evidence)


def one_voice(ratings: Ratings, rings: Linked) -> Floats:
    """The weight of each rating: the members of a certain ring count together as one rater; what is part of a strike does not count."""
    certain = np.where(rings.cluster <= _sure_of(rings), rings.cluster, 0)
    group = certain[ratings.rater]
    key = ratings.note * (certain.max(initial=0) + 1) + group
    together = np.bincount(key)[key]
    strike = np.where((group > 0) | (rings.cluster[ratings.rater] == 0), rings.strike, 0.0) if _sure_of(rings) else np.zeros(len(ratings))
    weight: Floats = np.where(group > 0, 1 / together, 1.0) * (1 - strike)
    return weight


def _electorate(ratings: Ratings, found: Fit, sides: Sides) -> Electorate:
    """How the readers of a site stand to each other."""
    there = np.bincount(ratings.rater, minlength=ratings.raters) > 0
    mass = sides.reader[there][:, : len(PLACES)].sum(0)
    one, other = float(mass[PLACES < 0].sum()), float(mass[PLACES > 0].sum())
    count = np.bincount(ratings.note, minlength=ratings.items)[: ratings.notes]
    rated = count >= LEAST
    divided = float((sides.item[: ratings.notes][rated] @ APART).mean()) if rated.any() else 0.0
    mean = np.bincount(ratings.note, ratings.level, ratings.items)[: ratings.notes] / np.maximum(count, 1)
    likeness = 0.0
    if rated.sum() > 2 and np.std(found.note_factor[: ratings.notes][rated]) > 0 and np.std(mean[rated]) > 0:
        likeness = float(abs(np.corrcoef(found.note_factor[: ratings.notes][rated], mean[rated])[0, 1]))
    return Electorate(int(there.sum()), min(one, other) / max(float(mass.sum()), 1e-9), divided, likeness, found.gap)


# Grades


def _judge_all(
    ratings: Ratings, sides: Sides, rings: Linked, electorate: Electorate, weight: Floats, before: Sequence[Status],
    doubts: tuple[Flags, Flags],
) -> tuple[Judgement, ...]:  # fmt: skip
    item = sides.item[: ratings.notes]
    facts = zip(*_beliefs(item), missing_of(item, sides), strict=True)
    known = _known(ratings, sides, rings, weight, before, doubts)
    return tuple(_judgement(electorate, each, tuple(row)) for each, row in zip(known, facts, strict=True))


def _beliefs(item: Floats) -> tuple[Floats, ...]:
    """(sure, bad, score, low, high, axis) of each row of beliefs."""
    steps = np.cumsum(item[:, _RISING], 1)
    low, high = (BOTH[_RISING][np.minimum((steps < share).sum(1), CELLS - 1)] for share in (1 - BOUND, BOUND))
    return item @ GOOD, item @ BAD, item @ BOTH, low, high, item @ (phi(LEAN_A) - phi(LEAN_B))


def missing_of(item: Floats, sides: Sides) -> Whole:
    """Of each row of beliefs, how many more ratings "helpful" of the side that likes it less would bring it to the head; 0: nine would not."""
    far_is_a = item @ (phi(LEAN_A) - phi(LEAN_B)) < 0
    missing = np.zeros(len(item), np.int64)
    for side in np.unique(far_is_a):
        of = np.where(PLACES > 0 if side else PLACES < 0, sides.expected[: len(PLACES)], 0)
        reader = np.r_[of * sides.expected[: len(PLACES)].sum() / max(of.sum(), 1e-9), sides.expected[len(PLACES) :]]
        like = reader @ sides.table[:, 2]
        rows = item[far_is_a == side]
        need = np.zeros(len(rows), np.int64)
        for more in range(9, 0, -1):
            need[(normal(np.log(rows + 1e-300) + more * np.log(like)) @ GOOD) >= SURE] = more
        missing[far_is_a == side] = need
    return missing


def _known(
    ratings: Ratings, sides: Sides, rings: Linked, weight: Floats, before: Sequence[Status], doubts: tuple[Flags, Flags]
) -> list[_Known]:  # fmt: skip
    """The facts of each note."""
    near, far, net = _by_side(ratings, sides, weight)
    count, yes, no = (np.bincount(ratings.note[rows], minlength=ratings.items) for rows in
                      (slice(None), ratings.level == 2, ratings.level == 0))  # fmt: skip
    certain = _certain_targets(ratings, rings)
    asked, (suspects, struck) = _asked_differ(ratings, sides, weight), doubts
    shown = [status in SHOWN for status in before] + [False] * (ratings.notes - len(before))
    return [
        _Known(int(count[n]), int(yes[n]), int(no[n]), int(net[n]), (int(near[n, 0]), int(near[n, 1])), (int(far[n, 0]), int(far[n, 1])),
               bool(certain[0][n]), bool(certain[1][n]), bool(asked[n]), bool(suspects[n]), bool(struck[n]), shown[n]) for n in range(ratings.notes)
    ]  # fmt: skip


def _certain_targets(ratings: Ratings, rings: Linked) -> tuple[Flags, Flags]:
    """(pushed, buried) by a ring that is certain."""
    if _sure_of(rings) == len(rings.evidence):
        return rings.pushed, rings.buried
    mine = (rings.cluster[ratings.rater] > 0) & (rings.cluster[ratings.rater] <= _sure_of(rings)) & (rings.strike > 0.5)
    struck = [np.bincount(ratings.note[mine & (ratings.level == level)], minlength=ratings.items)[: ratings.notes] > 1 for level in (2, 0)]
    return struck[0], struck[1]


def _by_side(ratings: Ratings, sides: Sides, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """(near, far, net) of each note: near and far are (helpful, all) of a side; net: helpful less not of the side where that is least."""
    of_a = _side(sides.reader)[ratings.rater]
    tables = []
    for side in (1, -1):
        rows = (of_a == side) & (weight > 0.5)
        yes, no, every = (np.bincount(ratings.note[rows & chosen], minlength=ratings.items)[: ratings.notes] for chosen in
                          (ratings.level == 2, ratings.level == 0, np.ones(len(ratings), bool)))  # fmt: skip
        tables.append(np.stack([yes, every, yes - no], 1))
    a, b = tables
    a_nearer = (a[:, 2] >= b[:, 2])[:, None]
    return np.where(a_nearer, a, b)[:, :2], np.where(a_nearer, b, a)[:, :2], np.minimum(a[:, 2], b[:, 2])


def _side(reader: Floats) -> Whole:
    """1 or -1: where each reader surely stands; 0: nobody knows, in the middle, or rates without looking."""
    places = reader[:, : len(PLACES)]
    side: Whole = (places[:, PLACES > 0].sum(1) > KNOWN).astype(np.int64) - (places[:, PLACES < 0].sum(1) > KNOWN)
    return side


def _asked_differ(ratings: Ratings, sides: Sides, weight: Floats) -> Flags:
    """Notes of which the readers who were asked think otherwise than the rest: nobody chose them but the lot."""
    many = np.bincount(ratings.note, ratings.asked, ratings.items)[: ratings.notes] >= ASKED_LEAST
    if not many.any():
        return many
    asked = exchange_once(ratings, sides, weight * ratings.asked)[: ratings.notes]
    differ: Flags = many & (asked @ GOOD < ASKED_DOUBT)
    return differ


def _linked_differ(ratings: Ratings, sides: Sides, rings: Linked, weight: Floats) -> tuple[Flags, Flags]:
    """(notes that would not stand at the head without a suspected ring or a burst, notes that are kept from it by a ring, or struck by a burst)."""
    sure = sides.item[: ratings.notes] @ GOOD
    lifted, struck = np.zeros(ratings.notes, bool), _burst_differs(ratings)
    suspected = [rings.cluster[ratings.rater] == ring for ring in range(_sure_of(rings) + 1, len(rings.evidence) + 1)]
    for out in [*suspected, bursts_for(ratings, sure >= KEEPS)]:
        if not out.any():
            continue
        without = exchange_once(ratings, sides, np.where(out, 0.0, weight))[: ratings.notes] @ GOOD
        for level, changes, found in ((2, (sure >= KEEPS) & (without < SURE), lifted), (0, (sure < SURE) & (without >= SURE), struck)):
            found |= changes & (np.bincount(ratings.note[out & (ratings.level == level)], minlength=ratings.items)[: ratings.notes] > 1)
    return lifted, struck


def _burst_differs(ratings: Ratings) -> Flags:
    """Notes against which ratings came all at once, and which most of the others find helpful."""
    burst = bursts_against(ratings)
    struck, every, yes = (np.bincount(ratings.note[rows], minlength=ratings.items)[: ratings.notes] for rows in
                          (burst, ~burst, ~burst & (ratings.level == 2)))  # fmt: skip
    differs: Flags = (struck > 1) & (every >= LEAST) & (yes >= MOST * every)
    return differs


def _judgement(electorate: Electorate, known: _Known, row: tuple[float, ...]) -> Judgement:
    sure, bad, mean, low, high, axis, missing = row
    status, why = _grade(electorate, known, float(sure), float(bad))
    lacks = 0 if status in SHOWN or electorate.one_sided else int(missing)
    mean, low, high, axis, sure = (round(float(each), 4) for each in (mean, min(low, mean), max(high, mean), axis, sure))
    return Judgement(status, why, mean, low, high, axis, sure, known.ratings, known.near, known.far, lacks, electorate.one_sided)


def _grade(electorate: Electorate, known: _Known, sure: float, bad: float) -> tuple[Status, Why]:
    """A note's status and the rule that decided; the first that holds."""
    if electorate.raters < EARLY:
        return "proposed", "early"
    if known.pushed:
        return "disputed", "campaign_for"
    if electorate.one_sided:
        return "proposed", "one_sided"
    if sure >= (KEEPS if known.was_shown else SURE) and known.ratings >= LEAST and known.net > 0:
        return _shown(electorate, known, sure)
    if known.buried:
        return "disputed", "campaign_against"
    if bad >= SURE and known.ratings >= LEAST:
        return "unhelpful", "unhelpful"
    if known.ratings >= LEAST and _split(known, sure):
        return "disputed", "split"
    if known.struck:
        return "disputed", "burst_against"
    return "proposed", "few" if known.ratings < LEAST else "not_sure"


def _split(known: _Known, sure: float) -> bool:
    """Whether readers disagree: many say either, or most say "helpful" while it is sure that not both sides find it so."""
    return min(known.helpful, known.unhelpful) * 4 >= known.ratings or (sure <= 1 - SURE and known.helpful * 2 > known.ratings)


def _shown(electorate: Electorate, known: _Known, sure: float) -> tuple[Status, Why]:
    """What holds a note back that both sides seem to find helpful, else its grade."""
    if known.asked_differ:
        return "disputed", "asked_differ"
    if known.linked_differ:
        return "disputed", "linked_differ"
    return ("helpful", "helpful") if sure >= SURER and known.net >= electorate.net else ("both_sides", "both_sides")


def rescore_note(
    scored: Scored, rater: Whole, level: Whole, asked: Flags | None = None, *, note: int | None = None, before: Status = "proposed"
) -> Judgement:  # fmt: skip
    """One note, from all its ratings, with readers as the last reckoning left them. rater: -1 for one who is not known yet.

    note: its number in the last reckoning, which remembers whether a ring strikes on it.
    """
    strangers = len(scored.sides.reader)
    known = (rater >= 0) & (rater < strangers)
    reader = np.where(known[:, None], scored.sides.reader[np.where(known, rater, 0)], scored.sides.expected)
    sides = Sides(reader, np.zeros((1, CELLS)), scored.sides.expected, scored.sides.prior, scored.sides.table, scored.sides.middle)
    one = Ratings(np.zeros(len(level), np.int64), np.arange(len(level)), level, np.full(len(level), np.nan),
                  np.zeros(len(level), bool) if asked is None else asked, 1, max(len(level), 1), 1)  # fmt: skip
    cluster = np.where(known, scored.linked.cluster[np.where(known, rater, 0)], 0)
    pushed, buried, *doubts = _remembered(scored, note)
    rings = Linked(cluster, np.zeros(len(level)), pushed, buried, scored.linked.evidence[: _sure_of(scored.linked)])
    weight = one_voice(one, rings)
    beliefs = exchange_once(one, sides, weight)
    judged = Sides(reader, beliefs, sides.expected, sides.prior, sides.table, sides.middle)
    return _judge_all(one, judged, rings, scored.electorate, weight, (before,), (doubts[0], doubts[1]))[0]


def _remembered(scored: Scored, note: int | None) -> list[Flags]:
    """What only a whole reckoning can see: whether a ring has (pushed, buried) it, what is (lifted, struck) by those who are only suspected."""
    if note is None or note >= scored.ratings.notes:
        return [np.zeros(1, bool)] * 4
    pushed, buried = _certain_targets(scored.ratings, scored.linked)
    why = scored.judgements[note].why
    return [pushed[note : note + 1], buried[note : note + 1], np.array([why == "linked_differ"]), np.array([why == "burst_against"])]
