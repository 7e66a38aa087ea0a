"""Officials as the guide and letters need them: who represents a home, whether somebody is still in office, what an action asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from folkmoot.action import actions, officials, store_actions
from folkmoot.action.delivery import option_for
from folkmoot.action.divisions import country_of
from folkmoot.action.model import Action, Found, Level, Office, Official, Place
from folkmoot.action.model_letters import Cause, District, Facts, Home, Recipient, Represented, State
from folkmoot.action.steps import wanted
from folkmoot.action.talks import Find
from folkmoot.errors import Problem, say
from folkmoot.settings import Settings
from folkmoot.storage.database import Tx

_US_CODE = re.compile(r"(\d{5})(?:-(\d{4}))?")
# What may be asked for -> the level, and the roles there; () for all.
ROLES: dict[str, tuple[Level, tuple[str, ...]]] = {
    "congress": ("country", ("house", "senate")), "house": ("country", ("house",)), "senate": ("country", ("senate",)),
    "state": ("state", ("upper", "lower", "legislature")), "governor": ("state", ("governor",)), "legislature": ("country", ()), "local": ("local",
    ()),
}  # fmt: skip


def recipient(official: Official) -> Recipient:
    """An official as a letter keeps them: with the post address of the nearest local office, else of the seat of the house."""
    local = [office for office in official.offices if office.kind == "local" and office.lines]
    seat = [office for office in official.offices if office.lines]
    post = envelope((local or seat)[0]) if local or seat else ()
    phone = official.phone or next((office.phone for office in official.offices if office.phone), "")
    return Recipient(
        official.id, official.name, official.office, official.party, official.district, official.title, official.surname, official.way("email"),
        phone, post, official.vacant, official.division, official.role, official.dated,
    )  # fmt: skip


def envelope(office: Office) -> tuple[str, ...]:
    """An office's address as it goes on an envelope: its lines, then town, region and code where these do not stand there already."""
    region = " ".join(part for part in (office.region, office.code) if part)
    town = ", ".join(part for part in (office.city, region) if part)
    told = " ".join(office.lines)
    return office.lines if not office.city or (office.city in told and office.code in told) else (*office.lines, town)


def finder(settings: Settings) -> Find:
    """Looks up who represents the home of a talk, in the offices that are wanted, with the way to each."""

    def find(tx: Tx, state: State, facts: Facts, now: int) -> Represented:
        asked = wanted(state, facts)
        country = facts.cause.country if facts.cause and facts.cause.country else settings.guide.country
        try:
            found = [_look_up(tx, state, level, country, now) for level in _levels(asked)]
        except Problem as problem:
            return Represented("none", why=problem.words)
        return _joined(found, asked, settings)

    return find


def _levels(asked: Iterable[str]) -> tuple[Level, ...]:
    levels = {ROLES[each][0] for each in asked if each in ROLES} or {"country"}
    ordered: tuple[Level, ...] = ("country", "state", "local")
    return tuple(level for level in ordered if level in levels)


def _look_up(tx: Tx, state: State, level: Level, country: str, now: int) -> Found:
    return officials.who_represents(tx, place_of(state.home, state.picks, level, country), officials.day_of(now), level)


def place_of(home: Home, picks: tuple[str, ...], level: Level = "country", country: str = "us") -> Place:
    """A home as the directory is asked; picks: districts that the person said are theirs, of which a level gets its own."""
    code = _US_CODE.fullmatch(home.code)
    kinds = {"country": ("/cd:",), "state": ("/sldu:", "/sldl:", "/ward:")}.get(level, ()) if country == "us" else ()
    own = tuple(pick for pick in picks if not kinds or any(kind in pick for kind in kinds))
    if code and country == "us":
        return Place(country, code.group(1), code.group(2) or "", divisions=own, region=home.region)
    return Place(country, home.code, divisions=own, region=home.region)


def _joined(found: list[Found], asked: Iterable[str], settings: Settings) -> Represented:
    """One answer of several levels. Those whom the matter concerns may be certain where others of the place are not."""
    sure = [each for answer in found for each in answer.officials if each.certain or answer.status == "certain"]
    own_word = {each.id for answer in found if answer.declared for each in answer.officials if not _is_shared(each, answer)}
    unsure = [each for answer in found for each in answer.officials if not (each.certain or answer.status == "certain")]
    open_ = [answer for answer in found if answer.status == "ambiguous" and answer.choices and (not unsure or _concern(unsure, asked))]
    if found[0].status == "none" and not sure and not open_:
        return Represented("none", why=found[0].why)
    whys = [part for answer in found for part in (answer.why if answer in open_ or not sure else "", answer.warning) if part]
    why = " ".join(dict.fromkeys(whys))
    districts = tuple(District(each.division, _described(each.name or _plain_name(each.division), each.holder,
    each.about)) for answer in open_[:1] for each in answer.choices)
    options = tuple(option_for(recipient(each), settings, declared=each.id in own_word) for each in sure)
    return Represented("ambiguous" if open_ else "certain" if options else "none", options, districts, why or found[0].why, found[0].data.date)


def _is_shared(official: Official, answer: Found) -> bool:
    """Whether somebody represents more than the district that was picked: then the pick does not decide."""
    return official.district not in answer.districts


def _plain_name(division: str) -> str:
    """…/ward:old_town -> Old Town: where a list has no name of its own for a district."""
    return division.rpartition(":")[2].replace("_", " ").title()


def _described(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _concern(unsure: list[Official], asked: Iterable[str]) -> bool:
    """Whether any of those who may or may not represent the place is whom the matter is for."""
    roles = [ROLES[each] for each in asked if each in ROLES]
    return not roles or any(official.level == level and (not named or official.role in named) for official in unsure for level, named in roles)


def in_office(tx: Tx, to: Recipient, now: int) -> str:
    """Why somebody is not, or not surely, in office any more; "" where they are, as far as the loaded lists tell."""
    held = officials.official_on(tx, to.id, officials.day_of(now))
    if held is None or held.vacant:
        return say(
            "{name} does not hold this office any more, as far as we know. It goes to nobody else. Take it back and write to whoever follows.",
            name=to.name,
        )
    if held.division != to.division:
        return say("{name} holds another office now. It goes to nobody else.", name=to.name)
    return ""


def cause_by_code(tx: Tx, words: str, now: int) -> Cause | None:
    """The action whose text code somebody says, while it runs."""
    found = actions.action_by_code(tx, words, now)
    return _cause(found) if found else None


def cause_of(tx: Tx, action: int, now: int) -> Cause | None:
    """What an action brings into the talk; None for one that does not run."""
    found = store_actions.action_by_id(tx, action)
    return _cause(found) if found is not None and found.open_at(now) else None


def _cause(action: Action) -> Cause:
    draft = action.draft
    return Cause(
        action.id, draft.matter, draft.ask, draft.maker, draft.funder, draft.offices, tuple((fact.text, fact.source) for fact in draft.facts),
        draft.template, country_of(draft.jurisdiction), action.story,
    )  # fmt: skip
