"""What a domain's zone lacks is found by asking a name server, as it answers here by script; who does not answer proves nothing."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from folkmoot import dns
from folkmoot.doctor import examine, names
from folkmoot.doctor.model import Patient
from folkmoot.settings import Mail, Server, Settings

WELL = {
    "news.example": ["google-site-verification=x", "v=spf1 mx -all"], "_dmarc.news.example": ["v=DMARC1; p=reject"],
    "s7._domainkey.news.example": ["v=DKIM1; k=rsa; p=" + "A" * 400],
}  # fmt: skip


def asked_name(question: bytes) -> tuple[str, int]:
    """(the name that is asked for, where the question ends)."""
    labels, place = [], 12
    while question[place]:
        labels.append(question[place + 1 : place + 1 + question[place]].decode())
        place += question[place] + 1
    return ".".join(labels), place + 5


def answer(zone: dict[str, list[str]], question: bytes, cut: bool) -> bytes:
    """What a name server says, with a name on the way (CNAME) before the records; cut: nothing but that it does not fit."""
    name, end = asked_name(question)
    said = zone.get(name)
    head = 0x8180 | (0x0200 if cut else 0) | (0 if said is not None else 3)
    records = [(5, b"\x01a\xc0\x0c"), *((16, packed(each)) for each in said)] if said and not cut else []
    body = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(data)) + data for kind, data in records)
    return question[:2] + struct.pack(">HHHHH", head, 1, len(records), 0, 0) + question[12:end] + body


def packed(words: str) -> bytes:
    data = words.encode()
    return b"".join(bytes((len(part),)) + part for part in (data[start : start + 255] for start in range(0, len(data), 255)))


@contextmanager
def name_server(zone: dict[str, list[str]], cut: bool = False) -> Iterator[dns.Server]:
    """Answers over UDP; with `cut` it says there that the answer does not fit, and gives it over TCP."""
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    place: dns.Server = udp.getsockname()
    tcp = socket.create_server(place)
    udp.settimeout(0.05)
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            try:
                question, who = udp.recvfrom(4096)
            except TimeoutError:
                continue
            udp.sendto(answer(zone, question, cut), who)
            if cut:
                door, _ = tcp.accept()
                with door:
                    whole = answer(zone, door.recv(4096)[2:], False)
                    door.sendall(struct.pack(">H", len(whole)) + whole)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield place
    finally:
        stop.set()
        thread.join()
        udp.close()
        tcp.close()


def patient(server: dns.Server, selector: str = "s7", sender: str = "talk@news.example", public: str = "https://talk.news.example") -> Patient:
    mail = Mail(host="localhost", sender=sender, dkim_selector=selector)
    settings = Settings(server=Server(public_url=public), mail=mail)
    return Patient(settings, {}, None, None, 0, partial(dns.texts, server=server))


def found(zone: dict[str, list[str]], **given: str) -> dict[str, str]:
    with name_server(zone) as server:
        return {each.name: each.change for each in examine(patient(server, **given), names.LOOKS)}


def test_a_zone_that_says_all_hears_nothing() -> None:
    assert found(WELL) == {} == found(WELL, public="http://localhost:8080") == found({}, sender="talk@localhost")


def test_long_answers_come_by_tcp() -> None:
    with name_server(WELL, cut=True) as server:
        assert dns.texts("s7._domainkey.news.example", server) == WELL["s7._domainkey.news.example"]


@pytest.mark.parametrize(("lacks", "name", "line"), [
    ("news.example", "no SPF", 'In the domain\'s zone: news.example. TXT "v=spf1 a:talk.news.example mx -all"'),
    ("_dmarc.news.example", "no DMARC",
     'In the domain\'s zone: _dmarc.news.example. TXT "v=DMARC1; p=quarantine; rua=mailto:postmaster@news.example"'),
    ("s7._domainkey.news.example", "no DKIM key", 'In the domain\'s zone: s7._domainkey.news.example. TXT "v=DKIM1; p=…"; or '),
])  # fmt: skip
def test_what_the_zone_lacks_is_named_with_the_record_to_write(lacks: str, name: str, line: str) -> None:
    told = found({each: said for each, said in WELL.items() if each != lacks})
    assert set(told) == {name} and told[name].startswith(line)


def test_a_key_that_was_taken_back_and_two_policies_do_not_count() -> None:
    assert set(found(WELL | {"s7._domainkey.news.example": ["v=DKIM1; p="]})) == {"no DKIM key"}
    assert set(found(WELL | {"news.example": ["v=spf1 -all", "V=SPF1 mx -all"]})) == {"SPF said twice"}


def test_without_a_selector_the_usual_ones_are_tried_and_dmarc_may_stand_above() -> None:
    usual = {"mail._domainkey.talk.news.example": ["p=AAAA"], "talk.news.example": ["v=spf1 -all"], "_dmarc.news.example": ["v=DMARC1; p=none"]}
    assert found(usual, selector="", sender="a@talk.news.example") == {}
    assert 'dkim_selector = "mail"' in found(WELL, selector="")["no DKIM key"]


def test_silence_and_rubbish_prove_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns, "SECONDS", 0.05)
    deaf = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    deaf.bind(("127.0.0.1", 0))
    assert list(examine(patient(deaf.getsockname()), names.LOOKS)) == []
    deaf.close()
    for rubbish in (b"", b"\0" * 12, b"\xff" * 40):
        monkeypatch.setattr(dns, "_over_udp", lambda question, server, rubbish=rubbish: question[:2] + rubbish)
        assert dns.texts("news.example", ("127.0.0.1", 9)) is None
