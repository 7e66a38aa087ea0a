"""Comments that dispute their story, at the desk: what notes noticed about them, beside who wrote them and what they say."""

from __future__ import annotations

from msgspec import structs

from folkmoot.discussion import store_waits
from folkmoot.notes.at_desk import DISPUTES
from folkmoot.people.model import Actor
from folkmoot.people.waiting import Order, Place, Source, Waits
from folkmoot.storage.database import Tx
from folkmoot.web.excerpts import excerpt

SNIPPET = 240


def waiting(tx: Tx, site: int, order: Order, after: Place | None, limit: int) -> list[Waits]:
    """What disputes a story, with its writer and its words."""
    return _told(tx, DISPUTES.waiting(tx, site, order, after, limit))


def find(tx: Tx, comment: int) -> Waits | None:
    found = DISPUTES.find(tx, comment)
    return _told(tx, [found])[0] if found else None


def _told(tx: Tx, items: list[Waits]) -> list[Waits]:
    rows = {row.id: row for row in store_waits.brief(tx, [item.id for item in items])}
    return [
        structs.replace(item, name=row.name, person=row.person, snippet=excerpt(row.html, SNIPPET))
        if (row := rows.get(item.id)) is not None else item
        for item in items
    ]  # fmt: skip


def show(tx: Tx, actor: Actor, comment: int, now: int) -> dict[str, object]:
    rows = store_waits.brief(tx, [comment])
    shown = dict(DISPUTES.show(tx, actor, comment, now)) if DISPUTES.show else {}
    return {**shown, "c": rows[0] if rows else None}


SOURCE: Source = structs.replace(DISPUTES, waiting=waiting, find=find, show=show, template="desk/dispute.html")
