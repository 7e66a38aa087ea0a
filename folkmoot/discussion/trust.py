"""Trust: it grows with comments that stand and falls with removals. A table of steps, and which one somebody is on. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from folkmoot.sites.model import Step

DAY = 86_400_000
LAST = 60  # how many of somebody's last comments are looked at


class Standing(Struct, frozen=True):
    """Somebody's last comments: how many stand, how many were removed, when the first came (UTC ms; None: none yet)."""

    approved: int = 0
    removed: int = 0
    first: int | None = None
    proven: bool = False


def step_of(standing: Standing, steps: Sequence[Step], now: int) -> int:
    """The highest step whose every condition holds, from the lowest up: who falls out of one falls below all that follow."""
    reached = 0
    for number, step in enumerate(steps[1:], 1):
        if not _holds(standing, step, now):
            break
        reached = number
    return reached


def _holds(standing: Standing, step: Step, now: int) -> bool:
    wanted = min(step.comments, 1) if standing.proven and step.days <= 1 else step.comments
    old = standing.first is not None and now - standing.first >= step.days * DAY
    all_decided = standing.approved + standing.removed
    return old and standing.approved >= wanted and standing.removed * 100 <= step.most_removed * max(all_decided, 1)


def removals_to_fall(standing: Standing, steps: Sequence[Step], now: int) -> int | None:
    """How many more removals bring somebody down a step; None on the lowest."""
    here = step_of(standing, steps, now)
    if here == 0:
        return None
    for more in range(1, LAST + 1):
        then = Standing(max(0, standing.approved - more), standing.removed + more, standing.first, standing.proven)
        if step_of(then, steps, now) < here:
            return more
    return LAST
