"""The sentences in which both engines refuse. Drivers' own exceptions never leave this folder."""

from __future__ import annotations

from folkmoot.errors import Conflict, Invalid, Unavailable

DISK_FULL = "disk_full"
TAKEN = "taken"


class Fault(Exception):
    """A statement that the engine does not understand, or a database that is not as the program expects: a fault of ours."""


def disk_full() -> Unavailable:
    return Unavailable("The disk of this server is full, so nothing can be saved now. Reading goes on. Try again in a minute.",
                       30, DISK_FULL)


def disk_failed() -> Unavailable:
    return Unavailable("The disk of this server failed while saving; nothing was changed. Try again in a minute.",
                       30, "disk_failed")


def damaged() -> Unavailable:
    return Unavailable("The database file is damaged, so nothing was changed. The operator must restore a backup.",
                       300, "database_damaged")


def busy() -> Unavailable:
    return Unavailable("Another process has been writing for too long; nothing was changed. Try again in a moment.",
                       2, "database_busy")


def unreachable() -> Unavailable:
    return Unavailable("The database cannot be reached; nothing was changed. Try again in a moment.", 5, "database_unreachable")


def unknown_outcome() -> Unavailable:
    return Unavailable("The database went away before it answered, so it is not known whether this was saved. "
                       "Look whether it is there, then try again.", 5, "outcome_unknown")


def closed() -> Unavailable:
    return Unavailable("The server is stopping. Try again in a moment.", 5, "stopping")


def overloaded() -> Unavailable:
    return Unavailable("More is being asked of this server than it can do. Try again in a moment.", 5, "overloaded")


def taken() -> Conflict:
    return Conflict("Something with the same name or number is there already. Look at it, then decide.", TAKEN)


def still_referred_to() -> Conflict:
    return Conflict("What this refers to is gone, or something else still refers to it. Look again, then decide.", "reference")


def not_allowed_value() -> Invalid:
    return Invalid("A value is longer, larger or of another kind than can be kept. Change it.", "value")


def not_storable_text() -> Invalid:
    return Invalid("The text holds a character that cannot be kept: U+0000, or half of a surrogate pair. Remove it.",
                   "text_character")


def number_too_large() -> Invalid:
    return Invalid("A number is larger than can be kept: 63 bits.", "number")


def refuse_text(text: str) -> None:
    """Raises Invalid for text that an engine would refuse or cut: with U+0000 or a lone surrogate in it."""
    if "\0" in text:
        raise not_storable_text()
    try:
        text.encode()
    except UnicodeEncodeError:
        raise not_storable_text() from None
