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


def with_parent(tx: Tx, own: Own) -> tuple[Own, str]:
    """A comment and the name of whom it answers, "" where nobody is to be named."""
    parent = store.comment_row(tx, own.comment.parent) if own.comment.parent else None
    return own, parent.name if parent is not None and parent.state == "published" else ""


def placed(own: Own, parent_name: str, language: str) -> str:
    """The <li> of a comment as its writer sees it."""
    return render("discussion/placed.html", language, c=own.comment, parent_name=parent_name, why=in_words(own.why, language))
