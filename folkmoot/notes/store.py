"""All SQL on notes as they are written and decided. Ratings, readers and maps are in store_ratings.py and store_maps.py."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from folkmoot.notes.model import Answer, Deed, Note, Passage, Source, Standing, standing_deeds
from folkmoot.storage.database import Row, Tx

_NOTE = (
    "n.id, n.site, n.story, n.comment, n.grew_from, n.person, n.name, n.credited, n.kind, n.state, n.revision, r.number, r.text, r.exact, r.prefix,"
    " r.suffix, r.place, r.found, n.grade, n.graded, n.shown, n.ruling, n.ruled, n.proposed, n.unanswered, n.campaign,"
    " (SELECT COUNT(*) FROM note_rating g WHERE g.revision = n.revision) AS ratings"
)
_FROM = "FROM note n JOIN note_revision r ON r.id = n.revision"


def _notes(tx: Tx, rows: Sequence[Row]) -> list[Note]:
    sources, answers = sources_of(tx, [row.revision for row in rows]), answers_to(tx, [row.id for row in rows])
    return [
        Note(
            id=row.id, site=row.site, story=row.story, comment=row.comment, grew_from=row.grew_from, person=row.person, name=row.name,
            credited=bool(row.credited), kind=row.kind, state=row.state, revision=row.revision, number=row.number, text=row.text,
            passage=Passage(row.exact, row.prefix, row.suffix), place=row.place, found=row.found, sources=sources[row.revision], grade=row.grade,
            graded=row.graded, shown=row.shown, ruling=row.ruling, ruled=row.ruled, proposed=row.proposed, unanswered=row.unanswered,
            campaign=row.campaign, ratings=row.ratings, answers=answers[row.id],
        )
        for row in rows
    ]  # fmt: skip


def note_by_id(tx: Tx, note: int) -> Note | None:
    row = tx.one(f"SELECT {_NOTE} {_FROM} WHERE n.id = :note", note=note)
    return _notes(tx, [row])[0] if row else None


MOST = 200  # notes that are read of a story at once


def notes_on(tx: Tx, story: int) -> list[Note]:
    """The notes of a story, the newest first, in whatever state."""
    return _notes(
        tx, tx.rows(f"SELECT {_NOTE} {_FROM} WHERE n.story = :story ORDER BY n.proposed DESC, n.id DESC LIMIT :most", story=story, most=MOST)
    )


def older_at_head(tx: Tx, story: int, before: int) -> list[Note]:
    """Notes at the head of a story that are older than one (an id), the newest first: however many came after them, readers see them."""
    rows = tx.rows(
        f"SELECT {_NOTE} {_FROM} JOIN note b ON b.id = :before WHERE n.story = :story AND (n.proposed, n.id) < (b.proposed, b.id)"
        " AND n.state = 'open' AND (n.ruling IN ('accepted', 'clarified') OR (n.ruling = '' AND n.grade IN ('both_sides', 'helpful')))"
        " ORDER BY n.proposed DESC, n.id DESC",
        story=story, before=before,
    )  # fmt: skip
    return _notes(tx, rows)


def has_notes(tx: Tx, story: int) -> bool:
    return tx.one("SELECT id FROM note WHERE story = :story LIMIT 1", story=story) is not None


def notes_by(tx: Tx, person: int, limit: int = 100) -> list[Note]:
    return _notes(tx, tx.rows(f"SELECT {_NOTE} {_FROM} WHERE n.person = :person ORDER BY n.proposed DESC LIMIT :limit", person=person, limit=limit))


def notes_waiting(tx: Tx, site: int, limit: int) -> list[Note]:
    """Notes that no editor has answered, those that are held included, the oldest first."""
    return _notes(
        tx,
        tx.rows(
            f"SELECT {_NOTE} {_FROM} WHERE n.site = :site AND n.ruling = '' AND n.state IN ('open', 'held') ORDER BY n.proposed, n.id LIMIT :limit",
            site=site, limit=limit,
        ),
    )  # fmt: skip


def notes_ruled(tx: Tx, site: int, before: int, limit: int) -> list[Note]:
    """Notes that an editor has decided, the latest first, those decided before a moment."""
    return _notes(
        tx,
        tx.rows(
            f"SELECT {_NOTE} {_FROM} WHERE n.site = :site AND n.ruling <> '' AND n.ruled < :before ORDER BY n.ruled DESC, n.id DESC LIMIT :limit",
            site=site, before=before, limit=limit,
        ),
    )  # fmt: skip


def notes_after(tx: Tx, after: int, limit: int) -> list[Note]:
    """Notes by id, for the dump and the fits."""
    return _notes(tx, tx.rows(f"SELECT {_NOTE} {_FROM} WHERE n.id > :after ORDER BY n.id LIMIT :limit", after=after, limit=limit))


def notes_of_site(tx: Tx, site: int) -> list[Note]:
    """All notes of a site that are not removed, by id: for a whole reckoning, in the worker."""
    return _notes(tx, tx.rows(f"SELECT {_NOTE} {_FROM} WHERE n.site = :site AND n.state <> 'removed' ORDER BY n.id", site=site))


def due_notes(tx: Tx, now: int, limit: int) -> list[Note]:
    """Open notes whose editor's day is over."""
    return _notes(
        tx,
        tx.rows(
            f"SELECT {_NOTE} {_FROM} WHERE n.due <= :now AND n.unanswered IS NULL AND n.ruling = '' AND n.state = 'open' ORDER BY n.due LIMIT :limit",
            now=now, limit=limit,
        ),
    )  # fmt: skip


def story_of(tx: Tx, note: int) -> int | None:
    row = tx.one("SELECT story FROM note WHERE id = :note", note=note)
    return row.story if row else None


def insert_note(tx: Tx, **given: object) -> None:
    tx.run(
        "INSERT INTO note (id, site, story, comment, grew_from, person, name, credited, kind, state, revision, graded, proposed, due)"
        " VALUES (:id, :site, :story, :comment, :grew_from, :person, :name, :credited, :kind, :state, :revision, :now, :now, :due)",
        **given,
    )


def set_state(tx: Tx, note: int, state: str) -> None:
    tx.run("UPDATE note SET state = :state WHERE id = :note", note=note, state=state)


def set_due(tx: Tx, note: int, due: int | None) -> None:
    tx.run("UPDATE note SET due = :due WHERE id = :note", note=note, due=due)


def set_unanswered(tx: Tx, note: int, now: int) -> None:
    tx.run("UPDATE note SET unanswered = :now WHERE id = :note", note=note, now=now)


def set_campaign(tx: Tx, note: int, since: int | None) -> None:
    tx.run("UPDATE note SET campaign = :since WHERE id = :note", note=note, since=since)


def set_ruling(tx: Tx, note: int, ruling: str, now: int | None) -> None:
    tx.run("UPDATE note SET ruling = :ruling, ruled = :now WHERE id = :note", note=note, ruling=ruling, now=now)


def set_revision(tx: Tx, note: int, revision: int) -> None:
    tx.run("UPDATE note SET revision = :revision WHERE id = :note", note=note, revision=revision)


def set_grade(tx: Tx, note: int, grade: str, now: int, shown: int | None) -> None:
    tx.run("UPDATE note SET grade = :grade, graded = :now, shown = :shown WHERE id = :note", note=note, grade=grade, now=now, shown=shown)


def notes_today(tx: Tx, person: int, since: int) -> int:
    row = tx.one("SELECT COUNT(*) AS number FROM note WHERE person = :person AND proposed > :since", person=person, since=since)
    return int(row.number) if row else 0


def notes_that_stood(tx: Tx, person: int) -> int:
    """A writer's notes that the newsroom let stand."""
    row = tx.one("SELECT COUNT(*) AS number FROM note n WHERE n.person = :person AND n.state = 'open' AND n.ruling <> 'declined'", person=person)
    return int(row.number) if row else 0


# Revisions, sources


def insert_revision(tx: Tx, id: int, note: int, number: int, text: str, passage: Passage, sources: Sequence[Source], state: str, now: int) -> None:
    tx.run(
        "INSERT INTO note_revision (id, note, number, text, made, state, exact, prefix, suffix)"
        " VALUES (:id, :note, :number, :text, :now, :state, :exact, :prefix, :suffix)",
        id=id,
        note=note,
        number=number,
        text=text,
        now=now,
        state=state,
        exact=passage.exact,
        prefix=passage.prefix,
        suffix=passage.suffix,
    )
    tx.many(
        "INSERT INTO note_source (revision, number, url, host) VALUES (:revision, :number, :url, :host)",
        [{"revision": id, "number": number, "url": source.url, "host": source.host} for number, source in enumerate(sources, 1)],
    )


def revisions_of(tx: Tx, note: int) -> list[Row]:
    return tx.rows(
        "SELECT id, number, text, made, state, exact, prefix, suffix, place, found FROM note_revision WHERE note = :note ORDER BY number", note=note
    )


def set_revision_state(tx: Tx, revision: int, state: str) -> None:
    tx.run("UPDATE note_revision SET state = :state WHERE id = :revision", revision=revision, state=state)


def set_anchor(tx: Tx, revision: int, found: str, place: int | None) -> None:
    tx.run("UPDATE note_revision SET found = :found, place = :place WHERE id = :revision", revision=revision, found=found, place=place)


def set_context(tx: Tx, revision: int, passage: Passage) -> None:
    """Keeps what stands around a passage, so that it is found among others of the same words."""
    tx.run(
        "UPDATE note_revision SET prefix = :prefix, suffix = :suffix WHERE id = :revision",
        revision=revision,
        prefix=passage.prefix,
        suffix=passage.suffix,
    )


def scrub_revisions(tx: Tx, note: int) -> None:
    tx.run("UPDATE note_revision SET text = '', exact = '', prefix = '', suffix = '' WHERE note = :note", note=note)


def sources_of(tx: Tx, revisions: Sequence[int]) -> dict[int, tuple[Source, ...]]:
    asked = [{"revision": revision} for revision in revisions]
    found = tx.each("SELECT url, host, title, state, said FROM note_source WHERE revision = :revision ORDER BY number", asked)
    return {each["revision"]: tuple(Source(*row) for row in rows) for each, rows in zip(asked, found, strict=True)}


def unchecked_sources(tx: Tx, revision: int) -> list[Row]:
    return tx.rows("SELECT number, url FROM note_source WHERE revision = :revision AND state = 'unchecked' ORDER BY number", revision=revision)


def set_source(tx: Tx, revision: int, number: int, state: str, said: str, title: str, now: int) -> None:
    tx.run(
        "UPDATE note_source SET state = :state, said = :said, title = :title, checked = :now WHERE revision = :revision AND number = :number",
        revision=revision,
        number=number,
        state=state,
        said=said,
        title=title,
        now=now,
    )


# Decisions, standings, answers


def insert_decision(
    tx: Tx, id: int, note: int, deed: str, person: int | None, made_by: str, now: int, *, rule: str = "", reason: str = "",
    revision: int | None = None, before: str = "", after: str = "",
) -> None:  # fmt: skip
    tx.run(
        "INSERT INTO note_decision (id, note, revision, deed, person, made_by, rule, reason, before, after, at)"
        " VALUES (:id, :note, :revision, :deed, :person, :made_by, :rule, :reason, :before, :after, :now)",
        id=id,
        note=note,
        revision=revision,
        deed=deed,
        person=person,
        made_by=made_by,
        rule=rule,
        reason=reason,
        before=before,
        after=after,
        now=now,
    )


def decisions_on(tx: Tx, note: int) -> list[Deed]:
    """What was decided on a note, in order. What was taken back at once is as if it had never been."""
    columns = "deed, at, person, made_by, rule, reason, before, after, id"
    rows = tx.rows(f"SELECT {columns} FROM note_decision WHERE note = :note ORDER BY at, id", note=note)
    return standing_deeds([Deed(*row) for row in rows])


def note_of_decision(tx: Tx, decision: int) -> int | None:
    """Which note a decision was about."""
    row = tx.one("SELECT note FROM note_decision WHERE id = :decision", decision=decision)
    return row.note if row else None


def last_deed(tx: Tx, note: int, *deeds: str) -> Deed | None:
    """The last of some deeds on a note."""
    return next((each for each in reversed(decisions_on(tx, note)) if each.deed in deeds), None)


def insert_standing(tx: Tx, id: int, note: int, revision: int, standing: Standing) -> None:
    tx.run(
        "INSERT INTO note_standing (id, note, revision, at, grade, score, low, high, axis, ratings, near_helpful, near_all, far_helpful, far_all,"
        " missing, one_sided, why) VALUES (:id, :note, :revision, :at, :grade, :score, :low, :high, :axis, :ratings, :near, :near_all,"
        " :far, :far_all,"
        " :missing, :one_sided, :why)",
        id=id, note=note, revision=revision, at=standing.at, grade=standing.grade, score=standing.score, low=standing.low, high=standing.high,
        axis=standing.axis, ratings=standing.ratings, near=standing.near[0], near_all=standing.near[1], far=standing.far[0],
        far_all=standing.far[1], missing=standing.missing, one_sided=int(standing.one_sided), why=standing.why,
    )  # fmt: skip


_STANDING = "grade, at, score, low, high, axis, ratings, near_helpful, near_all, far_helpful, far_all, missing, one_sided, why"


def standings_of(tx: Tx, note: int, revision: int, limit: int = 200) -> list[Standing]:
    """How a note's revision has stood, oldest first."""
    rows = tx.rows(
        f"SELECT {_STANDING} FROM note_standing WHERE note = :note AND revision = :revision ORDER BY at DESC, id DESC LIMIT :limit",
        note=note,
        revision=revision,
        limit=limit,
    )
    return [_standing(row) for row in reversed(rows)]


def standing_of(tx: Tx, note: int, revision: int) -> Standing | None:
    """How it stands now."""
    found = standings_of(tx, note, revision, 1)
    return found[0] if found else None


def _standing(row: Row) -> Standing:
    return Standing(
        grade=row.grade,
        at=row.at,
        score=row.score,
        low=row.low,
        high=row.high,
        axis=row.axis,
        ratings=row.ratings,
        near=(row.near_helpful, row.near_all),
        far=(row.far_helpful, row.far_all),
        missing=row.missing,
        one_sided=bool(row.one_sided),
        why=row.why,
    )


def put_answer(tx: Tx, note: int, person: int, answer: Answer) -> None:
    tx.run(
        "INSERT INTO note_answer (note, person, speaks_as, name, text, at) VALUES (:note, :person, :speaks_as, :name, :text, :at)"
        " ON CONFLICT (note, person) DO UPDATE SET text = excluded.text, name = excluded.name, at = excluded.at",
        note=note,
        person=person,
        speaks_as=answer.speaks_as,
        name=answer.name,
        text=answer.text,
        at=answer.at,
    )


def delete_answer(tx: Tx, note: int, person: int) -> None:
    tx.run("DELETE FROM note_answer WHERE note = :note AND person = :person", note=note, person=person)


def answers_to(tx: Tx, notes: Iterable[int]) -> dict[int, tuple[Answer, ...]]:
    asked = [{"note": note} for note in notes]
    found = tx.each("SELECT speaks_as, name, text, at FROM note_answer WHERE note = :note ORDER BY at, person", asked)
    return {each["note"]: tuple(Answer(*row) for row in rows) for each, rows in zip(asked, found, strict=True)}
