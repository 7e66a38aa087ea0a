"""Turns: processes that write to one file wait for each other, and for nobody who stands still."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from folkmoot.storage.turns import Turns


def test_one_who_has_just_written_does_not_overtake_one_who_waits(tmp_path: Path) -> None:
    ada, bo = Turns(f"{tmp_path}/a.db"), Turns(f"{tmp_path}/a.db")
    order: list[str] = []
    ada.take()

    def wait_and_write() -> None:
        bo.take()
        order.append("Bo")
        bo.give()

    waiting = threading.Thread(target=wait_and_write)
    waiting.start()
    time.sleep(0.05)  # Bo stands in the queue now
    ada.give()
    ada.take()
    order.append("Ada")
    ada.give()
    waiting.join()
    assert order == ["Bo", "Ada"]
    ada.close()
    bo.close()


def test_nobody_waits_for_one_who_stands_still(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("folkmoot.storage.turns._PATIENCE", 0.05)
    ada, bo = Turns(f"{tmp_path}/a.db"), Turns(f"{tmp_path}/a.db")
    ada.take()
    bo.take()
    bo.give()
    ada.close()
    bo.close()
