"""Photographs the sample thread in Chromium, for people to look at: `python -m tests.journeys.stills FOLDER`. No server, no network."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page, Route, sync_playwright

from folkmoot.web import static
from folkmoot.web.headers import policy, style_hash
from tests.journeys import sample
from tests.journeys.browser import CHROMIUM, FLAGS

HOME, HOST = "https://talk.example", "https://courier.example"
VIEWS = (
    ("1280-light", 1280, "light", "en", {}), ("1280-dark", 1280, "dark", "en", {}), ("390-light", 390, "light", "en", {}),
    ("320-dark", 320, "dark", "en", {}), ("390-rtl", 390, "light", "ar", {}), ("390-pseudo", 390, "light", "en-XA", {}),
    ("1280-forced", 1280, "light", "en", {"forced_colors": "active"}),
)  # fmt: skip


def serve(html: str):
    """A route that answers with a page, and with the files it names."""
    css = static.file("look.css").plain.decode()
    headers = {"Content-Security-Policy": policy(["https://courier.example"], [style_hash(css)]), "Content-Type": "text/html; charset=utf-8"}

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(HOME)
        if path in static.files():
            found = static.files()[path]
            return route.fulfill(body=found.plain, headers={"Content-Type": found.kind})
        if path.startswith(("/thread", "/page")):
            return route.fulfill(body=html, headers=headers)
        return route.fulfill(status=404, body="")

    return answer


def photograph(tab: Page, html: str, to: Path) -> None:
    """One still of a whole page."""
    tab.route("**/*", serve(html))
    tab.goto(f"{HOME}/thread/1")
    tab.wait_for_function("document.querySelector('.keys')")
    tab.screenshot(path=to, full_page=True)


def main(folder: Path) -> None:
    """All views."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, width, scheme, language, more in VIEWS:
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **more)  # type: ignore[arg-type]
            tab = context.new_page()
            tab.clock.set_fixed_time(datetime.fromtimestamp(sample.NOW / 1000, UTC))
            tab.on("console", lambda said: print("console:", said.text, file=sys.stderr))
            tab.on("pageerror", lambda error: print("error:", error, file=sys.stderr))
            photograph(tab, sample.thread(language=language), folder / f"thread-{name}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
