"""Rows of sites and stories as they travel: those that arrive with an archive and leave again, and those that an export takes along."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.json import decode, encode
from msgspec.structs import asdict

from folkmoot.sites.model import Policy, Theme
from folkmoot.sites.store_rows import AddressRow, HostRow, SiteDecisionRow, SiteRow, StoryDecisionRow, StoryRow
from folkmoot.storage.database import Row, Tx


def delete_arrived_addresses(tx: Tx, story: int, arrived: int) -> int:
    """Takes away the addresses that an import told at a moment; how many they were."""
    tx.forget("story")
    return tx.count("DELETE FROM story_address WHERE story = :story AND told_by = 'import' AND added = :arrived", story=story, arrived=arrived)


def is_known_elsewhere(tx: Tx, story: int, arrived: int) -> bool:
    """Whether a story is found under an address that an import did not tell at a moment."""
    sql = "SELECT cleaned FROM story_address WHERE story = :story AND (told_by <> 'import' OR added <> :arrived) LIMIT 1"
    return tx.one(sql, story=story, arrived=arrived) is not None


def is_touched_since(tx: Tx, story: int, moment: int) -> bool:
    """Whether anything was decided about a story, or an address told of it, after a moment."""
    decided = tx.one("SELECT id FROM story_decision WHERE story = :story AND at > :moment LIMIT 1", story=story, moment=moment)
    return decided is not None or tx.one(
        "SELECT cleaned FROM story_address WHERE story = :story AND added > :moment LIMIT 1", story=story, moment=moment
    ) is not None  # fmt: skip


def decided_on(tx: Tx, story: int) -> bool:
    """Whether anybody but an importer has decided something about a story."""
    return tx.one("SELECT id FROM story_decision WHERE story = :story AND made_by <> 'import' LIMIT 1", story=story) is not None


def delete_story(tx: Tx, story: int) -> None:
    """Takes a story out that nothing else knows."""
    tx.run("DELETE FROM story_decision WHERE story = :story", story=story)
    tx.run("DELETE FROM story_address WHERE story = :story", story=story)
    tx.run("DELETE FROM story_moved WHERE story = :story", story=story)
    tx.forget("story")
    tx.run("DELETE FROM story WHERE id = :story", story=story)


# What an export takes along

_STORY = "id, publisher_key, address, title, title_from, language, created, closed, slow, merged_into"
_DECISION = "d.id, d.story, d.deed, d.person, d.made_by, d.reason, d.at"


def story_row(row: Row) -> StoryRow:
    return StoryRow(str(row.id), row.address, row.closed, row.created, row.language, row.publisher_key, row.title, row.title_from, row.slow,
                    str(row.merged_into) if row.merged_into else None)  # fmt: skip


def decision_row(row: Row) -> StoryDecisionRow:
    return StoryDecisionRow(str(row.id), row.at, row.deed, row.made_by, str(row.person) if row.person else None, row.reason, str(row.story))


def address_row(row: Row) -> AddressRow:
    return AddressRow(f"{row.story}:{row.cleaned}", row.added, row.cleaned, str(row.story), row.told_by)


def site_row(tx: Tx, site: int) -> SiteRow | None:
    row = tx.one("SELECT host, name, language, policy, theme, created FROM site WHERE id = :site", site=site)
    if row is None:
        return None
    policy, theme = decode(row.policy, type=Policy), decode(row.theme, type=Theme)
    return SiteRow(row.host, row.created, row.language, row.name, policy, theme)


def host_rows(tx: Tx, site: int) -> list[HostRow]:
    return sorted((HostRow(row.host, row.added) for row in tx.rows("SELECT host, added FROM site_host WHERE site = :site", site=site)), key=_by_id)


def story_ids(tx: Tx, site: int, after: int, limit: int) -> list[int]:
    rows = tx.rows("SELECT id FROM story WHERE site = :site AND id > :after ORDER BY id LIMIT :limit", site=site, after=after, limit=limit)
    return [row.id for row in rows]


def stories(tx: Tx, ids: list[int]) -> list[StoryRow]:
    found = tx.each(f"SELECT {_STORY} FROM story WHERE id = :id", [{"id": each} for each in ids])
    return [story_row(row) for rows in found for row in rows]


def addresses(tx: Tx, ids: list[int]) -> list[AddressRow]:
    """By story, then by the address's letters, which engines may sort differently."""
    found = tx.each("SELECT story, cleaned, told_by, added FROM story_address WHERE story = :id", [{"id": each} for each in ids])
    return [row for rows in found for row in sorted(map(address_row, rows), key=_by_id)]


def decisions(tx: Tx, site: int, after: int, limit: int) -> list[StoryDecisionRow]:
    rows = tx.rows(
        f"SELECT {_DECISION} FROM story_decision d JOIN story s ON s.id = d.story WHERE s.site = :site AND d.id > :after ORDER BY d.id LIMIT :limit",
        site=site, after=after, limit=limit,
    )  # fmt: skip
    return [decision_row(row) for row in rows]


_RULES = "id, person, made_by, was, became, reason, at"


def rules_row(row: Row) -> SiteDecisionRow:
    was, became = decode(row.was, type=Policy), decode(row.became, type=Policy)
    return SiteDecisionRow(str(row.id), row.at, became, row.made_by, str(row.person) if row.person else None, row.reason, was)


def rules_rows(tx: Tx, site: int) -> list[SiteDecisionRow]:
    """What a site's rules were, and who changed them."""
    return [rules_row(row) for row in tx.rows(f"SELECT {_RULES} FROM site_decision WHERE site = :site ORDER BY id", site=site)]


def _by_id(row: HostRow | AddressRow) -> str:
    return row.id


# What an import brings home


def replace_settings(tx: Tx, site: int, row: SiteRow) -> None:
    """Makes a site that holds nothing yet what the export says it is. Its host stays."""
    tx.forget("policy")
    tx.forget("site")
    tx.run(
        "UPDATE site SET name = :name, language = :language, policy = :policy, theme = :theme, created = :created WHERE id = :site",
        site=site, name=row.name, language=row.language, policy=encode(row.policy).decode(), theme=encode(row.theme).decode(), created=row.created,
    )  # fmt: skip


def is_empty(tx: Tx, site: int) -> bool:
    """Whether a site has no story yet."""
    return tx.one("SELECT id FROM story WHERE site = :site LIMIT 1", site=site) is None


def is_only_site(tx: Tx, site: int) -> bool:
    return tx.one("SELECT id FROM site WHERE id <> :site LIMIT 1", site=site) is None


def host_owner(tx: Tx, host: str) -> int | None:
    row = tx.one("SELECT site FROM site_host WHERE host = :host", host=host)
    return row.site if row else None


def put_hosts(tx: Tx, site: int, rows: Sequence[HostRow]) -> None:
    """Registers hosts; of one that is registered already, since when is taken over."""
    tx.forget("site")
    tx.many(
        "INSERT INTO site_host (host, site, added) VALUES (:host, :site, :added) ON CONFLICT (host) DO UPDATE SET added = excluded.added",
        [{"host": row.id, "site": site, "added": row.added} for row in rows],
    )


def insert_stories(tx: Tx, site: int, rows: Sequence[StoryRow]) -> None:
    tx.forget("story")
    tx.many(
        "INSERT INTO story (id, site, publisher_key, address, title, title_from, language, created, closed, slow, merged_into) VALUES (:id,"
        " :site, :publisher_key, :address, :title, :title_from, :language, :created, :closed, :slow, :merged_into) ON CONFLICT (id) DO NOTHING",
        ({**asdict(row), "id": int(row.id), "site": site, "merged_into": int(row.merged_into) if row.merged_into else None} for row in rows),
    )


def insert_addresses(tx: Tx, rows: Sequence[AddressRow]) -> None:
    tx.forget("story")
    tx.many(
        "INSERT INTO story_address (cleaned, story, told_by, added) VALUES (:cleaned, :story, :told_by, :added) ON CONFLICT (cleaned) DO NOTHING",
        ({"cleaned": row.cleaned, "story": int(row.story), "told_by": row.told_by, "added": row.added} for row in rows),
    )


def insert_decisions(tx: Tx, rows: Sequence[StoryDecisionRow]) -> None:
    tx.many(
        "INSERT INTO story_decision (id, story, deed, person, made_by, reason, at) VALUES (:id, :story, :deed, :person, :made_by, :reason, :at)"
        " ON CONFLICT (id) DO NOTHING",
        ({**asdict(row), "id": int(row.id), "story": int(row.story), "person": int(row.person) if row.person else None} for row in rows),
    )


def insert_rules(tx: Tx, site: int, rows: Sequence[SiteDecisionRow]) -> None:
    tx.many(
        "INSERT INTO site_decision (id, site, person, made_by, was, became, reason, at)"
        " VALUES (:id, :site, :person, :made_by, :was, :became, :reason, :at) ON CONFLICT (id) DO NOTHING",
        [
            {"id": int(row.id), "site": site, "person": int(row.person) if row.person else None, "made_by": row.made_by,
             "was": encode(row.was).decode(), "became": encode(row.became).decode(), "reason": row.reason, "at": row.at}
            for row in rows
        ],
    )  # fmt: skip


# What is here already under the same name


def same_rules(tx: Tx, row: SiteDecisionRow) -> SiteDecisionRow | None:
    found = tx.one(f"SELECT {_RULES} FROM site_decision WHERE id = :id", id=int(row.id))
    return rules_row(found) if found else None


def owner_of(tx: Tx, story: int) -> int | None:
    """The site of a story."""
    row = tx.one("SELECT site FROM story WHERE id = :story", story=story)
    return row.site if row else None


def same_story(tx: Tx, row: StoryRow) -> StoryRow | None:
    found = tx.one(f"SELECT {_STORY} FROM story WHERE id = :id", id=int(row.id))
    return story_row(found) if found else None


def key_owner(tx: Tx, site: int, publisher_key: str) -> int | None:
    """The story of a site that a publisher's id names."""
    row = tx.one("SELECT id FROM story WHERE site = :site AND publisher_key = :key", site=site, key=publisher_key)
    return row.id if row else None


def same_address(tx: Tx, row: AddressRow) -> AddressRow | None:
    found = tx.one("SELECT story, cleaned, told_by, added FROM story_address WHERE cleaned = :cleaned", cleaned=row.cleaned)
    return address_row(found) if found else None


def same_decision(tx: Tx, row: StoryDecisionRow) -> StoryDecisionRow | None:
    found = tx.one(f"SELECT {_DECISION} FROM story_decision d WHERE d.id = :id", id=int(row.id))
    return decision_row(found) if found else None


def unknown_stories(tx: Tx, ids: list[int]) -> set[int]:
    """Which of these ids are no story's."""
    found = tx.each("SELECT id FROM story WHERE id = :id", [{"id": each} for each in ids])
    return {each for each, rows in zip(ids, found, strict=True) if not rows}
