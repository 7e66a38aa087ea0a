"""Below a member's first link stands what the page says of itself: only where the site allows, asked once by the worker, words alone."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from folkmoot.desk import reports
from folkmoot.discussion import comments, paging, previews
from folkmoot.discussion.model import Preview
from folkmoot.outbound import Answer
from folkmoot.people.model import Actor
from folkmoot.settings import Outbound, Settings
from folkmoot.storage.database import Database
from folkmoot.work import Worker
from tests.counterpart import Counterpart, answering, reply
from tests.hostile import allowed, corpora
from tests.hostile.asking import House, get
from tests.me.tab import Tab
from tests.moot import Moot

PAGE = b"<html><head><title>The gauge report | Linnet Council</title><meta property='og:title' content='The gauge &amp; the lake'>\
<meta name=description content='What was measured below the old bridge.'><meta property=og:image content='https://evil.example/pixel.png'>\
</head><body><title>Not this</title>"


@pytest.fixture
def press() -> Iterator[Counterpart]:
    """A web server with a page, reached as a public host would be: leads_to takes no loopback, so its name is scripted."""
    with answering() as other:
        other.script = lambda asked: reply(PAGE, kind="text/html; charset=utf-8")
        yield other


@pytest.fixture
def page(press: Counterpart, monkeypatch: pytest.MonkeyPatch) -> str:
    """An address in a comment that leads to that server."""
    name = f"https://report.example/{press.port}"
    fetch = previews.outbound.get
    monkeypatch.setattr(previews.outbound, "get", lambda out, address, *more: fetch(out, press.address + "/page", *more))
    return name


def work(moot: Moot, out: Outbound) -> None:
    worker = Worker(moot.db, Settings(outbound=out), lambda: moot.now)
    while worker.work_once():
        pass


def shown(db: Database, story: int) -> list[Preview | None]:
    return db.read_now(lambda tx: [each.preview for each in paging.whole(tx, story)])


def allow(moot: Moot) -> Actor:
    moot.allow(previews=True)
    return moot.member("Ada")


def test_what_a_page_is_called_stands_below_a_members_link(moot: Moot, press: Counterpart, page: str) -> None:
    ada = allow(moot)
    said = moot.says(ada, f"It is in [the report]({page}), and at https://other.example/.")
    version = moot.version()
    work(moot, press.allowed())
    (found,) = shown(moot.db, moot.story.id)
    assert found == Preview("The gauge & the lake", "What was measured below the old bridge.", page, "report.example")
    assert len(press.asked) == 1 and moot.version() > version
    assert "cookie" not in press.asked[0].headers and "referer" not in press.asked[0].headers
    house = House(moot.db, clock=lambda: moot.now)
    text = house.ask(get(f"/thread/{moot.story.id}")).text
    moot.allow(previews=False)
    assert 'class="behind"' not in house.ask(get(f"/thread/{moot.story.id}")).text, "off is off at once"
    moot.allow(previews=True)
    house.close()
    assert f'href="{page}" rel="nofollow ugc noopener noreferrer">The gauge &amp; the lake</a>' in text and "pixel.png" not in text
    moot.later(120_000)
    moot.edit(ada, said, "Never mind.")
    work(moot, press.allowed())
    assert shown(moot.db, moot.story.id) == [None] and len(press.asked) == 1


def test_by_default_and_for_guests_nobody_is_asked(moot: Moot, press: Counterpart, page: str) -> None:
    moot.says(moot.member("Bo"), page)
    work(moot, press.allowed())
    moot.allow(previews=True)
    moot.says(moot.guest("Cy"), page)
    work(moot, press.allowed())
    assert press.asked == [] and shown(moot.db, moot.story.id) == [None, None]


def test_nothing_of_ones_own_network_is_asked(moot: Moot, press: Counterpart, page: str) -> None:
    moot.says(allow(moot), page)
    work(moot, Outbound())
    assert press.asked == [] and shown(moot.db, moot.story.id) == [None]


@pytest.mark.parametrize("answer", [
    reply(b"\x89PNG", kind="image/png"), reply(PAGE, status=404, kind="text/html"), reply(b"<p>No title.", kind="text/html"),
    reply(b"", kind="text/html"), reply(b"x" * (1 << 20), kind="text/html"),
])  # fmt: skip
def test_a_page_that_says_nothing_is_not_shown_and_asked_once(moot: Moot, press: Counterpart, page: str, answer: bytes) -> None:
    press.script = lambda asked: answer
    moot.says(allow(moot), page)
    work(moot, press.allowed())
    work(moot, press.allowed())
    assert shown(moot.db, moot.story.id) == [None] and len(press.asked) == 1


def test_who_is_erased_leaves_no_preview(moot: Moot, press: Counterpart, page: str) -> None:
    ada = allow(moot)
    said = moot.says(ada, page)
    moot.says(moot.guest("Bo"), "An answer.", parent=said)
    work(moot, press.allowed())
    moot.withdraw(ada, said)
    moot.db.write_now(lambda tx: previews.store.set_text(tx, said, "", "", 0, "", None))
    assert moot.db.read_now(lambda tx: previews.store.preview_of(tx, said)) == ""


@pytest.mark.parametrize("charset", ["punycode", "idna", "undefined", "rot13", "unicode_escape", "utf-7", "no such", ""])
def test_a_page_chooses_no_decoder_that_fails_or_takes_long(charset: str) -> None:
    body = "<title>The lake, später</title>".encode() + b"a-" * 200_000
    begun = time.process_time()
    came = previews.read_page(Answer(200, {"content-type": f"text/html; charset={charset}"}, body, ""), "https://a.example/")
    assert came is not None and came.title == "The lake, später" and time.process_time() - begun < 2


@pytest.mark.parametrize("charset", ["UTF-8", "windows-1251", "koi8-r", "Shift_JIS", "euc-kr", "gb18030", "Big5", '"iso-8859-5"'])
def test_pages_are_read_as_they_are_written(charset: str) -> None:
    title = {"windows-1251": "Озеро", "koi8-r": "Озеро", '"iso-8859-5"': "Озеро", "euc-kr": "호수"}.get(charset, "湖")
    body = f"<title>{title}</title>".encode(charset.strip('"'))
    came = previews.read_page(Answer(200, {"content-type": f"text/html; charset={charset}; x=y"}, body, ""), "https://a.example/")
    assert came is not None and came.title == title


@pytest.mark.parametrize("policy", [{"banned_words": ("gauge",)}, {"suspect_words": ("old bridge",)}])
def test_a_page_says_nothing_that_a_comment_may_not(moot: Moot, press: Counterpart, page: str, policy: dict[str, tuple[str, ...]]) -> None:
    moot.allow(previews=True, **policy)
    moot.says(moot.member("Ada"), f"It is in [the report]({page}).")
    work(moot, press.allowed())
    assert len(press.asked) == 1 and shown(moot.db, moot.story.id) == [None]


def test_the_desk_sees_what_readers_see_below_a_comment(moot: Moot, press: Counterpart, page: str) -> None:
    said = moot.says(allow(moot), f"It is in [the report]({page}).")
    work(moot, press.allowed())
    vera, bo = moot.member("Vera", "moderator"), moot.member("Bo")
    moot.db.write_now(lambda tx: comments.flag(tx, bo, said, "untrue", "", moot.now))
    told = reports.Told("The page behind the link is unlawful.")
    report, _ = moot.db.write_now(lambda tx: reports.report(tx, bo, said, told, moot.now))
    desk = Tab(moot, vera)
    for path in (f"/desk/comment/{said}", f"/desk/report/{report}"):
        assert "The gauge &amp; the lake</a>" in desk.get(path).text, path
    moot.allow(previews=False)
    assert "The gauge &amp; the lake</a>" not in desk.get(f"/desk/comment/{said}").text, "readers do not see it either"


def test_hostile_titles_are_words(moot: Moot) -> None:
    house = House(moot.db, clock=lambda: moot.now)
    ada = allow(moot)
    for words in corpora.SAMPLES:
        body = f"<title>{words}</title><meta name=description content='{words}'>".encode("utf-8", "replace")
        came = previews.read_page(Answer(200, {"content-type": "text/html; charset=rot13"}, body, "https://a.example/"), "https://a.example/")
        if came is None:
            continue
        said = moot.says(ada, "https://a.example/")
        moot.db.write_now(lambda tx, said=said, came=came: previews.remember(tx, {"comment": said}, came, moot.now))  # type: ignore[misc]
        assert len(came.title) <= 121 and "\u202e" not in came.title
    text = house.ask(get(f"/thread/{moot.story.id}")).text
    house.close()
    assert text.count('class="behind"') > 15
    for part in text.split('<p class="behind"')[1:]:
        inner = part.partition(">")[2].partition("</p>")[0]
        assert allowed.faults(f"<p>{inner}</p>") == [], inner
