"""What the internet knows of the domain that mails come from: who may send for it (SPF), whose signature holds (DKIM), what is done else (DMARC)."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from folkmoot.doctor.config import is_at_work
from folkmoot.doctor.model import Finding, Patient

USUAL = ("default", "mail", "dkim", "selector1", "selector2", "s1", "s2", "google", "k1", "k2", "k3", "fm1", "postfix", "main")  # selectors


def _domain(patient: Patient) -> str:
    """The domain that mails come from; empty where none leave, or from nowhere."""
    mail = patient.settings.mail
    if not mail.host or mail.to_folder or not is_at_work(patient):
        return ""
    domain = mail.sender.rpartition("@")[2] or urlsplit(patient.settings.server.public_url).hostname or ""
    return domain if "." in domain else ""


def who_may_send(patient: Patient) -> Iterator[Finding]:
    domain = _domain(patient)
    said = patient.texts(domain) if domain else None
    if said is None:
        return
    found = [each for each in said if each.lower().startswith("v=spf1")]
    if len(found) > 1:
        yield Finding(
            "SPF said twice", f"{domain} has {len(found)} SPF records.", "With more than one, none counts, and mails end in spam.",
            f"In the domain's zone, one record alone: {domain}. TXT {_quoted('v=spf1 mx a -all')}",
        )  # fmt: skip
    elif not found:
        yield Finding(
            "no SPF", f"Nothing says which servers may send mail for {domain}.", "Many mail servers put such mail into spam: codes and letters.",
            f"In the domain's zone: {domain}. TXT {_quoted(f'v=spf1 a:{_sends(patient)} mx -all')}",
        )  # fmt: skip


def signature(patient: Patient) -> Iterator[Finding]:
    domain, selector = _domain(patient), patient.settings.mail.dkim_selector
    if not domain:
        return
    answers = [patient.texts(f"{each}._domainkey.{domain}") for each in ((selector,) if selector else USUAL)]
    if None in answers or any(_is_key(each) for said in answers for each in said or ()):
        return
    if selector:
        yield Finding(
            "no DKIM key", f"There is no key at {selector}._domainkey.{domain}.", "What signs your mails cannot be checked, so it does not count.",
            f"In the domain's zone: {selector}._domainkey.{domain}. TXT {_quoted('v=DKIM1; p=…')}; or " + patient.place("mail.dkim_selector"),
        )  # fmt: skip
        return
    yield Finding(
        "no DKIM key", f"No key for signatures of {domain} is found under any usual name.", "Mail that nobody signs is believed less.",
        "Have your mail server sign, and say under which name: " + patient.line("mail.dkim_selector", "mail"),
    )  # fmt: skip


def _is_key(record: str) -> bool:
    """A key that has not been taken back: `p=` is not empty."""
    parts = {name.strip(): value.strip() for name, _, value in (part.partition("=") for part in record.split(";"))}
    return bool(parts.get("p"))


def what_is_done_else(patient: Patient) -> Iterator[Finding]:
    domain = _domain(patient)
    above = [".".join(domain.split(".")[number:]) for number in range(max(domain.count("."), 1))] if domain else []
    answers = [patient.texts(f"_dmarc.{each}") for each in above]
    if not answers or None in answers or any(each.lower().startswith("v=dmarc1") for said in answers for each in said or ()):
        return
    yield Finding(
        "no DMARC", f"Nothing says what becomes of mail that only pretends to come from {domain}.",
        "Large mail services refuse senders without it, and anybody can write in your name.",
        f"In the domain's zone: _dmarc.{domain}. TXT {_quoted(f'v=DMARC1; p=quarantine; rua=mailto:postmaster@{domain}')}",
    )  # fmt: skip


def _sends(patient: Patient) -> str:
    """The host that hands mails to the world, as far as the settings know."""
    host = patient.settings.mail.host
    here = urlsplit(patient.settings.server.public_url).hostname or ""
    return here if host in ("localhost", "127.0.0.1", "::1") else host


def _quoted(words: str) -> str:
    return f'"{words}"'


LOOKS = (who_may_send, signature, what_is_done_else)
