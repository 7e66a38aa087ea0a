"""The opinion map: groups only where they really are, small ones too; what all agree on before what divides."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from folkmoot import cli
from folkmoot.notes.opinions import SMALLEST, Map, adjusted_rand, map_of

POLIS = Path(__file__).parents[3] / "shared" / "data" / "polis"
Votes = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def conversation(people: int, statements: int, parts: tuple[float, ...], seed: int, trait: float = 0.0, density: float = 0.4) -> Votes:
    """(voter, statement, vote, true group): each group has a view of its own on each statement; trait: how far one trait alone moves all."""
    draw = np.random.default_rng([seed, people, len(parts)])
    group = draw.choice(len(parts), people, p=np.array(parts))
    view = draw.normal(0, 1.2, (len(parts), statements)) if len(parts) > 1 else np.zeros((1, statements))
    lean = draw.normal(0, 0.8, statements) + view[group] + draw.normal(0, trait, people)[:, None] * draw.normal(0, 1, statements)
    lean += draw.normal(0, 1, lean.shape)
    seen = draw.random(lean.shape) < np.clip(draw.beta(1.2, 1.2 / density - 1.2, people), 0.05, 1)[:, None]
    voter, statement = np.nonzero(seen)
    vote = np.where(lean > 0.3, 1, np.where(lean < -0.3, -1, 0))[voter, statement]
    return voter, statement, vote, group


def drawn(made: Votes, **more: object) -> Map:
    voter, statement, vote, group = made
    return map_of(voter, statement, vote, people=len(group), **more)  # type: ignore[arg-type]


def likeness(found: Map, truth: np.ndarray) -> float:
    inside = found.group >= 0
    return adjusted_rand(found.group[inside], truth[inside])


@pytest.mark.parametrize("people", [30, 90, 250])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_where_everybody_answers_for_themselves_no_group_is_named(people: int, seed: int) -> None:
    found = drawn(conversation(people, 40, (1.0,), seed))
    assert not found.separate and not found.groups and (found.group == -1).all()
    assert not np.isnan(found.place).all()


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_where_opinions_differ_by_degrees_no_group_is_named(seed: int) -> None:
    found = drawn(conversation(250, 50, (1.0,), seed, trait=0.8))
    assert not found.separate and found.why == "cloud"


@pytest.mark.parametrize("camps", [1, 2])
def test_who_votes_on_comments_alone_is_no_group_beside_those_who_answer_statements(camps: int) -> None:
    voter, statement, vote, group = conversation(100, 14, (0.6, 0.4) if camps == 2 else (1.0,), 3, density=0.9)
    others, comments, liked, _ = conversation(180, 60, (1.0,), 4, density=0.9)
    likes = np.where(liked < 0, 1, liked)
    made = np.append(voter, others + 100), np.append(statement, comments + 14), np.append(vote, likes), np.append(group, [9] * 180)
    found = drawn(made)
    assert [each for each in found.groups if max(each.members) >= 100] == []
    assert (len(found.groups) >= 2) == (camps == 2)
    assert not np.isnan(found.place[100:]).all(), "they are on the map all the same"


def test_two_camps_are_found() -> None:
    made = conversation(200, 50, (0.6, 0.4), 2)
    found = drawn(made)
    assert len(found.groups) == 2 and likeness(found, made[3]) > 0.85


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_tenth_of_the_people_is_found_beside_the_rest_and_within_a_camp(seed: int) -> None:
    alone, within = conversation(300, 60, (0.9, 0.1), seed), conversation(500, 80, (0.55, 0.35, 0.1), seed)
    assert len(drawn(alone).groups) == 2 and likeness(drawn(alone), alone[3]) > 0.65
    assert len(drawn(within).groups) == 3 and likeness(drawn(within), within[3]) > 0.8


def test_nobodys_votes_are_shown_in_a_group_under_five() -> None:
    found = drawn(conversation(120, 40, (0.5, 0.3, 0.2), 5))
    assert all(group.size >= SMALLEST for group in found.groups)


def test_a_handful_of_people_has_no_map() -> None:
    found = drawn(conversation(5, 12, (0.5, 0.5), 1))
    assert found.why == "few" and np.isnan(found.place).all()


def test_groups_and_axes_keep_their_names_when_more_people_come() -> None:
    made = conversation(260, 50, (0.6, 0.4), 3)
    some = made[0] < 200
    before = map_of(*(column[some] for column in made[:3]), people=200, statements=50)
    after = map_of(*made[:3], people=260, statements=50, last=before, seed=9)
    both = (before.group >= 0) & (after.group[:200] >= 0)
    assert (before.group[both] == after.group[:200][both]).mean() > 0.9
    assert (np.sign(np.nansum(before.place * after.place[:200], 0)) > 0).all()


def test_what_all_groups_agree_on_comes_first_and_what_parts_them_last() -> None:
    voter, statement, vote, group = conversation(200, 50, (0.6, 0.4), 2)
    vote = np.where(statement == 7, 1, np.where(statement == 8, np.where(group[voter] == 0, 1, -1), vote))
    found = map_of(voter, statement, vote, people=200)
    assert 7 in [each for each, _ in found.agreed[:3]] and 8 in [each for each, _ in found.divides[:3]]
    assert 7 in [each for each, _ in found.divides[-10:]] and 8 in [each for each, _ in found.agreed[25:]]
    assert {told.against for each in found.groups for told in each.statements if told.statement == 8} == {True, False}


def test_group_informed_consensus_is_the_product_of_the_groups_shares() -> None:
    voter, statement, vote, _ = conversation(200, 50, (0.6, 0.4), 2)
    found = map_of(voter, statement, vote, people=200)
    each, score = found.agreed[3]
    shares = []
    for one in found.groups:
        votes = vote[(statement == each) & np.isin(voter, one.members)]
        shares.append(((votes == 1).sum() + 1) / (len(votes) + 2))
    assert score == pytest.approx(np.prod(shares), abs=1e-3)


# Real conversations, where they lie beside the house


def published(name: str) -> tuple[Map, np.ndarray]:
    """(our map of a conversation, the published group of each person or -1)."""
    with (POLIS / name / "participants-votes.csv").open(encoding="utf-8") as file:
        heading, *rows = csv.reader(file)
    first, of = next(n for n, column in enumerate(heading) if column.strip().isdigit()), heading.index("group-id")
    votes = np.array([[float(cell) if cell else np.nan for cell in row[first:]] for row in rows])
    voter, statement = np.nonzero(~np.isnan(votes))
    found = map_of(voter, statement, votes[voter, statement], people=len(votes))
    return found, np.array([int(float(row[of])) if row[of] else -1 for row in rows])


@pytest.mark.skipif(not POLIS.exists(), reason="the real conversations do not lie beside the house")
@pytest.mark.parametrize("name", ["canadian-electoral-reform", "austria-climate.5twd2jsnkf.2022-08-08"])
def test_published_groups_are_found_where_history_does_not_decide_them(name: str) -> None:
    found, groups = published(name)
    both = (found.group >= 0) & (groups >= 0)
    assert both.sum() == (groups >= 0).sum()
    assert adjusted_rand(found.group[both], groups[both]) >= 0.9


# At the terminal


def written(path: Path, made: Votes) -> Path:
    lines = ["voter_id,statement_id,vote", *(f"u{a},s{b},{c}" for a, b, c in zip(*made[:3], strict=True))]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_map_as_json_has_what_the_contract_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path / "votes.csv", conversation(200, 50, (0.6, 0.4), 2))
    assert cli.run(["notes", "map", str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"people", "separate", "why", "groups", "place", "agreed", "divides"}
    inside = [name for name, (_, _, group) in told["place"].items() if group is not None]
    assert told["separate"] is True and sum(group["size"] for group in told["groups"]) == len(inside)
    assert told["groups"][0]["statements"] and told["agreed"][0]["score"] >= told["agreed"][1]["score"]


def test_the_map_in_words_says_why_there_are_no_groups(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path / "votes.csv", conversation(90, 40, (1.0,), 1))
    assert cli.run(["notes", "map", str(file)]) == 0
    assert "No groups: people agree with each other no more than by chance." in capsys.readouterr().out


def test_a_bad_vote_is_refused_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "votes.csv"
    file.write_text("voter_id,statement_id,vote\na,b,1\na,c,2\n")
    assert cli.run(["notes", "map", str(file)]) == 1
    assert "line 3: vote must be" in capsys.readouterr().err
