"""Parts of a page as HTML, each rendered once and kept while it stays the same: a page after one post renders one comment anew."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from markupsafe import Markup
from msgspec import structs

from folkmoot.discussion.model import Branch, Comment, Page
from folkmoot.sites.model import Story
from folkmoot.web.pages import template

Article = Callable[[Comment, str], Markup]


class Fragments:
    """At most `room` letters of HTML, oldest out first. Reader threads share it."""

    def __init__(self, room: int = 8 << 20) -> None:
        self._room = room
        self._kept: OrderedDict[Hashable, tuple[object, Markup]] = OrderedDict()
        self._lock = threading.Lock()
        self.taken = 0
        self.rendered = 0  # comments

    def _once(self, name: Hashable, given: object, make: Callable[[], Markup]) -> Markup:
        """What is kept under a name, where it was made of the same; else made now."""
        found = self._kept.get(name)
        if found is not None and found[0] == given:
            return found[1]
        made = make()
        with self._lock:
            before = self._kept.pop(name, None)
            self._kept[name] = (given, made)
            self.taken += len(made) - (len(before[1]) if before else 0)
            while self.taken > self._room:
                self.taken -= len(self._kept.popitem(last=False)[1][1])
        return made

    def article(self, language: str, previews: bool = True) -> Article:
        """What renders a comment, below the name of whom it answers ("" for a root). previews: with what its link is called."""
        render = template("discussion/comment.html", language).module.article  # type: ignore[attr-defined]  # its macro

        def make(comment: Comment, answered: str) -> Markup:
            self.rendered += 1
            return Markup(render(comment, answered))  # noqa: S704 -- what a template has made

        def once(comment: Comment, answered: str) -> Markup:
            seen = structs.replace(comment, preview=None) if comment.preview and not previews else comment
            return self._once(("article", comment.id, language), (seen, answered), lambda: make(seen, answered))

        return once

    def branch(self, page: Page, story: Story, language: str, previews: bool = True) -> Callable[[Branch], Markup]:
        """What renders a root of a page with all below it."""
        values = {"page": page, "story": story, "article": self.article(language, previews)}
        macros = template("reading/branch.html", language).make_module(values)
        answered = page.above[-1].name if page.above else ""

        def make(root: Branch) -> Markup:
            return Markup(macros.branches((root,), answered))  # type: ignore[attr-defined]  # noqa: S704 -- what a template has made

        return lambda root: self._once(
            ("branch", root.comment.id, language, page.order), (root, answered, page.marked, previews), lambda: make(root)
        )

    def parts(self, story: Story, key: str, language: str) -> Markup:
        """What the scripts lay over a page."""

        def make() -> Markup:
            return Markup(template("reading/parts.html", language).render(story=story, key=key))  # noqa: S704 -- what a template has made

        return self._once(("parts", story.site, story.id, language), (story.address, key), make)
