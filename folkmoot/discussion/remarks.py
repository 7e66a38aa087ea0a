"""What can be said of the rows of an archive: every kind of remark and what a person calls it, and how a sentence is taken apart to be kept.

Importers, staging.py, settling.py and homecoming.py say their sentences where they find something to say; a sentence is counted and
cut by its kind. A new kind is a word in Kind and a line in KINDS.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from folkmoot.discussion.text import UNSTORABLE
from folkmoot.errors import Sentence, kept, known
from folkmoot.web.words import N_

LONGEST = 300  # letters of a value; what is longer can be read in the archive

Kind = Literal[
    "author without a bullet", "columns not read", "comment without a story", "date in the future", "deleted thread", "given twice",
    "here already, and different", "id given twice", "impossible date", "item that was not public", "kind unknown", "name changed",
    "neither true nor false", "newer Isso", "no date", "no dates", "no words", "not a comment", "not a commenter", "note of a plug-in",
    "one story, several threads", "parent elsewhere", "parent missing", "parent unclear", "parents in a circle", "people who were blocked",
    "picture kept by Disqus", "pingback", "state unknown", "story given twice", "story of another site", "story without address or id",
    "text in the author's place", "text without an author", "the story's own text", "thread not in the archive", "thread of another site",
    "thread without address or id", "thread without id", "time zone unknown", "too deep", "too long", "too many cells", "trackback",
    "unknown format", "webmention",
]  # fmt: skip

# The keys stay as they are: reports count what was left out by them.
KINDS: dict[str, str] = {
    # why a comment was left out
    "comment without a story": N_("no story to stand under"), "given twice": N_("twice in the archive, word for word"),
    "impossible date": N_("an impossible date"), "not a comment": N_("not a comment"),
    "note of a plug-in": N_("a note of a plug-in, not of a person"), "pingback": N_("a link that another page sent by itself"),
    "trackback": N_("a link that another page sent by itself"),
    "webmention": N_("a link that another page sent by itself"),
    "story of another site": N_("its story belongs to another site"),
    "story without address or id": N_("its story has neither an address nor an id"),
    "thread not in the archive": N_("its thread is not in the archive"), "too long": N_("too long"),
    "too many cells": N_("too many cells in the line"), "unknown format": N_("an unknown format"),
    # what is worth knowing of one that was taken, of a story, of the file
    "author without a bullet": N_("an author without a bullet"), "columns not read": N_("columns that are not read"),
    "date in the future": N_("a date in the future"), "deleted thread": N_("a deleted thread"),
    "here already, and different": N_("here already, and different"), "id given twice": N_("an id given twice"),
    "item that was not public": N_("an item that was not public"), "kind unknown": N_("an unknown kind"),
    "name changed": N_("a name that was changed"), "neither true nor false": N_("neither true nor false"),
    "newer Isso": N_("a newer Isso"), "no date": N_("no date"), "no dates": N_("no dates"),
    "no words": N_("no words"), "not a commenter": N_("not a commenter"), "one story, several threads": N_("one story, several threads"),
    "parent elsewhere": N_("what it answers lies elsewhere"), "parent missing": N_("what it answers is missing"),
    "parent unclear": N_("what it answers is unclear"), "parents in a circle": N_("answers in a circle"),
    "people who were blocked": N_("people who were blocked"), "picture kept by Disqus": N_("a picture that Disqus keeps"),
    "state unknown": N_("an unknown state"), "story given twice": N_("a story given twice"),
    "text in the author's place": N_("text in the author’s place"), "text without an author": N_("text without an author"),
    "the story's own text": N_("the story’s own text"), "thread of another site": N_("a thread of another site"),
    "thread without address or id": N_("a thread without address or id"), "thread without id": N_("a thread without an id"),
    "time zone unknown": N_("an unknown time zone"), "too deep": N_("too deep a reply"),
}  # fmt: skip


def parts(words: str) -> tuple[str, str, str]:
    """A sentence's template, the one for several, and its values as JSON, without letters that no database keeps."""
    sentence = words if isinstance(words, Sentence) else known(words)
    values = {name: _storable(value) for name, value in sentence.values.items()}
    return sentence.template, sentence.many, msgspec.json.encode(values).decode() if values else "{}"


def _storable(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_storable(each) for each in value]
    if isinstance(value, Sentence):
        return kept(value)
    return UNSTORABLE.sub("\ufffd", value[:LONGEST]) if isinstance(value, str) else value
