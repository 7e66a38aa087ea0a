"""The SQL of what the rules must know of other comments: asked in one statement, since on the way of a post each of them is paid for."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from folkmoot.storage.database import Row, Tx

_COLUMNS = "id, person, network, posted"
_THERE = "state IN ('published', 'held')"
_PARTS = {
    "person": f"SELECT 'person' AS what, {_COLUMNS}, '' AS text FROM (SELECT {_COLUMNS} FROM comment WHERE person = :person AND posted > :hour"
    " ORDER BY posted DESC LIMIT 100) p",
    "network": f"SELECT 'network' AS what, {_COLUMNS}, '' AS text FROM (SELECT {_COLUMNS} FROM comment WHERE network = :network AND posted > :hour"
    " ORDER BY posted DESC LIMIT 100) w",
    "same": f"SELECT 'same' AS what, {_COLUMNS}, '' AS text FROM (SELECT {_COLUMNS} FROM comment WHERE digest = :digest AND posted > :hour"
    f" AND {_THERE} ORDER BY posted DESC LIMIT 20) s",
    "near": " UNION ALL ".join(
        f"SELECT 'near' AS what, {_COLUMNS}, text FROM (SELECT {_COLUMNS}, text FROM comment WHERE gist_{gist} = :{gist} AND posted > :day"
        f" AND {_THERE} ORDER BY posted DESC LIMIT :most) {name}"
        for gist, name in (("one", "g"), ("two", "h"))
    ),
    "name": f"SELECT 'name' AS what, {_COLUMNS}, '' AS text FROM (SELECT {_COLUMNS} FROM comment WHERE story = :story AND skeleton = :looks"
    " AND (person IS NULL OR person <> :writer) LIMIT 1) m",
}
What = Literal["person", "network", "same", "near", "name"]


class Wanted(Struct, frozen=True):
    """What is asked. looks: the skeleton of the writer's name, "" for none; digest: "" where repeats are not asked for; one, two: the
    min-hashes, None where near-copies are not; person, network: whose posts since `hour` are, None for nobody's."""

    story: int
    hour: int
    day: int
    looks: str = ""
    digest: str = ""
    person: int | None = None
    network: str | None = None
    writer: int | None = None
    one: int | None = None
    two: int | None = None


def around(tx: Tx, wanted: Wanted, most: int) -> dict[str, list[Row]]:
    """What there is beside a new comment: the writer's and their network's posts since an hour, the newest same words, the `most` newest
    texts that share each min-hash (one that shares both comes twice), and somebody else in the thread whose name looks the same."""
    asked = {
        "person": wanted.person is not None, "network": wanted.network is not None, "same": wanted.digest != "", "near": wanted.one is not None,
        "name": wanted.looks != "",
    }  # fmt: skip
    found: dict[str, list[Row]] = {name: [] for name in asked}
    parts = [_PARTS[name] for name, is_asked in asked.items() if is_asked]
    for row in tx.rows(" UNION ALL ".join(parts), **_given(wanted, most)) if parts else ():
        found[row.what].append(row)
    return found


def _given(wanted: Wanted, most: int) -> dict[str, object]:
    return {
        "person": wanted.person, "network": wanted.network, "hour": wanted.hour, "digest": wanted.digest, "one": wanted.one, "two": wanted.two,
        "day": wanted.day, "most": most, "story": wanted.story, "looks": wanted.looks, "writer": wanted.writer or 0,
    }  # fmt: skip
