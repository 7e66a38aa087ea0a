"""Which districts a place lies in, and how sure that is. Ambiguous is never answered as certain: what is not known is said.

A place lies in a district of each layer: of the country one (cd), of a state its upper and lower chamber (sldu, sldl). A postal
code never decides a state district: only a shape does, or the person's own pick.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from folkmoot.action.atlas import OFF_SHORE, Lie
from folkmoot.action.atlas import Place as Spot
from folkmoot.action.directory.postal import spelled
from folkmoot.action.divisions import STATES, US, code_of, congress_of, country_of, ordinal, state_division, state_of
from folkmoot.action.ground import Ground, by_number, kind_of
from folkmoot.action.model import Level, Place, Point
from folkmoot.errors import Invalid, say
from folkmoot.web.words import N_

SURE = frozenset({"zcta", "territory", "table", "home"})  # bases of a postal table by which one district is the district
_MILITARY = ("APO", "FPO", "DPO")
_FREE = {
    "MH": N_("The Marshall Islands are a country of their own, which nobody represents in Congress."),
    "FM": N_("Micronesia is a country of its own, which nobody represents in Congress."),
    "PW": N_("Palau is a country of its own, which nobody represents in Congress."),
}  # fmt: skip
CHAMBERS = {"NE": ("sldu",), "DC": ("ward",)}  # states with one chamber


class Layer(Struct, frozen=True):
    """The districts of one kind that a place may lie in. sure: it lies in the only one. Without candidates nothing is known."""

    kind: str
    candidates: tuple[str, ...] = ()
    sure: bool = False


class Located(Struct, frozen=True):
    """Where a place lies. shared: divisions in which it lies for certain (the state). settle: what would decide the rest."""

    layers: tuple[Layer, ...]
    shared: tuple[str, ...]
    why: str
    settle: tuple[str, ...] = ()
    declared: bool = False
    name: str = ""
    point: Point | None = None
    nowhere: bool = False

    @property
    def sure(self) -> bool:
        return bool(self.layers) and all(layer.sure for layer in self.layers)


def locate(ground: Ground, place: Place, level: Level) -> Located:
    """Where a place lies, by the most telling part of it. Raises Invalid where it says nothing, or nothing that can be read."""
    if place.divisions:
        return _picked(ground, place, level)
    if place.point is not None:
        return _by_point(ground, place, level)
    if place.code:
        return _by_code(ground, place, level)
    if place.region:
        return _by_region(ground, place.region, level)
    raise Invalid("Say where: a postal code, a point, or a district from the list.", "no_place", "place")


def _layers_of(level: Level, state: str) -> tuple[str, ...]:
    return ("cd",) if level == "country" else CHAMBERS.get(state, ("sldu", "sldl")) if level == "state" else ()


def _kinds(ground: Ground, country: str, level: Level, state: str, found: Iterable[str]) -> tuple[str, ...]:
    """The layers of a level: in the United States by law, elsewhere by what has seats on it."""
    if country == "us" and level != "local":
        return _layers_of(level, state)
    kinds = ground.kinds(country, level)
    return tuple(sorted({kind_of(each) for each in found} & kinds)) or tuple(sorted(kinds))


def _picked(ground: Ground, place: Place, level: Level) -> Located:
    """The person's own pick: theirs to know, and marked as such."""
    unknown = [each for each in place.divisions if not _known(ground, each)]
    if unknown:
        raise Invalid(say("There is no district {district} on this day.", district=code_of(unknown[0])), "no_such_district", "district")
    country, state = country_of(place.divisions[0]), state_of(place.divisions[0])
    layers = tuple(
        Layer(kind, tuple(each for each in place.divisions if kind_of(each) == kind)) for kind in _kinds(ground, country, level, state,
            place.divisions)
    )
    layers = tuple(Layer(layer.kind, layer.candidates, len(layer.candidates) == 1) for layer in layers)
    spot = _spot(ground, place)
    why = N_("You chose this district yourself.")
    if not all(layer.sure for layer in layers):
        why = N_("You chose some of your districts; others are still open.")
    settle = () if all(layer.sure for layer in layers) else ("list",)
    return Located(layers, _shared(place.divisions), why, settle, True, spot.name if spot else "", place.point or (spot.point if spot else None))


def _known(ground: Ground, division: str) -> bool:
    within, _, last = division.rpartition("/")
    kind = last.partition(":")[0]
    return division in ground.divisions(within, kind) or any(each.division == division for each in ground.seats(division))


def _shared(divisions: Sequence[str]) -> tuple[str, ...]:
    """The state that all of the divisions lie in."""
    states = {state_of(each) for each in divisions} - {""}
    return (state_division(states.pop()),) if len(states) == 1 else ()


def _spot(ground: Ground, place: Place) -> Spot | None:
    return ground.spot(place.country, spelled(place.code)) if place.code else None


# By point


def _by_point(ground: Ground, place: Place, level: Level) -> Located:
    assert place.point is not None
    lies = list(ground.at(place.point, place.country))
    inside = [named.division for _, lie in lies for named in lie.inside]
    near = [named.division for _, lie in lies for named in lie.near]
    if not lies:
        return Located((), (), _no_shapes(ground, place.country), ("list", "code"), point=place.point, nowhere=True)
    if not inside and not near:
        return Located((), (), N_("This point lies in none of the districts that are loaded."), ("list", "address"), point=place.point, nowhere=True)
    shared = _shared([*inside, *near])
    state = state_of(shared[0]) if shared else ""
    kinds = _kinds(ground, place.country, level, state, [*inside, *near])
    layers = tuple(_layer(kind, lies) for kind in kinds)
    why, settle = _why_point(ground, layers, inside, level, state)
    return Located(layers, shared, why, settle, point=place.point)


def _layer(kind: str, lies: Sequence[tuple[str, Lie]]) -> Layer:
    inside = [named.division for _, lie in lies for named in lie.inside if kind_of(named.division) == kind]
    near = [named.division for _, lie in lies for named in lie.near if kind_of(named.division) == kind]
    return Layer(kind, tuple(by_number([*inside, *near])), len(inside) == 1 and not near)


def _why_point(ground: Ground, layers: Sequence[Layer], inside: Sequence[str], level: Level, state: str) -> tuple[str, tuple[str, ...]]:
    open_ = [layer for layer in layers if not layer.sure]
    if not open_:
        return N_("The point lies well inside."), ()
    if any(not layer.candidates for layer in open_):
        if level == "state":
            return say("The shapes of {state}’s legislative districts are not loaded, so a point does not tell them.", state=_name(state)), ("list",)
        return _no_shapes(ground, "us"), ("list", "code")
    if not inside:
        return say("The point lies outside of every district, at most {metres} metres from these: on a pier or just off the shore, perhaps.",
                   metres=int(OFF_SHORE)), ("address", "list")  # fmt: skip
    return N_("The point lies so near a line between districts that either side is possible."), ("address", "list")


def _no_shapes(ground: Ground, country: str) -> str:
    if country == "us" and any(load.source == "boundaries" and load.scope == US for load in ground.loads):
        return _other_congress(ground, N_("shapes"))
    return N_("No shapes of districts are loaded, so a point does not tell the district.")


def _other_congress(ground: Ground, what: str) -> str:
    """What is loaded is for other days than the one that is asked for."""
    return say("The {what} of the districts of the {congress} Congress are not loaded, so nobody is named for them.", what=what,
               congress=ordinal(congress_of(ground.day)))  # fmt: skip


def _name(state: str) -> str:
    return STATES[state][0] if state in STATES else state


# By postal code


def _by_code(ground: Ground, place: Place, level: Level) -> Located:
    code, plus = _spelled(place)
    spot = ground.spot(place.country, code)
    touched = ground.touched(place.country, code, plus)
    divisions = [division for division, _ in touched]
    if not touched:
        return _code_without_district(ground, place.country, code, spot, level)
    shared = _shared(divisions)
    state = state_of(shared[0]) if shared else ""
    name, point = (spot.name, spot.point) if spot else ("", None)
    if place.country == "us" and level == "state":
        layers = tuple(Layer(kind) for kind in _layers_of(level, state))
        why = N_("A ZIP never decides a state legislative district: they are smaller than ZIPs. A point or a pick from the list does.")
        return Located(layers, shared, why, ("point", "address", "list"), name=name, point=point)
    kinds = _kinds(ground, place.country, level, state, divisions)
    layers = tuple(_code_layer(kind, touched) for kind in kinds)
    why, settle = _why_code(ground, place.country, code, plus, layers, touched)
    return Located(layers, shared, why, settle, name=name, point=point)


def _spelled(place: Place) -> tuple[str, str]:
    """(code, the four digits after it). 10001-1234 is taken as well. Raises Invalid for what is no ZIP."""
    code, plus = spelled(place.code), place.plus
    if place.country != "us":
        return code, plus
    if len(code) == 9 and code.isdigit():
        code, plus = code[:5], code[5:]
    if not (len(code) == 5 and code.isascii() and code.isdigit()) or not (not plus or (len(plus) == 4 and plus.isascii() and plus.isdigit())):
        raise Invalid(say("{code} is no ZIP. A ZIP has five digits, like 10001.", code=place.code[:40]), "bad_code", "code")
    return code, plus


def _code_layer(kind: str, touched: Sequence[tuple[str, str]]) -> Layer:
    own = [(division, basis) for division, basis in touched if kind_of(division) == kind]
    return Layer(kind, tuple(by_number(division for division, _ in own)), len(own) == 1 and own[0][1] in SURE)


def _why_code(
    ground: Ground, country: str, code: str, plus: str, layers: Sequence[Layer], touched: Sequence[tuple[str, str]]
) -> tuple[str, tuple[str, ...]]:
    if all(layer.sure for layer in layers):
        return say("All of {code} lies in one district.", code=code), ()
    settle: tuple[str, ...] = ("address", "point", "list") if country == "us" else ("list",)
    if country != "us" and ground.of("boundaries", country):
        settle = ("point", "list")
    if len(touched) == 1:
        return say("{code} is a ZIP of post boxes or of one organisation. It lies in {district}; whoever gets mail there may live elsewhere.",
            code=code,
                   district=code_of(touched[0][0])), settle  # fmt: skip
    if country == "us" and not plus and ground.has_plus(country):
        settle = ("plus4", *settle)
    number = len({division for division, _ in touched})
    return say("{code} touches {number} districts, and only one of them is yours.", code=code, number=number), settle


def _code_without_district(ground: Ground, country: str, code: str, spot: Spot | None, level: Level) -> Located:
    """A code that no table of districts has: military, abroad, known but unplaced, unknown, or of another Congress than the loaded ones."""
    name, point = (spot.name, spot.point) if spot else ("", None)
    if country == "us" and (_military(code, spot)):
        why = N_("This is military mail (APO, FPO, DPO), which lies in no district. You are represented where you are registered to vote: choose "
                 "that district, or give that address.")  # fmt: skip
        return Located((), (), why, ("list", "address"), name=name, nowhere=True)
    if spot and spot.region in _FREE:
        why = _FREE[spot.region]
        return Located((), (), why, ("list",), name=name, nowhere=True)
    earlier = _earlier(ground, country, code)
    region = spot.region if spot and spot.region in STATES else earlier
    if region:
        located = _by_region(ground, region, level)
        why = say("{code} is in {state}, but no loaded table says in which district.", code=code, state=_name(region))
        if earlier and not ground.of("postal", country):
            settle = ("point", "address", "list") if any(layer.candidates for layer in located.layers) else ()
            return Located(located.layers, located.shared, _other_congress(ground, N_("postal codes")), settle, name=name, point=point)
        return Located(located.layers, located.shared, why, ("address", "point", "list"), name=name, point=point)
    if not any(load.source == "postal" for load in ground.loads):
        return Located((), (), N_("No table of postal codes is loaded yet."), ("point", "list"), nowhere=True)
    return Located((), (), say("No table has the code {code}. Look whether it is written right.", code=code), ("code", "list"), nowhere=True)


def _military(code: str, spot: Spot | None) -> bool:
    if spot is not None:
        return spot.name.upper().startswith(_MILITARY)
    return code[:3] in {*(f"09{digit}" for digit in range(9)), "340", *(f"96{digit}" for digit in range(2, 7))}


def _earlier(ground: Ground, country: str, code: str) -> str:
    """The state of a code by the tables of other days: districts change, states do not."""
    states = {state_of(division) for division, _ in ground.touched_ever(country, code)}
    return states.pop() if len(states) == 1 else ""


def _by_region(ground: Ground, region: str, level: Level) -> Located:
    if region.upper() not in STATES:
        raise Invalid(say("{state} is no state.", state=region[:20]), "bad_state", "state")
    state = region.upper()
    shared = state_division(state)
    layers = []
    for kind in _layers_of(level, state):
        candidates = tuple(ground.divisions(shared, kind)) if level == "country" else ()
        layers.append(Layer(kind, candidates, level == "country" and len(candidates) == 1))
    number = len(layers[0].candidates) if layers else 0
    why = say("{state} has {number} districts, and only one of them is yours.", state=_name(state), number=number)
    if number == 1:
        why = say("All of {state} is one district.", state=_name(state))
    elif not number:
        why = say("The state alone does not tell which districts of {state} are yours.", state=_name(state))
    return Located(tuple(layers), (shared,), why, ("address", "point", "list") if level == "country" else ("point", "address", "list"))
