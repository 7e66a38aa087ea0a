"""The site's rules at the desk: a change is tried on last month's comments by the worker, in steps; only then can it be switched on.

A trial judges each comment twice, by the rules as they are and as they would be, with what was known of its writer then. What
differs is counted, beside what moderators decided about it in fact.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
from msgspec import Struct

from folkmoot.desk import store
from folkmoot.discussion import hindsight
from folkmoot.errors import Conflict, NotFound
from folkmoot.people.model import Actor
from folkmoot.sites.model import Policy, Site
from folkmoot.sites.sites import change_policy, get_site, require
from folkmoot.sites.store import rules_changed_since
from folkmoot.storage import jobs
from folkmoot.storage.database import Tx
from folkmoot.storage.ids import new_id
from folkmoot.web.excerpts import excerpt

KIND = "dry_run"  # the job; payload: {"run"}
DAY = 86_400_000
MONTH = 30 * DAY
STEP = 100        # comments looked at in one step
SAMPLES = 60      # comments that are shown of those that it would have changed
SNIPPET = 160     # letters of each


class Change(Struct, frozen=True):
    """A comment that it would have changed. fate: removed or stood, as moderators decided in fact."""

    comment: int
    was: str
    would: str
    rule: str
    fate: str
    text: str


class Trial(Struct, frozen=True):
    """A trial as far as it has come. changes: "published>held:stood" -> how many; done: UTC ms, None while it runs."""

    id: int
    site: int
    policy: Policy
    looked: int
    changes: dict[str, int]
    samples: tuple[Change, ...]
    made: int
    done: int | None

    def number(self, would: str, fate: str = "") -> int:
        """How many would have become something that they were not; of those, that had a fate."""
        return sum(number for name, number in self.changes.items() if f">{would}:" in name and name.endswith(fate))


def begin(tx: Tx, actor: Actor, site: int, policy: Policy, now: int) -> int:
    """Begins a trial of rules on the last 30 days; gives its id. Raises NotAllowed, Conflict where nothing would change."""
    require(actor, "change_site", site)
    if get_site(tx, site).policy == policy:
        raise Conflict("These are the rules as they are. Change something, then try it.", "no_change")
    run = new_id(now)
    store.insert_run(tx, run, site, actor.id, msgspec.json.encode(policy).decode(), hindsight.first_id(now - MONTH), hindsight.first_id(now), now)
    jobs.put(tx, KIND, {"run": run}, now, key=f"{KIND}:{run}")
    return run


def work(tx: Tx, told: dict[str, Any], now: int) -> int:
    """A step of a trial: the next comments; how many, 0 at its end."""
    row = store.run_by_id(tx, told["run"])
    if row is None or row.done is not None:
        return 0
    old, new = get_site(tx, row.site).policy, msgspec.json.decode(row.policy, type=Policy)
    seen = hindsight.comments(tx, row.reached, row.until, STEP)
    changes, samples = Counter(msgspec.json.decode(row.changes)), msgspec.json.decode(row.samples, type=list[Change])
    looked = 0
    for comment in seen:
        known = hindsight.known_of(tx, comment, row.site)
        if known is None:
            continue
        looked += 1
        before, after = hindsight.judge_as(known, old), hindsight.judge_as(known, new)
        if before.answer != after.answer:
            fate = "removed" if comment.state in ("removed", "spam") else "stood"
            changes[f"{before.answer}>{after.answer}:{fate}"] += 1
            if len(samples) < SAMPLES:
                said = excerpt(known.draft.words.html, SNIPPET)
                samples.append(Change(comment.id, before.answer, after.answer, after.rule or before.rule, fate, said))
    reached = seen[-1].id if seen else row.until
    store.set_run(tx, row.id, reached, row.looked + looked, msgspec.json.encode(changes).decode(), msgspec.json.encode(samples).decode(),
                  None if seen else now)  # fmt: skip
    return len(seen)


def trial(tx: Tx, actor: Actor, run: int) -> Trial:
    """A trial. Raises NotFound, NotAllowed."""
    row = store.run_by_id(tx, run)
    if row is None:
        raise NotFound("There is no such trial.", "no_such_trial")
    require(actor, "change_site", row.site)
    return Trial(
        row.id, row.site, msgspec.json.decode(row.policy, type=Policy), row.looked, msgspec.json.decode(row.changes),
        tuple(msgspec.json.decode(row.samples, type=list[Change])), row.at, row.done,
    )  # fmt: skip


def switch_on(tx: Tx, actor: Actor, run: int, reason: str, now: int) -> Site:
    """Makes the rules of a trial the site's. Raises Conflict while it runs, or where the rules have been changed since."""
    found = trial(tx, actor, run)
    if found.done is None:
        raise Conflict("The trial has not ended yet. Look at what it says first.", "still_running")
    if rules_changed_since(tx, found.site, found.made):
        raise Conflict("The rules were changed after this trial began. Try again, from the rules as they are now.", "changed_meanwhile")
    store.mark_adopted(tx, run, now)
    return change_policy(tx, actor, found.site, found.policy, reason, now)
