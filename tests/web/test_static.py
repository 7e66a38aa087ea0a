"""Static files have addresses that change with their bytes, so browsers may keep them for ever."""

from __future__ import annotations

import gzip
import re

import pytest

from folkmoot.web import static
from tests.web.stand import Client

NAMES = sorted(each.name for each in static.FOLDER.iterdir() if each.suffix in static.TYPES)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_served_under_its_hashed_address_and_kept_for_ever(client: Client, name: str) -> None:
    address = static.address(name)
    answer = client.get(address)
    assert re.fullmatch(r"/static/[\w-]+\.[0-9a-f]{12}\.\w+", address)
    assert answer.content == static.file(name).plain
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_file_is_sent_packed_to_who_can_unpack_it(client: Client) -> None:
    found = static.file(NAMES[0])
    packed, plain = (client.get(found.address, headers={"accept-encoding": coding}) for coding in ("gzip", "identity"))
    assert (packed.headers["content-encoding"], packed.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(found.gzipped) == plain.content == packed.content


def test_who_has_the_file_is_told_so(client: Client) -> None:
    found = static.file(NAMES[0])
    answer = client.get(found.address, headers={"if-none-match": found.etag})
    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.parametrize("path", [
    "/static/", "/static/look.000000000000.css", "/static/..%2fsettings.py", "/static/%c0%ae%c0%ae/x", "/static/look.css",
])  # fmt: skip
def test_nothing_else_is_served(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404
