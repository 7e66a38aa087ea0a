"""All SQL of the staging file: an archive read, checked and put in order before anything of it touches the data.

The file is SQLite whatever the data lie in. What is wide (words) stands apart from what is updated often (order, levels).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from folkmoot.storage.database import Row, Tx

TABLES = (
    # leader: the story that this one is the same as, mostly itself. story: our id. fresh: 1 if it is to be written.
    """CREATE TABLE staged_story (
  number INTEGER PRIMARY KEY, file INTEGER NOT NULL, line INTEGER NOT NULL, key TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
  address TEXT NOT NULL, publisher_key TEXT, created BIGINT, closed INTEGER NOT NULL, hidden INTEGER NOT NULL, leader INTEGER NOT NULL,
  story BIGINT, fresh INTEGER NOT NULL DEFAULT 1, left_out TEXT NOT NULL DEFAULT '')""",
    "CREATE INDEX staged_story_leader ON staged_story (leader)",
    # What rows are called by: kind story, address or comment.
    "CREATE TABLE staged_reference (kind TEXT NOT NULL, reference TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (kind, reference))",
    "CREATE INDEX staged_reference_number ON staged_reference (number, kind)",
    "CREATE TABLE staged_person (number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL, skeleton TEXT NOT NULL,"
    " created BIGINT NOT NULL, person BIGINT, fresh INTEGER NOT NULL DEFAULT 1)",
    # to_story, to_parent: the surest references; doubtful: there are more. above: the staged comment that it answers.
    # known: it was imported before, and lies under story_here. turn, opens: its place in the merge and in the opening.
    """CREATE TABLE staged_comment (
  number INTEGER PRIMARY KEY, file INTEGER NOT NULL, line INTEGER NOT NULL, key TEXT NOT NULL UNIQUE, id BIGINT NOT NULL,
  to_story TEXT NOT NULL, to_parent TEXT NOT NULL, doubtful INTEGER NOT NULL, thread INTEGER, above INTEGER, person INTEGER,
  story_here BIGINT, posted BIGINT NOT NULL, edited BIGINT, state TEXT NOT NULL, up BIGINT NOT NULL,
  down BIGINT NOT NULL, known INTEGER NOT NULL DEFAULT 0, level INTEGER, visible INTEGER NOT NULL DEFAULT 0,
  replies BIGINT NOT NULL DEFAULT 0, turn INTEGER, opens INTEGER)""",
    "CREATE INDEX staged_comment_above ON staged_comment (above) WHERE above IS NOT NULL",
    "CREATE INDEX staged_comment_level ON staged_comment (level) WHERE level IS NOT NULL",
    "CREATE INDEX staged_comment_turn ON staged_comment (turn) WHERE turn IS NOT NULL",
    "CREATE INDEX staged_comment_opens ON staged_comment (opens) WHERE opens IS NOT NULL",
    """CREATE TABLE staged_words (
  number INTEGER PRIMARY KEY, stories TEXT NOT NULL, parents TEXT NOT NULL, name TEXT NOT NULL, skeleton TEXT NOT NULL, marks TEXT NOT NULL,
  text TEXT NOT NULL, html TEXT NOT NULL, renderer INTEGER NOT NULL, digest TEXT NOT NULL, extra TEXT NOT NULL)""",
    # stories, parents: all references of what is doubtful, as JSON. extra: what else our own export brings of a comment, as JSON.
    # What is said of rows, once for each sentence, and of which row with which values (JSON): there may be millions of the second.
    # template, many: the words, and those for several. skipped: 1 where a comment of the file is left out.
    "CREATE TABLE staged_saying (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, template TEXT NOT NULL, many TEXT NOT NULL,"
    " skipped INTEGER NOT NULL, UNIQUE (kind, template, many, skipped))",
    "CREATE TABLE staged_remark (number INTEGER PRIMARY KEY, file INTEGER NOT NULL, line INTEGER NOT NULL, saying INTEGER NOT NULL,"
    " given TEXT NOT NULL)",
    "CREATE TABLE staged_fact (name TEXT PRIMARY KEY, body TEXT NOT NULL)",
)
_COMMENT = "number, file, line, key, id, to_story, to_parent, doubtful, person, posted, edited, state, up, down"
_WORDS = "number, stories, parents, name, skeleton, marks, text, html, renderer, digest, extra"


def _insert(table: str, columns: str) -> str:
    return f"INSERT INTO {table} ({columns}) VALUES ({', '.join(f':{column.strip()}' for column in columns.split(','))})"


_ADD_COMMENT = _insert("staged_comment", _COMMENT) + " ON CONFLICT (key) DO NOTHING"
_ADD_WORDS = _insert("staged_words", _WORDS)
_ADD_SAYING = _insert("staged_saying", "kind, template, many, skipped")
_ADD_REMARK = (
    "INSERT INTO staged_remark (file, line, saying, given) SELECT :file, :line, number, :given FROM staged_saying"
    " WHERE kind = :kind AND template = :template AND many = :many AND skipped = :skipped"
)


def make_tables(tx: Tx) -> None:
    for table in TABLES:
        tx.run(table)


def put_fact(tx: Tx, name: str, body: str) -> None:
    tx.run("INSERT INTO staged_fact (name, body) VALUES (:name, :body) ON CONFLICT (name) DO UPDATE SET body = excluded.body", name=name, body=body)


def fact(tx: Tx, name: str) -> str:
    row = tx.one("SELECT body FROM staged_fact WHERE name = :name", name=name)
    return row.body if row else ""


# What is said about the file


def add_remark(tx: Tx, file: int, line: int, kind: str, template: str, many: str, given: str, skipped: int) -> None:
    """Says a sentence of a row. given: its values as JSON."""
    saying = {"kind": kind, "template": template, "many": many, "skipped": skipped}
    if not tx.count(_ADD_REMARK, file=file, line=line, given=given, **saying):
        tx.run(_ADD_SAYING, **saying)
        tx.run(_ADD_REMARK, file=file, line=line, given=given, **saying)


def sayings(tx: Tx) -> list[Row]:
    return tx.rows("SELECT number, kind, template, many FROM staged_saying")


def remarks(tx: Tx, most: int) -> list[Row]:
    """At most so many of each kind, in the order of the file; `more` says how many of the kind there are in all."""
    return tx.rows(
        "SELECT r.file, r.line, r.saying, r.given, p.place, p.more FROM (SELECT e.number, ROW_NUMBER() OVER (PARTITION BY s.kind ORDER BY"
        " e.file, e.line, e.number) AS place, COUNT(*) OVER (PARTITION BY s.kind) AS more"
        " FROM staged_remark e JOIN staged_saying s ON s.number = e.saying) p JOIN staged_remark r ON r.number = p.number"
        " WHERE p.place <= :most ORDER BY r.file, r.line, r.number",
        most=most,
    )


def skipped(tx: Tx) -> dict[str, int]:
    rows = tx.rows("SELECT s.kind, COUNT(*) AS n FROM staged_remark r JOIN staged_saying s ON s.number = r.saying WHERE s.skipped = 1"
                   " GROUP BY s.kind ORDER BY s.kind")  # fmt: skip
    return {row.kind: row.n for row in rows}


# Stories


def add_story(tx: Tx, **given: object) -> bool:
    """Whether the story's key was new."""
    return tx.count(
        "INSERT INTO staged_story (number, file, line, key, title, address, publisher_key, created, closed, hidden, leader)"
        " VALUES (:number, :file, :line, :key, :title, :address, :publisher_key, :created, :closed, :hidden, :number) ON CONFLICT (key) DO NOTHING",
        **given,
    ) == 1  # fmt: skip


def call(tx: Tx, kind: str, reference: str, number: int) -> int:
    """Has a row be called by a reference; gives the row that is called so already, else this one."""
    tx.run(
        "INSERT INTO staged_reference (kind, reference, number) VALUES (:kind, :reference, :number) ON CONFLICT (kind, reference) DO NOTHING",
        kind=kind, reference=reference, number=number,
    )
    row = tx.one("SELECT number FROM staged_reference WHERE kind = :kind AND reference = :reference", kind=kind, reference=reference)
    return row.number if row else number


def call_comments(tx: Tx, given: Iterable[Mapping[str, object]]) -> None:
    """Has comments be called by something beside their keys."""
    tx.many("INSERT INTO staged_reference (kind, reference, number) VALUES ('comment', :reference, :number) ON CONFLICT (kind, reference)"
            " DO NOTHING", given)


def join_stories(tx: Tx, one: int, other: int) -> None:
    """Makes two staged stories one: all who follow the one now follow the other's leader."""
    tx.run(
        "UPDATE staged_story SET leader = (SELECT leader FROM staged_story WHERE number = :other)"
        " WHERE leader = (SELECT leader FROM staged_story WHERE number = :one)",
        one=one, other=other,
    )


def lead(tx: Tx, given: Iterable[Mapping[str, object]]) -> None:
    """Says anew whom staged stories follow."""
    tx.many("UPDATE staged_story SET leader = :leader WHERE number = :number", given)


def leaders(tx: Tx, after: int, limit: int) -> list[Row]:
    return tx.rows("SELECT number, file, line, story FROM staged_story WHERE number = leader AND number > :after ORDER BY number LIMIT :limit",
                   after=after, limit=limit)  # fmt: skip


def leaders_of_several(tx: Tx, after: int, limit: int) -> list[Row]:
    """Those of `leaders` whom another staged story follows."""
    return tx.rows("SELECT DISTINCT leader AS number FROM staged_story WHERE number <> leader AND leader > :after ORDER BY leader LIMIT :limit",
                   after=after, limit=limit)  # fmt: skip


def followers(tx: Tx, leader: int) -> list[Row]:
    """The staged stories that are one story, the leader first."""
    return tx.rows(
        "SELECT number, file, line, key, title, address, publisher_key, created, closed, hidden, story, fresh, left_out FROM staged_story"
        " WHERE leader = :leader ORDER BY number <> :leader, number",
        leader=leader,
    )


def addresses(tx: Tx, leader: int) -> list[str]:
    """Every cleaned address of a story, its own first. (CROSS JOIN: the order of the two is not left to the engine, here and below.)"""
    rows = tx.rows(
        "SELECT r.reference FROM staged_story s CROSS JOIN staged_reference r ON r.number = s.number AND r.kind = 'address' WHERE s.leader = :leader"
        " ORDER BY s.number <> :leader, s.number, r.rowid",
        leader=leader,
    )
    return [row.reference for row in rows]


def set_story(tx: Tx, leader: int, story: int | None, fresh: int, left_out: str = "") -> None:
    tx.run("UPDATE staged_story SET story = :story, fresh = :fresh, left_out = :left_out WHERE leader = :leader",
           leader=leader, story=story, fresh=fresh, left_out=left_out)  # fmt: skip


def story_counts(tx: Tx) -> Row | None:
    return tx.one("SELECT COUNT(*) AS stories, COALESCE(SUM(fresh), 0) AS fresh FROM staged_story WHERE number = leader AND left_out = ''")


def hide_threads(tx: Tx) -> None:
    """Comments under what was deleted at the source go out of sight with it."""
    tx.run("UPDATE staged_comment SET state = 'deleted' WHERE state = 'published' AND thread IN (SELECT number FROM staged_story WHERE hidden = 1)")


def hidden_threads(tx: Tx) -> list[Row]:
    return tx.rows("SELECT s.file, s.line, COUNT(c.number) AS comments FROM staged_story s JOIN staged_comment c ON c.thread = s.number"
                   " WHERE s.hidden = 1"
                   " GROUP BY s.number, s.file, s.line")  # fmt: skip


def joined_threads(tx: Tx) -> list[Row]:
    return tx.rows("SELECT s.file, s.line, s.key, l.key AS leader_key, l.line AS leader_line FROM staged_story s JOIN staged_story l ON"
                   " l.number = s.leader"
                   " WHERE s.number <> s.leader ORDER BY s.number")  # fmt: skip


# People


def add_person(tx: Tx, number: int, key: str, name: str, skeleton: str, created: int) -> int:
    """The number of the person of a key: the given one where they are new."""
    new = tx.count(
        "INSERT INTO staged_person (number, key, name, skeleton, created) VALUES (:number, :key, :name, :skeleton, :created)"
        " ON CONFLICT (key) DO NOTHING",
        number=number, key=key, name=name, skeleton=skeleton, created=created,
    )
    row = None if new else tx.one("SELECT number FROM staged_person WHERE key = :key", key=key)
    return row.number if row else number


def people(tx: Tx, after: int, limit: int) -> list[Row]:
    return tx.rows("SELECT number, key, name, skeleton, created, person, fresh FROM staged_person WHERE number > :after ORDER BY number LIMIT :limit",
                   after=after, limit=limit)  # fmt: skip


def set_people(tx: Tx, given: Iterable[Mapping[str, object]]) -> None:
    tx.many("UPDATE staged_person SET person = :person, fresh = :fresh WHERE number = :number", given)


def drop_idle_people(tx: Tx) -> None:
    """Forgets those who wrote nothing that is to be written."""
    tx.run("UPDATE staged_person SET fresh = 0 WHERE fresh = 1 AND number NOT IN"
           " (SELECT person FROM staged_comment WHERE person IS NOT NULL AND known = 0)")  # fmt: skip


def fresh_people(tx: Tx) -> int:
    row = tx.one("SELECT COUNT(*) AS n FROM staged_person WHERE fresh = 1")
    return row.n if row else 0


# Comments


def add_comment(tx: Tx, given: Mapping[str, object]) -> bool:
    """Whether the comment's key was new."""
    return tx.count(_ADD_COMMENT, **given) == 1


def add_words(tx: Tx, given: Iterable[Mapping[str, object]]) -> None:
    tx.many(_ADD_WORDS, given)


def same_comment(tx: Tx, key: str) -> Row | None:
    return tx.one("SELECT c.number, c.line, c.posted, c.to_story, w.digest FROM staged_comment c JOIN staged_words w ON w.number = c.number"
                  " WHERE c.key = :key", key=key)  # fmt: skip


def place(tx: Tx) -> None:
    """Finds the thread and the parent of comments by their surest references, all at once."""
    tx.run(
        "UPDATE staged_comment SET thread = (SELECT r.number FROM staged_reference r WHERE r.kind = 'story' AND r.reference = to_story),"
        " above = (SELECT p.number FROM staged_comment p WHERE p.key = staged_comment.to_parent)"
    )


def not_placed(tx: Tx, after: int, limit: int) -> list[Row]:
    """Comments whose thread or parent was not found by the surest reference, and those that have more references."""
    return tx.rows(
        "SELECT c.number, c.file, c.line, c.to_story, c.to_parent, c.doubtful, w.stories, w.parents"
        " FROM staged_comment c JOIN staged_words w ON w.number = c.number"
        " WHERE c.number > :after AND (c.doubtful = 1 OR c.thread IS NULL OR (c.to_parent <> '' AND c.above IS NULL))"
        " ORDER BY c.number LIMIT :limit",
        after=after, limit=limit,
    )


def called(tx: Tx, kind: str, references: Sequence[str]) -> dict[str, int]:
    """The row of each reference that leads to one."""
    found = tx.each("SELECT number FROM staged_reference WHERE kind = :kind AND reference = :reference",
                    [{"kind": kind, "reference": reference} for reference in references])  # fmt: skip
    return {reference: rows[0].number for reference, rows in zip(references, found, strict=True) if rows}


def comments_called(tx: Tx, references: Sequence[str]) -> dict[str, int]:
    """The comment of each reference that leads to one: by its key, else by what else it is called."""
    found = tx.each("SELECT number FROM staged_comment WHERE key = :key", [{"key": reference} for reference in references])
    by_key = {reference: rows[0].number for reference, rows in zip(references, found, strict=True) if rows}
    return {**called(tx, "comment", [reference for reference in references if reference not in by_key]), **by_key}


def set_places(tx: Tx, given: Iterable[Mapping[str, object]]) -> None:
    tx.many("UPDATE staged_comment SET thread = :thread, above = :above WHERE number = :number", given)


def leave_out(tx: Tx, numbers: Iterable[int]) -> None:
    """Takes comments out; whoever answers them finds nothing there."""
    gone = [{"number": number} for number in numbers]
    tx.many("DELETE FROM staged_comment WHERE number = :number", gone)
    tx.many("DELETE FROM staged_words WHERE number = :number", gone)


def homeless(tx: Tx, limit: int) -> list[Row]:
    """Comments of stories that are left out."""
    return tx.rows("SELECT c.number, c.file, c.line, s.left_out FROM staged_comment c JOIN staged_story s ON s.number = c.thread"
                   " WHERE s.left_out <> '' ORDER BY c.number LIMIT :limit", limit=limit)  # fmt: skip


def page(tx: Tx, after: int, limit: int) -> list[Row]:
    return tx.rows("SELECT number, key FROM staged_comment WHERE number > :after ORDER BY number LIMIT :limit", after=after, limit=limit)


def set_known(tx: Tx, given: Iterable[Mapping[str, object]]) -> None:
    """Comments that were imported before: what they are called here, their story and their level (NULL: they are gone)."""
    tx.many("UPDATE staged_comment SET known = 1, id = :id, story_here = :story, level = :level WHERE number = :number", given)


def set_known_levels(tx: Tx, given: Iterable[Mapping[str, object]]) -> None:
    """The same for comments that keep their own ids."""
    tx.many("UPDATE staged_comment SET known = 1, level = :level WHERE number = :number", given)


# The tree


def strays(tx: Tx) -> list[Row]:
    """Comments whose parent lies under another story, or is not there any more."""
    return tx.rows(
        "SELECT c.number, c.file, c.line FROM staged_comment c LEFT JOIN staged_comment p ON p.number = c.above"
        " LEFT JOIN staged_story s ON s.number = c.thread LEFT JOIN staged_story t ON t.number = p.thread"
        " WHERE c.above IS NOT NULL AND c.known = 0 AND (p.number IS NULL OR s.leader <> t.leader"
        " OR (p.known = 1 AND (p.level IS NULL OR p.story_here <> s.story)))"
    )


def make_roots(tx: Tx, numbers: Iterable[int]) -> None:
    tx.many("UPDATE staged_comment SET above = NULL WHERE number = :number", [{"number": number} for number in numbers])


def begin_levels(tx: Tx) -> None:
    tx.run("UPDATE staged_comment SET level = 1 WHERE above IS NULL AND known = 0 AND level IS NULL")


def deepen(tx: Tx, level: int) -> int:
    """Gives those below a level theirs; how many they are."""
    return tx.count(
        "UPDATE staged_comment SET level = :level + 1 WHERE number IN (SELECT c.number FROM staged_comment p CROSS JOIN staged_comment c"
        " ON c.above = p.number WHERE p.level = :level AND c.level IS NULL AND c.known = 0)",
        level=level,
    )


def too_deep(tx: Tx, level: int) -> list[Row]:
    """Those below the deepest level, with the parent of their parent; here: their parent's id, where it was here before."""
    return tx.rows(
        "SELECT c.number, c.file, c.line, p.above, c.thread, CASE WHEN p.known = 1 THEN p.id END AS here"
        " FROM staged_comment c JOIN staged_comment p ON p.number = c.above"
        " WHERE c.level IS NULL AND c.known = 0 AND p.level = :level",
        level=level,
    )


def add_here(tx: Tx, given: Iterable[Mapping[str, object]]) -> None:
    """Comments that are here and need not be in the archive, below which something of it belongs. They are numbered by their ids, below 0."""
    tx.many(
        "INSERT INTO staged_comment (number, file, line, key, id, to_story, to_parent, doubtful, thread, story_here, posted, state, up, down,"
        " known, level) VALUES (:number, 0, 0, char(0) || :id, :id, '', '', 0, :thread, :story, 0, 'published', 0, 0, 1, :level)"
        " ON CONFLICT (number) DO NOTHING",
        given,
    )


def flatten(tx: Tx, given: Iterable[Mapping[str, object]]) -> None:
    tx.many("UPDATE staged_comment SET above = :above, level = :level WHERE number = :number", given)


def deepest(tx: Tx) -> int:
    row = tx.one("SELECT COALESCE(MAX(level), 0) AS level FROM staged_comment")
    return row.level if row else 0


def without_level(tx: Tx) -> list[Row]:
    return tx.rows("SELECT number, file, line, above, posted FROM staged_comment WHERE level IS NULL AND known = 0")


def see(tx: Tx, level: int) -> None:
    """Counts the visible replies of a level's comments, and says which of these can be seen. The level below comes first."""
    tx.run(
        "UPDATE staged_comment SET replies = (SELECT COUNT(*) FROM staged_comment c WHERE c.above = staged_comment.number AND c.visible = 1)"
        " WHERE level = :level AND known = 0",
        level=level,
    )
    tx.run("UPDATE staged_comment SET visible = 1 WHERE level = :level AND known = 0 AND (state = 'published' OR replies > 0)", level=level)


def number_turns(tx: Tx) -> None:
    """Parents are written before their replies; within a story what lies deepest is opened first, roots last.

    A turn is (level, number) in one number, a place in the opening (story, level from below, number): nothing need be sorted.
    """
    tx.run("UPDATE staged_comment SET turn = level * 4294967296 + number WHERE known = 0")
    tx.run(
        "UPDATE staged_comment SET opens = (SELECT s.leader FROM staged_story s WHERE s.number = thread) * 1099511627776"
        " + (255 - level) * 4294967296 + number WHERE known = 0 AND visible = 1"
    )


def counts(tx: Tx) -> Row | None:
    """How many comments of the archive are to be written, were known, are to be opened."""
    return tx.one(
        "SELECT COALESCE(SUM(1 - known), 0) AS fresh, COALESCE(SUM(known), 0) AS known,"
        " COALESCE(SUM(CASE WHEN opens IS NOT NULL THEN 1 ELSE 0 END), 0) AS opening FROM staged_comment"
        " WHERE number > 0"
    )


def written(tx: Tx, turn: int) -> int:
    """How many comments have had their turn."""
    row = tx.one("SELECT COUNT(*) AS n FROM staged_comment WHERE turn <= :turn", turn=turn)
    return row.n if row else 0


def opened(tx: Tx, opens: int) -> int:
    """How many comments are opened."""
    row = tx.one("SELECT COUNT(*) AS n FROM staged_comment WHERE opens <= :opens", opens=opens)
    return row.n if row else 0


# Handing over


def to_merge(tx: Tx, after: int, limit: int) -> list[Row]:
    """Comments by their turn, with the ids that story, parent and person have here."""
    return tx.rows(
        "SELECT c.turn, c.number, c.key, c.id, s.story, COALESCE(p.id, 0) AS parent, c.level, q.person, w.name, w.skeleton, w.marks,"
        " w.text, w.html, w.renderer,"
        " c.posted, c.edited, c.state, c.up, c.down, c.replies, w.digest, w.extra FROM staged_comment c JOIN staged_words w ON w.number = c.number"
        " JOIN staged_story s ON s.number = c.thread LEFT JOIN staged_comment p ON p.number = c.above LEFT JOIN staged_person q ON"
        " q.number = c.person"
        " WHERE c.turn > :after ORDER BY c.turn LIMIT :limit",
        after=after, limit=limit,
    )


def to_open(tx: Tx, after: int, limit: int) -> list[Row]:
    """Visible comments by their place in the opening. under: the parent's id, where it was there before this import."""
    return tx.rows(
        "SELECT c.opens, c.id, c.state, s.story, s.fresh, CASE WHEN p.known = 1 THEN p.id END AS under FROM staged_comment c"
        " JOIN staged_story s ON s.number = c.thread LEFT JOIN staged_comment p ON p.number = c.above WHERE c.opens > :after ORDER BY"
        " c.opens LIMIT :limit",
        after=after, limit=limit,
    )


def set_ids(tx: Tx, given: Iterable[Mapping[str, object]]) -> None:
    tx.many("UPDATE staged_comment SET id = :id WHERE number = :number", given)


def some_addresses(tx: Tx, after: str, limit: int) -> list[Row]:
    return tx.rows("SELECT reference FROM staged_reference WHERE kind = 'address' AND reference > :after ORDER BY reference LIMIT :limit",
                   after=after, limit=limit)  # fmt: skip
