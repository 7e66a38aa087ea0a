"""Rows of discussion as they travel in an export. What can be made again from the others (HTML, counts, sort keys) does not travel."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from folkmoot.discussion.model import MAX_IMPORTED, Deed, State
from folkmoot.people.store_rows import Id, Moment

VERSION = 1
Count = Annotated[int, Meta(ge=0, lt=2**53)]
Text = Annotated[str, Meta(max_length=MAX_IMPORTED)]
Key = Annotated[str, Meta(min_length=1, max_length=2_000)]


class Header(Struct, frozen=True, tag_field="kind", tag="folkmoot", forbid_unknown_fields=True, omit_defaults=True):
    """The first line. public: it holds only what readers see, and cannot be imported."""

    version: int
    public: bool = False


class CommentRow(Struct, frozen=True, tag_field="kind", tag="comment", forbid_unknown_fields=True):
    id: Id
    base_down: Count
    base_up: Count
    batch: Id | None
    edited: Moment | None
    marks: str
    name: Annotated[str, Meta(max_length=80)]
    parent: Id | None
    person: Id | None
    posted: Moment
    state: State
    story: Id
    text: Text
    merged_from: Id | None = None


class RevisionRow(Struct, frozen=True, tag_field="kind", tag="revision", forbid_unknown_fields=True):
    id: Id
    comment: Id
    made: Moment
    number: Count
    person: Id | None
    public: bool
    state: Literal["shown", "past", "held", "removed"]
    text: Text


class DecisionRow(Struct, frozen=True, tag_field="kind", tag="decision", forbid_unknown_fields=True):
    id: Id
    at: Moment
    comment: Id
    deed: Deed
    made_by: str
    person: Id | None
    reason: str
    revision: Id | None
    rule: str
    guideline: str = ""
    note: str = ""
    undoes: Id | None = None
    was: str = ""


class VoteRow(Struct, frozen=True, tag_field="kind", tag="vote", forbid_unknown_fields=True):
    id: str  # comment:person
    at: Moment
    comment: Id
    counted: bool
    person: Id
    value: Literal[1, -1]


class FlagRow(Struct, frozen=True, tag_field="kind", tag="flag", forbid_unknown_fields=True):
    id: Id
    at: Moment
    comment: Id
    detail: str
    person: Id
    reason: str
    settled: Moment | None
    upheld: bool | None = None


class BatchRow(Struct, frozen=True, tag_field="kind", tag="batch", forbid_unknown_fields=True):
    id: Id
    ended: Moment | None
    file: str
    phase: Literal["closed", "undone"]
    report: str
    source: str
    started: Moment


class KeyRow(Struct, frozen=True, tag_field="kind", tag="key", forbid_unknown_fields=True):
    """What has come from where. of: what it is the key of, whose id here is `ours`."""

    id: str  # ours:of:source:theirs
    batch: Id
    of: Literal["story", "person", "comment"]
    ours: Id
    source: str
    theirs: Key


class AppealRow(Struct, frozen=True, tag_field="kind", tag="appeal", forbid_unknown_fields=True):
    id: Id
    at: Moment
    comment: Id
    decided: Moment | None
    decided_by: Id | None
    decision: Id
    outcome: Literal["reversed", "upheld"] | None
    person: Id
    words: Text


class LockRow(Struct, frozen=True, tag_field="kind", tag="lock", forbid_unknown_fields=True):
    """A branch that takes no more replies."""

    id: Id  # of the comment
    at: Moment
    comment: Id
    story: Id


class PinRow(Struct, frozen=True, tag_field="kind", tag="pin", forbid_unknown_fields=True):
    """The comment that stands above a thread."""

    id: Id  # of the story
    comment: Id
    story: Id


class ReportRow(Struct, frozen=True, tag_field="kind", tag="report", forbid_unknown_fields=True):
    """A report of unlawful content. receipt: the hash by which its reporter finds it."""

    id: Id
    at: Moment
    comment: Id
    decided: Moment | None
    decided_by: Id | None
    law: Annotated[str, Meta(max_length=300)]
    mailbox: Annotated[str, Meta(max_length=320)]
    name: Annotated[str, Meta(max_length=80)]
    outcome: Literal["removed", "stands"] | None
    person: Id | None
    reason: str
    receipt: Annotated[str, Meta(min_length=1, max_length=100)]
    story: Id
    words: Text


class AccessRow(Struct, frozen=True, tag_field="kind", tag="access", forbid_unknown_fields=True):
    """Who looked at words that are kept out of sight, and why."""

    id: Id
    at: Moment
    comment: Id
    person: Id | None
    why: Annotated[str, Meta(max_length=500)]


DeskRows = AppealRow | LockRow | PinRow | ReportRow | AccessRow
DiscussionRows = CommentRow | RevisionRow | DecisionRow | VoteRow | FlagRow | BatchRow | KeyRow | DeskRows
