"""Chance from the system's source, drawn many bytes at once: each call of the system lets go of Python's lock, and the writer waits for it."""

from __future__ import annotations

import os
import secrets
import threading

_AT_ONCE = 4096
_drawn = b""
_turn = threading.Lock()


def draw(size: int) -> bytes:
    """So many bytes, at most 4,096, that nobody was given before and nobody can foretell."""
    global _drawn
    with _turn:
        if len(_drawn) < size:
            _drawn = secrets.token_bytes(_AT_ONCE)
        taken, _drawn = _drawn[-size:], _drawn[:-size]
        return taken


def _forget() -> None:
    global _drawn, _turn
    _drawn, _turn = b"", threading.Lock()


os.register_at_fork(after_in_child=_forget)  # else both would draw the same
