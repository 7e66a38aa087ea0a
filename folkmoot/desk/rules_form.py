"""A site's rules as the desk's form holds them: every field as it was typed, what each is called, and what of it cannot be taken.

Numbers come as text, so that one which no longer fits is told by its name beside all that was typed, whatever was kept before there were limits.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from folkmoot.errors import Sentence, known, say
from folkmoot.sites.model import TYPED, Policy, Step
from folkmoot.web.bodies import Id
from folkmoot.web.words import N_

_PAGE = re.compile(r"(https?://[^\s\"<>]{1,490})?")
PAGES_OF = ("guidelines_page", "terms_page", "privacy_page", "imprint_page")
LISTS = ("guidelines", "banned_words", "suspect_words")
MOST_WORDS = 20_000
MOST_STEPS = 10
Lines = Annotated[str, Meta(max_length=60_000)]
Address = Annotated[str, Meta(max_length=500)]
Short = Annotated[str, Meta(max_length=40)]
Tick = Literal["", "1"]

CALLED = {
    "mode": N_("Which comments does a moderator look at first?"),
    "guests": N_("Guests may write"),
    "guests_vote": N_("Guests’ votes count"),
    "search": N_("Readers may search the comments"),
    "previews": N_("Show below a member’s first link what the linked page is called; our server fetches it once"),
    "four_eyes": N_("A removal needs a second moderator"),
    "newcomer_links": N_("Links in a newcomer’s comment, at most"),
    "flags_hold": N_("Reports that hide a comment"),
    "learned_hold": N_("Per cent of likeness to removed comments that hide a comment"),
    "rush_from": N_("Comments in a minute that are a rush"),
    "promise_minutes": N_("Minutes in which nine of ten waiting comments are to be decided"),
    "closes_after_days": N_("Days after which a story closes"),
    "guidelines": N_("Guidelines"),
    "banned_words": N_("Words that are refused"),
    "suspect_words": N_("Words that are looked at first"),
    "trust": N_("Steps of trust"),
    "guidelines_page": N_("Address of your guidelines"),
    "terms_page": N_("Address of your terms"),
    "privacy_page": N_("Address of your privacy notice"),
    "imprint_page": N_("Address of your imprint"),
}
HINTS = {
    "flags_hold": N_("Until a moderator has looked. Reports of readers who were right before count more. 0: never."),
    "learned_hold": N_("Until a moderator has looked. 0: never."),
    "rush_from": N_("From people who are not signed in. While it lasts, newcomers’ devices solve a short puzzle before posting. 0: never."),
    "closes_after_days": N_("Empty: never."),
}
# What a step of trust asks for and allows: how its fields are called, and from what to what their numbers go.
OF_STEP = {
    "comments": (N_("Published comments, at least"), 0, 99_999),
    "days": (N_("Days since the first, at least"), 0, 99_999),
    "removed": (N_("Removed of a hundred, at most"), 0, 100),
    "links": (N_("Links in a comment, at most"), 0, 999),
}


FIRST = N_("Looked at first, where that is chosen for newcomers")


class RulesForm(Struct, forbid_unknown_fields=True):
    """A site's rules: lists one a line; of each step of trust a name and four fields, of those looked at first the number."""

    site: Id
    mode: Literal["open", "hold_newcomers", "hold_all"] = "open"
    guests: Tick = ""
    guests_vote: Tick = ""
    four_eyes: Tick = ""
    newcomer_links: Short = "1"
    rush_from: Short = "30"
    flags_hold: Short = "3"
    learned_hold: Short = "0"
    promise_minutes: Short = "60"
    closes_after_days: Short = ""
    banned_words: Lines = ""
    suspect_words: Lines = ""
    guidelines: Lines = ""
    guidelines_page: Address = ""
    terms_page: Address = ""
    privacy_page: Address = ""
    imprint_page: Address = ""
    search: Tick = ""
    previews: Tick = ""
    trust: list[Short] = []
    comments: list[Short] = []
    days: list[Short] = []
    removed: list[Short] = []
    links: list[Short] = []
    first: list[Short] = []


class TypedStep(Struct, frozen=True):
    """A step of trust as its fields hold it; first: whether its box is ticked."""

    name: str = ""
    comments: str = ""
    days: str = ""
    removed: str = ""
    links: str = ""
    first: bool = False


def typed_of(policy: Policy) -> dict[str, Any]:
    """Rules as the form shows them."""
    shown: dict[str, Any] = msgspec.structs.asdict(policy)
    steps = [
        TypedStep(each.name, str(each.comments), str(each.days), str(each.most_removed), "" if each.links is None else str(each.links), each.first)
        for each in policy.trust
    ]
    return shown | {"closes_after_days": policy.closes_after_days or "", "trust": steps}


def typed_in(form: RulesForm) -> dict[str, Any]:
    """What a form holds, as the page shows it again: nothing that was typed is lost."""
    shown: dict[str, Any] = msgspec.structs.asdict(form)
    return shown | {name: shown[name].splitlines() for name in LISTS} | {"trust": _steps(form)}


def _steps(form: RulesForm) -> list[TypedStep]:
    rows = zip_longest(form.trust, form.comments, form.days, form.removed, form.links, fillvalue="")
    return [TypedStep(*row, str(number) in form.first) for number, row in enumerate(rows) if number < len(form.trust)]


def with_one_more(steps: list[TypedStep]) -> list[TypedStep]:
    """The steps, and an empty one to fill in."""
    return [*steps, TypedStep()] if len(steps) < MOST_STEPS and all(each.name for each in steps) else steps


class Wrong(Struct, frozen=True):
    """What of a form cannot be taken. field: the id of its field; called: as it is called beside others; words: why, beside the field itself."""

    field: str
    called: Sentence
    words: Sentence


def rules_of(form: RulesForm) -> tuple[Policy, list[Wrong]]:
    """The rules that a form holds, and what of it cannot be taken, from top to bottom."""
    wrong: list[Wrong] = []
    numbers = {name: _number(wrong, name, known(CALLED[name]), getattr(form, name), *_limits(name)) for name in TYPED}
    lists = {name: _lines(wrong, name, getattr(form, name)) for name in LISTS}
    trust = tuple(_step(wrong, number, each) for number, each in enumerate(_steps(form), 1) if each.name.strip())
    pages = {name: _address(wrong, name, getattr(form, name).strip()) for name in PAGES_OF}
    ticks = {name: bool(getattr(form, name)) for name in ("guests", "guests_vote", "four_eyes", "search", "previews")}
    return Policy(mode=form.mode, trust=trust, **numbers, **lists, **pages, **ticks), wrong  # type: ignore[arg-type]


def _limits(name: str) -> tuple[int, int, bool]:
    """From what to what a number of the rules goes, and whether it may be left out."""
    wanted = TYPED[name]
    optional = type(None) in get_args(wanted)
    meta = next(each for each in get_args(get_args(wanted)[0] if optional else wanted) if isinstance(each, Meta))
    return int(meta.ge or 0), int(meta.le or 0), optional


def _number(wrong: list[Wrong], field: str, called: Sentence, typed: str, least: int, most: int, optional: bool = False) -> int | None:
    text = typed.strip()
    if optional and not text:
        return None
    if text.isascii() and text.isdigit() and least <= int(text) <= most:
        return int(text)
    words = say("A whole number from {least} to {most} is taken here, not “{typed}”.", least=least, most=most, typed=text)
    wrong.append(Wrong(field, called, words))
    return least


def _lines(wrong: list[Wrong], field: str, text: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if len(found) > MOST_WORDS:
        wrong.append(Wrong(field, known(CALLED[field]), say("A list holds up to {most} lines.", most=MOST_WORDS)))
    return found


def _step(wrong: list[Wrong], number: int, typed: TypedStep) -> Step:
    name = " ".join(typed.name.split())

    def count(field: str, optional: bool = False) -> int | None:
        words, least, most = OF_STEP[field]
        called = say("Step {number}, {name}: {field}", number=number, name=name, field=known(words))
        return _number(wrong, f"{field}-{number}", called, getattr(typed, field), least, most, optional)

    return Step(name, count("comments") or 0, count("days") or 0, count("removed") or 0, count("links", optional=True), typed.first)


def _address(wrong: list[Wrong], field: str, address: str) -> str:
    if not _PAGE.fullmatch(address):
        wrong.append(Wrong(field, known(CALLED[field]), known(N_("The address of a page begins with https:// and has no spaces."))))
    return address
