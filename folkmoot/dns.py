"""Asks this machine's own name server what is written about a name (RFC 1035, TXT alone). For the doctor; blocks a few seconds at most."""

from __future__ import annotations

import secrets
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

Server = tuple[str, int]
SECONDS = 3.0
_TXT, _INTERNET = 16, 1
_NO_SUCH_NAME = 3


def texts(name: str, server: Server | None = None) -> list[str] | None:
    """What TXT records say of a name; none where there is no such name or record; None where nobody knows it or answers."""
    asked = server or _own()
    try:
        question = _question(name)
        answer = _over_udp(question, asked)
        if answer[2] & 2:  # cut short
            answer = _over_tcp(question, asked)
        return _read(question, answer)
    except (OSError, ValueError, IndexError, struct.error):
        return None


def _own(file: Path = Path("/etc/resolv.conf")) -> Server:
    with suppress(OSError, UnicodeDecodeError):
        for line in file.read_text("utf-8").splitlines():
            words = line.split()
            if words[:1] == ["nameserver"] and len(words) > 1:
                return words[1], 53
    return "127.0.0.1", 53


def _question(name: str) -> bytes:
    labels = [label.encode("idna") for label in name.rstrip(".").split(".")]
    if not all(0 < len(label) < 64 for label in labels):
        raise ValueError(name)
    asked = b"".join(bytes((len(label),)) + label for label in labels) + b"\0"
    return secrets.token_bytes(2) + struct.pack(">HHHHH", 0x0100, 1, 0, 0, 0) + asked + struct.pack(">HH", _TXT, _INTERNET)


def _over_udp(question: bytes, server: Server) -> bytes:
    with socket.socket(_family(server), socket.SOCK_DGRAM) as door:
        door.settimeout(SECONDS)
        door.connect(server)  # only this server is listened to
        door.send(question)
        return door.recv(65_535)


def _over_tcp(question: bytes, server: Server) -> bytes:
    with socket.create_connection(server, SECONDS) as door, door.makefile("rb") as file:
        door.sendall(struct.pack(">H", len(question)) + question)
        return file.read(struct.unpack(">H", file.read(2))[0])


def _family(server: Server) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in server[0] else socket.AF_INET


def _read(question: bytes, answer: bytes) -> list[str] | None:
    kind, number = answer[3] & 15, struct.unpack(">H", answer[6:8])[0]
    if answer[:2] != question[:2] or not answer[2] & 0x80 or kind not in (0, _NO_SUCH_NAME):
        return None
    return list(_records(answer, len(question), number)) if kind == 0 else []


def _records(answer: bytes, place: int, number: int) -> Iterator[str]:
    """The TXT records among those of an answer; a name that was followed on the way (CNAME) is passed over."""
    for _ in range(number):
        place = _past_name(answer, place)
        kind, _class, _age, length = struct.unpack(">HHIH", answer[place : place + 10])
        place += 10
        if kind == _TXT:
            yield "".join(_strings(answer[place : place + length]))
        place += length


def _past_name(answer: bytes, place: int) -> int:
    while answer[place]:
        if answer[place] >= 0xC0:
            return place + 2
        place += answer[place] + 1
    return place + 1


def _strings(data: bytes) -> Iterator[str]:
    while data:
        length = data[0]
        yield data[1 : 1 + length].decode("ascii", "replace")
        data = data[1 + length :]
