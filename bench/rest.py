"""What the house weighs: memory of a server that rests, bytes of loader, script and style."""

from __future__ import annotations

import time

from bench.reading import Plan, database
from bench.seed import Seeder
from bench.servers import children, folkmoot, memory
from bench.table import Row
from folkmoot.web import static


def rest(plan: Plan) -> list[Row]:
    """Memory as the proportional set size, after the first page; sizes as gzip."""
    with database(plan.folder, "rest") as (db, url):
        seeded = Seeder(db).thread("rest", 200)
    with folkmoot(url, plan.folder) as server:
        from bench.reading import fetch, target

        fetch(server, target(seeded.address))
        time.sleep(2)
        serving, beside = memory(server.pid), sum(memory(pid) for pid in children(server.pid))
    sizes = {path.name: len(static.file(path.name).gzipped) for path in static.FOLDER.iterdir() if path.suffix in (".js", ".css")}
    return [
        Row("server at rest", serving, "MB", 60),
        Row("  the worker beside it", beside, "MB"),
        Row("loader", sizes[static.LOADER], "bytes", 2_000),
        Row("all script of a thread's page", sum(sizes[name] for name in static.at_first()), "bytes", 15_000),
        Row("its style", sizes["look.css"], "bytes", 6_000),
    ]
