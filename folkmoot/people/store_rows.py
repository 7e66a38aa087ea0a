"""Rows of people as they travel in an export. Sessions and codes stay at home."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from folkmoot.people.model import Role

Id = Annotated[str, Meta(pattern=r"\A[1-9][0-9]{0,18}\Z")]
Moment = Annotated[int, Meta(ge=0, lt=2**53)]


class PersonRow(Struct, frozen=True, tag_field="kind", tag="person", forbid_unknown_fields=True):
    id: Id
    claimed_by: Id | None
    created: Moment
    member: bool
    name: Annotated[str, Meta(max_length=80)]
    proven: Moment | None
    withdrawn: Moment | None


class IdentityRow(Struct, frozen=True, tag_field="kind", tag="identity", forbid_unknown_fields=True):
    id: str  # person:issuer:subject
    issuer: str
    mailbox: str | None
    person: Id
    proven: Moment
    subject: str


class RoleRow(Struct, frozen=True, tag_field="kind", tag="role", forbid_unknown_fields=True):
    """everywhere: on every site of the server; else on the exported one."""

    id: Id
    ended: Moment | None
    ended_by: Id | None
    everywhere: bool
    granted: Moment
    granted_by: Id | None
    person: Id
    role: Role


class SanctionRow(Struct, frozen=True, tag_field="kind", tag="sanction", forbid_unknown_fields=True):
    """A warning, a mute, a ban. whom: what is banned. The hash of a block stays at home, where its key is: elsewhere it is nobody's."""

    id: Id
    at: Moment
    by: Id | None
    deed: Literal["warn", "mute", "ban"]
    domain: Annotated[str, Meta(max_length=253)] | None
    ended: Moment | None
    ended_by: Id | None
    ended_why: str
    everywhere: bool
    guideline: str
    note: str
    person: Id | None
    reason: str
    until: Moment | None
    whom: Literal["account", "block", "domain"]


class NoteRow(Struct, frozen=True, tag_field="kind", tag="person_note", forbid_unknown_fields=True):
    """What the desk notes of somebody."""

    id: Id
    at: Moment
    by: Id | None
    person: Id
    removed: Moment | None
    removed_by: Id | None
    words: Annotated[str, Meta(max_length=500)]


PeopleRows = PersonRow | IdentityRow | RoleRow | SanctionRow | NoteRow
