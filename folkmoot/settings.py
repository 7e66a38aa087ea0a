"""Every setting: type, default, and one sentence of reason. `folkmoot config` and the docs print what stands here.

A value comes from a flag, else the environment, else folkmoot.toml, else the default; `load` remembers which, per key.
In the environment a key is FOLKMOOT_SECTION__KEY; a list is written with commas; a secret may lie in the file that
FOLKMOOT_SECTION__KEY_FILE names. FOLKMOOT_DATA and FOLKMOOT_DATABASE are short for the two keys that everybody sets.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

from folkmoot.errors import Invalid


class Server(Struct, frozen=True):
    """Where the program listens, and what stands before it."""

    host: Annotated[str, Meta(description="Loopback, because a proxy with TLS belongs before it.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535, description="A port that needs no privilege.")] = 8080
    workers: Annotated[int, Meta(ge=1, le=64, description="One process serves a newsroom; more are for many cores.")] = 1
    public_url: Annotated[
        str,
        Meta(
            pattern=r"^(https?://[^/?#\s@\\]+)?$",
            description="The address readers see; links in mails need it. Empty: the address of each request.",
            extra={"kind": "an address like https://talk.example, without a path"},
        ),
    ] = ""
    trusted_proxies: Annotated[
        tuple[str, ...],
        Meta(description="Networks whose X-Forwarded-For is believed; none, because anybody can send that header."),
    ] = ()

    @property
    def address(self) -> str:
        """Where readers reach it, else where this machine does."""
        return self.public_url or f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def reachable(self) -> str:
        """The address for links in mails: the one that is set, or this very machine; else none."""
        return self.address if self.public_url or self.host in ("127.0.0.1", "::1", "localhost") else ""


class Storage(Struct, frozen=True):
    """Where the data lies."""

    data: Annotated[str, Meta(min_length=1, description="One folder holds all, so one folder is to be saved.")] = "folkmoot-data"
    database: Annotated[
        str, Meta(description="sqlite:///… or postgresql://…; empty: a file in the data folder.", extra={"secret": True})
    ] = ""


class Mail(Struct, frozen=True):
    """How mail leaves. Without a host or a folder nobody can sign in by mail, and the page says so."""

    host: Annotated[str, Meta(description="A mail server that queues by itself, best on this machine; empty: no mail.")] = ""
    port: Annotated[int, Meta(ge=1, le=65535, description="587 is the port for handing in mail.")] = 587
    security: Annotated[
        Literal["starttls", "tls", "none"], Meta(description="Codes open accounts, so they travel encrypted.")
    ] = "starttls"
    user: Annotated[str, Meta(description="The name for the mail server; empty: it asks for none.")] = ""
    password: Annotated[str, Meta(description="The password for the mail server.", extra={"secret": True})] = ""
    sender: Annotated[str, Meta(description="The mailbox that mails come from; empty: folkmoot@ the public address.")] = ""
    dkim_selector: Annotated[
        str, Meta(description="The name under which your mail server signs (DKIM); `doctor` looks whether its key is published.")
    ] = ""
    to_folder: Annotated[str, Meta(description="Mails are put here as files and not sent: for the demo and for trying.")] = ""


class Outbound(Struct, frozen=True):
    """Where the program itself connects to: sign-in providers, hooks, sources of data."""

    allow: Annotated[
        tuple[str, ...],
        Meta(
            description="Hosts (geo.intern) that may lie in your own network; none, because readers name addresses."
        ),
    ] = ()


class Limits(Struct, frozen=True):
    """What nobody may exceed. Sizes are fixed in the code; only rates can be switched off."""

    enabled: Annotated[
        bool, Meta(description="False switches rates, bursts and newcomers' holds off, for load tests alone.")
    ] = True


class Spam(Struct, frozen=True):
    """Whom else to ask about comments. Nobody by default: the words of readers stay in the house."""

    akismet_key: Annotated[
        str,
        Meta(
            description="With a key a service outside is told each comment's words, name and page, and when moderators disagree.",
            extra={"secret": True},
        ),
    ] = ""
    akismet_url: Annotated[
        str,
        Meta(pattern=r"^https?://[^\s]+$", description="Akismet's own, or a service that speaks as it does.", extra={"kind": "a web address"}),
    ] = "https://rest.akismet.com/1.1/comment-check"


class Votes(Struct, frozen=True):
    """Whose votes count."""

    guests: Annotated[
        bool, Meta(description="True lets guests' votes count at once on every site; anybody can be many guests.")
    ] = False


class Reading(Struct, frozen=True):
    """How much of a thread a page shows, and how much memory ready pages may take."""

    snapshot_megabytes: Annotated[int, Meta(ge=1, le=65536, description="Ready pages kept in memory, per process.")] = 64
    page_roots: Annotated[int, Meta(ge=1, le=100, description="Comments of the first level on one page.")] = 20
    replies_per_parent: Annotated[int, Meta(ge=1, le=100, description="Replies shown under one comment before \"more\".")] = 5


class People(Struct, frozen=True):
    """How long people stay known."""

    session_days: Annotated[int, Meta(ge=1, le=400, description="A sign-in that is not used ends after this many days.")] = 90


class Guide(Struct, frozen=True):
    """The guided talk that leads to a letter."""

    start_words: Annotated[
        tuple[str, ...], Meta(description="Words that begin a talk in a text message or chat; the first is the one that people are told.")
    ] = ("write",)
    paid_by: Annotated[str, Meta(description="Who pays for the guide, as it says itself; empty: the newsroom does.")] = ""
    country: Annotated[str, Meta(pattern=r"^[a-z]{2}$", description="Whose officials are meant where no action says otherwise.")] = "us"
    contact: Annotated[str, Meta(description="How a person is reached: a mailbox or a number that the guide names; empty: the desk is asked.")] = ""


class Letters(Struct, frozen=True):
    """How letters leave."""

    email: Annotated[
        bool, Meta(description="True hands letters by mail to officials who publish an address. Off, because mail must be set up well first.")
    ] = False
    fonts: Annotated[
        tuple[str, ...], Meta(description="Folders with fonts for letters as PDF, beside the system's own; empty: those alone.")
    ] = ()


class Sms(Struct, frozen=True):
    """Text messages, by Twilio's interface. Off without an account."""

    account: Annotated[str, Meta(pattern=r"^(AC[0-9a-f]{32})?$", description="The account's SID; empty: no text messages.")] = ""
    token: Annotated[str, Meta(description="The auth token, which also signs what comes in.", extra={"secret": True})] = ""
    number: Annotated[str, Meta(pattern=r"^(\+[1-9][0-9]{6,14}|MG[0-9a-f]{32})?$", description="The number or messaging service that "
        "messages come from.")] = ""
    base: Annotated[str, Meta(description="Where the provider is asked; another that speaks the same interface may stand here.")] = "https://api.twilio.com"
    countries: Annotated[tuple[str, ...], Meta(description="Countries whose numbers are answered; others cost much and are pumped.")] = ("US", "CA")
    per_number: Annotated[int, Meta(ge=1, le=10_000, description="Segments to one number a day: a whole letter and its talk.")] = 60
    per_prefix: Annotated[int, Meta(ge=1, le=100_000, description="Segments a day to numbers that differ in the last three digits alone.")] = 200
    per_day: Annotated[int, Meta(ge=1, le=10_000_000, description="Segments a day in all.")] = 5_000
    price: Annotated[int, Meta(ge=0, le=100_000, description="Hundredths of a cent for a segment, to keep to the day's money.")] = 79
    money: Annotated[int, Meta(ge=0, le=10_000_000, description="Cents a day; then nothing goes out until tomorrow.")] = 4_000
    zone: Annotated[str, Meta(description="The clock by which the night is quiet for what we begin, unless the number tells.")] = "America/New_York"


class Messenger(Struct, frozen=True):
    """Facebook Messenger. Off without a token."""

    token: Annotated[str, Meta(description="The page's access token; empty: no Messenger.", extra={"secret": True})] = ""
    secret: Annotated[str, Meta(description="The app's secret, which signs what comes in.", extra={"secret": True})] = ""
    verify: Annotated[str, Meta(description="The word by which Meta's handshake is known.", extra={"secret": True})] = ""
    base: Annotated[str, Meta(description="Where the Graph interface is, with its version.")] = "https://graph.facebook.com/v23.0"


class Officials(Struct, frozen=True):
    """Finding who represents a place."""

    geocoder: Annotated[
        str,
        Meta(
            pattern=r"^(https?://[^?#\s@\\]+)?$",
            description="Looks up street addresses, in the US Census’s API shape; people are asked each time. Empty: nowhere.",
            extra={"kind": "an address like https://geocoding.geo.census.gov/geocoder"},
        ),
    ] = ""


class Logs(Struct, frozen=True):
    """What is written to the log: one JSON object a line, no personal data."""

    level: Annotated[Literal["debug", "info", "warning", "error"], Meta(description="Lines below this are left out.")] = "info"
    requests: Annotated[bool, Meta(description="One line per request; off, because a proxy usually keeps such a log.")] = False


class Metrics(Struct, frozen=True):
    """What /metrics tells a Prometheus server."""

    token: Annotated[
        str, Meta(description="Whoever asks sends it as Authorization: Bearer …; empty: there is no such page.", extra={"secret": True})
    ] = ""


class Settings(Struct, frozen=True):
    """All settings, by section."""

    server: Server = Server()
    storage: Storage = Storage()
    mail: Mail = Mail()
    outbound: Outbound = Outbound()
    limits: Limits = Limits()
    votes: Votes = Votes()
    spam: Spam = Spam()
    reading: Reading = Reading()
    people: People = People()
    guide: Guide = Guide()
    letters: Letters = Letters()
    sms: Sms = Sms()
    messenger: Messenger = Messenger()
    officials: Officials = Officials()
    logs: Logs = Logs()
    metrics: Metrics = Metrics()

    @property
    def database_url(self) -> str:
        """The database's address, worked out where only the data folder is given."""
        return self.storage.database or f"sqlite:///{Path(self.storage.data) / 'folkmoot.db'}"


class Key(Struct, frozen=True):
    """One setting as `config` and the docs print it."""

    section: str
    name: str
    kind: str
    default: object
    reason: str
    secret: bool

    @property
    def path(self) -> str:
        return f"{self.section}.{self.name}"

    @property
    def variable(self) -> str:
        return f"FOLKMOOT_{self.section}__{self.name}".upper()


SHORT = {"FOLKMOOT_DATA": "storage.data", "FOLKMOOT_DATABASE": "storage.database"}
MASK = "********"


def _keys() -> Iterator[Key]:
    for section, model in get_type_hints(Settings).items():
        hints = get_type_hints(model, include_extras=True)
        for field in msgspec.structs.fields(model):
            meta = next(each for each in hints[field.name].__metadata__ if isinstance(each, Meta))
            extra = meta.extra or {}
            yield Key(section, field.name, kind_of(hints[field.name]), field.default, meta.description or "", "secret" in extra)


def kind_of(hint: Any) -> str:
    """What a value of a type may be, in words."""
    if get_origin(hint) in (Union, UnionType):
        return f"{kind_of(next(each for each in get_args(hint) if each is not NoneType))}, or null"
    of, meta = (hint.__origin__, hint.__metadata__[-1]) if get_origin(hint) is Annotated else (hint, Meta())
    if given := (meta.extra or {}).get("kind"):
        return str(given)
    if get_origin(of) is Literal:
        return f"one of {', '.join(get_args(of))}"
    return {
        int: f"a whole number from {meta.ge} to {meta.le}", bool: "true or false", str: "a text, not empty" if meta.min_length else "a text"
    }.get(of, "a list of texts")  # fmt: skip


KEYS: dict[str, Key] = {key.path: key for key in _keys()}


def load(
    flags: Mapping[str, object] | None = None, environ: Mapping[str, str] | None = None, file: Path | None = None
) -> tuple[Settings, dict[str, str]]:
    """The settings, and where each key's value came from ("flag", "FOLKMOOT_…", the file's name, or "default").

    flags: by path ("server.port"); None means not given. file: a TOML file, or None. Raises Invalid with the key, the
    place and what is wanted; the first fault only.
    """
    given: dict[str, tuple[object, str]] = {}
    if file is not None:
        given |= {path: (value, file.name) for path, value in _from_file(file)}
    given |= {path: (value, name) for path, value, name in _from_environment(environ or {})}
    given |= {path: (value, "flag") for path, value in (flags or {}).items() if value is not None}
    sections: dict[str, dict[str, object]] = {}
    for path, (value, place) in given.items():
        key = _known(path, place)
        sections.setdefault(key.section, {})[key.name] = _checked(key, value, place)
    models = get_type_hints(Settings)
    made = Settings(**{section: models[section](**values) for section, values in sections.items()})
    return made, {path: given[path][1] if path in given else "default" for path in KEYS}


def show(settings: Settings, path: str) -> object:
    """A key's value as it may be printed: secrets masked, of a database's address only the password."""
    section, name = path.split(".")
    value = getattr(getattr(settings, section), name)
    if not KEYS[path].secret or not value:
        return value
    if path == "storage.database":
        head, at, tail = value.rpartition("@")
        return f"{head.split('://')[0]}://{MASK}@{tail}" if at else value
    return MASK


def _from_file(file: Path) -> Iterator[tuple[str, object]]:
    try:
        sections = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise Invalid(f"The settings in {file} cannot be read: {error.strerror}.", "settings") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"The settings in {file} are not valid TOML: {error}.", "settings") from None
    for section, values in sections.items():
        if not isinstance(values, dict):
            raise Invalid(f"{file.name} has {section} outside any section. {_meant(section)}", "settings", section)
        yield from ((f"{section}.{name}", value) for name, value in values.items())


def _from_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, object, str]]:
    for name, value in sorted(environ.items()):
        if name in SHORT:
            yield SHORT[name], value, name
    for name, value in sorted(environ.items()):
        if name.startswith("FOLKMOOT_") and name not in SHORT:
            path = name.removeprefix("FOLKMOOT_").lower().replace("__", ".", 1)
            secret = KEYS.get(path.removesuffix("_file"))
            if path not in KEYS and secret and secret.secret:
                yield secret.path, _secret_in(Path(value), name), name
            else:
                yield path, value, name


def _secret_in(file: Path, name: str) -> str:
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        words = f"{name} names {file}, which cannot be read. Name a file that holds the secret alone."
        raise Invalid(words, "settings", name) from None


def _known(path: str, place: str) -> Key:
    if path not in KEYS:
        raise Invalid(f"{_placed(path, place)} is no setting. {_meant(path, place)}", "settings", path)
    return KEYS[path]


def _placed(path: str, place: str) -> str:
    """A key and where it stands, as the beginning of a sentence."""
    if place.startswith("FOLKMOOT_"):
        return place
    return f"The flag for {path}" if place == "flag" else f"{path} in {place}"


def _meant(path: str, place: str = "") -> str:
    """The nearest key, by its whole path or by its last word, spelled as its place spells keys."""
    variable = place.startswith("FOLKMOOT_")
    names = {name: key.variable if variable else key.path for key in reversed(KEYS.values()) for name in (key.name, key.path)}
    if variable:
        names |= {name.removeprefix("FOLKMOOT_").lower(): name for name in SHORT}
    near = [each for word in (path, path.split(".")[-1]) for each in difflib.get_close_matches(word, names, 1, 0.7)]
    return f"Did you mean {names[near[0]]}?" if near else "`folkmoot config` lists them all."


def _checked(key: Key, value: object, place: str) -> object:
    hint = get_type_hints(get_type_hints(Settings)[key.section], include_extras=True)[key.name]
    if isinstance(value, str) and isinstance(key.default, tuple) and place != "flag":
        value = [part.strip() for part in value.split(",") if part.strip()]
    try:
        return msgspec.convert(value, hint, strict=not place.startswith("FOLKMOOT_"))
    except msgspec.ValidationError:
        shown = MASK if key.secret else repr(value)
        raise Invalid(f"{_placed(key.path, place)} is {shown}. Wanted: {key.kind}.", "settings", key.path) from None
