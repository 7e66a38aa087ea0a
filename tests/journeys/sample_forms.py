"""The pages around a thread, with made-up values: forms without script, one's own comment, history."""

from __future__ import annotations

from types import SimpleNamespace as Own

from msgspec.structs import replace

from folkmoot.discussion.appeals import Told
from folkmoot.web.pages import render
from folkmoot.web.words import machine
from tests.journeys import sample

ROOT = next(sample.roots()).comment
TYPED = "The quarry has no shallow end. My cousin and I swam there the summer the lake was drained."


def pages(language: str = "en") -> dict[str, str]:
    """Each page by name."""
    until = sample.NOW + 10 * 60_000
    shown = Own(comment=ROOT, edit_until=until, why="", waiting_html=None)
    held = Own(comment=replace(ROOT, state="held"), edit_until=until, why="It has two links, and this is your first day here.", waiting_html=None)
    wrong = [("name", "Give a name that others are to see."), ("text", "Shorten it by 212 letters.")]
    given = {"c": ROOT, "own": shown, "story": sample.STORY, "site": sample.SITE}
    made = {
        "reply": {"signed_in": False, "text": TYPED, "name": "", "problems": wrong},
        "edit": {"text": TYPED, "problems": []},
        "withdraw": {},
        "flag": {"problems": [("reason", "Choose what is wrong with it.")], "done": False},
        "own": {
            "own": held, "c": held.comment, "deeds": ["release", "remove"], "told": Told("", False, None),
            "marks": ["pin", "lock", "edit_words"], "yours": True, "now": sample.NOW,
        },
        "history": {"revisions": _revisions(), "made": [ROOT.posted, ROOT.posted + 400_000]},
    }  # fmt: skip
    rendered = {name: render(f"discussion/{name}.html", language, **(given | values)) for name, values in made.items()}
    return rendered | {"error": _error(language)}


def _revisions() -> list[dict[str, object]]:
    return [
        {"number": 1, "html": "<p>I ran the lifeguards for seven summers.</p>", "state": "past", "made": machine(ROOT.posted)},
        {"number": 2, "html": ROOT.html, "state": "shown", "made": machine(ROOT.posted + 400_000)},
    ]


def _error(language: str) -> str:
    values = {"title": "This cannot be taken as it is", "words": "The comment is empty. Write something, then post it.", "request": "0123"}
    return render("web/error.html", language, **values, explained="/problems/invalid", kept=TYPED)
