"""Counts what notes keep again, and says in a sentence what is not as it must be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from operator import attrgetter

from folkmoot.notes import store, store_checks
from folkmoot.notes.model import HEAD, LED_TO, RULED
from folkmoot.people.store_export import unknown_people
from folkmoot.sites.store_export import unknown_stories
from folkmoot.storage.checks import Finding, pages
from folkmoot.storage.database import Database, Row


def check(db: Database) -> Iterator[Finding]:
    """Findings as they come."""
    for rows in pages(db, store_checks.notes, attrgetter("id")):
        strangers = db.read_now(partial(unknown_people, ids=sorted({row.person for row in rows if row.person})))
        nowhere = db.read_now(partial(unknown_stories, ids=sorted({row.story for row in rows})))
        for row in rows:
            yield from (Finding(kind, str(row.id), f"The note {row.id} {words}.") for kind, test in _TESTS if (words := test(row)))
            if row.person in strangers:
                yield Finding("unknown person", str(row.id), f"The note {row.id} is by the person {row.person}, who does not exist.")
            if row.story in nowhere:
                yield Finding("unknown story", str(row.id), f"The note {row.id} stands under the story {row.story}, which does not exist.")
            yield from _decisions(db, row)
    for rows in pages(db, store_checks.statements, attrgetter("id")):
        nowhere = db.read_now(partial(unknown_stories, ids=sorted({row.story for row in rows})))
        for row in rows:
            if row.story in nowhere:
                yield Finding("unknown story", str(row.id), f"The statement {row.id} is put under the story {row.story}, which does not exist.")


def _decisions(db: Database, row: Row) -> Iterator[Finding]:
    deeds = [each.deed for each in db.read_now(partial(store.decisions_on, note=row.id))]
    state = next((LED_TO[deed] for deed in reversed(deeds) if deed in LED_TO), "open")
    ruling = next((RULED[deed] for deed in reversed(deeds) if deed in RULED), "")
    if state != row.state:
        yield Finding("note's state", str(row.id), f"The note {row.id} is {row.state}, but its decisions lead to {state}.")
    if ruling != row.ruling:
        called = ruling or "undecided"
        yield Finding("note's ruling", str(row.id), f"The note {row.id} is {row.ruling or 'undecided'}, but its decisions lead to {called}.")


def _words(row: Row) -> str:
    if row.words_of != row.id:
        return f"shows the words {row.revision}, which are not its own"
    if (row.words_state, row.shown_ones) != ("shown", 1):
        return f"has {row.shown_ones} texts that are shown"
    return "" if row.number == row.latest == row.revisions else f"has {row.revisions} texts, and shows number {row.number}"


def _ratings(row: Row) -> str:
    if row.stray:
        return f"has {row.stray} ratings of words that are not its own"
    if row.own:
        return "was rated by its own writer"
    return f"has {row.unasked} ratings by readers who were drawn, though nobody was" if row.unasked else ""


def _sources(row: Row) -> str:
    return "" if row.sources else "has no source"


def _head(row: Row) -> str:
    if row.grade in HEAD and row.shown is None:
        return "stands at the head, but nobody knows since when"
    return "is decided, but nobody knows since when" if bool(row.ruling) != (row.ruled is not None) else ""


_TESTS: tuple[tuple[str, Callable[[Row], str]], ...] = (
    ("note's words", _words), ("note's ratings", _ratings), ("note's sources", _sources), ("note at the head", _head),
)  # fmt: skip
