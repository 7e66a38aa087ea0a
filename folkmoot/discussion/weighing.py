"""How much waits for a moderator: the expected harm of a comment × how many it reaches. Pure.

Hundredths: 100 is one doubtful comment that nobody sees yet. Readers are not counted here (nothing follows them), so reach is
taken from how much is said in the thread.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import log2

from msgspec import Struct

# How bad it is, where it is so. What somebody lives through counts most, what merely annoys least.
HARM_OF_REASON = {"private": 5.0, "attack": 3.0, "advertising": 2.0, "untrue": 2.0, "off_topic": 1.0, "other": 1.0}
HARM_OF_RULE = {"suspect": 2.5, "look_alikes": 2.5, "learned": 2.0, "flags": 3.0, "copies": 2.0, "repeats": 2.0, "four_eyes": 3.0}
EDIT, APPEAL = 1.5, 2.0
GUEST, PROVEN = 0.5, 1.0


class Report(Struct, frozen=True):
    """A reader's report. right, wrong: how many of their last reports held up and did not."""

    reason: str
    proven: bool
    right: int = 0
    wrong: int = 0


def word_of(report: Report) -> float:
    """How much a report weighs: one from somebody proven without a record 1, up to 2 where they are always right, towards 0 where never."""
    return (PROVEN if report.proven else GUEST) * 2 * (report.right + 1) / (report.right + report.wrong + 2)


def weight(
    reports: Iterable[Report] = (), *, rule: str | None = None, edit: bool = False, appeal: bool = False, seen: bool = False, live: int = 0
) -> int:
    """Harm × reach in hundredths. rule: what holds it, None where nothing does; seen: whether readers see it; live: comments in its thread."""
    harm = sum(HARM_OF_REASON.get(each.reason, 1.0) * word_of(each) for each in reports)
    harm += (HARM_OF_RULE.get(rule, 1.0) if rule is not None else 0) + (EDIT if edit else 0) + (APPEAL if appeal else 0)
    reach = 1 + log2(1 + live) if seen else 1
    return round(100 * harm * reach)
