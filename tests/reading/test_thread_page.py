"""The thread page: found by address, whole without script, the same for all, true after every change."""

from __future__ import annotations

import gzip
import re
import threading
import time
from typing import Any

import pytest

from folkmoot.discussion import moderation
from folkmoot.people.model import COMMAND
from folkmoot.reading.snapshots import Key
from folkmoot.settings import Logs, Server, Settings
from folkmoot.sites import sites, stories
from folkmoot.sites.model import Theme
from folkmoot.storage.database import connect
from tests.moot import Moot
from tests.reading.visit import LAKE, Visit


def test_a_reader_finds_the_words_in_the_first_answer(moot: Moot, visit: Visit) -> None:
    ada = moot.says(moot.guest("Ada"), "The dam will not hold.")
    bo = moot.says(moot.guest("Bo"), "It has held for ninety years.", ada)
    page = visit.page(url=LAKE)
    assert page.comments == [str(ada), str(bo)]
    assert "The dam will not hold." in page.words
    assert "2 comments" in page.words


def test_the_page_of_a_story_without_comments_has_a_composer(visit: Visit) -> None:
    page = visit.page(url="https://news.example/mill")
    assert page.comments == []
    assert '<form class="composer" method="post" action="/comments"' in page.html
    assert 'value="https://news.example/mill"' in page.html


def test_looking_at_an_unknown_story_takes_nothing_in(moot: Moot, visit: Visit) -> None:
    visit.page(url="https://news.example/mill")
    assert moot.db.read_now(lambda tx: stories.find(tx, "https://news.example/mill")) is None


def test_the_page_of_a_story_appears_once_somebody_has_spoken(moot: Moot, visit: Visit) -> None:
    visit.page(url="https://news.example/mill")
    mill = moot.take_in("https://news.example/mill", "The mill")
    moot.post(moot.guest("Ada"), "It burnt down in 1911.", story=mill)
    assert "It burnt down in 1911." in visit.page(url="https://news.example/mill").words


def test_the_page_of_a_foreign_host_is_not_found(visit: Visit) -> None:
    answer = visit.get("/thread", {"url": "https://elsewhere.example/lake"})
    assert answer.status_code == 404
    assert "elsewhere.example" in answer.text
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"url": ""},
        {"url": "javascript:alert(1)"},
        {"url": "lake"},
        {"url": LAKE, "order": "loudest"},
        {"url": LAKE, "after": "nonsense"},
        {"url": LAKE, "parent": "x"},
        {"url": [LAKE, LAKE]},
    ],
    ids=["no address", "an empty address", "a script", "no host", "unknown order", "bad cursor", "bad parent", "two addresses"],
)
def test_what_cannot_be_understood_is_refused_in_words(visit: Visit, params: dict[str, object]) -> None:
    answer = visit.get("/thread", params)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("text/html")


def test_a_link_that_was_passed_on_with_trackers_opens_the_page(moot: Moot, visit: Visit) -> None:
    moot.says(moot.guest("Ada"), "The dam will not hold.")
    assert "The dam will not hold." in visit.page(url=LAKE, fbclid="x", utm_source="mail").words


def test_a_cursor_of_another_order_is_refused(moot: Moot, visit: Visit) -> None:
    for number in range(25):
        moot.says(moot.guest("Ada"), f"Word {number}.")
    more = visit.thread(order="oldest")["more"]
    answer = visit.get("/thread", {"url": LAKE, "order": "newest", "after": more})
    assert answer.status_code == 422


def test_every_spelling_of_an_address_leads_to_one_page_in_memory(moot: Moot, visit: Visit) -> None:
    moot.says(moot.guest("Ada"), "The dam will not hold.")
    spellings = [LAKE, f"{LAKE}/", f"{LAKE}#talk", f"{LAKE}?utm_source=x", "http://www.news.example/lake", "https://NEWS.example/lake"]
    for address in spellings * 2:
        assert "The dam will not hold." in visit.page(url=address).words
    assert len(visit.room.spellings) == len(spellings)
    assert len(visit.room.snapshots._kept) == 1


def test_a_page_that_was_asked_for_before_is_served_before_the_router(moot: Moot, visit: Visit) -> None:
    moot.says(moot.guest("Ada"), "The dam will not hold.")
    visit.page(url=LAKE)
    assert visit.app.at_once is not None
    found = visit.app.at_once(b"/thread?url=https%3A%2F%2Fnews.example%2Flake", {b"accept-encoding": b"gzip"})
    assert found is not None
    assert b"The dam will not hold." in gzip.decompress(found[1])


def test_where_every_request_is_logged_none_goes_past_the_log(moot: Moot) -> None:
    visit = Visit(moot, Settings(logs=Logs(requests=True)))
    assert visit.app.at_once is None
    assert [visit.get("/thread", {"url": LAKE}).status_code for _ in range(2)] == [200, 200]
    visit.close()


def test_a_new_comment_is_on_the_next_page(moot: Moot, visit: Visit) -> None:
    moot.says(moot.guest("Ada"), "The dam will not hold.")
    visit.page(url=LAKE)
    moot.says(moot.guest("Bo"), "It has held for ninety years.")
    assert "It has held for ninety years." in visit.page(url=LAKE).words


def test_a_page_after_one_post_renders_one_comment(moot: Moot, visit: Visit) -> None:
    for number in range(5):
        moot.says(moot.guest("Ada"), f"Word {number}.")
    visit.page(url=LAKE)
    before = visit.room.pages.fragments.rendered
    moot.says(moot.guest("Bo"), "One more.")
    visit.page(url=LAKE)
    assert visit.room.pages.fragments.rendered == before + 1


def test_a_removed_comment_is_gone_from_the_next_page(moot: Moot, visit: Visit) -> None:
    comment = moot.says(moot.guest("Ada"), "The dam will not hold.")
    assert "The dam will not hold." in visit.page(url=LAKE).words
    moot.decide(COMMAND, comment, "remove", "Untrue.")
    page = visit.page(url=LAKE)
    assert "The dam will not hold." not in page.html
    assert visit.get(f"/c/{comment}").status_code == 404


def test_what_another_process_removes_is_gone_here_too(database_url: str, moot: Moot, visit: Visit) -> None:
    comment = moot.says(moot.guest("Ada"), "The dam will not hold.")
    assert "The dam will not hold." in visit.page(url=LAKE).words
    other = connect(database_url, readers=1)
    other.write_now(lambda tx: moderation.decide(tx, COMMAND, comment, "remove", "Untrue.", moot.now))
    end = time.monotonic() + 10
    while "The dam will not hold." in visit.page(url=LAKE).words:
        assert time.monotonic() < end
    other.close()


def test_a_held_comment_is_on_no_page(moot: Moot, visit: Visit) -> None:
    moot.allow(mode="hold_all")
    comment = moot.says(moot.guest("Ada"), "The dam will not hold.")
    assert "will not hold" not in visit.page(url=LAKE).html
    assert visit.thread()["comments"] == []
    assert visit.get(f"/c/{comment}").status_code == 404


def test_who_has_the_page_is_told_when_it_has_not_changed_and_sent_it_when_it_has(moot: Moot, visit: Visit) -> None:
    moot.says(moot.guest("Ada"), "The dam will not hold.")
    tag = visit.get("/thread", {"url": LAKE}).headers["etag"]
    assert visit.get("/thread", {"url": LAKE}, if_none_match=tag).status_code == 304
    moot.says(moot.guest("Bo"), "It has held for ninety years.")
    assert visit.get("/thread", {"url": LAKE}, if_none_match=tag).status_code == 200


def test_the_etag_is_the_version_that_the_bytes_were_built_from(moot: Moot, visit: Visit) -> None:
    moot.says(moot.guest("Ada"), "The dam will not hold.")
    tag = visit.get("/thread", {"url": LAKE}).headers["etag"]
    assert re.fullmatch(rf'W/"{moot.version()}-[0-9a-f]{{12}}"', tag)


def test_head_says_what_get_would(moot: Moot, visit: Visit) -> None:
    moot.says(moot.guest("Ada"), "The dam will not hold.")
    for _ in range(2):  # by the router, then before it
        head, get = visit.get("/thread", {"url": LAKE}, "HEAD"), visit.get("/thread", {"url": LAKE})
        assert head.content == b""
        assert head.headers["content-length"] == get.headers["content-length"] == str(len(get.content))


def test_the_page_may_be_framed_by_the_sites_hosts_alone(moot: Moot, visit: Visit) -> None:
    moot.db.write_now(lambda tx: sites.add_host(tx, COMMAND, moot.site.id, "*.news.example", moot.now))
    policy = visit.get("/thread", {"url": LAKE}).headers["content-security-policy"]
    assert "frame-ancestors https://*.news.example https://news.example https://www.news.example;" in policy
    assert "unsafe" not in policy


def test_a_site_at_home_may_frame_the_page_without_tls(moot: Moot) -> None:
    moot.db.write_now(lambda tx: sites.add_host(tx, COMMAND, moot.site.id, "localhost:8000", moot.now))
    visit = Visit(moot)
    policy = visit.get("/thread", {"url": LAKE}).headers["content-security-policy"]
    assert "http://localhost:8000" in policy
    assert "http://news.example" not in policy
    visit.close()


def test_a_house_without_tls_may_be_framed_without_tls(moot: Moot) -> None:
    visit = Visit(moot, Settings(server=Server(public_url="http://127.0.0.1:8080")))
    assert "http://news.example" in visit.get("/thread", {"url": LAKE}).headers["content-security-policy"]
    visit.close()


def test_the_inline_style_is_allowed_by_its_hash(visit: Visit) -> None:
    from folkmoot.web.headers import style_hash

    answer = visit.get("/thread", {"url": LAKE})
    style = re.search(r"<style>(.*?)</style>", answer.text, re.S)
    assert style
    assert style_hash(style.group(1)) in answer.headers["content-security-policy"]


def test_the_page_carries_no_cookie_and_is_the_same_for_all(moot: Moot, visit: Visit) -> None:
    moot.says(moot.guest("Ada"), "The dam will not hold.")
    plain = visit.get("/thread", {"url": LAKE})
    signed = visit.get("/thread", {"url": LAKE}, cookie="__Host-folkmoot=abc", accept_language="ar", authorization="Bearer x")
    assert "set-cookie" not in plain.headers
    assert plain.content == signed.content
    assert plain.headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert plain.headers["vary"] == "accept-encoding"
    assert plain.headers["x-content-type-options"] == "nosniff"


def test_a_permalink_opens_and_marks_the_comment_with_what_it_answers(moot: Moot, visit: Visit) -> None:
    above, chain = None, []
    for number in range(12):
        above = moot.says(moot.guest(f"Person {number}"), f"Word {number}.", above)
        chain.append(above)
    page = visit.page(f"/c/{chain[9]}")
    assert page.marked == [str(chain[9])]
    assert page.comments == [str(each) for each in chain[9:]]
    assert "Word 8." in page.words
    assert visit.get(f"/c/{chain[9]}").headers["x-robots-tag"] == "noindex"


def test_a_permalink_follows_its_comment(moot: Moot, visit: Visit) -> None:
    ada = moot.guest("Ada")
    comment = moot.says(ada, "The dam will not hold.")
    visit.page(f"/c/{comment}")
    moot.edit(ada, comment, "The dam may not hold.")
    assert "The dam may not hold." in visit.page(f"/c/{comment}").words


@pytest.mark.parametrize("path", ["/thread/1", "/thread/x", "/c/1", "/c/x", "/thread/99999999999999999999"])
def test_what_is_not_there_is_not_found(visit: Visit, path: str) -> None:
    assert visit.get(path).status_code == 404


def test_following_show_more_meets_every_comment_once(moot: Moot, visit: Visit) -> None:
    everyone = {str(moot.says(moot.guest("Ada"), f"Word {number}.")) for number in range(45)}
    page, met = visit.page(url=LAKE, order="oldest"), []
    while True:
        met += page.comments
        more = [link for link in page.links if "after=" in link]
        if not more:
            break
        page = visit.page(more[-1])
    assert sorted(met) == sorted(everyone)


def test_replies_beyond_the_first_go_on_at_their_own_address(moot: Moot, visit: Visit) -> None:
    root = moot.says(moot.guest("Ada"), "The dam will not hold.")
    replies = [str(moot.says(moot.guest("Bo"), f"Word {number}.", root)) for number in range(9)]
    page = visit.page(url=LAKE, order="oldest")
    (more,) = [link for link in page.links if f"parent={root}" in link]
    assert page.comments[1:] + visit.page(more).comments == replies


def test_changing_the_sites_name_changes_its_pages_at_once(moot: Moot, visit: Visit) -> None:
    moot.says(moot.guest("Ada"), "The dam will not hold.")
    visit.page(url=LAKE)
    moot.db.write_now(lambda tx: sites.change_site(tx, COMMAND, moot.site.id, name="The Lake Herald"))
    assert "The Lake Herald" in visit.page(url=LAKE).words


def test_an_alias_leads_to_the_story_at_once(moot: Moot, visit: Visit) -> None:
    moot.says(moot.guest("Ada"), "The dam will not hold.")
    visit.page(url="https://news.example/dam")
    moot.db.write_now(lambda tx: stories.add_alias(tx, COMMAND, moot.story.id, "https://news.example/dam", moot.now))
    assert "The dam will not hold." in visit.page(url="https://news.example/dam").words


def test_the_page_speaks_the_sites_language(moot: Moot, visit: Visit) -> None:
    moot.db.write_now(lambda tx: sites.change_site(tx, COMMAND, moot.site.id, language="en-XA"))
    answer = visit.get("/thread", {"url": LAKE})
    assert answer.headers["content-language"] == "en-XA"
    assert "[Ðîšçûššîöñ" in answer.text


def test_the_theme_of_a_site_is_one_sheet_under_an_address_with_its_hash(moot: Moot, visit: Visit) -> None:
    theme = Theme(properties={"accent": "#7a1f1f"})
    moot.db.write_now(lambda tx: sites.change_site(tx, COMMAND, moot.site.id, theme=theme))
    found = re.search(r'<link rel="stylesheet" href="(/theme/\d+\.[0-9a-f]{12}\.css)">', visit.page(url=LAKE).html)
    assert found
    answer = visit.get(found.group(1))
    assert "--accent: #7a1f1f" in answer.text
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/css")


def test_a_site_in_the_houses_look_loads_no_sheet(visit: Visit) -> None:
    assert "stylesheet" not in visit.page(url=LAKE).html


def test_pages_are_kept_by_story_never_by_the_raw_query(moot: Moot, visit: Visit) -> None:
    moot.says(moot.guest("Ada"), "The dam will not hold.")
    for number in range(30):
        visit.page(url=f"{LAKE}?utm_campaign={number}")
    assert set(visit.room.snapshots._kept) == {Key(moot.story.id)}


def test_the_structured_data_names_the_story_and_our_permalinks(moot: Moot, visit: Visit) -> None:
    comment = moot.says(moot.guest("Ada"), "The dam will not hold.")
    html = visit.page(url=LAKE).html
    assert '"@type": "DiscussionForumPosting"' in html
    assert f'"mainEntityOfPage": "{LAKE}"' in html
    assert f'"url": "/c/{comment}"' in html


def test_the_page_of_a_silent_story_is_made_once_and_not_by_the_event_loop(
    moot: Moot, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    html = visit.room.pages._html

    def note(*given: Any, **named: Any) -> Any:
        made.append(threading.current_thread().name)
        return html(*given, **named)

    monkeypatch.setattr(visit.room.pages, "_html", note)
    mill = "https://news.example/mill"
    assert visit.page(url=mill).html == visit.page(url=mill).html
    assert len(made) == 1 and made[0] != threading.main_thread().name
    moot.db.write_now(lambda tx: sites.change_site(tx, COMMAND, moot.site.id, name="The Mill Post"))
    visit.page(url=mill)
    assert len(made) == 2
    moot.post(moot.guest("Ada"), "It burnt down in 1911.", story=moot.take_in(mill))
    assert "It burnt down in 1911." in visit.page(url=mill).words
