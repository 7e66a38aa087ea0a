"""What a doctor knows of whom it looks at, and what it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import Struct

from folkmoot import dns
from folkmoot.settings import KEYS, Settings
from folkmoot.storage.database import Database

DAY = 86_400_000


class Finding(Struct, frozen=True):
    """One thing that is wrong. name: a few words, always the same; wrong, why: a sentence each; change: the line to write, and where."""

    name: str
    wrong: str
    why: str
    change: str


class Patient(Struct, frozen=True):
    """The settings with where each came from, the settings file, the database (None where it cannot be opened), and the time (UTC ms).

    ask: what TXT records say of a name; without it this machine's name server is asked.
    """

    settings: Settings
    places: dict[str, str]
    file: Path | None
    db: Database | None
    now: int
    ask: Callable[[str], list[str] | None] | None = None

    def texts(self, name: str) -> list[str] | None:
        """What TXT records say of a name; None where nobody knows."""
        return (self.ask or dns.texts)(name)

    def place(self, path: str) -> str:
        """Where a setting stands, for a value that only the operator knows."""
        return self.line(path, "…").replace('"…"', "…")

    def line(self, path: str, value: object) -> str:
        """Where a setting is to be changed, and to what."""
        place, written = self.places.get(path, "default"), msgspec.json.encode(value).decode()
        key = KEYS[path]
        if place == "flag":
            return f"Start with {_option(path)} {value}."
        if place.startswith("FOLKMOOT_"):
            return f"In the environment: {place}={value if isinstance(value, str) else written}"
        file = self.file or Path("folkmoot.toml")
        number = _line_of(file, key.section, key.name)
        where = f"{file.name}, line {number}" if number else f"{file.name}, under [{key.section}]"
        return f"{where}: {key.name} = {written}"


def _option(path: str) -> str:
    return "--" + path.split(".")[1].replace("_", "-")


def _line_of(file: Path, section: str, name: str) -> int | None:
    """The line of the settings file on which a key stands."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    inside = False
    for number, line in enumerate(lines, 1):
        if heading := re.match(r"\s*\[\s*([\w.]+)\s*\]", line):
            inside = heading[1] == section
        elif inside and re.match(rf"\s*{name}\s*=", line):
            return number
    return None
