"""All SQL on letters: their life, who read them, what is compared of them, and what became of them."""

from __future__ import annotations

from typing import Any

from folkmoot.storage.database import Row, Tx

_ROW = (
    "id, delivery, batch, talk, site, story, action, person, owner, official, recipient, way, subject, body, home, mailbox, template, "
    "likeness, state,"
    " frozen, since, due, tries, made, handed, reminded, scrubbed"
)


def letter_row(tx: Tx, letter: int) -> Row | None:
    return tx.one(f"SELECT {_ROW} FROM letter WHERE id = :letter", letter=letter)


def letter_by_delivery(tx: Tx, delivery: str) -> Row | None:
    return tx.one(f"SELECT {_ROW} FROM letter WHERE delivery = :delivery", delivery=delivery)


def insert_letter(tx: Tx, **given: object) -> None:
    """A letter; one of the same batch and official is there already, and stays."""
    tx.run(
        "INSERT INTO letter (id, delivery, batch, talk, site, story, action, person, owner, official, recipient, way, subject, body, home, "
        "mailbox, template,"
        " likeness, state, frozen, since, due, made) VALUES (:id, :delivery, :batch, :talk, :site, :story, :action, :person, :owner, "
        ":official, :recipient, :way,"
        " :subject, :body, :home, :mailbox, :template, :likeness, :state, :frozen, :now, :due, :now) ON CONFLICT (batch, official) DO NOTHING",
        **given,
    )


def letters_of_batch(tx: Tx, batch: str) -> list[Row]:
    return tx.rows(f"SELECT {_ROW} FROM letter WHERE batch = :batch ORDER BY id", batch=batch)


def letters_of(tx: Tx, owner: str, person: int | None, limit: int = 50) -> list[Row]:
    """A writer's letters, the newest first."""
    return tx.rows(
        f"SELECT {_ROW} FROM letter WHERE owner = :owner OR (CAST(:person AS BIGINT) IS NOT NULL AND person = :person) ORDER BY made DESC, "
        f"id DESC LIMIT :limit",
        owner=owner,
        person=person,
        limit=limit,
    )


def latest(tx: Tx, state: str | None, limit: int) -> list[Row]:
    return tx.rows(
        f"SELECT {_ROW} FROM letter WHERE CAST(:state AS TEXT) IS NULL OR state = :state ORDER BY made DESC, id DESC LIMIT :limit",
        state=state,
        limit=limit,
    )


def move(tx: Tx, letter: int, was: str, became: str, now: int, due: int | None) -> bool:
    """From one state to another, where it still is in the first; whether it was."""
    return bool(
        tx.count(
            "UPDATE letter SET state = :became, since = :now, due = :due, handed = CASE WHEN CAST(:became AS TEXT) = 'handed_over' THEN "
            "CAST(:now AS BIGINT) ELSE handed END,"
            " tries = tries + CASE WHEN CAST(:became AS TEXT) = 'handing' THEN 1 ELSE 0 END WHERE id = :letter AND state = :was",
            letter=letter,
            was=was,
            became=became,
            now=now,
            due=due,
        )
    )


def insert_event(tx: Tx, id: int, letter: int, event: str, was: str, became: str, made_by: str, person: int | None, why: str, now: int) -> None:
    tx.run(
        "INSERT INTO letter_event (id, letter, event, was, became, made_by, person, why, at)"
        " VALUES (:id, :letter, :event, :was, :became, :made_by, :person, :why, :now)",
        id=id,
        letter=letter,
        event=event,
        was=was,
        became=became,
        made_by=made_by,
        person=person,
        why=why,
        now=now,
    )


def events_of(tx: Tx, letter: int) -> list[Row]:
    return tx.rows("SELECT event, was, became, made_by, person, why, at FROM letter_event WHERE letter = :letter ORDER BY at, id", letter=letter)


def last_whys(tx: Tx, letters: list[int]) -> dict[int, str]:
    """Why each letter is as it is: the reason of its last event."""
    found = tx.each(
        "SELECT why FROM letter_event WHERE letter = :letter ORDER BY at DESC, id DESC LIMIT 1", [{"letter": letter} for letter in letters]
    )
    return {letter: rows[0].why if rows else "" for letter, rows in zip(letters, found, strict=True)}


def set_proven(tx: Tx, letter: int, person: int, home: str, mailbox: str) -> None:
    tx.run(
        "UPDATE letter SET person = :person, home = :home, mailbox = :mailbox WHERE id = :letter",
        letter=letter,
        person=person,
        home=home,
        mailbox=mailbox,
    )


def set_frozen(tx: Tx, letter: int, frozen: int) -> None:
    tx.run("UPDATE letter SET frozen = :frozen WHERE id = :letter", letter=letter, frozen=frozen)


def set_way(tx: Tx, letter: int, way: str) -> None:
    tx.run("UPDATE letter SET way = :way WHERE id = :letter", letter=letter, way=way)


def set_reminded(tx: Tx, letter: int, now: int) -> None:
    tx.run("UPDATE letter SET reminded = :now WHERE id = :letter", letter=letter, now=now)


def due(tx: Tx, now: int, limit: int) -> list[Row]:
    """Letters whose state's time is out."""
    return tx.rows(f"SELECT {_ROW} FROM letter WHERE due IS NOT NULL AND due <= :now ORDER BY due, id LIMIT :limit", now=now, limit=limit)


def first_ready(tx: Tx, official: str, way: str) -> Row | None:
    """The letter to an official that has waited longest to be handed over: letters reach them in the order in which they were written."""
    return tx.one(
        f"SELECT {_ROW} FROM letter WHERE official = :official AND way = :way AND state IN ('ready', 'handing') AND frozen = 0 ORDER BY "
        f"made, id LIMIT 1",
        official=official,
        way=way,
    )


def to_ask(tx: Tx, handed_before: int, limit: int) -> list[Row]:
    """Letters handed over or posted two weeks ago, whose writers were not asked yet."""
    return tx.rows(
        f"SELECT {_ROW} FROM letter WHERE state IN ('handed_over', 'accepted', 'confirmed', 'posted') AND since <= :before AND reminded IS "
        f"NULL ORDER BY since, id LIMIT :limit",
        before=handed_before,
        limit=limit,
    )


# What holds abuse back


def letters_since(tx: Tx, owner: str, person: int | None, since: int) -> int:
    row = tx.one(
        "SELECT COUNT(*) AS number FROM letter WHERE made >= :since AND state NOT IN ('taken_back', 'refused', 'expired')"
        " AND (owner = :owner OR (CAST(:person AS BIGINT) IS NOT NULL AND person = :person))",
        owner=owner,
        person=person,
        since=since,
    )
    return int(row.number) if row else 0


def letters_to_since(tx: Tx, official: str, since: int) -> int:
    row = tx.one(
        "SELECT COUNT(*) AS number FROM letter WHERE official = :official AND made >= :since AND way <> 'paper'", official=official, since=since
    )
    return int(row.number) if row else 0


def same_matter(tx: Tx, owner: str, person: int | None, official: str, story: int | None, action: int | None, since: int) -> Row | None:
    """A letter of the same person to the same official about the same thing."""
    return tx.one(
        "SELECT made FROM letter WHERE official = :official AND made >= :since AND state NOT IN ('taken_back', 'refused', 'expired', 'failed')"
        " AND (owner = :owner OR (CAST(:person AS BIGINT) IS NOT NULL AND person = :person))"
        " AND COALESCE(action, story, 0) = COALESCE(CAST(:action AS BIGINT), CAST(:story AS BIGINT), 0) ORDER BY made DESC LIMIT 1",
        owner=owner,
        person=person,
        official=official,
        story=story,
        action=action,
        since=since,
    )


def blocked(tx: Tx, official: str) -> Row | None:
    return tx.one("SELECT official, why, at FROM letter_block WHERE official = :official", official=official)


def put_block(tx: Tx, official: str, why: str, person: int | None, now: int) -> None:
    tx.run(
        "INSERT INTO letter_block (official, why, person, at) VALUES (:official, :why, :person, :now) ON CONFLICT (official) DO UPDATE SET "
        "why = excluded.why",
        official=official,
        why=why,
        person=person,
        now=now,
    )


def end_block(tx: Tx, official: str) -> int:
    return tx.count("DELETE FROM letter_block WHERE official = :official", official=official)


def blocks(tx: Tx) -> list[Row]:
    return tx.rows("SELECT official, why, at FROM letter_block ORDER BY at DESC, official LIMIT 500")


def insert_shingles(tx: Tx, letter: int, marks: list[int]) -> None:
    tx.many(
        "INSERT INTO letter_shingle (mark, letter) VALUES (:mark, :letter) ON CONFLICT (mark, letter) DO NOTHING",
        [{"mark": mark, "letter": letter} for mark in marks],
    )


def alike(tx: Tx, marks: list[int], owner: str, person: int | None) -> list[tuple[int, list[int]]]:
    """Letters of others that share at least one of some marks (at most 20, those that share most first), each with all its marks."""
    if not marks:
        return []
    each = "SELECT letter FROM (SELECT letter FROM letter_shingle WHERE mark = :m{} ORDER BY letter DESC LIMIT 50) AS s{}"
    every = " UNION ALL ".join(each.format(number, number) for number in range(len(marks)))
    sql = f"SELECT letter FROM ({every}) AS s GROUP BY letter ORDER BY count(*) DESC, letter DESC LIMIT 20"
    near = [row.letter for row in tx.rows(sql, **{f"m{number}": mark for number, mark in enumerate(marks)})]
    named = {f"l{number}": letter for number, letter in enumerate(near)}
    found: dict[int, list[int]] = {}
    for row in tx.rows(_MARKS.format(", ".join(f":{name}" for name in named)), owner=owner, person=person, **named) if named else ():
        found.setdefault(row.letter, []).append(row.mark)
    return list(found.items())


_MARKS = (
    "SELECT s.letter, s.mark FROM letter_shingle s JOIN letter l ON l.id = s.letter WHERE s.letter IN ({}) AND l.owner <> :owner"
    " AND (CAST(:person AS BIGINT) IS NULL OR l.person IS NULL OR l.person <> :person) ORDER BY s.letter"
)


# Frozen letters, and who reads them


def frozen(tx: Tx, site: int | None, limit: int) -> list[Row]:
    """What waits for a person, the oldest first: no text, since reading it is a deed."""
    return tx.rows(
        "SELECT id, site, story, official, recipient, state, since, made FROM letter WHERE (state = 'held' OR frozen = 1) AND state IN "
        "('held', 'ready', 'undo')"
        " AND (CAST(:site AS BIGINT) IS NULL OR site = :site) ORDER BY since, id LIMIT :limit",
        site=site,
        limit=limit,
    )


def insert_reading(tx: Tx, id: int, letter: int, person: int | None, made_by: str, now: int) -> None:
    tx.run(
        "INSERT INTO letter_reading (id, letter, person, made_by, at) VALUES (:id, :letter, :person, :made_by, :now)",
        id=id,
        letter=letter,
        person=person,
        made_by=made_by,
        now=now,
    )


def readings_of(tx: Tx, letter: int) -> list[Row]:
    return tx.rows("SELECT person, made_by, at FROM letter_reading WHERE letter = :letter ORDER BY at, id", letter=letter)


# Paper


def paper_of(tx: Tx, letter: int) -> Row | None:
    return tx.one("SELECT body, lacking, at FROM letter_paper WHERE letter = :letter", letter=letter)


def put_paper(tx: Tx, letter: int, body: str, lacking: str, now: int) -> None:
    tx.run(
        "INSERT INTO letter_paper (letter, body, lacking, at) VALUES (:letter, :body, :lacking, :now)"
        " ON CONFLICT (letter) DO UPDATE SET body = excluded.body, lacking = excluded.lacking, at = excluded.at",
        letter=letter,
        body=body,
        lacking=lacking,
        now=now,
    )


# Answers, and what stays


def put_answer(tx: Tx, letter: int, official: str, site: int, answer: str, now: int) -> None:
    tx.run(
        "INSERT INTO letter_answer (letter, official, site, answer, at) VALUES (:letter, :official, :site, :answer, :now)"
        " ON CONFLICT (letter) DO UPDATE SET answer = excluded.answer, at = excluded.at",
        letter=letter,
        official=official,
        site=site,
        answer=answer,
        now=now,
    )


def answers_about(tx: Tx, official: str) -> dict[str, int]:
    rows = tx.rows("SELECT answer, COUNT(*) AS number FROM letter_answer WHERE official = :official GROUP BY answer", official=official)
    return {row.answer: int(row.number) for row in rows}


def to_scrub(tx: Tx, before: int, states: list[str], limit: int) -> list[int]:
    """Letters that ended before a time and still hold their text."""
    named = {f"state{number}": state for number, state in enumerate(states)}
    listed = ", ".join(f":{name}" for name in named)
    rows = tx.rows(
        f"SELECT id FROM letter WHERE scrubbed IS NULL AND since < :before AND state IN ({listed}) ORDER BY since, id LIMIT :limit",
        before=before,
        limit=limit,
        **named,
    )
    return [row.id for row in rows]


def people_of(tx: Tx, letters: list[int]) -> list[tuple[int, int]]:
    """(letter, person) of those whose writer is known."""
    found = tx.each("SELECT id, person FROM letter WHERE id = :letter AND person IS NOT NULL", [{"letter": letter} for letter in letters])
    return [(row.id, row.person) for rows in found for row in rows]


def scrub(tx: Tx, letters: list[int], now: int) -> None:
    """Takes text, name, address and what was compared of them away; what became of the letter stays."""
    given = [{"letter": letter, "now": now} for letter in letters]
    tx.many("UPDATE letter SET subject = '', body = '', home = '{}', mailbox = '', owner = '', scrubbed = :now WHERE id = :letter", given)
    tx.many(
        "UPDATE letter_event SET why = '' WHERE letter = :letter AND made_by IN ('writer', 'rule')", [{"letter": each["letter"]} for each in given]
    )
    for table in ("letter_shingle", "letter_paper"):
        tx.many(f"DELETE FROM {table} WHERE letter = :letter", [{"letter": letter} for letter in letters])


def figures(tx: Tx, action: int) -> tuple[int, int]:
    """(letters, people) of an action: those that were handed over, or that somebody says they posted."""
    row = tx.one(
        "SELECT COUNT(*) AS letters, COUNT(DISTINCT COALESCE(person, talk)) AS people FROM letter"
        " WHERE action = :action AND state IN ('handed_over', 'accepted', 'confirmed', 'answered', 'posted', 'closed')",
        action=action,
    )
    return (int(row.letters), int(row.people)) if row else (0, 0)


def carry(tx: Tx, talk: int, owner: str) -> None:
    """Letters of a talk go with it to another channel."""
    tx.run("UPDATE letter SET owner = :owner WHERE talk = :talk AND scrubbed IS NULL", talk=talk, owner=owner)


def written_by(tx: Tx, person: int, limit: int) -> list[Row]:
    """A person's letters that still hold their text."""
    return tx.rows(f"SELECT {_ROW} FROM letter WHERE person = :person AND scrubbed IS NULL ORDER BY made, id LIMIT :limit", person=person,
    limit=limit)


def unnamed(tx: Tx, owners: list[str]) -> list[Row]:
    """Letters of some owners that bear nobody's name yet and still hold their text."""
    found = tx.each(
        f"SELECT {_ROW} FROM letter WHERE owner = :owner AND person IS NULL AND scrubbed IS NULL", [{"owner": owner} for owner in owners]
    )
    return [row for rows in found for row in rows]


def of_mailbox(tx: Tx, mailbox: str) -> list[Row]:
    """Letters for which somebody has named a mailbox and not proven it, and which still hold their text."""
    return tx.rows(
        f"SELECT {_ROW} FROM letter WHERE LOWER(mailbox) = LOWER(CAST(:mailbox AS TEXT)) AND person IS NULL AND scrubbed IS NULL", mailbox=mailbox
    )


def taken_along(tx: Tx, person: int, after: int, limit: int) -> list[tuple[int, dict[str, Any]]]:
    """A person's letters as they take them along."""
    rows = tx.rows(
        "SELECT id AS place, delivery, official, recipient, way, subject, body, home, mailbox, template, state, made, handed FROM letter"
        " WHERE person = :person AND id > :after ORDER BY id LIMIT :limit",
        person=person, after=after, limit=limit,
    )  # fmt: skip
    return [(row.place, {name: value for name, value in row._asdict().items() if name != "place"}) for row in rows]


def give(tx: Tx, before: int, person: int) -> None:
    tx.run("UPDATE letter SET person = :person WHERE person = :before", before=before, person=person)


def unname(tx: Tx, person: int) -> None:
    """Letters that are emptied are nobody's any more."""
    tx.run("UPDATE letter SET person = NULL WHERE person = :person AND scrubbed IS NOT NULL", person=person)
