"""The demo's opinion map: what three minds of a town say to an editor's statements. Whether they are groups, the map's own tests decide."""

from __future__ import annotations

import random
import tomllib
from functools import partial
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from folkmoot.demo.stories import HOUR
from folkmoot.notes import maps
from folkmoot.notes.map_drawing import draw_map
from folkmoot.people import accounts
from folkmoot.people.model import Actor
from folkmoot.reading.joins import texts_of
from folkmoot.sites.stories import find
from folkmoot.storage.database import Database, Tx

PATH = "/lakes/linnet-lake-to-close-to-swimmers"
MINDS = {"swimmers": 46, "careful": 34, "thrifty": 20}  # how many of each
SURE = 0.9
View = Literal[1, 0, -1]


class Statement(Struct, frozen=True):
    text: str
    swimmers: View
    careful: View
    thrifty: View


def seed_opinions(db: Database, editor: Actor, host: str, now: int) -> None:
    """Puts the statements, has them answered, and draws the map."""
    told = tomllib.loads(Path(__file__).with_name("stories").joinpath("lake.statements.toml").read_text("utf-8"))
    statements = msgspec.convert(told["statement"], list[Statement])
    story = db.write_now(partial(_answer, editor=editor, host=host, statements=statements, now=now - 18 * HOUR))
    draw_map(db, texts_of, story, now - 2 * HOUR)


def _answer(tx: Tx, editor: Actor, host: str, statements: list[Statement], now: int) -> int:
    story = find(tx, f"http://{host}{PATH}")
    assert story is not None
    put = [(maps.put_statement(tx, editor, story.id, each.text, now + at), each) for at, each in enumerate(statements)]
    chance = random.Random(1987)  # noqa: S311 -- who agrees with what in a made-up town
    minds = [mind for mind, many in MINDS.items() for _ in range(many)]
    for number, mind in enumerate(minds):
        reader = _reader(tx, number, now)
        for statement, each in put:
            if chance.random() < 0.88:
                maps.give_opinion(tx, reader, statement, _says(getattr(each, mind), chance), now + HOUR + number * 60_000)
    return story.id


def _says(view: int, chance: random.Random) -> int:
    """Mostly what one's mind says; at times nothing or the opposite."""
    if view and chance.random() < SURE:
        return view
    return chance.choice((1, 0, -1))


def _reader(tx: Tx, number: int, now: int) -> Actor:
    name = f"Reader {number + 1}"
    mailbox = f"{name.lower().replace(' ', '.')}@ostley.example"
    return Actor(accounts.member_of(tx, accounts.MAILBOX, mailbox, mailbox, name, now))
