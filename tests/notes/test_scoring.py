"""The scorer: what readers on both sides find helpful rises, and no ring decides. The worlds are made up, seeded, with their truth."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs

from bench.worlds import Shape, World, small, varied, world
from folkmoot import cli
from folkmoot.notes.bridging import fit, ratings_of, with_votes
from folkmoot.notes.explaining import WHY, explain
from folkmoot.notes.rings import linked
from folkmoot.notes.scoring import SHOWN, Judgement, Scored, rescore_note, score

TOWN = Shape(raters=300, notes=90, ring=0.06)


@pytest.fixture(scope="module")
def town() -> tuple[World, Scored]:
    """Three hundred readers in two camps, eighteen of them a ring that poses as both."""
    made = world(TOWN, 4)
    return made, score(made.ratings)


def shown(scored: Scored) -> np.ndarray:
    return np.array([each.status in SHOWN for each in scored.judgements])


# The published model, slowly, by the words of its description: full-batch gradient descent on means of squares


def published(ratings: object, steps: int = 6000) -> tuple[float, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(μ, i_u, f_u, i_n, f_n) by Adam on the published objective; a reference, not a product."""
    n, u, y = ratings.note, ratings.rater, ratings.level / 2  # type: ignore[attr-defined]
    draw = np.random.default_rng(5)
    parts = [np.zeros(1), np.zeros(ratings.raters), draw.uniform(-1, 1, ratings.raters), np.zeros(ratings.items), np.zeros(ratings.items)]  # type: ignore[attr-defined]
    moment, square = [np.zeros_like(each) for each in parts], [np.zeros_like(each) for each in parts]
    raters, notes = len(np.unique(u)), len(np.unique(n))
    for step in range(1, steps + 1):
        mu, i_u, f_u, i_n, f_n = parts
        off = 2 * (mu + i_u[u] + i_n[n] + f_u[u] * f_n[n] - y) / len(y)
        slopes = [
            np.array([off.sum()]) + 2 * 0.15 * mu,
            np.bincount(u, off, len(i_u)) + 2 * 0.15 * i_u / raters, np.bincount(u, off * f_n[n], len(f_u)) + 2 * 0.03 * f_u / raters,
            np.bincount(n, off, len(i_n)) + 2 * 0.15 * i_n / notes, np.bincount(n, off * f_u[u], len(f_n)) + 2 * 0.03 * f_n / notes,
        ]  # fmt: skip
        for each, slope in enumerate(slopes):
            moment[each] = 0.9 * moment[each] + 0.1 * slope
            square[each] = 0.999 * square[each] + 0.001 * slope**2
            bias = np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
            parts[each] = parts[each] - 0.02 * 0.9995**step * bias * moment[each] / (np.sqrt(square[each]) + 1e-12)
    return float(parts[0][0]), *parts[1:]


def test_the_closed_form_finds_what_the_published_descent_finds() -> None:
    ratings = world(Shape(raters=120, notes=60), 3).ratings
    ours, (_, _, _, intercept, factor) = fit(ratings), published(ratings)
    assert np.abs(ours.note_intercept - intercept).max() < 0.01
    assert abs(np.corrcoef(ours.note_factor, factor)[0, 1]) > 0.999


def test_two_fits_of_a_small_site_agree_whatever_the_seed() -> None:
    ratings = world(Shape(raters=60, notes=40, per_note=9), 8).ratings
    one, other = fit(ratings, seed=1), fit(ratings, seed=2)
    assert np.abs(one.note_intercept - other.note_intercept).max() < 0.01


# What stands at the head


def test_what_stands_at_the_head_is_what_both_camps_find_helpful(town: tuple[World, Scored]) -> None:
    made, scored = town
    up = shown(scored)
    assert made.good[up].mean() >= 0.95 and up[made.good].mean() >= 0.7


def test_a_ring_that_poses_as_both_camps_pushes_nothing_up(town: tuple[World, Scored]) -> None:
    made, scored = town
    assert not (shown(scored) & made.pushed).any()
    assert {scored.judgements[note].why for note in np.flatnonzero(made.pushed)} == {"campaign_for"}


def test_what_a_ring_buries_is_shown_or_stays_listed_as_disputed(town: tuple[World, Scored]) -> None:
    made, scored = town
    assert {scored.judgements[note].status for note in np.flatnonzero(made.buried)} <= {"helpful", "both_sides", "disputed"}
    assert shown(scored)[made.buried].mean() >= 0.5


def test_a_strike_by_too_few_to_be_named_leaves_its_note_listed_as_disputed() -> None:
    made = world(small(5007), 5007)
    scored, note = score(made.ratings), 4
    assert made.buried[note] and not scored.linked.cluster.any()
    assert (scored.judgements[note].status, scored.judgements[note].why) == ("disputed", "burst_against")
    rows = made.ratings.note == note
    more = rescore_note(scored, np.r_[made.ratings.rater[rows], -1], np.r_[made.ratings.level[rows], 0], note=note)
    assert more.why == "burst_against", "one more rating does not make it forget"


def one_more(base: World, sides: list[int], levels: list[int], minutes: np.ndarray) -> Judgement:
    """What becomes of one more note in a world without a ring: who rates it (1, -1: a reader of that side, each another one), how and when."""
    r, picks = base.ratings, {side: iter(np.flatnonzero(base.position * side > 0.5)) for side in (1, -1)}
    pieces = (np.full(len(sides), r.notes), [next(picks[side]) for side in sides], levels, minutes, np.zeros(len(sides), bool))
    columns = (np.r_[one, more] for one, more in zip((r.note, r.rater, r.level, r.minutes, r.asked), pieces, strict=True))
    return score(ratings_of(*columns, raters=r.raters)).judgements[-1]


def test_praise_that_comes_all_within_hours_waits_until_others_agree() -> None:
    base, rush = world(structs.replace(TOWN, ring=0.0), 4), np.linspace(3_000, 3_900, 20)
    sides, levels = [1, -1] * 10 + [1, -1, 1, -1], [2] * 20 + [2, 1, 0, 2]
    held = one_more(base, sides, levels, np.r_[rush, 90, 700, 1_500, 4_000])
    assert (held.status, held.why) == ("disputed", "linked_differ")
    spread = one_more(base, sides, levels, np.r_[np.linspace(60, 3_000, 20), 90, 700, 1_500, 4_000])
    assert spread.status in SHOWN, "the same words over days are no rush"
    agreed = one_more(base, sides + [1, -1] * 8, levels + [2] * 16, np.r_[rush, 90, 700, 1_500, 4_000, np.linspace(60, 5_000, 16)])
    assert agreed.status in SHOWN


def test_what_most_find_helpful_and_one_side_surely_not_is_listed_as_disputed() -> None:
    base = world(structs.replace(TOWN, ring=0.0), 4)
    judged = one_more(base, [1] * 20 + [-1] * 16, [2] * 20 + [2, 0] * 8, np.linspace(60, 9_000, 36))
    assert judged.near[0] / judged.near[1] > 0.8 and (judged.status, judged.why) == ("disputed", "split")


def test_a_ring_is_found_and_nobody_else_is_taken_for_one(town: tuple[World, Scored]) -> None:
    made, scored = town
    found = scored.linked.cluster > 0
    assert found[made.ring].mean() > 0.8 and not found[~made.ring].any()


def test_where_there_is_no_ring_none_is_found() -> None:
    for seed in range(6):
        made = world(Shape(raters=60 if seed % 2 else 400, notes=50 if seed % 2 else 120, per_note=10 if seed % 2 else 30, ring=0), seed)
        assert not score(made.ratings).linked.cluster.any()


def test_readers_who_read_a_page_on_the_same_evening_are_no_ring() -> None:
    draw, begun = np.random.default_rng(3), 0.0
    given: list[tuple[int, int, int, float, bool, float]] = []
    for evening in range(4):
        for reader in range(evening * 14, evening * 14 + 14):
            at = evening * 480 + draw.uniform(0, 60)
            for note in range(15):
                likes = note % 3 == 2 or note % 3 == reader % 2
                at += draw.uniform(0, 4)
                given.append((note, reader, 2 if likes == (draw.random() < 0.93) else 0, at - begun, False, at))
    blind, sighted = (score(ratings_of(*columns)) for columns in (tuple(zip(*given, strict=True))[:5], tuple(zip(*given, strict=True))))
    assert blind.linked.cluster.any(), "by minutes alone they look like one"
    assert not sighted.linked.cluster.any()


def test_readers_who_come_in_crowds_are_no_ring() -> None:
    for seed in (0, 1, 4, 8):  # in the last two a late crowd on one note looks most like a ring
        made = world(Shape(raters=400, notes=120, per_note=30, ring=0, crowds=0.5), seed)
        scored = score(made.ratings)
        assert not scored.linked.cluster.any()
        assert shown(scored)[made.good].mean() >= 0.7


@pytest.mark.parametrize("seed", range(3))
def test_a_ring_does_not_hide_by_joining_a_crowd(seed: int) -> None:
    apart = Shape(raters=400, notes=120, per_note=30, ring=0.03, strikers=1.0)
    for joined in (1, 3):
        made = world(structs.replace(apart, joined=joined), seed)
        found = score(made.ratings).linked.cluster > 0
        assert found[made.ring].all()
        assert (found & ~made.ring).sum() <= 1


def test_a_large_ring_of_whom_few_strike_at_a_time_is_no_crowd() -> None:
    made = world(Shape(raters=3_000, notes=300, per_note=40, ring=0.2, strikers=0.1), 1)
    found = linked(made.ratings, np.full(len(made.ratings), 1 / 3)).cluster > 0
    assert (found & made.ring).sum() >= 200, "of 600, sixty of whom strike on a note"
    assert not (found & ~made.ring).any()


def test_who_was_asked_by_lot_is_no_crowd_for_a_ring_to_hide_in() -> None:
    made = world(Shape(raters=400, notes=120, per_note=30, ring=0.02, strikers=1.0, asked=0.0), 3)
    r, draw = made.ratings, np.random.default_rng(4)
    alone = linked(r, np.full(len(r), 1 / 3)).evidence
    struck, honest = np.flatnonzero(made.pushed | made.buried), np.flatnonzero(~made.ring)
    for_each = [np.setdiff1d(honest, r.rater[r.note == note])[:100] for note in struck]
    more = np.repeat(struck, [len(each) for each in for_each])
    columns = (np.r_[r.note, more], np.r_[r.rater, np.concatenate(for_each)], np.r_[r.level, draw.integers(0, 3, len(more))],
               np.r_[r.minutes, draw.uniform(0, 60, len(more))], np.r_[r.asked, np.ones(len(more), bool)])  # fmt: skip
    among = linked(ratings_of(*columns, notes=r.notes, raters=r.raters), np.full(len(r) + len(more), 1 / 3))
    assert ((among.cluster > 0) == made.ring).all()
    assert among.evidence == pytest.approx(alone), "they change nothing"


def test_a_ring_is_found_by_its_clock_too() -> None:
    made = world(Shape(raters=50, notes=36, per_note=9, ring=0.08, struck=0.1, strikers=1.0), 12)
    r, written = made.ratings, np.random.default_rng(1).uniform(0, 20_000, made.ratings.notes)
    seen = ratings_of(r.note, r.rater, r.level, r.minutes, r.asked, written[r.note] + r.minutes, notes=r.notes, raters=r.raters)
    assert ((score(seen).linked.cluster > 0) == made.ring).all()


def test_four_who_strike_together_among_fifty_are_found() -> None:
    made = world(Shape(raters=50, notes=36, per_note=9, ring=0.08, struck=0.1, strikers=1.0), 12)
    found = score(made.ratings).linked.cluster > 0
    assert (found == made.ring).all()


def test_one_camp_alone_does_not_lift_its_note() -> None:
    base = world(TOWN, 4)
    ours = np.flatnonzero(base.position > 0.5)[:40]
    r = base.ratings
    pieces = (np.full(40, r.notes), ours, np.full(40, 2), np.arange(40) * 90.0, np.zeros(40, bool))
    many = ratings_of(*(np.r_[one, more] for one, more in zip((r.note, r.rater, r.level, r.minutes, r.asked), pieces, strict=True)), raters=r.raters)
    judged = score(many).judgements[-1]
    assert judged.status == "proposed" and judged.missing > 0 and "usually disagree" in explain(judged)


def test_under_twenty_raters_it_says_that_it_is_early() -> None:
    made = world(Shape(raters=15, notes=12, per_note=7, ring=0), 2)
    assert {(each.status, each.why) for each in score(made.ratings).judgements} == {("proposed", "early")}


def test_where_readers_have_one_side_the_editor_decides() -> None:
    draw = np.random.default_rng(3)
    note, rater = np.repeat(np.arange(40), 12), np.concatenate([draw.permutation(80)[:12] for _ in range(40)])
    level = np.where(draw.random(480) < np.repeat(draw.random(40) < 0.5, 12) * 0.9 + 0.05, 2, 0)
    scored = score(ratings_of(note, rater, level))
    assert scored.electorate.one_sided
    assert {each.why for each in scored.judgements} == {"one_sided"}


# Coming back


def test_one_new_rating_is_reckoned_at_once_as_the_whole_reckoning_would(town: tuple[World, Scored]) -> None:
    made, scored = town
    for note in range(0, made.ratings.notes, 7):
        rows = made.ratings.note == note
        now = rescore_note(scored, made.ratings.rater[rows], made.ratings.level[rows], made.ratings.asked[rows], note=note)
        assert abs(now.score - scored.judgements[note].score) < 0.1


def test_a_stranger_counts_as_somebody_of_whom_nothing_is_known(town: tuple[World, Scored]) -> None:
    _, scored = town
    judged = rescore_note(scored, np.full(6, -1), np.full(6, 2))
    assert judged.ratings == 6 and judged.status == "proposed"


def test_what_stands_at_the_head_does_not_flicker_for_a_trifle(town: tuple[World, Scored]) -> None:
    made, scored = town
    again = score(made.ratings, last=scored, before=[each.status for each in scored.judgements])
    assert (shown(again) == shown(scored)).all()


def test_the_axis_keeps_its_way_round(town: tuple[World, Scored]) -> None:
    made, scored = town
    turned = score(made.ratings, last=scored)
    assert np.corrcoef(turned.fit.rater_factor, scored.fit.rater_factor)[0, 1] > 0.99


def test_votes_on_comments_say_where_a_reader_stands() -> None:
    made = world(Shape(raters=40, notes=24, per_note=6, ring=0), 6)
    draw = np.random.default_rng(1)
    item, rater = np.repeat(np.arange(60), 20), np.concatenate([draw.permutation(40)[:20] for _ in range(60)])
    value = np.sign(made.position[rater]) * np.where(item % 2, 1, -1)
    alone, with_all = score(made.ratings), score(with_votes(made.ratings, item, rater, value))

    def known(scored: Scored) -> float:
        return abs(float(np.corrcoef(scored.sides.reader[:, :5] @ np.array([-1, -0.5, 0, 0.5, 1]), made.position)[0, 1]))

    assert known(with_all) > max(known(alone), 0.9)
    assert len(with_all.judgements) == 24


def test_every_reason_has_its_sentence() -> None:
    for why in WHY:
        judged = Judgement("proposed", why, 0.5, 0.1, 0.9, 0.0, 0.5, 6, (3, 4), (1, 2), 2)  # type: ignore[arg-type]
        assert "{" not in explain(judged)


# At the terminal


def written(path: Path, made: World) -> Path:
    r = made.ratings
    lines = ["note_id,rater_id,level,minutes,tags,asked"]
    lines += [f"n{a},u{b},{c},{d:.0f},3,{e:d}" for a, b, c, d, e in zip(r.note, r.rater, r.level, r.minutes, r.asked, strict=True)]
    data = ("\n".join(lines) + "\n").encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def test_the_command_line_says_the_same_of_a_file(town: tuple[World, Scored], tmp_path: Path) -> None:
    made, scored = town
    file = written(tmp_path / "town.csv.gz", made)
    assert cli.run(["notes", "score", str(file), "--out", str(tmp_path / "out.csv")]) == 0
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text("utf-8").splitlines()))
    assert list(rows[0]) == ["note_id", "score", "low", "high", "axis", "status", "why"]
    assert [row["status"] for row in rows] == [scored.judgements[int(row["note_id"][1:])].status for row in rows]
    assert all(float(row["low"]) <= float(row["score"]) <= float(row["high"]) for row in rows)


def test_each_file_is_scored_by_itself_into_a_folder(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        written(tmp_path / name / "ratings.csv.gz", world(varied(1, 60), 1))
    files = [str(tmp_path / name / "ratings.csv.gz") for name in ("one", "two")]
    assert cli.run(["notes", "score", *files, "--out-dir", str(tmp_path / "out")]) == 0
    made = sorted(file.name for file in (tmp_path / "out").iterdir())
    assert made == ["one-ratings.csv", "two-ratings.csv"]
    assert (tmp_path / "out" / made[0]).read_text() == (tmp_path / "out" / made[1]).read_text()


def test_the_last_rating_of_a_reader_counts_and_json_is_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "r.csv"
    file.write_text("rater_id,note_id,level\nada,n1,0\nada,n1,2\nben,n1,2\n")
    assert cli.run(["notes", "score", str(file), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["note_id"] == "n1" and row["status"] == "proposed" and "Too early" in row["why"]


@pytest.mark.parametrize(("text", "says"), [
    ("note_id,level\n1,2\n", "has no column rater_id"),
    ("note_id,rater_id,level\n1,2,3\n", "line 2: level must be 0 or 1 or 2, not “3”"),
    ("note_id,rater_id,level\n1,2,2\n1,3\n", "line 3: there are fewer fields"),
    ("note_id,rater_id,level,minutes\n1,2,2,soon\n", "line 2: minutes must be a number"),
    ("note_id,rater_id,level,asked\n1,2,2,yes\n", "line 2: asked must be 0 or 1"),
    ("note_id,rater_id,level\n,2,2\n", "line 2: note_id is empty"),
    ("", "has no column note_id"),
    ("\xff\xfe", "not UTF-8"),
])  # fmt: skip
def test_a_bad_file_is_refused_with_its_line_and_nothing_is_written(text: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, out = tmp_path / "bad.csv", tmp_path / "out.csv"
    file.write_bytes(text.encode("latin-1" if "\xff" in text else "utf-8"))
    assert cli.run(["notes", "score", str(file), "--out", str(out)]) == 1
    error = capsys.readouterr().err
    assert says in error and error.count("\n") == 1 and not out.exists()


def test_a_file_without_ratings_gives_a_heading_and_no_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "none.csv"
    file.write_text("note_id,rater_id,level\n")
    assert cli.run(["notes", "score", str(file)]) == 0
    assert capsys.readouterr().out == "note_id,score,low,high,axis,status,why\n"
