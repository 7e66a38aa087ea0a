"""Who may do what: one table, read by every verb. Pure."""

from __future__ import annotations

from typing import Protocol

STAFF = frozenset({"admin", "moderator", "editor"})


class Speaker(Protocol):
    """What is looked at of a model.Actor."""

    @property
    def roles(self) -> frozenset[tuple[int, str]]: ...
    @property
    def door(self) -> str: ...
    @property
    def framed(self) -> bool: ...


_KEEPS = frozenset({
    "see_held", "hold", "release", "remove", "restore", "remove_revision", "keep", "close_story", "slow_story", "lock", "unlock", "pin", "unpin",
    "feature", "unfeature", "edit_words", "judge_appeal", "sanction", "note_person", "see_log", "see_kept", "judge_report", "see_imports",
    "judge_contact",
})  # fmt: skip

_NOTES = frozenset({"see_notes", "keep_notes"})  # sees held ones and what disputes a story; holds, releases, removes
_RULES = _NOTES | {"judge_notes"}                # accepts, clarifies, declines; puts statements to readers

# What each role may do on its site, beside what everybody may do with what is theirs.
MAY: dict[str, frozenset[str]] = {
    "member": frozenset(),
    "editor": frozenset({"see_imports", "rename_story", "merge_story", "close_story", "slow_story", "pin", "unpin", "feature", "unfeature",
                         "make_action"}) | _RULES,
    "moderator": _KEEPS | _NOTES,
    "admin": _KEEPS | {"rename_story", "merge_story", "change_site", "grant", "make_action"} | _RULES,
}


def roles_on(actor: Speaker, site: int) -> frozenset[str]:
    """The roles that the actor has on a site."""
    if not actor.roles:
        return frozenset()
    return frozenset(role for where, role in actor.roles if where in (0, site))


def may(actor: Speaker, deed: str, site: int) -> bool:
    """Whether the actor's roles on the site allow a deed. The command line may do everything, a frame nothing that staff do."""
    return actor.door == "command" or (not actor.framed and any(deed in MAY[role] for role in roles_on(actor, site)))


def is_staff(actor: Speaker, site: int) -> bool:
    """Whether the actor speaks for the newsroom: gets the staff mark."""
    return bool(roles_on(actor, site) & STAFF)


def serves(roles: frozenset[tuple[int, str]]) -> bool:
    """Whether somebody with these roles is staff of any site: their sign-ins are short."""
    return any(role in STAFF for _, role in roles)
