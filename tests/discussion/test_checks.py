"""`check` counts everything again: a sound newsroom gives no finding, one planted fault gives one that names the row."""

from __future__ import annotations

from pathlib import Path

import pytest

from folkmoot.discussion import archive, checks
from folkmoot.people import checks as people_checks
from folkmoot.people.model import COMMAND
from folkmoot.sites import checks as sites_checks
from folkmoot.sites import stories
from folkmoot.storage import checks as storage_checks
from folkmoot.storage import jobs
from folkmoot.storage.checks import Finding
from tests.discussion.importers.conftest import SAMPLES
from tests.moot import MINUTE, Moot


def findings(moot: Moot) -> list[Finding]:
    rooms = (storage_checks.check, sites_checks.check, people_checks.check, checks.check)
    return [finding for check in rooms for finding in check(moot.db)]


@pytest.fixture
def sound(moot: Moot, tmp_path: Path) -> Moot:
    """A newsroom with a thread, votes, an edit, decisions, an import; all of it as it must be."""
    ada, bo, mod = moot.member("Ada"), moot.guest("Bo"), moot.member("Ines", "moderator")
    root = moot.says(ada, "Root")
    reply = moot.says(bo, "Reply", root)
    moot.says(ada, "Leaf", reply)
    moot.vote(mod, root, 1)
    moot.vote(bo, root, 1)
    moot.later(2 * MINUTE)
    moot.edit(ada, root, "Root, said better")
    moot.decide(mod, reply, "remove", "An attack.")
    moot.decide(mod, moot.says(bo, "Held"), "hold")
    moot.withdraw(bo, moot.says(bo, "Withdrawn"))
    moot.claim(bo, ada)
    archive.bring(moot.db, tmp_path / "staging", "news.example", [SAMPLES / "traps.xml"], now=moot.now)
    moot.db.write_now(lambda tx: stories.close(tx, COMMAND, moot.story.id, "Enough.", moot.now))
    return moot


def test_a_newsroom_where_everything_has_happened_is_sound(sound: Moot) -> None:
    assert findings(sound) == []


ROOT = "WHERE text = 'Root, said better'"
LEAF = "WHERE text = 'Leaf'"
FAULTS = [
    ("replies", f"UPDATE comment SET replies = 7 {ROOT}", r"The comment \d+ says it has 7 visible replies; there are 1\."),
    ("visible", f"UPDATE comment SET visible = 0 {LEAF}", "cannot be seen, though it is published with 0 visible replies"),
    ("visible", "UPDATE comment SET visible = 1 WHERE state = 'spam'", "can be seen, though it is spam"),
    ("place", f"UPDATE comment SET level = 7 {LEAF}", "is at level 7 below one at level 2"),
    ("place", f"UPDATE comment SET level = 2 {ROOT}", "answers nothing, but is at level 2"),
    ("place", f"UPDATE comment SET parent = 12 {LEAF}", "answers 12, which does not exist"),
    ("place", f"UPDATE comment SET parent = (SELECT id FROM comment WHERE text = 'To another story') {LEAF}", "which stands under another story"),
    ("votes", f"UPDATE comment SET up = up + 3 {ROOT}", "says it has 4 votes up and 0 down; counted are 1 and 0"),
    ("votes", f"UPDATE comment SET base_down = 2 {ROOT}", "counted are 1 and 2"),
    ("sort keys", f"UPDATE comment SET by_best = -0.99, by_hot = 1 {ROOT}", "is sorted by wrong keys: best, hot"),
    ("state", f"UPDATE comment SET state = 'removed' {LEAF}", "is removed, but the last decision on it is missing"),
    ("state", "UPDATE comment SET state = 'published' WHERE state = 'held'", "is published, but the last decision on it is hold"),
    ("turn", f"UPDATE comment SET moved = 1000000 {LEAF}", "has moved at turn 1000000"),
    ("html", f"UPDATE comment SET html = '<p>Lead</p>' {LEAF}", "shows other HTML than its text makes"),
    ("revisions", "UPDATE revision SET state = 'shown'", "has 2 revisions that are shown"),
    ("revisions", "UPDATE revision SET text = 'Else' WHERE state = 'shown'", "shows another text than its revision 2"),
    ("revisions", "UPDATE revision SET number = 5 WHERE number = 2", "numbers leave gaps"),
    ("unknown person", f"UPDATE comment SET person = 12 {LEAF}", "is by the person 12, who does not exist"),
    ("unknown story", f"UPDATE comment SET story = 12 {LEAF}", "stands under the story 12, which does not exist"),
    ("live", "UPDATE thread SET live = live + 1", r"says it has \d+ comments; readers see \d+"),
    ("thread votes", "UPDATE thread SET votes = votes + 1 WHERE votes > 0", "says it has 2 votes; there are 1"),
    ("source key", "UPDATE source_key SET id = 12 WHERE source_id = 'dsq:108'", "The comment 12 is remembered as disqus dsq:108"),
    ("source key", "UPDATE source_key SET id = 12 WHERE source_id = 'bo'", "The person 12 is remembered from an import"),
    ("source key", "UPDATE source_key SET id = 12 WHERE kind = 'story'", "The story 12 is remembered from an import"),
    ("import not ended", "UPDATE batch SET phase = 'opening'", r"of traps\.xml has not ended \(opening\)"),
    ("site", "DELETE FROM site_host", "does not have its own host among its hosts"),
    ("site", "UPDATE site SET policy = '{\"mode\": \"shut\"}'", "has a policy that cannot be read"),
    ("story address", "DELETE FROM story_address WHERE cleaned = 'news.example/gone'", "has neither an address nor a publisher's id"),
    ("story address", "UPDATE story_address SET cleaned = 'news.example/elsewhere' WHERE cleaned = 'news.example/gone'",
     "is to be read at https://news.example/gone, but is not found under it"),
    ("story address", "INSERT INTO story_address (cleaned, story, told_by, added) SELECT 'www.news.example/x/', MIN(id), 'page', 1 FROM story",
     "is found under www.news.example/x/, which is not how addresses are compared"),
    ("story closed", "UPDATE story SET closed = NULL", "is open, but the last decision is close"),
    ("person", "UPDATE person SET proven = NULL WHERE name = 'Ada' AND kind = 'member'", "is a member who has proven nothing"),
    ("person", "UPDATE person SET claimed_by = id WHERE kind = 'guest'", "though only a member claims"),
    ("person", "UPDATE role SET person = (SELECT MIN(id) FROM person WHERE kind = 'guest')", "is a guest, but has a role"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "damage", "words"), FAULTS)
def test_a_planted_fault_is_found_and_its_row_named(sound: Moot, kind: str, damage: str, words: str) -> None:
    sound.db.write_now(lambda tx: tx.run(damage))
    said = [finding.words for finding in findings(sound) if finding.kind == kind]
    assert said, kind
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(" ".join(said))


def test_a_job_that_was_given_up_is_found(sound: Moot) -> None:
    sound.db.write_now(lambda tx: jobs.put(tx, "mail", {}, sound.now))
    job = jobs.claim(sound.db, ["mail"], sound.now)
    assert job
    sound.db.write_now(lambda tx: jobs.fail(tx, job, "The mail server refused.", sound.now, None))
    assert [finding.words for finding in findings(sound)] == [f"The job {job.id} (mail) was given up after 1 tries: The mail server refused."]


def test_only_some_comments_are_rendered_again_where_asked(sound: Moot) -> None:
    sound.db.write_now(lambda tx: tx.run("UPDATE comment SET html = 'x'"))
    every = [finding for finding in checks.check(sound.db) if finding.kind == "html"]
    some = [finding for finding in checks.check(sound.db, every=5) if finding.kind == "html"]
    assert 0 < len(some) < len(every)
