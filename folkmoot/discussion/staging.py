"""The first stage of an import: read, check and count a whole archive into a file of its own. A broken one ends here, and nothing is touched."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlsplit

import msgspec
from msgspec import Struct

from folkmoot.discussion import store_staging as store
from folkmoot.discussion.importers import Format
from folkmoot.discussion.importers.files import Archive, opened
from folkmoot.discussion.importers.model import Bad, Comment, Imported, Story
from folkmoot.discussion.importers.proxies import behind
from folkmoot.discussion.importers.reading import NO_WORDS, NOTHING, Name, name_of
from folkmoot.discussion.model import Words
from folkmoot.discussion.remarks import Kind, parts
from folkmoot.discussion.rendering import Readers, Said
from folkmoot.discussion.text import RENDERER, UNSTORABLE, read
from folkmoot.errors import Invalid, TooLarge, say
from folkmoot.people.names import RESERVED, skeletons
from folkmoot.sites.addresses import clean_address
from folkmoot.sites.stories import MAX_KEY, clean_title
from folkmoot.storage.database import Database, Tx

STEP = 2_000
MOST_LETTERS = 2_000_000  # in a step
LONGEST_KEY = 300
MOST_PEOPLE = 20_000  # kept in memory
DAY = 86_400_000
OLDEST_ID = 480_000_000_000  # ms: ids made later have nineteen digits, so that they sort alike as numbers and as text
_NO_DATE = say("The archive does not say when this comment was written; it is dated by its place in the archive.")
_IN_FUTURE = say("This comment says that it was written in the future; it is dated today.")
_SPREAD, _BITS = 1_103_515_245, (1 << 21) - 1

Progress = Callable[[str, float], None]  # what is being done, and how much of it, 0 to 1


class Told(Struct, frozen=True):
    """What whoever imports says beside the files. dated: UTC ms for what has no date. staff: names that nobody may imitate.

    host: the site's, for sources that know paths alone; where `story` is given, its host is meant instead.
    """

    now: int
    form: str = "auto"
    story: str | None = None
    dated: int = 0
    staff: tuple[str, ...] = ()
    host: str = ""


def stage(work: Database, files: list[Path], form: Format, told: Told, progress: Progress) -> None:
    """Reads the files into the staging database. Raises Invalid, with line and column for a file that is broken."""
    if form.one_story and told.story is None:
        raise Invalid(f"{files[0].name} does not say which story it belongs to. Say it with --story and its address.", "no_story", "story")
    if told.story is not None:
        clean_address(told.story)  # raises for what is none
    work.write_now(store.make_tables)
    with Readers() as readers:
        stager = _Stager(work, told, readers)
        for number, path in enumerate(files):
            with opened(path) as archive:
                stager.take(number, archive, form, progress)


def remark(tx: Tx, file: int, line: int, kind: Kind, words: str, skipped: int = 0) -> None:
    """Says something of a row of a file. skipped: 1 where a comment is left out by it."""
    store.add_remark(tx, file, line, kind, *parts(words), skipped)


Write = Callable[[Tx, dict[str, int]], None]  # writes a row; keeps in a dict which person has which number


def _write(tx: Tx, rows: list[Write], known: dict[str, int]) -> dict[str, int]:
    people = dict(known)
    for row in rows:
        row(tx, people)
    return people


def _lots(rows: Iterable[Imported]) -> Iterator[list[Imported]]:
    """The rows in lots of a step, or less where they are long; the last may be empty."""
    lot: list[Imported] = []
    letters = 0
    for row in rows:
        lot.append(row)
        letters += len(row.words) if isinstance(row, Comment) else 0
        if len(lot) >= STEP or letters > MOST_LETTERS:
            yield lot
            lot, letters = [], 0
    yield lot


class _Stager:
    """Takes rows as they come and writes them in steps."""

    def __init__(self, work: Database, told: Told, readers: Readers) -> None:
        self._work = work
        self._readers = readers
        self._asked: deque[tuple[list[Imported], Future[list[Said]]]] = deque()  # lots whose words are being read
        self._told = told
        self._reserved = skeletons((*RESERVED, *told.staff))
        self._comments = self._stories = self._file = 0
        self._people: dict[str, int] = {}
        self._prefix = self._only = ""
        self._salt = told.now & _BITS

    def take(self, file: int, archive: Archive, form: Format, progress: Progress) -> None:
        """Reads one file to its end."""
        self._file = file
        story = self._told.story if form.one_story else None
        self._only = story or ""
        self._prefix = f"{clean_address(story)} " if story else f"{urlsplit(self._base()).netloc} " if form.paths else ""
        for lot in _lots(form.read(archive) if form.read else ()):
            self._asked.append((lot, self._readers.ask([row for row in lot if isinstance(row, Comment)])))
            self._write_down(self._readers.ahead)
            progress("reading", archive.share)
        self._write_down(0)
        progress("reading", 1.0)

    def _write_down(self, leave: int) -> None:
        """Writes the lots whose words were asked for, the first first, but for so many of the last."""
        while len(self._asked) > leave:
            lot, asked = self._asked.popleft()
            words = iter(asked.result())
            self._write([self._made(row, next(words) if isinstance(row, Comment) else None) for row in lot])

    def _write(self, rows: list[Write]) -> None:
        """People become known only once they are written: a transaction may run twice."""
        known = self._people if len(self._people) < MOST_PEOPLE else {}
        self._people = self._work.write_now(partial(_write, rows=rows, known=known))

    def _made(self, row: Imported, said: Said) -> Write:
        """What is to be written for a row. said: a comment's words."""
        if isinstance(row, Comment):
            return self._remark(row.line, "too long", said.words, skipped=True) if isinstance(said, TooLarge) else self._comment(row, said)
        if isinstance(row, Story):
            return self._story(row)
        return self._remark(row.line, row.reason if isinstance(row, Bad) else row.kind, row.words, skipped=isinstance(row, Bad))

    def _remark(self, line: int, kind: Kind, words: str, skipped: bool = False) -> Write:
        file = self._file
        return lambda tx, people: remark(tx, file, line, kind, words, int(skipped))

    # Stories

    def _story(self, row: Story) -> Write:
        self._stories += 1
        number, file = self._stories, self._file
        key = row.publisher_key if row.publisher_key and len(row.publisher_key) <= MAX_KEY and row.publisher_key.isprintable() else None
        address = self._whole(row.address or self._only)
        cleaned = [each for each in map(_cleaned, (address, *map(self._whole, row.aliases))) if each]

        def write(tx: Tx, people: dict[str, int]) -> None:
            new = store.add_story(
                tx, number=number, file=file, line=row.line, key=self._key(row.key), title=clean_title(row.title),
                address=address if _cleaned(address) else "", publisher_key=key, created=row.created, closed=int(row.closed), hidden=int(row.hidden),
            )  # fmt: skip
            if not new:
                words = say("The story {key} is in the archive twice; the first holds.", key=row.key)
                remark(tx, file, row.line, "story given twice", words)
                return
            for kind, references in (("story", [self._key(each) for each in (row.key, *row.also)]), ("address", cleaned)):
                for reference in references:
                    other = store.call(tx, kind, reference, number)
                    if other != number:
                        store.join_stories(tx, number, other)

        return write

    def _whole(self, address: str) -> str:
        """An address with a host, and past any service that stood in between."""
        spelled = "".join(letter if letter.isprintable() else quote(letter, errors="replace") for letter in address)
        if not spelled.startswith("/"):
            return behind(spelled)
        base = urlsplit(self._base())
        return f"{base.scheme}://{base.netloc}/{spelled.lstrip('/')}"

    def _base(self) -> str:
        """An address on the host that paths are of."""
        return self._told.story or f"https://{self._told.host}/"

    # Comments

    def _comment(self, row: Comment, words: Words | None) -> Write:
        name = name_of(row.writer.name)
        self._comments += 1
        number, file, remarks = self._comments, self._file, self._oddities(row, name, words)
        words = words or (read(NO_WORDS) if row.state == "published" else NOTHING)
        posted = self._posted(row, number)
        narrow, wide = self._narrow(row, number, posted), self._wide(row, number, name, words)
        also = [self._key(each) for each in row.also if each != row.key]
        writer = self._key(row.writer.key, "") if row.writer.key else None

        def write(tx: Tx, people: dict[str, int]) -> None:
            if writer:
                narrow["person"] = people[writer] = people.get(writer) or store.add_person(tx, number, writer, name.name, name.skeleton, posted)
            if not store.add_comment(tx, narrow) and not _another(tx, narrow, wide):
                return
            store.add_words(tx, [wide])
            if also:
                store.call_comments(tx, [{"reference": reference, "number": number} for reference in also])
            for kind, said in remarks:
                remark(tx, file, row.line, kind, said)

        return write

    def _posted(self, row: Comment, number: int) -> int:
        """UTC ms: as the archive says, never in the future; by its place in the archive where that says nothing."""
        posted = row.posted if row.posted is not None else self._told.dated + number * 1000
        return min(posted, self._told.now) if posted > self._told.now + DAY else posted

    def _narrow(self, row: Comment, number: int, posted: int) -> dict[str, object]:
        """What is looked through while comments are joined to their parents and stories."""
        return {
            "number": number, "file": self._file, "line": row.line, "key": self._key(row.key), "id": self._id(number, posted), "posted": posted,
            "to_story": self._first(row.story), "to_parent": self._first(row.parent), "doubtful": int(_is_doubtful(row)),
            "edited": row.edited, "state": row.state, "up": max(row.up, 0), "down": max(row.down, 0), "person": None,
        }  # fmt: skip

    def _wide(self, row: Comment, number: int, name: Name, words: Words) -> dict[str, object]:
        """What is only carried along: the words, and the references of a comment that names several."""
        doubtful = _is_doubtful(row)
        return {
            "number": number, "stories": self._references(row.story) if doubtful else "",
            "parents": self._references(row.parent) if doubtful else "", "name": name.name, "skeleton": name.skeleton,
            "marks": self._marks(row, name), "text": words.text, "html": words.html, "renderer": RENDERER,
            "digest": words.digest, "extra": "",
        }  # fmt: skip

    def _marks(self, row: Comment, name: Name) -> str:
        """Whom the source calls its own is the newsroom's; whoever else is called so is not."""
        return "staff" if row.writer.staff else "namesake" if name.skeleton in self._reserved else ""

    def _id(self, number: int, posted: int) -> int:
        """An id from when the comment was posted and its place in the archive: different for all that are read together."""
        return max(posted, OLDEST_ID) << 21 | (number * _SPREAD + self._salt & _BITS)

    def _first(self, references: tuple[str, ...]) -> str:
        return self._key(references[0]) if references else ""

    def _references(self, references: tuple[str, ...]) -> str:
        return msgspec.json.encode([self._key(each) for each in references]).decode()

    def _key(self, key: str, prefix: str | None = None) -> str:
        """A source's key as it is kept: apart by story where a file is one story, and never longer than an index takes."""
        whole = (self._prefix if prefix is None else prefix) + key
        return whole if len(whole) <= LONGEST_KEY and not UNSTORABLE.search(whole) else f"{UNSTORABLE.sub('', whole[:100])}~{_hash(whole)}"

    def _oddities(self, row: Comment, name: Name, words: Words | None) -> list[tuple[Kind, str]]:
        """What is worth a line in the report although the comment is taken."""
        found: list[tuple[Kind, str]] = []
        if name.changed:
            changed = say("The name {given} cannot stand as it is; it is kept as {name}.", given=repr(row.writer.name[:60]), name=repr(name.name))
            found.append(("name changed", changed))
        if words is None and row.state == "published":
            found.append(("no words", say("{name} says nothing here; the comment is kept as {words}.", name=name.name, words=NO_WORDS)))
        if row.posted is None and not self._only:
            found.append(("no date", _NO_DATE))
        if row.posted is not None and row.posted > self._told.now + DAY:
            found.append(("date in the future", _IN_FUTURE))
        return found


def _is_doubtful(row: Comment) -> bool:
    """Whether a comment names more than one story or parent that it may belong to."""
    return len(row.story) > 1 or len(row.parent) > 1


def _another(tx: Tx, narrow: dict[str, object], wide: dict[str, object]) -> bool:
    """A key that is taken: by the same comment, which is then skipped, or by another one, which then gets a key of its own."""
    key, number = str(narrow["key"]), narrow["number"]
    first = store.same_comment(tx, key)
    if first and (first.posted, first.digest, first.to_story) == (narrow["posted"], wide["digest"], narrow["to_story"]):
        words = say("The comment {key} is in the archive twice, word for word; the first, in line {line}, holds.", key=key, line=first.line)
        remark(tx, int(str(narrow["file"])), int(str(narrow["line"])), "given twice", words, 1)
        return False
    narrow["key"] = f"{key}#{wide['digest']}"
    if not store.add_comment(tx, narrow):
        narrow["key"] = f"{key}#{number}"
        store.add_comment(tx, narrow)
    words = say("Two different comments are called {key}; this one is kept as {name}.", key=key, name=narrow["key"])
    remark(tx, int(str(narrow["file"])), int(str(narrow["line"])), "id given twice", words)
    return True


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _cleaned(address: str) -> str:
    """An address as stories are found by; empty for none."""
    try:
        return clean_address(address) if address else ""
    except Invalid:
        return ""


