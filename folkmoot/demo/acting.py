"""What readers of the demo's lake story can do: one action for the closing and one against it, and the town's made-up council to turn to."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from folkmoot.action import actions, loading, officials
from folkmoot.action.model import Draft, Line, Stance
from folkmoot.demo.stories import HOUR
from folkmoot.people.model import COMMAND
from folkmoot.sites.stories import find
from folkmoot.storage.database import Database, Tx

OFFICIALS = Path(__file__).with_name("officials")
LAKE = "/lakes/linnet-lake-to-close-to-swimmers"
OSTLEY = "ocd-division/country:qm/place:ostley"  # QM is a code that no country has
DAY = 24 * HOUR
CALLERS = {0: 23, 1: 17}  # how many neighbours have called for each

_BACKGROUND = (
    "By five votes to four the council closed Linnet Lake to swimmers. It can vote once more before the fence goes up. Of 22 weekly samples last "
    "summer three were above the limit, all within two days of heavy rain; the insurer asks $86,000 a year instead of $31,000 for an open shore "
    "without guards."
)
_SOURCES = (Line("The Ostley Courier: Linnet Lake to close to swimmers", "https://courier.example/lakes/linnet-lake"),
            Line("County water tests, last summer", "https://water.ostleycounty.example/linnet"))  # fmt: skip
_FACTS = (
    Line("Three of 22 samples were above the limit, all three within two days of heavy rain.", "https://water.ostleycounty.example/linnet"),
    Line("The fence costs $40,000.", "https://council.ostley.example/minutes"),
    Line("The premium goes from $31,000 to $86,000 a year unless the shore is guarded or closed.", "https://council.ostley.example/insurance"),
)
_POINTS = ("What is the lake to you?", "What would you accept: a flag, guards, a fee, a fence?", "What do you ask the council to do, and by when?")
_SCRIPT = (
    "Hello, my name is {name}, and I live in {town}.\nI am calling about Linnet Lake. I ask {official} to {ask}.\n{own}\n"
    "May I ask how {official} means to vote? Thank you."
)


def drafts(now: int) -> tuple[Draft, Draft]:
    """The two sides, in the same form."""

    def draft(ask: str, stance: Stance, maker: str, funder: str) -> Draft:
        return Draft(
            ask, "the lake’s closing", stance, _BACKGROUND, _SOURCES, OSTLEY, ("legislature",), _FACTS, _POINTS, _SCRIPT, maker, funder,
            now - 20 * HOUR,
            now + 30 * DAY,
        )  # fmt: skip

    return (
        draft("Vote once more, on a flag instead of a fence", "against", "The Early Birds, swimmers of Linnet Lake", "its 61 members"),
        draft("Keep the lake closed until the drain is mended", "for", "Parents of Tanyard Brook", "its members; no grants"),
    )


def act(db: Database, host: str, now: int) -> None:
    """Loads the council and makes the two actions, with what the neighbours have done so far."""
    loading.load(db, COMMAND, loading.find_files([str(OFFICIALS)], dated=officials.day_of(now)), now)
    db.write_now(partial(_make, host=host, now=now))


def _make(tx: Tx, host: str, now: int) -> None:
    story = find(tx, f"http://{host}{LAKE}")
    assert story is not None
    for number, draft in enumerate(drafts(now)):
        made = actions.make(tx, COMMAND, story.id, draft, now - 20 * HOUR)
        for caller in range(CALLERS[number]):
            actions.count(tx, made.id, "call", f"neighbour {number} {caller}", "ostley-mayor", now - caller * HOUR // 2, "spoke")
