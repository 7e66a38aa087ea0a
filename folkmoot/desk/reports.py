"""Reports of unlawful content (EU Digital Services Act, Art. 16): by anybody, with a receipt; decided with reasons to both sides.

And words that are kept out of sight, for a legal hold: who looks at them says why, and that is written down.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct, structs

from folkmoot.discussion import moderation, previews
from folkmoot.discussion import store as comments
from folkmoot.discussion import store_reports as store
from folkmoot.discussion.telling import WAIT
from folkmoot.errors import Conflict, Invalid, NotFound, known, say
from folkmoot.people import mailing, notices
from folkmoot.people.mailboxes import read_mailbox
from folkmoot.people.model import Actor
from folkmoot.people.names import clean_name
from folkmoot.people.sanctions import require
from folkmoot.people.tokens import fingerprint, new_token
from folkmoot.people.waiting import Because, Choice, Order, Place, Source, Waits, Why, place_of
from folkmoot.people.wording import deaden, pages_in_words
from folkmoot.sites.model import Story
from folkmoot.sites.sites import get_site
from folkmoot.sites.stories import get_story
from folkmoot.storage import jobs
from folkmoot.storage.database import Row, Tx
from folkmoot.storage.ids import new_id
from folkmoot.web.excerpts import cut
from folkmoot.web.words import N_, in_words

KIND = "report_decided"  # payload: {"report", "decided"}
MAX_WORDS = 4_000
MAX_LAW = 300
SNIPPET = 240
MOST_MAILS = 3   # receipts a day to one mailbox: anybody can name anybody's
DAY = 86_400_000
WEIGHT = 1_000   # unlawful weighs more than any report by a button
REMOVE = Choice("remove", N_("Remove it as unlawful"), "X", "danger", True)
STANDS = Choice("stands", N_("It is not unlawful"), "R", "plain", True)


class Told(Struct, frozen=True):
    """What a reporter gave. law: which law it breaks; words: why; name, mailbox: as they like."""

    words: str
    law: str = ""
    name: str = ""
    mailbox: str = ""


def report(tx: Tx, actor: Actor, comment: int, told: Told, now: int, address: str = "") -> tuple[int, str]:
    """Takes a report of unlawful content in; gives its id and the token of its receipt. Raises Invalid, NotFound for what readers do not see.

    Who gave a mailbox gets the receipt by mail too. address: our own, for links in it; "" where none is set.
    """
    row = comments.comment_row(tx, comment)
    if row is None or not row.visible or row.state != "published":
        raise NotFound("There is no such comment, or it is not shown.", "no_such_comment")
    words, law = told.words.strip(), told.law.strip()
    if not 10 <= len(words) <= MAX_WORDS:
        raise Invalid(say("Say in 10 to {limit} letters why this is unlawful.", limit=MAX_WORDS), "bad_report", "words")
    if len(law) > MAX_LAW:
        raise Invalid(say("Name the law in up to {limit} letters.", limit=MAX_LAW), "too_long", "law")
    name = clean_name(told.name) if told.name.strip() else ""
    mailbox = read_mailbox(told.mailbox) if told.mailbox.strip() else None
    made, token, story = new_id(now), new_token(), get_story(tx, row.story)
    store.insert_report(
        tx, id=made, receipt=fingerprint(token), site=story.site, story=story.id, comment=comment, law=law, words=words, name=name,
        mailbox=mailbox.address if mailbox else "", person=actor.id, at=now,
    )  # fmt: skip
    if mailbox and store.told_lately(tx, mailbox.subject, now - DAY) <= MOST_MAILS:
        receipt = f"{address}/reports/{token}" if address else ""
        _mail(tx, "report_received", str(made), story, mailbox.address, {"receipt": receipt}, now)
    return made, token


def _language(tx: Tx, story: Story) -> str:
    return story.language or get_site(tx, story.site).language


def _mail(tx: Tx, name: str, key: str, story: Story, to: str, values: dict[str, str], now: int) -> None:
    """A mail to a reporter, in the language of the story, with the publisher's own pages below. key: what it tells of, once."""
    site, language = get_site(tx, story.site), _language(tx, story)
    given = {"story": deaden(story.title or story.address), "pages": pages_in_words(site, language), **values}
    mailing.mail_reporter(tx, name, to, key, mailing.Doorway(site.name, language), given, now)


def followed(tx: Tx, token: str) -> Row:
    """A report, for whoever holds its receipt. Raises NotFound."""
    found = store.report_by_receipt(tx, fingerprint(token))
    if found is None:
        raise NotFound("There is no report of this receipt.", "no_such_report")
    return found


# At the desk


def waiting(tx: Tx, site: int, order: Order, after: Place | None, limit: int) -> list[Waits]:
    """Reports that wait. All weigh alike, so that by harm they come in the order of their ids, which is that of time."""
    if order == "harm":
        if after is not None and after[0] > -WEIGHT:
            return []
        at = (after[1] >> 21, after[1]) if after is not None and after[0] == -WEIGHT else (0, 0)
    else:
        at = after or (0, 0)
    found = [_item(row) for row in store.open_reports(tx, site, *at, limit)]
    return sorted(found, key=lambda item: place_of(item, order))


def _item(row: Row) -> Waits:
    name = row.name or known(N_("Somebody without a name"))
    why = (Why(N_("Report of unlawful content"), "stopped"),)
    return Waits(kind="report", id=row.id, site=row.site, story=row.story, since=row.at, weight=WEIGHT, name=name,
                 snippet=cut(" ".join(row.words.split()), SNIPPET), why=why, address=f"/me/c/{row.comment}")  # fmt: skip


def find(tx: Tx, report: int) -> Waits | None:
    row = store.report_by_id(tx, report)
    if row is None or row.decided is not None:
        return None
    comment = comments.comment_row(tx, row.comment)
    return structs.replace(_item(row), person=comment.person if comment else None)  # the record beside it is the writer's


def choices(tx: Tx, actor: Actor, report: int) -> tuple[Choice, ...]:
    return (REMOVE, STANDS)


def show(tx: Tx, actor: Actor, report: int, now: int) -> dict[str, object]:
    row = store.report_by_id(tx, report)
    comment = comments.comment_row(tx, row.comment) if row else None
    behind = previews.behind(tx, comment) if comment else None
    return {"report": row, "c": comment, "behind": behind, "story": get_story(tx, row.story) if row else None}


def decide(tx: Tx, actor: Actor, report: int, deed: str, because: Because, now: int) -> int:
    """Removes what was reported, or lets it stand; has both sides told why. Gives the report's id, by which it is undone."""
    row = store.report_by_id(tx, report)
    if row is None or row.decided is not None:
        raise Conflict("This report has been decided.", "decided")
    require(actor, "judge_report", row.site)
    if deed not in ("remove", "stands"):
        raise Invalid("A report is decided by `remove` or `stands`.", "bad_decision", "do")
    moderation.require_short(because)
    reason = because.reason.strip() or because.guideline
    if not reason:
        raise Invalid("Say why, or choose a guideline: both sides are told.", "no_reason", "reason")
    comment = comments.comment_row(tx, row.comment)
    if deed == "remove" and comment is not None and comment.state in ("published", "held"):
        moderation.decide(tx, actor, row.comment, "remove", because, now, rule="unlawful")
    store.decide_report(tx, report, {"remove": "removed", "stands": "stands"}[deed], reason, actor.id, now)
    if row.mailbox or row.person:
        jobs.put(tx, KIND, {"report": report, "decided": now}, now, run_after=now + WAIT, key=f"{KIND}:{report}:{now}")
    return report


def tell_decided(tx: Tx, told: dict[str, Any], now: int) -> int:
    """Tells a reporter what became of it, unless that decision was taken back at once. Whoever has an account is told by it."""
    row = store.report_by_id(tx, told["report"])
    if row is None or row.decided != told["decided"]:
        return 0
    story, key = get_story(tx, row.story), f"{row.id}-{row.decided}"  # decided anew, it is told anew
    if row.person:
        kind = "report_upheld" if row.outcome == "removed" else "report_refused"
        values = {"story": story.title, "reason": row.reason}
        notices.tell(tx, row.person, kind, values, key=f"report-{key}", now=now, site=row.site, opens=f"/c/{row.comment}")
    elif row.mailbox:
        removed, reason = "yes" if row.outcome == "removed" else "", deaden(in_words(row.reason, _language(tx, story)))
        _mail(tx, "report_decided", key, story, row.mailbox, {"reason": reason, "removed": removed}, now)
    return 0


def undo(tx: Tx, actor: Actor, report: int, now: int) -> None:
    """Opens a report again. What was removed by it is brought back by its own opposite."""
    row = store.report_by_id(tx, report)
    if row is None or row.decided is None:
        raise Conflict("This report has not been decided.", "not_decided")
    require(actor, "judge_report", row.site)
    last = comments.last_decision(tx, row.comment)
    if row.outcome == "removed" and last is not None and last.deed == "remove" and last.at == row.decided:
        moderation.undo(tx, actor, last.id, now)
    store.decide_report(tx, report, None, "", None, None)


SOURCE = Source(
    kind="report", label=N_("Reports of unlawful content"), sees="judge_report", waiting=waiting, find=find, choices=choices, decide=decide,
    undo=undo, show=show, template="desk/report.html",
)  # fmt: skip


# Words that are kept


class Kept(Struct, frozen=True):
    """A comment whole, with every text that it had, and who has looked at it."""

    row: Row
    revisions: list[Row]
    accesses: list[Row]


def look_at_kept(tx: Tx, actor: Actor, comment: int, why: str, now: int) -> Kept:
    """Shows words in whatever state, and writes down who looked and why. Raises Invalid without a why."""
    row = row_of(tx, comment)
    site = get_story(tx, row.story).site
    require(actor, "see_kept", site)
    said = why.strip()
    if not said or len(said) > 500:
        raise Invalid("Say why you look at it, in up to 500 letters: it is written down.", "no_reason", "why")
    store.insert_access(tx, new_id(now), site, actor.id, comment, said, now)
    return Kept(row, comments.revisions_of(tx, comment), store.accesses(tx, site, comment))


def row_of(tx: Tx, comment: int) -> Row:
    """A comment whatever became of it. Raises NotFound."""
    row = comments.comment_row(tx, comment)
    if row is None:
        raise NotFound("There is no such comment.", "no_such_comment")
    return row


YEAR = 365 * 86_400_000


def forget_reporters(tx: Tx, now: int) -> int:
    """Forgets who reported, a year after the decision. The worker repeats it."""
    return store.forget_reporters(tx, now - YEAR, 200)
