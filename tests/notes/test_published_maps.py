"""Our map beside what Polis's server made of the same votes: consensus to the last digit, places up to a turn and a stretch; how far, is said here.

The groups that it shows depend on its history (warm starts, members that stick), so they are given, not found. docs/notes.md, The map.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from folkmoot.notes.opinions import _told as told
from folkmoot.notes.opinions import map_of, places
from tests.notes.test_opinions import conversation, likeness

SERVER = Path(__file__).parents[3] / "shared" / "data" / "polis" / "production-math"
NAMES = {"below-100-ptpts": 23, "25ptpt-3gp-no-strict-with-meta": 27, "50ptpt-3gp-strict-no-meta": 43}
ALIKE = 0.99       # of the variance of its places is explained by ours, turned and stretched; ours throw sparse voters less far out
EXACT = 1e-4       # how far a consensus figure may lie from its own: we round to four digits


def of(row: dict[str, Any], *names: str) -> Any:
    """A field that the files call by one of several names."""
    return next(row[name] for name in names if name in row)


def conversation_of(name: str) -> tuple[np.ndarray, dict[int, int], dict[str, Any]]:
    """(votes, column of each statement, the server's mathematics)."""
    math, votes, comments = (json.loads((SERVER / name / f"{file}.json").read_text("utf-8")) for file in ("math-pca2", "votes", "comments"))
    strict = "no-strict" not in name
    out = {of(row, "tid", "statement_id") for row in comments
           if (of(row, "mod", "moderated") != 1 if strict else of(row, "mod", "moderated") == -1)} | set(math["meta-tids"])  # fmt: skip
    column = {each: at for at, each in enumerate(sorted({of(row, "tid", "statement_id") for row in comments} - out))}
    matrix = np.full((1 + max(of(row, "pid", "participant_id") for row in votes), len(column)), np.nan)
    for row in sorted(votes, key=lambda row: float(row["modified"])):
        if of(row, "tid", "statement_id") in column:
            matrix[of(row, "pid", "participant_id"), column[of(row, "tid", "statement_id")]] = row["vote"]
    return matrix, column, math


@pytest.mark.skipif(not SERVER.exists(), reason="the server's mathematics do not lie beside the house")
@pytest.mark.parametrize("name", NAMES)
def test_consensus_and_places_are_the_servers_own(name: str) -> None:
    votes, column, math = conversation_of(name)
    base = dict(zip(math["base-clusters"]["id"], math["base-clusters"]["members"], strict=True))
    group = np.full(len(votes), -1)
    for each in math["group-clusters"]:
        for cluster in each["members"]:
            group[base[cluster]] = each["id"]
    inside = group >= 0
    assert inside.sum() == NAMES[name]
    place = np.full((len(votes), 2), np.nan)
    place[inside] = places(votes[inside])
    ours = dict(told(votes, place, group, "separate").agreed)
    theirs = {column[int(each)]: score for each, score in math["group-aware-consensus"].items() if int(each) in column}
    compared = [abs(ours[each] - score) for each, score in theirs.items() if each in ours]
    assert len(compared) > 20 and max(compared) < EXACT

    people = [person for members in math["base-clusters"]["members"] for person in members]
    clusters = zip(*(math["base-clusters"][part] for part in ("x", "y", "members")), strict=True)
    given = np.array([(x, y) for x, y, members in clusters for _ in members])
    with_one = np.c_[place[people], np.ones(len(people))]
    turned = with_one @ np.linalg.lstsq(with_one, given, rcond=None)[0]
    assert 1 - ((turned - given) ** 2).sum() / ((given - given.mean(0)) ** 2).sum() > ALIKE


@pytest.mark.long
def test_five_thousand_people_and_four_hundred_statements_are_drawn_in_time() -> None:
    made = conversation(5_000, 400, (0.5, 0.4, 0.1), 1, density=0.09)
    begun = time.process_time()
    found = map_of(*made[:3], people=5_000, statements=400)
    assert time.process_time() - begun < 20
    assert len(found.groups) == 3 and likeness(found, made[3]) > 0.8
