"""What can be known of an SQL text by reading it, for both engines: does it write, where does a script's next statement begin."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WRITES = re.compile(r"\b(insert|update|delete|replace|create|drop|alter|truncate)\b", re.I)
# A script's parts: strings, quoted names, comments, the end of a statement, anything else.
_PART = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|(;)|[^'\"\-/;]+|.", re.S)
_ONLY = re.compile(r"^\s*--\s*(sqlite|postgres) only\b", re.M)


def writes(sql: str) -> bool:
    """Whether a statement may write. A word in a string counts too: then a savepoint is made for nothing."""
    return _WRITES.search(sql) is not None


def split(script: str, engine: str) -> Iterator[str]:
    """The statements of a script, less those for the other engine: under a comment `-- sqlite only` or `-- postgres only`."""
    statement = ""
    for part in _PART.finditer(script + ";"):
        if part[1] is None:
            statement += part[0]
            continue
        only = _ONLY.search(statement)
        if _bare(statement) and (only is None or only[1] == engine):
            yield statement.strip()
        statement = ""


def _bare(statement: str) -> str:
    """What is left of a statement without its comments."""
    return re.sub(r"--[^\n]*|/\*.*?\*/", " ", statement, flags=re.S).strip()
