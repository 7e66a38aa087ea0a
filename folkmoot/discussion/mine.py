"""What only this reader sees of a thread: own votes, own comments that wait or can still be edited, what their role lets them do.

It is laid over the page that everybody shares, so it is small, bounded, and never cached.
"""

from __future__ import annotations

from msgspec import Struct

from folkmoot.discussion import store, store_beside, waits
from folkmoot.discussion.model import EDIT_WINDOW, Comment, Posted
from folkmoot.discussion.moderation import DEEDS
from folkmoot.errors import NotAllowed, NotFound
from folkmoot.people.model import Actor
from folkmoot.people.roles import may
from folkmoot.sites.store import all_sites
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Row, Tx

OWN = 100


class Own(Struct, frozen=True):
    """One's own comment as its writer sees it. edit_until: UTC ms; why and rule: what holds it; waiting_html: an edit that waits."""

    comment: Comment
    visible: bool
    edit_until: int | None
    why: str
    rule: str
    waiting_html: str | None


class Mine(Struct, frozen=True):
    """votes: comment → 1 or -1. may: the deeds that this person's role allows here. waiting: what moderators find held here."""

    person: int | None
    name: str | None
    proven: bool
    votes: dict[int, int]
    own: tuple[Own, ...]
    may: tuple[str, ...]
    waiting: tuple[Own, ...]


def mine(tx: Tx, actor: Actor, story: int, now: int) -> Mine:
    """What `actor` alone sees of a story's thread. Empty for somebody unknown."""
    if actor.person is None:
        return Mine(None, None, False, {}, (), (), ())
    site = get_story(tx, story).site
    deeds = tuple(deed for deed in DEEDS if may(actor, deed, site))
    own = store.own_comments(tx, actor.person.id, story, now - EDIT_WINDOW, OWN)
    held = store.held_comments(tx, story, OWN) if may(actor, "see_held", site) else []
    return Mine(
        actor.person.id, actor.person.name, actor.proven,
        {row.comment: row.value for row in store.votes_in(tx, actor.person.id, story)},
        tuple(_own(tx, row, now) for row in own if row.state in ("published", "held")), deeds,
        tuple(_own(tx, row, now) for row in held if row.person != actor.id),
    )


def own_comment(tx: Tx, actor: Actor, comment: int, now: int) -> Own:
    """One comment as its writer, or a moderator of its site, sees it in any state. Raises NotFound for everybody else."""
    row = store.comment_row(tx, comment)
    if row is None or not (
        (actor.id is not None and row.person == actor.id) or may(actor, "see_held", get_story(tx, row.story).site)
    ):
        raise NotFound("There is no such comment, or it is not yours.", "no_such_comment")
    return _own(tx, row, now)


def own_comment_of(tx: Tx, comment: int, now: int) -> Own:
    """The same for a verb that has just let this person act on it."""
    row = store.comment_row(tx, comment)
    if row is None:
        raise NotFound("There is no such comment.", "no_such_comment")
    return _own(tx, row, now)


def just_posted(posted: Posted, now: int) -> Own:
    """The same for a verb that has just written the comment: nothing has been decided on it but what the rules said."""
    held = posted.verdict.answer == "held"
    return _told(posted.row, now, posted.verdict.why if held else "", posted.verdict.rule if held else "", None)


def shown(tx: Tx, comment: int) -> Own:
    """A comment that everybody sees. Raises NotFound."""
    row = store.comment_row(tx, comment)
    if row is None or not row.visible or row.state != "published":
        raise NotFound("There is no such comment, or it is not shown.", "no_such_comment")
    return _own(tx, row, 0)


def deeds_for(actor: Actor, site: int, own: Own) -> list[str]:
    """The decisions that this person may take on a comment as it stands."""
    fits = [deed for deed, (begins, _) in DEEDS.items() if own.comment.state in begins]
    if own.waiting_html is not None:
        fits = ["release", "remove_revision", "remove"]
    return [deed for deed in fits if may(actor, deed, site)]


def marks_for(tx: Tx, actor: Actor, site: int, own: Own) -> list[str]:
    """What this person may decide beside the state of a comment that readers see; the opposite where it is so already."""
    if own.comment.state != "published" or not own.visible:
        return []
    known = {mark: mark in own.comment.marks for mark in ("featured", "locked")}
    known["pinned"] = store_beside.pinned_in(tx, own.comment.story) == own.comment.id
    pairs = (("pinned", "pin"), ("featured", "feature"), ("locked", "lock"))
    deeds = [f"un{deed}" if known[mark] else deed for mark, deed in pairs] + ["edit_words"]
    return [deed for deed in deeds if may(actor, deed, site)]


def waiting_for(tx: Tx, actor: Actor, limit: int, now: int) -> list[Own]:
    """What waits for a moderator, oldest first, on the sites that this person serves. Raises NotAllowed for who serves none."""
    if not serves_somewhere(actor):
        raise NotAllowed("Only moderators see what waits.", "not_staff")
    sites = [site.id for site in all_sites(tx) if may(actor, "see_held", site.id)]
    found = [each for site in sites for each in waits.waiting(tx, site, "time", None, limit)]
    return [own_comment_of(tx, each.id, now) for each in sorted(found, key=lambda each: each.since)[:limit]]


def serves_somewhere(actor: Actor) -> bool:
    """Whether this person moderates any site."""
    return any(may(actor, "see_held", site) for site in {0} | {site for site, _ in actor.roles})


def written_by(tx: Tx, actor: Actor, now: int) -> list[Own]:
    """One's own comments, newest first, in whatever state."""
    if actor.id is None:
        return []
    return [_own(tx, row, now) for row in store.comments_by(tx, actor.id, now + 1, OWN)]


def _own(tx: Tx, row: Row, now: int) -> Own:
    last = store.last_decision(tx, row.id) if row.state != "published" else None
    held = next((each for each in store.revisions_of(tx, row.id) if each.state == "held"), None)
    why = last or (store.decision_on_revision(tx, held.id) if held else None)
    return _told(row, now, why.reason if why else "", why.rule if why else "", held.html if held else None)


def _told(row: Row, now: int, why: str, rule: str, waiting: str | None) -> Own:
    comment = Comment(
        row.id, row.story, row.parent, row.level, row.person, row.name, row.html, row.text, row.posted, row.edited, row.state,
        row.up, row.down, row.replies, tuple(row.marks.split()),
    )
    until = row.posted + EDIT_WINDOW
    editable = until if now < until and row.state in ("published", "held") else None
    return Own(comment, bool(row.visible), editable, why, rule, waiting)
