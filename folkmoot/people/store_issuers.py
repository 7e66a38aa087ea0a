"""The tables of who else may say who somebody is: issuers, publishers' keys, used assertions, passkeys."""

from __future__ import annotations

from collections.abc import Sequence

from folkmoot.people.model import Issuer, Passkey, SiteKey
from folkmoot.storage.database import Row, Tx

_ISSUER = "name, kind, address, label, client, secret_file, proves_mail"
_PASSKEY = "id, person, public_key, signs, device, created, used"


def _issuer(row: Row) -> Issuer:
    return Issuer(row.name, row.kind, row.address, row.label, row.client, row.secret_file, bool(row.proves_mail))


def issuers(tx: Tx) -> list[Issuer]:
    return [_issuer(row) for row in tx.rows(f"SELECT {_ISSUER} FROM issuer ORDER BY added, name")]


def issuer_named(tx: Tx, name: str) -> Issuer | None:
    row = tx.one(f"SELECT {_ISSUER} FROM issuer WHERE name = :name", name=name)
    return _issuer(row) if row else None


def insert_issuer(tx: Tx, issuer: Issuer, now: int) -> None:
    tx.run(
        f"INSERT INTO issuer ({_ISSUER}, added) VALUES (:name, :kind, :address, :label, :client, :secret_file, :proves_mail, :now)",
        name=issuer.name, kind=issuer.kind, address=issuer.address, label=issuer.label, client=issuer.client, secret_file=issuer.secret_file,
        proves_mail=int(issuer.proves_mail), now=now,
    )  # fmt: skip


def delete_issuer(tx: Tx, name: str) -> bool:
    return tx.count("DELETE FROM issuer WHERE name = :name", name=name) == 1


def known_only_by(tx: Tx, issuer: str) -> list[int]:
    """People of whom one issuer has proven who they are, and no other has."""
    rows = tx.rows(
        "SELECT DISTINCT i.person FROM identity i WHERE i.issuer = :issuer"
        " AND NOT EXISTS (SELECT 1 FROM identity o WHERE o.person = i.person AND o.issuer <> i.issuer) ORDER BY i.person", issuer=issuer
    )
    return [row.person for row in rows]


def delete_identity(tx: Tx, person: int, issuer: str, subject: str) -> bool:
    gone = tx.count(
        "DELETE FROM identity WHERE person = :person AND issuer = :issuer AND subject = :subject", person=person, issuer=issuer, subject=subject
    )
    return gone == 1


# A publisher's own accounts


def site_key(tx: Tx, site: int) -> SiteKey | None:
    row = tx.one("SELECT id, site, algorithm, public_key FROM site_key WHERE site = :site AND ended IS NULL", site=site)
    return SiteKey(*row) if row else None


def put_site_key(tx: Tx, key: SiteKey, now: int) -> None:
    """The key of its site from now on; the one before ends."""
    end_site_key(tx, key.site, now)
    tx.run(
        "INSERT INTO site_key (id, site, algorithm, public_key, added) VALUES (:id, :site, :algorithm, :public_key, :now)",
        id=key.id, site=key.site, algorithm=key.algorithm, public_key=key.public_key, now=now,
    )  # fmt: skip


def end_site_key(tx: Tx, site: int, now: int) -> bool:
    return tx.count("UPDATE site_key SET ended = :now WHERE site = :site AND ended IS NULL", site=site, now=now) == 1


def use_assertion(tx: Tx, site: int, token: str, expires: int) -> bool:
    """Whether it was not used before."""
    return tx.count(
        "INSERT INTO assertion (site, token, expires) VALUES (:site, :token, :expires) ON CONFLICT (site, token) DO NOTHING",
        site=site, token=token, expires=expires,
    ) == 1  # fmt: skip


def forget_assertions(tx: Tx, before: int, limit: int) -> int:
    return tx.count(
        "DELETE FROM assertion WHERE token IN (SELECT token FROM assertion WHERE expires < :before ORDER BY expires LIMIT :limit)",
        before=before, limit=limit,
    )  # fmt: skip


# Passkeys


def passkeys(tx: Tx, person: int) -> Sequence[Passkey]:
    return [Passkey(*row) for row in tx.rows(f"SELECT {_PASSKEY} FROM passkey WHERE person = :person ORDER BY created, id", person=person)]


def passkey(tx: Tx, id: str) -> Passkey | None:
    row = tx.one(f"SELECT {_PASSKEY} FROM passkey WHERE id = :id", id=id)
    return Passkey(*row) if row else None


def insert_passkey(tx: Tx, key: Passkey) -> None:
    tx.run(
        f"INSERT INTO passkey ({_PASSKEY}) VALUES (:id, :person, :public_key, :signs, :device, :created, :used)",
        id=key.id, person=key.person, public_key=key.public_key, signs=key.signs, device=key.device, created=key.created, used=key.used,
    )  # fmt: skip


def use_passkey(tx: Tx, id: str, signs: int, now: int) -> None:
    tx.run("UPDATE passkey SET signs = :signs, used = :now WHERE id = :id", signs=signs, now=now, id=id)


def delete_passkey(tx: Tx, person: int, id: str) -> bool:
    return tx.count("DELETE FROM passkey WHERE id = :id AND person = :person", id=id, person=person) == 1
