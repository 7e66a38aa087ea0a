"""From options, environment and folkmoot.toml to settings, and from settings to an open database."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from folkmoot.errors import Invalid, NotFound
from folkmoot.settings import Settings, load
from folkmoot.sites.addresses import clean_host
from folkmoot.sites.model import Site, Story
from folkmoot.sites.sites import site_for
from folkmoot.sites.stories import find, get_story
from folkmoot.storage.database import Database, Tx, connect
from folkmoot.storage.ids import parse_id
from folkmoot.storage.migrations import check_schema, migrate, schema_state
from folkmoot.web.kit import clock

T = TypeVar("T")
CONFIG = "FOLKMOOT_CONFIG"
FILE = Path("folkmoot.toml")


class _Id(click.ParamType[int]):
    """An id as people copy it from a page or a list."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        number = value if isinstance(value, int) else parse_id(value)
        if number is None:
            self.fail(f"{value!r} is no id. An id is a number of up to 19 digits, as `list` prints it.", param, ctx)
        return number


ID = _Id()


class Command(click.Command):
    """A command that takes --data, --database, --config and --debug beside its own options."""

    def __init__(self, name: str | None, *, params: list[click.Parameter] | None = None, **named: Any) -> None:
        super().__init__(name, params=[*(params or []), *_common()], **named)


def _common() -> list[click.Parameter]:
    def option(name: str, help_: str, **more: Any) -> click.Option:
        return click.Option([f"--{name}"], expose_value=False, callback=_remember, help=help_, **more)

    return [
        option("data", "The data folder. [FOLKMOOT_DATA]", metavar="DIR"),
        option("database", "sqlite:///FILE or postgresql://… [FOLKMOOT_DATABASE]", metavar="URL"),
        option("config", "The settings file; else folkmoot.toml in this folder.", metavar="FILE", type=click.Path(path_type=Path)),
        option("debug", "Show where in the program something went wrong.", is_flag=True),
    ]


def _remember(ctx: click.Context, param: click.Parameter, value: object) -> None:
    ctx.meta[f"folkmoot.{param.name}"] = value


def settings_file() -> Path | None:
    """The settings file: the one that was named, else folkmoot.toml in this folder if it is there."""
    named = click.get_current_context().meta.get("folkmoot.config") or os.environ.get(CONFIG)
    if named is not None:
        return Path(named)
    return FILE if FILE.exists() else None


def settings_with(**flags: object) -> tuple[Settings, dict[str, str]]:
    """The settings and where each came from. flags: by section and name (server__port=8080); None means not given."""
    given = click.get_current_context().meta
    named = {path.replace("__", "."): value for path, value in flags.items()}
    common = {"storage.data": given.get("folkmoot.data"), "storage.database": given.get("folkmoot.database")}
    return load(common | named, environment(), settings_file())


def environment() -> dict[str, str]:
    """The environment's settings, without the name of the settings file."""
    return {name: value for name, value in os.environ.items() if name != CONFIG}


@contextmanager
def opened(settings: Settings | None = None, *, make: bool = False) -> Iterator[Database]:
    """The database, at this program's schema. make: an absent or empty one is made; otherwise it must be there.

    Raises NotFound where there is none, Unavailable for one of another schema.
    """
    db = connected(settings or settings_with()[0], make=make)
    try:
        if make and schema_state(db)[0] == 0:
            migrate(db, clock())
        check_schema(db)
        yield db
    finally:
        db.close()


def connected(settings: Settings, *, make: bool = False) -> Database:
    """The database as it is, whatever its schema."""
    url = settings.database_url
    file = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None
    if file:
        if not file.exists() and not make:
            raise NotFound(f"There is no database at {file}. `folkmoot init HOST` makes one; --data names another folder.", "no_database")
        make_folder(file.parent)
    return connect(url, readers=2, lanes=1)


def make_folder(folder: Path) -> None:
    """Makes a data folder that only its owner can read. Raises Invalid where that cannot be."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Invalid(f"The folder {folder} cannot be made: {error.strerror}. Choose another with --data.", "data_folder") from None


class _TakenBack(Exception):
    """Ends a transaction of a dry run; carries what would have come of it."""

    def __init__(self, value: object) -> None:
        super().__init__()
        self.value = value


def change(db: Database, act: Callable[[Tx], T], dry_run: bool, lane: int = 0) -> T:
    """Does it; in a dry run does it all the same, up to the commit, and takes it back. So a dry run refuses what would be refused."""
    if not dry_run:
        return db.write_now(act, lane)

    def rehearse(tx: Tx) -> T:
        raise _TakenBack(act(tx))

    try:
        return db.write_now(rehearse, lane)
    except _TakenBack as ended:
        value: T = ended.value  # type: ignore[assignment]
        return value


def site_named(tx: Tx, host: str) -> Site:
    """The site with this host. Raises NotFound."""
    site = site_for(tx, clean_host(host))
    if site is None:
        raise NotFound(f"{host} is no site here. `folkmoot site list` shows those that are, `folkmoot site add {host}` adds it.", "no_such_site")
    return site


def story_named(tx: Tx, words: str) -> Story:
    """The story with this id or address. Raises NotFound, Invalid."""
    number = parse_id(words)
    found = get_story(tx, number) if number else find(tx, words)
    if found is None:
        raise NotFound(f"Nothing has been said about {words} yet, so there is no such story here.", "no_such_story")
    return found
