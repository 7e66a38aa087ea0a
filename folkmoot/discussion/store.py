"""All SQL on comments as they are written and judged. Pages are read in store_pages.py."""

from __future__ import annotations

from collections.abc import Sequence

from folkmoot.sites.store import ON_SITE
from folkmoot.storage import words
from folkmoot.storage.database import Row, Tx

# What the verbs need of a comment that they change.
_ROW = (
    "id, story, parent, level, person, name, text, html, renderer, posted, edited, state, visible, batch, up, down, base_up, base_down,"
    " replies, by_best, by_replies, by_hot, moved, marks, digest, network, preview"
)


def comment_row(tx: Tx, comment: int) -> Row | None:
    return tx.one(f"SELECT {_ROW} FROM comment WHERE id = :comment", comment=comment)


def story_of(tx: Tx, comment: int) -> int | None:
    row = tx.one("SELECT story FROM comment WHERE id = :comment", comment=comment)
    return row.story if row else None


def insert_comment(tx: Tx, **given: object) -> Row | None:
    """Writes a new comment; gives its row."""
    return tx.one(
        "INSERT INTO comment (id, story, parent, level, person, name, skeleton, text, html, renderer, posted, state, visible,"
        " by_best, by_replies, by_hot, moved, marks, digest, network, gist_one, gist_two)"
        " VALUES (:id, :story, :parent, :level, :person, :name, :skeleton,"
        " :text, :html, :renderer, :posted, :state, :visible, :by_best, :by_replies, :by_hot, :moved, :marks,"
        " :digest, :network, :gist_one, :gist_two)"
        f" RETURNING {_ROW}",
        **given,
    )


def set_state(tx: Tx, comment: int, state: str) -> None:
    tx.run("UPDATE comment SET state = :state WHERE id = :comment", comment=comment, state=state)


def set_visible(tx: Tx, comment: int, visible: int, moved: int) -> None:
    tx.run("UPDATE comment SET visible = :visible, moved = :moved WHERE id = :comment", comment=comment, visible=visible, moved=moved)


def add_replies(tx: Tx, parent: int, change: int, moved: int) -> Row | None:
    """Counts one visible reply more or less; gives the parent as it is then."""
    return tx.one(
        "UPDATE comment SET replies = replies + :change, by_replies = by_replies - :change, moved = :moved WHERE id = :parent"
        " RETURNING id, story, parent, state, visible, replies",
        parent=parent, change=change, moved=moved,
    )


def add_live(tx: Tx, story: int, change: int) -> None:
    """Counts so many comments more that readers see, once for all that a group has brought."""
    sql = "INSERT INTO thread (story, live) VALUES (:story, :total) ON CONFLICT (story) DO UPDATE SET live = thread.live + excluded.live"
    tx.sum_up(("live", story), change, lambda tx, total: tx.run(sql, story=story, total=total))


def set_text(tx: Tx, comment: int, text: str, html: str, renderer: int, digest: str, edited: int | None) -> None:
    tx.run(
        "UPDATE comment SET text = :text, html = :html, renderer = :renderer, digest = :digest, edited = :edited,"
        " preview = CASE WHEN CAST(:text AS TEXT) = '' THEN '' ELSE preview END WHERE id = :comment",
        comment=comment, text=text, html=html, renderer=renderer, digest=digest, edited=edited,
    )
    words.drop(tx, comment)  # what was there before is not to be found any more; the new words are put in by verbs


# Decisions

_DECISION = "id, comment, revision, deed, person, made_by, rule, reason, at, guideline, note, was, undoes"
_OF_STATE = "deed IN ('publish', 'hold', 'release', 'remove', 'restore', 'withdraw', 'scrub')"


def insert_decision(
    tx: Tx, id: int, comment: int, deed: str, person: int | None, made_by: str, now: int,
    *, rule: str = "", reason: str = "", revision: int | None = None, guideline: str = "", note: str = "", was: str = "", undoes: int | None = None,
) -> None:
    tx.run(
        "INSERT INTO decision (id, comment, revision, deed, person, made_by, rule, reason, at, guideline, note, was, undoes)"
        " VALUES (:id, :comment, :revision, :deed, :person, :made_by, :rule, :reason, :now, :guideline, :note, :was, :undoes)",
        id=id, comment=comment, revision=revision, deed=deed, person=person, made_by=made_by, rule=rule, reason=reason, now=now,
        guideline=guideline, note=note, was=was, undoes=undoes,
    )


def last_decision(tx: Tx, comment: int) -> Row | None:
    """The last decision on the state of a comment as a whole."""
    return tx.one(
        f"SELECT {_DECISION} FROM decision WHERE comment = :comment AND revision IS NULL AND {_OF_STATE} ORDER BY at DESC, id DESC LIMIT 1",
        comment=comment,
    )


def decision_on_revision(tx: Tx, revision: int) -> Row | None:
    return tx.one(
        f"SELECT {_DECISION} FROM decision WHERE revision = :revision ORDER BY at DESC, id DESC LIMIT 1",
        revision=revision,
    )


def decisions_on(tx: Tx, comment: int) -> list[Row]:
    return tx.rows(f"SELECT {_DECISION} FROM decision WHERE comment = :comment ORDER BY at, id", comment=comment)


def undoing(tx: Tx, comment: int, decision: int) -> Row | None:
    """The decision that takes another back, if there is one."""
    return tx.one("SELECT id, at FROM decision WHERE comment = :comment AND undoes = :decision LIMIT 1", comment=comment, decision=decision)


def decision_by_id(tx: Tx, decision: int) -> Row | None:
    return tx.one(f"SELECT {_DECISION} FROM decision WHERE id = :decision", decision=decision)


# Votes and flags


def vote_of(tx: Tx, comment: int, person: int) -> Row | None:
    return tx.one("SELECT value, counted FROM vote WHERE comment = :comment AND person = :person", comment=comment, person=person)


def put_vote(tx: Tx, comment: int, person: int, value: int, counted: int, now: int) -> None:
    tx.run(
        "INSERT INTO vote (comment, person, value, counted, at) VALUES (:comment, :person, :value, :counted, :now)"
        " ON CONFLICT (comment, person) DO UPDATE SET value = excluded.value, counted = excluded.counted, at = excluded.at",
        comment=comment, person=person, value=value, counted=counted, now=now,
    )


def delete_vote(tx: Tx, comment: int, person: int) -> None:
    tx.run("DELETE FROM vote WHERE comment = :comment AND person = :person", comment=comment, person=person)


def counted_votes(tx: Tx, comment: int) -> tuple[int, int]:
    """(up, down) of the votes that count, freshly counted."""
    row = tx.one(
        "SELECT COALESCE(SUM(CASE WHEN value = 1 THEN 1 ELSE 0 END), 0) AS up, COALESCE(SUM(CASE WHEN value = -1 THEN 1 ELSE 0 END), 0) AS down"
        " FROM vote WHERE comment = :comment AND counted = 1",
        comment=comment,
    )
    return (int(row.up), int(row.down)) if row else (0, 0)


def set_tally(tx: Tx, comment: int, up: int, down: int, by_best: float, by_hot: float, moved: int) -> None:
    tx.run(
        "UPDATE comment SET up = :up, down = :down, by_best = :by_best, by_hot = :by_hot, moved = :moved WHERE id = :comment",
        comment=comment, up=up, down=down, by_best=by_best, by_hot=by_hot, moved=moved,
    )


def add_thread_votes(tx: Tx, story: int, change: int) -> None:
    tx.run(
        "INSERT INTO thread (story, votes) VALUES (:story, :change) ON CONFLICT (story) DO UPDATE SET votes = thread.votes + excluded.votes",
        story=story, change=change,
    )


def votes_in(tx: Tx, person: int, story: int, limit: int = 2_000) -> list[Row]:
    """A person's own votes in a story, newest first."""
    return tx.rows(
        "SELECT v.comment, v.value FROM vote v JOIN comment c ON c.id = v.comment WHERE v.person = :person AND c.story = :story"
        " ORDER BY v.at DESC LIMIT :limit",
        person=person, story=story, limit=limit,
    )


def votes_of_person(tx: Tx, person: int, limit: int) -> list[Row]:
    return tx.rows("SELECT comment, value, counted, at FROM vote WHERE person = :person ORDER BY at LIMIT :limit", person=person, limit=limit)


def votes_left(tx: Tx, person: int) -> int:
    row = tx.one("SELECT COUNT(*) AS n FROM vote WHERE person = :person", person=person)
    return int(row.n) if row else 0


def put_flag(tx: Tx, id: int, comment: int, person: int, reason: str, detail: str, now: int) -> None:
    tx.run(
        "INSERT INTO flag (id, comment, person, reason, detail, at) VALUES (:id, :comment, :person, :reason, :detail, :now)"
        " ON CONFLICT (comment, person) DO UPDATE SET reason = excluded.reason, detail = excluded.detail, at = excluded.at,"
        " settled = NULL, upheld = NULL",
        id=id, comment=comment, person=person, reason=reason, detail=detail, now=now,
    )


def flags_on(tx: Tx, comment: int) -> list[Row]:
    return tx.rows("SELECT id, person, reason, detail, at FROM flag WHERE comment = :comment AND settled IS NULL ORDER BY at", comment=comment)


def settle_flags(tx: Tx, comment: int, upheld: int, now: int) -> None:
    """Ends the open reports on a comment. upheld: 1 where it is removed, 0 where it is let stand."""
    tx.run("UPDATE flag SET settled = :now, upheld = :upheld WHERE comment = :comment AND settled IS NULL", comment=comment, upheld=upheld, now=now)


def reopen_flags(tx: Tx, comment: int, settled: int) -> None:
    """Opens the reports again that a decision of a moment has settled."""
    tx.run("UPDATE flag SET settled = NULL, upheld = NULL WHERE comment = :comment AND settled = :settled", comment=comment, settled=settled)


def flagger_records(tx: Tx, site: int, people: Sequence[int]) -> dict[int, tuple[int, int]]:
    """(right, wrong) of each person's last reports on a site that were decided, at most 100."""
    sql = (
        "SELECT COALESCE(SUM(upheld), 0) AS held, COUNT(*) AS n FROM (SELECT f.upheld FROM flag f JOIN comment c ON c.id = f.comment"
        f" WHERE f.person = :person AND f.upheld IS NOT NULL AND {ON_SITE} ORDER BY f.at DESC LIMIT 100) f"
    )
    found = tx.each(sql, [{"person": each, "site": site} for each in people])
    return {each: (int(rows[0].held), int(rows[0].n) - int(rows[0].held)) for each, rows in zip(people, found, strict=True)}


# Revisions


def revisions_of(tx: Tx, comment: int) -> list[Row]:
    return tx.rows(
        "SELECT id, comment, number, text, html, made, person, state, public FROM revision WHERE comment = :comment ORDER BY number", comment=comment
    )


def insert_revision(tx: Tx, id: int, comment: int, number: int, text: str, html: str, made: int, person: int | None, state: str, public: int) -> None:
    tx.run(
        "INSERT INTO revision (id, comment, number, text, html, made, person, state, public)"
        " VALUES (:id, :comment, :number, :text, :html, :made, :person, :state, :public)",
        id=id, comment=comment, number=number, text=text, html=html, made=made, person=person, state=state, public=public,
    )


def set_revision(tx: Tx, revision: int, state: str, public: int) -> None:
    tx.run("UPDATE revision SET state = :state, public = :public WHERE id = :revision", revision=revision, state=state, public=public)


def scrub_revisions(tx: Tx, comment: int) -> None:
    tx.run("UPDATE revision SET text = '', html = '' WHERE comment = :comment", comment=comment)


# What the rules ask


def last_post_in(tx: Tx, story: int, person: int | None, network: str | None, since: int) -> int | None:
    """When somebody, or whoever has their address block, last posted under a story since a moment."""
    whose = "person = :person" if person is not None else "network = :network"
    row = tx.one(
        f"SELECT posted FROM comment WHERE {whose} AND posted > :since AND story = :story ORDER BY posted DESC LIMIT 1",
        story=story, person=person, network=network, since=since,
    )
    return row.posted if row else None


def record_before(tx: Tx, site: int, person: int, before: int, limit: int) -> tuple[int, int, int | None]:
    """`record_of` as it was at a moment, by what is known now of what was posted before."""
    sql = f"SELECT c.state FROM comment c WHERE c.person = :person AND c.posted < :before AND {ON_SITE} ORDER BY c.posted DESC LIMIT :limit"
    states = [row.state for row in tx.rows(sql, site=site, person=person, before=before, limit=limit)]
    sql = (
        "SELECT c.posted FROM comment c WHERE c.person = :person AND c.posted < :before AND c.state = 'published'"
        f" AND {ON_SITE} ORDER BY c.posted LIMIT 1"
    )
    first = tx.one(sql, site=site, person=person, before=before) if states else None
    return states.count("published"), states.count("removed") + states.count("spam"), first.posted if first else None


def record_of(tx: Tx, site: int, person: int, limit: int) -> tuple[int, int, int | None]:
    """(approved, removed, first): how many of a person's last comments on a site stand and were removed, and when the first published one came."""
    sql = f"SELECT c.state FROM comment c WHERE c.person = :person AND {ON_SITE} ORDER BY c.posted DESC LIMIT :limit"
    states = [row.state for row in tx.rows(sql, site=site, person=person, limit=limit)]
    if not states:
        return 0, 0, None
    sql = f"SELECT c.posted FROM comment c WHERE c.person = :person AND c.state = 'published' AND {ON_SITE} ORDER BY c.posted LIMIT 1"
    first = tx.one(sql, site=site, person=person)
    return states.count("published"), states.count("removed") + states.count("spam"), first.posted if first else None


# Lists


def held_comments(tx: Tx, story: int | None, limit: int) -> list[Row]:
    """Comments that wait for a moderator, oldest first."""
    only = " AND story = :story" if story is not None else ""
    return tx.rows(f"SELECT {_ROW} FROM comment WHERE state = 'held'{only} ORDER BY posted LIMIT :limit", story=story, limit=limit)


def held_revisions(tx: Tx, limit: int) -> list[Row]:
    return tx.rows(
        "SELECT r.id, r.comment, r.text, r.html, r.made, c.story FROM revision r JOIN comment c ON c.id = r.comment WHERE r.state = 'held'"
        " ORDER BY r.made LIMIT :limit",
        limit=limit,
    )


def latest_comments(tx: Tx, story: int | None, limit: int) -> list[Row]:
    only = "WHERE story = :story" if story is not None else ""
    return tx.rows(f"SELECT {_ROW} FROM comment {only} ORDER BY posted DESC, id DESC LIMIT :limit", story=story, limit=limit)


def own_comments(tx: Tx, person: int, story: int, since: int, limit: int) -> list[Row]:
    """A person's comments in a story that are held, or still young enough to be edited."""
    return tx.rows(
        f"SELECT {_ROW} FROM comment WHERE person = :person AND story = :story AND (state = 'held' OR posted > :since) ORDER BY posted LIMIT :limit",
        person=person, story=story, since=since, limit=limit,
    )


def comments_by(tx: Tx, person: int, before: int, limit: int) -> list[Row]:
    return tx.rows(
        f"SELECT {_ROW} FROM comment WHERE person = :person AND posted < :before ORDER BY posted DESC LIMIT :limit",
        person=person, limit=limit, before=before,
    )


# Time's work


def withdrawn_before(tx: Tx, before: int, limit: int) -> list[int]:
    """Withdrawn comments whose text is due to go, unless somebody decided to keep it."""
    rows = tx.rows(
        "SELECT d.comment FROM decision d JOIN comment c ON c.id = d.comment WHERE d.deed = 'withdraw' AND d.at < :before AND c.state = 'withdrawn'"
        " AND c.text <> '' AND NOT EXISTS (SELECT 1 FROM decision k WHERE k.comment = d.comment AND k.deed = 'keep') LIMIT :limit",
        before=before, limit=limit,
    )
    return [row.comment for row in rows]


def wipe_networks(tx: Tx, before: int, limit: int) -> int:
    """Forgets the address hashes of comments posted before a moment; the number forgotten."""
    return tx.count(
        "UPDATE comment SET network = NULL WHERE id IN"
        " (SELECT id FROM comment WHERE network IS NOT NULL AND posted < :before LIMIT :limit)",
        before=before, limit=limit,
    )


def comments_of_guest(tx: Tx, guest: int, limit: int) -> list[Row]:
    return tx.rows("SELECT id, story FROM comment WHERE person = :guest ORDER BY story, id LIMIT :limit", guest=guest, limit=limit)


def set_person(tx: Tx, comment: int, person: int) -> None:
    tx.run("UPDATE comment SET person = :person WHERE id = :comment", comment=comment, person=person)


def move_flags(tx: Tx, guest: int, member: int) -> None:
    tx.run(
        "UPDATE flag SET person = :member WHERE person = :guest AND NOT EXISTS"
        " (SELECT 1 FROM flag f WHERE f.comment = flag.comment AND f.person = :member)",
        guest=guest, member=member,
    )


# For who reads all of it, once


_READ = "id, story, person, name, text, state, visible"


def comments_between(tx: Tx, after: int, before: int, limit: int) -> list[Row]:
    sql = f"SELECT {_READ} FROM comment WHERE id > :after AND id < :before ORDER BY id LIMIT :limit"
    return tx.rows(sql, after=after, before=before, limit=limit)


def comments_of_batch(tx: Tx, batch: int, after: int, limit: int) -> list[Row]:
    sql = f"SELECT {_READ} FROM comment WHERE batch = :batch AND id > :after ORDER BY id LIMIT :limit"
    return tx.rows(sql, batch=batch, after=after, limit=limit)


def next_closed_batch(tx: Tx, after: int) -> int | None:
    row = tx.one("SELECT id FROM batch WHERE id > :after AND phase = 'closed' ORDER BY id LIMIT 1", after=after)
    return row.id if row else None


def counted_votes_in(tx: Tx, story: int) -> list[Row]:
    return tx.rows(
        "SELECT v.comment, v.person, v.value FROM comment c JOIN vote v ON v.comment = c.id WHERE c.story = :story AND v.counted = 1"
        " ORDER BY v.comment, v.person",
        story=story,
    )


def preview_of(tx: Tx, comment: int) -> str:
    """What is shown of the page that a comment links to, as JSON; empty for nothing."""
    row = tx.one("SELECT preview FROM comment WHERE id = :comment", comment=comment)
    return row.preview if row else ""


def set_preview(tx: Tx, comment: int, preview: str) -> None:
    tx.run("UPDATE comment SET preview = :preview WHERE id = :comment", comment=comment, preview=preview)
