"""How the worker mails notices: looks whether they are still wished for and still say something, makes one mail, sends it, remembers.

An answer of the mail server that a mailbox does not exist stops all mail there, until its owner proves it again.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct

from folkmoot import mail
from folkmoot.people import notices, store_notices
from folkmoot.people.kinds import KINDS
from folkmoot.people.model import Notice
from folkmoot.people.publishers import only_site
from folkmoot.people.wording import PAGES, Told, told
from folkmoot.settings import Settings
from folkmoot.sites.model import Site
from folkmoot.sites.store import site_by_id
from folkmoot.storage.database import Tx
from folkmoot.web.pages import render
from folkmoot.web.words import translations

MOST_IN_ONE = 50
Outcome = Literal["sent", "dropped", "returned"]
_log = logging.getLogger(__name__)


class Outgoing(Struct, frozen=True):
    """A mail about notices. site: in whose name; None: several sites', or the server's."""

    to: str
    notices: list[Notice]
    site: Site | None
    token: str


def look(tx: Tx, payload: dict[str, Any], now: int, quoting: notices.Quoting = lambda tx, comments: {}) -> Outgoing | None:
    """What is to be mailed now; None where nobody wishes for it any more, or there is no mailbox that takes it.

    A notice of a comment that readers cannot see any more is left out: there is nothing to quote, and its link would lead nowhere.
    """
    person = payload["person"]
    mailbox, wishes = store_notices.mailbox_of(tx, person), notices.wishes_of(tx, person)
    found = store_notices.notices_by_id(tx, person, payload["notices"])
    wanted = [each for each in found if each.mail == "at_once" and each.kind in KINDS and wishes[KINDS[each.kind].topic] != "never"]
    wanted = [each for each in notices.quoted(tx, wanted, quoting) if each.words_of is None or each.values[KINDS[each.kind].quote]]
    if mailbox is None or not wanted:
        return None
    sites = {each.site for each in wanted}
    site = site_by_id(tx, sites.pop()) if len(sites) == 1 else None
    return Outgoing(mailbox, wanted, site or only_site(tx), payload["token"])


def send(outgoing: Outgoing, settings: Settings, now: int) -> Outcome:
    """Makes the mail and sends it. Raises mail.NotNow; what is refused for good is an outcome."""
    if not settings.server.reachable:
        _log.warning("Notices are not mailed, because links in mails need server.public_url.")
        return "dropped"
    try:
        mail.send(_compose(outgoing, settings), settings)
    except mail.Refused as problem:
        _log.warning("A mail about notices was refused for good.", extra={"about": {"why": problem.code}})
        return "returned" if problem.code == "mailbox_refused" else "dropped"
    return "sent"


def remember(tx: Tx, payload: dict[str, Any], outcome: Outcome | None, now: int) -> None:
    """Keeps what became of a mail; of a mailbox that does not exist, that it gets no more. None: nothing was to be sent."""
    person = payload["person"]
    waiting = [each.id for each in store_notices.notices_by_id(tx, person, payload["notices"]) if each.mail == "at_once"]
    store_notices.set_mail(tx, waiting, "sent" if outcome == "sent" else "dropped", now)
    mailbox = store_notices.mailbox_of(tx, person) if outcome == "returned" else None
    if mailbox is not None:
        store_notices.stop_mailbox(tx, person, mailbox, now)


def gather(tx: Tx, payload: dict[str, Any], now: int) -> int:
    """Makes one mail of what a person is to hear of once a day, at most 50 notices; 0 when none is left."""
    waiting = store_notices.waiting_daily(tx, payload["person"], MOST_IN_ONE)
    if waiting:
        store_notices.set_mail(tx, [each.id for each in waiting], "at_once")
        notices.put_mail(tx, payload["person"], waiting, now)
    return len(waiting) // MOST_IN_ONE


def _compose(outgoing: Outgoing, settings: Settings) -> Any:
    site, own = outgoing.site, settings.server.reachable
    language = site.language if site else "en"
    place = site.name if site else own.partition("://")[2]
    said = [told(each, language, dead=True) for each in outgoing.notices]
    subject = _subject(said, place, language)
    stop = f"{own}/unsubscribe?token={outgoing.token}"
    given = {"told": said, "place": place, "own": own, "stop": stop, "links": _links(site), "subject": subject}
    plain = render("people/mail_notice.txt", language, **given)
    html = render("people/mail_notice.html", language, **given)
    first, sender = outgoing.notices[0], mail.sender(settings)
    return mail.compose(
        outgoing.to, subject, plain.strip() + "\n", html, key=f"notice-{first.id}", at=first.at, from_=sender, from_name=place,
        headers=_headers(outgoing.notices, stop, sender),
    )  # fmt: skip


def _links(site: Site | None) -> list[tuple[str, str]]:
    """The publisher's own pages, as (words, address)."""
    return [(PAGES[name], address) for name, address in site.policy.pages.items()] if site else []


def _subject(said: Sequence[Told], place: str, language: str) -> str:
    if len(said) == 1:
        return said[0].subject
    number = len(said)
    return translations(language).ngettext("{number} notice from {place}", "{number} notices from {place}", number).format(number=number, place=place)


def _headers(about: Sequence[Notice], stop: str, sender: str) -> dict[str, str]:
    """What lets a mail program stop these mails with one press (RFC 8058), and hang mails about one thing together."""
    given = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Precedence": "list"}
    if len(about) == 1 and about[0].thread:
        root = f"<thread-{about[0].thread}@{sender.rpartition('@')[2]}>"
        given |= {"In-Reply-To": root, "References": root}
    return given
