"""Joins everything: opens the database, mounts each folder's routes, puts the hot path before them, starts the worker."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from folkmoot.action import actions_pages, calls_pages, channels, officials_pages
from folkmoot.action.channels import web as guide
from folkmoot.desk import routes as desk
from folkmoot.discussion import following_pages, import_pages
from folkmoot.discussion import forms as discussion_forms
from folkmoot.discussion import routes as discussion
from folkmoot.discussion import staff_doors as staff
from folkmoot.errors import Problem
from folkmoot.me import routes as me
from folkmoot.notes import forms as notes_forms
from folkmoot.notes import log_pages, map_pages
from folkmoot.notes import routes as notes
from folkmoot.people import abroad_pages, notice_pages, passkey_routes, sessions
from folkmoot.people import pages as people_pages
from folkmoot.people import routes as people
from folkmoot.people.model import Actor
from folkmoot.people.publishers import only_site
from folkmoot.reading import finding, joins
from folkmoot.reading import routes as reading
from folkmoot.reading.room import Room
from folkmoot.settings import Settings
from folkmoot.storage import changes, facts, jobs, migrations
from folkmoot.storage.database import Database, connect
from folkmoot.web import headers, metrics, openapi, processes, routes
from folkmoot.web.bodies import encode_json
from folkmoot.web.crowd import Crowd
from folkmoot.web.guard import Guard
from folkmoot.web.kit import Kit, clock
from folkmoot.web.limits import Buckets
from folkmoot.web.logs import log, write_to_stderr
from folkmoot.web.metrics import Figure
from folkmoot.web.networks import Networks
from folkmoot.web.operations import mount
from folkmoot.work import work

TICK = 0.25            # seconds between two looks for stories that got votes
SWITCH = 0.0005        # seconds that a thread may compute while others wait: posts/s rise by half against 0.005 (measured)
LIMITS_OFF = "Limits are switched off (limits.enabled = false): rates, bursts and newcomers' holds do not apply. For load tests only."
OPERATIONS = (
    *discussion.OPERATIONS,
    *guide.OPERATIONS,
    *channels.OPERATIONS,
    *notes.OPERATIONS,
    *following_pages.OPERATIONS,
    *finding.OPERATIONS,
    *staff.OPERATIONS,
    *desk.OPERATIONS,
    *actions_pages.OPERATIONS,
    *officials_pages.OPERATIONS,
    *people.OPERATIONS,
    *passkey_routes.OPERATIONS,
    *me.OPERATIONS,
    *reading.OPERATIONS,
)
PAGES = (
    *discussion_forms.PAGES,
    *guide.PAGES,
    *import_pages.PAGES,
    *notes_forms.PAGES,
    *notes.PAGES,
    *log_pages.PAGES,
    *map_pages.PAGES,
    *following_pages.PAGES,
    *finding.PAGES,
    *staff.PAGES,
    *desk.PAGES,
    *actions_pages.PAGES,
    *calls_pages.PAGES,
    *officials_pages.PAGES,
    *people_pages.PAGES,
    *notice_pages.PAGES,
    *abroad_pages.PAGES,
    *passkey_routes.PAGES,
    *me.PAGES,
    *reading.PAGES,
)


class App:
    """The whole application: ASGI, and `at_once` for the server's short cut (web/quick.py)."""

    def __init__(self, kit: Kit[Actor], room: Room) -> None:
        self.kit = kit
        listed = [*mount([*OPERATIONS, *PAGES], kit), *routes.routes(openapi.build(OPERATIONS)), Route("/readyz", _readiness(kit))]
        self._named = {each.path: each for each in listed if "{" not in each.path}
        self._crowd = Crowd(Guard(self._route, kit.name_of_house))
        listed.append(Route("/metrics", _metrics(kit, room, self._crowd)))
        self._router = Router(listed, redirect_slashes=False, lifespan=lambda _: _alive(kit, room))
        self._whole: ASGIApp
        if kit.settings.logs.requests:  # each is to be seen, so none takes the short cut past the guard
            self._whole, self.at_once = Guard(room.before(self._route), kit.name_of_house, log_requests=True), None
        else:
            hot = room.before(self._crowd)
            self._whole, self.at_once = hot, hot.at_once

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._whole(scope, receive, send)

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self  # without it Starlette answers a wrong method by itself
        named = self._named.get(scope["path"]) if scope["type"] == "http" else None
        if named is not None and scope["method"] in (named.methods or ()):  # no need to try a hundred patterns
            await named.app(scope, receive, send)
        else:
            await self._router(scope, receive, send)


def create_app(settings: Settings, db: Database) -> App:
    """The application over an open, migrated database."""
    room = Room(db, settings)
    return App(replace(make_kit(settings, db), reading=room), room)


def make_kit(settings: Settings, db: Database) -> Kit[Actor]:
    """What every request carries. Makes the secrets that are missing."""
    networks = Networks(facts.secret(db, "networks"), settings.server.trusted_proxies)
    buckets = Buckets(enabled=settings.limits.enabled)
    return Kit(db, settings, sessions.actor_for, facts.secret(db, "web"), networks, buckets, comment_of=joins.comment_of, house=only_site)


@asynccontextmanager
async def _alive(kit: Kit[Actor], room: Room) -> AsyncIterator[None]:
    """What runs beside the requests."""
    log.info("A server process has begun")
    if not kit.settings.limits.enabled:
        log.warning(LIMITS_OFF)
    beside = [asyncio.create_task(_tick(kit.db)), asyncio.create_task(_end_streams(kit, room))]
    try:
        yield
    finally:
        for task in beside:
            task.cancel()
        room.close()


async def _end_streams(kit: Kit[Actor], room: Room) -> None:
    """An open stream never ends by itself, and a server that ends waits for its answers."""
    await kit.closing.wait()
    room.live.end()


async def _tick(db: Database) -> None:
    """Moves the versions of stories that got votes, so that readers see them."""
    while True:
        await asyncio.sleep(TICK)
        try:
            await asyncio.to_thread(changes.tick, db, clock())
        except Problem as problem:
            log.warning("Votes are not shown yet: %s", problem.words)
        except Exception:  # votes would never be shown again, were this task to end
            log.exception("Votes are not shown yet")


def _readiness(kit: Kit[Actor]) -> Callable[[Request], Any]:
    """Whether requests can be answered; which check failed, if not."""

    async def ready(request: Request) -> Response:
        try:
            await asyncio.to_thread(migrations.check_schema, kit.db)
            checks = {"database": "ok"}
        except Problem as problem:
            checks = {"database": problem.words}
        fine = set(checks.values()) == {"ok"}
        notes = [] if kit.settings.limits.enabled else [LIMITS_OFF]
        return _json({"ready": fine, "checks": checks, "notes": notes}, 200 if fine else 503)

    return ready


def _metrics(kit: Kit[Actor], room: Room, crowd: Crowd) -> Callable[[Request], Any]:
    """What this process knows of itself, for who has the token."""

    async def tell(request: Request) -> Response:
        metrics.require(kit.settings.metrics.token, request.headers.get("authorization", ""))
        standing = await kit.db.read(lambda tx: jobs.standing(tx, clock()))
        figures = [
            Figure("requests_inside", "Requests in the works", crowd.inside),
            Figure("turned_away", "Requests told to come again", crowd.turned_away, total=True),
            Figure("streams", "Open streams", room.live.open),
            Figure("snapshot_bytes", "Ready pages in memory", room.snapshots.taken),
            Figure("jobs_due", "Jobs that wait to be done", standing.due),
            Figure("jobs_late_seconds", "How long the oldest of them is due", standing.late / 1000),
            Figure("jobs_dead", "Jobs that were given up", standing.dead),
        ]
        return Response(await asyncio.to_thread(metrics.spell, figures), 200, headers.api(), metrics.KIND)

    return tell


def _json(body: dict[str, object], status: int) -> Response:
    return Response(encode_json(body), status, headers.api(), "application/json")


Around = Callable[[App], ASGIApp]


class Server(uvicorn.Server):
    """uvicorn that tells open streams to end before it waits for them."""

    def __init__(self, config: uvicorn.Config, kit: Kit[Actor]) -> None:
        super().__init__(config)
        self._kit = kit

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._kit.closing.set()
        await super().shutdown(sockets)


def serve(settings: Settings, *, ready: Callable[[str], None] = lambda address: None, around: Around | None = None) -> None:
    """Serves until SIGTERM or SIGINT.

    ready: told the address once the socket listens. around: puts something before the application of a single server
    process (the demo's newspaper). Raises Conflict where the port is taken, Unavailable where the database is of another version or cannot be opened.
    """
    prepare(settings)
    listening = processes.listen(settings.server.host, settings.server.port)
    write_to_stderr(settings.logs)
    ready(settings.server.address)
    several = settings.server.workers > 1
    servers = [processes.Task(f"serve {number}", serve_one, (settings, listening)) for number in range(settings.server.workers)]
    crew = processes.Crew([*(servers if several else ()), processes.Task("work", work, (settings,))])
    crew.start()
    try:
        if several:
            _wait_for_end()
        else:
            serve_one(settings, listening, around)
    finally:
        crew.stop()


def prepare(settings: Settings) -> None:
    """Makes the data folder and the schema where there is none yet; refuses a database of another version."""
    if not settings.storage.database:
        Path(settings.storage.data).mkdir(mode=0o700, parents=True, exist_ok=True)
    db = connect(settings.database_url, readers=1, lanes=1)
    try:
        if migrations.schema_state(db)[0] == 0:
            migrations.migrate(db, clock())
        migrations.check_schema(db)
    finally:
        db.close()


def serve_one(settings: Settings, listening: socket.socket, around: Around | None = None) -> None:
    """One server process, until SIGTERM or SIGINT."""
    write_to_stderr(settings.logs)
    sys.setswitchinterval(SWITCH)
    signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn sends itself the signal again when it has ended well
    signal.signal(signal.SIGINT, lambda *_: None)
    db = connect(settings.database_url)
    try:
        app = create_app(settings, db)
        config = uvicorn.Config(
            around(app) if around else app, loop="uvloop", http="folkmoot.web.quick:Quick", ws="none", lifespan="on", log_config=None,
            access_log=False, proxy_headers=False, server_header=False, timeout_keep_alive=75, timeout_graceful_shutdown=10,
            backlog=processes.BACKLOG,
        )  # fmt: skip
        gc.collect()
        gc.freeze()  # what was made so far stays: later collections need not look at it
        Server(config, app.kit).run(sockets=[listening])
    finally:
        db.close()


def _wait_for_end() -> None:
    ended = asyncio.Event()

    async def wait() -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        await ended.wait()

    asyncio.run(wait())
