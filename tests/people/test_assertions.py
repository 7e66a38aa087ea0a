"""A publisher's own accounts: what its server signs opens one frame, once, within five minutes, and nothing else."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from folkmoot.errors import Invalid, NotAllowed, Problem
from folkmoot.people import assertions, sessions
from folkmoot.people.model import COMMAND, Actor
from folkmoot.storage.database import Database
from tests.moot import Moot

pytest.importorskip("joserfc", reason="the extra oauth is not installed")
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwk

from tests.people.signing import signed

OWN, NEWS = "https://talk.example", "https://news.example"
KEY = jwk.OKPKey.generate_key("Ed25519")
PEM = KEY.as_pem(private=False)


class Publisher:
    """A newsroom whose own server signs who its readers are."""

    def __init__(self, moot: Moot) -> None:
        self.moot, self.number = moot, 0
        moot.db.write_now(lambda tx: assertions.pin_key(tx, COMMAND, moot.site.id, PEM, moot.now))

    def signs(self, key: Any = KEY, header: dict[str, Any] | None = None, **claims: Any) -> str:
        self.number += 1
        now = self.moot.now // 1000
        said = {"iss": "news.example", "aud": OWN, "sub": "reader-7", "name": "Ada Lin", "iat": now, "exp": now + 300, "jti": f"n{self.number}"}
        given = {name: value for name, value in (said | claims).items() if value is not None}
        return signed({"alg": "EdDSA"} | (header or {}), given, key)

    def hands_in(self, token: str, **given: Any) -> Actor:
        moot = self.moot
        keys = moot.db.write_now(lambda tx: assertions.accept_assertion(tx, moot.site, token, OWN, NEWS, moot.now, **given))
        return moot.db.read_now(lambda tx: sessions.actor_for(tx, keys.access, moot.now))


@pytest.fixture
def publisher(moot: Moot) -> Publisher:
    return Publisher(moot)


def rows(db: Database) -> str:
    return str(db.read_now(lambda tx: [tx.rows(f"SELECT * FROM {table}") for table in ("person", "identity", "session", "assertion")]))


def test_a_reader_of_the_publishers_is_the_same_person_each_time_and_never_staff(publisher: Publisher) -> None:
    ada = publisher.hands_in(publisher.signs())
    again = publisher.hands_in(publisher.signs(name="Ada Changed"))
    assert ada.id == again.id
    assert (ada.person and ada.person.name, ada.framed, ada.proven) == ("Ada Lin", True, True)
    row = publisher.moot.db.read_now(lambda tx: tx.one("SELECT issuer, subject FROM identity"))
    assert tuple(row) == ("site:news.example", "reader-7")


def test_an_assertion_works_once(publisher: Publisher) -> None:
    token = publisher.signs()
    publisher.hands_in(token)
    before = rows(publisher.moot.db)
    with pytest.raises(Invalid, match="used already"):
        publisher.hands_in(token)
    assert rows(publisher.moot.db) == before


def test_whoever_has_adas_address_at_the_publisher_is_not_ada(publisher: Publisher) -> None:
    ada = publisher.moot.member("Ada")
    reader = publisher.hands_in(publisher.signs(email="ada@mail.example"))
    assert reader.id != ada.id


def test_a_guests_words_in_that_frame_are_claimed(publisher: Publisher) -> None:
    guest = publisher.moot.guest("Bo")
    reader = publisher.hands_in(publisher.signs(), guest=guest)
    row = publisher.moot.db.read_now(lambda tx: tx.one("SELECT claimed_by FROM person WHERE id = :id", id=guest.id))
    assert row.claimed_by == reader.id


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "other.example"}, {"aud": "https://other.example"}, {"aud": [OWN]}, {"sub": ""}, {"sub": None}, {"sub": 7}, {"sub": "x" * 201},
        {"name": None}, {"jti": None}, {"exp": None}, {"iat": None}, {"exp": "soon"}, {"iat": True}, {"exp": 1_780_000_000 + 301},
        {"exp": 1_780_000_000 - 31}, {"iat": 1_780_000_000 + 31, "exp": 1_780_000_000 + 300}, {"iat": 1_780_000_000 - 1000}, {"name": "\u202e"},
    ],
)  # fmt: skip
def test_a_claim_that_does_not_fit_opens_nothing(publisher: Publisher, claims: dict[str, Any]) -> None:
    before = rows(publisher.moot.db)
    with pytest.raises(Invalid):
        publisher.hands_in(publisher.signs(**claims))
    assert rows(publisher.moot.db) == before


def test_another_key_another_algorithm_and_a_key_in_the_header_open_nothing(publisher: Publisher) -> None:
    other = jwk.OKPKey.generate_key("Ed25519")
    secret = jwk.OctKey.import_key(base64.b64encode(PEM))
    forged = [
        publisher.signs(other), publisher.signs(other, {"jwk": other.as_dict(private=False)}), publisher.signs(secret, {"alg": "HS256"}),
        publisher.signs(jwk.ECKey.generate_key("P-256"), {"alg": "ES256"}), publisher.signs(header={"crit": ["exp"]}),
        publisher.signs(header={"jku": "https://evil.example"}), _unsigned(publisher.signs()), publisher.signs()[:-4], "x.y.z", "", "." * 20_000,
    ]  # fmt: skip
    before = rows(publisher.moot.db)
    for token in forged:
        with pytest.raises(Invalid):
            publisher.hands_in(token)
    assert rows(publisher.moot.db) == before


def _unsigned(token: str) -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    return f"{head}.{token.split('.')[1]}.x"


@pytest.mark.parametrize("kind", ["RSA", "EC", "OKP"])
def test_three_kinds_of_key_are_taken_and_each_used_in_one_way(moot: Moot, kind: str) -> None:
    key, algorithm = {
        "RSA": (jwk.RSAKey.generate_key(2048), "RS256"), "EC": (jwk.ECKey.generate_key("P-256"), "ES256"), "OKP": (KEY, "EdDSA"),
    }[kind]  # fmt: skip
    publisher = Publisher(moot)
    pinned = moot.db.write_now(lambda tx: assertions.pin_key(tx, COMMAND, moot.site.id, key.as_pem(private=False), moot.now))
    assert pinned.algorithm == algorithm
    assert publisher.hands_in(publisher.signs(key, {"alg": algorithm})).proven


def _weak() -> bytes:
    key = rsa.generate_private_key(65537, 1024).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    "pem", [b"", b"no key", KEY.as_pem(private=True), _weak(), jwk.ECKey.generate_key("P-384").as_pem(private=False)]
)
def test_a_key_that_is_none_or_weak_or_private_is_not_pinned(moot: Moot, pem: bytes) -> None:
    with pytest.raises(Invalid):
        moot.db.write_now(lambda tx: assertions.pin_key(tx, COMMAND, moot.site.id, pem, moot.now))


def test_a_new_key_ends_the_one_before_and_without_any_nobody_is_signed_in(publisher: Publisher) -> None:
    moot, new = publisher.moot, jwk.OKPKey.generate_key("Ed25519")
    moot.db.write_now(lambda tx: assertions.pin_key(tx, COMMAND, moot.site.id, new.as_pem(private=False), moot.now))
    with pytest.raises(Invalid):
        publisher.hands_in(publisher.signs())
    assert publisher.hands_in(publisher.signs(new)).proven
    moot.db.write_now(lambda tx: assertions.unpin_key(tx, COMMAND, moot.site.id, moot.now))
    with pytest.raises(NotAllowed):
        publisher.hands_in(publisher.signs(new))


def test_only_who_may_grant_roles_pins_a_key(moot: Moot) -> None:
    vera = moot.member("Vera", "moderator")
    with pytest.raises(Problem):
        moot.db.write_now(lambda tx: assertions.pin_key(tx, vera, moot.site.id, PEM, moot.now))


def test_used_assertions_are_forgotten_once_they_are_too_old_to_be_used_again(publisher: Publisher) -> None:
    publisher.hands_in(publisher.signs())
    moot = publisher.moot
    assert moot.db.write_now(lambda tx: assertions.forget_used(tx, moot.now)) == 0
    moot.later(600_000)
    assert moot.db.write_now(lambda tx: assertions.forget_used(tx, moot.now)) == 1
