"""`python -m bench [--quick] [--only reads,posts,…]`: measures, and prints one table. Saves nothing."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import apsw

from bench import agreeing, desk, fitting, guide, imports, mail, notes, officials, reading, rest, rush, streams, writing
from bench.reading import Plan
from bench.table import Row, lines

PARTS: dict[str, tuple[str, Callable[[Plan], list[Row]]]] = {
    "reads": ("Reading from memory (32 connections)", reading.reads),
    "posts": ("Posting, SQLite synchronous=FULL (every post durable)", writing.posts),
    "desk": ("The desk: posts with everything on, and a long queue", desk.desk),
    "agreeing": ("After a moderator’s decision, until all that readers see agrees", agreeing.agreeing),
    "mixed": ("Reading and posting at once (32 connections)", writing.mixed),
    "guide": ("The guided talk (16 people, one process)", guide.turns),
    "growth": ("Pages built anew (one client)", reading.growth),
    "far": ("PostgreSQL with a 12 ms commit", writing.far),
    "imports": ("Archives, while others post", imports.imports),
    "mail": ("Notices by mail", mail.mail),
    "officials": ("Who represents a place", officials.officials_),
    "rest": ("Memory and sizes", rest.rest),
    "notes": ("Notes and the map", notes.notes),
    "fitting": ("Posts and ratings while all notes are reckoned", fitting.fitting),
}
BESIDE = {  # only when asked for
    "gzip": ("Levels of gzip", reading.packing),
    "streams": ("Ten thousand open pages on one process", streams.streams),
    "gigabyte": ("A gigabyte of comments, while others post", imports.gigabyte),
    "rush": ("More than can be served, and clients that are slow", rush.rush),
    "soak": ("A quarter of an hour of mixed load", rush.soak),
}


def _machine() -> str:
    """What the figures depend on beside our own code: one built from source by hand, without profiles, takes half as long again."""
    return f"Python {platform.python_version()} of {sys.base_prefix}, SQLite {apsw.sqlite_lib_version()}, {os.cpu_count()} cores\n"


def main() -> int:
    ask = argparse.ArgumentParser(prog="python -m bench", description="Measures, and prints each figure beside its limit. Saves nothing.")
    ask.add_argument("--quick", action="store_true", help="under two minutes, with smaller threads; figures vary more")
    ask.add_argument("--only", help=f"parts, with commas between: {', '.join([*PARTS, *BESIDE])}")
    given = ask.parse_args()
    chosen = given.only.split(",") if given.only else list(PARTS)
    if unknown := set(chosen) - {*PARTS, *BESIDE}:
        ask.error(f"There is no part {', '.join(sorted(unknown))}.")
    if missing := [name for name in ("wrk", "nginx") if not shutil.which(name)]:
        ask.error(f"{' and '.join(missing)} must be installed first (Debian: apt install wrk nginx-light).")
    missed, begun = 0, time.monotonic()
    print(_machine())
    print(f"{'':<60}{'measured':>9} {'':<9}{'limit':>9}{'of it':>8}")
    with tempfile.TemporaryDirectory(prefix="folkmoot-bench-", dir=Path.cwd(), ignore_cleanup_errors=True) as name:
        for part in chosen:
            title, measure = (PARTS | BESIDE)[part]
            folder = Path(name) / part
            folder.mkdir()
            rows = measure(Plan(folder, 1.0 if given.quick else 3.0, 2 if given.quick else 3, given.quick))
            print("\n".join(lines(title, rows)), flush=True)
            missed += sum(not row.holds for row in rows)
    print(f"\n{missed or 'No'} limit{'' if missed == 1 else 's'} missed, {time.monotonic() - begun:.0f} s.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
