"""Finding comments by their words. Readers find what they can read, moderators everything; words.py of storage asks the engine.

The index is behind by what the worker has not put into it yet, less than a second; but what it finds is looked up in the comments themselves, so
what was held or removed a moment ago is not found.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any, Literal

from msgspec import Struct

from folkmoot.discussion import store_search
from folkmoot.discussion.model import Comment
from folkmoot.discussion.queries import parse, tokens
from folkmoot.errors import Invalid, NotFound
from folkmoot.people.model import Actor
from folkmoot.people.roles import may
from folkmoot.sites.sites import get_site
from folkmoot.sites.stories import get_story
from folkmoot.storage import words
from folkmoot.storage.database import Database, Row, Tx
from folkmoot.storage.words import Term

PAGE = 20
STEP = 200


Order = Literal["newest", "relevance"]
ANY = 1 << 62


class Found(Struct, frozen=True):
    """A page of what was found, in its order. states: by comment, for moderators. more: the cursor to go on at, or None.

    weighed: by relevance, of how many of the newest matches these are the best; 0 where they are the best of all.
    """

    comments: list[Comment]
    states: dict[int, str]
    titles: dict[int, str]
    more: str | None
    everything: bool
    order: Order = "newest"
    weighed: int = 0


def search(tx: Tx, actor: Actor, site: int, typed: str, *, story: int = 0, order: Order = "newest", after: str = "") -> Found:
    """Finds comments of a site, those behind the cursor `after`. Raises Invalid for a query or a cursor that is none, NotFound where the
    site does not let readers search."""
    everything = require(tx, actor, site)
    query = parse(typed)
    terms = [Term("words", phrase.tokens, phrase.wanted) for phrase in query.phrases]
    terms += [Term("name", query.authors[0], others=query.authors[1:])] if query.authors else []
    terms += [Term("name", name, wanted=False) for name in query.strangers]
    terms.append(Term("place", (f"s{site}",)))
    rows = _ORDERS[order](tx, terms, store_search.Within(everything, story, query.since, query.until), _cursor(order, after))
    shown = rows[:PAGE]
    comments = [store_search.as_found(row) for row in shown]
    titles = {each.story: get_story(tx, each.story).title for each in comments}
    more = _cursor_of(order, shown[-1]) if len(rows) > PAGE else None
    weighed = rows[0].weighed if rows and order == "relevance" else 0
    return Found(
        comments, {row.id: row.state for row in shown}, titles, more, everything, order, weighed if weighed == store_search.JUDGED else 0
    )


def _newest(tx: Tx, terms: list[Term], within: store_search.Within, at: tuple[int, ...]) -> list[Row]:
    return store_search.newest(tx, terms, within, before=at[0], limit=PAGE + 1)


def _fitting(tx: Tx, terms: list[Term], within: store_search.Within, at: tuple[int, ...]) -> list[Row]:
    return store_search.fitting(tx, terms, within, before=at[0], score=at[1], top=at[2], limit=PAGE + 1)


_ORDERS = {"newest": _newest, "relevance": _fitting}


def _cursor_of(order: Order, last: Row) -> str:
    """Where a page ends: the id of its last comment; by relevance also how well that fits, and the newest id when the first page was made."""
    return str(last.id) if order == "newest" else f"{last.id}.{last.score}.{last.top}"


def _cursor(order: Order, after: str) -> tuple[int, ...]:
    parts = after.split(".") if after else [str(ANY)] * (1 if order == "newest" else 3)
    if len(parts) != (1 if order == "newest" else 3) or not all(re.fullmatch("[0-9]{1,19}", part) and int(part) <= ANY for part in parts):
        raise Invalid("This is not where a page of this search ended. Begin again from the first.", "bad_cursor", "before")
    return tuple(map(int, parts))


def require(tx: Tx, actor: Actor, site: int) -> bool:
    """Whether somebody may find everything. Raises NotFound where they may not even search."""
    everything = may(actor, "see_held", site)
    if not everything and not get_site(tx, site).policy.search:
        raise NotFound("Comments cannot be searched here.", "no_search")
    return everything


# How the index is kept


class Index:
    """Puts comments into the index that are not there yet, step by step; the worker asks it whenever it has nothing else to do."""

    def __init__(self) -> None:
        self._after = 0  # where this round has got to

    def catch_up(self, db: Database) -> int:
        """A step; how many comments were put in."""
        after = self._after
        missing, behind, ended = db.read_now(partial(_look, after=after))
        self._after = missing[-1] if missing else 0
        if missing:
            db.write_now(lambda tx: _put_all(tx, missing))
        elif behind and not after:  # an import may have ended in the middle of a round, with older ids than this was at
            db.write_now(partial(store_search.set_imports, ended=ended))
        return len(missing)


def _look(tx: Tx, after: int) -> tuple[list[int], bool, int]:
    """(comments that are missing, whether imports have ended since, how many have ended), of one moment."""
    return store_search.missing(tx, after), store_search.behind_imports(tx), store_search.imports_ended(tx)


def _put_all(tx: Tx, comments: list[int]) -> None:
    for comment in comments:
        put(tx, comment)
    store_search.set_floor(tx, comments[-1])


def put(tx: Tx, comment: int) -> None:
    """Puts a comment into the index as it is now, or takes it out where it has no words."""
    row = store_search.row_of(tx, comment)
    if row is None or not row.text:
        words.drop(tx, comment)
        return
    site = get_story(tx, row.story).site
    words.put(tx, comment, " ".join(tokens(row.text)), " ".join(tokens(row.name)), f"s{site}")


def again(tx: Tx, told: dict[str, Any], now: int) -> int:
    """What the job of a changed text does."""
    put(tx, told["comment"])
    return 0


def drop_orphans(tx: Tx, now: int) -> int:
    """Takes out of the index what is no comment any more, or one without words; how many."""
    gone = store_search.orphans(tx, STEP)
    for comment in gone:
        words.drop(tx, comment)
    return len(gone)
