"""The door by which people are told things. Any verb of any room calls `tell` in its own transaction; nothing else tells.

    notices.tell(tx, writer, "comment_removed", {"story": title, "reason": reason, "rule": "", "words": text},
                 key=f"decision-{decision}", now=now, site=site, opens=f"/me/c/{comment}", thread=f"comment-{comment}")

A notice stands on its person's page, and goes by mail as they wish: at once, once a day with others, or never. Who has
no mailbox has the page alone. What can be told is a table in kinds.py. The mail is made and sent by the worker (notice_mail.py), which
looks at the wishes once more at that moment: who has said "no more" gets no more, not even what was waiting.

What others wrote under a story is quoted and never kept here: a notice remembers which comment it is about, and whoever shows or mails it
gives the function that reads the words as readers may see them then (Quoting; this room does not know comments). So words that were removed,
withdrawn or scrubbed are in no notice from that moment on, and no verb that takes words away has to remember that notices exist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from folkmoot.errors import Invalid, NotSignedIn, say
from folkmoot.people import store, store_mutes, store_notices
from folkmoot.people.kinds import HOWS, KINDS, TOPICS, How
from folkmoot.people.model import Actor, Notice
from folkmoot.people.roles import may
from folkmoot.people.tokens import fingerprint, new_token
from folkmoot.storage import jobs
from folkmoot.storage.database import Tx
from folkmoot.storage.ids import new_id
from folkmoot.web.excerpts import cut

MAIL_KIND = "notice"     # the job that mails notices; payload: {"person", "notices": [ids], "token"}
DIGEST_KIND = "digest"   # the job that gathers a day's; payload: {"person"}
HOUR, DAY = 3_600_000, 86_400_000
DIGEST_AT = 5 * HOUR     # of the day, UTC: before breakfast where most of our readers live
MOST_AT_ONCE = 10        # mails in an hour; what is told beyond them waits for the daily one
KEPT = 400 * DAY
MAX_QUOTE = 600          # letters of what somebody wrote
Quoting = Callable[[Tx, Sequence[int]], Mapping[int, str]]  # the words of those of these comments that readers may see now


def tell(
    tx: Tx, person: int, kind: str, values: Mapping[str, str | int], *, key: str, now: int,
    site: int = 0, opens: str = "", thread: str = "", by: int | None = None, heeds_mutes: bool = True,
    words_of: int | None = None,
) -> bool:  # fmt: skip
    """Tells a person something, once per key. Whether they were told: not twice, not who is erased, not of whom they mute.

    values: those that the kind's sentences name. key: the event, up to 100 letters. opens: the page of ours that shows more.
    thread: mails with the same one hang together. by: who has caused it. heeds_mutes: False for what is one's work to know.
    words_of: the comment that is quoted, where another wrote it; its words are not kept.
    """
    told = KINDS[kind]
    given = {name: _cut(values[name]) for name in told.values}
    reader = store_notices.reader_of(tx, person)
    if reader is None or (heeds_mutes and _mutes(tx, reader, by, str(given.get(told.quote, "")))):
        return False
    if words_of is not None:
        given[told.quote] = ""
    notice = Notice(new_id(now), reader, kind, site, opens, thread, given, now, None, _way(tx, reader, told.topic, now), words_of)
    if not store_notices.insert_notice(tx, notice, key, by):
        return False
    _have_mailed(tx, notice, now)
    return True


def tell_staff(
    tx: Tx, site: int, deed: str, kind: str, values: Mapping[str, str | int], *, key: str, now: int,
    opens: str = "", thread: str = "", by: int | None = None,
) -> int:  # fmt: skip
    """Tells everybody whose role on a site allows a deed, but not whoever caused it (by); how many were told."""
    people = [person for person, _ in store.staff(tx, site) if person != by]
    roles = store.roles(tx, people)
    named = [person for person in people if may(Actor(roles=roles[person]), deed, site)]
    given: dict[str, Any] = {"key": key, "now": now, "site": site, "opens": opens, "thread": thread, "by": by, "heeds_mutes": False}
    return sum(tell(tx, person, kind, values, **given) for person in named)


def _cut(value: str | int) -> str | int:
    return value if isinstance(value, int) or len(value) <= MAX_QUOTE else cut(value, MAX_QUOTE)


def _mutes(tx: Tx, reader: int, by: int | None, words: str) -> bool:
    muted = store_mutes.mutes(tx, reader)
    said = words.casefold()
    return any(each.subject == str(by) if each.kind == "person" else each.subject.casefold() in said for each in muted)


def _way(tx: Tx, person: int, topic: str, now: int) -> How:
    """How a person hears of a topic now. Without a mailbox never; in an hour full of mails once a day."""
    how = wish(tx, person, topic)
    if how == "never" or store_notices.mailbox_of(tx, person) is None:
        return "never"
    flooded = how == "at_once" and store_notices.mailed_since(tx, person, now - HOUR) >= MOST_AT_ONCE
    return "daily" if flooded else how


def _have_mailed(tx: Tx, notice: Notice, now: int) -> None:
    if notice.mail == "at_once":
        put_mail(tx, notice.person, [notice], now)
    elif notice.mail == "daily":
        jobs.put(tx, DIGEST_KIND, {"person": notice.person}, now, run_after=_next_digest(now), key=f"{DIGEST_KIND}:{notice.person}")


def _next_digest(now: int) -> int:
    morning = now - now % DAY + DIGEST_AT
    return morning if morning > now else morning + DAY


def put_mail(tx: Tx, person: int, notices: list[Notice], now: int) -> None:
    """Puts one mail of these notices into the outbox, with a token that can stop their topics."""
    token = new_token()
    unsubscribing = {KINDS[notice.kind].topic for notice in notices}
    store_notices.insert_unsubscribing(tx, fingerprint(token), person, unsubscribing, now, now + KEPT)
    payload: dict[str, object] = {"person": person, "notices": [notice.id for notice in notices], "token": token}
    jobs.put(tx, MAIL_KIND, payload, now, key=f"{MAIL_KIND}:{notices[0].id}")


# What the person themselves may do


def wish(tx: Tx, person: int, topic: str) -> How:
    """How a person wishes to hear of a topic."""
    return wishes_of(tx, person)[topic]


def wishes_of(tx: Tx, person: int) -> dict[str, How]:
    """Every topic, and how a person wishes to hear of it."""
    said: dict[str, How] = store_notices.wishes(tx, person)  # type: ignore[assignment]  # the table's CHECK says so
    return {name: said.get(name, topic.how) for name, topic in TOPICS.items()}


def own_wishes(tx: Tx, actor: Actor) -> dict[str, How]:
    """How one wishes to hear of each topic. Raises NotSignedIn."""
    return wishes_of(tx, _own(actor))


def set_wishes(tx: Tx, actor: Actor, wanted: Mapping[str, str]) -> dict[str, How]:
    """Changes how one hears of topics; those not named stay. Raises NotSignedIn, Invalid."""
    person = _own(actor)
    for topic, how in wanted.items():
        if topic not in TOPICS:
            words = say("There is no topic {topic}. There are: {topics}.", topic=topic[:40], topics=tuple(TOPICS))
            raise Invalid(words, "no_such_topic", "topic")
        if how not in HOWS:
            raise Invalid(say("A topic is told in one of these ways: {ways}.", ways=HOWS), "no_such_way", topic)
        store_notices.set_wish(tx, person, topic, how)
    return wishes_of(tx, person)


def notices_of(tx: Tx, actor: Actor, before: int = 2**63 - 1, limit: int = 50, *, quoting: Quoting = lambda tx, comments: {}) -> list[Notice]:
    """What one was told, the newest first, those before an id. Raises NotSignedIn."""
    return quoted(tx, store_notices.latest(tx, _own(actor), before, limit), quoting)


def quoted(tx: Tx, found: Sequence[Notice], quoting: Quoting) -> list[Notice]:
    """Notices with the words that they quote, as far as readers may see them now; else with none."""
    words = quoting(tx, sorted({each.words_of for each in found if each.words_of is not None}))
    return [each if each.words_of is None else _with(each, words.get(each.words_of, "")) for each in found]


def _with(notice: Notice, words: str) -> Notice:
    return replace(notice, values=notice.values | {KINDS[notice.kind].quote: _cut(words)}) if notice.kind in KINDS else notice


def unseen(tx: Tx, actor: Actor) -> int:
    """How many notices one has not looked at."""
    return store_notices.unseen(tx, actor.person.id) if actor.person else 0


def see(tx: Tx, actor: Actor, up_to: int, now: int) -> int:
    """Marks one's notices up to an id as looked at; how many there were. Raises NotSignedIn."""
    return store_notices.see(tx, _own(actor), up_to, now)


def returned_mailboxes(tx: Tx, actor: Actor) -> list[tuple[str, str]]:
    """One's mailboxes that took no mail, so that nothing goes there until they are proven again."""
    return store_notices.returned(tx, _own(actor))


def _own(actor: Actor) -> int:
    if actor.person is None:
        raise NotSignedIn("Nobody is signed in. Sign in first.", "not_signed_in")
    return actor.person.id


def forget_threads(tx: Tx, told: list[tuple[int, str]]) -> None:
    """Deletes what people were told in some threads: (person, thread), each as `tell` was given them."""
    store_notices.forget_threads(tx, told)


def forget_old(tx: Tx, now: int, limit: int = 500) -> int:
    """Deletes notices of more than 400 days ago and tokens that have ended, in a step; how many."""
    return store_notices.forget(tx, now - KEPT, now, limit)
