"""The worker draws a story's opinion map: votes on its comments and statements go in, what may be told of it comes out (maps.py keeps it)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from folkmoot.notes import store_maps, store_ratings
from folkmoot.notes.maps import Group, MapAnswer, Said, Share, hide_small
from folkmoot.storage.database import Database, Tx

if TYPE_CHECKING:
    from folkmoot.notes.opinions import Map

LEAST = 12     # people who have voted before a map is drawn at all
SHOWN = 5      # statements of each kind
AGREED = 0.6   # of each group, for a statement to be told as agreed
APART = 0.25   # by how much groups must differ for a statement to be told as dividing
Texts = Callable[[Tx, Sequence[int]], dict[int, str]]
Vote = tuple[int, int, int]


def draw_map(db: Database, texts: Texts, story: int, now: int) -> None:
    """Draws a story's map, keeps it and everybody's place; groups keep their ids. texts: the words of comments, by who knows them."""
    votes, statements, places = db.read_now(lambda tx: _read(tx, story))
    people = list(dict.fromkeys([row[0] for row in places] + [person for person, _, _ in votes]))
    if len({person for person, _, _ in votes}) < LEAST:
        return
    items = sorted({item for _, item, _ in votes})
    found = _map(votes, people, items, places)
    chosen = _chosen(found)
    words = db.read_now(lambda tx: texts(tx, [items[each] for each in chosen if items[each] not in statements])) | statements
    told = _told(found, votes, people, items, words, set(statements), now)
    kept = [(person, *_place(found, at)) for at, person in enumerate(people) if _has_place(found, at)]
    db.write_now(lambda tx: _keep(tx, story, told, kept, now), lane=story)


def _read(tx: Tx, story: int) -> tuple[list[Vote], dict[int, str], list[Any]]:
    votes = [(row.person, row.comment, row.value) for row in store_ratings.votes_in(tx, story)]
    votes += [(row.person, row.statement, row.value) for row in store_maps.opinions_in(tx, story)]
    return votes, {row.id: row.text for row in store_maps.statements_of(tx, story)}, store_maps.places_in(tx, story)


def _map(votes: Sequence[Vote], people: Sequence[int], items: Sequence[int], places: Sequence[Any]) -> Map:
    from folkmoot.notes.opinions import map_of

    who, what = {person: at for at, person in enumerate(people)}, {item: at for at, item in enumerate(items)}
    return map_of(
        [who[person] for person, _, _ in votes], [what[item] for _, item, _ in votes], [value for _, _, value in votes], people=len(people),
        statements=len(items), last=_last(places) if places else None,
    )  # fmt: skip


def _last(places: Sequence[Any]) -> Map:
    """The map before, as far as its places tell: those people come first, in the same order."""
    import numpy as np

    from folkmoot.notes.opinions import Group as Party
    from folkmoot.notes.opinions import Map as Drawn

    party = np.array([-1 if row.party is None else row.party for row in places])
    groups = tuple(Party(int(each), tuple(np.flatnonzero(party == each).tolist()), ()) for each in np.unique(party[party >= 0]))
    return Drawn(np.array([[row.x, row.y] for row in places]), party, bool(groups), "", groups, (), ())


def _chosen(found: Map) -> list[int]:
    return [each for each, _ in (*found.agreed[: 4 * SHOWN], *found.divides[: 4 * SHOWN])]


def _has_place(found: Map, at: int) -> bool:
    return bool(found.place[at][0] == found.place[at][0])  # not a number: no place


def _place(found: Map, at: int) -> tuple[float, float, int | None]:
    party = int(found.group[at])
    return round(float(found.place[at][0]), 3), round(float(found.place[at][1]), 3), party if party >= 0 else None


def _told(
    found: Map, votes: Sequence[Vote], people: Sequence[int], items: Sequence[int], words: dict[int, str], statements: set[int], now: int
) -> MapAnswer:
    """What may be told: statements with their words, shares per group, places without names."""
    who = {person: at for at, person in enumerate(people)}
    parties: list[int | None] = [group.id for group in found.groups] or [None]
    counted: dict[tuple[int, int | None], list[int]] = {}
    for person, item, value in votes:
        party = int(found.group[who[person]])
        if found.groups and party < 0:
            continue
        counts = counted.setdefault((item, party if found.groups else None), [0, 0, 0])
        counts[0] += value == 1
        counts[1] += value == -1
        counts[2] += 1

    def said(each: int) -> Said:
        item = items[each]
        shares = [Share(*counted.get((item, party), [0, 0, 0])) for party in parties]
        return Said(str(item), "statement" if item in statements else "comment", words[item], shares)

    known = [said(each) for each, _ in found.agreed if words.get(items[each])]
    agreed = [each for each in known if all((share.agree + 1) / (share.voted + 2) > AGREED for share in each.shares)][:SHOWN]
    told = {each.id for each in agreed}
    divides = [said(each) for each, score in found.divides if score >= APART and words.get(items[each]) and str(items[each]) not in told][:SHOWN]
    there = (_place(found, at) for at in range(len(people)) if _has_place(found, at))
    places = sorted(there, key=lambda at: at[:2])  # so that their order tells nobody who is who
    groups = [Group(group.id, group.size) for group in found.groups]
    separate = found.separate and len(groups) > 1
    told_places = [(x, y, party) for x, y, party in places]
    return hide_small(MapAnswer(len(places), separate, found.why, groups, agreed, divides, told_places, now))


def _keep(tx: Tx, story: int, told: MapAnswer, places: Sequence[tuple[int, float, float, int | None]], now: int) -> None:
    tx.hold(story)
    before = store_maps.map_of(tx, story)
    store_maps.put_map(tx, story, msgspec.json.encode(told, enc_hook=str).decode(), now)
    store_maps.replace_places(tx, story, places)
    if before is None:
        tx.bump(story)  # the way to it appears
