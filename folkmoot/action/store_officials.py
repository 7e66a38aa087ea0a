"""All SQL on officials, districts and postal codes. Versions are chosen in versions.py; here rows are fetched by version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from folkmoot.action.model import Committee, Detail, Member, Official
from folkmoot.storage.database import Row, Tx

_LOAD = "id, source, scope, origin, digest, dated, since, until, congress, entries, bad, begun, ready"
_encode = msgspec.json.Encoder().encode


class Load(NamedTuple):
    """A version of what a source says of a scope."""

    id: int
    source: str
    scope: str
    origin: str
    digest: str
    dated: str
    since: str
    until: str
    congress: int | None
    entries: int
    bad: int
    begun: int
    ready: int | None


def ready_loads(tx: Tx) -> list[Load]:
    """Every version that is whole, the newest facts first; of the same day, what was loaded last."""
    return [Load(*row) for row in tx.rows(f"SELECT {_LOAD} FROM directory_load WHERE ready IS NOT NULL ORDER BY dated DESC, ready DESC, id DESC")]


def load_of(tx: Tx, source: str, scope: str, digest: str) -> Load | None:
    sql = f"SELECT {_LOAD} FROM directory_load WHERE source = :source AND scope = :scope AND digest = :digest"
    row = tx.one(sql, source=source, scope=scope, digest=digest)
    return Load(*row) if row else None


def unfinished_loads(tx: Tx) -> list[int]:
    return [row.id for row in tx.rows("SELECT id FROM directory_load WHERE ready IS NULL ORDER BY id")]


def insert_load(tx: Tx, load: Load) -> None:
    names = [name.strip() for name in _LOAD.split(",")]
    tx.run(f"INSERT INTO directory_load ({_LOAD}) VALUES ({', '.join(f':{name}' for name in names)})", **load._asdict())


def set_ready(tx: Tx, load: int, now: int) -> None:
    tx.run("UPDATE directory_load SET ready = :now WHERE id = :load", load=load, now=now)


def set_dated(tx: Tx, load: int, dated: str) -> None:
    tx.run("UPDATE directory_load SET dated = :dated WHERE id = :load", load=load, dated=dated)


def delete_load(tx: Tx, load: int) -> None:
    """Takes a version away, with all that came with it."""
    for sql in (
        "DELETE FROM official_seat WHERE load = :load", "DELETE FROM official_detail WHERE load = :load", "DELETE FROM committee WHERE load = :load",
        "DELETE FROM committee_member WHERE load = :load", "DELETE FROM area WHERE load = :load", "DELETE FROM postal_table WHERE load = :load",
        "DELETE FROM directory_load WHERE id = :load",
    ):  # fmt: skip
        tx.run(sql, load=load)


def insert_officials(tx: Tx, load: int, officials: Iterable[Official]) -> None:
    sql = (
        "INSERT INTO official_seat (load, official, division, level, role, since, until, record)"
        " VALUES (:load, :official, :division, :level, :role, :since, :until, :record) ON CONFLICT DO NOTHING"
    )
    tx.many(sql, [
        {"load": load, "official": each.id, "division": each.division, "level": each.level, "role": each.role, "since": each.since,
            "until": each.until,
         "record": _encode(each).decode()}
        for each in officials
    ])  # fmt: skip


def insert_details(tx: Tx, load: int, details: Iterable[Detail]) -> None:
    sql = "INSERT INTO official_detail (load, official, record) VALUES (:load, :official, :record) ON CONFLICT DO NOTHING"
    tx.many(sql, [{"load": load, "official": each.official, "record": _encode(each).decode()} for each in details])


def insert_committees(tx: Tx, load: int, committees: Iterable[Committee]) -> None:
    sql = "INSERT INTO committee (load, id, name, record) VALUES (:load, :id, :name, :record) ON CONFLICT DO NOTHING"
    tx.many(sql, [{"load": load, "id": each.id, "name": each.name, "record": _encode(each).decode()} for each in committees])


def insert_members(tx: Tx, load: int, members: Iterable[Member]) -> None:
    sql = (
        "INSERT INTO committee_member (load, committee, official, title, place) VALUES (:load, :committee, :official, :title, :place)"
        " ON CONFLICT DO NOTHING"
    )
    tx.many(sql, [
        {"load": load, "committee": each.committee, "official": each.official, "title": each.title, "place": each.rank} for each in members
    ])  # fmt: skip


def insert_areas(tx: Tx, load: int, areas: Iterable[tuple[str, str, bytes]]) -> None:
    """areas: (division, name, packed shape)."""
    sql = "INSERT INTO area (load, division, name, shape) VALUES (:load, :division, :name, :shape) ON CONFLICT DO NOTHING"
    tx.many(sql, [{"load": load, "division": division, "name": name, "shape": packed} for division, name, packed in areas])


def insert_postal(tx: Tx, load: int, packed: bytes) -> None:
    tx.run("INSERT INTO postal_table (load, packed) VALUES (:load, :packed)", load=load, packed=packed)


def areas_of(tx: Tx, load: int) -> list[Row]:
    """division, name, shape."""
    return tx.rows("SELECT division, name, shape FROM area WHERE load = :load ORDER BY division", load=load)


def postal_of(tx: Tx, load: int) -> bytes:
    row = tx.one("SELECT packed FROM postal_table WHERE load = :load", load=load)
    return bytes(row.packed) if row else b""


def seats_in(tx: Tx, loads: Sequence[int], divisions: Sequence[str]) -> list[tuple[int, Official]]:
    """(version, official) of everybody who has, had or will have a seat for these very divisions, in the order of the divisions."""
    sql = "SELECT load, record FROM official_seat WHERE division = :division ORDER BY role, since, official"
    found = tx.each(sql, [{"division": division} for division in divisions])
    wanted = set(loads)
    return [(row.load, read_official(row.record)) for rows in found for row in rows if row.load in wanted]


def seats_of(tx: Tx, official: str) -> list[tuple[int, Official]]:
    """(version, official): every term of one official."""
    rows = tx.rows("SELECT load, record FROM official_seat WHERE official = :official ORDER BY since DESC", official=official)
    return [(row.load, read_official(row.record)) for row in rows]


def all_seats(tx: Tx, load: int) -> list[Official]:
    rows = tx.rows("SELECT record FROM official_seat WHERE load = :load ORDER BY division, role, since, official", load=load)
    return [read_official(row.record) for row in rows]


def read_official(record: str) -> Official:
    return msgspec.json.decode(record, type=Official)


def details_of(tx: Tx, loads: Sequence[int], officials: Sequence[str]) -> dict[str, list[Detail]]:
    """What other files say of officials, by id."""
    keys = [{"official": official, "load": load} for official in officials for load in loads]
    found = tx.each("SELECT record FROM official_detail WHERE load = :load AND official = :official", keys)
    kept: dict[str, list[Detail]] = {}
    for key, rows in zip(keys, found, strict=True):
        kept.setdefault(str(key["official"]), []).extend(msgspec.json.decode(row.record, type=Detail) for row in rows)
    return kept


def detailed(tx: Tx, load: int) -> set[str]:
    """Ids of the officials that a version of details knows."""
    return {row.official for row in tx.rows("SELECT official FROM official_detail WHERE load = :load", load=load)}


def committees_of(tx: Tx, load: int) -> list[Committee]:
    rows = tx.rows("SELECT record FROM committee WHERE load = :load ORDER BY name", load=load)
    return [msgspec.json.decode(row.record, type=Committee) for row in rows]


def members_of(tx: Tx, load: int, committee: str) -> list[Row]:
    """official, title, place."""
    sql = "SELECT official, title, place FROM committee_member WHERE load = :load AND committee = :committee ORDER BY place, official"
    return tx.rows(sql, load=load, committee=committee)


def sits_on(tx: Tx, load: int, officials: Sequence[str]) -> dict[str, list[str]]:
    """The committees of officials, by id."""
    sql = "SELECT committee FROM committee_member WHERE official = :official AND load = :load ORDER BY committee"
    found = tx.each(sql, [{"official": official, "load": load} for official in officials])
    return {official: [row.committee for row in rows] for official, rows in zip(officials, found, strict=True)}
