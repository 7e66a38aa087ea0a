"""The documented table for any country, state or town (docs/extending.md): one row per person and office.

    id,name,division,level,role,office,title,party,email,phone,form,address,city,region,postal_code,hours,lat,lon,since,until,district
"""

from __future__ import annotations

from collections.abc import Iterator

from folkmoot.action.directory.records import Bad, File, Part, day, each_row, point, ways
from folkmoot.action.divisions import country_of, division_of, state_of
from folkmoot.action.model import Level, Office, Official

NEEDED = ("id", "name", "division", "role", "office")


def knows(file: File) -> bool:
    columns = {name.strip().lower() for name in file.head.partition("\n")[0].split(",")}
    return columns.issuperset(NEEDED)


def read(file: File) -> Iterator[Part]:
    """One part per country."""
    found: dict[str, list[Official]] = {}
    bad: list[Bad] = []
    for row in each_row(file, NEEDED):
        try:
            official = _official(row)
            found.setdefault(country_of(official.division), []).append(official)
        except ValueError as error:
            bad.append(Bad(row["id"] or "a row", f"lacks or misspells {error}"))
    for country, officials in found.items():
        newest = max((each.since for each in officials), default="")
        yield Part(f"ocd-division/country:{country}", tuple(officials), tuple(bad), newest=newest)
        bad = []


def _official(row: dict[str, str]) -> Official:
    division, level = division_of(row["division"]), row.get("level") or "country"
    if division is None:
        raise ValueError(f"the division {row['division']!r}")
    if level not in ("country", "state", "local"):
        raise ValueError(f"the level {level!r}")
    if not (row["id"] and row["name"] and row["role"] and row["office"]):
        raise ValueError("id, name, role or office")
    return Official(
        row["id"], row["name"], row["office"], row.get("district") or division.rpartition(":")[2], division, _level(level), row["role"],
        row.get("party", ""),
        row.get("title", ""), row.get("surname") or row["name"].split()[-1], row.get("phone", ""), _offices(row),
        ways(email=row.get("email"), form=row.get("form"), phone=row.get("phone"), web=row.get("url")), day(row.get("since")), day(row.get("until")),
    )  # fmt: skip


def _level(level: str) -> Level:
    return "country" if level == "country" else "state" if level == "state" else "local"


def _offices(row: dict[str, str]) -> tuple[Office, ...]:
    if not row.get("address"):
        return ()
    lines = tuple(part.strip() for part in row["address"].split(";") if part.strip())
    region = row.get("region") or state_of(row["division"])
    where = point(row.get("lat"), row.get("lon"))
    return (
        Office(
            f"{row['id']}-1", "local", lines, row.get("city", ""), region, row.get("postal_code", ""), row.get("phone", ""), "", row.get("hours", ""),
            where,
            zone=row.get("zone", ""),
        ),
    )  # fmt: skip
