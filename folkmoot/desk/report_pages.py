"""Pages of reports of unlawful content, for everybody; and of words that are kept, for those who may look."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from folkmoot.desk import reports
from folkmoot.desk.person_pages import PersonPath
from folkmoot.desk.reports import MAX_LAW, MAX_WORDS, Told
from folkmoot.discussion import mine
from folkmoot.errors import Invalid
from folkmoot.people.doors import own_address, who
from folkmoot.people.model import Actor
from folkmoot.sites.sites import get_site
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Tx
from folkmoot.web.operations import Operation, Page
from folkmoot.web.requests import Ask
from folkmoot.web.words import in_words, machine


class ReportForm(Struct, forbid_unknown_fields=True):
    """words: why it is unlawful; law: which law; name and mail as one likes."""

    words: Annotated[str, Meta(max_length=MAX_WORDS + 1_000)] = ""
    law: Annotated[str, Meta(max_length=MAX_LAW + 100)] = ""
    name: Annotated[str, Meta(max_length=200)] = ""
    mailbox: Annotated[str, Meta(max_length=320)] = ""


class ReceiptPath(Struct):
    token: Annotated[str, Meta(max_length=100)]


class Receipt(Struct):
    """receipt: the page at which the report can be followed; only who holds it can."""

    id: str
    receipt: str


class Followed(Struct):
    """outcome: null while it waits, then removed or stands, with the reason."""

    comment: str
    at: str
    outcome: str | None
    reason: str


async def report_page(ask: Ask[Actor], path: PersonPath) -> object:
    return await _form(ask, path.id)


async def _form(ask: Ask[Actor], comment: int, status: int = 200, problem: str = "", **typed: Any) -> object:
    given: dict[str, Any] = {"words": "", "law": "", "name": "", "mailbox": ""} | typed

    def act(tx: Tx) -> object:
        own = mine.shown(tx, comment)
        story = get_story(tx, own.comment.story)
        return ask.page("desk/report_form.html", status, c=own.comment, story=story, site=get_site(tx, story.site), problem=problem, **given)

    return await ask.read(act)


async def send_report(ask: Ask[Actor], path: PersonPath, form: ReportForm) -> object:
    ask.spend("flag")
    told = Told(form.words, form.law, form.name, form.mailbox)
    try:
        _, token = await ask.write(lambda tx: reports.report(tx, who(ask, tx), path.id, told, ask.now, own_address(ask)))
    except Invalid as problem:
        typed = {"words": form.words, "law": form.law, "name": form.name, "mailbox": form.mailbox}
        return await _form(ask, path.id, 422, in_words(problem.words, ask.language), **typed)
    return ask.see(f"/reports/{token}")


async def receipt_page(ask: Ask[Actor], path: ReceiptPath) -> object:
    """What became of a report, for whoever holds its receipt."""

    def act(tx: Tx) -> object:
        found = reports.followed(tx, path.token)
        return ask.page("desk/receipt.html", report=found, site=get_site(tx, found.site), story=get_story(tx, found.story), token=path.token)

    return await ask.read(act)


async def report_unlawful(ask: Ask[Actor], path: PersonPath, body: ReportForm) -> Receipt:
    ask.spend("flag")
    told = Told(body.words, body.law, body.name, body.mailbox)
    made, token = await ask.write(lambda tx: reports.report(tx, ask.actor(tx), path.id, told, ask.now, own_address(ask)))
    return Receipt(str(made), f"/reports/{token}")


async def follow_report(ask: Ask[Actor], path: ReceiptPath) -> Followed:
    row = await ask.read(lambda tx: reports.followed(tx, path.token))
    return Followed(str(row.comment), machine(row.at), row.outcome, row.reason)


OPERATIONS = (
    Operation("POST", "/api/v1/comments/{id}/reports", report_unlawful, "Report unlawful content", status=201),
    Operation("GET", "/api/v1/reports/{token}", follow_report, "What became of a report"),
)
PAGES = (
    Page("GET", "/comments/{id}/report", report_page),
    Page("POST", "/comments/{id}/report", send_report),
    Page("GET", "/reports/{token}", receipt_page),
)
