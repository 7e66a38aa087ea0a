"""Each kind of token against every door: one that was made for something else is worth as much there as one that nobody made (S10)."""

from __future__ import annotations

import pytest

from folkmoot.app import OPERATIONS, PAGES
from folkmoot.people import accounts, invitations, notices, sessions, sign_in, tokens
from folkmoot.people.mailing import Doorway
from folkmoot.people.model import COMMAND
from folkmoot.storage.database import Database
from folkmoot.web.operations import Operation, Page
from tests.hostile.asking import Ask, House, get, send_form, send_json
from tests.moot import Moot

OWN_DOORS = ("/unsubscribe", "/welcome/", "/sign-in/link")  # where such a token belongs; told in their own tests


@pytest.fixture
def made(moot: Moot) -> dict[str, str]:
    """One token of each kind, all of a moderator who could do much."""
    db, now = moot.db, moot.now
    vera = moot.member("Vera", "moderator").id or 0
    keys = db.write_now(lambda tx: sessions.begin_keys(tx, vera, now))
    page = db.write_now(lambda tx: sessions.begin_page(tx, vera, now)).token
    secret = tokens.new_token()
    db.write_now(lambda tx: sign_in.ask_code(tx, "vera@mail.example", secret, now, Doorway(address="https://talk.example")))
    mail = db.read_now(lambda tx: tx.one("SELECT payload FROM job WHERE kind = 'mail'")).payload
    db.write_now(lambda tx: notices.tell(tx, vera, "warned", {"reason": "", "rule": ""}, key="1", now=now))
    told = db.read_now(lambda tx: tx.one("SELECT payload FROM job WHERE kind = 'notice'")).payload
    person, guest = db.write_now(lambda tx: accounts.new_guest(tx, "Gus", now))
    assert person
    return {
        "access": keys.access, "refresh": keys.refresh, "page": page, "guest": guest, "a code's secret": secret,
        "a code's link": mail.partition("token=")[2][:43], "unsubscribe": told.partition('"token":"')[2][:43],
        "invitation": db.write_now(lambda tx: invitations.invite(tx, COMMAND, "admin", 0, now)), "nobody's": tokens.new_token(),
    }  # fmt: skip


def asks(door: Page, token: str, way: str, comment: str) -> Ask:
    """A door's plainest request, with a token where tokens of `way` go."""
    path = door.path.replace("{id}", comment)
    for name, value in (("kind", "comment"), ("number", "1"), ("token", "x" * 43), ("name", "x")):
        path = path.replace(f"{{{name}}}", value)
    bearer, cookie = (token, "") if way == "bearer" else ("", token)
    if door.method == "GET":
        return get(path, {"token": token} if way == "query" else None, token=bearer, cookie=cookie if way == "cookie" else "")
    if isinstance(door, Operation):
        asked = send_json(door.method, path, {}, bearer)
    else:
        asked = send_form(path, {"token": token} if way == "query" else {}, cookie if way == "cookie" else "")
    more = ((b"authorization", f"Bearer {token}".encode()),) if way == "bearer" and not isinstance(door, Operation) else ()
    return asked._replace(headers=(*asked.headers, *more))


WRONG = {
    "bearer": ("refresh", "page", "a code's secret", "a code's link", "unsubscribe", "invitation"),
    "cookie": ("access", "refresh", "a code's secret", "a code's link", "unsubscribe", "invitation"),
}


@pytest.mark.parametrize("way", WRONG)
def test_a_token_made_for_something_else_opens_no_door(moot: Moot, made: dict[str, str], way: str) -> None:
    comment = str(moot.says(moot.guest("Bo"), "The lake is low."))
    doors = [door for door in (*OPERATIONS, *PAGES) if door.path != "/api/v1/events" and not door.path.startswith(("/hooks", *OWN_DOORS))]
    house, before = House(moot.db, clock=lambda: moot.now), rows(moot.db)
    try:
        as_nobody = [answer.status for answer in house.all(asks(door, made["nobody's"], way, comment) for door in doors)]
        for kind in WRONG[way]:
            found = [answer.status for answer in house.all(asks(door, made[kind], way, comment) for door in doors)]
            assert [(door.path, status) for door, status, nobodys in zip(doors, found, as_nobody, strict=True) if status != nobodys] == [], kind
    finally:
        house.close()
    assert rows(moot.db) == before


def test_the_right_token_opens_what_the_wrong_ones_do_not(moot: Moot, made: dict[str, str]) -> None:
    house = House(moot.db, clock=lambda: moot.now)
    try:
        assert house.ask(get("/api/v1/queue", token=made["access"])).status == 200
        assert "Vera" in house.ask(get("/me", cookie=made["page"])).text
        assert house.ask(get("/api/v1/queue", token=made["nobody's"])).status == 401
    finally:
        house.close()


def rows(db: Database) -> str:
    tables = ("person", "identity", "session", "role", "code", "invitation", "notice_wish", "comment", "decision", "vote")
    return str(db.read_now(lambda tx: [sorted(map(str, tx.rows(f"SELECT * FROM {table}"))) for table in tables]))
