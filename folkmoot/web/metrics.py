"""/metrics: what a process knows of itself, for Prometheus. Needs the extra `metrics` and a token in the settings."""

from __future__ import annotations

import hmac
from collections.abc import Iterable

from msgspec import Struct

from folkmoot.errors import NotSignedIn, Unavailable
from folkmoot.web.problems import nothing_here

KIND = "text/plain; version=0.0.4; charset=utf-8"


class Figure(Struct, frozen=True):
    """One figure. name: without folkmoot_; total: it only grows."""

    name: str
    help: str
    value: float
    total: bool = False


def require(token: str, authorization: str) -> None:
    """Raises NotFound where no token is set, NotSignedIn where another is given."""
    if not token:
        raise nothing_here()
    if not hmac.compare_digest(f"Bearer {token}".encode(), authorization.encode()):
        raise NotSignedIn("The metrics need the token of metrics.token as Authorization: Bearer …", "no_token")


def spell(figures: Iterable[Figure]) -> bytes:
    """Figures, and what the process takes of the machine, as Prometheus reads them. Raises Unavailable without the extra."""
    try:
        from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector, generate_latest
    except ImportError:
        raise Unavailable("The metrics need an extra: pip install folkmoot[metrics]", 600, "no_metrics") from None
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    for figure in figures:
        if figure.total:
            Counter(f"folkmoot_{figure.name}", figure.help, registry=registry).inc(figure.value)
        else:
            Gauge(f"folkmoot_{figure.name}", figure.help, registry=registry).set(figure.value)
    return bytes(generate_latest(registry))
