"""The tables of who is told of comments: members who follow or mute a story, and a site's hooks."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from folkmoot.storage.database import Row, Tx

_HOOK = "id, site, address, secret, former, former_until, created, status, told, ended, ended_why"


class Hook(Struct, frozen=True):
    """Where a site's program hears of comments. secret, former: base64 of the keys; former signs too until former_until."""

    id: int
    site: int
    address: str
    secret: str
    former: str
    former_until: int
    created: int
    status: int | None
    told: int | None
    ended: int | None
    ended_why: str | None


def heard(tx: Tx, story: int, site: int) -> tuple[bool, bool]:
    """Whether anybody follows the story, and whether the site has a hook: asked on every write."""

    def fetch() -> tuple[bool, bool]:
        row = tx.one(
            "SELECT EXISTS (SELECT 1 FROM follow WHERE story = :story AND how = 'follow') AS followed,"
            " EXISTS (SELECT 1 FROM hook WHERE site = :site AND ended IS NULL) AS hooked",
            story=story, site=site,
        )  # fmt: skip
        return (bool(row.followed), bool(row.hooked)) if row else (False, False)

    return tx.recall("heard", story, fetch)


def followers(tx: Tx, story: int, after: int, limit: int) -> list[int]:
    """Who follows a story, by id, above an id."""
    sql = "SELECT person FROM follow WHERE story = :story AND how = 'follow' AND person > :after ORDER BY person LIMIT :limit"
    return [row.person for row in tx.rows(sql, story=story, after=after, limit=limit)]


def following(tx: Tx, person: int, story: int) -> str | None:
    """follow, mute, or None."""
    row = tx.one("SELECT how FROM follow WHERE person = :person AND story = :story", person=person, story=story)
    return row.how if row else None


def followed_by(tx: Tx, person: int, limit: int) -> list[Row]:
    """(story, how, at) of all that a person follows or mutes, the newest first."""
    return tx.rows("SELECT story, how, at FROM follow WHERE person = :person ORDER BY at DESC, story LIMIT :limit", person=person, limit=limit)


def set_following(tx: Tx, person: int, story: int, how: str | None, now: int) -> None:
    tx.forget("heard")
    if how is None:
        tx.run("DELETE FROM follow WHERE person = :person AND story = :story", person=person, story=story)
        return
    tx.run(
        "INSERT INTO follow (person, story, how, at) VALUES (:person, :story, :how, :now)"
        " ON CONFLICT (person, story) DO UPDATE SET how = excluded.how, at = excluded.at",
        person=person, story=story, how=how, now=now,
    )  # fmt: skip


def speakers(tx: Tx, story: int, skeletons: list[str]) -> list[Row]:
    """(person, name) of those who have spoken in a story under one of these names, as the eye reads them."""
    asked = [{"story": story, "skeleton": each} for each in skeletons]
    sql = (
        "SELECT DISTINCT person, name FROM comment WHERE story = :story AND skeleton = :skeleton AND state = 'published' AND visible = 1"
        " AND person IS NOT NULL LIMIT 5"
    )
    return [row for rows in tx.each(sql, asked) for row in rows]


def words(tx: Tx, comments: Sequence[int]) -> dict[int, str]:
    """The texts of those of these comments that readers see, by id."""
    sql = "SELECT id, text FROM comment WHERE id = :id AND state = 'published' AND visible = 1"
    return {row.id: row.text for rows in tx.each(sql, [{"id": each} for each in comments]) for row in rows}


def hooks_of(tx: Tx, site: int) -> list[Hook]:
    """A site's hooks, the ended ones among them, the oldest first."""
    return [Hook(*row) for row in tx.rows(f"SELECT {_HOOK} FROM hook WHERE site = :site ORDER BY created, id", site=site)]


def hook_by_id(tx: Tx, hook: int) -> Hook | None:
    row = tx.one(f"SELECT {_HOOK} FROM hook WHERE id = :hook", hook=hook)
    return Hook(*row) if row else None


def insert_hook(tx: Tx, id: int, site: int, address: str, secret: str, made_by: int | None, now: int) -> None:
    tx.forget("heard")
    tx.run(
        "INSERT INTO hook (id, site, address, secret, made_by, created) VALUES (:id, :site, :address, :secret, :made_by, :now)",
        id=id, site=site, address=address, secret=secret, made_by=made_by, now=now,
    )  # fmt: skip


def set_secret(tx: Tx, hook: int, secret: str, former_until: int) -> None:
    """Gives a hook a new key; the one before it signs too for a while."""
    tx.run("UPDATE hook SET former = secret, secret = :secret, former_until = :until WHERE id = :hook", hook=hook, secret=secret, until=former_until)


def set_status(tx: Tx, hook: int, status: int, now: int) -> None:
    tx.run("UPDATE hook SET status = :status, told = :now WHERE id = :hook", hook=hook, status=status, now=now)


def end_hook(tx: Tx, hook: int, why: str, now: int) -> bool:
    tx.forget("heard")
    return tx.count("UPDATE hook SET ended = :now, ended_why = :why WHERE id = :hook AND ended IS NULL", hook=hook, why=why, now=now) == 1


def add_sent(tx: Tx, hook: int, message: str, event: str, status: int, now: int) -> None:
    tx.run(
        "INSERT INTO hook_sent (hook, message, event, status, at) VALUES (:hook, :message, :event, :status, :now)"
        " ON CONFLICT (hook, message) DO UPDATE SET status = excluded.status, at = excluded.at",
        hook=hook, message=message, event=event, status=status, now=now,
    )  # fmt: skip


def sent(tx: Tx, hook: int, limit: int) -> list[Row]:
    """(message, event, status, at) of what a hook answered, the last first."""
    return tx.rows("SELECT message, event, status, at FROM hook_sent WHERE hook = :hook ORDER BY at DESC, message DESC LIMIT :limit",
                   hook=hook, limit=limit)  # fmt: skip


def drop_sent(tx: Tx, hook: int, keep: int) -> None:
    """Forgets all but the last of what a hook answered."""
    tx.run(
        "DELETE FROM hook_sent WHERE hook = :hook AND message NOT IN"
        " (SELECT message FROM hook_sent WHERE hook = :hook ORDER BY at DESC, message DESC LIMIT :keep)",
        hook=hook, keep=keep,
    )  # fmt: skip
