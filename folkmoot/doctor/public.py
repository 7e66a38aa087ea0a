"""What can be seen from outside: the public address and the mail server are asked as a reader and a mail would ask them."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from urllib.parse import quote, urlsplit

from folkmoot import mail, outbound
from folkmoot.doctor.model import Finding, Patient
from folkmoot.errors import Problem
from folkmoot.settings import Outbound
from folkmoot.sites.store import all_sites

MINUTE = 60_000
_PROXY = "In the proxy's block (`folkmoot init` prints one)"


def public_address(patient: Patient) -> Iterator[Finding]:
    """Asks the public address once, and looks at what comes."""
    address = patient.settings.server.public_url
    if not address:
        return
    try:
        answer = _get(patient, "/readyz")
    except Problem as problem:
        yield Finding(
            "nobody answers", f"{address} does not answer: {problem.words}", "Readers see an empty frame.",
            f"{_PROXY}: proxy_pass http://{_listen(patient)}; and `folkmoot serve` must run. Or it is another address: "
            + patient.place("server.public_url"),
        )  # fmt: skip
        return
    if answer.status not in (200, 503) or b'"' not in answer.body or not answer.headers.get("content-type", "").startswith("application/json"):
        yield Finding(
            "another program answers", f"{address}/readyz is answered with {answer.status}, not by Folkmoot.", "Readers see another program's page.",
            f"{_PROXY}: proxy_pass http://{_listen(patient)};",
        )  # fmt: skip
        return
    yield from _clock(patient, answer)
    yield from _frame(patient)


def _get(patient: Patient, path: str) -> outbound.Answer:
    """Asks ourselves: our own name may lead into our own network."""
    address = patient.settings.server.public_url
    host = urlsplit(address).netloc
    return outbound.get(Outbound(allow=(host, host.partition(":")[0])), address + path)


def _listen(patient: Patient) -> str:
    return f"{patient.settings.server.host}:{patient.settings.server.port}"


def _clock(patient: Patient, answer: outbound.Answer) -> Iterator[Finding]:
    try:
        there = int(parsedate_to_datetime(answer.headers.get("date", "")).timestamp() * 1000)
    except (ValueError, TypeError):
        return
    apart = abs(patient.now - there)
    if apart > MINUTE:
        yield Finding(
            "clocks apart", f"This machine's clock and that behind the public address are {apart // 1000:,} seconds apart.",
            "Codes seem to have ended, and comments come from the future.", "timedatectl set-ntp true",
        )  # fmt: skip


def _frame(patient: Patient) -> Iterator[Finding]:
    """Whether a publisher's page may show the thread, as far as headers say."""
    sites = patient.db.read_now(all_sites) if patient.db else []
    if not sites:
        return
    try:
        answer = _get(patient, f"/thread?url={quote(f'https://{sites[0].host}/', safe='')}")
    except Problem:
        return
    if "x-frame-options" in answer.headers:
        yield Finding(
            "frames forbidden", f"Something before Folkmoot adds X-Frame-Options: {answer.headers['x-frame-options'][:40]}.",
            "No browser shows the thread on your pages.", f"{_PROXY}: proxy_hide_header X-Frame-Options; and no add_header of it.",
        )  # fmt: skip
    policy = answer.headers.get("content-security-policy", "")
    if answer.status == 200 and sites[0].host.partition(":")[0] not in policy:
        yield Finding(
            "policy replaced", "The Content-Security-Policy that arrives does not name the site's hosts, so it is not Folkmoot's.",
            "Browsers do not show the thread on your pages, or run what they should not.", f"{_PROXY}: no add_header Content-Security-Policy.",
        )  # fmt: skip


def mail_server(patient: Patient) -> Iterator[Finding]:
    """Knocks at the mail server: greeting, encryption, login; no mail is sent."""
    settings = patient.settings
    if not settings.mail.host or settings.mail.to_folder:
        return
    try:
        mail.knock(settings.mail)
    except Problem as problem:
        path = "mail.password" if problem.code == "mail_login" else "mail.host"
        yield Finding(
            "mail server refuses" if problem.code == "mail_login" else "mail server away",
            f"{settings.mail.host}, port {settings.mail.port}: {problem.words}",
            "Nobody can sign in by mail.", patient.line(path, "…" if path == "mail.password" else "localhost"),
        )  # fmt: skip


LOOKS = (public_address, mail_server)
