"""Rows of sites and stories as they travel in an export: what a line of JSON holds. The site's own number stays at home."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from folkmoot.people.store_rows import Id, Moment
from folkmoot.sites.model import Policy, Theme, ToldBy


class SiteRow(Struct, frozen=True, tag_field="kind", tag="site", forbid_unknown_fields=True):
    id: str  # the main host
    created: Moment
    language: str
    name: str
    policy: Policy
    theme: Theme


class HostRow(Struct, frozen=True, tag_field="kind", tag="host", forbid_unknown_fields=True):
    id: str  # the host
    added: Moment


class StoryRow(Struct, frozen=True, tag_field="kind", tag="story", forbid_unknown_fields=True):
    id: Id
    address: str
    closed: Moment | None
    created: Moment
    language: str | None
    publisher_key: str | None
    title: str
    title_from: ToldBy
    slow: int = 0
    merged_into: Id | None = None


class StoryMovedRow(Struct, frozen=True, tag_field="kind", tag="story_moved", forbid_unknown_fields=True):
    """about: what of it went along when the story was merged, so that it can go back; moved: that row's id."""

    id: str  # story, about and moved
    about: str
    moved: Id
    story: Id


class AddressRow(Struct, frozen=True, tag_field="kind", tag="address", forbid_unknown_fields=True):
    id: str  # story:cleaned
    added: Moment
    cleaned: str
    story: Id
    told_by: ToldBy


class StoryDecisionRow(Struct, frozen=True, tag_field="kind", tag="story_decision", forbid_unknown_fields=True):
    id: Id
    at: Moment
    deed: Literal["close", "open", "rename", "alias", "slow", "merge", "part"]
    made_by: str
    person: Id | None
    reason: str
    story: Id


class SiteDecisionRow(Struct, frozen=True, tag_field="kind", tag="site_decision", forbid_unknown_fields=True):
    """What the site's rules were and became."""

    id: Id
    at: Moment
    became: Policy
    made_by: str
    person: Id | None
    reason: str
    was: Policy


SiteRows = SiteRow | HostRow | StoryRow | AddressRow | StoryDecisionRow | SiteDecisionRow
