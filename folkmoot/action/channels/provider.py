"""Hands one message to the provider of a chat, over outbound.py, and reads what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from folkmoot import outbound
from folkmoot.action.channels.model import Sent
from folkmoot.errors import Problem
from folkmoot.settings import Settings

BOUNDS = outbound.Bounds(most=64_000, seconds=5.0)  # a provider that hangs keeps the worker no longer


def hand_over(settings: Settings, address: str, body: bytes, headers: Mapping[str, str], meaning: Callable[[int, bytes], Sent]) -> Sent:
    """What came of a message. meaning: (status, body of the answer) -> what it says. Where the line breaks, nobody knows."""
    try:
        answer = outbound.post(settings.outbound, address, body, headers, BOUNDS)
    except outbound.Away as problem:
        return Sent("unknown", None, str(problem.words))
    except Problem as problem:
        return Sent("failed", None, str(problem.words))
    return meaning(answer.status, answer.body)


def told(body: bytes) -> dict[str, Any]:
    """An answer's object; empty where it is none."""
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError:
        return {}
