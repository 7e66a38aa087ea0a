"""Archives: how fast one comes in, in how much memory, and what that does to people who post meanwhile.

The file is made on the fly: a Disqus export of as many comments as asked for, in stories of 500, every third a root, every third with a link
and something in bold (more than readers write).
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from bench import load
from bench.reading import Plan, database
from bench.seed import HOST, Seeder
from bench.servers import children, folkmoot
from bench.table import Row

HEAD = '<?xml version="1.0"?>\n<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">\n'
WORDS = (
    "<p>The gauge below the old bridge has stood dry since May, and <b>nobody</b> who lives there was asked.</p><p>See "
    '<a href="https://example.com/report" rel="nofollow">the report</a>, page {number}.<br>It says so plainly.</p>'
)
PLAIN = (
    "<p>We walked there in {number} minutes &amp; saw no water at all; my neighbour says it's the pumps.</p><p>Who asked for them? Nobody I know."
    "<br>Ask again in spring.</p>"
)
IN_A_STORY = 500


def made(path: Path, comments: int) -> Path:
    """Writes an export."""
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD)
        file.writelines(_rows(comments))
        file.write("</disqus>\n")
    return path


def _rows(comments: int) -> Iterator[str]:
    for story in range(1, comments // IN_A_STORY + 2):
        yield f'<thread dsq:id="{story}"><id/><link>https://{HOST}/old/{story}</link><title>Story {story}</title></thread>\n'
    for number in range(1, comments + 1):
        above = f'<parent dsq:id="{number - 1}"/>' if number % 3 and number % IN_A_STORY > 1 else ""
        words = (PLAIN if number % 3 else WORDS).format(number=number)
        yield (
            f'<post dsq:id="{number}"><message><![CDATA[{words}]]></message><createdAt>2015-02-01T{number // 3600 % 24:02}:'
            f"{number // 60 % 60:02}:{number % 60:02}Z</createdAt><isDeleted>false</isDeleted><isSpam>false</isSpam><author><name>User {number % 977}"
            f'</name><username>user{number % 977}</username></author><thread dsq:id="{number // IN_A_STORY + 1}"/>{above}</post>\n'
        )


class Importing:
    """`folkmoot import` as a process of its own."""

    def __init__(self, file: Path, url: str, folder: Path) -> None:
        environ = os.environ | {"FOLKMOOT_DATABASE": url, "FOLKMOOT_DATA": str(folder)}
        command = [sys.executable, "-m", "folkmoot", "import", str(file), "--site", HOST, "--json"]
        self.begun = time.monotonic()
        self.most = 0.0
        self._running = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def alive(self) -> bool:
        """Whether it is at work; looks at its memory."""
        self.look()
        return self._running.poll() is None

    def look(self) -> None:
        """The most memory until now: its own and that of its helpers, shared pages counted for each."""
        with suppress(OSError):  # it has ended
            self.most = max(self.most, sum(map(_resident, [self._running.pid, *children(self._running.pid)])))

    def wait(self) -> float:
        """Waits for its end; how many seconds it took."""
        while self.alive():
            time.sleep(0.05)
        if self._running.returncode:
            said = self._running.stderr.read().decode() if self._running.stderr else ""
            raise SystemExit(f"The import ended with {self._running.returncode}: {said}")
        return time.monotonic() - self.begun


def _resident(pid: int) -> float:
    """MB that a process holds now; 0 for one that has ended."""
    try:
        held = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    except (OSError, StopIteration):
        return 0.0
    return int(held.split()[1]) * 1024 / 1e6


def imports(plan: Plan) -> list[Row]:
    """An import by itself, then one while 4 clients post."""
    comments = 20_000 if plan.quick else 200_000
    file = made(plan.folder / "talk.xml", comments)
    size = file.stat().st_size / 1e6
    with database(plan.folder, "alone") as (db, url):
        Seeder(db).thread("hot", 1)
    alone = Importing(file, url, plan.folder / "alone-data")
    rate = comments / alone.wait()
    beside = _beside(plan, file)
    return [
        Row("comments imported into SQLite", rate, "/s", 5_000, "more", f"{comments:,} comments, {size:,.0f} MB"),
        Row("  memory of the import and its helpers at most", alone.most, "MB", 300),
        Row("posts by 4 clients while an import runs, p99", beside.slowest, "ms", 200, note=beside.told),
    ]


def gigabyte(plan: Plan) -> list[Row]:
    """More than a gigabyte of comments, while 4 clients post from beginning to end."""
    comments = 200_000 if plan.quick else 2_400_000
    file = made(plan.folder / "talk.xml", comments)
    beside = _beside(plan, file)
    return [
        Row(f"posts by 4 clients while {comments:,} comments come in, p99", beside.slowest, "ms", 200, note=beside.told),
        Row("  memory of the import and its helpers at most", beside.most, "MB", 300, note=f"{file.stat().st_size / 1e6:,.0f} MB"),
        Row("  comments imported meanwhile", comments / beside.seconds, "/s"),
    ]


class Beside(Struct, frozen=True):
    """Posts beside an import: p99 in ms of each two seconds', its median, and the worst; how many; what the import held (MB) and took (s)."""

    slowest: float
    worst: float
    posted: int
    most: float
    seconds: float

    @property
    def told(self) -> str:
        return f"{self.posted:,} posts, in the worst two seconds {self.worst:.0f} ms"


def _beside(plan: Plan, file: Path) -> Beside:
    with database(plan.folder, "beside") as (db, url):
        hot = Seeder(db).thread("hot", 200).address
    rates: list[load.Rate] = []
    with folkmoot(url, plan.folder) as server:
        running = Importing(file, url, plan.folder / "beside-data")
        while running.alive():
            rates.append(load.posts(server.base, [hot], 2.0, plan.folder, 4))
        seconds = running.wait()
    posted = round(sum(each.per_second * 2 for each in rates))
    slowest = [each.slowest for each in rates]
    return Beside(statistics.median(slowest), max(slowest), posted, running.most, seconds)
