"""Between the two stages of an import: which rows are which. Stories that are one, what was imported before, who answers whom.

Order and time of the archive are never trusted. Whatever does not fit is mended and said: a parent that is missing, lies under
another story or goes in a circle; a reply deeper than threads go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TypeVar

import msgspec

from folkmoot.discussion import store_imports
from folkmoot.discussion import store_staging as store
from folkmoot.discussion.model import MAX_LEVEL
from folkmoot.discussion.remarks import Kind
from folkmoot.discussion.staging import OLDEST_ID, Progress, remark
from folkmoot.errors import Sentence, say
from folkmoot.sites.arrivals import Arriving, current, find_arriving
from folkmoot.sites.model import Site
from folkmoot.storage.database import Database, Row, Tx
from folkmoot.storage.ids import new_id
from folkmoot.web.words import N_

STEP = 500
T = TypeVar("T")
_LEFT_OUT: dict[str, tuple[Kind, str]] = {  # why a story is left out -> what is said of its thread
    "story without address or id": (
        "thread without address or id", N_("This thread has neither an address nor an id by which a page could find it."),
    ),
    "story of another site": ("thread of another site", N_("This thread’s address belongs to a story of another site on this server.")),
}  # fmt: skip
_ELSEWHERE = N_("The comment that this one answers is left out, or lies under another story; it stands on its own.")
_CIRCLE = N_("This comment answers, by way of others, itself; the earliest of them stands on its own.")
_TOO_DEEP = N_("This reply lies deeper than level {level}; it stands beside the one that it answers.")


class Settling:
    """Puts what was staged in order. work: the staging database; main: the data, which is only read."""

    def __init__(self, work: Database, main: Database, site: Site, source: str, now: int, progress: Progress) -> None:
        self.work = work
        self.main = main
        self.site = site
        self.source = source
        self.now = now
        self.progress = progress
        self.news = 0  # keys of stories that are not known yet

    def settle(self) -> None:
        """Does it all, step by step."""
        steps = (self.stories, self.places, self.leave_out, self.known, self.people, self.tree, self.sight)
        for number, step in enumerate(steps):
            self.progress("sorting", number / len(steps))
            step()
        self.progress("sorting", 1.0)

    def pages(self, read: Callable[[Tx, int, int], list[Row]]) -> Iterator[list[Row]]:
        """Pages of rows by their number."""
        after = 0
        while rows := self.work.read_now(partial(_page, read=read, after=after)):
            yield rows
            after = rows[-1].number

    def write(self, act: Callable[[Tx], T]) -> T:
        return self.work.write_now(act)

    # Stories

    def stories(self) -> None:
        for rows in self.pages(store.leaders_of_several):
            groups = self.work.read_now(partial(self._followers, rows=rows))
            self.write(partial(store.lead, given=self.main.read_now(partial(self._apart, groups=groups))))
        self.say_all("one story, several threads", self.work.read_now(store.joined_threads), _joined)
        for rows in self.pages(store.leaders):
            arriving = self.work.read_now(partial(self._arriving, rows=rows))
            known = self.main.read_now(partial(self._find_all, wanted=arriving))
            self.news += sum(new for _, left_out, new in known if not left_out)
            self.write(partial(self._settle_stories, rows=rows, known=known))

    def _followers(self, tx: Tx, rows: list[Row]) -> list[list[Row]]:
        return [store.followers(tx, row.number) for row in rows]

    def _apart(self, tx: Tx, groups: list[list[Row]]) -> list[dict[str, object]]:
        """What is known here as several stories stays several, whatever the archive joins now; what is new goes to the first of them."""
        given: list[dict[str, object]] = []
        for group in groups:
            known = store_imports.keys_known(tx, self.site.id, self.source, "story", [each.key for each in group])
            here = {each.number: current(tx, known[each.key]) for each in group if each.key in known}
            first: dict[int, int] = {}
            for number, story in here.items():
                first.setdefault(story, number)
            if len(first) > 1:
                new = next(iter(here))
                given += [{"number": each.number, "leader": first[here[each.number]] if each.number in here else new} for each in group]
        return given

    def _arriving(self, tx: Tx, rows: list[Row]) -> list[tuple[Arriving, list[str]]]:
        """Each story as its followers tell of it, and their keys."""
        wanted = []
        for row in rows:
            followers = store.followers(tx, row.number)
            wanted.append((arriving_of(followers, store.addresses(tx, row.number), 0, self.now), [each.key for each in followers]))
        return wanted

    def _find_all(self, tx: Tx, wanted: list[tuple[Arriving, list[str]]]) -> list[tuple[int | None, str, int]]:
        return [self._find(tx, arriving, keys) for arriving, keys in wanted]

    def _find(self, tx: Tx, arriving: Arriving, keys: list[str]) -> tuple[int | None, str, int]:
        """(our id, None where it is new; why it must be left out; how many of its keys are new)."""
        before = store_imports.keys_known(tx, self.site.id, self.source, "story", keys)
        if before:
            return current(tx, next(iter(before.values()))), "", len(keys) - len(before)
        if not arriving.cleaned and not arriving.publisher_key:
            return None, "story without address or id", 0
        found, foreign = find_arriving(tx, self.site.id, arriving)
        return found.id if found else None, "story of another site" if foreign else "", len(keys)

    def _settle_stories(self, tx: Tx, rows: list[Row], known: list[tuple[int | None, str, int]]) -> None:
        for row, (story, left_out, _) in zip(rows, known, strict=True):
            self._settle_story(tx, row, story, left_out)

    def _settle_story(self, tx: Tx, row: Row, story: int | None, left_out: str) -> None:
        fresh = int(story is None and not left_out)
        made = max(new_id(self.now), OLDEST_ID << 21) if fresh else None
        store.set_story(tx, row.number, story or made, fresh, left_out)
        if left_out:
            kind, words = _LEFT_OUT[left_out]
            remark(tx, row.file, row.line, kind, say(words))

    # Which comment stands where

    def places(self) -> None:
        self.write(store.place)
        for rows in self.pages(store.not_placed):
            self.write(partial(self._place, rows=rows))
        self.write(store.hide_threads)
        self.say_all("deleted thread", self.work.read_now(store.hidden_threads), _hidden)

    def _place(self, tx: Tx, rows: list[Row]) -> None:
        wanted = [(row, _references(row.doubtful, row.stories, row.to_story), _references(row.doubtful, row.parents, row.to_parent)) for row in rows]
        stories = store.called(tx, "story", list({reference: 0 for _, some, _ in wanted for reference in some}))
        parents = store.comments_called(tx, list({reference: 0 for _, _, some in wanted for reference in some}))
        placed, homeless = [], []
        for row, to_story, to_parent in wanted:
            thread, above = _first(stories, to_story), _first(parents, to_parent)
            if thread is None:
                remark(tx, row.file, row.line, "thread not in the archive", _lost(to_story), 1)
                homeless.append(row.number)
                continue
            self._say_of_parent(tx, row, to_parent, parents, above)
            placed.append({"number": row.number, "thread": thread, "above": above})
        store.set_places(tx, placed)
        store.leave_out(tx, homeless)

    def _say_of_parent(self, tx: Tx, row: Row, references: list[str], parents: dict[str, int], above: int | None) -> None:
        if references and above is None:
            words = say("This comment answers {references}, which is not in the archive; it stands on its own.", references=_either(references))
            remark(tx, row.file, row.line, "parent missing", words)
        elif len({parents[each] for each in references if each in parents}) > 1:
            words = say("The references to its parent ({references}) lead to different comments; the first holds.", references=references)
            remark(tx, row.file, row.line, "parent unclear", words)

    def leave_out(self) -> None:
        """Takes out the comments of stories that have no place here."""

        while self.write(_leave_some_out):
            pass

    # What was imported before

    def known(self) -> None:
        if not self.main.read_now(partial(store_imports.knows_source, site=self.site.id, source=self.source)):
            return
        for rows in self.pages(store.page):
            look = partial(store_imports.comments_known, site=self.site.id, source=self.source, keys=[row.key for row in rows])
            known = self.main.read_now(look)
            found = [(row.number, known[row.key]) for row in rows if row.key in known]
            given = [{"number": number, "id": here.id, "story": here.story, "level": here.level} for number, here in found]
            self.write(partial(store.set_known, given=given))

    def people(self) -> None:
        for rows in self.pages(store.people):
            look = partial(store_imports.keys_known, site=self.site.id, source=self.source, kind="person", keys=[row.key for row in rows])
            known = self.main.read_now(look)
            given = [{"number": row.number, "person": known.get(row.key) or self._made(row), "fresh": int(row.key not in known)} for row in rows]
            self.write(partial(store.set_people, given=given))
        self.write(store.drop_idle_people)

    def _made(self, row: Row) -> int:
        return new_id(max(row.created, OLDEST_ID))

    # Who answers whom

    def tree(self) -> None:
        strays = self.work.read_now(store.strays)
        self.say_all("parent elsewhere", strays, say(_ELSEWHERE))
        self._uproot(strays)
        self._levels()
        while circling := self.work.read_now(store.without_level):
            cut = list(_earliest_of_circles(circling))
            self.say_all("parents in a circle", cut, say(_CIRCLE))
            self._uproot(cut)
            self._levels()

    def _uproot(self, rows: list[Row]) -> None:
        self.write(partial(store.make_roots, numbers=[row.number for row in rows]))

    def _levels(self) -> None:
        """Roots are level 1, replies one deeper; what would lie deeper than threads go becomes a neighbour of its parent."""
        self.write(store.begin_levels)
        level = 1
        while level < MAX_LEVEL and level <= self.work.read_now(store.deepest):
            self.write(partial(store.deepen, level=level))
            level += 1
        while deep := self.work.read_now(partial(store.too_deep, level=MAX_LEVEL)):
            self.say_all("too deep", deep, say(_TOO_DEEP, level=MAX_LEVEL))
            here = self.main.read_now(partial(store_imports.parents, comments=sorted({row.here for row in deep if row.here})))
            self.write(partial(_flatten, deep=deep, here=here))

    def sight(self) -> None:
        """Who can be seen, from the deepest level up; then each gets its turn."""
        for level in range(self.work.read_now(store.deepest), 0, -1):
            self.write(partial(store.see, level=level))
        self.write(store.number_turns)

    def say_all(self, kind: Kind, rows: list[Row], words: Sentence | Callable[[Row], Sentence]) -> None:
        """Says the same of each row, or of each its own."""
        self.write(partial(_say, kind=kind, rows=rows, words=words))


def _page(tx: Tx, read: Callable[[Tx, int, int], list[Row]], after: int) -> list[Row]:
    return read(tx, after, STEP)


def _leave_some_out(tx: Tx) -> int:
    rows, words = store.homeless(tx, STEP), say("The story of this comment has no place here, so it is left out with it.")
    for row in rows:
        remark(tx, row.file, row.line, row.left_out, words, 1)
    store.leave_out(tx, [row.number for row in rows])
    return len(rows)


def _flatten(tx: Tx, deep: list[Row], here: dict[int, Row]) -> None:
    """Puts comments beside their parents. here: the parents of parents that were here before, for the file may tell otherwise of them."""
    given = []
    for row in deep:
        above = row.above
        if row.here in here:
            known = here[row.here]
            above = -known.id
            store.add_here(tx, [{"number": above, "id": known.id, "thread": row.thread, "story": known.story, "level": known.level}])
        given.append({"number": row.number, "above": above, "level": MAX_LEVEL if above else 1})
    store.flatten(tx, given)


def _say(tx: Tx, kind: Kind, rows: list[Row], words: Sentence | Callable[[Row], Sentence]) -> None:
    for row in rows:
        remark(tx, row.file, row.line, kind, said_of(row, words))


def said_of(row: Row, words: Sentence | Callable[[Row], Sentence]) -> Sentence:
    """What is said of a row: the same as of others, or its own."""
    return words if isinstance(words, Sentence) else words(row)


def _joined(row: Row) -> Sentence:
    words = N_("The thread {key} is the same story as {other} in line {line}; they are one.")
    return say(words, key=row.key, other=row.leader_key, line=row.leader_line)


def _hidden(row: Row) -> Sentence:
    return say("This thread was deleted where it came from; its comments ({number}) are kept, out of sight.", number=row.comments)


def _lost(references: list[str]) -> Sentence:
    if not references:
        return say("This comment names no thread that it belongs to.")
    return say("This comment belongs to the thread {references}, which is not in the archive.", references=_either(references))


def _either(references: list[str]) -> str:
    return say("{one} or {other}", one=references[0], other=references[1:]) if len(references) > 1 else references[0]


def arriving_of(followers: list[Row], cleaned: list[str], story: int, now: int) -> Arriving:
    """One story of several staged ones: what the first says, else the next. It is closed where every one of them is."""
    first: Callable[[str], str] = lambda field: next((getattr(each, field) for each in followers if getattr(each, field)), "")  # noqa: E731
    created = min((each.created for each in followers if each.created is not None), default=now)
    closed = all(each.closed for each in followers)
    return Arriving(story, first("title"), first("address"), tuple(cleaned), first("publisher_key") or None, created, closed)


def _references(doubtful: int, several: str, only: str) -> list[str]:
    return msgspec.json.decode(several, type=list[str]) if doubtful else [only] if only else []


def _first(found: dict[str, int], references: Iterable[str]) -> int | None:
    return next((found[reference] for reference in references if reference in found), None)


def _earliest_of_circles(rows: list[Row]) -> Iterator[Row]:
    """Of each circle of parents among these comments, the earliest."""
    by_number = {row.number: row for row in rows}
    seen: dict[int, int] = {}
    for start, row in enumerate(rows):
        path: list[Row] = []
        here: Row | None = row
        while here is not None and here.number not in seen:
            seen[here.number] = start
            path.append(here)
            here = by_number.get(here.above)
        if here is not None and seen[here.number] == start:
            circle = path[[each.number for each in path].index(here.number) :]
            yield min(circle, key=lambda each: (each.posted, each.number))
