"""What an editor typed into the action's form -> a Draft, or what is to be put right, field by field.

Lists come one a line; a source stands behind a bar: "Two of twelve samples were above the limit | https://lake.example/table".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec import Struct

from folkmoot.action.divisions import division_of
from folkmoot.action.model import (
    MAX_ASK,
    MAX_BACKGROUND,
    MAX_LINE,
    MAX_LINES,
    MAX_SCRIPT,
    MAX_TEMPLATE,
    Draft,
    Line,
    Stance,
)
from folkmoot.errors import Invalid, say
from folkmoot.web.words import N_

DAY = 86_400_000
LONGEST = 366 * DAY
# Whom an action may concern, and the words for it.
OFFICES: dict[str, str] = {
    "house": N_("The member of the House for the place"), "senate": N_("The senators of the state"), "state": N_("The state legislators"),
    "governor": N_("The governor"), "local": N_("Local officials"), "legislature": N_("Whoever represents the place, in any country"),
}  # fmt: skip
# The same, as readers are told whom an action concerns.
CONCERNED: dict[str, str] = OFFICES | {"legislature": N_("Whoever represents the place where you live")}
_NEEDED: dict[str, str] = {
    "ask": N_("Say what is asked, in one line."), "matter": N_("Name the matter."), "background": N_("Give the background."),
    "script": N_("Write a script for calls."), "maker": N_("Say who makes this action."), "funder": N_("Say who pays for it."),
}  # fmt: skip
_BLANKS = re.compile(r"[ \t\u00a0]+")


class Typed(Struct, frozen=True):
    """The form as it was typed. Dates are days; the last one is part of the time."""

    ask: str = ""
    matter: str = ""
    stance: str = "none"
    background: str = ""
    sources: str = ""
    jurisdiction: str = ""
    offices: tuple[str, ...] = ()
    committee: str = ""
    facts: str = ""
    points: str = ""
    script: str = ""
    template: str = ""
    maker: str = ""
    funder: str = ""
    starts: str = ""
    ends: str = ""


Fault = tuple[str, Invalid]


def read(typed: Typed) -> tuple[Draft | None, list[Fault]]:
    """The draft, or None and what is to be put right: (field, problem), in the order of the form."""
    faults = list(_faults(typed))
    return (None, faults) if faults else (_draft(typed), [])


def _draft(typed: Typed) -> Draft:
    return Draft(
        one_line(typed.ask), one_line(typed.matter), _stance(typed.stance), paragraphs(typed.background), lines_with_sources(typed.sources),
        division_of(typed.jurisdiction) or "", tuple(dict.fromkeys(typed.offices)), lines_with_sources(typed.facts), tuple(lines(typed.points)),
        paragraphs(typed.script), one_line(typed.maker), one_line(typed.funder), day_at(typed.starts) or 0, (day_at(typed.ends) or 0) + DAY,
        one_line(typed.committee).upper(), paragraphs(typed.template),
    )  # fmt: skip


def _stance(words: str) -> Stance:
    return "for" if words == "for" else "against" if words == "against" else "none"


def _faults(typed: Typed) -> Iterator[Fault]:
    """Each field's faults; the first of a field only."""
    for field, words, longest in (
        ("ask", typed.ask, MAX_ASK), ("matter", typed.matter, 80), ("background", typed.background, MAX_BACKGROUND),
        ("script", typed.script, MAX_SCRIPT),
        ("maker", typed.maker, 120), ("funder", typed.funder, 120),
    ):  # fmt: skip
        if not words.strip():
            yield field, Invalid(_NEEDED[field], "missing", field)
        elif len(words) > longest:
            yield field, Invalid(say("At most {limit} letters.", limit=longest), "too_long", field)
    if len(typed.template) > MAX_TEMPLATE:
        yield "template", Invalid(say("At most {limit} letters.", limit=MAX_TEMPLATE), "too_long", "template")
    for field, words in (("sources", typed.sources), ("facts", typed.facts), ("points", typed.points)):
        yield from _list_faults(field, words)
    if not lines(typed.sources):
        yield "sources", Invalid("Name at least one source of the background, so that readers can look.", "missing", "sources")
    yield from _where_faults(typed)
    yield from _time_faults(typed)


def _list_faults(field: str, words: str) -> Iterator[Fault]:
    found = lines(words)
    if len(found) > MAX_LINES:
        yield field, Invalid(say("At most {limit} lines.", limit=MAX_LINES), "too_many", field)
    elif any(len(each) > MAX_LINE for each in found):
        yield field, Invalid(say("A line has at most {limit} letters.", limit=MAX_LINE), "too_long", field)
    elif field != "points" and (wrong := next((each for each in lines_with_sources(words) if each.source and not is_address(each.source)), None)):
        yield field, Invalid(say("{source} is no web address. One begins with https://.", source=wrong.source[:60]), "bad_address", field)
    elif field == "facts" and any(not each.source for each in lines_with_sources(words)):
        yield field, Invalid("Each fact needs its source, behind a bar: the fact | https://…", "no_source", field)


def _where_faults(typed: Typed) -> Iterator[Fault]:
    if division_of(typed.jurisdiction) is None:
        words = N_("Say who decides: US, a state like NY, a district like NY-12, or an OCD id.")
        yield "jurisdiction", Invalid(words, "bad_jurisdiction", "jurisdiction")
    if not typed.offices and not typed.committee.strip():
        yield "offices", Invalid("Choose at least one office, or name a committee.", "missing", "offices")
    elif unknown := next((each for each in typed.offices if each not in OFFICES), None):
        yield "offices", Invalid(say("{office} is no office that can be chosen.", office=unknown[:40]), "bad_office", "offices")
    if typed.committee.strip() and not re.fullmatch(r"[A-Za-z]{4}\d{0,2}", typed.committee.strip()):
        yield "committee", Invalid("A committee is named by its letters, like SSAF or HSAG.", "bad_committee", "committee")
    if typed.stance not in ("for", "against", "none"):
        yield "stance", Invalid("Say whether the ask is for the matter, against it, or neither.", "bad_stance", "stance")


def _time_faults(typed: Typed) -> Iterator[Fault]:
    starts, ends = day_at(typed.starts), day_at(typed.ends)
    if starts is None:
        yield "starts", Invalid("Say from which day, like 2026-05-12.", "bad_day", "starts")
    if ends is None:
        yield "ends", Invalid("Say until which day, like 2026-05-26.", "bad_day", "ends")
    elif starts is not None and not starts <= ends:
        yield "ends", Invalid("It ends before it begins.", "bad_day", "ends")
    elif starts is not None and ends - starts > LONGEST:
        yield "ends", Invalid("It runs at most a year; make it anew then.", "bad_day", "ends")


def one_line(words: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())


def lines(words: str) -> list[str]:
    """The lines that say something, each on one line; a list's dash before it is left out."""
    return [found for each in words.splitlines() if (found := one_line(each).removeprefix("- ").strip())]


def paragraphs(words: str) -> str:
    """Words with their paragraphs kept: LF between lines, nothing that is not shown."""
    cleaned = "\n".join("".join(letter if letter.isprintable() else " " for letter in line) for line in words.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(_BLANKS.sub(" ", line).strip() for line in cleaned.split("\n"))).strip()


def lines_with_sources(words: str) -> tuple[Line, ...]:
    """Each line with the address behind its last bar."""
    found = []
    for line in lines(words):
        text, bar, source = line.rpartition("|")
        found.append(Line(text.strip(), source.strip()) if bar else Line("", line) if is_address(line) else Line(line))
    return tuple(found)


def is_address(words: str) -> bool:
    return re.fullmatch(r"https?://[^\s/?#@]+\.[^\s@]{2,}", words) is not None and len(words) <= 500


def day_at(words: str) -> int | None:
    """UTC ms at which a day begins; None for what is no day."""
    try:
        return round(datetime.strptime(words.strip(), "%Y-%m-%d").replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        return None


def as_typed(draft: Draft) -> Typed:
    """A draft as the form shows it again."""
    return Typed(
        draft.ask, draft.matter, draft.stance, draft.background, _joined(draft.sources), draft.jurisdiction, draft.offices, draft.committee,
        _joined(draft.facts), "\n".join(draft.points), draft.script, draft.template, draft.maker, draft.funder, _day(draft.starts),
        _day(draft.ends - DAY),
    )  # fmt: skip


def _joined(found: tuple[Line, ...]) -> str:
    return "\n".join(" | ".join(part for part in (each.text, each.source) if part) for each in found)


def _day(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).date().isoformat()
