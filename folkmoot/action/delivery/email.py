"""Own mail to officials who publish an address: From the site, Reply-To the writer, plain text, one recipient a message.

The writer's address never stands as sender: receiving servers throw such mail away (DMARC), and it would be a lie.
"""

from __future__ import annotations

import logging
from email.message import EmailMessage
from typing import Literal

from folkmoot import mail
from folkmoot.action.delivery import layout
from folkmoot.action.delivery.model import Letter, Receipt, Way
from folkmoot.action.model_letters import Recipient
from folkmoot.errors import Problem, say
from folkmoot.settings import Settings
from folkmoot.web.words import N_, in_words

_log = logging.getLogger(__name__)


def reaches(to: Recipient, settings: Settings) -> bool:
    return bool(to.email) and settings.letters.email and mail.can_send(settings)


def message(letter: Letter, settings: Settings) -> EmailMessage:
    """The mail, as the wire needs it. Its Message-ID is made of the delivery id, so a repeat is known as one. Raises mail.Refused."""
    name = in_words(say("{name} via {site}", name=letter.home.name, site=letter.site), letter.language)
    return mail.compose(
        letter.to.email,
        letter.subject,
        layout.plain(letter),
        None,
        key=f"letter.{letter.delivery}",
        at=letter.made,
        from_=mail.sender(settings),
        from_name=name,
        reply_to=letter.mailbox or None,
        automatic=False,
    )


def deliver(letter: Letter, settings: Settings) -> Receipt:
    """Hands it to the mail server. Where the line breaks after the text has gone, nobody knows."""
    try:
        mail.send(message(letter, settings), settings)
    except mail.Unknown as problem:
        return _came(letter, problem, "broke", N_("The line broke before the mail server said that it took the letter."))
    except mail.Refused as problem:
        return _came(letter, problem, "refused", N_("The mail server refused this letter for good."))
    except mail.NotNow as problem:
        return _came(letter, problem, "not_now", N_("The mail server did not take this letter yet."))
    return Receipt("took")


def _came(letter: Letter, problem: Problem, event: Literal["broke", "refused", "not_now"], why: str) -> Receipt:
    """The writer is told in their language; the server's own answer is the operator's, in the log."""
    _log.warning("A letter was not handed over.", extra={"about": {"delivery": letter.delivery, "why": problem.words}})
    return Receipt(event, why)


WAY = Way("email", N_("by e-mail"), True, reaches, deliver)
