"""Whoever asks for a code learns nothing from the clock: known and unknown mailboxes take the same time (S24)."""

from __future__ import annotations

import statistics
import time

import pytest

from folkmoot.settings import Limits, Mail, Server, Settings
from tests.hostile.asking import House, send_json
from tests.moot import Moot

PAIRS = 200


def _pairs(house: House) -> list[tuple[float, float]]:
    """Seconds of (a known mailbox, an unknown one), asked for in turn; which comes first changes."""
    found = []
    for number in range(PAIRS):
        spent = {}
        for mailbox in (("ada", f"new{number}") if number % 2 else (f"new{number}", "ada")):
            ask = send_json("POST", "/api/v1/codes", {"email": f"{mailbox}@mail.example"})
            begun = time.perf_counter()
            assert house.ask(ask).status == 201
            spent[mailbox == "ada"] = time.perf_counter() - begun
        found.append((spent[True], spent[False]))
    return found


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_known_mailbox_takes_no_other_time_than_an_unknown_one(moot: Moot) -> None:
    """Of 200 pairs the known one is slower about as often as not (a sign test, one false alarm in 10,000), and the medians agree within a tenth.

    A busy machine gets three tries: what a mailbox tells it tells each time.
    """
    moot.member("Ada")
    house = House(moot.db, Settings(server=Server(public_url="https://talk.example"), mail=Mail(host="mail.example"), limits=Limits(enabled=False)))
    try:
        for _ in range(3):
            pairs = _pairs(house)
            slower = sum(known > unknown for known, unknown in pairs)
            known, unknown = (statistics.median(column) for column in zip(*pairs, strict=True))
            if 72 <= slower <= 128 and abs(known / unknown - 1) <= 0.1:
                return
    finally:
        house.close()
    raise AssertionError(f"the known one was slower {slower} times of {PAIRS}; {known:.6f} s against {unknown:.6f} s")
