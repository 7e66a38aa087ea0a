"""What the scorer does to electorates that it has never met, pooled over shapes and seeds; and to the samples, where they lie beside the house."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from bench.curves import Outcome, outcome
from bench.worlds import small, varied, world
from folkmoot.cli.notes import read_ratings
from folkmoot.notes.scoring import SHOWN, score

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "notes"
BEGIN = 90_000  # seeds from here on were looked at by nobody


def up(found: Outcome) -> np.ndarray:
    return np.isin(found.status, SHOWN)


@pytest.mark.long
def test_tens_of_raters_pooled() -> None:
    found = outcome(world(small(seed), seed) for seed in range(BEGIN, BEGIN + 60))
    shown = up(found)
    assert found.good[shown].mean() >= 0.95
    assert shown[found.good].mean() >= 0.55
    assert (found.status[found.buried & ~shown] == "disputed").mean() >= 0.9


@pytest.mark.long
def test_hundreds_of_raters_pooled() -> None:
    found = outcome(world(varied(seed, raters), seed) for raters in (300, 700) for seed in range(BEGIN, BEGIN + 4))
    shown = up(found)
    assert found.good[shown].mean() >= 0.95
    assert shown[found.good].mean() >= 0.7
    assert not (shown & found.pushed).any()
    assert shown[found.buried].mean() >= 0.5
    assert (found.status[found.buried & ~shown] == "disputed").all()


@pytest.mark.long
@pytest.mark.skipif(not SAMPLES.exists(), reason="the samples do not lie beside the house")
@pytest.mark.parametrize("name", ["tens", "hundreds", "thousands"])
def test_the_samples(name: str) -> None:
    """One draw each, so no figures but the ring's: nothing that it pushed is shown, and what it buried is shown or disputed."""
    ratings, notes = read_ratings([SAMPLES / name / "ratings.csv.gz"])
    with (SAMPLES / name / "truth_notes.csv").open() as file:
        kind = {row["note_id"]: row["kind"] for row in csv.DictReader(file)}
    judged = dict(zip(notes, score(ratings).judgements, strict=True))
    assert not [note for note, each in judged.items() if each.status in SHOWN and kind[note] == "target_up"]
    buried = [each.status for note, each in judged.items() if kind[note] == "target_down"]
    assert set(buried) <= {*SHOWN, "disputed"} and np.mean([status in SHOWN for status in buried]) >= 0.5
