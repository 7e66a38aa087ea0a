"""legislators-social-media.yaml of unitedstates/congress-legislators (CC0): the official accounts of members of Congress."""

from __future__ import annotations

from collections.abc import Iterator

from folkmoot.action.directory.records import Bad, File, Part, listed, text
from folkmoot.action.divisions import US
from folkmoot.action.model import Detail, Way

_SITES = {
    "twitter": ("X", "https://x.com/{}"), "facebook": ("Facebook", "https://www.facebook.com/{}"),
    "instagram": ("Instagram", "https://www.instagram.com/{}/"), "youtube_id": ("YouTube", "https://www.youtube.com/channel/{}"),
    "mastodon": ("Mastodon", "{}"),
}  # fmt: skip


def knows(file: File) -> bool:
    return "bioguide:" in file.head and "social:" in file.head


def read(file: File) -> Iterator[Part]:
    found: list[Detail] = []
    bad: list[Bad] = []
    for entry in listed(file):
        try:
            found.append(Detail(entry["id"]["bioguide"], ways=tuple(_accounts(entry["social"]))))
        except (KeyError, TypeError, AttributeError) as error:
            bad.append(Bad(text((entry.get("id") or {}).get("bioguide")) or "an entry", f"lacks or misspells {error}"))
    yield Part(US, tuple(found), tuple(bad))


def _accounts(social: dict[str, object]) -> Iterator[Way]:
    for kind, (label, address) in _SITES.items():
        name = text(social.get(kind))
        if kind == "mastodon" and name.count("@") == 2:  # @name@host
            _, person, host = name.split("@")
            name = f"https://{host}/@{person}"
        if name:
            yield Way("social", address.format(name), label)
