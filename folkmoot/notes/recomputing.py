"""From the open dump alone to every status: the worker reckons so when it makes the dump, and anybody does the same with `folkmoot notes recompute`.

Nothing but what the dump holds goes in, in its order: notes and readers are numbered as they come, readers begin where the dump says.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from folkmoot.errors import Invalid

if TYPE_CHECKING:
    from folkmoot.notes.scoring import Scored


class Given(Struct):
    """What a reckoning begins from. before: of each note, the grade that it had; start: of each reader, where they sat.

    ratings: (note, reader, level, minutes, asked, clock); votes: (item, reader, value); all by their numbers.
    """

    before: list[Any]
    start: list[float]
    ratings: list[tuple[int, int, int, float, bool, float]]
    votes: list[tuple[int, int, int]]


def reckon(given: Given) -> Scored:
    """The whole reckoning."""
    import numpy as np

    from folkmoot.notes.bridging import ratings_of, with_votes
    from folkmoot.notes.scoring import score

    columns = list(zip(*given.ratings, strict=True)) or [(), (), (), (), (), ()]
    ratings = ratings_of(*columns, notes=len(given.before), raters=len(given.start))
    if given.votes:
        ratings = with_votes(ratings, *zip(*given.votes, strict=True))
    return score(ratings, before=given.before, start=np.array(given.start, float))


class Dump(Struct):
    """A dump as it was read. told: of each note, (id, status, why) as the dump says them, in the order of their numbers."""

    given: Given
    told: list[tuple[str, str, str]]


def read(lines: Iterable[dict[str, Any]]) -> Dump:
    """A dump's lines. Raises Invalid where they are none, or refer to what was not there."""
    given, told = Given([], [], [], []), list[tuple[str, str, str]]()
    notes, readers, items = dict[str, int](), dict[str, int](), dict[str, int]()
    try:
        for number, line in enumerate(lines, 1):
            if number == 1 and line.get("kind") != "parameters":
                raise Invalid("This is no open dump: its first line does not hold the parameters.", "no_dump")
            if line["kind"] == "reader":
                readers[line["reader"]] = len(readers)
                given.start.append(float(line["start"]))
            elif line["kind"] == "vote":
                given.votes.append((items.setdefault(line["comment"], len(items)), readers[line["voter"]], line["value"]))
            elif line["kind"] == "note" and line["reckoned"] is not None:
                notes[line["id"]] = len(notes)
                given.before.append(line["status"])
                told.append((line["id"], line["reckoned"]["status"], line["reckoned"]["why"]))
            elif line["kind"] == "rating" and line["counted"]:
                given.ratings.append((notes[line["note"]], readers[line["rater"]], line["level"], line["minutes"], line["asked"], line["clock"]))
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid(f"Line {number} of the dump is not as a dump's lines are ({type(error).__name__}: {error}).", "no_dump") from None
    return Dump(given, told)
