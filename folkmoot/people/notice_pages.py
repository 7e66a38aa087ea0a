"""The doors by which mails are stopped: a page with a button for people, one request for mail programs (RFC 8058)."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from folkmoot.people import unsubscribing
from folkmoot.people.kinds import TOPICS
from folkmoot.people.model import Actor
from folkmoot.people.publishers import only_site
from folkmoot.web.operations import Bare, Page
from folkmoot.web.requests import Ask
from folkmoot.web.words import in_words

Token = Annotated[str, Meta(max_length=100)]


class Link(Struct):
    token: Token = ""


class StopForm(Struct, forbid_unknown_fields=True):
    token: Token = ""
    which: Literal["these", "all"] = "these"


async def stop_page(ask: Ask[Actor], query: Link) -> object:
    topics = await ask.read(lambda tx: unsubscribing.look_at(tx, query.token, ask.now))
    return await _page(ask, query.token, topics, done=False)


async def stop(ask: Ask[Actor], form: StopForm) -> object:
    ask.spend("guess")
    topics = await ask.write(lambda tx: unsubscribing.unsubscribe(tx, form.token, ask.now, everything=form.which == "all"))
    return await _page(ask, "", topics, done=True)


async def stop_at_once(ask: Ask[Actor], query: Link) -> object:
    """Stops the mails in one of which the token stood. For mail programs, which ask nobody; the token can do nothing else."""
    ask.spend("guess")
    topics = await ask.write(lambda tx: unsubscribing.unsubscribe(tx, query.token, ask.now))
    return await _page(ask, "", topics, done=True)


async def _page(ask: Ask[Actor], token: str, topics: list[str], *, done: bool) -> object:
    words = [in_words(TOPICS[topic].words, ask.language) for topic in topics]
    site = await ask.read(only_site)
    return ask.page("people/unsubscribe.html", site=site, problems=[], token=token, topics=words, done=done)


PAGES = (
    Page("GET", "/unsubscribe", stop_page),
    Bare("POST", "/unsubscribe", stop_at_once),
    Page("POST", "/unsubscribe/stop", stop),
)
