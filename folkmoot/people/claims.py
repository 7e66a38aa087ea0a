"""A guest who proves a mailbox claims what they wrote from that browser."""

from __future__ import annotations

from folkmoot.people import store, store_mutes, store_notices, store_sessions
from folkmoot.people.model import Actor
from folkmoot.storage import jobs
from folkmoot.storage.database import Tx


def claim(tx: Tx, guest: Actor | None, member: int, now: int) -> None:
    """Makes a guest the member's, once, and tells the rooms that keep what guests wrote by a job `claimed`.

    The job's payload: {"guest": id, "member": id, "at": UTC ms}. The guest's own tokens end.
    """
    if guest is None or guest.person is None or guest.person.kind != "guest":
        return
    if store.claim_guest(tx, guest.person.id, member):
        store_notices.hand_on(tx, guest.person.id, member)
        store_mutes.hand_on(tx, guest.person.id, member)
        store_sessions.end_all(tx, guest.person.id, "claimed by a member", now)
        jobs.put(tx, "claimed", {"guest": guest.person.id, "member": member, "at": now}, now, key=f"claimed:{guest.person.id}")
