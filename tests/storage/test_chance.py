"""Chance is given out once."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from folkmoot.storage.chance import draw


def test_no_two_are_given_the_same_bytes() -> None:
    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda _: draw(32), range(5_000)))
    assert len(set(drawn)) == 5_000
    assert {len(each) for each in drawn} == {32}


def test_a_process_and_its_child_draw_their_own() -> None:
    draw(1)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, draw(32))
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 32) != draw(32)
