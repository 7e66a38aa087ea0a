"""Who serves from memory lets a writer get on."""

from __future__ import annotations

import threading

from folkmoot.storage.courtesy import Courtesy
from folkmoot.storage.database import Database


def test_nobody_waits_where_nothing_is_written() -> None:
    courtesy = Courtesy()
    assert not courtesy.give_way()
    courtesy.begin()
    courtesy.end()
    assert not courtesy.give_way()


def test_who_serves_sleeps_once_a_group_and_goes_on_once_the_pieces_are_done() -> None:
    courtesy, woken = Courtesy(), threading.Event()
    courtesy.begin()

    def serve() -> None:
        while courtesy.busy:
            courtesy.give_way()
        woken.set()

    threading.Thread(target=serve, daemon=True).start()
    courtesy.end()
    assert woken.wait(10)
    courtesy.begin()
    assert not courtesy.give_way()  # nobody ended it: the wait has its limit
    assert not courtesy.busy        # and this group holds nobody up again


def test_a_group_that_nobody_waited_for_is_no_fault() -> None:
    courtesy = Courtesy()
    for _ in range(3):
        courtesy.begin()
        courtesy.end()


def test_a_write_gets_on_while_somebody_gives_way_all_the_time(db: Database) -> None:
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            db.give_way()

    serving = threading.Thread(target=serve)
    serving.start()
    try:
        for number in range(50):
            db.write_now(lambda tx, number=number: tx.bump(number))  # type: ignore[misc]
    finally:
        ended.set()
        serving.join()
