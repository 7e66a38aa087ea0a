"""A person's own pages: what they wrote and what was answered, votes, notices, settings, sign-ins, and their data."""

from __future__ import annotations

import json
import re
from urllib.parse import unquote

import pytest

from folkmoot.errors import Invalid, NotFound
from folkmoot.me import taking_along
from folkmoot.people import devices, mutes, notices, sessions
from folkmoot.people.devices import device_of
from folkmoot.web.kit import clock
from tests.me.tab import Tab, words
from tests.moot import Moot

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"


@pytest.fixture
def moot(moot: Moot) -> Moot:
    moot.now = clock()
    return moot


def test_ada_finds_what_she_wrote_in_all_stories_with_the_answers(moot: Moot) -> None:
    ada, bo = moot.member("Ada"), moot.guest("Bo")
    first = moot.says(ada, "The lake is low.")
    moot.says(bo, "It always is in May.", first)
    other = moot.take_in("https://news.example/bus", "The bus")
    moot.later(1)
    moot.post(ada, "The bus is late.", story=other)
    page = words(Tab(moot, ada).get("/me"))
    assert page.index("The bus is late.") < page.index("The lake is low.") < page.index("It always is in May.")
    assert "The bus" in page
    assert "The lake" in page


def test_a_removed_comment_says_why_on_its_writers_page(moot: Moot) -> None:
    ada, vera = moot.member("Ada"), moot.member("Vera", "moderator")
    said = moot.says(ada, "He lives at 5 Quay Road.")
    moot.decide(vera, said, "remove", "A private address.")
    page = words(Tab(moot, ada).get("/me"))
    assert "Removed by a moderator." in page
    assert "A private address." in page


def test_what_was_voted_on_stands_on_ones_page_and_on_nobody_elses(moot: Moot) -> None:
    ada, bo = moot.member("Ada"), moot.member("Bo")
    moot.vote(ada, moot.says(bo, "Open the sluice."), 1)
    assert "Open the sluice." in words(Tab(moot, ada).get("/me/votes"))
    assert "Open the sluice." not in words(Tab(moot, bo).get("/me/votes"))


def test_long_lists_go_on_until_everything_was_shown_once(moot: Moot) -> None:
    ada = moot.member("Ada")
    for number in range(45):
        moot.says(ada, f"Remark number {number:02d}.")
    tab, path, seen = Tab(moot, ada), "/me", []
    while path:
        page = tab.get(path)
        seen += re.findall(r"Remark number (\d\d)\.", page.text)
        more = re.search(r'href="(/me\?before=\d+)"', page.text)
        path = more[1] if more else ""
    assert seen == [f"{number:02d}" for number in reversed(range(45))]


def test_notices_are_read_and_marked_as_seen(moot: Moot) -> None:
    ada = moot.member("Ada")
    values = {"story": "The lake", "reason": "It is foul.", "rule": "", "words": "Foul."}
    moot.db.write_now(lambda tx: notices.tell(tx, ada.id or 0, "comment_removed", values, key="1", now=moot.now, opens="/me"))
    tab = Tab(moot, ada)
    page = tab.get("/me/notices")
    assert "Your comment was removed: The lake" in words(page)
    assert "1 new" in words(page)
    up_to = re.search(r'name="up_to" value="(\d+)"', page.text)
    assert up_to
    assert "I have seen these" not in words(tab.send("/me/notices/seen", up_to=up_to[1]))


def test_wishes_are_kept_and_bad_ones_are_refused_with_one_sentence(moot: Moot) -> None:
    ada = moot.member("Ada")
    tab = Tab(moot, ada)
    page = tab.send("/me/settings/mail", topic=["replies", "decisions"], how=["never", "daily"])
    assert re.search(r'id="how-replies" name="how">.*?value="never" selected', page.text, re.S)
    assert tab.post("/me/settings/mail", data={"topic": "weather", "how": "daily"}).status_code == 422
    assert moot.db.read_now(lambda tx: notices.wishes_of(tx, ada.id or 0))["replies"] == "never"


def test_a_name_is_changed_for_what_comes_and_an_empty_one_is_refused(moot: Moot) -> None:
    ada = moot.member("Ada")
    moot.says(ada, "Before.")
    tab = Tab(moot, ada)
    assert 'value="Ada Lin"' in tab.send("/me/settings/name", name="Ada Lin").text
    assert tab.post("/me/settings/name", data={"name": "‮"}).status_code == 422
    assert moot.page().roots[0].comment.name == "Ada"


def test_who_and_what_is_muted_is_told_to_ones_own_page_alone(moot: Moot) -> None:
    ada, bo = moot.member("Ada"), moot.guest("Bo")
    said = moot.says(bo, "The badgers did it.")
    tab = Tab(moot, ada)
    tab.send("/me/mutes/add", comment=str(said))
    page = tab.send("/me/mutes/add", word="Badger")
    assert "“ Badger ”" in words(page)
    assert "Bo" in words(page)
    mine = tab.get(f"/me/thread/{moot.story.id}").json()
    assert mine["muted"] == {"comments": [str(said)], "words": ["Badger"]}
    assert Tab(moot, moot.member("Cy")).get(f"/me/thread/{moot.story.id}").json()["muted"] is None
    shared = [tab.get(f"/thread/{moot.story.id}").content, Tab(moot, None).get(f"/thread/{moot.story.id}").content]
    assert shared[0] == shared[1]
    assert "Badger" not in words(tab.send("/me/mutes/drop", kind="word", subject="Badger"))


@pytest.mark.parametrize("word", ["", "x", "y" * 61, "tab\x07bell"])
def test_a_word_that_cannot_be_muted_changes_nothing(moot: Moot, word: str) -> None:
    ada = moot.member("Ada")
    with pytest.raises(Invalid):
        moot.db.write_now(lambda tx: mutes.mute_word(tx, ada, word, moot.now))
    assert moot.db.read_now(lambda tx: mutes.mutes_of(tx, ada)) == []


def test_nobody_mutes_themselves_and_a_mute_that_is_not_there_is_not_taken_back(moot: Moot) -> None:
    ada = moot.member("Ada")
    with pytest.raises(Invalid):
        moot.db.write_now(lambda tx: mutes.mute_person(tx, ada, ada.id or 0, moot.now))
    with pytest.raises(NotFound):
        moot.db.write_now(lambda tx: mutes.unmute(tx, ada, "word", "Badger"))


def test_sign_ins_are_listed_by_browser_and_any_can_be_ended(moot: Moot) -> None:
    ada = moot.member("Ada")
    desk, phone = Tab(moot, ada, device_of(FIREFOX)), Tab(moot, ada, device_of(PHONE))
    page = desk.get("/me/devices")
    assert "Firefox on Linux" in words(page)
    assert "Chrome on Android" in words(page)
    assert words(page).count("this one") == 1
    families = re.findall(r'name="family" value="(\d+)"', page.text)
    other = next(each for each in families if "this one" not in page.text.partition(each)[2].partition("</form>")[0])
    assert "Chrome on Android" not in words(desk.send("/me/devices/end", family=other))
    assert "You are not signed in" in words(phone.get("/me"))


def test_nobody_ends_somebody_elses_sign_in(moot: Moot) -> None:
    ada, bo = moot.member("Ada"), moot.member("Bo")
    adas, bos = Tab(moot, ada), Tab(moot, bo)
    family = re.findall(r'name="family" value="(\d+)"', adas.get("/me/devices").text)[0]
    assert bos.post("/me/devices/end", data={"family": family}).status_code == 404
    assert "Ada" in words(adas.get("/me"))


def test_all_other_sign_ins_end_at_once(moot: Moot) -> None:
    ada = moot.member("Ada")
    tabs = [Tab(moot, ada) for _ in range(3)]
    tabs[0].send("/me/devices/end-others")
    assert ["not signed in" in words(tab.get("/me")) for tab in tabs] == [False, True, True]


@pytest.mark.parametrize(
    ("agent", "device"),
    [(FIREFOX, "Firefox on Linux"), (PHONE, "Chrome on Android"), ("curl/8.5", "curl"), ("", ""), ("<script>/1", "script"), ("x" * 9000, "x" * 40)],
)
def test_a_browser_is_named_in_a_few_harmless_words(agent: str, device: str) -> None:
    assert device_of(agent) == device


def test_ones_data_is_all_in_one_file_and_nobody_elses(moot: Moot) -> None:
    ada, bo = moot.member("Ada"), moot.member("Bo")
    for number in range(3):
        moot.says(ada, f"Mine {number}.")
    theirs = moot.says(bo, "Theirs.")
    moot.vote(ada, theirs, 1)
    answer = Tab(moot, ada).get("/me/data.json")
    data = json.loads(answer.text)
    assert "attachment" in answer.headers["content-disposition"]
    assert data["person"]["name"] == "Ada"
    assert [row["text"] for row in data["comments"]] == ["Mine 0.", "Mine 1.", "Mine 2."]
    assert [row["comment"] for row in data["votes"]] == [str(theirs)]
    assert data["identities"][0]["mailbox"] == "ada@mail.example"
    assert "Theirs." not in answer.text
    assert "bo@mail.example" not in answer.text


def test_the_file_is_whole_however_many_steps_it_takes(moot: Moot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking_along, "STEP", 2)
    ada = moot.member("Ada")
    for number in range(5):
        moot.says(ada, f"Mine {number}.")
    data = json.loads(Tab(moot, ada).get("/me/data.json").text)
    assert len(data["comments"]) == 5


def test_nobody_and_frames_get_no_file(moot: Moot) -> None:
    ada = moot.member("Ada")
    keys = moot.db.write_now(lambda tx: sessions.begin_keys(tx, ada.id or 0, moot.now, "https://news.example"))
    client = Tab(moot, None)
    assert client.get("/me/data.json", headers={"Authorization": f"Bearer {keys.access}"}).status_code == 401
    assert client.get("/me/data.json").status_code == 401


def test_who_signed_in_long_ago_proves_themselves_again_before_what_cannot_be_undone(moot: Moot) -> None:
    ada = moot.member("Ada")
    key = moot.db.write_now(lambda tx: sessions.begin_page(tx, ada.id or 0, moot.now))
    actor = moot.db.read_now(lambda tx: sessions.actor_for(tx, key.token, moot.now, in_cookie=True))
    assert moot.db.read_now(lambda tx: devices.is_fresh(tx, actor, moot.now + 599_000))
    assert not moot.db.read_now(lambda tx: devices.is_fresh(tx, actor, moot.now + 601_000))


def test_the_front_page_says_what_lives_here_and_where_the_talk_is(moot: Moot) -> None:
    for number in range(3):
        moot.says(moot.guest("Bo"), f"Word {number}.")
    page = Tab(moot, None).get("/")
    assert page.status_code == 200
    assert "The News" in words(page)
    assert "The lake 3 comments" in words(page)
    assert f"/thread/{moot.story.id}" in page.text
    assert Tab(moot, None).get("/favicon.ico").headers["content-type"] == "image/svg+xml"


def test_who_must_sign_in_finds_the_newspapers_name_and_the_way_there_and_back(moot: Moot) -> None:
    tab = Tab(moot, None)
    for path, status in (("/me/settings", 200), ("/me/c/1", 401), ("/desk?kind=comment", 401)):
        page = tab.get(path)
        assert page.status_code == status, path
        assert "The News" in words(page), path
        assert f'href="/sign-in?next={path}"' in unquote(page.text), path
    sent = tab.post("/me/settings/name", data={"name": "Mal"})
    assert sent.status_code == 401
    assert 'href="/sign-in"' in sent.text
