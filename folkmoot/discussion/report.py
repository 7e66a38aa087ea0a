"""What an import tells whoever started it: what was written, what was there already, what was left out and why."""

from __future__ import annotations

import re
from collections import Counter
from functools import partial

from msgspec import Struct

from folkmoot.discussion import store_staging as staged
from folkmoot.sites.addresses import matches
from folkmoot.storage.database import Database, Tx

MOST = 500  # remarks of one kind that are said one by one
STEP = 5_000
_PATH = re.compile(r"[/?].*", re.DOTALL)  # of a cleaned address, what is not its host


class Report(Struct, frozen=True):
    """comments, stories, people: newly written (or, in a dry run, to be written). already: comments that an earlier import brought.

    skipped: comments of the file that were left out, by reason. Every comment of the file is in comments, already or skipped.
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
    lines = []
    for row in staged.remarks(tx, MOST):
        where = f"{files[row.file]}, {unit} {row.line}" if len(files) > 1 else f"{unit.capitalize()} {row.line}"
        lines.append(f"{where}: {row.words}")
        if row.place == MOST and row.more > MOST:
            lines.append(f"There are {row.more - MOST:,} more like the last one ({row.kind}).")
    return lines


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
    return [
        f"Addresses at {host} ({number}) are of no host of {hosts[0]}. Register it, and readers who come from there find their stories."
        for host, number in sorted(found.items())
        if not any(matches(name, registered) for registered in hosts for name in (host, f"www.{host}"))
    ]
