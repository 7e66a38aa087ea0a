"""Comments are found by their words: by readers those that they see, by moderators all; whatever is typed is words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from folkmoot.discussion import archive, searching, store_feeds, store_search
from folkmoot.discussion.queries import Phrase, Query, parse
from folkmoot.discussion.searching import Index
from folkmoot.errors import Invalid, NotFound
from folkmoot.people.model import COMMAND, Actor
from folkmoot.sites import sites
from tests.discussion.importers.disqus_files import LAKE, export, post, thread
from tests.discussion.test_outlet import work
from tests.hostile.corpora import SAMPLES
from tests.moot import DAY, MINUTE, Moot
from tests.reading.visit import Visit

READER = Actor()


def find(moot: Moot, typed: str, actor: Actor = READER, **more: Any) -> list[int]:
    return [each.id for each in page(moot, typed, actor, **more).comments]


def page(moot: Moot, typed: str, actor: Actor = READER, **more: Any) -> searching.Found:
    catch_up(moot)
    return moot.db.read_now(lambda tx: searching.search(tx, actor, moot.site.id, typed, **more))


def catch_up(moot: Moot) -> None:
    """What the worker does: it asks again after a while, also where there was nothing to do."""
    index = Index()
    for _ in range(2):
        while index.catch_up(moot.db):
            pass


@pytest.fixture
def open_moot(moot: Moot) -> Moot:
    moot.allow(search=True)
    return moot


@pytest.mark.parametrize("typed", ['"the dam"', "“the dam”", "„the dam“", "« the dam »", '"the dam'])
def test_a_phrase_is_one_in_whatever_quotation_marks(typed: str) -> None:
    assert parse(f"{typed}").phrases == (Phrase(("the", "dam")),)


def test_all_words_are_wanted_whatever_their_case_and_accents(open_moot: Moot) -> None:
    moot = open_moot
    one = moot.says(moot.guest("Ada"), "The **Dam** at the café will not hold.")
    two = moot.says(moot.guest("Bo"), "The dam holds. Ask the mayor, not me.")
    assert find(moot, "dam") == [two, one]
    assert find(moot, "CAFE dam") == [one]
    assert find(moot, "dam café mayor") == []


def test_phrases_and_what_must_not_be_there(open_moot: Moot) -> None:
    moot = open_moot
    one = moot.says(moot.guest("Ada"), "The dam will not hold.")
    two = moot.says(moot.guest("Bo"), "Hold the old dam, will you?")
    assert find(moot, '"the dam will"') == [one]
    assert find(moot, '"hold the old') == [two]
    assert find(moot, "dam -you") == [one]
    assert find(moot, 'dam -"the dam will"') == [two]


def test_by_whom_and_when(open_moot: Moot) -> None:
    moot = open_moot
    one = moot.says(moot.guest("Ada Reader"), "The dam will not hold.")
    moot.later(2 * DAY)
    two = moot.says(moot.guest("Bo"), "Ada says that the dam will not hold.")
    assert find(moot, "author:ada") == [one]
    assert find(moot, 'dam author:"Ada Reader"') == [one]
    assert find(moot, "ada") == [two]
    day = "2026-05-30"
    assert find(moot, f"dam until:{day}") in ([one], [two, one])
    assert find(moot, f"dam from:{day}") == [two]


def test_by_any_of_several_by_others_than_one_and_a_minus_before_a_day_is_words(open_moot: Moot) -> None:
    moot = open_moot
    one, two, three = (moot.says(moot.guest(name), "The dam, from 2026 on.") for name in ("Ada", "Bo", "Cy"))
    assert find(moot, "author:Ada author:Bo") == [two, one]
    assert find(moot, "dam -author:Ada") == [three, two]
    assert find(moot, "dam -author:Ada -author:Bo") == find(moot, "dam author:Cy") == [three]
    assert find(moot, "dam -from:2027-01-01") == [three, two, one]
    with pytest.raises(Invalid, match="at least one word"):
        find(moot, "-author:Ada")


def test_readers_never_find_what_they_may_not_read_and_moderators_find_all(open_moot: Moot) -> None:
    moot = open_moot
    vera = moot.member("Vera", "moderator")
    said = moot.says(moot.guest("Ada"), "Canary words.")
    assert find(moot, "canary") == [said]
    for deed in ("hold", "remove"):
        moot.decide(vera, said, deed)
        assert find(moot, "canary") == []
        assert find(moot, "canary", vera) == [said]
    moot.decide(vera, said, "restore")
    assert find(moot, "canary") == [said]


def test_an_edit_is_found_by_its_new_words_and_not_by_the_old(open_moot: Moot) -> None:
    moot = open_moot
    ada = moot.guest("Ada")
    said = moot.says(ada, "The dam will not hold.")
    assert find(moot, "dam") == [said]
    moot.later(120_000)
    moot.edit(ada, said, "The bridge will not hold.")
    assert find(moot, "dam") == []
    work(moot)
    assert find(moot, "bridge") == [said]


def test_another_site_is_not_searched_and_a_story_can_be(open_moot: Moot) -> None:
    moot = open_moot
    one = moot.says(moot.guest("Ada"), "The dam will not hold.")
    mill = moot.take_in("https://news.example/mill", "The mill")
    moot.later(1)
    two = moot.post(moot.guest("Bo"), "The dam of the mill.", story=mill).id
    assert find(moot, "dam") == [two, one]
    assert find(moot, "dam", story=mill.id) == [two]
    with pytest.raises(NotFound):
        moot.db.read_now(lambda tx: searching.search(tx, READER, 5, "dam"))


def test_pages_go_on_below(open_moot: Moot, monkeypatch: pytest.MonkeyPatch) -> None:
    moot = open_moot
    monkeypatch.setattr(searching, "PAGE", 2)
    said = [moot.says(moot.guest("Ada"), f"The dam, number {number}.") for number in range(5)]
    assert find(moot, "dam") == said[:2:-1]
    assert find(moot, "dam", after=str(said[3])) == [said[2], said[1]]


def test_by_relevance_the_comment_that_is_about_it_comes_before_those_that_mention_it(open_moot: Moot) -> None:
    moot = open_moot
    about = moot.says(moot.guest("Ada"), "The dam, the dam: whoever built the dam should look at the dam.")
    moot.later(1)
    same = moot.says(moot.guest("Chidi"), "The dam, the dam: whoever built the dam should look at the dam.")
    moot.later(1)
    aside = moot.says(moot.guest("Bo"), "I walked past the dam. " + "The weather was fine and nobody was about. " * 12)
    moot.later(1)
    other = moot.says(moot.guest("Dora"), "The mayor built a library and nothing else.")
    assert find(moot, "dam") == [aside, same, about]
    assert find(moot, "dam", order="relevance") == [same, about, aside], "as good a match: the newer one first"
    assert find(moot, "built -dam", order="relevance") == [other]
    assert find(moot, "author:bo", order="relevance") == [aside]


def test_pages_by_relevance_give_each_comment_once_though_people_go_on_writing(open_moot: Moot, monkeypatch: pytest.MonkeyPatch) -> None:
    moot = open_moot
    monkeypatch.setattr(searching, "PAGE", 2)
    for number in range(9):
        moot.says(moot.guest("Ada"), "The dam. " * (number % 4 + 1) + "Words beside it. " * (number % 3))
        moot.later(1)
    at_first = find(moot, "dam words", order="relevance")
    everything = {each.id for each in moot.db.read_now(lambda tx: tx.rows("SELECT id FROM comment WHERE text LIKE '%Words%'"))}
    given, found = list(at_first), page(moot, "dam words", order="relevance")
    while found.more:
        for _ in range(3):
            moot.later(1)
            moot.says(moot.guest("Bo"), "The dam, the dam, the words, and much else beside of which nobody has heard yet.")
        found = page(moot, "dam words", order="relevance", after=found.more)
        given += [each.id for each in found.comments]
    assert len(given) == len(set(given)) == 6
    assert set(given) == everything


def test_where_only_the_newest_matches_were_weighed_the_end_says_so(open_moot: Moot, monkeypatch: pytest.MonkeyPatch) -> None:
    moot, visit, desk = open_moot, Visit(open_moot), open_moot.member("Vera", "moderator")
    monkeypatch.setattr(searching, "PAGE", 2)
    monkeypatch.setattr(store_search, "JUDGED", 3)
    for number in range(3):
        moot.says(moot.guest("Ada"), f"The dam, number {number}.")
        moot.later(1)
    moot.says(moot.guest("Bo"), "The mill and the dam.")
    assert find(moot, "mill", order="relevance") and page(moot, "mill", desk, order="relevance").weighed == 0
    asked = "/api/v1/search?site=news.example&q=dam&order=relevance"
    first = visit.get(asked).json()
    assert (len(first["comments"]), first["weighed"]) == (2, 3)
    last = visit.get(f"{asked}&before={first['more']}").json()
    assert (len(last["comments"]), last["more"], last["weighed"]) == (1, None, 3)
    said = "The best of the newest 3 matches end here."
    assert said in visit.page("/sites/news.example/search", q="dam", order="relevance", before=first["more"]).words
    assert said not in visit.page("/sites/news.example/search", q="dam", order="relevance").words
    assert visit.get("/api/v1/search?site=news.example&q=dam").json()["weighed"] is None
    visit.close()


@pytest.mark.parametrize(
    ("order", "after"), [("newest", "1.2.3"), ("relevance", "7"), ("relevance", "1.2.x"), ("newest", "9" * 30), ("relevance", "1.-2.3")]
)
def test_a_cursor_of_another_search_is_refused_in_a_sentence(open_moot: Moot, order: str, after: str) -> None:
    visit = Visit(open_moot)
    answer = visit.get(f"/api/v1/search?site=news.example&q=dam&order={order}&before={after}")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")
    assert visit.get(f"/sites/news.example/search?q=dam&order={order}&before={after}").status_code == 422
    visit.close()


def test_what_is_found_comes_by_time_also_what_was_brought_in_later(open_moot: Moot, tmp_path: Path) -> None:
    moot = open_moot
    said = moot.says(moot.guest("Ada"), "The dam, said today.")
    rows = [post(number, f"The dam, said in {year}.", createdAt=f"{year}-05-01T10:00:00Z") for number, year in enumerate((2012, 2019, 2015), 1)]
    archive.bring(moot.db, tmp_path, "news.example", [export(tmp_path / "a.xml", thread(1, LAKE), *rows)], now=moot.now)
    found = find(moot, "dam")
    assert found[0] == said
    posted = moot.db.read_now(lambda tx: [searching.search(tx, READER, moot.site.id, "dam").comments[place].posted for place in range(4)])
    assert posted == sorted(posted, reverse=True) and len(found) == 4


def test_what_a_resumed_import_brings_is_found_although_a_later_one_ended_first(open_moot: Moot, tmp_path: Path) -> None:
    moot = open_moot
    moot.db.write_now(lambda tx: sites.add_site(tx, COMMAND, "mill.example", "The Mill", moot.now))
    ours, theirs = (
        export(tmp_path / f"{host}.xml", thread(1, f"https://{host}/dam"), *(post(number, f"The dam of {host}.") for number in range(1, 301)))
        for host in ("news.example", "mill.example")
    )

    def stop(what: str, share: float) -> None:
        if what == "merging":
            raise KeyError("the power went out")

    with pytest.raises(KeyError):
        archive.bring(moot.db, tmp_path, "news.example", [ours], now=moot.now, progress=stop)
    moot.later(MINUTE)
    archive.bring(moot.db, tmp_path, "mill.example", [theirs], now=moot.now)
    said = moot.says(moot.guest("Ada"), "The dam, said today.")
    assert said in find(moot, "dam")
    catch_up(moot)
    assert archive.bring(moot.db, tmp_path, "news.example", [ours], now=moot.now).resumed
    catch_up(moot)
    found = moot.db.read_now(lambda tx: len(tx.rows("SELECT rowid FROM comment_words")))
    assert found == 601


def test_without_leave_readers_do_not_search(moot: Moot) -> None:
    moot.says(moot.guest("Ada"), "The dam will not hold.")
    with pytest.raises(NotFound):
        find(moot, "dam")
    assert len(find(moot, "dam", moot.member("Vera", "moderator"))) == 1


def test_scripts_without_spaces_are_found_by_their_signs(open_moot: Moot) -> None:
    moot = open_moot
    said = moot.says(moot.guest("Ada"), "水庫的大壩不會倒塌")
    assert find(moot, "大壩") == [said]
    assert find(moot, "壩大") == []


ODD = (*SAMPLES, '" OR "', "a NEAR(b)", "words:x OR name:y", "x*", "^x", "{a b}: c", "'; DROP TABLE comment; --", "a & b | !c", "<->")


def test_whatever_is_typed_is_words(open_moot: Moot) -> None:
    for typed in ODD:
        try:
            assert find(open_moot, typed[:200]) == []
        except Invalid as refused:
            assert refused.code in ("empty_query", "too_many_terms", "bad_day")


def test_a_query_is_read_as_written() -> None:
    assert parse('dam "will not" -hold author:Ada from:2026-05-01 until:2026-05-01') == Query(
        (Phrase(("dam",)), Phrase(("will", "not")), Phrase(("hold",), False)), (("ada",),), 1_777_593_600_000, 1_777_680_000_000
    )
    for wrong in ("", "-dam", "from:yesterday dam", "until:2026-02-30 dam", "!!!", " ".join("abcdefghijklm")):
        with pytest.raises(Invalid):
            parse(wrong)


def test_words_that_are_gone_leave_the_index(open_moot: Moot, tmp_path: object) -> None:
    moot = open_moot
    ada = moot.guest("Ada")
    said = moot.says(ada, "Canaryword that goes.")
    assert find(moot, "canaryword") == [said]
    moot.withdraw(ada, said)
    moot.later(31 * DAY)
    from folkmoot.discussion import duties

    assert moot.db.write_now(lambda tx: duties.scrub_withdrawn(tx, moot.now)) == 1
    vera = moot.member("Vera", "moderator")
    assert find(moot, "canaryword", vera) == []
    assert moot.db.read_now(lambda tx: tx.rows("SELECT rowid FROM comment_words")) == []


def test_the_name_of_who_has_left_is_found_no_more(open_moot: Moot) -> None:
    from folkmoot.discussion import belongings

    moot = open_moot
    ada = moot.member("Adelaide")
    said = moot.says(ada, "The dam will not hold.")
    assert find(moot, "author:adelaide") == [said]
    while moot.db.write_now(lambda tx: belongings.erase(tx, ada.id or 0, "stay", moot.now)):  # type: ignore[arg-type]
        pass
    assert find(moot, "author:adelaide") == []
    work(moot)
    assert find(moot, "dam") == [said]


def test_the_page_answers_readers_with_a_box_and_what_was_found(open_moot: Moot) -> None:
    moot, visit = open_moot, Visit(open_moot)
    said = moot.says(moot.guest("Ada <i>"), "The dam will <b>not</b> hold.")
    find(moot, "dam")
    page = visit.page("/sites/news.example/search", q="dam <script>")
    assert "Nothing was found" in page.words and "<script>" not in page.html
    page = visit.page("/sites/news.example/search", q="dam")
    assert f"/c/{said}" in page.links and "<i>" not in page.html.replace("<i hidden", "")
    assert visit.get("/sites/news.example/search?q=from:x").status_code == 422
    assert visit.get("/api/v1/search?site=news.example&q=dam").json()["comments"][0]["id"] == str(said)
    best = visit.page("/sites/news.example/search", q="dam", order="relevance")
    assert "the best match first" in best.words and "/sites/news.example/search?q=dam&order=newest" in best.links
    assert visit.get("/api/v1/search?site=news.example&q=dam&order=relevance").json()["comments"][0]["id"] == str(said)
    assert visit.get("/api/v1/search?site=news.example&q=dam&order=oddest").status_code == 422
    visit.close()


def test_what_is_most_discussed_is_counted_once_a_minute_for_every_site_and_visitor(moot: Moot, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []
    busiest = store_feeds.busiest
    monkeypatch.setattr(store_feeds, "busiest", lambda tx, since, limit: (counted.append(since), busiest(tx, since, limit))[1])
    moot.db.write_now(lambda tx: sites.add_site(tx, COMMAND, "herald.example", "The Herald", moot.now))
    mill = moot.take_in("https://herald.example/mill", "The mill")
    moot.post(moot.guest("Bo"), "Of the mill.", story=mill)
    moot.says(moot.guest("Ada"), "Of the lake.")
    visit = Visit(moot)
    for _ in range(3):
        said = " ".join(visit.page("/").words.split())
        assert said.index("The Herald") < said.index("The mill 1 comment") < said.index("The News") < said.index("The lake 1 comment")
    assert len(counted) == 1
    moot.says(moot.guest("Ada"), "Of the lake again.")
    moot.later(MINUTE)
    assert "2 comments" in visit.page("/").words and len(counted) == 2
    visit.close()


def test_the_most_discussed_stories_come_first(moot: Moot) -> None:
    visit = Visit(moot)
    mill = moot.take_in("https://news.example/mill", "The mill")
    for number in range(3):
        moot.post(moot.guest("Bo"), f"Of the mill {number}.", story=mill)
    moot.says(moot.guest("Ada"), "Of the lake.")
    found = visit.get("/api/v1/most-discussed?site=news.example").json()["stories"]
    assert [(each["title"], each["comments"]) for each in found] == [("The mill", 3), ("The lake", 1)]
    assert "The mill" in visit.page("/sites/news.example/most-discussed").words
    moot.later(8 * DAY)
    assert visit.get("/api/v1/most-discussed?site=news.example").json()["stories"] == []
    visit.close()
