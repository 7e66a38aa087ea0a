"""The log: every decision of the desk, whatever it was about, as one list; and as a table that no program runs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from folkmoot.discussion import store as decisions
from folkmoot.discussion import store_figures as comments
from folkmoot.discussion import store_reports as store
from folkmoot.errors import say, together
from folkmoot.people import store_sanctions
from folkmoot.people.accounts import names_of
from folkmoot.people.model import Actor
from folkmoot.people.sanctions import require
from folkmoot.sites import store as sites
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Row, Tx
from folkmoot.web.words import machine

PAGE = 50
MOST = 10_000      # lines of a table
STEP = 200
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LED = re.compile(r"(Into|From) (\d+)\. ?(.*)", re.S)
COLUMNS = ("at", "what", "deed", "by", "about", "guideline", "reason", "note", "id")


class Entry(Struct, frozen=True):
    """A decision. what: comment, story, person, rules, report; by: the name of who decided, or the rule's; link: its page, where there is one.

    takes_back: the deed that was undone by it; other: the page of the other story of a merging.
    """

    at: int
    id: int
    what: str
    deed: str
    by: str
    about: str
    guideline: str
    reason: str
    note: str
    link: str
    takes_back: str = ""
    other: str = ""


class Filter(Struct, frozen=True):
    """What of the log is wanted: of one kind, one deed, one person's; before a moment."""

    what: str = ""
    deed: str = ""
    person: int | None = None
    before: int = 2**62


def entries(tx: Tx, actor: Actor, site: int, wanted: Filter, limit: int = PAGE) -> list[Entry]:
    """A site's decisions, the newest first. Raises NotAllowed without the role."""
    require(actor, "see_log", site)
    found = [entry for what, read in _KINDS.items() if wanted.what in ("", what) for entry in read(tx, site, wanted, limit)]
    return sorted(found, key=lambda each: (-each.at, -each.id))[:limit]


def _comments(tx: Tx, site: int, wanted: Filter, limit: int) -> list[Entry]:
    found: list[Row] = []
    before, last = wanted.before, 0
    while len(found) < limit:
        rows = comments.log(tx, before, last, wanted.deed, wanted.person, STEP)
        found += [row for row in rows if get_story(tx, row.story).site == site]
        if len(rows) < STEP:
            break
        before, last = rows[-1].at, rows[-1].id
    names = names_of(tx, [row.person for row in found if row.person])
    return [
        Entry(row.at, row.id, "comment", row.deed, names.get(row.person, row.rule or row.made_by), row.name, row.guideline, row.reason, row.note,
              f"/me/c/{row.comment}", _undone(tx, row))
        for row in found[:limit]
    ]  # fmt: skip


def _undone(tx: Tx, row: Row) -> str:
    before = decisions.decision_by_id(tx, row.undoes) if row.undoes else None
    return before.deed if before else ""


def _stories(tx: Tx, site: int, wanted: Filter, limit: int) -> list[Entry]:
    rows = sites.story_decisions(tx, site, wanted.before, wanted.deed, wanted.person, limit)
    names = names_of(tx, [row.person for row in rows if row.person])
    return [
        Entry(row.at, row.id, "story", row.deed, names.get(row.person, row.made_by), row.title or row.address, "", _led(tx, row), "",
              f"/thread/{row.story}", other=f"/thread/{found[2]}" if (found := _merged(row)) else "")
        for row in rows
    ]  # fmt: skip


def _merged(row: Row) -> re.Match[str] | None:
    """Which way a merging went, the other story's number, and why: its reason begins with them (sites/merging.py)."""
    return _LED.fullmatch(row.reason) if row.deed in ("merge", "part") else None


def _led(tx: Tx, row: Row) -> str:
    """The reason of a decision on a story; of a merging it says the other story's title first."""
    found = _merged(row)
    if found is None:
        return str(row.reason)
    other = sites.story_by_id(tx, int(found[2]))
    title = (other.title or other.address) if other else found[2]
    words = say("Into “{story}”.", story=title) if found[1] == "Into" else say("From “{story}”.", story=title)
    return together(words, found[3])


def _people(tx: Tx, site: int, wanted: Filter, limit: int) -> list[Entry]:
    rows = store_sanctions.sanctions_on(tx, site, wanted.before, wanted.deed, wanted.person, limit)
    names = names_of(tx, [each for row in rows for each in (row.made_by, row.person) if each])
    return [
        Entry(row.at, row.id, "person", row.deed, names.get(row.made_by, "command"), names.get(row.person, ""), row.guideline, row.reason, row.note,
              f"/desk/people/{row.person}?site={site}")
        for row in rows
    ]  # fmt: skip


def _rules(tx: Tx, site: int, wanted: Filter, limit: int) -> list[Entry]:
    rows = sites.site_decisions(tx, site, wanted.before, wanted.person, limit) if wanted.deed in ("", "change") else []
    names = names_of(tx, [row.person for row in rows if row.person])
    return [
        Entry(row.at, row.id, "rules", "change", names.get(row.person, row.made_by), "", "", row.reason, "", f"/desk/rules?site={site}")
        for row in rows
    ]  # fmt: skip


def _reports(tx: Tx, site: int, wanted: Filter, limit: int) -> list[Entry]:
    rows = store.reports_decided(tx, site, wanted.before, wanted.deed, wanted.person, limit)
    names = names_of(tx, [row.decided_by for row in rows if row.decided_by])
    return [
        Entry(row.decided, row.id, "report", row.outcome, names.get(row.decided_by, "command"), row.law, "", row.reason, "", f"/me/c/{row.comment}")
        for row in rows
    ]  # fmt: skip


_KINDS = {"comment": _comments, "story": _stories, "person": _people, "rules": _rules, "report": _reports}
KINDS = tuple(_KINDS)


def table(found: Sequence[Entry]) -> Iterator[str]:
    """The log as lines of CSV: cells that a spreadsheet would run as a formula begin with an apostrophe instead."""
    yield _line(COLUMNS)
    for each in found:
        yield _line((machine(each.at), each.what, each.deed, each.by, each.about, each.guideline, each.reason, each.note, str(each.id)))


def cell(text: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([cell(each) for each in cells])
    return out.getvalue()
