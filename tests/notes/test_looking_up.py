"""Links are looked at once: what answers shows its title; what does not says so, and its writer is told. A story that goes keeps its notes."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from folkmoot import outbound
from folkmoot.desk.travelling import ROOMS
from folkmoot.discussion import archive
from folkmoot.errors import NotFound
from folkmoot.notes import checks, looking_up, notes
from folkmoot.notes.model import Draft
from folkmoot.notes.sources import read_sources
from folkmoot.people.notices import notices_of
from folkmoot.people.wording import told as told_in
from folkmoot.settings import Outbound, Settings
from folkmoot.sites.stories import find, get_story
from tests.counterpart import Asked, answering, reply
from tests.discussion.importers.disqus_files import export, post, thread
from tests.hostile.asking import House, get
from tests.notes.desk import Desk


def page(asked: Asked) -> bytes:
    """The lab's website: one table is there, one has been taken away, one breaks."""
    if asked.target == "/table":
        return reply(b"<html><title>Water tests of the lake</title><p>Two of twelve.</p></html>", kind="text/html")
    return reply(b"gone", 404) if asked.target == "/gone" else reply(b"oops", 500)


def test_a_dead_link_is_said_beside_the_note_and_to_its_writer_in_a_clear_sentence(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "resolve", lambda host, port: ["127.0.0.1"] if host != "away.example" else ["127.0.0.9"])
    with answering(page) as lab:
        links = tuple(f"http://{host}:{lab.port}{path}" for host, path in
                      (("lab.example", "/table"), ("lab.example", "/gone"), ("lab.example", "/broken"), ("away.example", "/")))  # fmt: skip
        note = desk.propose(sources=links).id
        allowed = lab.allowed("lab.example", "away.example", "news.example")
        settings = Settings(outbound=Outbound(allow=allowed.allow))
        told = {"story": desk.moot.story.id, "revision": desk.note(note).revision}
        wanted = desk.moot.db.read_now(lambda tx: looking_up.look(tx, told, desk.moot.now))
        assert wanted is not None
        came = looking_up.fetch(wanted, settings, desk.moot.now)
        desk.moot.db.write_now(lambda tx: looking_up.remember(tx, told, came, desk.moot.now))
        assert lab.wrong == []
    sources = desk.note(note).sources
    assert [(each.state, each.said) for each in sources] == [("found", ""), ("dead", "404"), ("dead", "500"), ("dead", "no answer")]
    assert sources[0].title == "Water tests of the lake"
    assert "note_source" in desk.told(desk.amara)
    notice = next(each for each in desk.moot.db.read_now(lambda tx: notices_of(tx, desk.amara)) if each.kind == "note_source")
    assert any("cannot be read (404)" in line for line in told_in(notice, "en").lines)
    alone = msgspec.structs.replace(notice, values={**notice.values, "reason": "no answer"})
    assert any("cannot be read (no answer)" in line for line in told_in(alone, "en").lines)
    house = House(desk.moot.db, clock=lambda: desk.moot.now)
    seen = house.ask(get(f"/notes/{note}")).text
    house.close()
    for said in ("This page is not there (404).", "This page answers with an error (500).", "This page does not answer."):
        assert said in seen
    assert desk.note(note).state == "open", "nothing is taken away"


def test_a_story_whose_import_is_undone_keeps_its_notes_and_goes_without_them(desk: Desk, tmp_path: Path) -> None:
    addresses = ["https://news.example/mill", "https://news.example/dam"]
    rows = [thread(number, address) for number, address in enumerate(addresses, 1)] + [post(1, story=1), post(2, story=2)]
    moot = desk.moot
    brought = archive.bring(moot.db, tmp_path / "staging", "news.example", [export(tmp_path / "talk.xml", *rows)], now=moot.now)
    mill, dam = (moot.db.read_now(lambda tx, address=address: find(tx, address)) for address in addresses)  # type: ignore[misc]
    assert mill and dam
    draft = Draft(mill.id, "wrong", "The mill has stood still since 1961.", read_sources(["https://archive.example/mill"]))
    note = moot.db.write_now(lambda tx: notes.propose(tx, desk.amara, draft, moot.now, limits=False)).id
    archive.undo(moot.db, tmp_path / "staging", int(brought.batch or 0), now=moot.now + 1, rooms=ROOMS)
    assert desk.note(note).text == "The mill has stood still since 1961."
    assert moot.db.read_now(lambda tx: get_story(tx, mill.id)).id == mill.id
    with pytest.raises(NotFound):
        moot.db.read_now(lambda tx: get_story(tx, dam.id))
    assert list(checks.check(moot.db)) == []
    house = House(moot.db, clock=lambda: moot.now)
    assert "stood still since 1961" in house.ask(get(f"/notes/{note}")).text
    gone = house.ask(get("/notes/new", {"story": str(dam.id)}))
    house.close()
    assert gone.status in (401, 404)
