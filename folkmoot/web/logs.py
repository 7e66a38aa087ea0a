"""Logs: one JSON object a line on stderr, escaped and cut. No addresses, names, words or tokens of people, no query strings.

Of an exception the log keeps its type and where it was raised; its message only at level debug, since it may quote what
people wrote.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

from folkmoot.settings import Logs

LONGEST = 2_000  # characters of one value
log = logging.getLogger("folkmoot")


class OneLine(logging.Formatter):
    """A record as one line of ASCII JSON: at, level, from, words, then whatever was given as extra={"about": {…}}."""

    def __init__(self, *, messages: bool = False) -> None:
        super().__init__()
        self._messages = messages

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"at": at, "level": record.levelname.lower(), "from": record.name, "words": record.getMessage()}
        line |= getattr(record, "about", {})
        if record.exc_info and record.exc_info[1]:
            line["fault"] = self._fault(record.exc_info[1])
        return json.dumps({name: _cut(value) for name, value in line.items()}, ensure_ascii=True)

    def _fault(self, error: BaseException) -> str:
        frames = traceback.extract_tb(error.__traceback__)[-12:]
        where = " > ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames)
        return f"{type(error).__name__}{f': {error}' if self._messages else ''} at {where}"


def _cut(value: object) -> object:
    if isinstance(value, int | float | None):
        return value
    words = str(value)
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}… ({len(words)} characters)"


def write_to_stderr(settings: Logs) -> None:
    """Sends every log, the server's among them, to stderr in this manner. Called once per process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine(messages=settings.level == "debug"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.level.upper())
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.error").setLevel("WARNING")
