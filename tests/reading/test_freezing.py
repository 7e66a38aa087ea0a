"""A frozen story: what readers saw, in two files that need nobody, and nothing that they did not see."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest

from folkmoot.discussion.model import MAX_LEVEL
from folkmoot.errors import Conflict, NotAllowed
from folkmoot.people.model import COMMAND
from folkmoot.reading.freezing import Frozen, as_json, as_page, freeze
from folkmoot.sites import stories
from tests.hostile import allowed, corpora
from tests.hostile.shape import Shape
from tests.moot import Moot
from tests.test_cli import Terminal, at, nowhere

__all__ = ["at", "nowhere"]  # fixtures


def frozen(moot: Moot) -> Frozen:
    moot.db.write_now(lambda tx: stories.close(tx, COMMAND, moot.story.id, "", moot.now))
    return moot.db.read_now(lambda tx: freeze(tx, COMMAND, moot.story.id, moot.now))


def test_all_that_readers_saw_is_kept_in_reading_order(moot: Moot) -> None:
    bo, ada, vera = moot.guest("Bo"), moot.guest("Ada"), moot.member("Vera", "moderator")
    first = moot.says(bo, "Close it.")
    moot.says(vera, "The council meets on Monday.")
    moot.says(ada, "No *way*.", parent=moot.says(bo, "Why?", parent=first))
    kept = frozen(moot)
    page = "".join(as_page(kept))
    assert [each.text for each in kept.comments] == ["Close it.", "Why?", "No *way*.", "The council meets on Monday."]
    told = json.loads(as_json(kept))
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
    page, data = "".join(as_page(kept)), as_json(kept).decode()
    assert "Removed by a moderator." in page and "An answer." in page
    for words in ("Secret", "stays inside", "net-1", "mail.example"):
        assert words not in page and words not in data


def test_the_page_needs_no_server_and_runs_nothing(moot: Moot) -> None:
    moot.says(moot.guest("Bo"), "See [this](https://example.com/a).")
    page = "".join(as_page(frozen(moot)))
    assert not re.search(r"<(script|form|iframe|img|button|input|base)\b|\bon\w+=|url\(|@import", page)
    assert set(re.findall(r'(?:href|src)="([^"#]+)', page)) == {"https://example.com/a", "https://news.example/lake"}
    assert "default-src 'none'; style-src 'sha256-" in unescape(page)


def test_an_open_story_is_not_frozen_and_not_by_anybody(moot: Moot) -> None:
    with pytest.raises(Conflict, match="Close it first"):
        moot.db.read_now(lambda tx: freeze(tx, COMMAND, moot.story.id, moot.now))
    with pytest.raises(NotAllowed):
        moot.db.read_now(lambda tx: freeze(tx, moot.guest("Bo"), moot.story.id, moot.now))


def test_the_deepest_thread_is_written_without_going_deep(moot: Moot) -> None:
    above = None
    for level in range(MAX_LEVEL):
        above = moot.says(moot.guest("Bo"), f"Level {level}", parent=above)
    page = "".join(as_page(frozen(moot)))
    assert page.count("<ol") == page.count("</ol>") == MAX_LEVEL


def test_hostile_words_stay_words_in_what_is_frozen(moot: Moot) -> None:
    for words in corpora.SAMPLES:
        try:
            moot.says(moot.guest("Bo"), words)
        except Exception as refused:
            assert "cannot" in str(refused) or "no words" in str(refused) or str(refused), words
    kept = frozen(moot)
    page = "".join(as_page(kept))
    assert len(kept.comments) > 25
    assert all(allowed.faults(each.html) == [] for each in kept.comments)
    assert not any("<script" in sign for sign in Shape(page).around)
    assert len(json.loads(as_json(kept))["comments"]) == len(kept.comments)


def test_the_command_writes_two_files_and_none_over_others(at: Terminal, moot: Moot, tmp_path: Path) -> None:
    moot.says(moot.guest("Bo"), "Close it.")
    assert "Close it first" in at.refuses("story", "freeze", "https://news.example/lake", "--out", str(tmp_path / "kept"))
    at.does("story", "close", "https://news.example/lake")
    told = at.reads("story", "freeze", "https://news.example/lake", "--out", str(tmp_path / "kept"))
    assert isinstance(told, dict) and told["comments"] == 1
    assert sorted(path.suffix for path in (tmp_path / "kept").iterdir()) == [".html", ".json"]
    assert "Close it." in Path(str(told["html"])).read_text("utf-8") and Path(str(told["html"])).name.startswith("news-example-lake-")
    assert "--force" in at.refuses("story", "freeze", "https://news.example/lake", "--out", str(tmp_path / "kept"))
