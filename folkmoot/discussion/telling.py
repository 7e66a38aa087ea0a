"""What writers are told of decisions on what they wrote: a job, ten seconds later, so that what was taken back at once is never told."""

from __future__ import annotations

from typing import Any

from folkmoot.discussion import store
from folkmoot.people import notices
from folkmoot.sites.stories import get_story
from folkmoot.storage import jobs
from folkmoot.storage.database import Row, Tx

KIND = "decided"   # payload: {"decision"}
WAIT = 10_000      # ms in which a decision can be taken back at once
_KINDS = {
    "hold": "comment_held", "release": "comment_released", "remove": "comment_removed", "restore": "comment_restored",
    "remove_revision": "edit_removed", "uphold": "appeal_refused",
}  # fmt: skip


def put(tx: Tx, decision: int, writer: int | None, deed: str, now: int) -> None:
    """Has the writer told, where there is one and it is theirs to know."""
    if writer is not None and deed in _KINDS:
        jobs.put(tx, KIND, {"decision": decision}, now, run_after=now + WAIT, key=f"{KIND}:{decision}")


def tell_decided(tx: Tx, told: dict[str, Any], now: int) -> int:
    """Tells the writer of a decision, unless it was taken back at once, or changed nothing that they know of."""
    decision = store.decision_by_id(tx, told["decision"])
    comment = store.comment_row(tx, decision.comment) if decision else None
    if decision is None or comment is None or comment.person is None or _needless(tx, decision):
        return 0
    kind = "appeal_granted" if decision.rule == "appeal" and decision.deed == "restore" else _KINDS[decision.deed]
    story = get_story(tx, comment.story)
    values = {"story": story.title or story.address, "reason": decision.reason, "rule": decision.guideline, "words": comment.text}
    notices.tell(
        tx, comment.person, kind, values, key=f"decision-{decision.id}", now=now, site=story.site, opens=f"/me/c/{comment.id}",
        thread=f"comment-{comment.id}",
    )  # fmt: skip
    return 0


def _needless(tx: Tx, decision: Row) -> bool:
    """Taken back meanwhile; or the taking back of what was never told; or a report that came to nothing."""
    if store.undoing(tx, decision.comment, decision.id) is not None:
        return True
    before = store.decision_by_id(tx, decision.undoes) if decision.undoes else None
    silent = decision.deed in ("release", "restore") and decision.was == "published"
    return silent or (before is not None and decision.at - before.at <= WAIT)
