"""Small facts that outlive a restart, and the secrets that are made where none is given."""

from __future__ import annotations

import base64
import os
import secrets
from contextlib import suppress
from pathlib import Path

from folkmoot.errors import Unavailable, say
from folkmoot.storage.database import Database, Tx


def get(tx: Tx, name: str) -> str | None:
    """What is kept under a name."""
    row = tx.one("SELECT body FROM fact WHERE name = :name", name=name)
    return None if row is None else str(row.body)


def put(tx: Tx, name: str, body: str) -> None:
    """Keeps something under a name, in place of what was there."""
    tx.run("INSERT INTO fact (name, body) VALUES (:name, :body) ON CONFLICT (name) DO UPDATE SET body = excluded.body",
           name=name, body=body)


def secret(db: Database, name: str) -> bytes:
    """32 random bytes, made once. Blocks.

    Beside an SQLite file: in a file of its own with mode 0600, so that a copy of the database alone gives nobody a key. With
    a database server: in the table fact, where every process finds it.
    """
    if db.folder is not None:
        return _secret_file(db.folder / "secrets" / name)
    return db.write_now(lambda tx: _secret_row(tx, f"secret:{name}"))


def _secret_row(tx: Tx, name: str) -> bytes:
    made = base64.b64encode(secrets.token_bytes(32)).decode()
    tx.run("INSERT INTO fact (name, body) VALUES (:name, :body) ON CONFLICT (name) DO NOTHING", name=name, body=made)
    return base64.b64decode(get(tx, name) or "")


def _secret_file(path: Path) -> bytes:
    try:
        if not path.exists():
            _make(path)
        found = path.read_bytes()
    except OSError as error:
        words = say("The secret {path} can neither be read nor made: {why}.", path=path, why=error.strerror)
        raise Unavailable(words, 60, "secret") from error
    if len(found) != 32:
        raise Unavailable(say("The secret {path} is damaged: it is not 32 bytes long. Restore it from a backup, or remove it and "
                              "have everybody sign in again.", path=path), 300, "secret")
    return found


def _make(path: Path) -> None:
    """Makes the file whole or not at all; of two processes that make it at once, one wins."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
