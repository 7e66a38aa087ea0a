"""Takes a comment that readers see out of sight by a rule, until a moderator has looked."""

from __future__ import annotations

from folkmoot.discussion import outlet, store
from folkmoot.discussion.visibility import vanish
from folkmoot.storage.database import Row, Tx
from folkmoot.storage.ids import new_id


def hold_shown(tx: Tx, row: Row, turn: int, rule: str, why: str, now: int, note: str = "") -> None:
    """Holds a published comment by a rule, and remembers it. why: for the writer; note: for the desk alone."""
    store.set_state(tx, row.id, "held")
    store.add_live(tx, row.story, -1)
    vanish(tx, row, turn)
    tx.bump(row.story)
    store.insert_decision(tx, new_id(now), row.id, "hold", None, "rule", now, rule=rule, reason=why, was="published", note=note)
    outlet.changed(tx, row, "comment.removed", now)
