"""Sends one e-mail. The only module that speaks SMTP.

Headers are checked here before the library sees them, since CPython's own generators have let line breaks through
(CVE-2024-6923, CVE-2026-1299). Words that people chose are put on one line; an address that is not plainly one is refused.
"""

from __future__ import annotations

import logging
import re
import smtplib
import ssl
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from folkmoot.errors import Problem, Unavailable, say
from folkmoot.settings import Mail, Settings

TIMEOUT = 30.0      # seconds for each step of the talk with the mail server
MAX_LINE = 998      # RFC 5322, 2.1.1
MAX_WORDS = 300     # letters of a subject or display name
ONE_LINE = 70        # letters of an address that is never folded
_QUOTED = str.maketrans(dict.fromkeys('()<>[]:;@\\,"', " "))  # CPython's generator forgets their quotes where it folds a name
_ADDRESS = re.compile(r"[\x21-\x7e]+")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_KEY = re.compile(r"[A-Za-z0-9.-]{1,120}")
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"  # parts of words in Persian, Hindi and others, and of emoji
_log = logging.getLogger(__name__)


class Refused(Problem):
    """The mail will never be taken as it is: the mailbox does not exist, or the message is refused for good."""


class NotNow(Unavailable):
    """The mail was not taken now. Try again later."""


class Unknown(NotNow):
    """The line broke after the whole mail had gone and before the server said that it took it: nobody knows whether it did."""


def can_send(settings: Settings) -> bool:
    """Whether mail can leave this server at all."""
    return bool(settings.mail.host or settings.mail.to_folder)


def sender(settings: Settings) -> str:
    """The mailbox that mails come from."""
    host = re.sub(r"^https?://|:\d+$", "", settings.server.public_url)
    return settings.mail.sender or f"folkmoot@{host or 'localhost'}"


def compose(
    to: str,
    subject: str,
    plain: str,
    html: str | None,
    *,
    key: str,
    at: int,
    from_: str,
    from_name: str = "",
    reply_to: str | None = None,
    headers: Mapping[str, str] | None = None,
    automatic: bool = True,
) -> EmailMessage:
    """A message with a plain and, where it is given, an HTML part, as the wire needs it.

    key: names the event that is told; the Message-ID is made of it, so a mail sent twice carries the same one. at: UTC ms.
    automatic: nobody wrote it; a letter that somebody did is not marked so. subject and from_name may hold anything. Raises Refused for an
    address, key or header that cannot be sent.
    """
    if not _KEY.fullmatch(key):
        raise _unfit("key")
    message = EmailMessage(policy=SMTP)
    message["Subject"] = one_line(subject)
    message["From"] = _address(from_, one_line(from_name))
    message["To"] = _address(to)
    if reply_to is not None:
        message["Reply-To"] = _address(reply_to)
    message["Date"] = datetime.fromtimestamp(at / 1000, UTC)
    message["Message-ID"] = f"<{key}@{from_.rpartition('@')[2]}>"
    if automatic:
        message["Auto-Submitted"] = "auto-generated"
    for name, value in (headers or {}).items():
        message[_header_name(name)] = _plain_header(value)
    message.set_content(plain, cte="quoted-printable")
    if html is not None:
        message.add_alternative(html, subtype="html", cte="quoted-printable")
    return _proved(message)


def one_line(words: str) -> str:
    """Words for a header: what breaks, hides or turns a line around becomes a space."""
    seen = "".join(" " if unicodedata.category(letter) in _UNSEEN and letter not in _JOINERS else letter for letter in words)
    return " ".join(seen.split())[:MAX_WORDS]


def _address(mailbox: str, name: str = "") -> Address:
    """One mailbox with a name before it; of a long name without the signs that need quotes."""
    if not _ADDRESS.fullmatch(mailbox) or mailbox.count("@") != 1 or len(mailbox) > 254:
        raise _unfit("address")
    try:
        made = Address(name, addr_spec=mailbox)
        fits = name.isascii() and len(str(made)) < ONE_LINE
        return made if fits else Address(" ".join(name.translate(_QUOTED).split()), addr_spec=mailbox)
    except (MessageError, ValueError, IndexError):
        raise _unfit("address") from None


def _header_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise _unfit("header")
    return name


def _plain_header(value: str) -> str:
    if not value.isascii() or not value.isprintable() or len(value) > MAX_LINE - 80:
        raise _unfit("header")
    return value


def _proved(message: EmailMessage) -> EmailMessage:
    """The message, once its bytes have been seen to hold its headers and no others, and no line too long. Raises Refused."""
    raw = message.as_bytes()
    head = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    names = [line.partition(b":")[0].decode("ascii", "replace") for line in head if line[:1] not in (b" ", b"\t")]
    if names != list(message.keys()) or any(len(line) > MAX_LINE for line in raw.split(b"\r\n")):
        raise _unfit("message")
    return message


def _unfit(what: str) -> Refused:
    return Refused(say("This mail has a part that cannot be sent: {what}.", what=what), "unfit_mail")


def send(message: EmailMessage, settings: Settings) -> None:
    """Hands a message to the mail server, or puts it into the folder that the settings name.

    Raises Refused where the server refuses it for good, Unknown where it has gone and the answer has not come, NotNow for everything
    else that may pass: then it certainly was not taken.
    """
    if settings.mail.to_folder:
        _keep(message, Path(settings.mail.to_folder))
    elif settings.mail.host:
        _hand_over(message, settings.mail)
    else:
        raise NotNow("No mail server is set, so this mail waits. Set mail.host in folkmoot.toml.", 600, "no_mail_server")


def knock(to: Mail) -> None:
    """Talks with the mail server as far as before a mail: greeting, encryption, login. Raises NotNow."""
    try:
        with _connection(to, "localhost") as server:
            server.ehlo()
            if to.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if to.user:
                server.login(to.user, to.password)
    except smtplib.SMTPAuthenticationError:
        raise NotNow("The mail server did not take our name and password. Look at mail.user and mail.password.", 600, "mail_login") from None
    except (smtplib.SMTPException, OSError) as error:
        raise _away(error) from None


def _keep(message: EmailMessage, folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / f"{str(message['Message-ID'])[1:].partition('@')[0]}.eml"
    file.write_bytes(message.as_bytes())
    _log.info("A mail was put into %s", file)


def _hand_over(message: EmailMessage, to: Mail) -> None:
    try:
        _talk(message, to)
    except smtplib.SMTPRecipientsRefused as error:
        raise _meaning(max(code for code, _ in error.recipients.values()), "mailbox_refused") from None
    except smtplib.SMTPAuthenticationError:
        words = "The mail server did not take our name and password. Look at mail.user and mail.password."
        raise NotNow(words, 600, "mail_login") from None
    except smtplib.SMTPConnectError as error:
        raise _away(error) from None
    except smtplib.SMTPResponseException as error:
        raise _meaning(error.smtp_code) from None
    except (smtplib.SMTPException, OSError) as error:
        raise _away(error) from None


def _talk(message: EmailMessage, to: Mail) -> None:
    sent_by, sent_to = message["From"].addresses[0].addr_spec, message["To"].addresses[0].addr_spec
    server = _connection(to, sent_by.rpartition("@")[2])
    try:
        if to.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if to.user:
            server.login(to.user, to.password)
        _say(server, message.as_bytes(), sent_by, sent_to)
        with suppress(smtplib.SMTPException, OSError):  # it has been taken: how the talk ends does not matter
            server.quit()
    finally:
        server.close()


def _say(server: smtplib.SMTP, raw: bytes, sent_by: str, sent_to: str) -> None:
    """MAIL, RCPT, DATA, with what is certain kept apart from what is not (RFC 5321, 4.1.1)."""
    server.ehlo_or_helo_if_needed()
    _require(server.mail(sent_by), 250)
    code, said = server.rcpt(sent_to)
    if code not in (250, 251):
        raise smtplib.SMTPRecipientsRefused({sent_to: (code, said)})
    _require(server.docmd("DATA"), 354)
    server.send(re.sub(rb"(?m)^\.", b"..", raw).rstrip(b"\r\n") + b"\r\n.\r\n")
    try:
        code, said = server.getreply()
    except (smtplib.SMTPException, OSError) as error:
        words = say("The line broke before the mail server said that it took the mail ({error}).", error=type(error).__name__)
        raise Unknown(words, 60, "mail_unknown") from None
    _require((code, said), 250)


def _require(answer: tuple[int, bytes], right: int) -> None:
    code, said = answer
    if code != right:
        raise smtplib.SMTPResponseException(code, said)


def _connection(to: Mail, own_name: str) -> smtplib.SMTP:
    if to.security == "tls":
        return smtplib.SMTP_SSL(to.host, to.port, own_name, timeout=TIMEOUT, context=ssl.create_default_context())
    return smtplib.SMTP(to.host, to.port, own_name, timeout=TIMEOUT)


def _meaning(code: int, refused: str = "mail_refused") -> Problem:
    """What the server's answer means (RFC 5321, 4.2.1): 5yz for good, all else for now. refused: the code where it is for good."""
    if 500 <= code < 600:
        return Refused(say("The mail server refused this mail for good (answer {code}).", code=code), refused)
    return NotNow(say("The mail server did not take this mail now (answer {code}).", code=code), 60, "mail_not_now")


def _away(error: Exception) -> NotNow:
    return NotNow(say("The mail server cannot be reached ({error}).", error=type(error).__name__), 60, "mail_away")
