"""A frozen story: what readers saw, in two files that need nobody, and nothing that they did not see."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from folkmoot.discussion import belongings, beside, paging, store, store_pages
from folkmoot.discussion.model import MAX_LEVEL, Comment, Preview
from folkmoot.errors import Conflict, NotAllowed, Problem
from folkmoot.people.model import COMMAND
from folkmoot.people.waiting import Because
from folkmoot.reading.freezing import as_json, as_page, freeze
from folkmoot.sites import stories
from folkmoot.storage.database import Tx
from tests.hostile import allowed, corpora
from tests.hostile.shape import Shape
from tests.moot import MINUTE, Moot
from tests.test_cli import Terminal, at, nowhere

__all__ = ["at", "nowhere"]  # fixtures


class Files(NamedTuple):
    """A frozen story: the page, the JSON, and what is told of it."""

    page: str
    data: bytes
    comments: list[Comment]


def frozen(moot: Moot) -> Files:
    moot.db.write_now(lambda tx: stories.close(tx, COMMAND, moot.story.id, "", moot.now))
    return written(moot)


def written(moot: Moot) -> Files:
    """The files of a story that is closed."""

    def made(tx: Tx) -> Files:
        kept = freeze(tx, COMMAND, moot.story.id, moot.now)
        return Files("".join(as_page(tx, kept)), b"".join(as_json(tx, kept)), list(paging.whole(tx, moot.story.id)))

    return moot.db.read_now(made)


def test_all_that_readers_saw_is_kept_in_reading_order(moot: Moot) -> None:
    bo, ada, vera = moot.guest("Bo"), moot.guest("Ada"), moot.member("Vera", "moderator")
    first = moot.says(bo, "Close it.")
    moot.says(vera, "The council meets on Monday.")
    moot.says(ada, "No *way*.", parent=moot.says(bo, "Why?", parent=first))
    kept = frozen(moot)
    page = kept.page
    assert [each.text for each in kept.comments] == ["Close it.", "Why?", "No *way*.", "The council meets on Monday."]
    told = json.loads(kept.data)
    assert (told["story"]["live"], [each["level"] for each in told["comments"]]) == (4, [1, 2, 3, 1])
    assert page.count("<ol") == page.count("</ol>") == 3 and page.count("<li>") == page.count("</li>") == 4
    assert "<em>way</em>" in page and ">Newsroom</span>" in page and 'reply to <a href="#c' in page


def test_nothing_hidden_is_in_it(moot: Moot) -> None:
    bo, vera = moot.guest("Bo", "net-1"), moot.member("Vera", "moderator")
    held, removed, withdrawn = (moot.says(bo, f"Secret {number}") for number in range(3))
    moot.says(moot.guest("Ada"), "An answer.", parent=removed)
    moot.decide(vera, held, "hold", "A reason that stays inside")
    moot.decide(vera, removed, "remove", "A reason that stays inside")
    moot.withdraw(bo, withdrawn)
    kept = frozen(moot)
    page, data = kept.page, kept.data.decode()
    assert "Removed by a moderator." in page and "An answer." in page
    for words in ("Secret", "stays inside", "net-1", "mail.example"):
        assert words not in page and words not in data


def test_the_page_needs_no_server_and_runs_nothing(moot: Moot) -> None:
    moot.says(moot.guest("Bo"), "See [this](https://example.com/a).")
    page = frozen(moot).page
    assert not re.search(r"<(script|form|iframe|img|button|input|base)\b|\bon\w+=|url\(|@import", page)
    assert set(re.findall(r'(?:href|src)="([^"#]+)', page)) == {"https://example.com/a", "https://news.example/lake"}
    assert "default-src 'none'; style-src 'sha256-" in unescape(page)


def test_what_readers_saw_beside_a_comment_is_kept(moot: Moot) -> None:
    bo, zeb, vera = moot.guest("Bo"), moot.member("Zeb"), moot.member("Vera", "moderator")
    first = moot.says(bo, "See https://report.example/lake for all of it.")
    second = moot.says(zeb, "I was there.", parent=first)
    moot.says(moot.guest("Ada"), "So was I.", parent=second)
    moot.later(5 * MINUTE)
    moot.edit(bo, first, "See https://report.example/lake for most of it.")
    preview = msgspec.json.encode(Preview("The lake in 2025", "What was measured.", "https://report.example/lake", "report.example")).decode()

    def act(tx: Tx) -> None:
        for deed in ("pin", "feature", "lock"):
            beside.mark(tx, vera, first, deed, Because(), moot.now)
        store.set_preview(tx, first, preview)
        while belongings.erase(tx, zeb.id or 0, "stay", moot.now):
            pass

    moot.db.write_now(act)
    moot.allow(previews=True)
    kept = frozen(moot)
    page = " ".join(kept.page.split())
    assert 'Put here by the newsroom</h3><p class="byline"><b><bdi>Bo</bdi></b></p>' in page and f'href="#c{first}">See it in the discussion' in page
    assert ">Chosen by the newsroom</span>" in page and ">takes no more replies</span>" in page
    assert re.search(r"edited <time [^>]+>28 May 2026, 20:31 UTC</time>", page)
    assert "<bdi>Withdrawn person</bdi></b>" in page and f'reply to <a href="#c{second}"><bdi>Withdrawn person</bdi>' in page and "Zeb" not in page
    link = '<a href="https://report.example/lake" rel="nofollow ugc noopener noreferrer">The lake in 2025</a>'
    assert f'{link} <bdi class="host">report.example</bdi><br>What was measured.</p>' in page
    assert json.loads(kept.data)["story"]["pinned"] == str(first)
    moot.allow(previews=False)
    assert "The lake in 2025" not in written(moot).page


def test_an_open_story_is_not_frozen_and_not_by_anybody(moot: Moot) -> None:
    with pytest.raises(Conflict, match="Close it first"):
        moot.db.read_now(lambda tx: freeze(tx, COMMAND, moot.story.id, moot.now))
    with pytest.raises(NotAllowed):
        moot.db.read_now(lambda tx: freeze(tx, moot.guest("Bo"), moot.story.id, moot.now))


def test_the_deepest_thread_is_written_without_going_deep(moot: Moot) -> None:
    above = None
    for level in range(MAX_LEVEL):
        above = moot.says(moot.guest("Bo"), f"Level {level}", parent=above)
    page = frozen(moot).page
    assert page.count("<ol") == page.count("</ol>") == MAX_LEVEL


def test_hostile_words_stay_words_in_what_is_frozen(moot: Moot) -> None:
    for words in corpora.SAMPLES:
        try:
            moot.says(moot.guest("Bo"), words)
        except Exception as refused:
            assert "cannot" in str(refused) or "no words" in str(refused) or str(refused), words
    kept = frozen(moot)
    page = kept.page
    assert len(kept.comments) > 25
    assert all(allowed.faults(each.html) == [] for each in kept.comments)
    assert not any("<script" in sign for sign in Shape(page).around)
    assert len(json.loads(kept.data)["comments"]) == len(kept.comments)


def test_the_command_writes_two_files_and_none_over_others(at: Terminal, moot: Moot, tmp_path: Path) -> None:
    moot.says(moot.guest("Bo"), "Close it.")
    assert "Close it first" in at.refuses("story", "freeze", "https://news.example/lake", "--out", str(tmp_path / "kept"))
    at.does("story", "close", "https://news.example/lake")
    told = at.reads("story", "freeze", "https://news.example/lake", "--out", str(tmp_path / "kept"))
    assert isinstance(told, dict) and (told["comments"], told["notes"]) == (1, 0)
    assert sorted(path.suffix for path in (tmp_path / "kept").iterdir()) == [".html", ".json"]
    assert "Close it." in Path(str(told["html"])).read_text("utf-8") and Path(str(told["html"])).name.startswith("news-example-lake-")
    assert "--force" in at.refuses("story", "freeze", "https://news.example/lake", "--out", str(tmp_path / "kept"))


def test_a_long_thread_is_written_without_being_held(moot: Moot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "WHOLE_STEP", 3)
    roots = [moot.says(moot.guest("Bo"), f"Root {number}") for number in range(4)]
    for number in range(12):
        moot.says(moot.guest("Ada"), f"Reply {number}", parent=roots[number % 4])
    asked: list[int] = []
    fetch = store_pages.rows_of
    monkeypatch.setattr(store_pages, "rows_of", lambda tx, some: (asked.append(len(some)), fetch(tx, some))[1])
    kept = frozen(moot)
    assert max(asked) == 3 and sum(asked) == 3 * 16
    assert [each["text"] for each in json.loads(kept.data)["comments"]][:5] == ["Root 0", "Reply 0", "Reply 4", "Reply 8", "Root 1"]


@pytest.mark.long
def test_every_hostile_text_stays_words_in_what_is_frozen(moot: Moot) -> None:
    """The corpora whole, as they would stand after an import; some forty megabytes of page in steps."""
    said = 0
    for words in corpora.texts():
        if words.strip() and len(words) < 20_000:
            try:
                moot.says(moot.guest("Bo"), words)
                said += 1
            except Problem:
                continue
    kept = frozen(moot)
    assert len(json.loads(kept.data)["comments"]) == len(kept.comments) == said > 5_000
    assert all(allowed.faults(each.html) == [] for each in kept.comments)
    assert not any("<script" in sign for sign in Shape(kept.page).around)
