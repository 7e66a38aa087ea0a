"""Open Civic Data ids and the short codes that people see; states and Congresses. Pure."""

from __future__ import annotations

import re

US = "ocd-division/country:us"

# code: (name, the clock that most of it keeps)
STATES: dict[str, tuple[str, str]] = {
    "AL": ("Alabama", "America/Chicago"), "AK": ("Alaska", "America/Anchorage"), "AZ": ("Arizona", "America/Phoenix"),
    "AR": ("Arkansas", "America/Chicago"), "CA": ("California", "America/Los_Angeles"), "CO": ("Colorado", "America/Denver"),
    "CT": ("Connecticut", "America/New_York"), "DE": ("Delaware", "America/New_York"), "FL": ("Florida", "America/New_York"),
    "GA": ("Georgia", "America/New_York"), "HI": ("Hawaii", "Pacific/Honolulu"), "ID": ("Idaho", "America/Boise"),
    "IL": ("Illinois", "America/Chicago"), "IN": ("Indiana", "America/Indiana/Indianapolis"), "IA": ("Iowa", "America/Chicago"),
    "KS": ("Kansas", "America/Chicago"), "KY": ("Kentucky", "America/New_York"), "LA": ("Louisiana", "America/Chicago"),
    "ME": ("Maine", "America/New_York"), "MD": ("Maryland", "America/New_York"), "MA": ("Massachusetts", "America/New_York"),
    "MI": ("Michigan", "America/Detroit"), "MN": ("Minnesota", "America/Chicago"), "MS": ("Mississippi", "America/Chicago"),
    "MO": ("Missouri", "America/Chicago"), "MT": ("Montana", "America/Denver"), "NE": ("Nebraska", "America/Chicago"),
    "NV": ("Nevada", "America/Los_Angeles"), "NH": ("New Hampshire", "America/New_York"), "NJ": ("New Jersey", "America/New_York"),
    "NM": ("New Mexico", "America/Denver"), "NY": ("New York", "America/New_York"), "NC": ("North Carolina", "America/New_York"),
    "ND": ("North Dakota", "America/Chicago"), "OH": ("Ohio", "America/New_York"), "OK": ("Oklahoma", "America/Chicago"),
    "OR": ("Oregon", "America/Los_Angeles"), "PA": ("Pennsylvania", "America/New_York"), "RI": ("Rhode Island", "America/New_York"),
    "SC": ("South Carolina", "America/New_York"), "SD": ("South Dakota", "America/Chicago"), "TN": ("Tennessee", "America/Chicago"),
    "TX": ("Texas", "America/Chicago"), "UT": ("Utah", "America/Denver"), "VT": ("Vermont", "America/New_York"),
    "VA": ("Virginia", "America/New_York"), "WA": ("Washington", "America/Los_Angeles"), "WV": ("West Virginia", "America/New_York"),
    "WI": ("Wisconsin", "America/Chicago"), "WY": ("Wyoming", "America/Denver"), "DC": ("District of Columbia", "America/New_York"),
    "PR": ("Puerto Rico", "America/Puerto_Rico"), "GU": ("Guam", "Pacific/Guam"), "VI": ("U.S. Virgin Islands", "America/St_Thomas"),
    "AS": ("American Samoa", "Pacific/Pago_Pago"), "MP": ("Northern Mariana Islands", "Pacific/Guam"),
}  # fmt: skip
WITHOUT_SENATORS = frozenset({"DC", "PR", "GU", "VI", "AS", "MP"})
_KINDS = {"DC": "district"} | dict.fromkeys(("PR", "GU", "VI", "AS", "MP"), "territory")
_STATE = re.compile(r"ocd-division/country:us/(?:state|district|territory):([a-z]{2})(?:/(.+))?")
_CODE = re.compile(r"([A-Z]{2})-(\d{1,3})", re.I)
_STATE_CODE = re.compile(r"([A-Z]{2})-(SLD[UL])-(.+)", re.I)


def state_division(state: str) -> str:
    """NY -> ocd-division/country:us/state:ny. Raises KeyError for a code that is none."""
    STATES[state.upper()]
    return f"{US}/{_KINDS.get(state.upper(), 'state')}:{state.lower()}"


def house_division(state: str, district: int) -> str:
    """(NY, 12) -> …/state:ny/cd:12; district 0 is the whole state or territory: cd:at-large."""
    return f"{state_division(state)}/cd:{district or 'at-large'}"


def chamber_division(state: str, chamber: str, district: str) -> str:
    """(NY, sldu, "27") -> …/state:ny/sldu:27. A district's name is spelled as Open Civic Data does: lower case, _ for spaces, no leading zeros."""
    spelled = re.sub(r"[^\w.~-]+", "_", district.strip().lower()).strip("_")
    return f"{state_division(state)}/{chamber}:{spelled.lstrip('0') or '0'}"


def state_of(division: str) -> str:
    """The state's code, NY; empty for a division that is not in one."""
    found = _STATE.fullmatch(division)
    return found[1].upper() if found else ""


def code_of(division: str) -> str:
    """The short code of a division: NY, NY-12, VT-0, NY-SLDU-27; elsewhere what follows the country."""
    found = _STATE.fullmatch(division)
    if not found:
        return division.partition("country:")[2] or division
    state, rest = found[1].upper(), found[2]
    if rest is None:
        return state
    kind, _, name = rest.partition(":")
    if kind == "cd":
        return f"{state}-{0 if name == 'at-large' else name}"
    return f"{state}-{kind.upper()}-{name}"


def division_of(code: str) -> str | None:
    """The division that a code or an id names; None where it is neither."""
    code = code.strip()
    if code.startswith("ocd-division/"):
        return code
    upper = code.upper()
    if upper == "US":
        return US
    if upper in STATES:
        return state_division(upper)
    if (found := _CODE.fullmatch(upper)) and found[1] in STATES:
        return house_division(found[1], int(found[2]))
    if (found := _STATE_CODE.fullmatch(code)) and found[1].upper() in STATES:
        return chamber_division(found[1], found[2].lower(), found[3])
    return None


def country_of(division: str) -> str:
    """ocd-division/country:us/… -> us."""
    return division.removeprefix("ocd-division/country:").partition("/")[0]


def congress_of(day: str) -> int:
    """The Congress that sits on a day: the 119th from 2025-01-03 up to 2027-01-03 (20th Amendment)."""
    year = int(day[:4]) - (day[5:] < "01-03")
    return (year - 1789) // 2 + 1


def congress_days(congress: int) -> tuple[str, str]:
    """The first day of a Congress, and of the one after it."""
    first = 1787 + 2 * congress
    return f"{first}-01-03", f"{first + 2}-01-03"


def ordinal(number: int) -> str:
    """119 -> 119th."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
