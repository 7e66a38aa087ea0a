"""From ratings to what readers on both sides think of a note. Pure; numpy. How and why, with every constant: docs/notes.md.

Two steps. `fit` is the published Community Notes model (Wojcik et al. 2022; twitter/communitynotes, matrix factorisation with means of squares
as penalties), solved in closed form: rating ≈ μ + i_u + i_n + f_u·f_n. It finds the axis on which readers differ. `judge_sides` then asks of every
note what each side thinks of it, as beliefs over a grid of answers, and of every reader where they stand and whether they look at all.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[Any]  # numpy's own types of the results of its functions change with its versions
Whole: TypeAlias = NDArray[Any]
Flags: TypeAlias = NDArray[Any]

PENALTY_FACTOR = 0.03      # λ of f_u and f_n, as published
PENALTY_INTERCEPT = 0.15   # λ of i_u, i_n and μ, as published
SWEEPS = 200               # at most; it ends when the loss moves less than SETTLED
SETTLED = 1e-8
ROUGHLY = 1e-6            # the same where there is plenty: intercepts move by thousandths
STARTS = 4                 # small sites have two optima: several starts, and the lowest loss is kept
PLENTY = 100_000           # from so many ratings on one start finds the same optimum

STEPS = np.linspace(-2.5, 2.5, 11)               # how much a side leans to "helpful", in spreads of one reader's judgement (probit)
PLACES = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])   # where a reader may stand between the two sides
CLASSES = len(PLACES) + 3                        # and who rates without looking: always helpful, never, at random
EXPECTED = np.array([0.18] * 5 + [0.04, 0.02, 0.04])  # of a reader of whom nothing is known; weighs as much as PRIOR_READERS readers
PRIOR_READERS = 10.0
PRIOR_NOTES = 20.0         # the even prior over the grid weighs as much as so many notes
SLIP = 0.02                # of ratings are slips of the finger
MIDDLE = 0.45              # half the width of "somewhat", to begin with; learned
ROUNDS = 8
STILL = 0.003              # rounds end when readers' beliefs move less than this on average
FINE, COARSE = 10, 4       # steps to which beliefs about readers are told apart when ratings are gathered; coarse where there is plenty
STILL_ENOUGH = 0.05        # the same where there is plenty
CHUNK = 4_000              # ratings that are held against the grid at once: they fit a processor's own memory
CROWDED = 16               # cells of a table of notes by sayings per rating at most; beyond that the ratings are added up one by one
LEAN_A, LEAN_B = (each.ravel() for each in np.meshgrid(STEPS, STEPS, indexing="ij"))
CELLS = len(LEAN_A)


class Ratings(Struct, frozen=True):
    """What readers said, one entry per rating, sorted by note. note, rater: numbers from 0. level: 0, 1 or 2.

    minutes: after the note was written; NaN where it is not known. asked: the reader was drawn at random and asked. notes, raters: how many there
    are, rated or not. items: notes, and after them whatever else readers voted on (comments, statements), which tells only where readers stand.
    clock: when, in minutes on one clock for all notes, so that a reader's sittings can be seen; None where that is not known.
    """

    note: Whole
    rater: Whole
    level: Whole
    minutes: Floats
    asked: Flags
    notes: int
    raters: int
    items: int
    clock: Floats | None = None

    def __len__(self) -> int:
        return len(self.note)


def ratings_of(
    note: ArrayLike, rater: ArrayLike, level: ArrayLike, minutes: ArrayLike | None = None, asked: ArrayLike | None = None,
    clock: ArrayLike | None = None, *, notes: int | None = None, raters: int | None = None,
) -> Ratings:  # fmt: skip
    """Ratings from columns in any order. Of a rater's ratings of a note the latest must come alone: repeats are the caller's to resolve."""
    of, by = np.asarray(note, np.int64), np.asarray(rater, np.int64)
    order = np.argsort(of, kind="stable")
    when = np.full(len(of), np.nan) if minutes is None else np.asarray(minutes, np.float64)
    drawn = np.zeros(len(of), bool) if asked is None else np.asarray(asked, bool)
    notes = int(of.max(initial=-1)) + 1 if notes is None else notes
    raters = int(by.max(initial=-1)) + 1 if raters is None else raters
    on_clock = None if clock is None else np.asarray(clock, np.float64)[order]
    return Ratings(of[order], by[order], np.asarray(level, np.int64)[order], when[order], drawn[order], notes, raters, notes, on_clock)


def with_votes(ratings: Ratings, item: ArrayLike, rater: ArrayLike, value: ArrayLike) -> Ratings:
    """Ratings and, for the axis alone, votes on comments or statements: value 1, 0 or -1; item: numbers from 0 of their own."""
    of, by = np.asarray(item, np.int64), np.asarray(rater, np.int64)
    order, more = np.argsort(of, kind="stable"), len(of)
    return Ratings(
        np.r_[ratings.note, ratings.items + of[order]], np.r_[ratings.rater, by[order]], np.r_[ratings.level, np.asarray(value, np.int64)[order] + 1],
        np.r_[ratings.minutes, np.full(more, np.nan)], np.r_[ratings.asked, np.zeros(more, bool)],
        ratings.notes, max(ratings.raters, int(by.max(initial=-1)) + 1), ratings.items + int(of.max(initial=-1)) + 1,
        None if ratings.clock is None else np.r_[ratings.clock, np.full(more, np.nan)],
    )  # fmt: skip


# The published model


class Fit(Struct, frozen=True):
    """The published model's parameters. loss: its objective. gap: by what share of it the next best axis is worse; 1: none other was found."""

    mu: float
    rater_intercept: Floats
    rater_factor: Floats
    note_intercept: Floats
    note_factor: Floats
    loss: float
    gap: float = 1.0


def fit(ratings: Ratings, weight: Floats | None = None, start: Floats | None = None, seed: int = 0) -> Fit:
    """The published model, from several starts; of the optima the one with the lowest loss.

    weight: of each rating, else 1. start: rater factors to begin from (the last fit's), which also say which way round the axis is.
    """
    draw = np.random.default_rng(seed)
    begins = [start] if start is not None and np.any(start) else []
    wanted = 1 if len(ratings) > PLENTY else STARTS
    begins += [draw.uniform(-1, 1, ratings.raters) for _ in range(wanted - len(begins))]
    found = sorted((_alternate(ratings, weight, begin) for begin in begins), key=lambda each: each.loss)
    gaps = [each.loss / found[0].loss - 1 for each in found[1:] if _alike(found[0], each) < 0.9 and found[0].loss]
    return _signed(found[0], start, min(gaps, default=1.0))


def _alternate(ratings: Ratings, w: Floats | None, factor: Floats) -> Fit:
    """A ridge regression of the items with raters fixed, then the other way round, until nothing moves. w: None where all weigh 1."""
    item, rater, y = ratings.note, ratings.rater, ratings.level / 2.0
    total = max(float(len(y) if w is None else w.sum()), 1.0)
    items, raters = _Rows.of(item, ratings.items, w, total), _Rows.of(rater, ratings.raters, w, total)
    settled = ROUGHLY if len(ratings) > PLENTY else SETTLED
    shrunk, before = total * (1 + PENALTY_INTERCEPT), np.inf
    mu = float(y.sum() if w is None else w @ y) / shrunk
    f_u, i_u, own, lean = factor, np.zeros(ratings.raters), np.zeros(len(y)), factor[rater]
    for _ in range(SWEEPS):
        i_n, f_n = items.ridge(y - mu - own, lean)
        of_item, lean_of_item = i_n[item], f_n[item]
        i_u, f_u = raters.ridge(y - mu - of_item, lean_of_item)
        own, lean = i_u[rater], f_u[rater]
        rest = y - own - of_item - lean * lean_of_item
        mu = float(rest.sum() if w is None else w @ rest) / shrunk
        rest -= mu
        loss = float(rest @ rest if w is None else w @ rest**2) / total + PENALTY_INTERCEPT * mu * mu
        loss += float(PENALTY_FACTOR * f_u @ f_u + PENALTY_INTERCEPT * i_u @ i_u) / raters.there
        loss += float(PENALTY_FACTOR * f_n @ f_n + PENALTY_INTERCEPT * i_n @ i_n) / items.there
        if before - loss < settled:
            break
        before = loss
    return Fit(mu, i_u, f_u, i_n, f_n, loss)


class _Rows(Struct, frozen=True):
    """The ratings of each item, or of each rater: whose each is, how many are there, how much they weigh together and what pulls them to zero."""

    who: Whole
    number: int
    there: int
    w: Floats | None
    weight: Floats
    pull: float

    @classmethod
    def of(cls, who: Whole, number: int, w: Floats | None, total: float) -> _Rows:
        there = max(int((np.bincount(who, minlength=number) > 0).sum()), 1)
        pull = total / there
        return cls(who, number, there, w, np.bincount(who, w, number) + PENALTY_INTERCEPT * pull, pull)

    def ridge(self, rest: Floats, factor: Floats) -> tuple[Floats, Floats]:
        """(intercept, factor) of each, the other side fixed: two unknowns each, in closed form."""
        who, number, c = self.who, self.number, self.weight
        weighed, left = (factor, rest) if self.w is None else (self.w * factor, self.w * rest)
        s, ss = np.bincount(who, weighed, number), np.bincount(who, weighed * factor, number) + PENALTY_FACTOR * self.pull
        e, ef = np.bincount(who, left, number), np.bincount(who, weighed * rest, number)
        determinant = c * ss - s * s
        return (e * ss - ef * s) / determinant, (c * ef - s * e) / determinant


def _alike(one: Fit, other: Fit) -> float:
    """How far two fits agree on the axis, whichever way round: 0 to 1."""
    norm = np.linalg.norm(one.rater_factor) * np.linalg.norm(other.rater_factor)
    return float(abs(one.rater_factor @ other.rater_factor) / norm) if norm else 1.0


def _signed(found: Fit, last: Floats | None, gap: float) -> Fit:
    """The same fit with its axis the way round that it had; without a last one the larger side is negative, as published."""
    f_u = found.rater_factor
    side = f_u @ last if last is not None and np.any(last) else -np.sign(f_u).sum()
    turn = -1.0 if side < 0 else 1.0
    return Fit(found.mu, found.rater_intercept, turn * f_u, found.note_intercept, turn * found.note_factor, found.loss, gap)


# What each side thinks


class Sides(Struct, frozen=True):
    """What is believed once all ratings are read.

    reader: raters × CLASSES. item: items × CELLS. expected: CLASSES, of a reader not met yet. prior: CELLS, of a note not rated yet.
    table: CLASSES × 3 × CELLS, how likely each level is. middle: half the width of "somewhat".
    """

    reader: Floats
    item: Floats
    expected: Floats
    prior: Floats
    table: Floats
    middle: float


def judge_sides(ratings: Ratings, factor: Floats, weight: Floats | None = None, last: Sides | None = None) -> Sides:
    """Beliefs about readers and notes that agree with each other: messages to and fro, each without what it heard from whom it tells.

    factor: where readers stand, as `fit` found it. weight: of each rating, else 1. last: where to begin instead.
    """
    w = np.ones(len(ratings)) if weight is None else weight
    share = np.bincount(ratings.level, w, 3) + 1.0
    reader = _by_factor(factor) if last is None else last.reader
    expected, prior, middle = EXPECTED, np.full((2, CELLS), 1 / CELLS), MIDDLE
    if last is not None:
        expected, prior, middle = last.expected, np.tile(last.prior, (2, 1)), last.middle
    there = np.bincount(ratings.rater, w, ratings.raters) > 0
    rated = np.bincount(ratings.note, w, ratings.items) > 0
    still = STILL if len(ratings) <= PLENTY else STILL_ENOUGH
    for _ in range(ROUNDS):
        before, table = reader, likelihoods(middle, share / share.sum())
        heard = _exchange(ratings, w, reader, table, prior)
        reader = normal(_told(ratings, w, heard) + np.log(expected))
        expected = _mixed(reader[there], EXPECTED * PRIOR_READERS)
        prior = np.stack([_mixed(kind, np.full(CELLS, PRIOR_NOTES / CELLS)) for kind in _by_kind(heard.item, rated, ratings.notes)])
        middle = float(np.clip(middle * np.clip(share[1] / max(heard.somewhat, 1.0), 0.8, 1.25), 0.05, 1.2))
        if np.abs(reader - before).sum() < still * max(int(there.sum()), 1):
            break
    return Sides(reader, heard.item, expected, prior[0], table, middle)


def _by_kind(item: Floats, rated: Flags, notes: int) -> tuple[Floats, Floats]:
    return item[:notes][rated[:notes]], item[notes:][rated[notes:]]


def _mixed(beliefs: Floats, expected: Floats) -> Floats:
    """The mean of many beliefs, drawn to what is expected."""
    mean: Floats = (beliefs.sum(0) + expected) / (len(beliefs) + expected.sum())
    return mean


def _by_factor(factor: Floats) -> Floats:
    """First beliefs about readers: near the place that the published model gives them."""
    known = np.abs(factor[factor != 0])
    place = np.clip(factor / (np.quantile(known, 0.7) if len(known) else 1.0), -1, 1)
    near = np.exp(-((place[:, None] - PLACES) ** 2) / 0.32)
    near *= EXPECTED[: len(PLACES)].sum() / near.sum(1, keepdims=True)
    return np.hstack([near, np.tile(EXPECTED[len(PLACES) :], (len(factor), 1))])


def likelihoods(middle: float, share: Floats) -> Floats:
    """CLASSES × 3 × CELLS: how likely each level is. Who looks judges by an ordered probit at their place; who does not, does not.

    middle: half the width of "somewhat"; share: of the three levels on the whole site, which is how one rates at random.
    """
    at = (LEAN_A + LEAN_B) / 2 + PLACES[:, None] * (LEAN_A - LEAN_B) / 2
    low, high = phi(-at - middle), phi(at - middle)
    looking = np.stack([low, 1 - low - high, high], 1)
    blind = np.array([[0.02, 0.06, 0.92], [0.92, 0.06, 0.02], share])[:, :, None].repeat(CELLS, 2)
    every: Floats = np.concatenate([(1 - SLIP) * looking + SLIP / 3, blind]).astype(np.float32)
    return every


def phi(x: Floats) -> Floats:
    """The normal distribution function, to 1e-7 (Abramowitz & Stegun 26.2.17)."""
    t = 1 / (1 + 0.2316419 * np.abs(x))
    series = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    tail = np.exp(-x * x / 2) / np.sqrt(2 * np.pi) * series
    below: Floats = np.where(x > 0, 1 - tail, tail)
    return below


def normal(logs: Floats) -> Floats:
    """Rows of logarithms as probabilities."""
    p: Floats = np.exp(logs - logs.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    return p


class _Heard(Struct, frozen=True):
    """item: beliefs about items. said: log of what like ratings say of their readers, by class. of: which of those each rating is.

    somewhat: how many ratings should have been in the middle.
    """

    item: Floats
    said: Floats
    of: Whole
    somewhat: float


def exchange_once(ratings: Ratings, sides: Sides, weight: Floats) -> Floats:
    """items × CELLS: what is believed of the items when ratings weigh so, with readers as they are."""
    alike = _gather(ratings, weight, sides.reader)
    item: Floats = np.log(np.tile(sides.prior, (ratings.items, 1)))
    logs = np.log(_sayings(alike.words, sides.table))
    for part in _chunks(alike.note):
        _believe(item, alike, part, logs)
    item[np.bincount(ratings.note, minlength=ratings.items) == 0] = sides.prior
    return item


class _Alike(Struct, frozen=True):
    """Ratings of one note, of one level, by readers of whom the same is believed, told as one. of: which of these each rating is."""

    note: Whole
    level: Whole
    word: Whole
    counts: Floats
    taken_out: Flags
    words: Floats
    of: Whole

    @property
    def saying(self) -> Whole:
        """The number of what is said by whom: word and level."""
        number: Whole = self.word * 3 + self.level
        return number


def chances(ratings: Ratings, sides: Sides, weight: Floats | None = None) -> Floats:
    """How likely each rating's level was, judged by everything else that is known of its reader and its note."""
    w = np.ones(len(ratings)) if weight is None else weight
    heard = _exchange(ratings, w, sides.reader, sides.table, np.stack([sides.prior, np.full(CELLS, 1 / CELLS)]))
    chance = np.empty(len(ratings))
    for part in (slice(begin, begin + CHUNK) for begin in range(0, len(ratings), CHUNK)):
        said = heard.said[heard.of[part]]
        without = sides.reader[ratings.rater[part]] * np.exp(-said * w[part, None])
        chance[part] = (without * np.exp(said)).sum(1) / without.sum(1)
    return chance


def _told(ratings: Ratings, w: Floats, heard: _Heard) -> Floats:
    """raters × CLASSES: log of what all of each reader's ratings say of the reader."""
    return np.stack([np.bincount(ratings.rater, each[heard.of] * w, ratings.raters) for each in heard.said.T], 1)


def _exchange(ratings: Ratings, w: Floats, reader: Floats, table: Floats, prior: Floats) -> _Heard:
    """One round: readers tell items what they think, items tell readers what that says of them."""
    alike = _gather(ratings, w, reader)
    item = np.log(prior[(np.arange(ratings.items) >= ratings.notes).astype(int)])
    said = np.empty((len(alike.note), CLASSES), np.float32)
    sayings = _sayings(alike.words, table)
    logs, without = np.log(sayings), np.concatenate([1 / sayings, np.ones((1, CELLS), np.float32)])
    by_cell = np.ascontiguousarray(table.transpose(2, 1, 0).reshape(CELLS, 3 * CLASSES))
    taken_out = np.where(alike.taken_out, alike.saying, len(sayings))
    for part in _chunks(alike.note):
        _believe(item, alike, part, logs)
        others = item[alike.note[part]].astype(np.float32)
        others *= without[taken_out[part]]
        said[part] = _answered(alike.level[part], others, by_cell) / others.sum(1, keepdims=True)
    item[np.bincount(ratings.note, minlength=ratings.items) == 0] = prior[0]
    return _Heard(item, np.log(said), alike.of, _middles(alike, item, table))


def _believe(item: Floats, alike: _Alike, part: slice, logs: Floats) -> None:
    """Turns rows of `item` from the logarithm of what was believed before into what is believed after."""
    note, saying, counts = alike.note[part], alike.saying[part], alike.counts[part].astype(np.float32)
    first = np.flatnonzero(np.r_[True, np.diff(note) > 0])
    which = note[first]
    if len(first) * len(logs) < CROWDED * len(note):
        row = np.repeat(np.arange(len(first)), np.diff(np.r_[first, len(note)]))
        told = np.bincount(row * len(logs) + saying, counts, len(first) * len(logs)).astype(np.float32).reshape(-1, len(logs)) @ logs
    else:
        told = np.add.reduceat(logs[saying] * counts[:, None], first, axis=0)
    item[which] = normal(item[which] + told)


def _gather(ratings: Ratings, w: Floats, reader: Floats) -> _Alike:
    """Ratings by readers of whom nearly the same is believed count as repeats of one."""
    fine = COARSE if len(ratings) > PLENTY else FINE
    steps = np.round(reader * fine).astype(np.int64) @ ((fine + 1) ** np.arange(CLASSES))
    _, word = np.unique(steps, return_inverse=True)
    many = np.bincount(word)
    words = np.stack([np.bincount(word, reader[:, each]) / many for each in range(CLASSES)], 1)
    whole = w > 0.5
    key = ((ratings.note * len(many) + word[ratings.rater]) * 3 + ratings.level) * 2 + whole
    kept, first, of = np.unique(key, return_index=True, return_inverse=True)
    return _Alike(kept // 6 // len(many), ratings.level[first], kept // 6 % len(many), np.bincount(of, w), whole[first], words, of)


def _chunks(note: Whole) -> list[slice]:
    """Stretches of about CHUNK rows that part no note."""
    if not len(note):
        return []
    begins = np.searchsorted(note, note[np.arange(0, len(note), CHUNK)])
    edges = np.r_[np.unique(begins), len(note)]
    return [slice(int(one), int(other)) for one, other in pairwise(edges)]


def _sayings(words: Floats, table: Floats) -> Floats:
    """(words × 3) × CELLS: how likely each level is from each word, in each cell."""
    likely: Floats = np.einsum("wc,clg->wlg", words.astype(np.float32), table, optimize=True).reshape(-1, CELLS)
    return likely


def _answered(level: Whole, others: Floats, by_cell: Floats) -> Floats:
    """rows × CLASSES: how likely what was said is, for each kind of reader, by what the others say of the note. by_cell: CELLS × (3 × CLASSES)."""
    every = others @ by_cell
    chosen: Floats = every.reshape(len(level), 3, CLASSES)[np.arange(len(level)), level]
    return chosen


def _middles(alike: _Alike, item: Floats, table: Floats) -> float:
    """How many of the ratings should have been "somewhat"."""
    by_class = item @ table[:, 1].T
    return float(alike.counts @ (by_class[alike.note] * alike.words[alike.word]).sum(1))
