"""Feeds that programs read: of a story, a member, a site; well formed whatever was typed; never what readers may not see."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import feedparser
import pytest

from folkmoot.discussion import archive
from folkmoot.errors import Invalid
from folkmoot.people.model import COMMAND
from folkmoot.reading import feeds
from folkmoot.sites import sites
from tests.discussion.importers.disqus_files import LAKE, export, post, thread
from tests.hostile.allowed import faults
from tests.hostile.corpora import SAMPLES
from tests.moot import Moot
from tests.reading.visit import HERE, Visit


def read(visit: Visit, path: str) -> Any:
    answer = visit.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    found = feedparser.parse(answer.content)
    assert not found.bozo, found.bozo_exception
    return found


def test_a_storys_feed_holds_its_newest_words_with_their_writers_and_links(moot: Moot, visit: Visit) -> None:
    first = moot.says(moot.guest("Ada & Eve"), "The **dam** will <b>not</b> hold.")
    moot.says(moot.guest("Bo"), "It will.", parent=first)
    found = read(visit, f"/thread/{moot.story.id}/feed.atom")
    assert [entry.author for entry in found.entries] == ["Bo", "Ada & Eve"]
    assert "<strong>dam</strong>" in found.entries[1].content[0].value
    assert found.entries[1].link == f"{HERE}/c/{first}"
    assert (found.feed.title, found.feed.link) == ("Discussion: The lake", "https://news.example/lake")


def test_the_same_as_json(moot: Moot, visit: Visit) -> None:
    said = moot.says(moot.guest("Ada"), "The dam will not hold.")
    answer = visit.get(f"/thread/{moot.story.id}/feed.json")
    found = json.loads(answer.content)
    assert answer.headers["content-type"] == "application/feed+json"
    assert found["version"] == "https://jsonfeed.org/version/1.1" and found["feed_url"] == f"{HERE}/thread/{moot.story.id}/feed.json"
    (item,) = found["items"]
    assert (item["id"], item["authors"], item["content_text"]) == (f"{HERE}/c/{said}", [{"name": "Ada"}], "The dam will not hold.")
    assert item["content_html"] == "<p>The dam will not hold.</p>\n"


def test_what_is_held_or_removed_is_in_no_feed(moot: Moot, visit: Visit) -> None:
    ada, vera = moot.member("Ada"), moot.member("Vera", "moderator")
    one, two = moot.says(ada, "Canary one."), moot.says(ada, "Canary two.")
    paths = [f"/thread/{moot.story.id}/feed", f"/people/{ada.id}/feed", "/sites/news.example/feed"]
    for path in paths:
        assert all(word in visit.get(f"{path}.{ending}").text for word in ("one", "two") for ending in ("atom", "json")), path
    moot.decide(vera, one, "remove")
    moot.decide(vera, two, "hold")
    for path in paths:
        assert not any("Canary" in visit.get(f"{path}.{ending}").text for ending in ("atom", "json")), path


def test_a_sites_feed_holds_all_its_stories_and_no_other_sites(moot: Moot, visit: Visit) -> None:
    moot.says(moot.guest("Ada"), "Of the lake.")
    moot.post(moot.guest("Bo"), "Of the mill.", story=moot.take_in("https://news.example/mill", "The mill"))
    found = read(visit, "/sites/news.example/feed.atom")
    assert [entry.title for entry in found.entries] == ["Bo: The mill", "Ada: The lake"]
    assert visit.get("/sites/other.example/feed.atom").status_code == 404


def test_a_quiet_site_keeps_its_feed_beside_a_busy_one(moot: Moot, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "LOOKED_AT", 3)
    moot.db.write_now(lambda tx: sites.add_site(tx, COMMAND, "quiet.example", "Quiet", moot.now))
    ada = moot.guest("Ada")
    pond, mill = moot.take_in("https://quiet.example/pond", "The pond"), moot.take_in("https://quiet.example/mill", "The mill")
    for number, story in enumerate((pond, mill, pond)):
        moot.later(1)
        moot.post(ada, f"Quiet, number {number}.", story=story)
    for number in range(5):
        moot.says(moot.guest("Bo"), f"Busy, number {number}.")
    found = read(visit, "/sites/quiet.example/feed.atom")
    assert [entry.title for entry in found.entries] == ["Ada: The pond", "Ada: The mill", "Ada: The pond"]
    assert not any("Busy" in entry.content[0].value for entry in found.entries)


def test_what_an_import_brings_is_in_its_storys_feed_and_floods_no_sites(moot: Moot, visit: Visit, tmp_path: Path) -> None:
    archive.bring(moot.db, tmp_path, "news.example", [export(tmp_path / "a.xml", thread(1, LAKE), post(1), post(2, parent=1))], now=moot.now)
    moot.says(moot.guest("Ada"), "Written here.")
    assert [entry.author for entry in read(visit, "/sites/news.example/feed.atom").entries] == ["Ada"]
    assert len(read(visit, f"/thread/{moot.story.id}/feed.atom").entries) == 3


def test_a_guest_has_no_feed(moot: Moot, visit: Visit) -> None:
    ada = moot.guest("Ada")
    moot.says(ada, "The dam will not hold.")
    assert visit.get(f"/people/{ada.id}/feed.atom").status_code == 404


def test_who_has_the_feed_is_told_so(moot: Moot, visit: Visit) -> None:
    moot.says(moot.guest("Ada"), "The dam will not hold.")
    path = f"/thread/{moot.story.id}/feed.atom"
    tag = visit.get(path).headers["etag"]
    assert visit.get(path, if_none_match=tag).status_code == 304
    moot.says(moot.guest("Bo"), "It will.")
    assert visit.get(path, if_none_match=tag).status_code == 200


def test_a_page_tells_where_its_feeds_are(moot: Moot, visit: Visit) -> None:
    moot.says(moot.guest("Ada"), "The dam will not hold.")
    page = visit.page(url="https://news.example/lake").html
    for address in (f"/thread/{moot.story.id}/feed.atom", f"/thread/{moot.story.id}/feed.json", "/sites/news.example/feed.atom"):
        assert f'href="{address}"' in page


@pytest.mark.parametrize("path", ["/thread/1/feed.atom", "/thread/x/feed.atom", "/people/1/feed.json", "/sites/x/feed.rss"])
def test_a_feed_of_nothing_is_not_found(visit: Visit, path: str) -> None:
    assert visit.get(path).status_code == 404


def test_hostile_words_stay_words_in_every_entry_of_a_feed_that_stays_well_formed(moot: Moot, visit: Visit) -> None:
    moot.take_in("https://news.example/evil", "]]></title><script>alert(1)</script>\u202e & <b>")
    story = moot.take_in("https://news.example/evil")
    for number, words in enumerate(SAMPLES):
        try:
            moot.post(moot.guest(f"N{number} <i>&\"'"), f"{words} and words", story=story)
        except Invalid:
            continue
    found = read(visit, f"/thread/{story.id}/feed.atom")
    items = json.loads(visit.get(f"/thread/{story.id}/feed.json").content)["items"]
    assert len(found.entries) == len(items) > 30
    for item in items:
        assert faults(item["content_html"]) == []
    raw = visit.get(f"/thread/{story.id}/feed.atom").text
    assert "<script" not in raw and "<img" not in raw and "<b>" not in raw
