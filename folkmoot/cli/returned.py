"""`folkmoot bounced`: what a mail server pipes here of the mails that come back."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from folkmoot.action import letters
from folkmoot.cli.opening import Command, change, opened
from folkmoot.cli.terminal import done, dry_run_option, tell
from folkmoot.errors import NotFound
from folkmoot.people import returned
from folkmoot.storage.database import Tx
from folkmoot.web.kit import clock


@click.command("bounced", cls=Command)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True), metavar="FILE…")
@dry_run_option
def bounced(files: tuple[Path, ...], dry_run: bool) -> None:
    """Reads mails that came back, as files or from standard input (-), and sends no more where mail will never arrive.

    A notice's reader finds the reason at /me/settings, a letter's writer beside the letter. Any other mail changes nothing, and is no error,
    so an alias of your mail server can pipe all that comes to `mail.sender` into it.

    \b
    folkmoot bounced - < returned.eml
    folkmoot bounced Maildir/new/*
    """
    with opened() as db:
        for file in files:
            raw = _read(file)
            words = change(db, lambda tx, raw=raw: _take(tx, raw), dry_run)  # type: ignore[misc]
            done(words, dry_run) if words else tell("This mail says of nothing that we sent that it will never arrive; nothing was changed.")


def _read(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read(returned.LARGEST)
    try:
        with file.open("rb") as opened_file:
            return opened_file.read(returned.LARGEST)
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror}.", "no_file") from None


def _take(tx: Tx, raw: bytes) -> str:
    """What came of a mail, in words; nothing where nothing did."""
    delivery, notice = letters.delivery_in(raw), returned.notice_in(raw)
    if delivery is not None and letters.bounced(tx, delivery, letters.reason_in(raw), clock()):
        return "A letter did not arrive; its writer sees why."
    stopped = returned.bounced(tx, notice, returned.read(raw), clock()) if notice is not None else []
    return f"Nothing more goes to {', '.join(stopped)} until a code from there is entered again." if stopped else ""
