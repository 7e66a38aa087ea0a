"""Going out: only to the public net, by an address that was judged, for so many bytes and so many seconds."""

from __future__ import annotations

import gzip
import ipaddress
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from folkmoot import outbound
from folkmoot.errors import Invalid
from folkmoot.outbound import Away, Bounds, Forbidden, Unfit
from folkmoot.settings import Outbound
from tests.counterpart import Asked, answering, certified, reply

NOWHERE = Outbound()
CASES = Path(__file__).parent.parent.parent / "shared/data/hostile/own-cases.jsonl"

INNER = [
    "http://127.0.0.1/", "http://0/", "http://[::1]/", "http://[::]/", "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/",
    "http://127.1/", "http://①②⑦.①/", "http://127。0。0。1/", "http://10.0.0.5/", "http://172.16.9.9/", "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data", "http://100.64.0.1/", "http://100.100.100.200/", "http://168.63.129.16/",
    "http://192.0.0.192/", "http://198.18.0.1/", "http://224.0.0.1/", "http://255.255.255.255/", "http://[fc00::1]/", "http://[fe80::1]/",
    "http://[fd00:ec2::254]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:a9fe:a9fe]/", "http://[::127.0.0.1]/",
    "http://[::ffff:0:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[64:ff9b:1::a00:1]/", "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::]/", "http://[2001:db8::1]/", "http://localhost/", "http:127.0.0.1", "https:\\\\127.0.0.1\\",
]  # fmt: skip
NO_ADDRESS = [
    "", "news.example", "//127.0.0.1/", "ftp://news.example/", "file:///etc/passwd", "gopher://127.0.0.1:6379/_x", "unix:/run/x", "data:,x",
    "javascript:alert(1)", "http://", "http://[news.example]/", "http://news.example:80:80/", "http://a b/", "https://ann@news.example/",
    "https://:word@news.example/", "http://127.0.0.1%2f@news.example/", "https://news.example:99999/", "https://news.example/" + "a" * 5_000,
]  # fmt: skip


@pytest.mark.parametrize("address", INNER)
def test_an_address_inside_is_never_connected_to(address: str) -> None:
    with pytest.raises(Forbidden) as refused:
        outbound.get(NOWHERE, address)
    assert "public net" in refused.value.words


@pytest.mark.parametrize("address", NO_ADDRESS)
def test_what_is_no_plain_web_address_is_refused(address: str) -> None:
    with pytest.raises(Forbidden):
        outbound.get(NOWHERE, address)


@pytest.mark.skipif(not CASES.exists(), reason="the shared corpora are not here")
def test_the_hostile_addresses_never_reach_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    known = {"169.254.169.254.nip.example": "169.254.169.254", "localhost": "127.0.0.1", "localhost.localdomain": "127.0.0.1"}

    def stub(host: str, port: int) -> list[str]:
        try:
            return [str(ipaddress.ip_address(host))]
        except ValueError:
            return [known.get(host, "93.184.216.34")]

    def recorded(way: tuple[str, int], *_: object, **__: object) -> None:
        tried.append(way[0])
        raise OSError

    monkeypatch.setattr(outbound, "resolve", stub)
    monkeypatch.setattr("urllib3.util.connection.create_connection", recorded)
    for case in map(json.loads, CASES.read_text("utf-8").splitlines()):
        if case["class"] == "ssrf-url":
            tried.clear()
            with pytest.raises(Away if case["expect"] == "may-connect" else Forbidden):
                outbound.get(NOWHERE, case["input"])
            assert tried == (["93.184.216.34"] if case["expect"] == "may-connect" else []), case


def test_public_addresses_are_public() -> None:
    for each in ("93.184.216.34", "1.1.1.1", "2606:4700::1111", "64:ff9b::5db8:d822", "::ffff:93.184.216.34"):
        assert outbound.is_public(ipaddress.ip_address(each)), each


def test_of_a_name_with_one_address_inside_none_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "resolve", lambda host, port: ["93.184.216.34", "10.0.0.5"])
    with pytest.raises(Forbidden):
        outbound.get(NOWHERE, "https://both.example/")


def test_a_name_that_says_something_else_the_second_time_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: public when it is judged, loopback a moment later."""
    asked: list[str] = []
    tried: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    def recorded(way: tuple[str, int], *_: object, **__: object) -> None:
        tried.append(way[0])
        raise OSError

    monkeypatch.setattr(outbound, "resolve", rebinding)
    monkeypatch.setattr("urllib3.util.connection.create_connection", recorded)
    with pytest.raises(Away):
        outbound.get(NOWHERE, "http://turning.example/")
    assert (asked, tried) == (["turning.example"], ["93.184.216.34"])


def test_other_ports_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "resolve", lambda host, port: ["93.184.216.34"])
    for address in ("http://news.example:22/", "https://news.example:8443/", "http://news.example:6379/"):
        with pytest.raises(Forbidden):
            outbound.get(NOWHERE, address)


def test_a_named_host_may_be_inside_at_the_port_named_and_no_other() -> None:
    with answering(lambda asked: reply(b"here")) as near, answering() as beside:
        assert outbound.get(near.allowed(), f"{near.address}/a?b=c").body == b"here"
        assert (near.asked[0].target, near.asked[0].headers["user-agent"]) == ("/a?b=c", outbound.AGENT)
        with pytest.raises(Forbidden):
            outbound.get(near.allowed(), f"{beside.address}/")
        assert not beside.asked


def test_a_body_and_headers_are_sent_as_given() -> None:
    with answering(lambda asked: reply(b'{"ok":1}', 201, "application/json")) as near:
        answer = outbound.post(near.allowed(), near.address, b'{"a":1}', {"Content-Type": "application/json", "X-Key": "k"})
        assert (answer.status, answer.fine, answer.body, answer.headers["content-type"]) == (201, True, b'{"ok":1}', "application/json")
        asked = near.asked[0]
        assert (asked.method, asked.body, asked.headers["x-key"]) == ("POST", b'{"a":1}', "k")


def test_a_header_with_a_line_break_is_refused_and_nothing_is_sent() -> None:
    with answering() as near:
        with pytest.raises(Invalid):
            outbound.post(near.allowed(), near.address, b"", {"X-Key": "k\r\nX-Evil: 1"})
        assert not near.asked


def test_an_error_is_an_answer() -> None:
    with answering(lambda asked: reply(b"no", 404)) as near:
        answer = outbound.get(near.allowed(), near.address)
        assert (answer.status, answer.fine, answer.body) == (404, False, b"no")


def test_a_redirect_is_judged_anew() -> None:
    with answering() as inside, answering(lambda asked: reply(status=302, Location=f"{inside.address}/secret")) as near:
        with pytest.raises(Forbidden):
            outbound.get(near.allowed(), near.address)
        assert len(near.asked) == 1 and not inside.asked


@pytest.mark.parametrize("target", ["file:///etc/passwd", "gopher://a/", "https://ann:word@news.example/"])
def test_a_redirect_to_another_scheme_leads_nowhere(target: str) -> None:
    with answering(lambda asked: reply(status=301, Location=target)) as near:
        with pytest.raises(Forbidden):
            outbound.get(near.allowed(), near.address)


def test_a_few_redirects_are_followed_and_a_circle_ends() -> None:
    def turning(asked: Asked) -> bytes:
        return reply(b"there") if asked.target == "/b/there" else reply(status=307, Location="/b/there" if asked.target == "/a" else "/again")

    with answering(turning) as near:
        answer = outbound.get(near.allowed(), f"{near.address}/a")
        assert (answer.body, answer.address) == (b"there", f"{near.address}/b/there")
        near.asked.clear()
        with pytest.raises(Unfit):
            outbound.get(near.allowed(), f"{near.address}/again")
        assert len(near.asked) == 4


def test_a_key_does_not_travel_to_another_origin() -> None:
    with answering() as far, answering(lambda asked: reply(status=302, Location=far.address)) as near:
        allow = Outbound(allow=(*near.allowed().allow, *far.allowed().allow))
        outbound.get(allow, near.address, {"Authorization": "Bearer x", "X-Other": "y"})
        assert near.asked[0].headers["authorization"] == "Bearer x"
        assert "authorization" not in far.asked[0].headers and far.asked[0].headers["x-other"] == "y"


def test_what_is_posted_is_not_sent_on() -> None:
    with answering() as far, answering(lambda asked: reply(status=307, Location=far.address)) as near:
        assert outbound.post(near.allowed(), near.address, b"words").status == 307
        assert not far.asked


@pytest.mark.parametrize("told", [b"Content-Length: 999999999\r\n", b"", b"Transfer-Encoding: chunked\r\n"])
def test_more_than_was_asked_for_is_left_unread(told: bytes) -> None:
    sent = 0

    def flood(asked: Asked) -> Iterator[bytes]:
        nonlocal sent
        yield b"HTTP/1.1 200 OK\r\n" + told + b"Connection: close\r\n\r\n"
        while sent < 300_000_000:
            part = b"a" * 65_536
            sent += len(part)
            yield b"10000\r\n" + part + b"\r\n" if b"chunked" in told else part

    with answering(flood) as near:
        with pytest.raises(Unfit):
            outbound.get(near.allowed(), near.address, bounds=Bounds(most=100_000))
    assert sent < 50_000_000


def test_a_body_longer_than_it_said_is_cut_at_what_it_said() -> None:
    with answering(lambda asked: b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabcdefgh") as near:
        assert outbound.get(near.allowed(), near.address).body == b"abc"


def test_a_body_cut_short_is_none() -> None:
    with answering(lambda asked: b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\nConnection: close\r\n\r\nabc") as near:
        with pytest.raises(Away):
            outbound.get(near.allowed(), near.address)


def test_packed_is_unpacked_up_to_the_same_limit() -> None:
    small, bomb, cut = gzip.compress(b"words" * 100), gzip.compress(bytes(50_000_000)), gzip.compress(b"w" * 9_999)[:-9]
    packed = {"/small": small, "/bomb": bomb, "/cut": cut, "/no": b"x"}
    with answering(lambda asked: reply(packed[asked.target], Content_Encoding="gzip")) as near:
        assert outbound.get(near.allowed(), f"{near.address}/small").body == b"words" * 100
        for target in ("/bomb", "/cut", "/no"):
            with pytest.raises(Unfit):
                outbound.get(near.allowed(), near.address + target)


def test_packing_that_was_not_asked_for_is_refused() -> None:
    with answering(lambda asked: reply(gzip.compress(gzip.compress(b"a")), Content_Encoding="gzip, gzip")) as near:
        with pytest.raises(Unfit):
            outbound.get(near.allowed(), near.address)


def test_another_type_than_asked_for_is_refused() -> None:
    with answering(lambda asked: reply(b"<script>", kind="text/html; charset=utf-8")) as near:
        with pytest.raises(Unfit):
            outbound.get(near.allowed(), near.address, bounds=Bounds(types=("image/png",)))
        assert outbound.get(near.allowed(), near.address, bounds=Bounds(types=("text/html",))).body == b"<script>"


@pytest.mark.parametrize("where", ["head", "body"])
def test_who_talks_slowly_and_steadily_is_cut_off(where: str) -> None:
    def drip(asked: Asked) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" + (b"" if where == "head" else b"\r\n")
        for _ in range(200):
            time.sleep(0.05)
            yield b"a"

    with answering(drip) as near:
        began = time.monotonic()
        with pytest.raises(Away):
            outbound.get(near.allowed(), near.address, bounds=Bounds(seconds=0.4))
        assert time.monotonic() - began < 3


def test_a_name_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "resolve", lambda host, port: time.sleep(1) or ["93.184.216.34"])
    with pytest.raises(Away):
        outbound.get(NOWHERE, "https://slow.example/", bounds=Bounds(seconds=0.1))


def test_nobody_there_is_said_so() -> None:
    with answering() as gone:
        pass
    with pytest.raises(Away) as away:
        outbound.get(gone.allowed(), gone.address)
    assert away.value.words == "It could not be reached: nobody answers there."


def test_the_second_address_of_a_name_is_tried_where_the_first_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(lambda asked: reply(b"second")) as near:
        monkeypatch.setattr(outbound, "resolve", lambda host, port: ["127.0.0.9", "127.0.0.1"])
        assert outbound.get(near.allowed("two.example"), f"http://two.example:{near.port}/").body == b"second"


def test_a_host_proves_by_its_name_who_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tls, trust = certified(tmp_path, "geo.example")
    monkeypatch.setattr(outbound, "resolve", lambda host, port: ["127.0.0.1"])
    with answering(lambda asked: reply(b"proven"), tls) as near:
        settings = near.allowed("geo.example", "other.example")
        with pytest.raises(Away) as away:
            outbound.get(settings, f"https://geo.example:{near.port}/")
        assert "prove who it is" in away.value.words
        monkeypatch.setenv("SSL_CERT_FILE", str(trust))
        assert outbound.get(settings, f"https://geo.example:{near.port}/").body == b"proven"
        assert near.names[-1] == "geo.example" and near.asked[-1].headers["host"] == f"geo.example:{near.port}"
        with pytest.raises(Away):
            outbound.get(settings, f"https://other.example:{near.port}/")


def test_an_address_can_be_checked_before_it_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "resolve", lambda host, port: ["93.184.216.34"])
    assert outbound.check(NOWHERE, "HTTPS://News.Example") == "https://news.example/"
    with pytest.raises(Forbidden):
        outbound.check(NOWHERE, "http://news.example:23/")
