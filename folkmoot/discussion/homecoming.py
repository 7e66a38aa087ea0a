"""Our own export comes home: every row with the id that it had. Read and checked whole, like any archive, before anything is touched.

Rows that are here already stay as they are, so a second run writes nothing. An id that another row has stops the import by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct

from folkmoot.discussion import remarks, waits
from folkmoot.discussion import store_export as own
from folkmoot.discussion import store_export_desk as desk
from folkmoot.discussion import store_homecoming as home
from folkmoot.discussion import store_staging as staged
from folkmoot.discussion.importers import folkmoot
from folkmoot.discussion.importers.files import Archive, broken
from folkmoot.discussion.importers.folkmoot import Line
from folkmoot.discussion.importers.reading import NOTHING
from folkmoot.discussion.merging import MOST, Merge
from folkmoot.discussion.model import MAX_IMPORTED, Words
from folkmoot.discussion.settling import Settling, said_of
from folkmoot.discussion.staging import STEP, Progress, remark
from folkmoot.discussion.store_rows import (
    AccessRow,
    AppealRow,
    BatchRow,
    CommentRow,
    DecisionRow,
    FlagRow,
    KeyRow,
    LockRow,
    PinRow,
    ReportRow,
    RevisionRow,
    VoteRow,
)
from folkmoot.discussion.text import RENDERER, read, render
from folkmoot.discussion.vetting import vet
from folkmoot.errors import Conflict, Invalid, Sentence, say
from folkmoot.people import store_export as people
from folkmoot.people import store_sanctions as sanctions
from folkmoot.people.names import skeleton
from folkmoot.people.store_rows import IdentityRow, NoteRow, PersonRow, RoleRow, SanctionRow
from folkmoot.sites import store_export as sites
from folkmoot.sites.store_rows import AddressRow, HostRow, SiteDecisionRow, SiteRow, StoryDecisionRow, StoryRow
from folkmoot.sites.travelling import Kind, Room
from folkmoot.storage.database import Database, Row, Tx

# By what a row is known to be the same row, whatever has changed about it since.
_FIRM: dict[type[Struct], tuple[str, ...]] = {
    StoryRow: ("created",), PersonRow: ("created",), CommentRow: ("story", "parent", "posted", "name"), AddressRow: ("story",),
    RevisionRow: ("comment", "number", "made"), DecisionRow: ("comment", "deed", "at"), FlagRow: ("comment", "person"),
    StoryDecisionRow: ("story", "deed", "at"), BatchRow: ("source", "started"),
    RoleRow: ("person", "role", "granted"), VoteRow: ("comment", "person"), KeyRow: ("ours",), IdentityRow: (), HostRow: (),
    AppealRow: ("comment", "decision", "at"), LockRow: ("comment",), PinRow: (), ReportRow: ("comment", "at"), AccessRow: ("comment", "at"),
    SanctionRow: ("deed", "at"), NoteRow: ("person", "at"), SiteDecisionRow: ("at",),
}  # fmt: skip
_encode = msgspec.json.Encoder(order="sorted").encode


# Staging


class Staging:
    """Reads an export into the staging database."""

    def __init__(self, work: Database, archive: Archive, progress: Progress, rooms: Sequence[Room] = ()) -> None:
        self._kinds = _by_row(rooms)
        self._work = work
        self._archive = archive
        self._progress = progress

    def stage(self) -> None:
        """Raises Invalid with line and column for a line that is broken, given twice, or refers to a row that is not there."""
        self._work.write_now(staged.make_tables)
        self._work.write_now(home.make_tables)
        some: list[Callable[[Tx], None]] = []
        for number, row in folkmoot.read(self._archive, tuple(self._kinds)):
            some.append(self._made(number, row))
            if len(some) == STEP:
                self._work.write_now(partial(_do, acts=some))
                some = []
                self._progress("reading", self._archive.share)
        self._work.write_now(partial(_do, acts=some))
        loose = self._work.read_now(home.loose_link)
        if loose:
            raise broken(self._archive.name, f"its row refers to the {loose.kind} {loose.reference}, which is not in the file", loose.number, 1)
        self._work.write_now(home.count_votes)

    def _vet(self, number: int, row: Line) -> None:
        try:
            self._kinds[type(row)].vet(row) if type(row) in self._kinds else vet(row)
        except Invalid as error:
            raise broken(self._archive.name, error.words.rstrip("."), number, 1) from error

    def _made(self, number: int, row: Line) -> Callable[[Tx], None]:
        self._vet(number, row)
        kind, key = row.__struct_config__.tag, row.id
        line = {"number": number, "kind": kind, "id": key, "body": _encode(row).decode()}
        links = [{"number": number, "kind": other, "reference": reference} for other, reference in self._links(row)]
        more = self._comment(number, row) if isinstance(row, CommentRow) else None

        def write(tx: Tx) -> None:
            if staged.call(tx, str(kind), key, number) != number:
                raise broken(self._archive.name, f"the {kind} {key} is in the file twice", number, 1)
            home.add_lines(tx, [line])
            home.add_links(tx, links)
            if isinstance(row, StoryRow):
                _add_story(tx, number, row)
            if isinstance(row, VoteRow) and row.counted:
                home.add_votes(tx, [{"comment": int(row.comment), "up": int(row.value > 0), "down": int(row.value < 0)}])
            if more:
                more(tx)

        return write

    def _links(self, row: Line) -> Iterator[tuple[str, str]]:
        """(kind, id) of each row without which a row cannot be."""
        kind = self._kinds.get(type(row))
        if kind is None:
            yield from _links(row)
        else:
            yield from ((other, getattr(row, field)) for field, other in kind.links.items() if getattr(row, field))

    def _comment(self, number: int, row: CommentRow) -> Callable[[Tx], None]:
        words = _words(self._archive, number, row.text)
        narrow = {
            "number": number, "file": 0, "line": number, "key": row.id, "id": int(row.id), "person": None, "posted": row.posted, "edited": row.edited,
            "to_story": row.story, "to_parent": row.parent or "", "doubtful": 0, "state": row.state, "up": row.base_up, "down": row.base_down,
        }  # fmt: skip
        wide = {
            "number": number, "stories": "", "parents": "", "name": row.name,
            "skeleton": skeleton(row.name) if row.name else "", "marks": row.marks, "text": row.text, "html": words.html,
            "renderer": RENDERER if row.text else 0, "digest": words.digest,
            "extra": _encode(
                {"base_up": row.base_up, "base_down": row.base_down, "batch": _number(row.batch), "person": _number(row.person),
                 "merged_from": _number(row.merged_from)}
            ).decode(),
        }  # fmt: skip

        def write(tx: Tx) -> None:
            staged.add_comment(tx, narrow)
            staged.add_words(tx, [wide])

        return write


def _by_row(rooms: Sequence[Room]) -> dict[type[Struct], Kind]:
    return {kind.row: kind for room in rooms for kind in room.kinds}


def _do(tx: Tx, acts: list[Callable[[Tx], None]]) -> None:
    for act in acts:
        act(tx)


def _add_story(tx: Tx, number: int, row: StoryRow) -> None:
    staged.add_story(
        tx, number=number, file=0, line=number, key=row.id, title=row.title, address=row.address, publisher_key=row.publisher_key,
        created=row.created, closed=int(row.closed is not None), hidden=0,
    )  # fmt: skip
    staged.set_story(tx, number, int(row.id), 1)


def _words(archive: Archive, number: int, text: str) -> Words:
    """HTML is made here, never taken from a file."""
    if "\0" in text:
        raise broken(archive.name, "its text holds U+0000, which cannot be kept", number, 1)
    try:
        return read(text, limit=MAX_IMPORTED)
    except Invalid:  # emptied since it was read, or nothing of it can be seen
        return msgspec.structs.replace(NOTHING, text=text, html=render(text) if text else "")


def _number(words: str | None) -> int | None:
    return int(words) if words else None


def _links(row: Line) -> Iterator[tuple[str, str]]:
    """(kind, id) of each row without which a row cannot be."""
    fields = {"story": "story", "comment": "comment", "parent": "comment", "claimed_by": "person", "merged_into": "story", "merged_from": "story"}
    if isinstance(row, AppealRow):
        fields["decision"] = "decision"
    if isinstance(row, IdentityRow | RoleRow | SanctionRow | NoteRow | AppealRow):
        fields["person"] = "person"
    for field, kind in fields.items():
        reference = getattr(row, field, None)
        if isinstance(reference, str):
            yield kind, reference


# Settling


class Arrangement(Settling):
    """Compares the rows with what is here, and puts the comments in order."""

    def __init__(self, *given: Any, rooms: Sequence[Room] = ()) -> None:
        super().__init__(*given)
        self._kinds = _by_row(rooms)
        self._decode = folkmoot.decoder(*self._kinds)

    def settle(self) -> None:
        steps = (self.places, self._compare, self.tree, self.sight)
        for number, step in enumerate(steps):
            self.progress("sorting", number / len(steps))
            step()
        self.progress("sorting", 1.0)

    def say_all(self, kind: remarks.Kind, rows: list[Row], words: Sentence | Callable[[Row], Sentence]) -> None:
        """In our own export nothing is mended: what does not fit means that the file is damaged."""
        if rows:
            said = say("The export is damaged at line {line}: {why} Nothing was imported.", line=rows[0].line, why=said_of(rows[0], words))
            raise Invalid(said, "broken_file", "file")

    def _compare(self) -> None:
        after = 0
        while rows := self.work.read_now(partial(home.all_lines, after=after, limit=STEP)):
            wanted = [(row.number, self._decode(row.body)) for row in rows]
            known, said = self.main.read_now(partial(self._known_among, wanted=wanted))
            self.write(partial(_note, known=known, said=said))
            after = rows[-1].number
        self.write(home.set_known_stories)
        self.news = int(self.work.read_now(home.any_fresh))

    def _known_among(self, tx: Tx, wanted: list[tuple[int, Line]]) -> tuple[list[tuple[int, int | None]], list[tuple[int, str]]]:
        """(line, level of a comment) of those that are here; (line, words) of those that are here and differ. Raises Conflict."""
        known: list[tuple[int, int | None]] = []
        said = []
        for number, row in wanted:
            here = self._same(tx, row)
            if here is None:
                continue
            known.append((number, own.level_of(tx, int(row.id)) if isinstance(row, CommentRow) else None))
            if here != row:
                said.append((number, self._difference(row, here)))
        return known, said

    def _same(self, tx: Tx, row: Line) -> Struct | None:
        """The row that is here under the same name."""
        if isinstance(row, SiteRow):
            return None if sites.is_empty(tx, self.site.id) else sites.site_row(tx, self.site.id)
        if isinstance(row, HostRow):
            return self._same_host(tx, row)
        if isinstance(row, KeyRow):
            return own.same_key(tx, self.site.id, row)
        if isinstance(row, StoryRow):
            self._check_story(tx, row)
        kind = self._kinds.get(type(row))
        return kind.same(tx, self.site.id, row) if kind else _SAME[type(row)](tx, row)

    def _same_host(self, tx: Tx, row: HostRow) -> HostRow | None:
        owner = sites.host_owner(tx, row.id)
        if owner not in (None, self.site.id):
            raise _taken("host", row.id)
        return row if owner is not None and not sites.is_empty(tx, self.site.id) else None

    def _check_story(self, tx: Tx, row: StoryRow) -> None:
        owner = sites.owner_of(tx, int(row.id))
        if owner not in (None, self.site.id):
            raise _taken("story", row.id)
        if row.publisher_key and sites.key_owner(tx, self.site.id, row.publisher_key) not in (None, int(row.id)):
            raise _taken("publisher's story id", row.publisher_key)

    def _difference(self, row: Line, here: Struct) -> str:
        """What to say of a row that is here and is not quite the same. Raises Conflict where it is another row."""
        kind = str(row.__struct_config__.tag)
        firm = self._kinds[type(row)].firm if type(row) in self._kinds else _FIRM.get(type(row), ())
        if any(getattr(row, name) != getattr(here, name) for name in firm) or _other_words(row, here):
            raise _taken(kind, row.id)
        if isinstance(row, IdentityRow):
            return say("The identity {name} belongs to somebody here already and stays with them.", name=f"{row.issuer}:{row.subject}")
        return say("The {kind} {name} is here already and has changed since; it stays as it is here.", kind=kind, name=row.id)


def _other_words(row: Line, here: Struct) -> bool:
    """Whether a comment says something else although nobody has edited or withdrawn it."""
    if not isinstance(row, CommentRow) or not isinstance(here, CommentRow) or row.text == here.text:
        return False
    return not (row.edited or here.edited or not row.text or not here.text)


_SAME: dict[type[Struct], Callable[[Tx, Any], Struct | None]] = {
    StoryRow: sites.same_story, AddressRow: sites.same_address, StoryDecisionRow: sites.same_decision, PersonRow: people.same_person,
    IdentityRow: people.same_identity, RoleRow: people.same_role, CommentRow: own.same_comment, RevisionRow: own.same_revision,
    DecisionRow: own.same_decision, VoteRow: own.same_vote, FlagRow: own.same_flag, BatchRow: own.same_batch,
    SanctionRow: sanctions.same_sanction, NoteRow: sanctions.same_note, SiteDecisionRow: sites.same_rules, **dict.fromkeys(desk.KINDS, desk.same),
}  # fmt: skip


def _note(tx: Tx, known: list[tuple[int, int | None]], said: list[tuple[int, str]]) -> None:
    home.set_known(tx, [number for number, _ in known])
    staged.set_known_levels(tx, [{"number": number, "level": level} for number, level in known if level is not None])
    for number, words in said:
        remark(tx, 0, number, "here already, and different", words)


def _taken(kind: str, name: str) -> Conflict:
    words = say(
        "The {kind} {name} of the export is the name of another {kind} here. Nothing was imported. Import into a server that does not have it.",
        kind=kind, name=name,
    )  # fmt: skip
    return Conflict(words, "id_taken", "file")


# Merging


class Homecoming(Merge):
    """Puts the rows back, in the order in which they need one another."""

    keeps_ids = True

    def __init__(self, *given: Any, rooms: Sequence[Room] = ()) -> None:
        super().__init__(*given)
        self._rooms = rooms
        self._decode = folkmoot.decoder(*_by_row(rooms))

    def before(self) -> None:
        alone = self.main.read_now(partial(sites.is_only_site, site=self.site.id))
        self._put("site", lambda tx, rows: sites.replace_settings(tx, self.site.id, rows[0]))
        self._put("host", lambda tx, rows: sites.put_hosts(tx, self.site.id, rows))
        self._put("story", self._stories)
        self._put("address", sites.insert_addresses)
        self._put("person", self._people)
        self._put("person", people.set_claims)
        self._put("identity", people.insert_identities)
        self._put("role", lambda tx, rows: people.insert_roles(tx, self.site.id, rows, everywhere=alone))
        self._put("sanction", lambda tx, rows: sanctions.insert_sanctions(tx, self.site.id, rows, everywhere=alone))
        self._put("person_note", lambda tx, rows: sanctions.insert_note_rows(tx, self.site.id, rows))
        self._put("site_decision", lambda tx, rows: sites.insert_rules(tx, self.site.id, rows))
        self._put("story_decision", sites.insert_decisions)
        self._put("batch", lambda tx, rows: own.insert_batches(tx, self.site.id, rows))

    def after(self) -> None:
        self._put("revision", lambda tx, rows: own.insert_revisions(tx, rows, render))
        self._put("decision", own.insert_decisions)
        self._put("vote", own.insert_votes)
        self._put("flag", own.insert_flags)
        for kind in desk.KINDS:
            self._put(str(kind.__struct_config__.tag), desk.insert(kind, self.site.id))
        for each in (each for room in self._rooms for each in room.kinds):
            self._put(each.name, lambda tx, rows, each=each: each.put(tx, self.site.id, rows, self.now))  # type: ignore[misc]
        while self.main.write_now(partial(waits.refill, now=self.now)):
            pass
        self._put("key", lambda tx, rows: own.insert_keys(tx, self.site.id, rows))

    def _put(self, kind: str, insert: Callable[[Tx, list[Any]], object]) -> None:
        """Inserts the rows of a kind that are not here yet; twice is once."""
        after = 0
        while rows := self.work.read_now(partial(home.lines, kind=kind, after=after, limit=MOST)):
            made = [self._decode(row.body) for row in rows]
            self.write(partial(_insert, insert=insert, rows=made))
            after = rows[-1].number

    def _stories(self, tx: Tx, rows: list[StoryRow]) -> None:
        sites.insert_stories(tx, self.site.id, rows)
        self.remember(tx, "story", [(row.id, int(row.id)) for row in rows])
        for row in rows:
            tx.bump(int(row.id))

    def _people(self, tx: Tx, rows: list[PersonRow]) -> None:
        people.insert_rows(tx, rows, [skeleton(row.name) for row in rows])
        self.remember(tx, "person", [(row.id, int(row.id)) for row in rows])

    def decide(self, tx: Tx, rows: list[Row]) -> None:
        """Decisions come with the export."""

    def comment(self, row: Row) -> dict[str, object]:
        return {**super().comment(row), **msgspec.json.decode(row.extra)}


def _insert(tx: Tx, insert: Callable[[Tx, list[Any]], object], rows: list[Any]) -> None:
    insert(tx, rows)
