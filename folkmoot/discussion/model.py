"""The nouns of discussion, frozen: what was typed, what is shown, what was decided. No I/O, no clock."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

State = Literal["published", "held", "removed", "withdrawn", "spam", "deleted", "unapproved"]
Answer = Literal["published", "held", "refused"]
Deed = Literal[
    "publish", "hold", "release", "remove", "restore", "withdraw", "remove_revision", "keep", "scrub", "lock", "unlock", "pin", "unpin", "feature",
    "unfeature", "edit_words", "uphold",
]

MAX_LEVEL = 200        # a reply deeper than this is refused
MAX_TEXT = 5_000       # letters of a live comment
MAX_IMPORTED = 20_000  # letters of an imported one
ANONYMOUS = "Guest"    # who gives no name
MAX_DETAIL = 500       # letters of a report's own words
EDIT_WINDOW = 15 * 60_000
HISTORY_GRACE = 60_000
FLAG_REASONS = ("attack", "advertising", "private", "untrue", "off_topic", "other")
UNABLE = "unable"      # the proof of who cannot do the work: no script, an old browser
MAX_APPEAL = 1_000  # letters of an appeal
APPEAL_DAYS = 180   # as the EU's Digital Services Act asks (Art. 20)


class Words(Struct, frozen=True):
    """What a reader typed, read once by text.py. links: the hosts that its live links lead to, one entry per link."""

    text: str
    html: str
    links: tuple[str, ...]
    folded: str      # lower case, accents and white space folded: for words lists and repeats
    digest: str      # of `folded`
    letters: int     # what the length rule counts


class Draft(Struct, frozen=True):
    """A comment on its way in, before any rule has seen it. trapped: a field that people do not see was filled in.

    written: milliseconds from the first letter, or from the form, to the post; None where nobody measured. proof: the nonce of a
    challenge that was solved for it (proofs.py), UNABLE from who cannot solve one, "" where none was sent.
    """

    story: int
    words: Words
    parent: int | None = None
    name: str | None = None
    email: str | None = None
    trapped: bool = False
    written: int | None = None
    proof: str = ""


class Verdict(Struct, frozen=True):
    """What the rules say of a draft. rule: the name of the rule that decided; why: words for the writer; marks: shown beside the name.

    about: the comment that the words are about, where there is one (what is said twice). note: more, for the desk alone.
    """

    answer: Answer
    rule: str = ""
    why: str = ""
    marks: tuple[str, ...] = ()
    about: int | None = None
    note: str = ""


class Customs(Struct, frozen=True):
    """What the operator's settings say to the verbs: whether rates and newcomers' holds are on, whether guests' votes count everywhere.

    rush: comments of the last minute by people who have proven nothing, as far as this process counts them. ask_outside: whether a
    service of the operator's choice is asked about comments (akismet.py).
    """

    limits: bool = True
    guests_vote: bool = False
    rush: int = 0
    ask_outside: bool = False


class Posted(Struct, frozen=True):
    """What became of a draft. token: a guest's first post gives them the key to what is theirs."""

    id: int
    story: int
    verdict: Verdict
    token: str | None = None
    row: Any = None  # the comment's row, as it was written


class Given(Struct, frozen=True):
    """What became of a vote or a report. counts: whether a vote ranks. token: as in Posted."""

    counts: bool
    token: str | None = None


class Order(Struct, frozen=True):
    """A way to read a thread: sorted by `columns` of the comment's row, the last of which is its id.

    label: words for readers. moves: whether a comment's place may change after it was posted.
    """

    name: str
    label: str
    columns: tuple[str, ...]
    descending: bool = False
    moves: bool = True


class Preview(Struct, frozen=True):
    """What the page behind a comment's first link says of itself; address: as it is linked, host: where that leads."""

    title: str
    about: str
    address: str
    host: str


class Comment(Struct, frozen=True):
    """A comment as every reader may see it. Of a tombstone, name, html and text are empty."""

    id: int
    story: int
    parent: int          # 0: a root
    level: int
    person: int | None
    name: str
    html: str
    text: str
    posted: int
    edited: int | None
    state: State
    up: int
    down: int
    replies: int
    marks: tuple[str, ...]
    preview: Preview | None = None

    @property
    def live(self) -> bool:
        return self.state == "published"

    @property
    def score(self) -> int:
        return self.up - self.down


class Branch(Struct, frozen=True):
    """A comment on a page with those of its replies that the page shows.

    more: the cursor at which its left-out replies go on, None where all are here. folded: the replies lie deeper than
    the page shows; the way to them is the comment's own page ("Continue this thread").
    """

    comment: Comment
    replies: tuple[Branch, ...]
    more: str | None = None
    folded: bool = False


class Page(Struct, frozen=True):
    """Part of a thread, in an order, as it stood at `version`.

    order: what was asked for. effective: what it was sorted by ("best" is newest while no vote counts). above: where the
    page shows one branch alone, the ancestors of its root, outermost first.
    """

    story: int
    version: int
    order: str
    effective: str
    roots: tuple[Branch, ...]
    more: str | None
    live: int                       # comments that readers see in the whole thread
    above: tuple[Comment, ...] = ()
    marked: int | None = None       # the comment that a permalink names
    pinned: Comment | None = None   # which the newsroom has put above the thread
