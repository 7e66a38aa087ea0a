"""Stopping mails by the token that stands in each of them. It can stop mails of its topics, or all, and nothing else.

The token is no sign-in: it shows no name, changes nothing but wishes, and only towards "never". Mail programs stop the topics of a mail
with one request (RFC 8058); people see a page with a button, because scanners open every link of a mail before they do.
"""

from __future__ import annotations

from folkmoot.errors import NotFound
from folkmoot.people import store_notices
from folkmoot.people.kinds import TOPICS
from folkmoot.people.tokens import fingerprint
from folkmoot.storage.database import Tx


def look_at(tx: Tx, token: str, now: int) -> list[str]:
    """The topics whose mails a token can stop. Raises NotFound for one that is unknown or too old."""
    return _look(tx, token, now)[1]


def unsubscribe(tx: Tx, token: str, now: int, *, everything: bool = False) -> list[str]:
    """Stops the token's topics, or all mails; doing it twice is doing it once. The topics that are stopped. Raises NotFound."""
    person, topics = _look(tx, token, now)
    stopped = list(TOPICS) if everything else topics
    for topic in stopped:
        store_notices.set_wish(tx, person, topic, "never")
    return stopped


def _look(tx: Tx, token: str, now: int) -> tuple[int, list[str]]:
    found = store_notices.unsubscribing(tx, fingerprint(token), now)
    if found is None:
        raise NotFound("This link has ended. Sign in, and choose on your page what we may mail you.", "no_such_token")
    return found.person, [topic for topic in found.topics.split() if topic in TOPICS]
