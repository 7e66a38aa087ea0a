"""The mails of signing in: put into the outbox by verbs, made and sent by the worker.

A job of kind "mail" holds the name of a mail (its templates are templates/mail_<name>.txt, whose first line is the subject, and
.html), the mailbox, the language, and the values that the templates show. Its words are made when it is sent.
"""

from __future__ import annotations

import logging

import msgspec
from msgspec import Struct

from folkmoot import mail
from folkmoot.people.model import Asked
from folkmoot.settings import Settings
from folkmoot.storage import jobs
from folkmoot.storage.database import Tx
from folkmoot.web.pages import render

KIND = "mail"
_log = logging.getLogger(__name__)


class Doorway(Struct, frozen=True):
    """Where somebody signs in, as mails name it. address: our own origin; '' where none is set, and then mails hold no link.

    pages: the publisher's own pages, as lines of wording.pages_in_words.
    """

    name: str = "Folkmoot"
    language: str = "en"
    address: str = ""
    pages: str = ""


class Notice(Struct, frozen=True, forbid_unknown_fields=True):
    """The payload of a job "mail". key: the event that it tells of, once. until: UTC ms after which nobody needs it."""

    mail: str
    to: str
    key: str
    at: int
    language: str
    place: str
    values: dict[str, str]
    until: int | None = None


def mail_code(tx: Tx, asked: Asked, digits: str, link: str, doorway: Doorway, now: int) -> None:
    """Puts the mail with a code into the outbox. It is of use for as long as the code, so it is not tried longer."""
    address = f"{doorway.address}/sign-in/link?token={link}" if doorway.address else ""
    values = {"digits": digits, "link": address, "pages": doorway.pages}
    key = f"code-{asked.id}"
    notice = Notice("code", asked.mailbox.address, key, now, doorway.language, doorway.name, values, asked.expires)
    jobs.put(tx, KIND, msgspec.to_builtins(notice), now, key=f"{KIND}:{key}")


def mail_reporter(tx: Tx, name: str, to: str, key: str, doorway: Doorway, values: dict[str, str], now: int) -> None:
    """Puts a mail to somebody who reported something as unlawful into the outbox. name: report_received or report_decided.

    key: what it tells of, once.
    """
    notice = Notice(name, to, f"{name.replace('_', '-')}-{key}", now, doorway.language, doorway.name, values | {"address": doorway.address})
    jobs.put(tx, KIND, msgspec.to_builtins(notice), now, key=f"{KIND}:{name}-{key}")


def deliver(payload: dict[str, object], settings: Settings, now: int) -> None:
    """Makes and sends the mail of a job "mail"; one that nobody needs any more is dropped.

    Raises mail.Refused, which gives the job up, and mail.NotNow, upon which storage.jobs.next_try says when it is tried again.
    """
    notice = msgspec.convert(payload, Notice)
    if notice.until is not None and notice.until <= now:
        _log.info("The mail %s came too late to be of use and was not sent.", notice.key)
        return
    given = notice.values | {"place": notice.place}
    subject, _, plain = render(f"people/mail_{notice.mail}.txt", notice.language, **given).partition("\n")
    html = render(f"people/mail_{notice.mail}.html", notice.language, subject=subject, **given)
    from_ = mail.sender(settings)
    message = mail.compose(
        notice.to, subject, plain.strip() + "\n", html, key=notice.key, at=notice.at, from_=from_, from_name=notice.place
    )
    mail.send(message, settings)
