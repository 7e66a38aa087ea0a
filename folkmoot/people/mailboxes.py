"""One mailbox, as a person typed it: read strictly, so that what is stored is where mail goes and nothing else."""

from __future__ import annotations

import re

from ada_url import idna

from folkmoot.errors import Invalid, say
from folkmoot.people.model import Mailbox
from folkmoot.web.words import N_

MAX_ADDRESS = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets
MAX_LOCAL = 64
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NOT_PUBLIC = {"localhost", "local", "internal", "invalid", "onion", "arpa"}  # last labels that no public mailbox has


def read_mailbox(typed: str) -> Mailbox:
    """The one public mailbox that somebody typed (RFC 5321 without quoted names and bare addresses). Raises Invalid.

    The name before the @ is kept as typed and compared in lower case; only ASCII is taken there, because other letters
    have no agreed lower case and would let two people be taken for one. The domain may be typed in any script.
    """
    local, at, domain = typed.strip(" ").rpartition("@")
    if not at or not local or not domain or len(typed) > 4 * MAX_ADDRESS:
        raise _wrong()
    if not local.isascii() and local.isprintable():
        words = N_("This address has letters before the @ that our mail cannot carry yet. Use another address.")
        raise Invalid(words, "mailbox_unsupported", "email")
    if not _LOCAL.fullmatch(local) or len(local) > MAX_LOCAL:
        raise _wrong()
    address = f"{local}@{_read_domain(domain)}"
    if len(address) > MAX_ADDRESS:
        words = say("This address is longer than {most} letters. Use another one.", most=MAX_ADDRESS)
        raise Invalid(words, "mailbox_too_long", "email")
    return Mailbox(address, address.lower())


def _read_domain(typed: str) -> str:
    try:
        domain = idna.encode(typed).decode("ascii")
        readable = bool(idna.decode(domain.encode()))
    except ValueError:
        raise _wrong() from None
    labels = domain.split(".")
    if not readable or len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        raise _wrong()
    if labels[-1].isdigit() or labels[-1] in _NOT_PUBLIC:
        raise _wrong()
    return domain


def _wrong() -> Invalid:
    return Invalid("This is not one mail address. Write it like name@mail.example.", "bad_mailbox", "email")
