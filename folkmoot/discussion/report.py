"""What an import tells whoever started it: what was written, what was there already, what was left out and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct

from folkmoot.discussion import store_staging as staged
from folkmoot.discussion.remarks import KINDS
from folkmoot.errors import Sentence, kept, known, recalled, say, say_many
from folkmoot.sites.addresses import matches
from folkmoot.storage.database import Database, Row, Tx
from folkmoot.web.words import N_

MOST = 500  # remarks of one kind that are said one by one
STEP = 5_000
_PATH = re.compile(r"[/?].*", re.DOTALL)  # of a cleaned address, what is not its host
_PLACES = {  # by what numbers count, and whether the archive is several files
    ("line", False): N_("Line {line}: {words}"), ("line", True): N_("{file}, line {line}: {words}"),
    ("row", False): N_("Row {line}: {words}"), ("row", True): N_("{file}, row {line}: {words}"),
}  # fmt: skip


class Report(Struct, frozen=True):
    """comments, stories, people: newly written (or, in a dry run, to be written). already: comments that an earlier import brought.

    skipped: comments of the file that were left out, by reason. Every comment of the file is in comments, already or skipped.
    warnings: sentences that a door can say in any language; in reports of old ones just English.
    batch: what `--undo` takes; None where nothing was written.
    """

    stories: int
    comments: int
    people: int
    skipped: dict[str, int]
    already: int
    warnings: list[str]
    batch: str | None = None
    dry_run: bool = False
    resumed: bool = False


def plain(report: Report) -> dict[str, Any]:
    """A report in English, as programs read it."""
    return dict(msgspec.to_builtins(report, enc_hook=str))


def to_keep(report: Report) -> dict[str, Any]:
    """A report as its batch keeps it: each line as a template and its values."""
    return {**plain(report), "warnings": [kept(line) for line in report.warnings]}


def report_kept(given: Mapping[str, Any]) -> Report:
    """The report that a batch keeps, also one of before lines were kept as templates."""
    counts = msgspec.convert({**given, "warnings": []}, Report)
    return msgspec.structs.replace(counts, warnings=lines_kept(given))


def lines_kept(given: Mapping[str, Any], most: int | None = None) -> list[str]:
    """The lines of a kept report, the first so many of them."""
    return [recalled(line) for line in given.get("warnings", [])[:most]]


def report_of(work: Database, files: list[str], batch: int, hosts: tuple[str, ...] | None = None, unit: str = "line") -> Report:
    """The report of what was staged and settled. hosts: those of the site, where addresses on others are worth a word.

    unit: what numbers in the file count, a line mostly.
    """
    said = work.read_now(partial(_said, files=files, unit=unit))
    foreign = _foreign(work.read_now(_hosts), hosts) if hosts else []
    return work.read_now(partial(_counted, warnings=[*foreign, *said], batch=batch))


def _counted(tx: Tx, warnings: list[str], batch: int) -> Report:
    stories, comments = staged.story_counts(tx), staged.counts(tx)
    return Report(
        stories.fresh if stories else 0, comments.fresh if comments else 0, staged.fresh_people(tx), staged.skipped(tx),
        comments.known if comments else 0, warnings, str(batch),
    )  # fmt: skip


def _said(tx: Tx, files: list[str], unit: str = "line") -> list[str]:
    """A line for each remark, and one for those of its kind that are too many."""
    sayings = {row.number: row for row in staged.sayings(tx)}
    lines: list[str] = []
    for row in staged.remarks(tx, MOST):
        lines += _lines(row, sayings[row.saying], files, unit)
    return lines


def _lines(row: Row, saying: Row, files: list[str], unit: str) -> Iterator[Sentence]:
    words = recalled({"say": saying.template, "many": saying.many, "with": msgspec.json.decode(row.given)})
    several = len(files) > 1
    yield say(_PLACES[unit, several], **({"file": files[row.file]} if several else {}), line=row.line, words=words)
    more = row.more - MOST
    if row.place == MOST and more > 0:
        kind = known(KINDS.get(saying.kind, saying.kind))
        yield say_many("There is one more like the last one ({kind}).", "There are {number} more like the last one ({kind}).", number=more, kind=kind)


def _hosts(tx: Tx) -> Counter[str]:
    """How many addresses lie on each host."""
    hosts: Counter[str] = Counter()
    after = ""
    while rows := staged.some_addresses(tx, after, STEP):
        hosts.update(_PATH.sub("", row.reference) for row in rows)
        after = rows[-1].reference
    return hosts


def _foreign(found: Counter[str], hosts: tuple[str, ...]) -> list[str]:
    """Hosts of the archive that are not the site's: their stories are kept, but no reader comes to them."""
    words = N_("Addresses at {host} ({number}) are of no host of {site}. Register it, and readers who come from there find their stories.")
    return [
        say(words, host=host, number=number, site=hosts[0])
        for host, number in sorted(found.items())
        if not any(matches(name, registered) for registered in hosts for name in (host, f"www.{host}"))
    ]
