"""Somebody writes: as a guest, in reply, with a preview, after an outage; changes it, takes it back, is held, is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from folkmoot.discussion.asking import RUSH
from folkmoot.people.model import COMMAND
from folkmoot.sites import sites
from folkmoot.sites.model import Policy
from folkmoot.web.kit import clock
from tests.journeys.newsroom import Newsroom, calm
from tests.journeys.walk import comment, embed, held_token, own_page, sees, words_of, write


def test_a_guest_writes_at_once_and_the_comment_takes_the_focus(tab: Page, newsroom: Newsroom) -> None:
    newsroom.says("Hedda", "Said before.", "guest")
    frame = embed(tab, newsroom, "guest")
    write(frame, "Which *end* of the lake?", "Ada")
    posted = comment(frame, "Which end of the lake?")
    expect(posted).to_be_focused()
    sees(posted, "Ada", "You", "Posted.", "you can edit it for")
    sees(frame.locator("#talk"), "2 comments")
    expect(frame.get_by_label("Your comment").first).to_have_value("")
    tab.reload()
    frame = embed(tab, newsroom, "guest")
    sees(comment(frame, "Which end of the lake?"), "Ada", "You")
    expect(frame.get_by_label("Name").first).to_have_value("Ada")


def test_the_first_comment_makes_the_story(tab: Page, newsroom: Newsroom) -> None:
    frame = embed(tab, newsroom, "never-spoken-of")
    sees(frame.locator("#none"), "No comments yet.")
    write(frame, "I am the first.", "Ada")
    sees(frame.locator("#talk"), "1 comment")
    expect(frame.locator("#none")).to_have_count(0)
    write(frame, "And the second.")
    sees(frame.locator("#talk"), "2 comments")
    expect(frame.locator("#comments article .tag.mine")).to_have_count(2)


def test_a_reply_stands_below_what_it_answers(tab: Page, newsroom: Newsroom) -> None:
    newsroom.says("Hedda", "Ask me anything.", "reply")
    frame = embed(tab, newsroom, "reply")
    frame.get_by_role("link", name="Reply to Hedda").click()
    form = frame.get_by_role("form", name="Reply to Hedda")
    form.get_by_label("Your comment").fill("Who reads the gauge?")
    form.get_by_label("Name").fill("Bo")
    form.get_by_role("button", name="Post reply").click()
    expect(frame.locator(".replies article", has_text="Who reads the gauge?")).to_be_focused()
    expect(form).to_have_count(0)
    sees(frame.locator(".replies .to"), "reply to Hedda")


def test_a_reply_that_is_given_up_keeps_its_draft_and_gives_the_focus_back(tab: Page, newsroom: Newsroom) -> None:
    newsroom.says("Hedda", "Ask me.", "given-up")
    frame = embed(tab, newsroom, "given-up")
    link = frame.get_by_role("link", name="Reply to Hedda")
    link.click()
    frame.get_by_role("form", name="Reply to Hedda").get_by_label("Your comment").fill("Half a thought")
    tab.keyboard.press("Escape")
    expect(link).to_be_focused()
    link.click()
    expect(frame.get_by_role("form", name="Reply to Hedda").get_by_label("Your comment")).to_have_value("Half a thought")


def test_a_preview_shows_the_words_as_they_will_look(tab: Page, newsroom: Newsroom) -> None:
    frame = embed(tab, newsroom, "preview")
    frame.get_by_label("Your comment").fill("See **this**: [the club](https://swim.example/x) <img src=x onerror=alert(1)>")
    frame.get_by_role("button", name="Preview").click()
    expect(frame.locator(".composer .words strong")).to_have_text("this")
    expect(frame.locator(".composer .words a")).to_have_attribute("rel", re.compile("nofollow"))
    expect(frame.locator(".composer .words img")).to_have_count(0)
    frame.get_by_role("button", name="Write").click()
    expect(frame.get_by_label("Your comment")).to_be_visible()


def test_what_is_missing_is_said_in_a_summary_that_leads_to_the_field(tab: Page, newsroom: Newsroom) -> None:
    frame = embed(tab, newsroom, "missing")
    write(frame, "Words without a name.")
    summary = frame.get_by_role("alert")
    expect(summary).to_be_focused()
    sees(summary, "Nothing you wrote is lost.")
    summary.get_by_role("link").click()
    expect(frame.get_by_label("Name")).to_be_focused()
    expect(frame.get_by_label("Name")).to_have_attribute("aria-invalid", "true")


def test_a_refused_comment_keeps_its_words_and_says_why(tab: Page, newsroom: Newsroom) -> None:
    frame = embed(tab, newsroom, "refused")
    write(frame, "x" * 5_001, "Ada")
    sees(frame.get_by_role("alert"), "5000")
    assert len(frame.get_by_label("Your comment").input_value()) == 5_001


def test_a_draft_survives_reload_and_outage_and_is_posted_once(tab: Page, newsroom: Newsroom) -> None:
    frame = embed(tab, newsroom, "draft")
    frame.get_by_label("Your comment").fill("Words that must not be lost.")
    tab.reload()
    frame = embed(tab, newsroom, "draft")
    expect(frame.get_by_label("Your comment")).to_have_value("Words that must not be lost.")
    tab.context.set_offline(True)
    frame.get_by_label("Name").fill("Ada")
    frame.get_by_role("button", name="Post comment").click()
    sees(frame.locator(".told.waits"), "Not posted yet: no connection.", "Your words are safe here")
    tab.context.set_offline(False)
    frame.get_by_role("button", name="Try again").click()
    expect(comment(frame, "Words that must not be lost.")).to_be_focused()
    assert words_of(frame) == ["Words that must not be lost."]
    tab.reload()
    expect(embed(tab, newsroom, "draft").get_by_label("Your comment").first).to_have_value("")


def test_an_answer_that_was_lost_does_not_make_two_comments(tab: Page, newsroom: Newsroom) -> None:
    frame = embed(tab, newsroom, "lost-answer")
    lose_one = """() => { const real = fetch; let lost = 0;
        window.fetch = async (...asked) => { const got = await real(...asked);
            if (asked[0].endsWith('/comments') && !lost++) throw new TypeError('the answer is lost'); return got; }; }"""
    next(each for each in tab.frames if each.url.startswith(newsroom.talk)).evaluate(lose_one)
    write(frame, "Said once.", "Ada")
    sees(frame.locator(".told.waits"), "Not posted yet")
    frame.get_by_role("button", name="Try again").click()
    expect(comment(frame, "Said once.")).to_be_focused()
    sees(frame.locator("#talk"), "1 comment")


def test_a_comment_is_edited_in_place_and_its_history_is_public_by_link(tab: Page, newsroom: Newsroom) -> None:
    frame = embed(tab, newsroom, "edit")
    write(frame, "First words.", "Ada")
    posted = comment(frame, "First words.")
    posted.get_by_role("button", name="Edit").click()
    form = frame.get_by_role("form", name="Edit your comment")
    expect(form.get_by_label("Your comment")).to_have_value("First words.")
    form.get_by_label("Your comment").fill("Better words.")
    form.get_by_role("button", name="Save").click()
    changed = comment(frame, "Better words.")
    expect(changed).to_be_focused()
    sees(changed, "Saved.", "You")
    expect(form).to_have_count(0)


def test_a_comment_is_withdrawn_after_asking_once(tab: Page, newsroom: Newsroom) -> None:
    frame = embed(tab, newsroom, "withdraw")
    write(frame, "I take this back.", "Ada")
    posted = comment(frame, "I take this back.")
    posted.get_by_role("button", name="Withdraw").click()
    posted.get_by_role("button", name="Keep it").click()
    expect(posted).to_be_visible()
    posted.get_by_role("button", name="Withdraw").click()
    posted.locator("form.withdraw").get_by_role("button", name="Withdraw").click()
    expect(frame.locator(".tomb")).to_have_text("Withdrawn by its writer.")
    expect(frame.locator(".tomb")).to_be_focused()
    tab.reload()
    frame = embed(tab, newsroom, "withdraw")
    expect(frame.get_by_text("I take this back.")).to_have_count(0)


@pytest.fixture
def crowd() -> Iterator[None]:
    """While it lasts, very many write whom nobody knows."""
    for _ in range(60):
        RUSH.add(clock())
    yield
    RUSH.clear()


def test_while_very_many_write_the_readers_device_works_and_the_reader_notices_nothing(
    tab: Page, newsroom: Newsroom, crowded: None, crowd: None
) -> None:
    newsroom.says("Hedda", "Said before.", "crowd")
    frame = embed(tab, newsroom, "crowd")
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    write(frame, "In the midst of a crowd.", "Ada")
    sees(comment(frame, "In the midst of a crowd."), "Ada", "You", "Posted.")
    assert any("/api/v1/challenge?" in each for each in asked) and any("/static/proof." in each for each in asked)


def test_while_very_many_write_who_has_no_script_waits_and_is_told_why(browser: Browser, newsroom: Newsroom, crowded: None, crowd: None) -> None:
    newsroom.says("Hedda", "Said before.", "crowd-plain")
    context = browser.new_context(java_script_enabled=False)
    page = own_page(context.new_page(), newsroom, "crowd-plain")
    page.get_by_label("Your comment").fill("Without script, in a crowd.")
    page.get_by_label("Name").fill("Ada")
    page.get_by_role("button", name="Post comment").click()
    sees(page.locator("main"), "Without script, in a crowd.", "a moderator looks first at what comes from people who are new here")
    context.close()


@pytest.fixture
def crowded(newsroom: Newsroom):  # type: ignore[no-untyped-def]
    """While it lasts, the site asks newcomers' devices for work in a rush, as sites do unless they are told otherwise."""

    def change(policy: Policy) -> None:
        newsroom.db.write_now(lambda tx: sites.change_site(tx, COMMAND, newsroom.site.id, policy=policy))

    change(Policy())
    yield
    change(calm())


@pytest.fixture
def holding(newsroom: Newsroom):  # type: ignore[no-untyped-def]
    """While it lasts, the site holds every comment."""

    def change(mode: str) -> None:
        newsroom.db.write_now(lambda tx: sites.change_site(tx, COMMAND, newsroom.site.id, policy=calm(mode=mode)))  # type: ignore[arg-type]

    change("hold_all")
    yield
    change("open")


def test_a_held_comment_is_seen_by_its_writer_with_the_reason_and_by_nobody_else(
    tab: Page, browser: Browser, newsroom: Newsroom, holding: None
) -> None:
    newsroom.story("held")
    frame = embed(tab, newsroom, "held")
    write(frame, "Let me through.", "Ada")
    sees(frame.locator(".held"), "Waiting for a moderator", "Let me through.", "Ada")
    tab.reload()
    sees(embed(tab, newsroom, "held").locator(".held"), "Waiting for a moderator", "Let me through.")
    other = browser.new_context()
    assert words_of(own_page(other.new_page(), newsroom, "held")) == []
    other.close()


def test_a_guests_vote_is_kept_shown_and_taken_back(tab: Page, newsroom: Newsroom) -> None:
    newsroom.says("Hedda", "Worth a vote.", "vote")
    frame = embed(tab, newsroom, "vote")
    there = comment(frame, "Worth a vote.")
    up = there.get_by_role("button", name="Worth reading", exact=True)
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    sees(there, "Your vote is kept. It counts once you have signed in.")
    tab.reload()
    frame = embed(tab, newsroom, "vote")
    up = comment(frame, "Worth a vote.").get_by_role("button", name="Worth reading", exact=True)
    expect(up).to_have_attribute("aria-pressed", "true")
    up.click()
    expect(up).to_have_attribute("aria-pressed", "false")


def test_two_first_deeds_at_once_are_one_persons(tab: Page, newsroom: Newsroom) -> None:
    said = [newsroom.says("Hedda", words, "at-once") for words in ("The first.", "The second.")]
    frame = embed(tab, newsroom, "at-once")
    for words in ("The first.", "The second."):
        comment(frame, words).get_by_role("button", name="Worth reading", exact=True).wait_for()
    frame.locator("#comments").evaluate("list => list.querySelectorAll('form button[value=\"1\"]').forEach(each => each.click())")
    for words in ("The first.", "The second."):
        sees(comment(frame, words), "Your vote is kept.")
    voters = newsroom.db.read_now(lambda tx: tx.rows("SELECT person FROM vote WHERE comment = :one OR comment = :two", one=said[0], two=said[1]))
    assert (len(voters), len({row.person for row in voters})) == (2, 1)


def test_a_first_deed_that_nobody_answers_holds_up_no_preview_and_the_next_deed_for_a_while_alone(tab: Page, newsroom: Newsroom) -> None:
    for words in ("The first.", "The second."):
        newsroom.says("Hedda", words, "unanswered")
    tab.add_init_script("AbortSignal.timeout = () => { const one = new AbortController(); (globalThis.given ??= []).push(one); return one.signal; };")
    frame = embed(tab, newsroom, "unanswered")
    tab.route("**/vote", lambda route: None, times=1)
    with tab.expect_request("**/vote"):
        comment(frame, "The first.").get_by_role("button", name="Worth reading", exact=True).click()
    comment(frame, "The second.").get_by_role("button", name="Worth reading", exact=True).click()
    form = frame.locator("form.composer").first
    form.get_by_label("Your comment").fill("How *low*?")
    form.get_by_role("button", name="Preview").click()
    expect(form.locator(".words em")).to_have_text("low")
    frame.locator("body").evaluate("() => given.forEach(each => each.abort())")
    sees(comment(frame, "The second."), "Your vote is kept.")


def test_two_windows_at_their_first_deed_are_one_person(tab: Page, newsroom: Newsroom) -> None:
    words = ("The first.", "The second.")
    said = [newsroom.says("Hedda", each, "two-windows") for each in words]
    windows = (tab, tab.context.new_page())
    votes = [comment(embed(window, newsroom, "two-windows"), each) for window, each in zip(windows, words, strict=True)]
    sent: list[Route] = []
    tab.context.route("**/vote", lambda route: sent.append(route))
    for vote in votes:
        vote.get_by_role("button", name="Worth reading", exact=True).click()
    for _ in votes:  # the second is not sent before the first is answered
        while not sent:
            tab.wait_for_timeout(10)
        sent.pop().continue_()
    for vote in votes:
        sees(vote, "Your vote is kept.")
    voters = newsroom.db.read_now(lambda tx: tx.rows("SELECT person FROM vote WHERE comment = :one OR comment = :two", one=said[0], two=said[1]))
    assert (len(voters), len({row.person for row in voters})) == (2, 1)


def test_a_comment_is_reported_with_a_reason(tab: Page, newsroom: Newsroom) -> None:
    newsroom.says("Jory", "Buy my boats.", "report")
    frame = embed(tab, newsroom, "report")
    there = comment(frame, "Buy my boats.")
    there.get_by_text("More").click()
    there.get_by_text("Report it to the moderators").click()
    there.get_by_label("It is advertising").check()
    there.get_by_role("button", name="Report").click()
    sees(there, "Thank you. A moderator will look at it.")
    expect(there.locator("form.report")).to_have_count(0)


def test_a_guests_token_stays_in_the_frames_storage_and_never_reaches_the_host(tab: Page, newsroom: Newsroom) -> None:
    tab.add_init_script("window.heard = []; addEventListener('message', ({data}) => window.heard.push(JSON.stringify(data)))")
    frame = embed(tab, newsroom, "token")
    write(frame, "Mine alone.", "Ada")
    expect(comment(frame, "Mine alone.")).to_be_focused()
    token = held_token(tab, newsroom, "guest")
    assert token
    assert token not in str(tab.evaluate("[window.heard, Object.values(localStorage), document.cookie]"))
    assert all(re.fullmatch(r'\{"folkmoot":1,"(height|count)":\d+\}', message) for message in tab.evaluate("window.heard"))


def test_without_script_one_writes_replies_and_withdraws_on_our_own_page(browser: Browser, newsroom: Newsroom) -> None:
    newsroom.says("Hedda", "Ask me without script.", "plain")
    context = browser.new_context(java_script_enabled=False)
    page = own_page(context.new_page(), newsroom, "plain")
    page.get_by_role("link", name="Reply to Hedda").click()
    page.get_by_label("Your comment").fill("An answer without script.")
    page.get_by_label("Name").fill("Bo")
    page.get_by_role("button", name="Post reply").click()
    sees(page.locator("main"), "It is published.", "An answer without script.", "Bo", "What you have written")
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Your comment").fill("A better answer without script.")
    page.get_by_role("button", name="Save").click()
    sees(page.locator("main"), "A better answer without script.")
    page.get_by_role("link", name="Withdraw").click()
    page.get_by_role("button", name="Withdraw").click()
    sees(page.locator("main"), "Withdrawn by its writer.")
    context.close()


def test_without_script_a_refused_comment_comes_back_with_its_words(browser: Browser, newsroom: Newsroom) -> None:
    newsroom.says("Hedda", "Said before.", "plain-refused")
    context = browser.new_context(java_script_enabled=False)
    page = own_page(context.new_page(), newsroom, "plain-refused")
    page.get_by_label("Your comment").fill("y" * 5_001)
    page.get_by_label("Name").fill("Bo")
    page.get_by_role("button", name="Post comment").click()
    sees(page.get_by_role("alert"), "Nothing you wrote is lost.")
    assert len(page.get_by_label("Your comment").input_value()) == 5_001
    context.close()


def test_without_script_a_comment_is_voted_for_and_reported(browser: Browser, newsroom: Newsroom) -> None:
    newsroom.says("Jory", "Vote or report.", "plain-vote")
    context = browser.new_context(java_script_enabled=False)
    page = own_page(context.new_page(), newsroom, "plain-vote")
    comment(page, "Vote or report.").get_by_role("button", name="Worth reading", exact=True).click()
    sees(page.locator("li.marked"), "Vote or report.")
    there = comment(page, "Vote or report.")
    there.get_by_text("More").click()
    there.get_by_role("link", name="Report it to the moderators").click()
    page.get_by_label("It is advertising").check()
    page.get_by_role("button", name="Report to the moderators").click()
    sees(page.get_by_role("status"), "Thank you.")
    context.close()
