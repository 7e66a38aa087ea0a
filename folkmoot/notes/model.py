"""The nouns of notes, frozen: a passage, a source, a draft, a note as readers see it, where it stands. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

Kind = Literal["wrong", "missing", "outdated"]
Grade = Literal["proposed", "both_sides", "helpful", "disputed", "unhelpful"]
Ruling = Literal["", "accepted", "clarified", "declined"]
Found = Literal["unknown", "headline", "exact", "changed", "gone"]

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MAX_TEXT = 500  # letters of a note, of an answer to it, of a reason
MAX_SOURCES = 5
MAX_PASSAGE = 400  # letters of a quoted passage
MAX_CONTEXT = 64  # letters kept before and after it
MAX_STATEMENT = 200
EDITORS_CLOCK = DAY  # from then on a note that no editor has answered is shown as unanswered
NEWCOMER = 2  # one's first notes, this many, wait for the desk
ASKED_DAYS = 7  # once a week a reader may be drawn
AIMED_AT = 10  # answers of readers drawn by lot that are aimed at for each contested note (8 to 12, research/notes.md)
SMALL_GROUP = 5  # nobody's votes are shown in a group under this
HEAD = ("both_sides", "helpful")  # grades that stand at the head of the story

HELPFUL, SOMEWHAT, UNHELPFUL = 2, 1, 0
LEVELS = {"helpful": HELPFUL, "somewhat": SOMEWHAT, "unhelpful": UNHELPFUL}
REASONS_FOR = ("good_sources", "answers_claim", "clear", "fair")
REASONS_AGAINST = ("sources_disagree", "misses_point", "argues", "story_is_right", "hard_to_understand", "not_needed")
REASONS = (*REASONS_FOR, *REASONS_AGAINST)
REPORTS = ("unlawful", "private", "attack", "advertising", "other")
RULINGS: dict[str, Ruling] = {"accept": "accepted", "clarify": "clarified", "decline": "declined"}
# The state and the ruling to which a decision leads; the last one that is named holds.
LED_TO = {"propose": "open", "hold": "held", "release": "open", "restore": "open", "remove": "removed", "withdraw": "withdrawn", "scrub": "withdrawn"}
RULED: dict[str, Ruling] = {**RULINGS, "reopen": ""}
UNDO = "undo"        # the rule of a row that takes the last decision back
AT_ONCE = 10_000     # ms in which a decision is taken back as if it had never been: nobody is told of it before


class Passage(Struct, frozen=True):
    """What a note is about, as a W3C TextQuoteSelector; an empty `exact` means the whole story."""

    exact: str = ""
    prefix: str = ""
    suffix: str = ""


class Source(Struct, frozen=True):
    """A page that proves it. title and said: what it answered when it was looked at; state: unchecked, found or dead."""

    url: str
    host: str
    title: str = ""
    state: Literal["unchecked", "found", "dead"] = "unchecked"
    said: str = ""


class Draft(Struct, frozen=True):
    """A note on its way in. comment: the comment that it is about; grew_from: the one that it is made of; seen: similar notes that were shown."""

    story: int
    kind: Kind
    text: str
    sources: tuple[Source, ...]
    passage: Passage = Passage()
    comment: int | None = None
    grew_from: int | None = None
    credited: bool = True
    seen: frozenset[int] = frozenset()


class Verdict(Struct, frozen=True):
    """What the rules say of a draft: published, held or refused; by which rule, and why, in words for its writer."""

    answer: Literal["published", "held", "refused"]
    rule: str = ""
    why: str = ""
    field: str | None = None


class Standing(Struct, frozen=True):
    """Where a note stands among its readers, as one reckoning says.

    near: the side of most who find it helpful; far: the other. (helpful, all) of each. missing: how many more ratings from the far
    side would be needed; one_sided: no second side is to be seen among the readers. why: the rule that decided, for `explain`.
    """

    grade: Grade
    at: int
    score: float | None = None
    low: float | None = None
    high: float | None = None
    axis: float | None = None
    ratings: int = 0
    near: tuple[int, int] = (0, 0)
    far: tuple[int, int] = (0, 0)
    missing: int = 0
    one_sided: bool = False
    why: str = ""


class About(Struct, frozen=True):
    """A comment as notes must know it: told by who calls, since notes do not look into the discussion. live: readers see it."""

    id: int
    story: int
    person: int | None
    name: str
    text: str
    live: bool = True
    html: str = ""


class Deed(Struct, frozen=True):
    """One row of what was decided on a note."""

    deed: str
    at: int
    person: int | None
    made_by: str
    rule: str
    reason: str
    before: str = ""
    after: str = ""
    id: int = 0


def standing_deeds(deeds: Sequence[Deed]) -> list[Deed]:
    """What was decided on a note, in order, without what was taken back at once and the rows that took it back."""
    found: list[Deed] = []
    for each in deeds:
        at = next((at for at in reversed(range(len(found))) if _decides(found[at])), None) if each.rule == UNDO else None
        if at is not None and each.at - found[at].at <= AT_ONCE:
            del found[at]
        else:
            found.append(each)
    return found


def _decides(deed: Deed) -> bool:
    return deed.deed in RULED or (deed.deed in LED_TO and deed.deed != "propose")


class Answer(Struct, frozen=True):
    """What the story's author, or the writer of the noted comment, says beside a note."""

    speaks_as: Literal["story", "comment"]
    name: str
    text: str
    at: int


class Note(Struct, frozen=True):
    """A note as readers may see it. ratings: all that its revision has; shown: when it first stood at the head, if it ever did."""

    id: int
    site: int
    story: int
    comment: int | None
    grew_from: int | None
    person: int | None
    name: str
    credited: bool
    kind: Kind
    state: Literal["open", "held", "withdrawn", "removed"]
    revision: int
    number: int
    text: str
    passage: Passage
    place: int | None
    found: Found
    sources: tuple[Source, ...]
    grade: Grade
    graded: int
    shown: int | None
    ruling: Ruling
    ruled: int | None
    proposed: int
    unanswered: int | None
    campaign: int | None
    ratings: int = 0
    answers: tuple[Answer, ...] = ()

    @property
    def at_head(self) -> bool:
        """Whether it stands at the head of its story."""
        return self.state == "open" and (self.ruling in ("accepted", "clarified") or (self.ruling == "" and self.grade in HEAD))

    @property
    def lead(self) -> str:
        """Its first sentence, where that is short enough for a line."""
        first = self.text.split("\n")[0]
        end = next((at + 1 for at, letter in enumerate(first) if letter in ".!?…" and (at + 1 == len(first) or first[at + 1] == " ")), len(first))
        return first[:end] if end <= 110 else first[:100].rsplit(" ", 1)[0] + "…"
