"""Whom an action concerns at a place: of those who represent it, the offices that the editor chose. The guide and the calls share it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from folkmoot.action import officials
from folkmoot.action.divisions import country_of
from folkmoot.action.model import Action, Found, Level, Official, Place
from folkmoot.errors import say
from folkmoot.storage.database import Tx

_ROLES: dict[str, tuple[Level, tuple[str, ...]]] = {
    "house": ("country", ("house",)), "senate": ("country", ("senate",)), "state": ("state", ("upper", "lower", "legislature")),
    "governor": ("state", ("governor",)), "legislature": ("country", ()), "local": ("local", ()),
}  # fmt: skip


_BOUND = frozenset({"house", "state", "legislature", "local"})  # offices that only a district tells


class Target(Struct, frozen=True):
    """Whom somebody at a place can turn to for an action. found: one answer per level that was asked; open: those that are still to be
    settled, because the action concerns an office that only the district tells; note: what is to be known.
    """

    officials: tuple[Official, ...]
    found: tuple[Found, ...]
    open: tuple[Found, ...] = ()
    note: str = ""


def levels_of(action: Action) -> tuple[Level, ...]:
    """The levels on which the officials are whom an action concerns: of a committee of Congress, the country's."""
    levels = {_ROLES[office][0] for office in action.draft.offices if office in _ROLES} or {"country"}
    ordered: tuple[Level, ...] = ("country", "state", "local")
    return tuple(level for level in ordered if level in levels)


def concerned(action: Action, found: Sequence[Official]) -> list[Official]:
    """Of officials those whom the action concerns, vacant seats too."""
    wanted = [_ROLES[office] for office in action.draft.offices if office in _ROLES]
    if not wanted:
        return list(found)
    return [each for each in found if any(each.level == level and (not roles or each.role in roles) for level, roles in wanted)]


def turn_to(tx: Tx, action: Action, place: Place, day: str) -> Target:
    """Whom somebody at a place can turn to, those who are certain first. Raises what who_represents raises."""
    asked = Place(country_of(action.draft.jurisdiction), place.code, place.plus, place.point, place.divisions, place.region)
    levels = levels_of(action)
    found = tuple(officials.who_represents(tx, _for_level(asked, level), day, level) for level in levels)
    bound = {_ROLES[office][0] for office in action.draft.offices if office in _BOUND} or ({"country"} if not action.draft.offices else set())
    open_ = tuple(answer for level, answer in zip(levels, found, strict=True) if answer.status != "certain" and level in bound)
    every = concerned(action, [each for answer in found for each in answer.officials])
    if not action.draft.committee:
        return Target(tuple(sorted(every, key=lambda each: not each.certain)), found, open_)
    sitting = [each for each in every if any(seat.startswith(action.draft.committee) for seat in each.committees)]
    name = _committee(tx, action.draft.committee, day)
    if sitting:
        return Target(tuple(sitting), found, open_, say("They sit on the {committee}.", committee=name))
    note = say("None of those who represent you sits on the {committee}. Your own can still speak to it.", committee=name)
    return Target(tuple(every), found, open_, note)


def _for_level(place: Place, level: Level) -> Place:
    """Picks of one level say nothing on another."""
    own = ("/sldu:", "/sldl:", "/ward:")
    divisions = tuple(each for each in place.divisions if any(kind in each for kind in own) == (level == "state"))
    if divisions == place.divisions:
        return place
    return Place(place.country, place.code, place.plus, place.point, divisions, place.region)


def _committee(tx: Tx, committee: str, day: str) -> str:
    found = officials.committee_named(tx, committee, day)
    return found.name if found else committee
