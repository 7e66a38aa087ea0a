"""Who is told of a comment once it can be read: whom it answers, whom it names, who follows the story, and the site's hooks.

A verb leaves one job in the outbox, and only where there may be somebody to tell; the worker finds out whom (`tell`, `spread`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from folkmoot.discussion import store, store_outlet, store_outside
from folkmoot.errors import Invalid, NotFound, NotSignedIn
from folkmoot.people import notices
from folkmoot.people.model import Actor
from folkmoot.people.names import skeleton
from folkmoot.people.store import person_by_id
from folkmoot.sites.model import Story
from folkmoot.sites.store import policy_of
from folkmoot.sites.stories import get_story
from folkmoot.storage import jobs
from folkmoot.storage.database import Row, Tx

SAID, EVENT, HOOK, OUTSIDE, CORRECTED, PREVIEW = "said", "event", "hook", "akismet", "akismet_told", "preview"  # kinds of jobs
HOWS = ("follow", "mute")
WAIT = 15_000       # ms until a service outside is told of a decision: longer than the desk offers to take it back
STEP = 100          # followers told in one step
MOST_NAMED = 5      # people whom one comment names
MOST_FOLLOWED = 500
_NAMED = re.compile(r"(?<![\w@])@([\w.’'-]{1,40}(?: [\w.’'-]{1,40}){0,2})")


def published(tx: Tx, story: Story, comment: int, answered: int | None, writer: int | None, text: str, now: int) -> None:
    """A comment can be read now. answered: who wrote the one above it."""
    followed, hooked = store_outlet.heard(tx, story.id, story.site)
    if followed or "@" in text or (answered is not None and answered != writer):
        jobs.put(tx, SAID, {"comment": comment, "after": 0}, now, key=f"{SAID}:{comment}")
    if hooked:
        _put_event(tx, "comment.published", comment, now)
    if "://" in text and policy_of(tx, story.site).previews:
        jobs.put(tx, PREVIEW, {"comment": comment}, now, key=f"{PREVIEW}:{comment}")


def changed(tx: Tx, row: Row, event: str, now: int) -> None:
    """Something became of a comment that could be read: comment.edited, comment.removed; or of one that could not: comment.published."""
    story = get_story(tx, row.story)
    if event == "comment.published":
        above = store.comment_row(tx, row.parent) if row.parent else None
        published(tx, story, row.id, above.person if above else None, row.person, row.text, now)
        return
    if event == "comment.edited" and policy_of(tx, story.site).previews:
        jobs.put(tx, PREVIEW, {"comment": row.id}, now, key=f"{PREVIEW}:{row.id}")
    if store_outlet.heard(tx, story.id, story.site)[1]:
        _put_event(tx, event, row.id, now)


def decided(tx: Tx, comment: int, now: int) -> None:
    """The desk has decided on a comment: a service that was asked about it may be told otherwise."""
    if store_outside.verdict(tx, comment) is not None:
        jobs.put(tx, CORRECTED, {"comment": comment}, now, run_after=now + WAIT, key=f"{CORRECTED}:{comment}")


def _put_event(tx: Tx, event: str, comment: int, now: int) -> None:
    jobs.put(tx, EVENT, {"event": event, "comment": comment, "at": now}, now)


def tell(tx: Tx, told: dict[str, Any], now: int) -> int:
    """Tells members of a comment, in steps: each at most once, for the nearest reason."""
    row = store.comment_row(tx, told["comment"])
    if row is None or row.state != "published" or not row.visible:
        return 0
    story = get_story(tx, row.story)
    if not told["after"]:
        _tell_one(tx, row, story, "reply", _answered(tx, row), now)
        for person in _named(tx, row):
            _tell_one(tx, row, story, "mention", person, now)
    following = store_outlet.followers(tx, row.story, told["after"], STEP)
    for person in following:
        _tell_one(tx, row, story, "followed", person, now)
    if len(following) == STEP:
        jobs.put(tx, SAID, told | {"after": following[-1]}, now, key=f"{SAID}:{row.id}:{following[-1]}")
    return 0


def _tell_one(tx: Tx, row: Row, story: Story, kind: str, person: int | None, now: int) -> None:
    if person is None or person == row.person or store_outlet.following(tx, person, story.id) == "mute":
        return
    reader = person_by_id(tx, person)
    if reader is None or reader.kind != "member":
        return
    values = {"who": row.name, "story": story.title or story.address, "words": row.text}
    notices.tell(
        tx, person, kind, values, key=f"comment-{row.id}", now=now, site=story.site, opens=f"/c/{row.id}", thread=f"story-{story.id}", by=row.person,
        words_of=row.id,
    )  # fmt: skip


def words_of(tx: Tx, comments: Sequence[int]) -> dict[int, str]:
    """What notices may quote now of these comments, by id: nothing of what was held, removed, withdrawn or erased."""
    return store_outlet.words(tx, comments)


def _answered(tx: Tx, row: Row) -> int | None:
    above = store.comment_row(tx, row.parent) if row.parent else None
    return above.person if above else None


def _named(tx: Tx, row: Row) -> list[int]:
    """Members who have spoken here and whom the words name: "@Ada Reader", by the longest name that fits."""
    found: dict[int, None] = {}
    for words in _NAMED.findall(row.text)[: MOST_NAMED * 2]:
        parts = words.split(" ")
        for length in range(len(parts), 0, -1):
            called = " ".join(parts[:length]).rstrip(".,;:!?’'-")
            people = store_outlet.speakers(tx, row.story, [skeleton(called)]) if called else []
            if people:
                found |= dict.fromkeys(each.person for each in people if each.name.casefold() == called.casefold())
                break
    return list(found)[:MOST_NAMED]


# What a member wishes to hear of one story


def set_following(tx: Tx, actor: Actor, story: int, how: str | None, now: int) -> str | None:
    """Follows a story, mutes it, or (None) neither. Raises NotSignedIn, NotFound, Invalid."""
    if actor.person is None or actor.person.kind != "member":
        raise NotSignedIn("Only members can follow a discussion. Sign in first.", "not_signed_in")
    if how is not None and how not in HOWS:
        raise Invalid("One follows a discussion, mutes it, or neither.", "bad_following", "how")
    get_story(tx, story)
    known = store_outlet.followed_by(tx, actor.person.id, MOST_FOLLOWED)
    if how is not None and len(known) >= MOST_FOLLOWED and story not in {row.story for row in known}:
        raise Invalid("You follow very many discussions already. Leave one first.", "too_many_followed")
    store_outlet.set_following(tx, actor.person.id, story, how, now)
    return how


def following(tx: Tx, actor: Actor, story: int) -> str | None:
    """Whether one follows a story or mutes it. Raises NotFound where there is no such story."""
    if get_story(tx, story) is None:
        raise NotFound("There is no such story.", "no_such_story")
    return store_outlet.following(tx, actor.person.id, story) if actor.person else None
