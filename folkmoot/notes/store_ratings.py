"""All SQL on ratings, on the readers who give them, on draws, and on what the fits learn from and leave behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from folkmoot.storage.database import Row, Tx


def put_rating(tx: Tx, note: int, revision: int, person: int, level: int, reasons: str, asked: bool, now: int) -> None:
    tx.run(
        "INSERT INTO note_rating (note, revision, person, level, reasons, asked, at)"
        " VALUES (:note, :revision, :person, :level, :reasons, :asked, :now)"
        " ON CONFLICT (revision, person) DO UPDATE SET level = excluded.level, reasons = excluded.reasons, at = excluded.at",
        note=note,
        revision=revision,
        person=person,
        level=level,
        reasons=reasons,
        asked=int(asked),
        now=now,
    )


def delete_rating(tx: Tx, revision: int, person: int) -> int:
    return tx.count("DELETE FROM note_rating WHERE revision = :revision AND person = :person", revision=revision, person=person)


def rating_of(tx: Tx, revision: int, person: int) -> Row | None:
    sql = "SELECT level, reasons, asked, at FROM note_rating WHERE revision = :revision AND person = :person"
    return tx.one(sql, revision=revision, person=person)


def ratings_of(tx: Tx, revision: int) -> list[Row]:
    """All ratings of a revision, with when they came."""
    return tx.rows("SELECT person, level, reasons, asked, at FROM note_rating WHERE revision = :revision ORDER BY at, person", revision=revision)


def ratings_by(tx: Tx, person: int, story: int) -> list[Row]:
    """One's own ratings under a story."""
    return tx.rows(
        "SELECT r.note, r.revision, r.level, r.reasons FROM note_rating r JOIN note n ON n.id = r.note WHERE r.person = :person AND n.story = :story",
        person=person,
        story=story,
    )


def tally(tx: Tx, revision: int) -> dict[int, int]:
    """How many gave each level."""
    rows = tx.rows("SELECT level, COUNT(*) AS number FROM note_rating WHERE revision = :revision GROUP BY level", revision=revision)
    return {row.level: int(row.number) for row in rows}


def ratings_on_site(tx: Tx, site: int) -> list[Row]:
    """Every rating of the shown revision of every note that is not removed: what a fit learns from."""
    return tx.rows(
        "SELECT n.id AS note, n.revision, n.person AS writer, n.proposed, r.person, r.level, r.asked, r.at FROM note n"
        " JOIN note_rating r ON r.revision = n.revision WHERE n.site = :site AND n.state <> 'removed' ORDER BY n.id, r.person",
        site=site,
    )


def ratings_before(tx: Tx, notes: Sequence[int], before: int) -> list[Row]:
    """Ratings of some notes, all revisions, those given before a moment: for the dump."""
    found = tx.each(
        "SELECT r.note, v.number AS revision, r.person, r.level, r.reasons, r.asked, r.at, n.proposed FROM note_rating r"
        " JOIN note_revision v ON v.id = r.revision JOIN note n ON n.id = r.note"
        " WHERE r.note = :note AND r.at < :before ORDER BY r.at, r.person",
        [{"note": note, "before": before} for note in notes],
    )
    return [row for rows in found for row in rows]


def last_rating(tx: Tx, site: int) -> int:
    """When a note of the site was last rated."""
    row = tx.one("SELECT MAX(r.at) AS at FROM note_rating r JOIN note n ON n.id = r.note WHERE n.site = :site", site=site)
    return int(row.at) if row and row.at is not None else 0


# Readers whom the lot may draw


def see_reader(tx: Tx, site: int, person: int, now: int) -> None:
    tx.run(
        "INSERT INTO note_reader (site, person, seen) VALUES (:site, :person, :now) ON CONFLICT (site, person) DO UPDATE SET seen = excluded.seen",
        site=site,
        person=person,
        now=now,
    )


def set_mail(tx: Tx, site: int, person: int, mail: bool, now: int) -> None:
    tx.run(
        "INSERT INTO note_reader (site, person, seen, mail) VALUES (:site, :person, :now, :mail)"
        " ON CONFLICT (site, person) DO UPDATE SET mail = excluded.mail",
        site=site,
        person=person,
        now=now,
        mail=int(mail),
    )


def wants_mail(tx: Tx, site: int, person: int) -> bool:
    row = tx.one("SELECT mail FROM note_reader WHERE site = :site AND person = :person", site=site, person=person)
    return bool(row and row.mail)


def pool(tx: Tx, site: int, note: int, revision: int, writer: int, since: int, free_since: int) -> list[Row]:
    """Readers who may be drawn for a note: here lately, or reached by mail; not its writer, nobody who rated it, none drawn since `free_since`."""
    return tx.rows(
        "SELECT p.person, p.mail, s.axis, s.voice FROM note_reader p LEFT JOIN note_seat s ON s.site = p.site AND s.person = p.person"
        " WHERE p.site = :site AND (p.seen > :since OR p.mail = 1) AND p.person <> :writer"
        " AND NOT EXISTS (SELECT 1 FROM note_rating r WHERE r.revision = :revision AND r.person = p.person)"
        " AND NOT EXISTS (SELECT 1 FROM note_asked a WHERE a.revision = :revision AND a.person = p.person)"
        " AND NOT EXISTS (SELECT 1 FROM note_asked a WHERE a.person = p.person AND a.at > :free_since) ORDER BY p.person",
        site=site,
        note=note,
        revision=revision,
        writer=writer,
        since=since,
        free_since=free_since,
    )


def insert_draw(tx: Tx, id: int, note: int, revision: int, seed: str, pool: int, thin: int, aimed: int, now: int) -> None:
    tx.run(
        "INSERT INTO note_draw (id, note, revision, seed, pool, thin, aimed, at) VALUES (:id, :note, :revision, :seed, :pool, :thin, :aimed, :now)",
        id=id,
        note=note,
        revision=revision,
        seed=seed,
        pool=pool,
        thin=thin,
        aimed=aimed,
        now=now,
    )


def insert_asked(tx: Tx, draw: int, note: int, revision: int, people: Iterable[tuple[int, float]], now: int, ends: int) -> None:
    tx.many(
        "INSERT INTO note_asked (draw, note, revision, person, weight, at, ends) VALUES (:draw, :note, :revision, :person, :weight, :now, :ends)"
        " ON CONFLICT (revision, person) DO NOTHING",
        [{"draw": draw, "note": note, "revision": revision, "person": each, "weight": weight, "now": now, "ends": ends} for each, weight in people],
    )


def draws_of(tx: Tx, note: int) -> list[Row]:
    return tx.rows("SELECT id, revision, seed, pool, thin, aimed, at FROM note_draw WHERE note = :note ORDER BY at, id", note=note)


def asked_to_rate(tx: Tx, person: int, now: int, limit: int = 5) -> list[Row]:
    """What a reader is asked to rate now, the newest question first."""
    return tx.rows(
        "SELECT a.note, a.at, n.story FROM note_asked a JOIN note n ON n.id = a.note AND n.revision = a.revision"
        " WHERE a.person = :person AND a.answered IS NULL AND a.ends > :now AND n.state = 'open' AND n.ruling = '' ORDER BY a.at DESC LIMIT :limit",
        person=person,
        now=now,
        limit=limit,
    )


def was_asked(tx: Tx, revision: int, person: int) -> bool:
    return tx.one("SELECT at FROM note_asked WHERE revision = :revision AND person = :person", revision=revision, person=person) is not None


def answer_asked(tx: Tx, revision: int, person: int, now: int) -> None:
    tx.run("UPDATE note_asked SET answered = :now WHERE revision = :revision AND person = :person AND answered IS NULL",
           revision=revision, person=person, now=now)  # fmt: skip


def asked_tally(tx: Tx, revision: int, now: int) -> tuple[int, int]:
    """(answered, still open) of the readers drawn for a revision."""
    row = tx.one(
        "SELECT COALESCE(SUM(CASE WHEN answered IS NOT NULL THEN 1 ELSE 0 END), 0) AS answered,"
        " COALESCE(SUM(CASE WHEN answered IS NULL AND ends > :now THEN 1 ELSE 0 END), 0) AS still_open FROM note_asked WHERE revision = :revision",
        revision=revision,
        now=now,
    )
    return (int(row.answered), int(row.still_open)) if row else (0, 0)


def asked_of(tx: Tx, draw: int) -> list[Row]:
    return tx.rows("SELECT person, weight, answered FROM note_asked WHERE draw = :draw ORDER BY person", draw=draw)


def contested(tx: Tx, least: int, before: int, limit: int) -> list[int]:
    """Notes for which readers may be drawn: open, undecided, rated `least` times or by nobody since a moment; those least drawn for first."""
    rows = tx.rows(
        "SELECT n.id, (SELECT COUNT(*) FROM note_asked a WHERE a.revision = n.revision) AS drawn FROM note n WHERE n.state = 'open' AND n.ruling = ''"
        " AND n.grade <> 'helpful' AND (n.proposed < :before OR (SELECT COUNT(*) FROM note_rating r WHERE r.revision = n.revision) >= :least)"
        " ORDER BY drawn, n.proposed DESC LIMIT :limit",
        least=least,
        before=before,
        limit=limit,
    )
    return [row.id for row in rows]


# The votes that notes learn from


def votes_known(tx: Tx, story: int) -> dict[tuple[int, int], int]:
    rows = tx.rows("SELECT comment, person, value FROM note_vote WHERE story = :story", story=story)
    return {(row.comment, row.person): row.value for row in rows}


def put_votes(tx: Tx, story: int, votes: Mapping[tuple[int, int], int], now: int) -> None:
    tx.many(
        "INSERT INTO note_vote (comment, person, story, value, at) VALUES (:comment, :person, :story, :value, :now)"
        " ON CONFLICT (comment, person) DO UPDATE SET value = excluded.value, story = excluded.story, at = excluded.at",
        [{"comment": comment, "person": person, "story": story, "value": value, "now": now} for (comment, person), value in votes.items()],
    )


def delete_votes(tx: Tx, votes: Iterable[tuple[int, int]]) -> None:
    tx.many(
        "DELETE FROM note_vote WHERE comment = :comment AND person = :person",
        [{"comment": comment, "person": person} for comment, person in votes],
    )


def votes_in(tx: Tx, story: int) -> list[Row]:
    return tx.rows("SELECT comment, person, value, at FROM note_vote WHERE story = :story ORDER BY comment, person", story=story)


def votes_of_stories(tx: Tx, stories: Sequence[int]) -> list[Row]:
    found = tx.each("SELECT comment, person, value FROM note_vote WHERE story = :story", [{"story": story} for story in stories])
    return [row for rows in found for row in rows]


def stories_with_votes(tx: Tx) -> list[int]:
    return [row.story for row in tx.rows("SELECT DISTINCT story FROM note_vote ORDER BY story")]


# What a fit leaves behind


def replace_seats(tx: Tx, site: int, seats: Sequence[Mapping[str, object]]) -> None:
    tx.many(
        "INSERT INTO note_seat (site, person, lenience, axis, weight, voice) VALUES (:site, :person, :lenience, :axis, :weight, :voice)"
        " ON CONFLICT (site, person) DO UPDATE SET lenience = excluded.lenience, axis = excluded.axis,"
        " weight = excluded.weight, voice = excluded.voice",
        ({**seat, "site": site} for seat in seats),
    )


def seats_of(tx: Tx, site: int) -> list[Row]:
    return tx.rows("SELECT person, lenience, axis, weight, voice FROM note_seat WHERE site = :site ORDER BY person", site=site)


def seats_for(tx: Tx, site: int, people: Sequence[int]) -> dict[int, Row]:
    found = tx.each(
        "SELECT person, lenience, axis, weight, voice FROM note_seat WHERE site = :site AND person = :person",
        [{"site": site, "person": person} for person in people],
    )
    return {rows[0].person: rows[0] for rows in found if rows}


def insert_fit(tx: Tx, id: int, site: int, now: int, told: str) -> None:
    tx.run("INSERT INTO note_fit (id, site, at, told) VALUES (:id, :site, :now, :told)", id=id, site=site, now=now, told=told)


def last_fit(tx: Tx, site: int) -> Row | None:
    return tx.one("SELECT id, at, told FROM note_fit WHERE site = :site ORDER BY at DESC, id DESC LIMIT 1", site=site)
