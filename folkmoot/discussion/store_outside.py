"""The SQL of what a service outside said of comments, and what the desk has told it since."""

from __future__ import annotations

from folkmoot.storage.database import Row, Tx


def verdict(tx: Tx, comment: int) -> Row | None:
    return tx.one("SELECT comment, spam, told FROM asked_outside WHERE comment = :comment", comment=comment)


def put_verdict(tx: Tx, comment: int, spam: bool) -> None:
    tx.run(
        "INSERT INTO asked_outside (comment, spam, told) VALUES (:comment, :spam, NULL)"
        " ON CONFLICT (comment) DO UPDATE SET spam = excluded.spam, told = NULL",
        comment=comment, spam=int(spam),
    )  # fmt: skip


def set_told(tx: Tx, comment: int, spam: bool) -> None:
    tx.run("UPDATE asked_outside SET told = :spam WHERE comment = :comment", comment=comment, spam=int(spam))


def was_advertising(tx: Tx, comment: int) -> bool:
    """Whether readers reported a comment as advertising, and were right."""
    return tx.one("SELECT 1 FROM flag WHERE comment = :comment AND reason = 'advertising' AND upheld = 1 LIMIT 1", comment=comment) is not None
