"""Signing in elsewhere, against an issuer that is strict: a person is (issuer, subject), never an address (S11)."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from folkmoot.app import create_app
from folkmoot.errors import Conflict, Invalid, NotAllowed
from folkmoot.people import abroad, accounts, issuers, sessions
from folkmoot.people.model import COMMAND, Actor, Issuer, Proven
from folkmoot.settings import Limits, Server, Settings
from folkmoot.sites import sites
from folkmoot.storage.database import Database
from folkmoot.web.kit import clock
from tests.counterpart import Asked, Counterpart, answering, reply
from tests.web.stand import Client

joserfc = pytest.importorskip("joserfc", reason="the extra oauth is not installed")
from joserfc import jwk  # noqa: E402

from tests.people.signing import signed  # noqa: E402

HERE = "https://talk.example"
CLIENT = "folkmoot-at-town"


@dataclass
class Provider:
    """An issuer that refuses whatever the standards let it refuse, and tells lies only where a test asks for them."""

    kind: str = "openid"
    key: Any = field(default_factory=lambda: jwk.ECKey.generate_key("P-256", {"kid": "one", "use": "sig"}))
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    lies: dict[str, Any] = field(default_factory=dict)        # claims that are other than they should be
    header: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    at: str = ""
    signs_with: Any = None
    secret: str = "the-clients-secret"
    refused: list[str] = field(default_factory=list)

    def authorize(self, address: str, person: dict[str, Any]) -> dict[str, str]:
        """What the person's browser brings back, once they have said yes at the issuer."""
        url = urlsplit(address)
        asked = {name: values[0] for name, values in parse_qs(url.query, strict_parsing=True).items()}
        assert address.startswith(f"{self.at}/authorize?" if self.kind == "openid" else f"{self.at}/")
        assert asked["response_type"] == "code" and asked["client_id"] == CLIENT and asked["code_challenge_method"] == "S256"
        assert asked["redirect_uri"] == f"{HERE}/sign-in/back"
        code = f"code-{len(self.codes)}"
        self.codes[code] = {"asked": asked, "person": person}
        return {"code": code, "state": asked["state"]}

    def __call__(self, asked: Asked) -> bytes:
        path = asked.target.partition("?")[0]
        if path == "/.well-known/openid-configuration":
            doors = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            told = {"issuer": self.at} | {name: f"{self.at}/{door}" for name, door in doors.items()}
            return self._json(told | {name: value for name, value in self.lies.items() if name == "issuer"})
        if path == "/keys":
            return self._json({"keys": [self.key.as_dict(private=False)]})
        if path in ("/token", "/login/oauth/access_token", "/oauth/token"):
            return self._token(asked)
        person = self.tokens.get(asked.headers.get("authorization", "").removeprefix("Bearer "))
        return self._json(person["about"]) if person else reply(b"{}", 401)

    def _token(self, asked: Asked) -> bytes:
        given = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        found = self.codes.pop(given.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(given.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        fits = (
            found is not None and asked.method == "POST" and given["grant_type"] == "authorization_code" and given["client_secret"] == self.secret
            and given["redirect_uri"] == found["asked"]["redirect_uri"] and challenge == found["asked"]["code_challenge"]
        )  # fmt: skip
        if not fits or found is None:
            self.refused.append(asked.body.decode())
            return reply(b'{"error":"invalid_grant"}', 400, "application/json")
        token = f"token-{len(self.tokens)}"
        self.tokens[token] = found["person"]
        signed = {"id_token": self.sign(found)} if self.kind == "openid" else {}
        return self._json({"access_token": token, "token_type": "Bearer", **signed})

    def sign(self, found: dict[str, Any]) -> str:
        now = clock() // 1000
        claims = {"iss": self.at, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": found["asked"]["nonce"]}
        claims |= found["person"]["about"] | self.lies
        header = {"alg": "ES256", "kid": "one"} | self.header
        return signed(header, claims, self.signs_with or self.key)

    @staticmethod
    def _json(told: dict[str, Any]) -> bytes:
        return reply(json.dumps(told).encode(), 200, "application/json")


class Browser(Client):
    """A browser on our own pages, which keeps cookies and goes to issuers by what a page of ours says."""

    def __init__(self, square: Square) -> None:
        super().__init__(square.app, HERE)
        self.square = square

    def request(self, method: str, path: str, **given: Any) -> httpx.Response:
        headers = {"Origin": HERE, "Sec-Fetch-Site": "same-origin"} if method == "POST" else {"Sec-Fetch-Site": "none"}
        return super().request(method, path, **(given | {"headers": headers | given.get("headers", {})}))

    def go(self, **form: str) -> str:
        """Presses an issuer's button; the address to which the browser goes."""
        answer = self.post("/sign-in/with", data={"issuer": "town"} | form)
        assert answer.status_code == 200, answer.text
        return answer.headers["refresh"].partition("url=")[2]

    def back(self, brought: dict[str, str]) -> httpx.Response:
        """Comes back and presses the button that stands there."""
        page = self.get("/sign-in/back", params=brought)
        found = dict(re.findall(r'name="(code|state)" value="([^"]*)"', page.text))
        return self.post("/sign-in/back", data=found) if found else page

    def sign_in(self, about: dict[str, Any], name: str | None = "Ada Lin", **form: str) -> httpx.Response:
        answer = self.back(self.square.provider.authorize(self.go(**form), {"about": about}))
        proof = re.search(r'name="proof" value="([^"]+)"', answer.text)
        return self.post("/sign-in/newcomer", data={"proof": proof[1], "name": name}) if proof and name else answer

    @property
    def who(self) -> str | None:
        found = re.search(r"<h1><bdi>([^<]+)</bdi>", self.get("/me").text)
        return found[1] if found else None


class Square:
    """A server with an issuer beside it."""

    def __init__(self, db: Database, provider: Provider, other: Counterpart, folder: Path, **issuer: Any) -> None:
        self.db, self.provider = db, provider
        provider.at = f"http://127.0.0.1:{other.port}"
        secret = folder / "secret"
        secret.write_text(f"{provider.secret}\n")
        made = Issuer("town", provider.kind, provider.at, "Town Square", CLIENT, str(secret), issuer.get("proves_mail", False))  # type: ignore[arg-type]
        db.write_now(lambda tx: issuers.add_issuer(tx, COMMAND, made, clock()))
        db.write_now(lambda tx: sites.add_site(tx, COMMAND, "news.example", "The News", clock()))
        settings = Settings(server=Server(public_url=HERE), limits=Limits(enabled=False), outbound=other.allowed())
        self.app = create_app(settings, db)

    def browser(self) -> Browser:
        return Browser(self)


@pytest.fixture
def square(db: Database, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Square]:
    abroad._kept.clear()
    given = getattr(request, "param", {})
    provider = Provider(kind=given.get("kind", "openid"))
    with answering(provider) as other:
        yield Square(db, provider, other, tmp_path, **given)


ADA = {"sub": "ada-1", "name": "Ada Lin", "email": "ada@mail.example", "email_verified": True}


def test_ada_signs_in_elsewhere_says_her_name_once_and_is_known_the_next_time(square: Square) -> None:
    ada = square.browser()
    asked = ada.sign_in(ADA, name=None, next="/me/votes")
    assert "What shall we call you?" in asked.text
    assert 'value="Ada Lin"' in asked.text
    phone = square.browser()
    assert phone.sign_in(ADA, "Ada L.", next="/me/votes").headers["location"] == "/me/votes"
    assert (ada.who, phone.who) == (None, "Ada L.")
    assert ada.sign_in(ADA | {"name": "Another"}, None).headers["location"] == "/me"
    assert ada.who == "Ada L."
    assert square.provider.refused == []


@pytest.mark.parametrize(
    ("square", "about"),
    [({"kind": "github"}, {"id": 4711, "login": "ada"}), ({"kind": "mastodon"}, {"id": "109", "username": "ada", "display_name": "Ada"})],
    indirect=["square"],
)  # fmt: skip
def test_github_and_mastodon_are_asked_whose_token_it_is(square: Square, about: dict[str, Any]) -> None:
    ada = square.browser()
    ada.sign_in(about)
    assert ada.who == "Ada Lin"
    row = square.db.read_now(lambda tx: tx.one("SELECT issuer, subject, mailbox FROM identity"))
    assert tuple(row) == (square.provider.at, str(about["id"]), None)


def test_whoever_names_adas_address_elsewhere_is_somebody_else(square: Square) -> None:
    """Neither a verified nor an unverified address of theirs opens an account that a mailed code has made."""
    mailed = square.db.write_now(lambda tx: accounts.member_of(tx, accounts.MAILBOX, "ada@mail.example", "ada@mail.example", "Ada", clock()))
    for verified in (True, False):
        mallory = square.browser()
        mallory.sign_in({"sub": f"mallory-{verified}", "email": "ada@mail.example", "email_verified": verified}, "Mallory")
        assert mallory.who == "Mallory"
    row = square.db.read_now(lambda tx: tx.one("SELECT COUNT(*) AS n FROM identity WHERE person = :person", person=mailed.id))
    assert row.n == 1


@pytest.mark.parametrize("square", [{"proves_mail": True}], indirect=True)
@pytest.mark.parametrize(("verified", "mailbox"), [(True, "ada@mail.example"), (False, None), ("true", None)])
def test_notices_go_to_an_address_only_where_the_issuer_proves_it(square: Square, verified: object, mailbox: str | None) -> None:
    square.browser().sign_in(ADA | {"email_verified": verified})
    assert square.db.read_now(lambda tx: tx.one("SELECT mailbox FROM identity").mailbox) == mailbox


LIES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"iss": "https://evil.example"}, {}), ({"aud": "another-client"}, {}), ({"aud": [CLIENT, "another"]}, {}), ({"azp": "another"}, {}),
    ({"nonce": "another"}, {}), ({"exp": 1}, {}), ({"exp": "soon"}, {}), ({"iat": 4_000_000_000}, {}), ({"sub": ""}, {}), ({"sub": 7}, {}),
    ({"sub": "x" * 300}, {}), ({}, {"alg": "none"}), ({}, {"kid": "two"}), ({}, {"jku": "https://evil.example/keys"}),
    ({}, {"jwk": {"kty": "EC"}}), ({}, {"crit": ["exp"]}), ({}, {"x5u": "https://evil.example"}), ({}, {"zip": "DEF"}),
]  # fmt: skip


def test_a_token_that_lies_opens_nothing(square: Square) -> None:
    before = everything(square.db)
    for claims, header in LIES:
        square.provider.lies, square.provider.header = claims, header
        browser = square.browser()
        answer = browser.sign_in(ADA)
        assert answer.status_code in (422, 503), (claims, header, answer.text)
        assert browser.who is None, (claims, header)
    assert everything(square.db) == before


def test_a_token_signed_by_another_key_or_by_our_secret_opens_nothing(square: Square) -> None:
    before = everything(square.db)
    square.provider.signs_with = jwk.ECKey.generate_key("P-256", {"kid": "one"})
    assert square.browser().sign_in(ADA).status_code == 422
    for secret in (square.provider.key.as_pem(private=False), square.provider.secret.encode() * 4):
        square.provider.signs_with, square.provider.header = jwk.OctKey.import_key(base64.b64encode(secret)), {"alg": "HS256"}
        assert square.browser().sign_in(ADA).status_code == 422
    assert everything(square.db) == before


def test_an_issuer_that_calls_itself_another_is_not_believed(square: Square) -> None:
    square.provider.lies = {"issuer": "https://accounts.google.com"}
    answer = square.browser().post("/sign-in/with", data={"issuer": "town"})
    assert answer.status_code == 503


def test_a_journey_ends_only_in_the_browser_that_began_it(square: Square) -> None:
    ada, mallory = square.browser(), square.browser()
    brought = square.provider.authorize(ada.go(), {"about": ADA})
    assert mallory.back(brought).status_code == 404
    mallory.go()
    assert mallory.back(brought).status_code == 403
    assert mallory.post("/sign-in/back", data=brought).status_code == 403
    ada.back(brought)
    assert mallory.who is None


def test_the_way_back_changes_nothing_until_its_button_is_pressed_and_works_once(square: Square) -> None:
    ada = square.browser()
    ada.sign_in(ADA)
    brought = square.provider.authorize(ada.go(), {"about": ADA})
    before = everything(square.db)
    for method in ("GET", "HEAD", "GET"):
        assert ada.request(method, "/sign-in/back", params=brought).status_code == 200
    assert everything(square.db) == before
    assert ada.back(brought).status_code == 303
    assert ada.back(brought).status_code == 404
    assert square.provider.refused == []


def test_a_proof_for_a_newcomer_works_in_their_browser_alone(square: Square) -> None:
    ada, mallory = square.browser(), square.browser()
    page = ada.sign_in(ADA, name=None)
    proof = re.search(r'name="proof" value="([^"]+)"', page.text)
    assert proof
    mallory.go()
    for form in (proof[1], proof[1][:-2] + "00", "x.y", ""):
        assert mallory.post("/sign-in/newcomer", data={"proof": form, "name": "Mallory"}).status_code in (403, 422)
    assert ada.post("/sign-in/newcomer", data={"proof": proof[1], "name": "‮"}).status_code == 422
    assert ada.post("/sign-in/newcomer", data={"proof": proof[1], "name": "Ada"}).status_code == 303


def test_who_says_no_at_the_issuer_is_told_so_and_nobody_is_signed_in(square: Square) -> None:
    ada = square.browser()
    ada.go()
    page = ada.get("/sign-in/back", params={"error": "access_denied", "state": "x"})
    assert "Not signed in" in page.text
    assert ada.who is None


def test_an_issuer_that_is_away_hurts_nobody_else(square: Square) -> None:
    ada = square.browser()
    brought = square.provider.authorize(ada.go(), {"about": ADA})
    square.provider.codes.clear()
    assert ada.back(brought).status_code == 503
    assert ada.get("/sign-in").status_code == 200


def test_another_way_is_added_by_who_has_just_signed_in_and_by_nobody_else(square: Square) -> None:
    ada = square.browser()
    ada.sign_in(ADA)
    ada.sign_in({"sub": "ada-2"}, None, link="yes")
    assert ada.get("/me/settings").text.count("Take it away") == 2
    bo = square.browser()
    bo.sign_in({"sub": "bo"}, "Bo")
    assert bo.sign_in({"sub": "ada-2"}, None, link="yes").status_code == 409
    assert square.browser().sign_in({"sub": "bo-2"}, None, link="yes").status_code == 401
    square.db.write_now(lambda tx: tx.run("UPDATE session SET created = created - 700000"))
    assert bo.sign_in({"sub": "bo-2"}, None, link="yes").status_code == 403
    assert bo.post("/me/ways/drop", data={"issuer": square.provider.at, "subject": "bo"}).status_code == 403


def test_the_last_way_stays(db: Database) -> None:
    person = db.write_now(lambda tx: accounts.member_of(tx, "https://one.example", "1", None, "Ada", clock()))
    key = db.write_now(lambda tx: sessions.begin_page(tx, person.id, clock()))
    ada = db.read_now(lambda tx: sessions.actor_for(tx, key.token, clock(), in_cookie=True))
    with pytest.raises(Conflict):
        db.write_now(lambda tx: issuers.unlink(tx, ada, "https://one.example", "1", clock()))
    db.write_now(lambda tx: issuers.link(tx, ada, Proven("https://two.example", "2", None, ""), clock()))
    db.write_now(lambda tx: issuers.unlink(tx, ada, "https://one.example", "1", clock()))
    assert [way.issuer for way in db.read_now(lambda tx: accounts.ways_of(tx, ada))] == ["https://two.example"]


@pytest.mark.parametrize(
    ("name", "address", "client"), [("Town", "https://a.example", "c"), ("t", "ftp://a.example", "c"), ("t", "https://a.example", "")]
)
def test_an_issuer_that_is_none_is_not_added(db: Database, name: str, address: str, client: str) -> None:
    with pytest.raises(Invalid):
        db.write_now(lambda tx: issuers.add_issuer(tx, COMMAND, Issuer(name, "openid", address, "T", client, "", False), clock()))
    with pytest.raises(NotAllowed):
        db.write_now(lambda tx: issuers.add_issuer(tx, Actor(), Issuer("t", "openid", "https://a.example", "T", "c", "", False), clock()))


def everything(db: Database) -> str:
    return str(db.read_now(lambda tx: [tx.rows(f"SELECT * FROM {table}") for table in ("person", "identity", "session", "role")]))
