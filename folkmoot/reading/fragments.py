"""Comments as HTML, each rendered once and kept while it stays the same: a page after one post renders one comment anew."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from markupsafe import Markup

from folkmoot.discussion.model import Comment
from folkmoot.web.pages import template

Article = Callable[[Comment, str], Markup]


class Fragments:
    """At most `room` comments, oldest out first. Threads may share it: each step is one operation of a dictionary."""

    def __init__(self, room: int = 8_192) -> None:
        self._room = room
        self._kept: OrderedDict[tuple[int, str], tuple[Comment, str, Markup]] = OrderedDict()
        self.rendered = 0

    def article(self, language: str) -> Article:
        """What renders a comment in a language, below the name of whom it answers ("" for a root)."""
        render = template("discussion/comment.html", language).module.article  # type: ignore[attr-defined]  # its macro
        kept = self._kept

        def article(comment: Comment, answered: str) -> Markup:
            found = kept.get((comment.id, language))
            if found is not None and found[0] == comment and found[1] == answered:
                return found[2]
            made: Markup = render(comment, answered)
            self.rendered += 1
            kept[comment.id, language] = (comment, answered, made)
            if len(kept) > self._room:
                kept.popitem(last=False)
            return made

        return article
