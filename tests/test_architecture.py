"""The invariants of the house (docs/architecture.md), each as one short test over the source itself."""

from __future__ import annotations

import ast
import re
import statistics
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from folkmoot.app import OPERATIONS, PAGES, create_app
from folkmoot.people.accounts import new_guest
from folkmoot.people.model import Actor
from folkmoot.settings import Limits, Settings
from tests.moot import Moot
from tests.web.stand import Client

HOUSE = Path(__file__).parent.parent / "folkmoot"
FLOORS = {
    "errors": 1, "settings": 1, "mail": 1, "outbound": 1, "dns": 1, "storage": 1, "web": 2, "people": 3, "sites": 3,
    "discussion": 4, "notes": 4, "action": 4, "reading": 5, "desk": 5, "me": 5, "app": 6, "cli": 6, "work": 6, "demo": 6, "doctor": 6,
}  # fmt: skip
CAPABILITIES = {"discussion", "notes", "action"}
PURE = (
    "discussion/model.py", "discussion/rules.py", "discussion/trust.py", "discussion/classifier.py", "discussion/alike.py", "discussion/weighing.py",
    "discussion/threads.py", "discussion/text.py", "people/roles.py", "people/model.py", "web/excerpts.py", "web/remembered.py",
    "sites/model.py", "sites/addresses.py", "notes/model.py", "notes/finding.py", "notes/quoting.py", "notes/rules.py", "notes/sources.py",
    "action/model.py", "action/divisions.py", "action/shapes.py", "action/versions.py", "action/zones.py",
    "action/model_letters.py", "action/homes.py", "action/keywords.py", "action/steps.py", "action/conversation.py", "action/segments.py",
    "action/likeness.py", "action/threats.py", "action/letter_links.py",
    "notes/bridging.py", "notes/bursts.py", "notes/rings.py", "notes/scoring.py", "notes/explaining.py", "notes/opinions.py",
)  # fmt: skip
PURE_LIBRARIES = {
    "__future__", "array", "base64", "collections", "difflib", "functools", "hashlib", "hmac", "html", "idna", "ipaddress", "itertools", "json",
    "math", "re", "struct", "typing", "unicodedata", "urllib", "zlib", "msgspec", "markdown_it", "mdurl", "nh3", "ada_url", "numpy",
}  # fmt: skip
FRAMEWORKS = {"starlette", "uvicorn"}
ENGINES = {"apsw", "sqlite3", "psycopg", "psycopg_pool"}
CONNECTIONS = {"httpx", "requests", "smtplib", "ftplib", "imaplib", "urllib3", "aiosmtplib"}
VERBS = "SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|ALTER|DROP|PRAGMA|WITH"
STATEMENT = re.compile(rf"\s*({VERBS})\s+\S+.*?\b(FROM|SET|VALUES|TABLE|INDEX|AS|=)\b", re.S)
CHANCE = re.compile(r"(open|print|input|time\.\w+|random\.\w+|os\.\w+|secrets\.\w+|uuid\.\w+|datetime\.(now|utcnow|today))")


class Room(NamedTuple):
    """One file of the house. path: below folkmoot/."""

    path: str
    tree: ast.Module
    lines: int

    @property
    def top(self) -> str:
        return self.path.removesuffix(".py").split("/")[0]

    @property
    def name(self) -> str:
        return self.path.removesuffix(".py").split("/")[-1]


@cache
def rooms() -> tuple[Room, ...]:
    files = sorted(HOUSE.rglob("*.py"))
    return tuple(Room(f.relative_to(HOUSE).as_posix(), ast.parse(f.read_text("utf-8")), len(f.read_text("utf-8").splitlines())) for f in files)


def imports(room: Room) -> Iterator[str]:
    """Full names of everything that a file imports, wherever in it."""
    for node in ast.walk(room.tree):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{room.path}: imports are absolute here"
            yield from (f"{node.module}.{each.name}" for each in node.names)


def own_imports(room: Room) -> Iterator[list[str]]:
    yield from (name.split(".")[1:] for name in imports(room) if name.startswith("folkmoot."))


@cache
def strings(room: Room) -> tuple[str, ...]:
    """What stands between quotes in a file, docstrings left out; read once, since many tests ask."""
    return tuple(_strings(room.tree))


def _strings(tree: ast.Module) -> Iterator[str]:
    docstrings = {
        id(node.body[0].value) for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and node.body and isinstance(node.body[0], ast.Expr)
    }  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def is_store(room: Room) -> bool:
    return room.name == "store" or room.name.startswith("store_")


def test_sql_stands_in_stores_and_storage_only() -> None:
    allowed = [room for room in rooms() if is_store(room) or room.top == "storage" or room.path.startswith("discussion/importers/")]
    found = [(room.path, text) for room in rooms() if room not in allowed for text in strings(room) if STATEMENT.match(text)]
    assert not found


def users_of_tables() -> dict[str, set[str]]:
    """Which folders' strings read or write what might be a table: one walk over the whole source."""
    uses, found = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(\w+)\b"), dict[str, set[str]]()
    for room in rooms():
        for text in strings(room) if room.top != "storage" else ():
            for table in uses.findall(text):
                found.setdefault(table, set()).add(room.top)
    return found


def test_a_table_is_named_by_one_folders_stores_only() -> None:
    users = users_of_tables()
    for script in sorted((HOUSE / "storage/migrations").glob("*.sql")):
        folder = script.stem.partition("_")[2]
        for table in re.findall(r"CREATE TABLE (\w+)", script.read_text("utf-8")) if folder != "storage" else ():
            assert users.get(table, set()) <= {folder}, f"{table} belongs to {folder}"


def test_the_web_framework_stays_behind_its_doors() -> None:
    for room in rooms():
        behind = room.top == "web" or room.name == "routes" or room.path in ("app.py", "reading/live.py") or room.path.startswith("action/channels/")
        assert behind or not {name.split(".")[0] for name in imports(room)} & FRAMEWORKS, room.path


def test_pure_files_import_nothing_that_acts() -> None:
    pure_names = {path.removesuffix(".py").replace("/", ".") for path in PURE} | {"errors"}
    for room in rooms():
        if room.path in PURE:
            for name in imports(room):
                own = name.removeprefix("folkmoot.")
                fine = any(own == each or own.startswith(f"{each}.") for each in pure_names) if own != name else name.split(".")[0] in PURE_LIBRARIES
                assert fine, f"{room.path} imports {name}"


def test_pure_files_ask_for_no_clock_chance_or_file() -> None:
    for room in rooms():
        if room.path in PURE:
            calls = [ast.unparse(node.func) for node in ast.walk(room.tree) if isinstance(node, ast.Call)]
            assert not [call for call in calls if CHANCE.fullmatch(call)], room.path


def test_imports_point_down() -> None:
    for room in rooms():
        for there in own_imports(room):
            if room.top in FLOORS and there[0] in FLOORS and there[0] != room.top:
                assert FLOORS[there[0]] <= FLOORS[room.top], f"{room.path} imports {'.'.join(there)}"


def test_the_capabilities_do_not_know_each_other() -> None:
    for room in rooms():
        if room.top in CAPABILITIES:
            assert not {there[0] for there in own_imports(room)} & (CAPABILITIES - {room.top}), room.path


def test_in_a_folder_doors_know_verbs_verbs_know_stores_and_none_the_other_way() -> None:
    def floor(name: str) -> int:
        if name.startswith(("store_", "model_")):
            return 2 if name.startswith("store_") else 1
        return {"routes": 4, "store": 2, "model": 1}.get(name, 3)

    for room in rooms():
        if room.path.count("/") == 1 and room.name != "__init__" and room.top not in ("storage", "web", "cli", "demo"):
            files = {other.name for other in rooms() if other.top == room.top}
            for there in own_imports(room):
                if there[0] == room.top and len(there) > 1 and there[1] in files:
                    assert floor(there[1]) <= floor(room.name), f"{room.path} imports {there[1]}"


def test_only_storage_knows_the_engines() -> None:
    for room in rooms():
        if room.top != "storage" and room.path != "discussion/importers/isso.py":
            assert not {name.split(".")[0] for name in imports(room)} & ENGINES, room.path


def test_only_mail_outbound_and_the_database_open_connections() -> None:
    for room in rooms():
        if room.top != "storage" and room.path not in ("mail.py", "outbound.py", "dns.py"):
            assert not {name.split(".")[0] for name in imports(room)} & CONNECTIONS, room.path
            assert "create_connection" not in ast.dump(room.tree), room.path


def test_scripts_put_no_data_into_html() -> None:
    into_html = re.compile(r"\b(inner|outer)HTML\s*\+?=(?!=)|insertAdjacentHTML|document\.write|setHTMLUnsafe")
    for script in sorted((HOUSE / "embed").rglob("*.js")):
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", script.read_text("utf-8"), flags=re.S)
        assert not into_html.search(code), script.name


def test_get_and_head_change_nothing(moot: Moot, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, token = moot.db.write_now(lambda tx: new_guest(tx, "Ada", moot.now))
    moot.post(Actor(person=ada), "The lake is rising.")
    comment = str(moot.page().roots[0].comment.id)
    client = Client(create_app(Settings(limits=Limits(enabled=False)), moot.db))
    asked = {"url": "https://news.example/lake", "text": "Hello", "token": "none", "parent": comment}

    def forbidden(*given: object, **named: object) -> None:
        raise AssertionError("a GET wrote")

    monkeypatch.setattr(moot.db, "write", forbidden)
    monkeypatch.setattr(moot.db, "write_now", forbidden)
    for door in (*OPERATIONS, *PAGES):
        if door.method == "GET" and door.path != "/api/v1/events":
            path = door.path.replace("{id}", comment).replace("{token}", "none").replace("{name}", "x.css")
            for method in ("GET", "HEAD"):
                for headers in ({}, {"authorization": f"Bearer {token}"}):
                    assert client.request(method, path, params=asked, headers=headers).status_code < 500, path


def test_files_stay_short() -> None:
    lines = {room.path: room.lines for room in rooms() if room.lines}
    assert max(lines.values()) <= 500, max(lines, key=lambda path: lines[path])
    assert statistics.median(lines.values()) <= 150


def test_functions_stay_short() -> None:
    sizes = sorted(_functions())
    assert sizes[-1][0] <= 60, sizes[-1]
    assert sizes[int(len(sizes) * 0.9)][0] <= 25
    assert statistics.median(size for size, _ in sizes) <= 8


def test_the_core_is_at_most_24_wheels_and_each_lock_holds_the_one_before_it() -> None:
    locks = [_locked(name) for name in ("core", "postgres", "test", "dev")]
    assert len(locks[0].keys() - {"colorama", "tzdata"}) <= 24  # those two are for Windows alone
    for smaller, larger in pairwise(locks):
        assert smaller.items() <= larger.items()


def _locked(name: str) -> dict[str, str]:
    """Each package of a lock file and its version; every one has hashes."""
    text = (HOUSE.parent / "requirements" / f"{name}.txt").read_text("utf-8")
    entries = re.findall(r"(?m)^([\w.-]+)==([^\\\n]+)\\\n((?:    --hash=sha256:\w{64}(?: \\)?\n)+)", text)
    assert len(entries) == len(re.findall(r"(?m)^[\w.-]+==", text))
    return {package: version.partition(";")[0].strip() for package, version, _ in entries}


def _functions() -> Iterator[tuple[int, str]]:
    """(lines without the docstring, where) of every function."""
    for room in rooms():
        for node in ast.walk(room.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                said = node.body[0] if ast.get_docstring(node) else None
                words = (said.end_lineno or 0) - said.lineno + 1 if said else 0
                yield (node.end_lineno or 0) - node.lineno + 1 - words, f"{room.path}:{node.lineno} {node.name}"
