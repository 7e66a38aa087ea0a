"""All SQL on sites and stories. Functions take a Tx and give the nouns of model.py."""

from __future__ import annotations

from functools import lru_cache, partial

import msgspec

from folkmoot.sites.model import Policy, Site, Story, Theme
from folkmoot.storage.database import Row, Tx

_STORY = "s.id, s.site, s.publisher_key, s.address, s.title, s.title_from, s.language, s.created, s.closed, s.slow"
_LED = "JOIN story s ON s.id = COALESCE(a.merged_into, a.id)"  # a story that was merged into another leads there
ON_SITE = "EXISTS (SELECT 1 FROM story o WHERE o.id = c.story AND o.site = :site)"  # for other rooms' statements: whether row c is of a site
_SITE = "id, host, name, language, policy, theme"


def _story(row: Row | None) -> Story | None:
    return None if row is None else Story(*row)


def _site(tx: Tx, row: Row | None) -> Site | None:
    if row is None:
        return None
    hosts = tuple(found.host for found in tx.rows("SELECT host FROM site_host WHERE site = :site ORDER BY added, host", site=row.id))
    return Site(
        row.id, row.host, row.name, row.language, _policy(row.policy), msgspec.json.decode(row.theme, type=Theme), hosts
    )


def site_by_id(tx: Tx, site: int) -> Site | None:
    return tx.recall("site", site, lambda: _site(tx, tx.one(f"SELECT {_SITE} FROM site WHERE id = :site", site=site)))


def site_by_hosts(tx: Tx, candidates: list[str]) -> int | None:
    """The site of the first candidate host (exact or wildcard) that is registered."""
    sql = "SELECT site FROM site_host WHERE host = :host"
    for found in tx.each(sql, [{"host": host} for host in candidates]):
        if found:
            site: int = found[0].site
            return site
    return None


def policy_of(tx: Tx, site: int) -> Policy:
    """Only the policy: asked on every write."""

    def fetch() -> Policy:
        row = tx.one("SELECT policy FROM site WHERE id = :site", site=site)
        return Policy() if row is None else _policy(row.policy)

    return tx.recall("policy", site, fetch)


@lru_cache(maxsize=64)
def _policy(words: str) -> Policy:
    """The same policy is the same object, so that what rules make ready of its lists is made once."""
    return msgspec.json.decode(words, type=Policy)


def all_sites(tx: Tx) -> list[Site]:
    def fetch() -> tuple[Site | None, ...]:
        return tuple(_site(tx, row) for row in tx.rows(f"SELECT {_SITE} FROM site ORDER BY host"))

    known = [site for site in tx.recall("site", "all", fetch) if site]  # no site's number, not even that of none
    return [tx.recall("site", site.id, partial(_same, site)) for site in known]


def _same(site: Site) -> Site:
    return site


def insert_site(tx: Tx, id: int, host: str, name: str, language: str, policy: Policy, now: int) -> None:
    tx.forget("site")
    tx.run(
        "INSERT INTO site (id, host, name, language, policy, created) VALUES (:id, :host, :name, :language, :policy, :now)",
        id=id, host=host, name=name, language=language, policy=msgspec.json.encode(policy).decode(), now=now,
    )


def insert_host(tx: Tx, site: int, host: str, now: int) -> None:
    tx.forget("site")
    tx.run("INSERT INTO site_host (host, site, added) VALUES (:host, :site, :now)", host=host, site=site, now=now)


def delete_host(tx: Tx, site: int, host: str) -> int:
    tx.forget("site")
    return tx.count("DELETE FROM site_host WHERE host = :host AND site = :site", host=host, site=site)


def update_site(tx: Tx, site: Site) -> None:
    tx.forget("policy")
    tx.forget("site")
    tx.run(
        "UPDATE site SET name = :name, language = :language, policy = :policy, theme = :theme WHERE id = :id",
        id=site.id, name=site.name, language=site.language,
        policy=msgspec.json.encode(site.policy).decode(), theme=msgspec.json.encode(site.theme).decode(),
    )


def story_by_id(tx: Tx, story: int) -> Story | None:
    return _story(tx.one(f"SELECT {_STORY} FROM story a {_LED} WHERE a.id = :story", story=story))


def stories_by_ids(tx: Tx, stories: list[int]) -> list[Story | None]:
    """As story_by_id; in the order asked."""
    found = tx.each(f"SELECT {_STORY} FROM story a {_LED} WHERE a.id = :story", [{"story": story} for story in stories])
    return [_story(rows[0]) if rows else None for rows in found]


def story_by_key(tx: Tx, site: int, key: str) -> Story | None:
    return _story(tx.one(f"SELECT {_STORY} FROM story a {_LED} WHERE a.site = :site AND a.publisher_key = :key", site=site, key=key))


def story_by_address(tx: Tx, cleaned: str) -> Story | None:
    """Asked on every write; on a busy story it is known from the write before."""
    sql = f"SELECT {_STORY} FROM story_address n JOIN story a ON a.id = n.story {_LED} WHERE n.cleaned = :cleaned"
    return tx.recall("story", cleaned, lambda: _story(tx.one(sql, cleaned=cleaned)))


def stories_by_addresses(tx: Tx, cleaned: list[str]) -> list[int | None]:
    """The story id of each cleaned address, None where there is none; in the order asked."""
    sql = "SELECT COALESCE(a.merged_into, a.id) AS story FROM story_address n JOIN story a ON a.id = n.story WHERE n.cleaned = :cleaned"
    found = tx.each(sql, [{"cleaned": one} for one in cleaned])
    return [rows[0].story if rows else None for rows in found]


def stories_of(tx: Tx, site: int, limit: int, after: int = 0) -> list[Story]:
    rows = tx.rows(
        f"SELECT {_STORY} FROM story s WHERE s.site = :site AND s.id > :after AND s.merged_into IS NULL ORDER BY s.id LIMIT :limit",
        site=site, after=after, limit=limit,
    )
    return [Story(*row) for row in rows]


def latest_story_ids(tx: Tx, site: int, limit: int) -> list[int]:
    """Those of a site's stories, merged ones too, that were taken in last; the newest first."""
    return [row.id for row in tx.rows("SELECT id FROM story WHERE site = :site ORDER BY id DESC LIMIT :limit", site=site, limit=limit)]


def latest_stories(tx: Tx, site: int, limit: int) -> list[Story]:
    """A site's stories, the newest first, without those that were merged into another."""
    where = "s.site = :site AND s.merged_into IS NULL"
    rows = tx.rows(f"SELECT {_STORY} FROM story s WHERE {where} ORDER BY s.id DESC LIMIT :limit", site=site, limit=limit)
    return [Story(*row) for row in rows]


def insert_story(tx: Tx, story: Story) -> None:
    tx.forget("story")
    tx.run(
        "INSERT INTO story (id, site, publisher_key, address, title, title_from, language, created, closed) VALUES"
        " (:id, :site, :publisher_key, :address, :title, :title_from, :language, :created, :closed)",
        id=story.id, site=story.site, publisher_key=story.publisher_key, address=story.address, title=story.title,
        title_from=story.title_from, language=story.language, created=story.created, closed=story.closed,
    )


def delete_story(tx: Tx, story: int) -> None:
    tx.forget("story")
    tx.run("DELETE FROM story WHERE id = :story", story=story)


def insert_address(tx: Tx, cleaned: str, story: int, told_by: str, now: int) -> int:
    """1 where the address is new, 0 where some story has it already."""
    added = tx.count(
        "INSERT INTO story_address (cleaned, story, told_by, added) VALUES (:cleaned, :story, :told_by, :now) ON CONFLICT (cleaned) DO NOTHING",
        cleaned=cleaned, story=story, told_by=told_by, now=now,
    )
    if added:
        tx.forget("story")
    return added


def addresses_of(tx: Tx, story: int) -> list[str]:
    return [row.cleaned for row in tx.rows("SELECT cleaned FROM story_address WHERE story = :story ORDER BY added, cleaned", story=story)]


def set_closed(tx: Tx, story: int, closed: int | None) -> None:
    tx.forget("story")
    tx.run("UPDATE story SET closed = :closed WHERE id = :story", story=story, closed=closed)


def set_title(tx: Tx, story: int, title: str, told_by: str) -> None:
    tx.forget("story")
    tx.run("UPDATE story SET title = :title, title_from = :told_by WHERE id = :story", story=story, title=title, told_by=told_by)


def set_slow(tx: Tx, story: int, slow: int) -> None:
    tx.forget("story")
    tx.run("UPDATE story SET slow = :slow WHERE id = :story", story=story, slow=slow)


def insert_site_decision(tx: Tx, id: int, site: int, person: int | None, made_by: str, was: Policy, became: Policy, reason: str, now: int) -> None:
    tx.run(
        "INSERT INTO site_decision (id, site, person, made_by, was, became, reason, at)"
        " VALUES (:id, :site, :person, :made_by, :was, :became, :reason, :now)",
        id=id, site=site, person=person, made_by=made_by, was=msgspec.json.encode(was).decode(), became=msgspec.json.encode(became).decode(),
        reason=reason, now=now,
    )  # fmt: skip


def site_decisions(tx: Tx, site: int, before: int, person: int | None, limit: int) -> list[Row]:
    """What was changed in a site's rules before a moment, newest first; by a person."""
    by = " AND person = :person" if person is not None else ""
    return tx.rows(
        f"SELECT id, person, made_by, was, became, reason, at FROM site_decision WHERE site = :site AND at < :before{by}"
        " ORDER BY at DESC, id DESC LIMIT :limit",
        site=site, before=before, person=person, limit=limit,
    )  # fmt: skip


def rules_changed_since(tx: Tx, site: int, moment: int) -> bool:
    """Whether a site's rules were changed after a moment."""
    return tx.one("SELECT id FROM site_decision WHERE site = :site AND at > :moment LIMIT 1", site=site, moment=moment) is not None


def story_decisions(tx: Tx, site: int, before: int, deed: str, person: int | None, limit: int) -> list[Row]:
    """What was decided about a site's stories before a moment, newest first; by a deed, by a person."""
    by = " AND d.person = :person" if person is not None else ""
    only = " AND d.deed = :deed" if deed else ""
    return tx.rows(
        "SELECT d.id, d.story, d.deed, d.person, d.made_by, d.reason, d.at, s.title, s.address FROM story_decision d JOIN story s ON s.id = d.story"
        f" WHERE d.at < :before AND s.site = :site{by}{only} ORDER BY d.at DESC, d.id DESC LIMIT :limit",
        site=site, before=before, deed=deed, person=person, limit=limit,
    )  # fmt: skip


def insert_story_decision(tx: Tx, id: int, story: int, deed: str, person: int | None, made_by: str, reason: str, now: int) -> None:
    tx.run(
        "INSERT INTO story_decision (id, story, deed, person, made_by, reason, at) VALUES (:id, :story, :deed, :person, :made_by, :reason, :now)",
        id=id, story=story, deed=deed, person=person, made_by=made_by, reason=reason, now=now,
    )


def stories_due(tx: Tx, site: int, before: int, limit: int) -> list[int]:
    """Open stories of a site that were made before a moment: due to close by the site's own rule."""
    rows = tx.rows(
        "SELECT id FROM story WHERE site = :site AND closed IS NULL AND merged_into IS NULL AND created < :before ORDER BY id LIMIT :limit",
        site=site, before=before, limit=limit,
    )
    return [row.id for row in rows]
