"""Rows of people as they travel in an export. Sessions and codes stay at home."""

from __future__ import annotations

from typing import Annotated

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


PeopleRows = PersonRow | IdentityRow | RoleRow
