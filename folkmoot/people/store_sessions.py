"""The tables of signing in that last: sessions and hand-overs. Tokens come and go as fingerprints."""

from __future__ import annotations

from folkmoot.people.model import Handover
from folkmoot.storage.database import Row, Tx

HANDOVER = "id, origin, network, expires, person, done, redeemed"


def insert_session(
    tx: Tx, id: int, token: str, kind: str, person: int, family: int, origin: str, now: int, expires: int, device: str = ""
) -> None:  # fmt: skip
    tx.run(
        "INSERT INTO session (id, token, kind, person, family, origin, created, expires, device) "
        "VALUES (:id, :token, :kind, :person, :family, :origin, :now, :expires, :device)",
        id=id, token=token, kind=kind, person=person, family=family, origin=origin, now=now, expires=expires, device=device,
    )  # fmt: skip


def holders(tx: Tx, token: str, now: int) -> list[Row]:
    """The live session of a token with its person, once per role that they hold (once where they hold none)."""
    return tx.rows(
        "SELECT s.id AS session, s.kind AS session_kind, s.origin, p.id, p.kind, p.name, p.created, p.proven, r.site, r.role "
        "FROM session s JOIN person p ON p.id = s.person LEFT JOIN role r ON r.person = p.id AND r.ended IS NULL "
        "WHERE s.token = :token AND s.ended IS NULL AND s.expires > :now AND p.withdrawn IS NULL",
        token=token, now=now,
    )  # fmt: skip


def use_refresh(tx: Tx, token: str, salt: str, now: int) -> Row | None:
    """Uses up a live, unused refresh token; None where there is none."""
    return tx.one(
        "UPDATE session SET used = :now, salt = :salt WHERE token = :token AND kind = 'refresh' AND used IS NULL "
        "AND ended IS NULL AND expires > :now RETURNING id, person, family, origin, expires, salt, used, device",
        now=now, salt=salt, token=token,
    )  # fmt: skip


def used_refresh(tx: Tx, token: str) -> Row | None:
    """A refresh token that has been used, of a family that has not ended."""
    return tx.one(
        "SELECT id, person, family, origin, expires, salt, used, device FROM session "
        "WHERE token = :token AND kind = 'refresh' AND used IS NOT NULL AND ended IS NULL",
        token=token,
    )


def is_fresh(tx: Tx, token: str, now: int) -> bool:
    """Whether a refresh token is there and waits for its first use."""
    row = tx.one(
        "SELECT id FROM session WHERE token = :token AND used IS NULL AND ended IS NULL AND expires > :now", token=token, now=now
    )
    return row is not None


def end_family(tx: Tx, family: int, why: str, now: int) -> int:
    return tx.count(
        "UPDATE session SET ended = :now, ended_why = :why WHERE family = :family AND ended IS NULL",
        now=now, why=why, family=family,
    )  # fmt: skip


def family_of(tx: Tx, session: int) -> int | None:
    row = tx.one("SELECT family FROM session WHERE id = :session", session=session)
    return int(row.family) if row else None


def end_all(tx: Tx, person: int, why: str, now: int) -> int:
    return tx.count(
        "UPDATE session SET ended = :now, ended_why = :why WHERE person = :person AND ended IS NULL",
        now=now, why=why, person=person,
    )  # fmt: skip


def shorten(tx: Tx, person: int, until: int) -> None:
    """Lets a person's sign-ins that are not bound to a publisher's page end by `until`."""
    tx.run(
        "UPDATE session SET expires = :until WHERE person = :person AND origin = '' AND expires > :until",
        until=until, person=person,
    )  # fmt: skip


def insert_handover(tx: Tx, handover: Handover, challenge: str, now: int) -> None:
    tx.run(
        "INSERT INTO handover (id, challenge, origin, network, created, expires) "
        "VALUES (:id, :challenge, :origin, :network, :now, :expires)",
        id=handover.id, challenge=challenge, origin=handover.origin, network=handover.network, now=now, expires=handover.expires,
    )  # fmt: skip


def handover_by_id(tx: Tx, handover: int) -> Handover | None:
    row = tx.one(f"SELECT {HANDOVER} FROM handover WHERE id = :handover", handover=handover)
    return Handover(*row) if row else None


def finish_handover(tx: Tx, handover: int, person: int, now: int) -> bool:
    finished = tx.count(
        "UPDATE handover SET person = :person, done = :now WHERE id = :handover AND done IS NULL AND expires > :now",
        person=person, now=now, handover=handover,
    )  # fmt: skip
    return finished == 1


def redeem_handover(tx: Tx, handover: int, challenge: str, since: int, now: int) -> Handover | None:
    """Uses up a hand-over that was finished after `since`; None where it is another's, too old, or used."""
    row = tx.one(
        "UPDATE handover SET redeemed = :now "
        f"WHERE id = :handover AND challenge = :challenge AND redeemed IS NULL AND done > :since RETURNING {HANDOVER}",
        now=now, handover=handover, challenge=challenge, since=since,
    )  # fmt: skip
    return Handover(*row) if row else None


def forget(tx: Tx, before: int, limit: int) -> int:
    """Deletes sessions and hand-overs that ended before a time; at most `limit` of each."""
    sessions = tx.count(
        "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE expires < :before ORDER BY expires LIMIT :limit)",
        before=before, limit=limit,
    )  # fmt: skip
    handovers = tx.count(
        "DELETE FROM handover WHERE id IN (SELECT id FROM handover WHERE expires < :before ORDER BY expires LIMIT :limit)",
        before=before, limit=limit,
    )  # fmt: skip
    return sessions + handovers


def families(tx: Tx, person: int, now: int) -> list[Row]:
    """A person's sign-ins that have not ended, each once: what lives longest of its tokens, when it began and was used last."""
    return tx.rows(
        "SELECT s.family, MAX(s.kind) AS kind, MAX(s.device) AS device, MAX(s.origin) AS origin, MAX(s.expires) AS expires, "
        "(SELECT MIN(f.created) FROM session f WHERE f.family = s.family) AS begun, MAX(s.created) AS used FROM session s "
        "WHERE s.person = :person AND s.ended IS NULL AND s.used IS NULL AND s.expires > :now "
        "GROUP BY s.family ORDER BY used DESC, s.family LIMIT 100",
        person=person, now=now,
    )  # fmt: skip


def begun(tx: Tx, session: int) -> int | None:
    """When the sign-in of a token began."""
    row = tx.one("SELECT MIN(f.created) AS begun FROM session s JOIN session f ON f.family = s.family WHERE s.id = :session", session=session)
    return int(row.begun) if row and row.begun is not None else None
