"""Where a note stands among its readers: what a reckoning says becomes its grade, and readers are told what has moved.

The reckoning itself (bridging.py) knows nothing of time: a grade that rises must have held for a while (DWELL), so that nothing flickers.
"""

from __future__ import annotations

from folkmoot.notes import store, store_ratings, telling
from folkmoot.notes.model import HEAD, MINUTE, Grade, Note, Standing
from folkmoot.notes.notes import take
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Tx
from folkmoot.storage.ids import new_id

DWELL = 10 * MINUTE  # what rises to the head must have deserved it for so long; what falls, falls when it is reckoned
RANK: dict[Grade, int] = {"unhelpful": 0, "disputed": 0, "proposed": 1, "both_sides": 2, "helpful": 3}


def stand(tx: Tx, note: int, revision: int, found: Standing, *, dwell: int = DWELL) -> Note | None:
    """Puts a note where a reckoning says that it stands. None where it is not open any more, or has been revised meanwhile.

    A rise is held back until the same or a better grade has been reckoned for `dwell` milliseconds; the reckoning is kept either way.
    """
    was = take(tx, note)
    if was.state != "open" or was.revision != revision:
        return None
    grade = _after_dwelling(tx, was, found, dwell)
    last = store.standing_of(tx, note, revision)
    if last is None or _differs(last, found):
        store.insert_standing(tx, new_id(found.at), note, revision, found)
    if grade != was.grade:
        _move(tx, was, grade, found.at)
    elif was.ruling == "" and was.grade in HEAD and last is not None and (last.near, last.far) != (found.near, found.far):
        tx.mark(was.story)  # the numbers beside it: a tick shows them
    return take(tx, note)


def _after_dwelling(tx: Tx, was: Note, found: Standing, dwell: int) -> Grade:
    """The grade that readers may see now."""
    if RANK[found.grade] <= RANK[was.grade] or found.grade not in HEAD:
        return found.grade
    since = found.at
    for each in reversed(store.standings_of(tx, was.id, was.revision)):
        if RANK[each.grade] < RANK[found.grade]:
            break
        since = each.at
    return found.grade if found.at - since >= dwell else was.grade


def rises_at(tx: Tx, note: Note, dwell: int = DWELL) -> int | None:
    """When a note that dwells is due to rise (UTC ms), if its last reckoning deserves more than its grade."""
    standings = store.standings_of(tx, note.id, note.revision)
    if not standings or RANK[standings[-1].grade] <= RANK[note.grade] or standings[-1].grade not in HEAD:
        return None
    since = standings[-1].at
    for each in reversed(standings):
        if RANK[each.grade] < RANK[standings[-1].grade]:
            break
        since = each.at
    return since + dwell


def _differs(last: Standing, found: Standing) -> bool:
    """Whether a reckoning says anything new; thousandths of a score are nothing."""
    known = last.grade, last.ratings, last.near, last.far, last.missing, last.one_sided, last.why
    said = found.grade, found.ratings, found.near, found.far, found.missing, found.one_sided, found.why
    return known != said or abs((last.score or 0) - (found.score or 0)) > 0.005


def _move(tx: Tx, was: Note, grade: Grade, now: int) -> None:
    shown = was.shown or (now if grade in HEAD else None)
    store.set_grade(tx, was.id, grade, now, shown)
    note, story = take(tx, was.id), get_story(tx, was.story)
    if grade != "proposed" and not note.ruling:
        telling.graded(tx, note, story, now)
    if was.grade in HEAD and grade not in HEAD and not note.ruling:
        people = tuple(row.person for row in store_ratings.ratings_of(tx, note.revision) if row.person != note.person)
        telling.gone(tx, note, story, now, people)
    tx.bump(note.story)
