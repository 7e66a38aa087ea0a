"""From votes on statements to a map of opinions: places, groups where they really are, what all agree on, what divides. Pure; numpy.

Places and representative statements follow Polis (Small et al. 2021; formulas in docs/notes.md). Before any group is named it must be beyond
two kinds of chance (votes shuffled within each statement; one cloud of the same spread) and come back when people and votes are left out.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[Any]

ENOUGH = 7              # votes before a person has a place, or as many as there are statements
FEWEST = 15             # people who get one all the same, the most active
PRIOR = 0.5             # of the statements: as if everybody had passed on so many
SPARE, TURNS = 10, 40   # of the subspace iteration
MOST_GROUPS = 5
MINORITY = 0.25         # of the people it hides among, at most
SMALLEST = 5            # people in a group, and
SMALLEST_SHARE = 0.04   # of all who have a place
TRIALS = 19             # shuffles, and clouds, that real groups must all beat
BEYOND = 3.0            # and by so many spreads of the trials
LEFT_OUT = 0.2          # of the people, and of each one's votes, when it is asked whether groups come back
STABLE = 0.6            # adjusted Rand index at which they do, on average
FACING = 0.5            # of a group's people who have voted on something on which another group has voted, too
RETRIES = 8
STARTS = 6
SAMPLE = 1200           # people among whom it is judged whether groups are real
NEARBY = 400            # of whom each one's distance to each other is reckoned
SIGNIFICANT = 1.2816    # z, one-sided 90 %, as published
REPRESENTATIVE = 5
SAME_GROUP = 0.3        # of the members together that two maps must share for a group to keep its number


class Statement(Struct, frozen=True):
    """A statement as a group sees it. agree, disagree: their shares; against: whether it stands for the group because they disagree."""

    statement: int
    agree: float
    disagree: float
    seen: int
    against: bool = False


class Group(Struct, frozen=True):
    """id: keeps from map to map. members: people, by number. statements: what tells it from the others, strongest first."""

    id: int
    members: tuple[int, ...]
    statements: tuple[Statement, ...]

    @property
    def size(self) -> int:
        return len(self.members)


class Map(Struct, frozen=True):
    """place: people × 2; NaN for those without one. group: of each person the group's id, or -1. why: the word for what decided.

    agreed, divides: (statement, score), the strongest first.
    """

    place: Array
    group: Array
    separate: bool
    why: str
    groups: tuple[Group, ...]
    agreed: tuple[tuple[int, float], ...]
    divides: tuple[tuple[int, float], ...]


def map_of(
    voter: ArrayLike, statement: ArrayLike, vote: ArrayLike, *, people: int | None = None, statements: int | None = None, last: Map | None = None,
    seed: int = 0,
) -> Map:  # fmt: skip
    """The map of votes (1 agree, 0 pass, -1 disagree; one per person and statement). last: the map before, whose groups keep their numbers."""
    by, on = np.asarray(voter, np.int64), np.asarray(statement, np.int64)
    people = int(by.max(initial=-1)) + 1 if people is None else people
    votes = np.full((people, int(on.max(initial=-1)) + 1 if statements is None else statements), np.nan, np.float32)
    votes[by, on] = np.asarray(vote, np.float32)
    inside = np.flatnonzero(_has_place(votes))
    draw = np.random.default_rng(seed)
    place = np.full((people, 2), np.nan)
    label, why = np.full(people, -1), "few"
    if len(inside) >= ENOUGH and votes.shape[1] >= 2:
        place[inside] = _turned(places(votes[inside]), inside, last)
        label[inside], why = _facing(votes[inside], *_groups(votes[inside], draw))
    label = _kept_numbers(label, last)
    return _told(votes, place, label, why)


def _has_place(votes: Array) -> Array:
    """Who has voted enough; at least the FEWEST most active, who have voted at all."""
    many = (~np.isnan(votes)).sum(1)
    inside = many >= min(ENOUGH, votes.shape[1])
    if inside.sum() < FEWEST:
        inside |= np.isin(np.arange(len(many)), np.argsort(-many, kind="stable")[:FEWEST])
    has: Array = inside & (many > 0)
    return has


# Places


def places(votes: Array, components: int = 2) -> Array:
    """people × components: the way each one's own votes point, stretched for those who have voted on little.

    As published, but the stretch is damped: it would throw out far whoever has voted on a few statements only.
    """
    seen = ~np.isnan(votes)
    centred = np.where(seen, votes - _means(votes, seen), 0).astype(np.float32)
    axes = _axes(centred.T @ centred, components)
    prior = PRIOR * votes.shape[1]
    stretched: Array = (centred @ axes) * np.sqrt((votes.shape[1] + prior) / (seen.sum(1) + prior))[:, None]
    return stretched


def _axes(variance: Array, components: int) -> Array:
    """The directions in which people differ most, by subspace iteration; each the way round that most statements lean."""
    width = min(len(variance), components + SPARE)
    basis = np.linalg.qr(np.random.default_rng(0).normal(size=(len(variance), width)))[0].astype(np.float32)
    for _ in range(TURNS):
        basis = np.linalg.qr(variance @ basis)[0]
    _, turn = np.linalg.eigh((basis.T @ variance @ basis).astype(np.float64))
    axes: Array = basis @ turn[:, ::-1][:, :components]
    return axes * np.where(axes.sum(0) < 0, -1, 1)


def _means(votes: Array, seen: Array) -> Array:
    mean: Array = np.where(seen, votes, 0).sum(0) / np.maximum(seen.sum(0), 1)
    return mean


def _turned(place: Array, inside: Array, last: Map | None) -> Array:
    """The same places, with each axis the way round that it had."""
    if last is None:
        return place
    common = inside[inside < len(last.place)]
    common = common[~np.isnan(last.place[common, 0])]
    here = place[np.searchsorted(inside, common)]
    turned: Array = place * np.where((here * last.place[common]).sum(0) < 0, -1, 1)
    return turned


# Groups


def _groups(votes: Array, draw: np.random.Generator) -> tuple[Array, str]:
    """(group of each person or -1, what decided): the best split of all, then what hides inside its parts."""
    least = max(SMALLEST, int(np.ceil(SMALLEST_SHARE * len(votes))))
    label, why = _split(votes, least, draw)
    if why == "separate":
        label = _smaller(votes, label, least, draw)
        return label, why
    minority = _minority(votes, least, draw)
    return (minority, "separate") if minority is not None else (np.full(len(votes), -1), why)


def _facing(votes: Array, label: Array, why: str) -> tuple[Array, str]:
    """The groups without those that have voted on other things than the rest: they stand apart by what they saw, not by what they think of it."""
    seen, kept = ~np.isnan(votes), np.full(len(label), -1)
    for each in np.unique(label[label >= 0]):
        own = label == each
        shared = seen[(label >= 0) & ~own].any(0)
        if seen[own][:, shared].any(1).mean() >= FACING:
            kept[own] = kept.max() + 1
    return (kept, why) if kept.max() >= 1 or why != "separate" else (np.full(len(label), -1), "few")


def _smaller(votes: Array, label: Array, least: int, draw: np.random.Generator) -> Array:
    """Each group, split again where a minority hides in it."""
    for each in np.unique(label[label >= 0]):
        rows = np.flatnonzero(label == each)
        found = _minority(votes[rows], least, draw) if len(rows) >= 2 * least and label.max() + 1 < MOST_GROUPS else None
        if found is not None:
            label[rows[found == 1]] = label.max() + 1
    return label


def _minority(votes: Array, least: int, draw: np.random.Generator) -> Array | None:
    """0 and 1 for two parts of these people who differ on any of the strongest axes, or None."""
    for axis in range(1, 4):
        place = places(votes, axis + 1)[:, : axis + 1]
        label, _ = _means_of(place, 2, draw)
        part = np.bincount(label, minlength=2).min()
        if least <= part <= MINORITY * len(votes) and _real(votes, label, place.shape[1], draw) == "separate":
            return label if (label == 1).sum() <= (label == 0).sum() else 1 - label
    return None


def _split(votes: Array, least: int, draw: np.random.Generator) -> tuple[Array, str]:
    """(group of each person, "separate"), or why there are none."""
    label, _ = _best(places(votes), least, draw)
    if label.max() < 1:
        return label, "small"
    return label, _real(votes, label, 2, draw)


def _real(votes: Array, label: Array, axes: int, draw: np.random.Generator) -> str:
    """Whether these groups are beyond both kinds of chance and come back: "separate", or the word for what they fail."""
    some = draw.permutation(len(votes))[:SAMPLE]
    votes, label = votes[some], label[some]
    place, count = places(votes, axes), int(label.max()) + 1
    shuffles = np.array([_spread(_dealt_anew(votes, draw), axes) for _ in range(TRIALS)])
    if not any(_beyond(float(one), trials) for one, trials in zip(_spread(votes, axes), shuffles.T, strict=True)):
        return "shuffled"
    clouds = np.array([_parted(draw.normal(size=place.shape) * place.std(0), count, draw) for _ in range(TRIALS)])
    if not _beyond(silhouette(place, label), clouds):
        return "cloud"
    return "separate" if _comes_back(votes, label, axes, draw) >= STABLE else "unstable"


def _beyond(found: float, trials: Array) -> bool:
    """Whether a figure is beyond what chance made of it, every time and by far."""
    return bool(found > trials.max() and found > trials.mean() + BEYOND * trials.std())


def _spread(votes: Array, axes: int) -> Array:
    """How far people differ along each of the strongest axes."""
    seen = ~np.isnan(votes)
    centred = np.where(seen, votes - _means(votes, seen), 0).astype(np.float32)
    spread: Array = ((centred @ _axes(centred.T @ centred, axes)) ** 2).sum(0)
    return spread


def _dealt_anew(votes: Array, draw: np.random.Generator) -> Array:
    """Each statement's votes, dealt anew among those who voted on it: nobody agrees with anybody but by chance."""
    dealt = votes.copy()
    for column in dealt.T:
        seen = ~np.isnan(column)
        column[seen] = draw.permutation(column[seen])
    return dealt


def _parted(cloud: Array, count: int, draw: np.random.Generator) -> float:
    """How well one cloud of the same spread seems to fall apart (after Liu et al. 2008, SigClust)."""
    return silhouette(cloud, _means_of(cloud, count, draw)[0])


def _comes_back(votes: Array, label: Array, axes: int, draw: np.random.Generator) -> float:
    """How well the groups are found again when people and votes are left out: the mean adjusted Rand index."""
    found = []
    for _ in range(RETRIES):
        stay = np.flatnonzero(draw.random(len(votes)) >= LEFT_OUT)
        fewer = np.where(draw.random(votes[stay].shape) >= LEFT_OUT, votes[stay], np.nan)
        again, _ = _means_of(places(fewer, axes), int(label.max()) + 1, draw)
        found.append(adjusted_rand(again, label[stay]))
    return float(np.mean(found))


def _best(place: Array, least: int, draw: np.random.Generator) -> tuple[Array, float]:
    """(groups, silhouette) of the number of groups that parts the places best; a group under the least size counts against it."""
    best, top = np.zeros(len(place), np.int64), -1.0
    for count in range(2, MOST_GROUPS + 1):
        if len(place) < count * least:
            break
        label, _ = _means_of(place, count, draw)
        worth = silhouette(place, label) if np.bincount(label, minlength=count).min() >= least else -1.0
        if worth > top:
            best, top = label, worth
    return best, top


def _means_of(place: Array, count: int, draw: np.random.Generator) -> tuple[Array, float]:
    """(groups, squared distances) by k-means, the best of several starts spread out (k-means++)."""
    best, least = np.zeros(len(place), np.int64), np.inf
    for _ in range(STARTS):
        centres = _spread_out(place, count, draw)
        for _ in range(30):
            label = _distances(place, centres).argmin(1)
            many = np.maximum(np.bincount(label, minlength=count), 1)
            new = np.stack([np.bincount(label, each, count) / many for each in place.T], 1)
            if np.abs(new - centres).max() < 1e-3:
                break
            centres = new
        cost = float(_distances(place, centres).min(1).sum())
        if cost < least:
            best, least = label, cost
    return best, least


def _spread_out(place: Array, count: int, draw: np.random.Generator) -> Array:
    centres = place[[draw.integers(len(place))]]
    while len(centres) < count:
        near = _distances(place, centres).min(1)
        chosen = np.searchsorted(np.cumsum(near), draw.random() * near.sum())
        centres = np.vstack([centres, place[min(int(chosen), len(place) - 1)]])
    return centres


def _distances(place: Array, centres: Array) -> Array:
    """people × centres, squared."""
    squared: Array = (place**2).sum(1)[:, None] - 2 * place @ centres.T + (centres**2).sum(1)
    return np.maximum(squared, 0)


def silhouette(place: Array, label: Array) -> float:
    """How much closer people are to their own group than to the next, on average: -1 to 1. Of every so-manieth if there are many."""
    every = max(1, len(place) // NEARBY)
    place, label = place[::every], label[::every]
    count = int(label.max()) + 1
    if count < 2:
        return -1.0
    member = np.eye(count)[label]
    many = member.sum(0)
    total = np.sqrt(_distances(place, place)) @ member
    own = total[np.arange(len(label)), label] / np.maximum(many[label] - 1, 1)
    other = np.where(member > 0, np.inf, total / np.maximum(many, 1)).min(1)
    parted = np.where(many[label] > 1, (other - own) / np.maximum(np.maximum(own, other), 1e-12), 0)
    return float(parted.mean())


def adjusted_rand(one: Array, other: Array) -> float:
    """How far two groupings agree beyond chance (Hubert & Arabie 1985): 1 the same, 0 chance."""
    if not len(one):
        return 0.0
    table = np.zeros((int(one.max()) + 1, int(other.max()) + 1))
    np.add.at(table, (one, other), 1)

    def pairs(counts: Array) -> float:
        return float((counts * (counts - 1) / 2).sum())

    rows, columns, every = pairs(table.sum(1)), pairs(table.sum(0)), pairs(np.array([len(one)]))
    due = rows * columns / every if every else 0.0
    return 1.0 if (rows + columns) / 2 == due else (pairs(table) - due) / ((rows + columns) / 2 - due)


def _kept_numbers(label: Array, last: Map | None) -> Array:
    """The same groups, largest first, under the numbers that they had; a new group gets a number that none had."""
    groups = sorted(np.unique(label[label >= 0]), key=lambda each: -int((label == each).sum()))
    numbers: dict[int, int] = {}
    if last is not None:
        common = min(len(label), len(last.group))
        shared = sorted(((_overlap(label[:common] == each, last.group[:common] == was.id), each, was.id) for each in groups for was in last.groups),
                        key=lambda row: -row[0])  # fmt: skip
        for share, each, was_id in shared:
            if share >= SAME_GROUP and each not in numbers and was_id not in numbers.values():
                numbers[each] = was_id
    free = max([-1, *numbers.values(), *(was.id for was in (last.groups if last else ()))]) + 1
    for each in groups:
        if each not in numbers:
            numbers[each], free = free, free + 1
    kept: Array = np.array([numbers.get(each, -1) for each in label.tolist()], np.int64)
    return kept


def _overlap(one: Array, other: Array) -> float:
    return float((one & other).sum() / max(int((one | other).sum()), 1))


# What all agree on, what divides, what stands for a group


def _told(votes: Array, place: Array, label: Array, why: str) -> Map:
    numbers = np.unique(label[label >= 0])
    inside = ~np.isnan(place[:, 0])
    parts = [votes[label == each] for each in numbers] if len(numbers) else [votes[inside]]
    agree, disagree, seen = (np.stack([_counted(part, value) for part in parts]) for value in (1, -1, None))
    groups = tuple(
        Group(int(each), tuple(np.flatnonzero(label == each).tolist()), _representative(agree, disagree, seen, row))
        for row, each in enumerate(numbers)
    )
    consensus, share = ((agree + 1) / (seen + 2)).prod(0), (agree + 1) / (seen + 2)
    asked = seen.sum(0) > 0
    rest = (share.max(0) - share.min(0)) if len(numbers) > 1 else np.sqrt(share[0] * ((disagree[0] + 1) / (seen[0] + 2)))
    return Map(place, label, bool(len(numbers)), why, groups, _ranked(consensus, asked), _ranked(rest, asked))


def _counted(part: Array, value: int | None) -> Array:
    counted: Array = ((part == value) if value is not None else ~np.isnan(part)).sum(0)
    return counted


def _ranked(score: Array, asked: Array) -> tuple[tuple[int, float], ...]:
    return tuple((int(each), round(float(score[each]), 4)) for each in np.argsort(-score, kind="stable") if asked[each])


def _representative(agree: Array, disagree: Array, seen: Array, row: int) -> tuple[Statement, ...]:
    """What stands for a group: what it says surely, and more than the others; agreement first. At least one (as published)."""
    options = []
    for against, counts in ((False, agree), (True, disagree)):
        p, sure, r, more = _tests(counts, seen, row)
        for each in np.flatnonzero(seen[row] > 0).tolist():
            holds = bool(sure[each] > SIGNIFICANT and more[each] > SIGNIFICANT)
            options.append((holds, r[each] * more[each] * p[each] * sure[each] if holds else -1e6 + more[each], against, each))
    options.sort(key=lambda option: (-option[0], -option[1]))
    chosen: list[tuple[bool, int]] = []
    for holds, _, against, each in options:
        if (holds or not chosen) and each not in [told for _, told in chosen] and len(chosen) < REPRESENTATIVE:
            chosen.append((against, each))
    chosen.sort(key=lambda option: option[0])
    return tuple(_statement(agree, disagree, seen, row, each, against) for against, each in chosen)


def _tests(counts: Array, seen: Array, row: int) -> tuple[Array, Array, Array, Array]:
    """(share, z that it is more than half, share beside that of the others, z that it is more than theirs), as published."""
    a, s = counts[row], seen[row]
    others_a, others_s = counts.sum(0) - a, seen.sum(0) - s
    p = (a + 1) / (s + 2)
    sure = 2 * np.sqrt(s + 1) * ((a + 1) / (s + 1) - 0.5)
    p_in, p_out = (a + 1) / (s + 1), (others_a + 1) / (others_s + 1)
    pooled = (a + others_a + 2) / (s + others_s + 2)
    spread = np.sqrt(np.maximum(pooled * (1 - pooled), 1e-12) * (1 / (s + 1) + 1 / (others_s + 1)))
    return p, sure, p / ((others_a + 1) / (others_s + 2)), (p_in - p_out) / spread


def _statement(agree: Array, disagree: Array, seen: Array, row: int, each: int, against: bool) -> Statement:
    number = int(seen[row, each])
    return Statement(each, round(float(agree[row, each]) / number, 4), round(float(disagree[row, each]) / number, 4), number, against)
