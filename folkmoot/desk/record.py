"""What the desk knows of somebody: how often they wrote, what became of it, how their reports and appeals held up."""

from __future__ import annotations

from msgspec import Struct

from folkmoot.discussion import store, store_waits
from folkmoot.discussion.judging import standing_of
from folkmoot.discussion.trust import removals_to_fall, step_of
from folkmoot.errors import NotFound
from folkmoot.people.accounts import get_person
from folkmoot.people.model import Person
from folkmoot.sites.model import Site
from folkmoot.storage.database import Row, Tx
from folkmoot.web.words import N_

STEPS = (N_("new"), N_("known"), N_("steady"), N_("trusted"))  # the house's own names, for the catalogues
LAST = 200  # how many of somebody's comments are looked at
DECISIONS = 8


class Record(Struct, frozen=True):
    """Somebody's last 200 comments on a site in numbers. flags, appeals: (held up, decided).

    step, steps: how far the site trusts them; to_fall: how many more removals bring them down a step.
    """

    person: Person
    comments: int
    published: int
    removed: int
    held: int
    withdrawn: int
    flags: tuple[int, int]
    appeals: tuple[int, int]
    decisions: tuple[Row, ...]
    step: int
    steps: tuple[str, ...]
    to_fall: int | None


def record_of(tx: Tx, site: Site, person: int | None, now: int) -> Record | None:
    """The record of somebody on a site; None where there is nobody to name (an import's writer, one who is erased)."""
    if person is None:
        return None
    try:
        found = get_person(tx, person)
    except NotFound:
        return None
    steps, states = site.policy.trust, store_waits.standing_of(tx, site.id, person, LAST)
    standing = standing_of(tx, site.id, person, found.proven is not None)
    right, wrong = store.flagger_records(tx, site.id, [person])[person]
    appeals = store_waits.appeals_by(tx, site.id, person)
    decided = appeals.get("reversed", 0) + appeals.get("upheld", 0)
    return Record(
        found, sum(states.values()), states.get("published", 0), states.get("removed", 0) + states.get("spam", 0), states.get("held", 0),
        states.get("withdrawn", 0), (right, right + wrong), (appeals.get("reversed", 0), decided),
        tuple(store_waits.decisions_about(tx, site.id, person, DECISIONS)), step_of(standing, steps, now), tuple(step.name for step in steps),
        removals_to_fall(standing, steps, now),
    )  # fmt: skip
