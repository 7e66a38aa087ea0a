"""What the desk shows: a capability joins by a line in SOURCES. What a Source is stands in people/waiting.py."""

from __future__ import annotations

from folkmoot.action import at_desk as action
from folkmoot.action import contacts_at_desk as contacts
from folkmoot.desk import disputes, reports
from folkmoot.discussion import at_desk as comments
from folkmoot.errors import NotFound
from folkmoot.notes import alarms
from folkmoot.notes import at_desk as notes
from folkmoot.people.waiting import Source

SOURCES: tuple[Source, ...] = (comments.SOURCE, reports.SOURCE, *action.SOURCES, notes.SOURCE, disputes.SOURCE, alarms.SOURCE, contacts.SOURCE)
_BY_KIND = {source.kind: source for source in SOURCES}


def source_of(kind: str) -> Source:
    """The source of a kind of items. Raises NotFound."""
    if kind not in _BY_KIND:
        raise NotFound("Nothing of this kind waits here.", "no_such_kind")
    return _BY_KIND[kind]
