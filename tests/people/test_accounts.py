"""People and their roles: guests, names, who may give what, and the one-time links."""

from __future__ import annotations

import pytest

from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from folkmoot.people import accounts, invitations
from folkmoot.people.model import COMMAND, Actor, Known, Role
from tests.people.house import DAY, House

SITE = 7


def promote(house: House, actor: Actor, person: int | None, role: Role, site: int = SITE) -> Known:
    return house.db.write_now(lambda tx: accounts.promote(tx, actor, person or 0, role, site, house.now))


def demote(house: House, actor: Actor, person: int | None, role: Role, site: int = SITE) -> Known:
    return house.db.write_now(lambda tx: accounts.demote(tx, actor, person or 0, role, site, house.now))


def with_role(house: House, name: str, role: Role, site: int = SITE) -> Actor:
    """A member with a role, on one of our own pages."""
    actor = house.at_page(name)
    known = promote(house, COMMAND, actor.id, role, site)
    return Actor(known.person, known.roles, session=actor.session)


def test_a_guest_writes_under_a_name_and_has_proven_nothing(house: House) -> None:
    bo, token = house.guest("  Bo   Diaz ")
    assert bo.person is not None
    assert (bo.person.name, bo.person.kind, bo.proven) == ("Bo Diaz", "guest", False)
    assert house.actor(token) == bo


def test_a_person_changes_their_own_name(house: House) -> None:
    ada = house.at_page("Ada")
    renamed = house.db.write_now(lambda tx: accounts.rename(tx, ada, "Ada Lin", house.now))
    assert renamed.name == "Ada Lin"
    with pytest.raises(Invalid):
        house.db.write_now(lambda tx: accounts.rename(tx, ada, "", house.now))
    with pytest.raises(NotSignedIn):
        house.db.write_now(lambda tx: accounts.rename(tx, Actor(), "Nobody", house.now))


def test_the_operator_finds_people_by_id_and_by_mailbox(house: House) -> None:
    ada = house.member("Ada")
    for words in (str(ada.id), "ADA@mail.example"):
        found = house.db.read_now(lambda tx, words=words: accounts.find_person(tx, words))
        assert (found.person, found.mailboxes) == (ada, ("ada@mail.example",))
    with pytest.raises(NotFound):
        house.db.read_now(lambda tx: accounts.find_person(tx, "eve@mail.example"))
    with pytest.raises(Invalid):
        house.db.read_now(lambda tx: accounts.find_person(tx, "Ada"))


def test_the_list_of_people_goes_on_after_an_id_and_holds_no_guests(house: House) -> None:
    house.guest("Bo")
    ada = house.member("Ada")
    house.later(1)
    chidi = house.member("Chidi")
    promote(house, COMMAND, chidi.id, "editor")
    first = house.db.read_now(lambda tx: accounts.people_of(tx, COMMAND, 0, 1))
    second = house.db.read_now(lambda tx: accounts.people_of(tx, COMMAND, ada.id, 1))
    assert [known.person for known in first + second] == [ada, chidi]
    assert second[0].roles == {(SITE, "editor")}
    with pytest.raises(NotAllowed):
        house.db.read_now(lambda tx: accounts.people_of(tx, Actor(ada)))


def test_staff_of_a_site_are_its_own_and_those_of_every_site(house: House) -> None:
    ada, bo = with_role(house, "Ada", "admin", 0), with_role(house, "Bo", "editor")
    with_role(house, "Chidi", "moderator", 8)
    with_role(house, "Ines", "member")
    names = house.db.read_now(lambda tx: accounts.staff_names(tx, SITE))
    assert sorted(names) == sorted([(ada.id, "Ada"), (bo.id, "Bo")])


GRANTING: list[tuple[Role, int, int, bool]] = [  # role, where it is held, where something is granted, whether that works
    ("admin", 0, 0, True), ("admin", 0, SITE, True), ("admin", SITE, SITE, True),
    ("admin", SITE, 0, False), ("admin", SITE, 8, False),
    ("moderator", 0, SITE, False), ("editor", 0, SITE, False), ("member", 0, SITE, False),
]  # fmt: skip


@pytest.mark.parametrize(("role", "held", "where", "works"), GRANTING)
def test_only_an_admin_gives_and_takes_roles(house: House, role: Role, held: int, where: int, works: bool) -> None:
    ada, bo = with_role(house, "Ada", role, held), house.member("Bo")
    if works:
        assert (where, "moderator") in promote(house, ada, bo.id, "moderator", where).roles
        assert demote(house, ada, bo.id, "moderator", where).roles == frozenset()
        return
    with pytest.raises(NotAllowed):
        promote(house, ada, bo.id, "moderator", where)
    with pytest.raises(NotAllowed):
        demote(house, ada, bo.id, "moderator", where)


def test_an_admin_gives_no_roles_from_a_frame(house: House) -> None:
    ada, bo = with_role(house, "Ada", "admin", 0), house.member("Bo")
    with pytest.raises(NotAllowed):
        promote(house, Actor(ada.person, ada.roles, framed=True), bo.id, "moderator")


def test_a_role_given_twice_is_one_and_a_role_taken_stays_in_the_books(house: House) -> None:
    ada = house.member("Ada")
    promote(house, COMMAND, ada.id, "editor")
    assert promote(house, COMMAND, ada.id, "editor").roles == {(SITE, "editor")}
    demote(house, COMMAND, ada.id, "editor")
    with pytest.raises(NotFound):
        demote(house, COMMAND, ada.id, "editor")
    promote(house, COMMAND, ada.id, "editor")
    rows = house.db.read_now(lambda tx: tx.rows("SELECT ended FROM role ORDER BY id"))
    assert sorted(row.ended is None for row in rows) == [False, True]


def test_a_guest_gets_no_role(house: House) -> None:
    bo, _ = house.guest("Bo")
    with pytest.raises(Invalid):
        promote(house, COMMAND, bo.id, "moderator")
    with pytest.raises(NotFound):
        promote(house, COMMAND, 1, "moderator")


def test_the_last_admin_stays_one_unless_the_operator_says_otherwise(house: House) -> None:
    ada = with_role(house, "Ada", "admin", 0)
    with pytest.raises(Conflict):
        demote(house, ada, ada.id, "admin", 0)
    demote(house, COMMAND, ada.id, "admin", 0)
    assert house.db.read_now(accounts.needs_first_admin)


def accept(house: House, actor: Actor, token: str) -> int:
    return house.db.write_now(lambda tx: invitations.accept_invitation(tx, actor, token, house.now)).site


def test_nobody_is_admin_at_first_and_the_printed_link_makes_one(house: House) -> None:
    token = house.db.write_now(lambda tx: invitations.invite_first_admin(tx, house.now))
    assert token is not None
    ada = house.at_page("Ada")
    assert accept(house, ada, token) == 0
    assert house.db.write_now(lambda tx: invitations.invite_first_admin(tx, house.now)) is None
    assert house.db.read_now(lambda tx: accounts.find_person(tx, str(ada.id))).roles == {(0, "admin")}


def test_the_first_who_registers_is_nothing_special(house: House) -> None:
    house.member("Ada")
    assert house.db.read_now(accounts.needs_first_admin)


def test_a_new_start_prints_a_new_link_and_ends_the_old_one(house: House) -> None:
    old, new = (house.db.write_now(lambda tx: invitations.invite_first_admin(tx, house.now)) for _ in range(2))
    assert old is not None
    assert new is not None
    ada = house.at_page("Ada")
    with pytest.raises(NotFound):
        accept(house, ada, old)
    accept(house, ada, new)


def test_an_invitation_works_once_for_seven_days_and_for_a_proven_mailbox(house: House) -> None:
    token = house.db.write_now(lambda tx: invitations.invite(tx, COMMAND, "moderator", SITE, house.now))
    late = house.db.write_now(lambda tx: invitations.invite(tx, COMMAND, "moderator", SITE, house.now))
    bo, _ = house.guest("Bo")
    for somebody in (Actor(), bo):
        with pytest.raises(NotSignedIn):
            accept(house, somebody, token)
    ada, chidi = house.at_page("Ada"), house.at_page("Chidi")
    accept(house, ada, token)
    with pytest.raises(NotFound):
        accept(house, chidi, token)
    house.later(7 * DAY)
    with pytest.raises(NotFound):
        accept(house, chidi, late)


def test_an_invitation_is_kept_as_a_hash_and_made_by_admins_alone(house: House) -> None:
    token = house.db.write_now(lambda tx: invitations.invite(tx, COMMAND, "editor", SITE, house.now))
    row = house.db.read_now(lambda tx: tx.one("SELECT token, role FROM invitation"))
    assert row is not None
    assert row.token != token
    moderator = with_role(house, "Chidi", "moderator")
    with pytest.raises(NotAllowed):
        house.db.write_now(lambda tx: invitations.invite(tx, moderator, "editor", SITE, house.now))
    with pytest.raises(Invalid):
        house.db.write_now(lambda tx: invitations.invite(tx, COMMAND, "member", SITE, house.now))
