"""Made-up electorates for the notes' scorer, with the truth kept beside: two camps, moderates, noise, and rings that strike together.

Drawn anew for every seed and shape. Nothing in folkmoot/ knows this file; the figures in docs/notes.md come from it.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from folkmoot.notes.bridging import Ratings, ratings_of

KINDS = ("bridging", "partisan_a", "partisan_b", "poor", "unclear")


class Shape(Struct, frozen=True, kw_only=True):
    """What a world is like. Shares are of all raters or notes; times are minutes."""

    raters: int
    notes: int
    per_note: float = 23.0        # median ratings of a note
    camp_a: float = 0.58          # of those who are in a camp
    moderate: float = 0.1
    polarisation: float = 0.85    # distance of a camp from the middle
    slip: float = 0.34            # spread of one reader's judgement; notes' quality and lean have the scale 1
    random: float = 0.05
    always: float = 0.05
    ring: float = 0.06            # of all raters, all rings together; 0: none
    rings: int = 1
    struck: float = 0.035         # of all notes
    strikers: float = 0.5         # of a ring who strike on one target, at the most
    window: float = 60.0          # within which a strike is over
    delay: float = 0.0            # when it begins
    waiting: float = 840.0        # mean time after which an honest reader rates
    asked: float = 0.11
    own_camp: float = 0.0         # how much rather one rates what one's own camp wrote
    scatter: float = 0.0          # by how much later than `delay` a strike may begin, drawn for each target
    posing: float = 0.5           # of a ring who pose as the other camp
    camouflage: float = 1.0       # how busy a ring is elsewhere, beside honest readers
    hedging: float = 0.0          # of strikes that say "somewhat"
    topics: int = 0               # which notes are about; each reader has a favourite one. 0: none
    own_topic: float = 0.0        # how many times rather one rates what is about one's favourite
    crowds: float = 0.0           # of a note's honest ratings, how many come with a crowd, within two hours at a time of its own
    joined: int = 0               # notes beside the targets to which a crowd of honest readers comes within two hours, a ring among them
    kinds: tuple[float, ...] = (0.18, 0.23, 0.21, 0.18, 0.20)


class World(Struct, frozen=True):
    """Ratings and their truth. good: a note that both camps find helpful. pushed, buried: targets of a ring."""

    ratings: Ratings
    kind: NDArray[np.str_]
    good: NDArray[np.bool_]
    pushed: NDArray[np.bool_]
    buried: NDArray[np.bool_]
    ring: NDArray[np.bool_]
    position: NDArray[np.float64]


def small(seed: int) -> Shape:
    """Tens of raters."""
    return varied(seed, int(np.random.default_rng([seed, 7]).integers(30, 90)))


def varied(seed: int, raters: int) -> Shape:
    """A shape drawn at random for so many raters: no two seeds are alike."""
    draw = np.random.default_rng([seed, 11])
    tens = raters < 100
    share = draw.dirichlet(np.array([18, 23, 21, 18, 20]) / 2)
    return Shape(
        raters=raters,
        notes=int(raters * draw.uniform(0.5, 0.9)) if tens else int(raters * draw.uniform(0.15, 0.5)),
        per_note=float(draw.uniform(6, 12) if tens else draw.uniform(15, 50)), camp_a=float(draw.uniform(0.5, 0.72)),
        moderate=float(draw.uniform(0.03, 0.2)), polarisation=float(draw.uniform(0.7, 1.0)),
        slip=float(draw.uniform(0.25, 0.45)),
        random=float(draw.uniform(0, 0.08)), always=float(draw.uniform(0, 0.08)),
        ring=float(max(draw.uniform(0.02, 0.09), (4 / raters if tens else 0))) * (draw.random() > 0.12),
        rings=int(draw.integers(1, 2 if tens else 4)),
        struck=float(draw.uniform(0.05, 0.12) if tens else draw.uniform(0.015, 0.05)),
        strikers=float(draw.uniform(0.7, 1) if tens else draw.uniform(0.3, 0.8)),
        window=float(draw.choice([30, 60, 60, 60, 120, 240])), delay=float(draw.choice([0, 0, 0, 180])), waiting=float(draw.uniform(400, 1500)),
        asked=float(draw.uniform(0, 0.2)), own_camp=float(draw.uniform(0, 0.5)), kinds=tuple(share.tolist()),
    )  # fmt: skip


def size(seed: int) -> int:
    """From 200 to 3,000 raters, each factor as likely."""
    return int(np.exp(np.random.default_rng([seed, 17]).uniform(np.log(200), np.log(3_000))))


def sly(seed: int, raters: int) -> Shape:
    """A shape whose rings vary in all that a ring may choose: how many, how hasty, how busy elsewhere, on which side."""
    draw = np.random.default_rng([seed, 19])
    return structs.replace(
        varied(seed, raters), ring=float(draw.uniform(0.01, 0.15)), rings=int(draw.integers(1, 6)), strikers=float(draw.uniform(0.1, 1)),
        window=float(np.exp(draw.uniform(np.log(30), np.log(4_320)))), delay=float(draw.choice([0, 0, 60, 600])),
        scatter=float(draw.choice([0, 120, 1_440])), posing=float(draw.uniform(0, 0.5)), camouflage=float(np.exp(draw.uniform(-1.2, 1.2))),
        hedging=float(draw.choice([0, 0, 0.15, 0.3])), struck=float(draw.uniform(0.01, 0.08)),
        joined=int(draw.choice([0, 0, 1, 3])),
    )  # fmt: skip


def world(shape: Shape, seed: int) -> World:
    """The world of a shape and a seed."""
    draw = np.random.default_rng([seed, 13])
    position, noise, ring = _people(shape, draw)
    kind, quality, lean, pushed, buried = _notes(shape, draw, bool((ring > 0).any()))
    note, rater = _who_rates_what(shape, draw, position, lean, ring)
    crowd, came, then = _crowds(shape, draw, ring, np.flatnonzero(~pushed & ~buried))
    own = ~np.isin(note * shape.raters + rater, crowd * shape.raters + came)
    note, rater, posed = np.r_[note[own], crowd], np.r_[rater[own], came], np.r_[np.zeros(int(own.sum()), bool), ring[came] > 0]
    worth = quality[note] + lean[note] * position[rater] + draw.normal(0, shape.slip, len(note))
    level = np.where(worth < 0.15 - 0.52 * shape.slip, 0, np.where(worth > 0.15 + 0.52 * shape.slip, 2, 1))
    level = np.where(noise[rater] == 1, draw.integers(0, 3, len(note)), np.where((noise[rater] == 2) | posed, 2, level))
    minutes = np.r_[_when(shape, draw, note[: int(own.sum())]), then]
    asked = (draw.random(len(note)) < shape.asked) & ~posed
    at, by, when = _strikes(shape, draw, ring, np.flatnonzero(pushed | buried))
    keep = ~np.isin(note * shape.raters + rater, at * shape.raters + by)
    pieces = (np.r_[note[keep], at], np.r_[rater[keep], by], np.r_[level[keep], _said(shape, draw, pushed[at])], np.r_[minutes[keep], when],
              np.r_[asked[keep], np.zeros(len(at), bool)])  # fmt: skip
    ratings = ratings_of(*pieces, notes=shape.notes, raters=shape.raters)
    return World(ratings, np.array(KINDS)[kind], kind == 0, pushed, buried, ring > 0, position)


def _people(shape: Shape, draw: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """(position, 1 random / 2 always helpful / 0 honest, number of the ring or 0)."""
    number = shape.raters
    camp = np.where(draw.random(number) < shape.camp_a, 1.0, -1.0)
    ring = np.zeros(number, np.int64)
    members = draw.permutation(number)[: max(round(shape.ring * number), 3 * shape.rings) if shape.ring else 0]
    ring[members] = 1 + np.arange(len(members)) % shape.rings
    turn = np.arange(len(members)) // shape.rings + 1
    camp[members] = np.where(np.floor(turn * shape.posing) > np.floor((turn - 1) * shape.posing), 1.0, -1.0)
    position = camp * np.clip(draw.normal(shape.polarisation, 0.15, number), 0.3, None)
    moderate = (draw.random(number) < shape.moderate) & (ring == 0)
    position[moderate] = draw.normal(0, 0.2, int(moderate.sum()))
    chance = draw.random(number)
    noise = np.where(chance < shape.random, 1, np.where(chance < shape.random + shape.always, 2, 0))
    return position, np.where(ring > 0, 0, noise), ring


def _notes(shape: Shape, draw: np.random.Generator, ring: bool) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64],
                                                                         NDArray[np.bool_], NDArray[np.bool_]]:  # fmt: skip
    """(kind, quality, lean, pushed by a ring, buried by one)."""
    number = shape.notes
    kind = draw.choice(5, number, p=np.array(shape.kinds) / sum(shape.kinds))
    tilt = draw.uniform(0.6, 1, number)
    pick = [
        (draw.uniform(0.6, 1, number), draw.normal(0, 0.1, number)), (draw.normal(0.1, 0.17, number), tilt), (draw.normal(0.1, 0.17, number), -tilt),
        (draw.uniform(-1, -0.55, number), draw.normal(0, 0.15, number)), (draw.normal(0.15, 0.12, number), draw.normal(0, 0.33, number)),
    ]  # fmt: skip
    quality, lean = (np.choose(kind, [each[side] for each in pick]) for side in (0, 1))
    bad = draw.permutation(np.flatnonzero((kind > 0) & (kind < 4)))
    fine = draw.permutation(np.flatnonzero(kind == 0))
    targets = max(2, round(shape.struck * number)) if ring else 0
    pushed, buried = np.zeros(number, bool), np.zeros(number, bool)
    pushed[bad[: round(targets * 0.67)]] = True
    buried[fine[: targets - round(targets * 0.67)]] = True
    quality[pushed] = np.minimum(quality[pushed], 0.25)
    return kind, quality, lean, pushed, buried


def _who_rates_what(shape: Shape, draw: np.random.Generator, position: NDArray[np.float64], lean: NDArray[np.float64],
                    ring: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:  # fmt: skip
    """Pairs (note, rater), each once: busy readers rate more, and rather what their own camp likes."""
    activity = draw.lognormal(0, 0.55 if shape.raters < 100 else 0.9, shape.raters) * np.where(ring > 0, shape.camouflage, 1.0)
    count = np.minimum(3 + shape.per_note * draw.lognormal(-0.1, 0.85, shape.notes), 0.6 * shape.raters).astype(np.int64)
    more = 1.5 * shape.topics / (1 + (shape.topics - 1) / shape.own_topic) if shape.topics else 1.5
    note = np.repeat(np.arange(shape.notes), np.ceil(count * more).astype(np.int64))
    rater = np.searchsorted(np.cumsum(activity) / activity.sum(), draw.random(len(note)))
    keep = draw.random(len(note)) < (2 / 3) * (1 + shape.own_camp * np.sign(lean[note] * position[rater]) * (np.abs(lean[note]) > 0.4))
    if shape.topics:
        own = draw.integers(0, shape.topics, shape.notes)[note] == draw.integers(0, shape.topics, shape.raters)[rater]
        keep &= draw.random(len(note)) < np.where(own, 1.0, 1 / shape.own_topic)
    pair = np.unique(note[keep] * shape.raters + rater[keep])
    return pair // shape.raters, pair % shape.raters


def _when(shape: Shape, draw: np.random.Generator, note: NDArray[np.int64]) -> NDArray[np.float64]:
    """Minutes after which honest readers rate."""
    minutes = draw.exponential(shape.waiting, len(note)) + 1
    if not shape.crowds:
        return minutes
    crowd = draw.exponential(shape.waiting, shape.notes)[note] + draw.uniform(0, 120, len(note))
    return np.where(draw.random(len(note)) < shape.crowds, crowd, minutes)


def _crowds(shape: Shape, draw: np.random.Generator, ring: NDArray[np.int64], free: NDArray[np.int64]
            ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:  # fmt: skip
    """(note, rater, minute) of a quarter of the honest raters, a hundred at most, and of all of one ring, on notes that rings join a crowd on."""
    pieces = [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
    for note in draw.permutation(free)[: shape.joined] if shape.joined else ():
        honest = draw.permutation(np.flatnonzero(ring == 0))[: min(shape.raters // 4, 100)]
        came = np.r_[honest, np.flatnonzero(ring == draw.integers(1, shape.rings + 1))]
        pieces.append((np.full(len(came), note), came, draw.exponential(shape.waiting) + draw.uniform(1, 120, len(came))))
    note, rater, minute = (np.concatenate(column) for column in zip(*pieces, strict=True))
    return note, rater, minute


def _strikes(shape: Shape, draw: np.random.Generator, ring: NDArray[np.int64], targets: NDArray[np.int64]
             ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:  # fmt: skip
    """(note, rater, minute) of every strike: each target belongs to one ring, part of which strikes within the window."""
    found: list[tuple[int, int, float]] = []
    for target in targets:
        members = np.flatnonzero(ring == draw.integers(1, shape.rings + 1))
        strong = max(min(3, len(members)), min(round(len(members) * shape.strikers), round(1.4 * shape.per_note)))
        begin = shape.delay + (float(draw.uniform(0, shape.scatter)) if shape.scatter else 0.0)
        found += [(int(target), int(who), begin + float(draw.uniform(1, shape.window))) for who in draw.permutation(members)[:strong]]
    at = np.array(found, dtype=np.float64).reshape(-1, 3)
    return at[:, 0].astype(np.int64), at[:, 1].astype(np.int64), at[:, 2]


def _said(shape: Shape, draw: np.random.Generator, pushed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The level of each strike."""
    level = np.where(pushed, 2, 0)
    return np.where(draw.random(len(level)) < shape.hedging, 1, level) if shape.hedging else level
