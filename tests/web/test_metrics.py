"""What a process knows of itself: for whoever has the token, in a form that Prometheus reads, and true."""

from __future__ import annotations

import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from folkmoot.settings import Metrics
from folkmoot.storage import jobs
from tests.hostile.asking import SETTINGS, Answer, House, get
from tests.moot import Moot

TOKEN = "a-long-token-for-prometheus"


def asked(moot: Moot, token: str = TOKEN, given: str = TOKEN) -> tuple[House, Answer]:
    house = House(moot.db, msgspec.structs.replace(SETTINGS, metrics=Metrics(token=token)), lambda: moot.now)
    return house, house.ask(get("/metrics", token=given))


def read(answer: Answer) -> dict[str, float]:
    families = text_string_to_metric_families(answer.text)
    return {sample.name: sample.value for family in families for sample in family.samples}


def test_figures_are_read_by_prometheus_and_move_with_what_happens(moot: Moot) -> None:
    house, answer = asked(moot)
    assert answer.status == 200 and answer.kind == "text/plain"
    before = read(answer)
    assert before and all(name.startswith(("folkmoot_", "process_")) for name in before)
    moot.says(moot.guest("Ada"), "Close it.")
    assert house.ask(get("/thread", {"url": "https://news.example/lake"})).status == 200
    moot.db.write_now(lambda tx: jobs.put(tx, "later", {}, moot.now))
    after = read(house.ask(get("/metrics", token=TOKEN)))
    house.close()
    assert after["folkmoot_snapshot_bytes"] > before["folkmoot_snapshot_bytes"]
    assert after["folkmoot_jobs_due"] == before["folkmoot_jobs_due"] + 1 and after["folkmoot_jobs_late_seconds"] > 0
    assert {"folkmoot_requests_inside", "folkmoot_turned_away_total", "folkmoot_streams", "process_resident_memory_bytes"} <= set(after)


@pytest.mark.parametrize(
    ("token", "given", "status"), [("", "", 404), ("", TOKEN, 404), (TOKEN, "", 401), (TOKEN, TOKEN[:-1], 401), (TOKEN, "é", 401)]
)
def test_nobody_else_reads_them(moot: Moot, token: str, given: str, status: int) -> None:
    house, answer = asked(moot, token, given)
    house.close()
    assert answer.status == status and "folkmoot_" not in answer.text
