"""A comment as HTML, ready to be put into a list: what a writer gets back, and what is laid over the page for them alone."""

from __future__ import annotations

from msgspec import structs

from folkmoot.discussion import store
from folkmoot.discussion.mine import Own
from folkmoot.storage.database import Tx
from folkmoot.web.pages import render
from folkmoot.web.words import in_words


def in_language(own: Own, language: str) -> Own:
    """The same with the rule's sentence in a language; a moderator's own words stay as they are."""
    return structs.replace(own, why=in_words(own.why, language))


def placed(tx: Tx, own: Own, language: str) -> str:
    """The <li> of a comment as its writer sees it."""
    parent = store.comment_row(tx, own.comment.parent) if own.comment.parent else None
    name = parent.name if parent is not None and parent.state == "published" else ""
    return render("discussion/placed.html", language, c=own.comment, parent_name=name, why=in_words(own.why, language))
