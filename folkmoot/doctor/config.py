"""What can be seen in the settings alone."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator
from urllib.parse import urlsplit

from folkmoot.doctor.model import Finding, Patient

_EXAMPLE = "https://talk.news.example"
_HERE = ("localhost", "127.0.0.1", "::1", "[::1]")


def is_at_work(patient: Patient) -> bool:
    """Whether it is meant for readers: it has a public address that is not of this machine alone."""
    host = urlsplit(patient.settings.server.public_url).hostname
    return bool(host) and host not in _HERE


def no_public_address(patient: Patient) -> Iterator[Finding]:
    if not patient.settings.server.public_url:
        yield Finding(
            "no public address", "server.public_url is empty.", "Links in mails and feeds lead nowhere, and a snippet cannot be printed.",
            patient.line("server.public_url", _EXAMPLE),
        )  # fmt: skip


def no_encryption(patient: Patient) -> Iterator[Finding]:
    address = patient.settings.server.public_url
    if address.startswith("http://") and is_at_work(patient):
        yield Finding(
            "no TLS", f"The public address {address} begins with http://.", "Sign-ins travel in clear, and pages on https may not frame it.",
            patient.line("server.public_url", address.replace("http://", "https://")),
        )  # fmt: skip


def listens_to_everybody(patient: Patient) -> Iterator[Finding]:
    host = patient.settings.server.host
    if host not in _HERE and is_at_work(patient):
        yield Finding(
            "listens to everybody", f"server.host is {host}, so the program answers others than the proxy.",
            "Whoever comes past the proxy comes without TLS, and without its limits.", patient.line("server.host", "127.0.0.1"),
        )  # fmt: skip


def proxy_not_believed(patient: Patient) -> Iterator[Finding]:
    server = patient.settings.server
    if is_at_work(patient) and server.host in _HERE and not server.trusted_proxies:
        yield Finding(
            "proxy not believed", "No proxy is trusted, and only one of this machine can reach the program.",
            "All readers count as one network: a few of them use up the limits of all.", patient.line("server.trusted_proxies", ["127.0.0.1", "::1"]),
        )  # fmt: skip


def everybody_believed(patient: Patient) -> Iterator[Finding]:
    wide = [each for each in patient.settings.server.trusted_proxies if _is_wide(each)]
    if wide:
        yield Finding(
            "everybody believed", f"server.trusted_proxies holds {', '.join(wide)}, where readers are, too.",
            "Anybody can send X-Forwarded-For and be somebody else for every limit and ban.",
            patient.line("server.trusted_proxies", ["127.0.0.1", "::1"]),
        )  # fmt: skip


def _is_wide(block: str) -> bool:
    try:
        network = ipaddress.ip_network(block, strict=False)
    except ValueError:
        return False
    return network.prefixlen < (8 if network.version == 4 else 16)


def no_way_for_mail(patient: Patient) -> Iterator[Finding]:
    mail = patient.settings.mail
    if not mail.host and not mail.to_folder:
        yield Finding(
            "no mail", "mail.host is empty.", "Nobody can sign in by mail, and no notice leaves.", patient.line("mail.host", "localhost"),
        )  # fmt: skip


def mail_goes_to_a_folder(patient: Patient) -> Iterator[Finding]:
    folder = patient.settings.mail.to_folder
    if folder and is_at_work(patient):
        yield Finding(
            "mail goes to a folder", f"mail.to_folder is {folder}.", "Mails are put there and never sent: that is for trying.",
            patient.line("mail.to_folder", ""),
        )  # fmt: skip


def mail_in_clear(patient: Patient) -> Iterator[Finding]:
    mail = patient.settings.mail
    if mail.host and mail.security == "none" and mail.host not in _HERE:
        yield Finding(
            "mail in clear", f"Mail goes to {mail.host} without encryption.", "Codes open accounts, and whoever listens on the way reads them.",
            patient.line("mail.security", "starttls"),
        )  # fmt: skip


def sender_of_nowhere(patient: Patient) -> Iterator[Finding]:
    mail = patient.settings.mail
    domain = mail.sender.rpartition("@")[2]
    if mail.host and mail.sender and (domain in _HERE or "." not in domain):
        yield Finding(
            "sender of nowhere", f"mail.sender is {mail.sender}, a mailbox of no domain.", "Other mail servers refuse what comes from nowhere.",
            patient.line("mail.sender", f"folkmoot@{urlsplit(patient.settings.server.public_url).hostname or 'news.example'}"),
        )  # fmt: skip


def limits_off(patient: Patient) -> Iterator[Finding]:
    if not patient.settings.limits.enabled:
        yield Finding(
            "limits off", "limits.enabled is false.", "Anybody can post as often and as much as they like: that is for load tests alone.",
            patient.line("limits.enabled", True),
        )  # fmt: skip


def votes_for_sale(patient: Patient) -> Iterator[Finding]:
    if patient.settings.votes.guests and is_at_work(patient):
        yield Finding(
            "guests' votes count", "votes.guests is true on every site.", "Anybody can be many guests, so anybody can decide what stands on top.",
            patient.line("votes.guests", False),
        )  # fmt: skip


def more_workers_than_cores(patient: Patient) -> Iterator[Finding]:
    cores, workers = os.cpu_count() or 1, patient.settings.server.workers
    if workers > cores:
        yield Finding(
            "more workers than cores", f"server.workers is {workers}, and this machine has {cores} cores.",
            "They take the machine from one another, and each keeps pages of its own.", patient.line("server.workers", cores),
        )  # fmt: skip


LOOKS = (
    no_public_address, no_encryption, listens_to_everybody, proxy_not_believed, everybody_believed, no_way_for_mail, mail_goes_to_a_folder,
    mail_in_clear, sender_of_nowhere, limits_off, votes_for_sale, more_workers_than_cores,
)  # fmt: skip
