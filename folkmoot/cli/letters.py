"""`folkmoot letters` and `folkmoot sms`: what became of letters, what is held, whether a message to Congress is right, what a text costs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from folkmoot.action import letters, store_letters
from folkmoot.action.delivery import cwc
from folkmoot.action.segments import segments
from folkmoot.cli.opening import ID, Command, change, opened
from folkmoot.cli.terminal import Fields, Group, done, dry_run_option, json_option, show, show_all, tell, time_of
from folkmoot.errors import Invalid, NotFound
from folkmoot.people.model import COMMAND
from folkmoot.storage.database import Row, Tx
from folkmoot.web.kit import clock

STATES = sorted({state for state, _ in letters.TRANSITIONS} | set(letters.ENDS))


@click.group("letters", cls=Group)
def group() -> None:
    """Letters to officials: where each stands, and what is held. Nobody reads a letter here but one that is held, and that is written down."""


group.command_class = Command


@group.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only those in this state.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000), help="How many.")
@json_option
def list_(state: str | None, limit: int, as_json: bool) -> None:
    """The latest letters, without a word of them.

    \b
    folkmoot letters list --state unknown
    """
    with opened() as db:
        rows = db.read_now(lambda tx: [_fields(tx, row) for row in store_letters.latest(tx, state, limit)])
    show_all(rows, as_json, "There are no letters.")


@group.command("show")
@click.argument("letter", type=ID)
@click.option("--read", is_flag=True, help="Its text too, of one that is held. The reading is written down, and its writer is told.")
@json_option
def show_(letter: int, read: bool, as_json: bool) -> None:
    """One letter: what happened to it, and who read it.

    \b
    folkmoot letters show 3733134589952000001
    folkmoot letters show 3733134589952000001 --read
    """
    with opened() as db:
        if read:
            db.write_now(lambda tx: letters.read_frozen(tx, COMMAND, letter, clock()))
        fields = db.read_now(lambda tx: _whole(tx, letter, read))
    show(fields, as_json)


@group.command("freeze")
@click.argument("letter", type=ID)
@click.option("--reason", default="", help="Words that its writer is shown.")
@dry_run_option
def freeze(letter: int, reason: str, dry_run: bool) -> None:
    """Stops a letter that has not left until a person has looked at it; its writer is told.

    \b
    folkmoot letters freeze 3733134589952000001 --reason "Somebody asked us to look at it."
    """
    with opened() as db:
        change(db, lambda tx: letters.freeze(tx, COMMAND, letter, reason, clock()), dry_run)
    done("The letter is held.", dry_run)


@group.command("release")
@click.argument("letter", type=ID)
@dry_run_option
def release(letter: int, dry_run: bool) -> None:
    """Lets a held letter go.

    \b
    folkmoot letters release 3733134589952000001
    """
    with opened() as db:
        change(db, lambda tx: letters.decide(tx, COMMAND, letter, "release", "", clock()), dry_run)
    done("The letter goes.", dry_run)


@group.command("refuse")
@click.argument("letter", type=ID)
@click.option("--reason", default="", help="Words that its writer is shown.")
@dry_run_option
def refuse(letter: int, reason: str, dry_run: bool) -> None:
    """Does not send a held letter; its writer gets the text and the reason.

    \b
    folkmoot letters refuse 3733134589952000001 --reason "It threatens somebody."
    """
    with opened() as db:
        change(db, lambda tx: letters.decide(tx, COMMAND, letter, "refuse", reason, clock()), dry_run)
    done("The letter is not sent.", dry_run)


@group.command("block")
@click.argument("official")
@click.option("--reason", default="", help="Words that writers are shown.")
@click.option("--end", is_flag=True, help="Write to them again.")
@dry_run_option
def block(official: str, reason: str, end: bool, dry_run: bool) -> None:
    """Hands no letters over to an official; people can still print theirs.

    \b
    folkmoot letters block M000355 --reason "They asked for paper alone."
    folkmoot letters block M000355 --end
    """

    def act(tx: Tx) -> None:
        if not end:
            store_letters.put_block(tx, official, reason, None, clock())
        elif not store_letters.end_block(tx, official):
            raise NotFound("Letters to them are not held back.", "no_block")

    with opened() as db:
        change(db, act, dry_run)
    done(f"Letters to {official} {'go again' if end else 'are not handed over'}.", dry_run)


@group.command("bounced")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@dry_run_option
def bounced(file: Path, dry_run: bool) -> None:
    """Reads a mail that came back (a file, or - for standard input, as a mail server's alias gives it) and tells the letter's writer.

    \b
    folkmoot letters bounced returned.eml
    """
    raw = sys.stdin.buffer.read(1 << 20) if str(file) == "-" else _read(file)
    delivery, why = letters.delivery_in(raw), letters.reason_in(raw)
    if delivery is None:
        raise NotFound("This mail names no letter of ours.", "no_such_letter")
    if why is None:
        tell("This mail says of nothing that we sent that it will never arrive; nothing was changed.")
        return
    with opened() as db:
        known = change(db, lambda tx: letters.bounced(tx, delivery, why, clock()), dry_run)
    done(
        "The letter did not arrive; its writer sees why." if known else "That letter is not waiting for this any more; nothing was changed.", dry_run
    )


@group.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def check(file: Path, as_json: bool) -> int:
    """Whether a message to Congress (CWC, an XML file) holds to the gateways' published rules. Sends nothing.

    \b
    folkmoot letters check message.xml
    """
    faults = cwc.check(_read(file))
    rows: list[Fields] = [{"line": fault.line, "element": fault.element, "what": fault.words} for fault in faults]
    show_all(rows, as_json, "The message holds to the rules that are known.")
    return 1 if faults else 0


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}.", "no_file") from None


def _fields(tx: Tx, row: Row) -> Fields:
    return {
        "id": str(row.id), "to": letters.recipient_of(row).name or letters.recipient_of(row).office, "way": row.way, "state": row.state,
        "since": time_of(row.since), "due": time_of(row.due), "tries": row.tries, "template": bool(row.template), "likeness": row.likeness / 100,
    }  # fmt: skip


def _whole(tx: Tx, letter: int, read: bool) -> Fields:
    row = letters.get_letter(tx, letter)
    events = [
        f"{time_of(each.at)} {each.event} -> {each.became} by {each.made_by}{': ' + each.why if each.why else ''}"
        for each in store_letters.events_of(tx, letter)
    ]
    readings = [f"{time_of(each.at)} {each.made_by} {each.person or ''}".strip() for each in store_letters.readings_of(tx, letter)]
    fields = {**_fields(tx, row), "delivery": row.delivery, "life": events, "read_by": readings}
    return {**fields, "subject": row.subject, "text": row.body, "sender": letters.home_of(row).name} if read else fields


@click.group("sms", cls=Group)
def sms() -> None:
    """Text messages."""


@sms.command("segments")
@click.argument("text")
@json_option
def segments_(text: str, as_json: bool) -> None:
    """How a text is cut into segments, each of which is paid for.

    \b
    folkmoot sms segments "See you at the lake" --json
    """
    found = segments(text)
    show({"encoding": found.encoding, "units": found.units, "segments": found.segments}, as_json)
