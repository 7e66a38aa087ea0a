"""Chance from the system's source, drawn many bytes at once: each call of the system lets go of Python's lock, and the writer waits for it."""

from __future__ import annotations

import os
import secrets
import threading

_AT_ONCE = 4096
_drawn, _given = b"", 0  # what the system gave, and how much of it has been given on
_turn = threading.Lock()


def draw(size: int) -> bytes:
    """So many bytes, at most 4,096, that nobody was given before and nobody can foretell."""
    global _drawn, _given
    with _turn:
        if len(_drawn) - _given < size:
            _drawn, _given = secrets.token_bytes(_AT_ONCE), 0
        _given += size
        return _drawn[_given - size : _given]


def _forget() -> None:
    global _drawn, _given, _turn
    _drawn, _given, _turn = b"", 0, threading.Lock()


os.register_at_fork(after_in_child=_forget)  # else both would draw the same
