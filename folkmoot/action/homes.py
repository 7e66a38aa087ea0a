"""Reads a name and an address: as people type them in a message, or in the fields of a form. Pure."""

from __future__ import annotations

import re

from folkmoot.action.model_letters import Home

MAX_PART = 100
FIELD = "\x1f"  # between the fields of a form; nobody types it, so that lines which were typed are never taken for fields
_CODE = re.compile(r"(?:^|\s)(\d{5}(?:-\d{4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{4,6}|\d{4} ?[A-Z]{2})$", re.I)
_CODE_FIRST = re.compile(r"(\d{4,5}) ([^\d,]{2,60})")  # 10115 Berlin
_REGION = re.compile(r"[A-Za-z]{2,3}")
_HONORIFIC = re.compile(r"^(?:my name is|i am|i'm|name:?)\s+", re.I)


def one_line(words: str, most: int = MAX_PART) -> str:
    """Words on one line, without what a terminal, a mail header or a page would obey."""
    seen = "".join(
        " "
        if ord(letter) < 32 or 127 <= ord(letter) < 160 or letter in "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        else letter
        for letter in words
    )
    return " ".join(seen.split())[:most].strip()


def read_home(words: str, before: Home) -> Home:
    """What a message tells of name and address, laid over what was known before."""
    if not any(letter.isalnum() for letter in words):
        return before
    fields = [one_line(field) for field in words.split(FIELD)]
    if len(fields) == 5:  # a form with all of it in its fields: what was emptied is empty
        region, code = _region_and_code(fields[3], fields[4])
        return Home(fields[0], fields[1], fields[2], region, code)
    told = _from_parts([part for part in map(one_line, re.split(r"[,\n;]", words)) if part])
    return Home(*(new or old for new, old in zip(_parts(told), _parts(before), strict=True)))


def _parts(home: Home) -> tuple[str, str, str, str, str]:
    return home.name, home.street, home.city, home.region, home.code


def _region_and_code(region: str, code: str) -> tuple[str, str]:
    return (region.upper() if len(region) <= 3 else region), code.upper()


def _tail(words: str) -> tuple[str, str]:
    """Region and code at the end of an address: "NY 10118", "10118", "NY"."""
    found = _CODE.search(words)
    if not found:
        return (words.upper() if len(words) <= 3 else words), ""
    region = words[: found.start()].strip()
    return (region.upper() if len(region) <= 3 else region), found.group(1).upper()


def _from_parts(parts: list[str]) -> Home:
    """ "Jane Doe, 350 5th Ave, New York, NY 10118", "Ana Ruiz, Calle Mayor 1, 28013 Madrid", and shorter ones."""
    before_town = _CODE_FIRST.fullmatch(parts[-1]) if len(parts) > 1 else None
    if before_town:
        name, rest = _name_first(parts[:-1])
        return Home(name, ", ".join(rest)[:MAX_PART], before_town.group(2), "", before_town.group(1))
    at = next((number for number in range(len(parts) - 1, -1, -1) if _CODE.search(parts[number])), None)
    if at is None:
        return _without_code(parts)
    region, code = _tail(parts[at])
    before = parts[:at]
    words = region.split()
    if len(words) > 1 and _REGION.fullmatch(words[-1]):  # "New York NY 10118"
        before, region = [*before, " ".join(words[:-1])], words[-1].upper()
    elif region and not _REGION.fullmatch(region):  # "Ostley 00417"
        before, region = [*before, region], ""
    elif not region and len(before) > 1 and _REGION.fullmatch(before[-1]) and len(before[-1]) == 2:
        region, before = before[-1].upper(), before[:-1]
    return _named(before, region, code)


def _named(before: list[str], region: str, code: str) -> Home:
    name, rest = _name_first(before)
    city = rest.pop() if rest and not re.search(r"\d", rest[-1]) else ""
    return Home(name, ", ".join(rest)[:MAX_PART], city, region, code)


def _name_first(parts: list[str]) -> tuple[str, list[str]]:
    """A first part without figures before one with figures is a name."""
    if len(parts) >= 2 and not re.search(r"\d", parts[0]) and re.search(r"\d", parts[1]):
        return _HONORIFIC.sub("", parts[0]), parts[1:]
    return "", list(parts)


def _without_code(parts: list[str]) -> Home:
    name, rest = _name_first(parts)
    if not name and len(rest) == 1 and not re.search(r"\d", rest[0]):
        return Home(name=_HONORIFIC.sub("", rest[0]))
    return Home(name, rest[0] if rest and re.search(r"\d", rest[0]) else "", rest[1] if len(rest) > 1 else "", "", "")
