"""Who may do what: one table, read by every verb. Pure."""

from __future__ import annotations

from folkmoot.people.model import Actor, Role

# What each role may do on its site, beside what everybody may do with what is theirs.
MAY: dict[str, frozenset[str]] = {
    "member": frozenset(),
    "editor": frozenset({"rename_story", "close_story"}),
    "moderator": frozenset({"see_held", "hold", "release", "remove", "restore", "remove_revision", "close_story"}),
    "admin": frozenset({"see_held", "hold", "release", "remove", "restore", "remove_revision", "close_story", "rename_story",
                        "change_site", "grant"}),
}


def roles_on(actor: Actor, site: int) -> frozenset[Role]:
    """The roles that the actor has on a site."""
    return frozenset(role for where, role in actor.roles if where in (0, site))


def may(actor: Actor, deed: str, site: int) -> bool:
    """Whether the actor's roles on the site allow a deed. The command line may do everything."""
    return actor.door == "command" or any(deed in MAY[role] for role in roles_on(actor, site))


def is_staff(actor: Actor, site: int) -> bool:
    """Whether the actor speaks for the newsroom: gets the staff mark."""
    return bool(roles_on(actor, site) & {"admin", "moderator", "editor"})
