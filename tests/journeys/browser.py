"""The browser that walks the journeys: Debian's Chromium, which talks to nobody but us."""

from __future__ import annotations

CHROMIUM = "/usr/bin/chromium"
WAIT = 20_000  # ms, for what the page does by itself; reached only when something is wrong
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    # Playwright switches partitioned storage off; people have it on. Naming other features takes its list back. No third-party cookies.
    "--disable-features=Translate,MediaRouter,OptimizationHints", "--test-third-party-cookie-phaseout",
]  # fmt: skip
