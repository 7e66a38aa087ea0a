"""What a chat's channel is. Frozen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from folkmoot.settings import Settings


class Button(Struct, frozen=True):
    """Something to press under a message: what is sent back, and its words."""

    key: str
    words: str


class Sent(Struct, frozen=True):
    """What came of sending a message: sent, certainly not (not_now, failed, opted_out), or unknown. provider: its id there."""

    outcome: Literal["sent", "unknown", "not_now", "failed", "opted_out"]
    provider: str | None = None
    why: str = ""


class Size(Struct, frozen=True):
    """What a message costs of its channel's daily measure, and to which group its address belongs (a number's neighbours)."""

    segments: int
    prefix: str


class Chat(Struct, frozen=True):
    """A channel whose messages come by webhook. most: letters of one message; window: ms after their last message in which we may write, 0: always.

    vouches: whether the provider signs that a message came from its address, which is a telephone's. quiet: until when (UTC ms) a message that
    we begin waits; now where it may go. caps: segments (a chat, its neighbours, all) a day.
    """

    name: str
    most: int
    buttons: bool
    ready: Callable[[Settings], bool]
    send: Callable[[Settings, str, str, tuple[Button, ...]], Sent]
    size: Callable[[str, str], Size]
    caps: Callable[[Settings], tuple[int, int, int]]
    quiet: Callable[[Settings, str, int], int] = lambda settings, address, now: now
    window: int = 0
    plain: Callable[[str], str] = lambda text: text
    vouches: bool = False
