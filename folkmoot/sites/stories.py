"""The verbs on a story: find it by address, take it in, close it, name it, give it another address."""

from __future__ import annotations

from folkmoot.errors import Conflict, Invalid, NotFound, say
from folkmoot.people.model import Actor
from folkmoot.sites import store
from folkmoot.sites.addresses import clean_address, host_of
from folkmoot.sites.model import Site, Story, ToldBy
from folkmoot.sites.sites import ALL_STORIES, require, site_for
from folkmoot.storage.database import Tx
from folkmoot.storage.ids import new_id

MAX_KEY = 200
MAX_TITLE = 300
_STRENGTH: dict[str, int] = {"reader": 0, "import": 1, "page": 2, "site": 3}


def place(tx: Tx, address: str) -> Site:
    """The registered site on which an address lies. Raises Invalid where no site has that host."""
    site = site_for(tx, host_of(address))
    if site is None:
        raise Invalid(say("{host} is not a site that this server speaks for.", host=host_of(address)), "foreign_host", "url")
    return site


def find(tx: Tx, address: str, key: str | None = None) -> Story | None:
    """The story of an address: by the publisher's own id where given, else by the cleaned address or an alias of it.

    What a reader alone has said of an id does not lead away from the address that is asked for.

    Raises Invalid for an address that is none, or of an unregistered host.
    """
    cleaned = clean_address(address)
    by_key = store.story_by_key(tx, place(tx, address).id, key) if key is not None else None
    if by_key is not None and (by_key.title_from != "reader" or cleaned in store.addresses_of(tx, by_key.id)):
        return by_key
    found = store.story_by_address(tx, cleaned)
    if found is None:
        place(tx, address)
    return found


def get_story(tx: Tx, story: int) -> Story:
    found = store.story_by_id(tx, story)
    if found is None:
        raise NotFound("There is no such story.", "no_such_story")
    return found


def ensure(tx: Tx, address: str, key: str | None, title: str | None, told_by: ToldBy, now: int) -> Story:
    """Finds the story of an address, or takes it in.

    What a reader says of it is a hint: a title from a reader gives way to the site's, the page's or an importer's, and a
    reader never adds an alias.
    """
    check_key(key)
    found = find(tx, address, key)
    if found is None:
        return _take_in(tx, place(tx, address), address, key, title, told_by, now)
    if title and _STRENGTH[told_by] > _STRENGTH[found.title_from] and told_by != "reader":
        store.set_title(tx, found.id, clean_title(title), told_by)
        tx.bump(found.id)
    if told_by != "reader" and store.insert_address(tx, clean_address(address), found.id, told_by, now):
        tx.bump(ALL_STORIES)
    return found


def _take_in(tx: Tx, site: Site, address: str, key: str | None, title: str | None, told_by: ToldBy, now: int) -> Story:
    taken = key is not None and store.story_by_key(tx, site.id, key) is not None  # by what a reader said; the page's word is to come
    story = Story(new_id(now), site.id, None if taken else key, address, clean_title(title or ""), told_by, None, now, None)
    store.insert_story(tx, story)
    if not store.insert_address(tx, clean_address(address), story.id, told_by, now):
        return _of_another(tx, story, address)
    tx.bump(story.id)
    return story


def _of_another(tx: Tx, story: Story, address: str) -> Story:
    """Somebody took the story in at the same time, by another process: theirs it is."""
    store.delete_story(tx, story.id)
    theirs = store.story_by_address(tx, clean_address(address))
    if theirs is None:
        raise Conflict("This story was taken in a moment ago. Try again.", "story_taken")
    return theirs


def close(tx: Tx, actor: Actor, story: int, reason: str, now: int) -> Story:
    """Takes no more comments. What is there stays readable."""
    return _decide(tx, actor, story, "close", reason, now, closed=now)


def open_again(tx: Tx, actor: Actor, story: int, reason: str, now: int) -> Story:
    """Takes comments again."""
    return _decide(tx, actor, story, "open", reason, now, closed=None)


def slow(tx: Tx, actor: Actor, story: int, seconds: int, reason: str, now: int) -> Story:
    """The valve for breaking news: one person waits so long between two comments; 0 opens it again. Raises Invalid past an hour."""
    if not 0 <= seconds <= 3_600:
        raise Invalid("A story is slowed by up to an hour between two comments of one person.", "bad_slow", "seconds")
    found = get_story(tx, story)
    require(actor, "slow_story", found.site)
    if found.slow == seconds * 1_000:
        raise Conflict("It is so already.", "no_change")
    store.set_slow(tx, story, seconds * 1_000)
    remember(tx, actor, story, "slow", f"{seconds} s. {reason}".strip(), now)
    return get_story(tx, story)


def _decide(tx: Tx, actor: Actor, story: int, deed: str, reason: str, now: int, closed: int | None) -> Story:
    found = get_story(tx, story)
    if actor.door not in ("rule", "import"):
        require(actor, "close_story", found.site)
    story = found.id
    tx.hold(story)
    found = get_story(tx, story)
    if (found.closed is None) == (closed is None):
        raise Conflict("This story is open already.", "no_change") if closed is None else Conflict("This story is closed already.", "no_change")
    store.set_closed(tx, story, closed)
    remember(tx, actor, story, deed, reason, now)
    return get_story(tx, story)


def rename(tx: Tx, actor: Actor, story: int, title: str, now: int) -> Story:
    """Gives a story the title that the site says it has. Raises Invalid for one without words."""
    found = get_story(tx, story)
    require(actor, "rename_story", found.site)
    story, cleaned = found.id, clean_title(title)
    if not cleaned:
        raise Invalid("A story’s title has at least one letter.", "empty_title", "title")
    store.set_title(tx, story, cleaned, "site")
    remember(tx, actor, story, "rename", title, now)
    return get_story(tx, story)


def add_alias(tx: Tx, actor: Actor, story: int, address: str, now: int) -> Story:
    """Lets a story be found under one more address. Raises Conflict where another story has it."""
    found = get_story(tx, story)
    require(actor, "rename_story", found.site)
    cleaned = clean_address(address)
    story = found.id
    other = store.story_by_address(tx, cleaned)
    if other is not None and other.id != story:
        raise Conflict(say("{address} leads to another story already ({other}).", address=cleaned, other=other.id), "address_taken", "address")
    store.insert_address(tx, cleaned, story, "site", now)
    remember(tx, actor, story, "alias", cleaned, now)
    tx.bump(ALL_STORIES)
    return found


def remember(tx: Tx, actor: Actor, story: int, deed: str, reason: str, now: int) -> None:
    """Keeps who decided what of a story, when and why."""
    made_by = actor.door if actor.door != "web" else "person"
    store.insert_story_decision(tx, new_id(now), story, deed, actor.id, made_by, reason, now)
    tx.bump(story)


def close_due(tx: Tx, actor: Actor, site: Site, now: int, limit: int = 100) -> int:
    """Closes stories that have been open for the days that their site sets; the number closed, at most `limit`."""
    if site.policy.closes_after_days is None:
        return 0
    due = store.stories_due(tx, site.id, now - site.policy.closes_after_days * 86_400_000, limit)
    for story in due:
        close(tx, actor, story, say("It was open for {days} days.", days=site.policy.closes_after_days), now)
    return len(due)


def check_key(key: str | None) -> None:
    if key is not None and not (0 < len(key) <= MAX_KEY and key.isprintable()):
        raise Invalid(say("A publisher’s story id has 1 to {limit} printable characters.", limit=MAX_KEY), "bad_story_key", "story")


def clean_title(title: str) -> str:
    """A title on one line, at most 300 letters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in title).split())[:MAX_TITLE]
