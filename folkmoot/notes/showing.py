"""What readers see of notes: the head of a story, the drawer, one note with its ladder. Decides nothing.

Counts stay hidden until one's own rating: only a note that stands at the head, or that is decided, says to everybody how many found it
helpful on each side.
"""

from __future__ import annotations

from msgspec import Struct

from folkmoot.errors import Sentence, say
from folkmoot.notes import store, store_maps, store_ratings
from folkmoot.notes.model import DAY, HEAD, LEVELS, Deed, Grade, Note, Standing
from folkmoot.notes.notes import see
from folkmoot.notes.quoting import diff
from folkmoot.notes.standing import DWELL, RANK
from folkmoot.people.accounts import staff_names
from folkmoot.people.model import Actor
from folkmoot.storage.database import Tx
from folkmoot.web.words import N_

TRACE_DAYS = 30 * DAY  # how long the head says that a note has gone which had stood there
GRADES: dict[Grade, str] = {
    "proposed": N_("Proposed"), "both_sides": N_("Found helpful by readers on both sides"), "helpful": N_("Helpful"),
    "disputed": N_("Disputed"), "unhelpful": N_("Found unhelpful"),
}  # fmt: skip
_ORDER = {"accepted": 0, "clarified": 1, "helpful": 2, "both_sides": 3}


class Seen(Struct, frozen=True):
    """A note as a page shows it. decided: the editor's last decision; change: what a correction changed, word by word; by: who decided."""

    note: Note
    standing: Standing | None = None
    decided: Deed | None = None
    change: tuple[tuple[str, str], ...] = ()
    by: str = ""

    @property
    def counts(self) -> bool:
        """Whether everybody may know its counts."""
        return self.note.grade in HEAD or self.note.ruling != ""


class Head(Struct, frozen=True):
    """What of notes stands in a story's page. waiting: proposed ones in the drawer; gone: those that had stood at the head and do not any more."""

    at_head: tuple[Seen, ...] = ()
    waiting: int = 0
    disputed: int = 0
    gone: tuple[Seen, ...] = ()
    map: bool = False
    statements: int = 0
    total: int = 0

    @property
    def corrections(self) -> list[Seen]:
        return [each for each in self.at_head if each.note.ruling == "accepted"]

    @property
    def empty(self) -> bool:
        return not (self.at_head or self.gone)


def head(tx: Tx, story: int) -> Head:
    """What everybody sees of a story's notes."""
    notes = _notes(tx, story) if story else []
    statements = len(store_maps.statements_of(tx, story)) if story else 0
    if not notes:
        return Head(map=bool(story) and store_maps.map_of(tx, story) is not None, statements=statements)
    names = dict(staff_names(tx, notes[0].site))
    shown = sorted((note for note in notes if note.at_head), key=lambda note: (_ORDER[note.ruling or note.grade], -(note.ruled or note.graded)))
    open_ = [note for note in notes if note.state == "open" and not note.ruling]
    latest = max(note.proposed for note in notes)
    return Head(
        at_head=tuple(seen(tx, note, names) for note in shown),
        waiting=sum(note.grade == "proposed" for note in open_),
        disputed=sum(note.grade in ("disputed", "unhelpful") for note in open_),
        gone=tuple(seen(tx, note, names) for note in notes if _gone(note, latest)),
        map=store_maps.map_of(tx, story) is not None,
        statements=statements,
        total=sum(note.state != "held" for note in notes),
    )


def _notes(tx: Tx, story: int) -> list[Note]:
    """The newest notes of a story, and every other that stands at its head: no number of later ones takes a correction away."""
    notes = store.notes_on(tx, story)
    return notes if len(notes) < store.MOST else notes + store.older_at_head(tx, story, notes[-1].id)


def _gone(note: Note, latest: int) -> bool:
    """Whether a note had stood at the head and has lost its place, or was taken back, not long before the latest note."""
    return note.shown is not None and not note.at_head and note.state != "held" and latest - note.graded < TRACE_DAYS


def seen(tx: Tx, note: Note, names: dict[int, str] | None = None) -> Seen:
    """One note with what was decided on it."""
    named = dict(staff_names(tx, note.site)) if names is None else names
    decided = store.last_deed(tx, note.id, "accept", "clarify", "decline", "reopen") if note.ruling else None
    change = tuple(diff(decided.before, decided.after)) if decided and decided.deed == "accept" else ()
    return Seen(note, store.standing_of(tx, note.id, note.revision), decided, change, named.get(decided.person or 0, "") if decided else "")


def drawer(tx: Tx, story: int) -> list[Seen]:
    """Every note of a story that readers may know of: what was withdrawn or removed as a line. The latest first, those at the head before."""
    notes = [note for note in _notes(tx, story) if note.state != "held"]
    order = sorted(notes, key=lambda note: (not note.at_head, note.state != "open", note.ruling == "declined"))
    return [seen(tx, note) for note in order]


class Own(Struct, frozen=True):
    """What a reader has to do with a note. level: their rating's name; asked: they were drawn by lot; may_rate: whether it is theirs to judge."""

    level: str = ""
    reasons: tuple[str, ...] = ()
    asked: bool = False
    mine: bool = False
    may_rate: bool = False
    insider: bool = False


def own(tx: Tx, actor: Actor, note: Note) -> Own:
    """What this person has to do with it."""
    if actor.person is None:
        return Own()
    given = store_ratings.rating_of(tx, note.revision, actor.person.id)
    names = {number: name for name, number in LEVELS.items()}
    mine = note.person == actor.id
    return Own(
        level=names[given.level] if given else "",
        reasons=tuple(given.reasons.split()) if given else (),
        asked=store_ratings.was_asked(tx, note.revision, actor.person.id),
        mine=mine,
        may_rate=actor.proven and not mine and note.state == "open",
    )


class Rung(Struct, frozen=True):
    """A step of a note's ladder, past or still to come (at 0). sign: the grade whose sign it carries; name, why: words."""

    sign: str
    name: str
    at: int
    why: str = ""
    now: bool = False


class Whole(Struct, frozen=True):
    """A note's own page. told: whether this reader may see how many rated and how."""

    seen: Seen
    own: Own
    rungs: tuple[Rung, ...]
    curve: tuple[Standing, ...]
    told: bool
    tally: dict[int, int]
    deeds: tuple[Deed, ...]
    earlier: int  # ratings that an earlier text has got
    why: tuple[str, ...]
    draws: tuple[tuple[str, int, int, int, int], ...] = ()  # (seed, pool, thin, aimed, at)

    @property
    def moved(self) -> bool:
        """Whether its score has moved enough to be drawn: a flat line tells nobody anything."""
        scores = [each.score or 0 for each in self.curve]
        return len(scores) > 2 and max(scores) - min(scores) >= 0.05


def whole(tx: Tx, actor: Actor, note: int) -> Whole:
    """A note with all that this person may know of it. Raises NotFound."""
    found = see(tx, actor, note)
    shown, mine = seen(tx, found), own(tx, actor, found)
    told = shown.counts or bool(mine.level) or mine.mine
    curve = tuple(store.standings_of(tx, note, found.revision))
    deeds = tuple(store.decisions_on(tx, note))
    revisions = store.revisions_of(tx, note)
    earlier = sum(len(store_ratings.ratings_of(tx, each.id)) for each in revisions if each.id != found.revision)
    draws = tuple((row.seed, row.pool, row.thin, row.aimed, row.at) for row in store_ratings.draws_of(tx, note))
    return Whole(
        shown, mine, tuple(rungs(shown, deeds, curve)), curve if told else (), told, store_ratings.tally(tx, found.revision) if told else {},
        deeds, earlier, tuple(why(shown, told)), draws,
    )  # fmt: skip


_PAST: dict[str, tuple[str, str]] = {
    "propose": ("proposed", N_("Proposed")), "revise": ("proposed", N_("Revised: rated anew")), "hold": ("disputed", N_("Held for the newsroom")),
    "release": ("proposed", N_("Released by the newsroom")), "withdraw": ("disputed", N_("Withdrawn by its writer")),
    "accept": ("accepted", N_("Accepted by the editor")), "clarify": ("accepted", N_("Clarified by the editor")),
    "decline": ("disputed", N_("Declined by the editor")), "reopen": ("proposed", N_("Opened again")), "remove": ("disputed", N_("Removed")),
    "restore": ("proposed", N_("Restored")), "appeal": ("proposed", N_("Its writer asked for another look")),
    "unanswered": ("proposed", N_("Not answered by the editor for a day")),
}  # fmt: skip


def rungs(shown: Seen, deeds: tuple[Deed, ...], curve: tuple[Standing, ...]) -> list[Rung]:
    """The ladder: what has happened, in order, and what is still to come."""
    past = [Rung(_PAST[deed.deed][0], _PAST[deed.deed][1], deed.at, deed.reason) for deed in deeds if deed.deed in _PAST]
    past += [Rung(grade, GRADES[grade], at) for at, grade in moves(curve, shown.note)]
    past.sort(key=lambda rung: rung.at)
    if past:
        last = past[-1]
        past[-1] = Rung(last.sign, last.name, last.at, last.why, now=True)
    return past + _ahead(shown)


def moves(curve: tuple[Standing, ...], note: Note) -> list[tuple[int, Grade]]:
    """When readers saw which grade: a rise only once it had been deserved for a while (standing.DWELL), a fall at once."""
    found: list[tuple[int, Grade]] = []
    seen: Grade = "proposed"
    risen: tuple[int, Grade] | None = None  # when it is due to rise, and to what
    for each in curve:
        if risen and each.at >= risen[0]:
            found.append(risen)
            seen, risen = risen[1], None
        if RANK[each.grade] > RANK[seen] and each.grade in HEAD:
            least = each.grade if risen is None or RANK[each.grade] < RANK[risen[1]] else risen[1]
            risen = (risen[0] if risen else each.at + DWELL, least)
        else:
            risen = None
            if each.grade != seen:
                found.append((each.at, each.grade))
                seen = each.grade
    return found if note.grade == seen else [*found, (note.graded, note.grade)]


def _ahead(shown: Seen) -> list[Rung]:
    note = shown.note
    if note.state != "open" or note.ruling:
        return []
    order: list[Grade] = ["both_sides", "helpful"]
    steps = [grade for grade in order if note.grade not in order or order.index(grade) > order.index(note.grade)]
    missing = shown.standing.missing if shown.standing else 0
    found = [Rung(grade, GRADES[grade], 0, lacks(missing) if number == 0 and missing else "") for number, grade in enumerate(steps)]
    return [*found, Rung("accepted", N_("Accepted by the editor"), 0, N_("The editor need not wait for ratings."))]


def lacks(missing: int) -> Sentence:
    """What is missing to rise, in words."""
    if missing == 1:
        return say("Missing: 1 more rating from readers who usually disagree with its supporters.")
    return say("Missing: {number} more ratings from readers who usually disagree with its supporters.", number=missing)


def why(shown: Seen, told: bool) -> list[str]:
    """Why a note stands where it stands, in sentences that the catalogues hold."""
    note, at = shown.note, shown.standing
    if note.ruling:
        return [_RULED[note.ruling]]
    said: list[str] = []
    if note.campaign:
        said.append(N_("Its ratings look arranged. They wait until readers drawn by lot have judged it."))
    if not told:
        said.append(N_("How many rated it, and how, is hidden until you have given your own rating."))
    elif at is None or not at.ratings:
        said.append(N_("Nobody has rated it yet."))
    else:
        said.append(say("{near} of {near_all} on one side find it helpful, {far} of {far_all} on the other.",
                        near=at.near[0], near_all=at.near[1], far=at.far[0], far_all=at.far[1]))  # fmt: skip
    if at is not None and at.why in REASONS:
        said.append(reason(at.why))
    if at is not None and at.one_sided and at.ratings >= 5:
        said.append(N_("Nearly all who rate here are on one side, so ratings cannot show that both agree. The editor decides."))
    elif at is not None and at.missing and told:
        said.append(lacks(at.missing))
    if note.unanswered:
        said.append(N_("The editor has not answered for a day."))
    return said


_RULED = {
    "accepted": N_("The editor has accepted it as a correction. Ratings do not change that."),
    "clarified": N_("The editor has made the story clearer with it. Ratings do not change that."),
    "declined": N_("The editor has declined it. Its writer can ask for another look."),
}
# The rule that decided, as the reckoning (scoring.py) names it, in words that say no counts. What the sentences around it say needs none.
REASONS: dict[str, str] = {
    "early": N_("It is early: too few readers have rated notes here."),
    "few": N_("It has too few ratings yet."),
    "not_sure": N_("It is not sure yet that most readers on both sides find it helpful."),
    "lacking": N_("It is not sure yet that most readers on both sides find it helpful."),
    "campaign_for": N_("Raters who act together have pushed it; it is not shown on their word."),
    "campaign_against": N_("Raters who act together have rated it down; the rest are too few to decide."),
    "asked_differ": N_("Readers drawn by lot think otherwise than those who came by themselves."),
    "linked_differ": N_("It would not be shown without raters who seem to act together."),
    "burst_against": N_("Ratings against it came all at once, while most of the others find it helpful."),
    "unhelpful": N_("Most readers on both sides do not find it helpful."),
    "split": N_("Readers disagree about it."),
}  # fmt: skip


def reason(rule: str) -> str:
    """The words for the rule by which a reckoning decided; empty where the grade says it already."""
    return REASONS.get(rule, "")
