"""committees-current.yaml and committee-membership-current.yaml of unitedstates/congress-legislators (CC0)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from folkmoot.action.directory.records import Bad, File, Part, listed, parsed, text
from folkmoot.action.divisions import US
from folkmoot.action.model import Committee, Member
from folkmoot.errors import Invalid, say


def knows_committees(file: File) -> bool:
    return "thomas_id:" in file.head and "type:" in file.head


def read_committees(file: File) -> Iterator[Part]:
    found: list[Committee] = []
    bad: list[Bad] = []
    for entry in listed(file):
        try:
            found += _with_parts(entry)
        except (KeyError, TypeError) as error:
            bad.append(Bad(text(entry.get("name")) or "an entry", f"lacks or misspells {error}"))
    yield Part(US, tuple(found), tuple(bad))


def _with_parts(entry: Mapping[str, Any]) -> Iterator[Committee]:
    main = text(entry["thomas_id"])
    yield _committee(entry, main, text(entry["name"]), text(entry["type"]), "")
    for part in entry.get("subcommittees") or ():
        yield _committee(part, main + text(part["thomas_id"]), f"{text(entry['name'])}: {text(part['name'])}", text(entry["type"]), main)


def _committee(entry: Mapping[str, Any], id: str, name: str, chamber: str, parent: str) -> Committee:
    given = {key: text(entry.get(key)) for key in ("url", "phone", "address", "jurisdiction")}
    return Committee(id, name, chamber, given["url"], given["phone"], given["address"], given["jurisdiction"][:1000], parent)


def knows_members(file: File) -> bool:
    return "bioguide:" in file.head and "rank:" in file.head and "terms:" not in file.head


def read_members(file: File) -> Iterator[Part]:
    given = parsed(file)
    if not isinstance(given, dict):
        raise Invalid(say("{file} is not a list of committees with their members.", file=file.name), "not_members")
    found: list[Member] = []
    bad: list[Bad] = []
    for committee, members in given.items():
        for member in members or ():
            try:
                found.append(Member(text(committee), member["bioguide"], text(member.get("title")), int(member.get("rank") or 0)))
            except (KeyError, TypeError, ValueError) as error:
                bad.append(Bad(text(committee), f"a member lacks or misspells {error}"))
    yield Part(US, tuple(found), tuple(bad))
