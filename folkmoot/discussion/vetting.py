"""Rows of our own export by the rules for live input: a file may have been changed on its way, and what it says stands on pages and in links."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from folkmoot.discussion.importers.folkmoot import Line
from folkmoot.discussion.store_rows import CommentRow, KeyRow, ReportRow, VoteRow
from folkmoot.errors import Invalid
from folkmoot.people.mailboxes import read_mailbox
from folkmoot.people.names import clean_name
from folkmoot.people.store_rows import IdentityRow, PersonRow, SanctionRow
from folkmoot.sites.addresses import clean_address, clean_host
from folkmoot.sites.store_rows import AddressRow, HostRow, SiteRow, StoryRow
from folkmoot.sites.stories import MAX_TITLE, check_key, clean_title

_MARK = "(?:staff|namesake|featured|locked|edited_by_staff)"
_MARKS = re.compile(rf"{_MARK}?(?: {_MARK})*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")


def vet(row: Line) -> None:
    """Raises Invalid for a row that could not have come about here."""
    check = _CHECKS.get(type(row))
    if check:
        check(row)


def _must(holds: bool, words: str) -> None:
    if not holds:
        raise Invalid(words, "broken_file", "file")


def _made_of(key: str, *parts: str) -> None:
    """Rows that have no id of their own are called by what they join; so two rows of one place have one id, and are seen to be two."""
    _must(key == ":".join(parts), f"the id {key[:100]!r} is not made of what the row joins")


def _name(name: str) -> None:
    """Of a tombstone whose import was undone, and of somebody erased, there is none."""
    _must(name == "" or clean_name(name) == name, f"the name {name[:60]!r} is not as names are kept")


def _comment(row: CommentRow) -> None:
    _name(row.name)
    _must(_MARKS.fullmatch(row.marks) is not None, f"{row.marks[:60]!r} are no marks")


def _story(row: StoryRow) -> None:
    clean_address(row.address)
    check_key(row.publisher_key)
    _must(clean_title(row.title) == row.title, "the title is not as titles are kept")
    _must(row.language is None or _LANGUAGE.fullmatch(row.language) is not None, "the language is none")


def _address(row: AddressRow) -> None:
    _must(clean_address(f"https://{row.cleaned}") == row.cleaned, f"{row.cleaned[:100]!r} is not how addresses are compared")
    _made_of(row.id, row.story, row.cleaned)


def _site(row: SiteRow) -> None:
    _must(clean_host(row.id) == row.id, f"{row.id[:100]!r} is not as hosts are kept")
    _must(row.name.isprintable() and len(row.name) <= MAX_TITLE, "the site's name is not as names of sites are kept")
    _must(_LANGUAGE.fullmatch(row.language) is not None, "the language is none")


def _host(row: HostRow) -> None:
    _must(clean_host(row.id, wildcard=True) == row.id, f"{row.id[:100]!r} is not as hosts are kept")


def _identity(row: IdentityRow) -> None:
    _made_of(row.id, row.person, row.issuer, row.subject)
    if row.issuer == "mailbox":
        _must(read_mailbox(row.mailbox or "").subject == row.subject, "the mailbox is not the one that it is compared by")


def _vote(row: VoteRow) -> None:
    _made_of(row.id, row.comment, row.person)


def _key(row: KeyRow) -> None:
    _made_of(row.id, row.ours, row.of, row.source, row.theirs)


def _report(row: ReportRow) -> None:
    _name(row.name)
    _must(not row.mailbox or read_mailbox(row.mailbox).address == row.mailbox, "the mailbox of its reporter is none")


def _sanction(row: SanctionRow) -> None:
    _must((row.domain is not None) == (row.whom == "domain"), "a ban of a mail domain names it, and no other does")
    _must(row.deed == "ban" or row.whom == "account", "only a ban is of a block or of a mail domain")


_CHECKS: dict[type[Struct], Callable[[Any], None]] = {
    CommentRow: _comment, StoryRow: _story, AddressRow: _address, SiteRow: _site, HostRow: _host, IdentityRow: _identity,
    VoteRow: _vote, KeyRow: _key, ReportRow: _report, SanctionRow: _sanction, PersonRow: lambda row: _name(row.name),
}  # fmt: skip
