"""Where a request comes from is believed only of proxies that the settings name, and kept only as a hash of its block."""

from __future__ import annotations

import pytest

from folkmoot.errors import Invalid
from folkmoot.settings import Server
from folkmoot.storage.database import Database
from folkmoot.web.networks import Networks
from tests.web.stand import HERE, Client, body_of, join

PROXIES = ("10.0.0.0/8", "fd00::/8", "::1")

# trusted proxies, the peer, its X-Forwarded-For headers: the client
TABLE = [
    ((), "203.0.113.9", ["198.51.100.7"], "203.0.113.9"),  # nobody is believed by default
    (PROXIES, "203.0.113.9", ["198.51.100.7"], "203.0.113.9"),  # nor who is no proxy
    (PROXIES, "10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
    (PROXIES, "10.0.0.1", ["1.2.3.4, 198.51.100.7"], "198.51.100.7"),  # what a client puts there itself stands left
    (PROXIES, "10.0.0.1", ["1.2.3.4", "198.51.100.7"], "198.51.100.7"),  # two headers are one list
    (PROXIES, "10.0.0.1", ["1.2.3.4, 198.51.100.7, 10.9.9.9"], "198.51.100.7"),  # a chain of our own
    (PROXIES, "10.0.0.1", [], "10.0.0.1"),
    (PROXIES, "10.0.0.1", [""], "10.0.0.1"),
    (PROXIES, "10.0.0.1", ["unknown"], "10.0.0.1"),
    (PROXIES, "10.0.0.1", ["1.2.3.4, nonsense, 10.2.2.2"], "10.2.2.2"),  # nothing left of what cannot be read
    (PROXIES, "10.0.0.1", ["10.3.3.3, 10.2.2.2"], "10.3.3.3"),  # all proxies: the first
    (PROXIES, "10.0.0.1", ["198.51.100.7:51234"], "198.51.100.7"),
    (PROXIES, "10.0.0.1", ["[2001:db8::7]:51234"], "2001:db8::7"),
    (PROXIES, "10.0.0.1", ["2001:db8::7"], "2001:db8::7"),  # cut at no colon
    (PROXIES, "::1", ['"[2001:db8::7]"'], "2001:db8::7"),
    (PROXIES, "fe80::1%eth0", ["1.2.3.4"], "fe80::1"),
    (PROXIES, "::ffff:10.0.0.1", ["198.51.100.7"], "198.51.100.7"),  # IPv4 mapped into IPv6
    (PROXIES, "10.0.0.1", ["::ffff:198.51.100.7"], "198.51.100.7"),
    (PROXIES, None, ["198.51.100.7"], None),
    (PROXIES, "testclient", ["198.51.100.7"], None),
]  # fmt: skip


@pytest.mark.parametrize(("trusted", "peer", "forwarded", "client"), TABLE)
def test_the_right_most_hop_that_is_no_proxy_is_the_client(
    trusted: tuple[str, ...], peer: str | None, forwarded: list[str], client: str | None
) -> None:
    address = Networks(b"key", trusted).client(peer, forwarded)
    assert (str(address) if address else None) == client


def hashed(address: str, secret: bytes = b"key") -> str | None:
    networks = Networks(secret)
    return networks.hashed(networks.client(address, []))


def test_neighbours_share_a_hash_and_strangers_do_not() -> None:
    assert hashed("198.51.100.7") == hashed("198.51.100.250") == hashed("::ffff:198.51.100.9")
    assert hashed("198.51.100.7") != hashed("198.51.101.7")
    assert hashed("2001:db8:1:2::7") == hashed("2001:db8:1:2:ffff::1")
    assert hashed("2001:db8:1:2::7") != hashed("2001:db8:1:3::7")


def test_a_hash_says_nothing_without_the_key() -> None:
    assert hashed("198.51.100.7") != hashed("198.51.100.7", b"another key")
    assert len(hashed("198.51.100.7") or "") == 22


def test_a_request_from_behind_a_proxy_has_its_own_network(one_db: Database) -> None:
    app = join(one_db, Server(public_url=HERE, trusted_proxies=("10.0.0.0/8",)))
    asked = (("10.0.0.1", "198.51.100.7"), ("198.51.100.200", "203.0.113.1"))
    answers = [Client(app, peer=peer).get("/api/whereabouts", headers={"x-forwarded-for": told}) for peer, told in asked]
    assert len({body_of(answer)["text"] for answer in answers}) == 1


def test_https_is_believed_of_a_trusted_proxy_only(one_db: Database) -> None:
    app = join(one_db, Server(trusted_proxies=("10.0.0.0/8",)))
    for peer, scheme in (("10.0.0.1", "https"), ("203.0.113.1", "http")):
        answer = Client(app, "http://talk.example", peer).get("/api/whereabouts", headers={"x-forwarded-proto": "https"})
        assert body_of(answer)["text"].endswith(f" {scheme}://talk.example")


def test_a_proxy_that_is_no_network_is_named() -> None:
    with pytest.raises(Invalid, match=r"10\.0\.0\.300"):
        Networks(b"key", ("10.0.0.300",))


def test_who_is_no_proxy_fills_no_memory_with_its_headers() -> None:
    networks = Networks(b"key", PROXIES)
    for number in range(5):
        networks.of("203.0.113.9", (f"198.51.100.{number}",))
        networks.of("10.0.0.1", (f"198.51.100.{number}, " * 1_000 + "192.0.2.1",))
    assert networks._known.cache_info().currsize == 1


def test_a_proxy_of_this_machine_that_is_not_named_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    networks = Networks(b"key")
    networks.of("203.0.113.9", ("198.51.100.7",))
    assert not caplog.records
    for _ in range(3):
        networks.of("127.0.0.1", ("198.51.100.7",))
    assert ["server.trusted_proxies" in record.getMessage() for record in caplog.records] == [True]
