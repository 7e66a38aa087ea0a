"""Finding rows by their words: where the two engines truly differ. SQLite asks its FTS5, PostgreSQL a tsvector.

What is put in and what is asked for has been cut into tokens before (letters and digits alone), so nobody's words reach an engine's own grammar.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from folkmoot.storage.database import Tx

Field = Literal["words", "name", "place"]
_WEIGHTS = {"name": "A", "place": "B", "words": "D"}
_PUT = {
    "sqlite": "INSERT OR REPLACE INTO comment_words (rowid, words, name, place) VALUES (:row, :words, :name, :place)",
    "postgres": "INSERT INTO comment_words (rowid, lexemes) VALUES (:row, setweight(to_tsvector('simple', CAST(:words AS TEXT)), 'D')"
    " || setweight(to_tsvector('simple', CAST(:name AS TEXT)), 'A') || setweight(to_tsvector('simple', CAST(:place AS TEXT)), 'B'))"
    " ON CONFLICT (rowid) DO UPDATE SET lexemes = excluded.lexemes",
}
_MATCHES = {"sqlite": "comment_words MATCH :match", "postgres": "comment_words.lexemes @@ to_tsquery('simple', CAST(:match AS TEXT))"}


# In millionths. On PostgreSQL nearness counts, too; a long text counts less by the logarithm of its length.
_RELEVANCE = {
    "sqlite": "relevance(comment_words)",
    "postgres": "CAST(1000000 * ts_rank('{1,1,1,1}', comment_words.lexemes, to_tsquery('simple', CAST(:weighed AS TEXT)), 1) AS BIGINT)",
}


class Term(Struct, frozen=True):
    """Tokens that stand one after another in a field; wanted: or that must not. others: any of these will do as well."""

    field: Field
    tokens: tuple[str, ...]
    wanted: bool = True
    others: tuple[tuple[str, ...], ...] = ()


def put(tx: Tx, row: int, words: str, name: str, place: str) -> None:
    """Keeps a row's tokens, in the place of what was kept before."""
    tx.run(_PUT[tx.engine], row=row, words=words, name=name, place=place)


def drop(tx: Tx, row: int) -> None:
    """Forgets a row's tokens."""
    tx.run("DELETE FROM comment_words WHERE rowid = :row", row=row)


def matches(tx: Tx) -> str:
    """The condition on comment_words that a match holds."""
    return _MATCHES[tx.engine]


def relevance(tx: Tx) -> str:
    """How well a row of comment_words fits, as an expression beside `matches`: a whole number made of the row and what is `weighed` alone."""
    return _RELEVANCE[tx.engine]


def weighed(tx: Tx, terms: list[Term]) -> dict[str, str]:
    """What `relevance` needs to be given: on PostgreSQL the words that are wanted, since where a comment stands is no merit of it."""
    return {} if tx.engine == "sqlite" else {"weighed": match(tx, [term for term in terms if term.wanted and term.field != "place"])}


def match(tx: Tx, terms: list[Term]) -> str:
    """Terms in the engine's own grammar; at least one is wanted."""
    spelled = _fts5 if tx.engine == "sqlite" else _tsquery
    wanted = [spelled(term) for term in terms if term.wanted]
    unwanted = [spelled(term) for term in terms if not term.wanted]
    if tx.engine == "sqlite":
        found = " AND ".join(wanted)
        return f"({found}) NOT ({' OR '.join(unwanted)})" if unwanted else found
    return " & ".join([*wanted, *(f"!{each}" for each in unwanted)])


def _fts5(term: Term) -> str:
    return "(" + " OR ".join(f'{term.field} : "{" ".join(tokens)}"' for tokens in (term.tokens, *term.others)) + ")"


def _tsquery(term: Term) -> str:
    phrases = (" <-> ".join(f"'{token}':{_WEIGHTS[term.field]}" for token in tokens) for tokens in (term.tokens, *term.others))
    return "(" + " | ".join(f"({phrase})" for phrase in phrases) + ")"
