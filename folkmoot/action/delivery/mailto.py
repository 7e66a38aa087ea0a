"""The person's own mail program: a link that opens it with the letter in it, for officials who publish an address."""

from __future__ import annotations

from urllib.parse import quote

from folkmoot.action.delivery import layout
from folkmoot.action.delivery.model import Letter, Way
from folkmoot.action.model_letters import Recipient
from folkmoot.settings import Settings
from folkmoot.web.words import N_

LONGEST = 1_800  # letters of a link that mail programs take whole


def reaches(to: Recipient, settings: Settings) -> bool:
    return bool(to.email)


def link(letter: Letter) -> tuple[str, bool]:
    """The link, and whether the text is in it; a longer text is to be copied."""
    if not letter.to.email:
        return "", False
    body = "\n\n".join(
        (layout.greeting(letter), *layout.paragraphs(letter), f"{layout.closing(letter)}\n{letter.home.name}", "\n".join(letter.home.lines))
    )
    to, subject = quote(letter.to.email, safe="@"), quote(letter.subject)
    whole = f"mailto:{to}?subject={subject}&body={quote(body.replace(chr(10), chr(13) + chr(10)))}"
    return (whole, True) if len(whole) <= LONGEST else (f"mailto:{to}?subject={subject}", False)


WAY = Way("mailto", N_("by your own mail"), False, reaches)
