"""What notes learn of the discussion: votes and comments, told by who may know both (work.py). Kept in tables of notes' own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

import msgspec

from folkmoot.errors import NotFound
from folkmoot.notes import store_finding, store_ratings
from folkmoot.notes.finding import WORTH_LISTING, find
from folkmoot.notes.model import About
from folkmoot.people.accounts import get_person
from folkmoot.sites.addresses import host_of
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Tx

STEP = 500


def learn_votes(tx: Tx, story: int, votes: Mapping[tuple[int, int], int], now: int) -> int:
    """Makes the copy of a story's counted votes, (comment, person) → 1 or -1, what they are now; how many rows changed, at most STEP."""
    known = store_ratings.votes_known(tx, story)
    news = {key: value for key, value in votes.items() if known.get(key) != value}
    gone = [key for key in known if key not in votes]
    learned = dict(list(news.items())[:STEP])
    store_ratings.put_votes(tx, story, learned, now)
    _have_come(tx, story, {person for _, person in learned}, now)
    store_ratings.delete_votes(tx, gone[: max(0, STEP - len(news))])
    return min(STEP, len(news) + len(gone))


def _have_come(tx: Tx, story: int, people: set[int], now: int) -> None:
    """Who votes has been here, so the lot may draw them, if they have proven a mailbox."""
    site = get_story(tx, story).site
    for person in sorted(people):
        with suppress(NotFound):
            if get_person(tx, person).proven is not None:
                store_ratings.see_reader(tx, site, person, now)


def learn_comments(tx: Tx, comments: Sequence[About], now: int) -> int:
    """Reads comments for what disputes their story, and keeps those worth the desk's look; how many they are."""
    titles: dict[int, tuple[str, str, int]] = {}
    finds = []
    for said in comments:
        if said.story not in titles:
            story = get_story(tx, said.story)
            titles[said.story] = story.title, host_of(story.address), story.site
        title, host, site = titles[said.story]
        found = find(said.text, title, host)
        if said.live and found.weight >= WORTH_LISTING:
            words = msgspec.json.encode(found.reasons).decode()
            about = {"comment": said.id, "story": said.story, "site": site, "person": said.person}
            finds.append(about | {"weight": found.weight, "words": words, "found": now})
    store_finding.put_finds(tx, finds)
    return len(finds)
