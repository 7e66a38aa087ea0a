"""Comments that wait for a moderator: the row that says so is kept by the writes, and the desk reads it by index.

`refresh` is called by every verb after which something may wait or wait no longer. It looks at what is so now, so it is never
wrong twice; `check` recounts, and `refill` mends what an import brought.
"""

from __future__ import annotations

from collections.abc import Sequence

from folkmoot.discussion import store, store_waits, weighing
from folkmoot.discussion.weighing import Report
from folkmoot.errors import Sentence, say
from folkmoot.people.store import persons_proven
from folkmoot.people.waiting import Order, Place, Waits, Why
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Row, Tx
from folkmoot.web.excerpts import excerpt
from folkmoot.web.words import N_

SNIPPET = 240
STEP = 200
FLAG_WORDS = {
    "attack": N_("Reported: attacks a person"), "advertising": N_("Reported: advertising"), "private": N_("Reported: something private"),
    "untrue": N_("Reported: untrue"), "off_topic": N_("Reported: off the story"), "other": N_("Reported"),
}  # fmt: skip
RULE_WORDS = {
    "repeats": N_("Held: posted by several"), "bursts": N_("Held: many at once"), "look_alikes": N_("Held: a name like staff’s"),
    "suspect": N_("Held: a word on your list"), "links": N_("Held: links from a newcomer"), "mode": N_("Held: this site looks first"),
    "copies": N_("Held: like others today"), "learned": N_("Held: like what was removed"), "honeypot": N_("Held: filled in as programs do"),
    "haste": N_("Held: written in no time"), "flags": N_("Held: reported by readers"), "burst_on": N_("Held: very many write just now"),
    "four_eyes": N_("A second moderator must decide"), "street": N_("Held: a street and a number"), "akismet": N_("Held: called spam by Akismet"),
    "trust": N_("Held: not trusted yet"),
}  # fmt: skip


def refresh(tx: Tx, comment: int) -> None:
    """Makes the row of a comment true: there is one where it waits, with since when and how much; else there is none."""
    row = store.comment_row(tx, comment)
    flags, last, edits, appeals = store_waits.reasons(tx, [comment])[0]
    shown = row is not None and row.state == "published"
    if row is None or not (row.state == "held" or appeals or (shown and (flags or edits))):
        store_waits.end_waiting(tx, comment)
        return
    since = min(
        [*([last[0].at if last else row.posted] if row.state == "held" else []), *(each.at for each in [*flags, *appeals]),
         *(each.made for each in edits)]
    )  # fmt: skip
    weight = weighing.weight(
        reports(tx, row.story, flags), rule=(last[0].rule if last else "") if row.state == "held" else None, edit=bool(edits),
        appeal=bool(appeals), seen=shown, live=store_waits.live_in(tx, row.story) if shown else 0,
    )  # fmt: skip
    store_waits.put_waiting(tx, comment, get_story(tx, row.story).site, row.story, since, -weight)


def reports(tx: Tx, story: int, flags: Sequence[Row]) -> list[Report]:
    """Open reports on a comment of a story with the records on its site of those who made them."""
    people = [each.person for each in flags]
    if not people:
        return []
    records, proven = store.flagger_records(tx, get_story(tx, story).site, people), persons_proven(tx, people)
    return [Report(each.reason, each.person in proven, *records[each.person]) for each in flags]


def waiting(tx: Tx, site: int, order: Order, after: Place | None, limit: int) -> list[Waits]:
    """What waits on a site, in an order, behind a place."""
    key, last = after or (-(2**62), 0)
    read = store_waits.by_harm if order == "harm" else store_waits.by_time
    return _items(tx, read(tx, site, key, last, limit))


def under_story(tx: Tx, story: int, limit: int) -> list[Waits]:
    """What waits under a story, the oldest first."""
    return _items(tx, store_waits.of_story(tx, story, limit))


def find(tx: Tx, comment: int) -> Waits | None:
    """One of them; None when it does not wait any more."""
    row = store_waits.waiting_row(tx, comment)
    return _items(tx, [row])[0] if row else None


def _items(tx: Tx, rows: list[Row]) -> list[Waits]:
    found = store_waits.reasons(tx, [row.comment for row in rows])
    return [
        Waits(
            kind="comment", id=row.comment, site=row.site, story=row.story, since=row.since, weight=-row.priority, name=row.name,
            snippet=excerpt(row.html, SNIPPET), why=_why(row, *reasons), person=row.person, address=f"/me/c/{row.comment}",
        )
        for row, reasons in zip(rows, found, strict=True)
    ]  # fmt: skip


def _why(row: Row, flags: list[Row], last: list[Row], edits: list[Row], appeals: list[Row]) -> tuple[Why, ...]:
    found = [Why(N_("Appeal: another moderator must decide"), "yours")] if appeals else []
    by_reason: dict[str, int] = {}
    for each in flags:
        by_reason[each.reason] = by_reason.get(each.reason, 0) + 1
    found += [Why(FLAG_WORDS.get(reason, FLAG_WORDS["other"]), "stopped", number) for reason, number in by_reason.items()]
    if row.state == "held":
        found.append(Why(held_words(last[0].rule if last else "")))
    return (*found, *([Why(N_("An edit waits"))] if edits else []))


def held_words(rule: str) -> str:
    """What holds a comment, in a few words."""
    return RULE_WORDS.get(rule, N_("Held by a moderator") if not rule else _rule(rule))


def _rule(rule: str) -> Sentence:
    return say("Held: rule “{rule}”", rule=rule)


def refill(tx: Tx, now: int) -> int:
    """Makes true what an import, or a program before this one, has left: rows that are missing or needless; how many, at most STEP."""
    wrong = store_waits.missing(tx, STEP)
    wrong += store_waits.needless(tx, STEP - len(wrong)) if len(wrong) < STEP else []
    for comment in wrong:
        refresh(tx, comment)
    return len(wrong)
