"""Leaving is as easy as coming: all that a site holds as JSON Lines, or all that its readers see.

A line is a row; lines are sorted by (kind, id), their keys by name, in UTF-8 with line feeds. Brought into an empty site, here or
elsewhere, and exported again, it is the same to the byte. Sessions, codes, jobs and addresses' hashes stay at home, and so does
what can be made again from the rest: HTML, counts, sort keys.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import BinaryIO

from msgspec import Struct
from msgspec.json import Encoder
from msgspec.structs import replace

from folkmoot.discussion import store_export as own
from folkmoot.discussion import store_export_desk as desk
from folkmoot.discussion import store_imports
from folkmoot.discussion.store_rows import VERSION, Header
from folkmoot.errors import Conflict, say
from folkmoot.people import store_export as people
from folkmoot.people import store_sanctions as sanctions
from folkmoot.people.store_rows import RoleRow, SanctionRow
from folkmoot.sites import store_export as sites
from folkmoot.sites.travelling import Room
from folkmoot.storage.database import Database, Row, Tx

STEP = 500
_encode = Encoder(order="sorted").encode


class PublicComment(Struct, frozen=True, tag_field="kind", tag="comment"):
    """A comment as readers see it. Of a tombstone, person is null and name, text and html are empty."""

    id: str
    down: int
    edited: int | None
    html: str
    level: int
    name: str
    parent: str | None
    person: str | None
    posted: int
    state: str
    story: str
    text: str
    up: int


class PublicStory(Struct, frozen=True, tag_field="kind", tag="story"):
    id: str
    address: str
    closed: int | None
    created: int
    title: str


class PublicSite(Struct, frozen=True, tag_field="kind", tag="site"):
    id: str
    language: str
    name: str


def export_rows(db: Database, site: int, public: bool = False, rooms: Sequence[Room] = ()) -> Iterator[bytes]:
    """The lines of an export, over one snapshot. They lie in a temporary file while they are read, so a slow reader keeps nobody waiting.

    Raises Conflict while an import has not ended.
    """
    with tempfile.TemporaryFile() as file:
        write_export(db, site, file, public, rooms)
        file.seek(0)
        yield from file


def write_export(db: Database, site: int, file: BinaryIO, public: bool = False, rooms: Sequence[Room] = ()) -> int:
    """Writes an export to an open file; the number of its lines. rooms: which go along beside the discussion.

    Raises Conflict while an import has not ended.
    """

    def write(tx: Tx) -> int:
        return sum(1 for line in _lines(tx, site, public, rooms) if file.write(line))

    return db.read_now(write)


def _lines(tx: Tx, site: int, public: bool, rooms: Sequence[Room]) -> Iterator[bytes]:
    yield _encode(Header(VERSION, public)) + b"\n"
    if public:
        rows = _public(tx, site, rooms)
    else:
        _refuse_unfinished(tx, site)
        rows = _Export(tx, site, rooms).rows()
    for row in rows:
        yield _encode(row) + b"\n"


def _refuse_unfinished(tx: Tx, site: int) -> None:
    for row in store_imports.unfinished(tx, site):
        words = "The import {batch} has not ended, so an export would hold half of it. Import {file} again to finish it, or undo it."
        raise Conflict(say(words, batch=row.id, file=row.file), "import_under_way")


class _Export:
    """Everything of a site, kind by kind."""

    def __init__(self, tx: Tx, site: int, rooms: Sequence[Room]) -> None:
        self._tx = tx
        self._rooms = rooms
        self._site = site
        self._stories = _all_stories(tx, site)
        self._ours = set(self._stories)
        self._people: list[int] = []
        self._roles: list[RoleRow] = []
        self._sanctions: list[SanctionRow] = []

    def rows(self) -> Iterator[Struct]:
        kinds: dict[str, Callable[[], Iterator[Struct]]] = {
            "address": lambda: (row for some in _chunks(self._stories) for row in sites.addresses(self._tx, some)),
            "batch": lambda: iter(own.batches(self._tx, self._site)),
            "comment": lambda: self._of_comments(own.comments, own.comment_row),
            "decision": lambda: self._of_comments(own.decisions, own.decision_row),
            "flag": lambda: self._of_comments(own.flags, own.flag_row),
            "host": lambda: iter(sites.host_rows(self._tx, self._site)),
            "identity": lambda: (row for some in _chunks(self._people) for row in people.identities(self._tx, some)),
            "key": self._keys,
            "person": lambda: (row for some in _chunks(self._people) for row in people.people(self._tx, some)),
            "revision": lambda: self._of_comments(own.revisions, own.revision_row),
            "role": lambda: iter(self._roles),
            "site": lambda: (row for row in [sites.site_row(self._tx, self._site)] if row),
            "story": lambda: (row for some in _chunks(self._stories) for row in sites.stories(self._tx, some)),
            "story_decision": self._story_decisions,
            "vote": lambda: self._of_comments(own.votes, own.vote_row),
            "sanction": lambda: iter(self._sanctions),
            "person_note": lambda: iter(sanctions.note_rows(self._tx, self._site)),
            "site_decision": lambda: iter(sites.rules_rows(self._tx, self._site)),
            **{str(kind.__struct_config__.tag): partial(self._of_desk, kind) for kind in desk.KINDS},
            **{kind.name: partial(kind.read, self._tx, self._site) for room in self._rooms for kind in room.kinds},
        }
        others = (rows for kind, rows in kinds.items() if kind not in ("person", "identity", "role", "sanction"))
        named = {name for rows in others for row in rows() for name in _people_named(row)}
        self._roles = self._serving(named)
        named = self._with_kin(named | {name for row in self._roles for name in _people_named(row)})
        self._sanctions = self._sanctioned(named)
        self._people = sorted(self._with_kin(named | {name for row in self._sanctions for name in _people_named(row)}))
        for kind in sorted(kinds):
            yield from kinds[kind]()

    def _of_comments(self, read: Callable[[Tx, Sequence[int], int], list[Row]], made: Callable[[Row], Struct]) -> Iterator[Struct]:
        """Pages of what hangs on comments, those of this site."""
        after = [0, 0]
        while rows := read(self._tx, after, STEP):
            yield from (made(row) for row in rows if row.story in self._ours)
            last = rows[-1]
            after = [last.comment, last.person] if read is own.votes else [last.id, 0]

    def _of_desk(self, kind: type[Struct]) -> Iterator[Struct]:
        """What the desk keeps beside this site's comments."""
        after, read = 0, desk.page(kind)
        while rows := read(self._tx, [after], STEP):
            yield from (desk.made(kind, row) for row in rows if row.of_story in self._ours)
            after = rows[-1].id

    def _keys(self) -> Iterator[Struct]:
        rows, after = own.keys(self._tx, self._site, 0, STEP)
        while after:
            yield from rows
            rows, after = own.keys(self._tx, self._site, after, STEP)

    def _story_decisions(self) -> Iterator[Struct]:
        after = 0
        while rows := sites.decisions(self._tx, self._site, after, STEP):
            yield from rows
            after = int(rows[-1].id)

    def _serving(self, named: set[int]) -> list[RoleRow]:
        """Roles here; of those on every site, where there are others, only those of people who have done something here, and nobody else's name."""
        found = people.roles(self._tx, self._site)
        if sites.is_only_site(self._tx, self._site):
            return found
        known = self._with_kin(named | {name for row in found if not row.everywhere for name in _people_named(row)})

        def told(person: str | None) -> str | None:
            return person if person and int(person) in known else None

        return [
            replace(row, granted_by=told(row.granted_by), ended_by=told(row.ended_by))
            for row in found if not row.everywhere or int(row.person) in known
        ]  # fmt: skip

    def _sanctioned(self, named: set[int]) -> list[SanctionRow]:
        """What was decided about people here; of what holds on every site, where there are others, what is about people whom this one knows."""
        own = sanctions.sanction_rows(self._tx, self._site, ())
        known = named | {int(row.person) for row in own if row.person}
        return sanctions.sanction_rows(self._tx, self._site, None if sites.is_only_site(self._tx, self._site) else known)

    def _with_kin(self, named: set[int]) -> set[int]:
        """People named by rows, and those who have claimed them."""
        found, new = set(named), set(named)
        while new:
            claimers = {int(row.claimed_by) for some in _chunks(sorted(new)) for row in people.people(self._tx, some) if row.claimed_by}
            new = claimers - found
            found |= new
        return found


def _people_named(row: Struct) -> Iterator[int]:
    """The people whom a row names."""
    if getattr(row, "of", "") == "person":
        yield int(getattr(row, "ours"))  # noqa: B009
    for field in ("person", "granted_by", "ended_by", "decided_by", "removed_by", "settled_by", "by"):
        if number := getattr(row, field, None):
            yield int(number)


def _public(tx: Tx, site: int, rooms: Sequence[Room]) -> Iterator[Struct]:
    """What readers see: nothing held, removed or private, no votes but their totals, no story that nobody has spoken under."""
    ids, spoken = _all_stories(tx, site), set[int]()
    for row in _public_comments(tx, set(ids)):
        spoken.add(int(row.story))
        yield row
    for _, read in sorted((kind, read) for room in rooms for kind, read in room.public.items()):
        for each in read(tx, site):
            spoken.add(int(getattr(each, "story", 0)))
            yield each
    found = sites.site_row(tx, site)
    if found:
        yield PublicSite(found.id, found.language, found.name)
    for some in _chunks([story for story in ids if story in spoken]):
        for story in sites.stories(tx, some):
            yield PublicStory(story.id, story.address, story.closed, story.created, story.title)


def _public_comments(tx: Tx, ours: set[int]) -> Iterator[PublicComment]:
    after = 0
    while rows := own.shown(tx, after, STEP):
        yield from (_public_comment(row) for row in rows if row.story in ours)
        after = rows[-1].id


def _public_comment(row: Row) -> PublicComment:
    parent = str(row.parent) if row.parent else None
    if row.state != "published":
        return PublicComment(str(row.id), 0, None, "", row.level, "", parent, None, row.posted, row.state, str(row.story), "", 0)
    person = str(row.person) if row.person else None
    return PublicComment(
        str(row.id), row.down, row.edited, row.html, row.level, row.name, parent, person, row.posted, row.state, str(row.story), row.text, row.up
    )


def _all_stories(tx: Tx, site: int) -> list[int]:
    found: list[int] = []
    while some := sites.story_ids(tx, site, found[-1] if found else 0, STEP):
        found += some
    return found


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), STEP):
        yield ids[start : start + STEP]
