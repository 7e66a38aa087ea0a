"""Signing in from a newspaper's page: by a popup, by mailed digits where none opens, and staying signed in."""

from __future__ import annotations

from playwright.sync_api import FrameLocator, Page, expect

from folkmoot.people import accounts
from folkmoot.web.kit import clock
from tests.journeys.newsroom import Newsroom
from tests.journeys.walk import comment, embed, held_token, own_page, sees, write

DENIED = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError') }})"


def by_mail(popup: Page, newsroom: Newsroom, mailbox: str, name: str | None) -> None:
    """Walks through the pages of the popup, or of a tab, until one is signed in. name: for a mailbox that is new."""
    popup.get_by_label("Your e-mail address").fill(mailbox)
    popup.get_by_role("button", name="Send the code").click()
    popup.get_by_label("The six digits").fill(newsroom.digits(mailbox))
    popup.get_by_role("button", name="Sign in").click()
    if name:
        popup.get_by_label("Your name").fill(name)
        popup.get_by_role("button", name="Sign in").click()


def open_popup(tab: Page, frame: FrameLocator) -> Page:
    with tab.expect_popup() as opened:
        frame.get_by_role("link", name="Sign in").first.click()
    return opened.value


def test_a_popup_signs_the_frame_in_and_a_reload_keeps_it(tab: Page, newsroom: Newsroom) -> None:
    newsroom.story("popup")
    frame = embed(tab, newsroom, "popup")
    frame.get_by_label("Your comment").fill("Written before I signed in.")
    popup = open_popup(tab, frame)
    sees(popup.locator("main"), "You came from news.localhost")
    by_mail(popup, newsroom, "ada.signs@mail.example", "Ada")
    sees(frame.locator(".who").first, "You write as Ada.")
    if not popup.is_closed():
        popup.wait_for_event("close")
    expect(frame.get_by_label("Your comment")).to_have_value("Written before I signed in.")
    frame.get_by_role("button", name="Post comment").click()
    sees(comment(frame, "Written before I signed in."), "Ada", "You")
    tab.reload()
    frame = embed(tab, newsroom, "popup")
    sees(frame.locator(".who").first, "You write as Ada.")
    write(frame, "Written after a reload.")
    sees(comment(frame, "Written after a reload."), "Ada")
    newsroom.says("Hedda", "Another story.", "popup-other")
    frame = embed(tab, newsroom, "popup-other")
    there = comment(frame, "Another story.")
    there.get_by_role("button", name="Worth reading", exact=True).click()
    sees(there.locator(".num"), "1")
    with tab.expect_event("framenavigated"):
        frame.get_by_role("button", name="Sign out").first.click()
    sees(frame.locator(".who").first, "You write as a guest.")
    assert held_token(tab, newsroom, "refresh") is None


def test_who_signs_in_in_one_tab_is_signed_in_in_the_other(tab: Page, newsroom: Newsroom) -> None:
    newsroom.story("two-tabs")
    other = tab.context.new_page()
    there = embed(other, newsroom, "two-tabs")
    frame = embed(tab, newsroom, "two-tabs")
    tab.bring_to_front()
    by_mail(open_popup(tab, frame), newsroom, "emil.signs@mail.example", "Emil")
    sees(frame.locator(".who").first, "You write as Emil.")
    sees(there.locator(".who").first, "You write as Emil.")


def test_a_popup_whose_opener_was_cut_signs_in_all_the_same(tab: Page, newsroom: Newsroom) -> None:
    newsroom.story("cut")
    tab.context.add_init_script("if (location.pathname.startsWith('/sign-in')) window.opener = null")
    frame = embed(tab, newsroom, "cut")
    popup = open_popup(tab, frame)
    by_mail(popup, newsroom, "bo.signs@mail.example", "Bo")
    sees(popup.locator("main"), "You can close this window")
    sees(frame.locator(".who").first, "You write as Bo.")


def test_where_no_popup_opens_the_digits_are_entered_in_the_frame(tab: Page, newsroom: Newsroom) -> None:
    newsroom.story("blocked")
    tab.add_init_script("window.open = () => null")
    frame = embed(tab, newsroom, "blocked")
    frame.get_by_role("link", name="Sign in").first.click()
    frame.get_by_label("Your e-mail address: we send you six digits").fill("chidi.signs@mail.example")
    frame.get_by_role("button", name="Send the code").click()
    frame.get_by_label("The six digits that we sent you").fill("000000")
    door = frame.locator("fm-sign-in")
    door.get_by_role("button", name="Sign in").click()
    sees(door.get_by_role("alert"), "These are not the digits that we sent.")
    frame.get_by_label("The six digits that we sent you").fill(newsroom.digits("chidi.signs@mail.example"))
    door.get_by_role("button", name="Sign in").click()
    frame.get_by_label("The name that others see").fill("Chidi")
    door.get_by_role("button", name="Sign in").click()
    sees(frame.locator(".who").first, "You write as Chidi.")
    write(frame, "Signed in without a popup.")
    sees(comment(frame, "Signed in without a popup."), "Chidi")


def test_a_guest_who_signs_in_keeps_what_they_wrote_and_their_votes_count(tab: Page, newsroom: Newsroom) -> None:
    newsroom.says("Hedda", "Vote for me.", "claimed")
    frame = embed(tab, newsroom, "claimed")
    write(frame, "Written as a guest.", "Ines")
    expect(comment(frame, "Written as a guest.")).to_be_focused()
    there = comment(frame, "Vote for me.")
    there.get_by_role("button", name="Worth reading", exact=True).click()
    sees(there, "Your vote is kept.")
    by_mail(open_popup(tab, frame), newsroom, "ines.signs@mail.example", "Ines")
    sees(frame.locator(".who").first, "You write as Ines.")
    for _ in range(40):
        tab.reload()
        frame = embed(tab, newsroom, "claimed")
        if "1" in comment(frame, "Vote for me.").locator(".num").inner_text():
            break
    sees(comment(frame, "Vote for me.").locator(".num"), "1")
    sees(comment(frame, "Written as a guest."), "You")


def test_a_guest_who_signs_in_on_our_own_page_is_the_member_there_and_keeps_what_they_wrote(tab: Page, newsroom: Newsroom) -> None:
    tab.goto(f"{newsroom.talk}/thread/{newsroom.story('claimed-here')}")
    tab.locator(".keys").wait_for()
    write(tab, "Written before signing in.", "Guesty")
    expect(comment(tab, "Written before signing in.")).to_be_focused()
    tab.locator(".who a").first.click()
    by_mail(tab, newsroom, "gus.signs@mail.example", "Gus")
    sees(tab.locator(".who").first, "You write as Gus.")
    assert held_token(tab, newsroom, "guest") is None
    write(tab, "Written after signing in.")
    sees(comment(tab, "Written after signing in."), "Gus", "You")
    for _ in range(40):
        tab.reload()
        tab.locator(".keys").wait_for()
        if comment(tab, "Written before signing in.").locator(".mine").count():
            break
    sees(comment(tab, "Written before signing in."), "You")


def test_without_storage_one_signs_in_and_writes_while_the_page_stands(tab: Page, newsroom: Newsroom) -> None:
    newsroom.story("denied")
    tab.context.add_init_script(f"if (window !== window.parent) {{ {DENIED} }}")
    frame = embed(tab, newsroom, "denied")
    by_mail(open_popup(tab, frame), newsroom, "dora.signs@mail.example", "Dora")
    sees(frame.locator(".who").first, "You write as Dora.")
    write(frame, "Written without storage.")
    sees(comment(frame, "Written without storage."), "Dora")
    sees(frame.locator("fm-composer").first, "This browser keeps nothing", "Open the discussion by itself")


def test_on_our_own_page_a_moderator_removes_a_comment_with_a_reason(tab: Page, newsroom: Newsroom) -> None:
    newsroom.says("Jory", "Something foul.", "moderated")
    tab.goto(f"{newsroom.talk}/sign-in?next=/thread/{newsroom.story('moderated')}")
    moderator = newsroom.db.write_now(
        lambda tx: accounts.member_of(tx, accounts.MAILBOX, "mona.signs@mail.example", "mona.signs@mail.example", "Mona", clock())
    )
    newsroom.db.write_now(lambda tx: accounts.grant(tx, moderator.id, "moderator", newsroom.site.id, None, clock()))
    by_mail(tab, newsroom, "mona.signs@mail.example", None)
    sees(tab.locator(".who").first, "You write as Mona.")
    there = comment(tab, "Something foul.")
    there.get_by_text("More").click()
    there.get_by_label("Reason, shown to its writer").fill("It is foul.")
    there.get_by_role("button", name="Remove").click()
    gone = tab.locator("#comments > li").first
    sees(gone, "Removed by a moderator.")
    expect(tab.get_by_text("Something foul.")).to_have_count(0)
    gone.get_by_role("button", name="Restore").click()
    sees(comment(tab, "Something foul."), "Restored.", "Reply")
    comment(tab, "Something foul.").get_by_text("More").click()
    comment(tab, "Something foul.").get_by_role("button", name="Hold").click()
    sees(tab.locator(".held"), "Held. Only its writer and the moderators see it.")
    tab.locator(".held").get_by_role("button", name="Release").click()
    sees(comment(tab, "Something foul."), "Released.")
    expect(tab.locator(".held")).to_have_count(0)
    comment(tab, "Something foul.").get_by_text("More").click()
    comment(tab, "Something foul.").get_by_role("button", name="Remove").click()
    sees(gone, "Removed.")
    expect(own_page(tab, newsroom, "moderated").get_by_text("Something foul.")).to_have_count(0)
