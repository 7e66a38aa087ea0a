"""All SQL on actions: what readers of a story can do, each change of it, and what people did."""

from __future__ import annotations

import msgspec

from folkmoot.action.model import Action, Draft
from folkmoot.storage.database import Row, Tx

_ACTION = "id, story, site, code, draft, made, made_by, stopped"


def _action(row: Row | None) -> Action | None:
    if row is None:
        return None
    return Action(row.id, row.story, row.site, row.code, msgspec.json.decode(row.draft, type=Draft), row.made, row.made_by, row.stopped)


def action_by_id(tx: Tx, action: int) -> Action | None:
    return _action(tx.one(f"SELECT {_ACTION} FROM action WHERE id = :action", action=action))


def action_by_code(tx: Tx, code: str) -> Action | None:
    return _action(tx.one(f"SELECT {_ACTION} FROM action WHERE code = :code", code=code))


def actions_of_story(tx: Tx, story: int) -> list[Action]:
    """Every action of a story, the oldest first."""
    rows = tx.rows(f"SELECT {_ACTION} FROM action WHERE story = :story ORDER BY starts, id", story=story)
    return [found for row in rows if (found := _action(row))]


def actions_of_site(tx: Tx, site: int, limit: int) -> list[Action]:
    """The newest actions of a site."""
    rows = tx.rows(f"SELECT {_ACTION} FROM action WHERE site = :site ORDER BY made DESC, id DESC LIMIT :limit", site=site, limit=limit)
    return [found for row in rows if (found := _action(row))]


def insert_action(tx: Tx, action: Action) -> None:
    tx.run(
        "INSERT INTO action (id, story, site, code, draft, starts, ends, made, made_by)"
        " VALUES (:id, :story, :site, :code, :draft, :starts, :ends, :made, :made_by)",
        id=action.id, story=action.story, site=action.site, code=action.code, draft=_written(action.draft), starts=action.draft.starts,
        ends=action.draft.ends, made=action.made, made_by=action.made_by,
    )


def set_draft(tx: Tx, action: int, draft: Draft) -> None:
    tx.run(
        "UPDATE action SET draft = :draft, starts = :starts, ends = :ends WHERE id = :action",
        action=action, draft=_written(draft), starts=draft.starts, ends=draft.ends,
    )


def set_stopped(tx: Tx, action: int, now: int) -> None:
    tx.run("UPDATE action SET stopped = :now WHERE id = :action", action=action, now=now)


def insert_change(tx: Tx, id: int, action: int, deed: str, person: int | None, made_by: str, reason: str, before: Draft | None, now: int) -> None:
    tx.run(
        "INSERT INTO action_change (id, action, deed, person, made_by, reason, before, at)"
        " VALUES (:id, :action, :deed, :person, :made_by, :reason, :before, :now)",
        id=id, action=action, deed=deed, person=person, made_by=made_by, reason=reason, before=_written(before) if before else "", now=now,
    )


def changes_of(tx: Tx, action: int) -> list[Row]:
    """deed, person, made_by, reason, at: the oldest first."""
    return tx.rows("SELECT deed, person, made_by, reason, at FROM action_change WHERE action = :action ORDER BY at, id", action=action)


def put_deed(tx: Tx, action: int, kind: str, who: str, official: str, outcome: str, now: int) -> None:
    """Notes that somebody did something; the same person's later word on the same official takes the earlier one's place."""
    tx.run(
        "INSERT INTO action_deed (action, kind, who, official, outcome, at) VALUES (:action, :kind, :who, :official, :outcome, :now)"
        " ON CONFLICT (action, kind, who, official) DO UPDATE SET outcome = excluded.outcome, at = excluded.at",
        action=action, kind=kind, who=who, official=official, outcome=outcome, now=now,
    )


def deeds_of(tx: Tx, actions: list[int]) -> list[list[Row]]:
    """kind, people, deeds of each action; skipped calls are no deeds."""
    sql = (
        "SELECT kind, count(DISTINCT who) AS people, count(*) AS deeds FROM action_deed"
        " WHERE action = :action AND outcome <> 'skip' GROUP BY kind"
    )
    return tx.each(sql, [{"action": action} for action in actions])


def outcomes_of(tx: Tx, action: int) -> list[Row]:
    """outcome, people, deeds of an action's calls."""
    sql = (
        "SELECT outcome, count(DISTINCT who) AS people, count(*) AS deeds FROM action_deed"
        " WHERE action = :action AND kind = 'call' GROUP BY outcome ORDER BY outcome"
    )
    return tx.rows(sql, action=action)


def called_by(tx: Tx, action: int, who: str) -> list[Row]:
    """official, outcome: what one person said of their calls."""
    sql = "SELECT official, outcome FROM action_deed WHERE action = :action AND kind = 'call' AND who = :who"
    return tx.rows(sql, action=action, who=who)


def known_people(tx: Tx, before: int, limit: int) -> list[Row]:
    """action, kind, who of deeds that are older than `before` and still carry a hash."""
    sql = "SELECT DISTINCT action, kind, who FROM action_deed WHERE at < :before AND who NOT LIKE '-%' LIMIT :limit"
    return tx.rows(sql, before=before, limit=limit)


def set_who(tx: Tx, action: int, kind: str, who: str, new: str) -> None:
    tx.run("UPDATE action_deed SET who = :new WHERE action = :action AND kind = :kind AND who = :who", action=action, kind=kind, who=who, new=new)


def insert_report(
    tx: Tx, id: int, official: str, division: str, site: int, what: str, words: str, network: str | None, now: int
) -> None:
    tx.run(
        "INSERT INTO directory_report (id, official, division, site, what, words, network, at)"
        " VALUES (:id, :official, :division, :site, :what, :words, :network, :now)",
        id=id, official=official, division=division, site=site, what=what, words=words, network=network, now=now,
    )


_REPORT = "id, official, division, site, what, words, network, at, settled, settled_by, made_by, outcome, reason"


def report_by_id(tx: Tx, report: int) -> Row | None:
    return tx.one(f"SELECT {_REPORT} FROM directory_report WHERE id = :report", report=report)


def reports_waiting(tx: Tx, site: int, after: tuple[int, int], limit: int) -> list[Row]:
    """Reports on a site that nobody has settled, the oldest first, behind (time, id)."""
    sql = (
        f"SELECT {_REPORT} FROM directory_report WHERE settled IS NULL AND site IN (0, :site)"
        " AND (at > :at OR (at = :at AND id > :id)) ORDER BY at, id LIMIT :limit"
    )
    return tx.rows(sql, site=site, at=after[0], id=after[1], limit=limit)


def reports_by(tx: Tx, network: str, since: int) -> int:
    row = tx.one("SELECT count(*) AS number FROM directory_report WHERE network = :network AND at >= :since", network=network, since=since)
    return int(row.number) if row else 0


def settle_report(tx: Tx, report: int, person: int | None, made_by: str, outcome: str, reason: str, now: int) -> int:
    return tx.count(
        "UPDATE directory_report SET settled = :now, settled_by = :person, made_by = :made_by, outcome = :outcome, reason = :reason"
        " WHERE id = :report AND settled IS NULL",
        report=report, person=person, made_by=made_by, outcome=outcome, reason=reason, now=now,
    )


def open_report(tx: Tx, report: int) -> int:
    return tx.count(
        "UPDATE directory_report SET settled = NULL, settled_by = NULL, made_by = NULL, outcome = NULL, reason = '' WHERE id = :report", report=report
    )


def forget_networks(tx: Tx, before: int, limit: int) -> int:
    """Empties where reports came from, once they are older than a moment."""
    return tx.count(
        "UPDATE directory_report SET network = NULL WHERE id IN"
        " (SELECT id FROM directory_report WHERE at < :before AND network IS NOT NULL LIMIT :limit)", before=before, limit=limit,
    )


def _written(draft: Draft) -> str:
    return msgspec.json.encode(draft).decode()
