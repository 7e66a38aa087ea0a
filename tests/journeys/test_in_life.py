"""The embed as it is in life: https, two publishers on registrable names, no third-party cookies. Signing in lasts, and stays with its publisher."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, FrameLocator, Page, expect

from tests.journeys.browser import WAIT
from tests.journeys.secure import SecureNewsroom
from tests.journeys.test_signing_in import by_mail, open_popup
from tests.journeys.walk import comment, embed, held_token, sees, write


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureNewsroom]:
    room = SecureNewsroom(tmp_path_factory.mktemp("secure"))
    room.open()
    yield room
    room.close()


@pytest.fixture(scope="module")
def careful(town: SecureNewsroom, browser: Browser) -> Iterator[Browser]:
    opened = town.browser(browser)
    yield opened
    opened.close()


@pytest.fixture
def context(careful: Browser) -> Iterator[BrowserContext]:
    made = careful.new_context(viewport={"width": 1000, "height": 900})
    made.set_default_timeout(WAIT)
    yield made
    made.close()


def at_other(tab: Page, town: SecureNewsroom, path: str) -> FrameLocator:
    tab.goto(f"{town.other}/{path}")
    tab.evaluate("document.querySelector('folkmoot-thread').scrollIntoView()")
    frame = tab.frame_locator("folkmoot-thread iframe")
    frame.locator(".keys").wait_for()
    return frame


def test_ada_signs_in_posts_reloads_and_posts_again_and_the_second_publisher_sees_nothing(tab: Page, town: SecureNewsroom) -> None:
    town.story("lake")
    frame = embed(tab, town, "lake")
    by_mail(open_popup(tab, frame), town, "ada@mail.example", "Ada")
    sees(frame.locator(".who").first, "You write as Ada.")
    write(frame, "Before the reload.")
    sees(comment(frame, "Before the reload."), "Ada", "You")
    tab.reload()
    frame = embed(tab, town, "lake")
    sees(frame.locator(".who").first, "You write as Ada.")
    write(frame, "After the reload.")
    sees(comment(frame, "After the reload."), "Ada", "You")
    town.story("bus")
    frame = embed(tab, town, "bus")
    sees(frame.locator(".who").first, "You write as Ada.")
    write(frame, "Under a second story.")
    sees(comment(frame, "Under a second story."), "Ada")
    town.story("other/book", "other")
    frame = at_other(tab, town, "other/book")
    sees(frame.locator(".who").first, "You write as a guest.")
    assert held_token(tab, town, "refresh") is None
    cookies = {each["name"] for each in tab.context.cookies(town.talk)}
    assert cookies <= {"__Host-folkmoot"}, "a first-party cookie of the popup's page alone"


@pytest.mark.long
def test_the_cookie_of_our_own_page_does_not_reach_a_frame_on_another_name(tab: Page, town: SecureNewsroom) -> None:
    town.story("frame")
    tab.goto(f"{town.talk}/sign-in")
    by_mail(tab, town, "cleo@mail.example", "Cleo")
    expect(tab.locator("h1")).to_have_text("Cleo")
    frame = embed(tab, town, "frame")
    sees(frame.locator(".who").first, "You write as a guest.")


@pytest.mark.long
def test_where_the_popup_is_blocked_six_digits_are_entered_in_the_frame(tab: Page, town: SecureNewsroom) -> None:
    town.story("blocked")
    tab.add_init_script("window.open = () => null")
    frame = embed(tab, town, "blocked")
    frame.get_by_role("link", name="Sign in").first.click()
    frame.get_by_label("Your e-mail address: we send you six digits").fill("chidi@mail.example")
    frame.get_by_role("button", name="Send the code").click()
    frame.get_by_label("The six digits that we sent you").fill(town.digits("chidi@mail.example"))
    door = frame.locator("fm-sign-in")
    door.get_by_role("button", name="Sign in").click()
    frame.get_by_label("The name that others see").fill("Chidi")
    door.get_by_role("button", name="Sign in").click()
    sees(frame.locator(".who").first, "You write as Chidi.")
    tab.reload()
    frame = embed(tab, town, "blocked")
    sees(frame.locator(".who").first, "You write as Chidi.")


@pytest.mark.long
def test_a_popup_whose_opener_was_cut_signs_in_all_the_same(tab: Page, town: SecureNewsroom) -> None:
    town.story("cut")
    tab.context.add_init_script("if (location.pathname.startsWith('/sign-in')) window.opener = null")
    frame = embed(tab, town, "cut")
    by_mail(open_popup(tab, frame), town, "bo@mail.example", "Bo")
    sees(frame.locator(".who").first, "You write as Bo.")


@pytest.mark.long
def test_without_script_the_link_leads_to_a_page_where_all_of_it_works(careful: Browser, town: SecureNewsroom) -> None:
    town.story("plain")
    context = careful.new_context(java_script_enabled=False)
    context.set_default_timeout(WAIT)
    tab = context.new_page()
    tab.goto(f"{town.news}/plain")
    tab.goto(str(tab.get_by_role("link", name="Discussion").get_attribute("href")))
    tab.goto(f"{town.talk}/sign-in?next={tab.url.removeprefix(town.talk)}")
    by_mail(tab, town, "dora@mail.example", "Dora")
    write(tab, "Without script.", "Dora")
    sees(tab.locator("main"), "It is published.", "Without script.")
    tab.goto(f"{town.talk}/me")
    sees(tab.locator("main"), "Dora", "Without script.")
    context.close()


AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True,
    "automaticPresenceSimulation": True,
}  # fmt: skip


def with_authenticator(tab: Page) -> tuple[CDPSession, str]:
    """Gives a window the device's own way to prove who is there, as Chromium plays it."""
    device = tab.context.new_cdp_session(tab)
    device.send("WebAuthn.enable")
    return device, device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]


def test_a_passkey_is_added_and_then_opens_the_account_and_the_frame_by_its_popup(tab: Page, town: SecureNewsroom) -> None:
    device, own = with_authenticator(tab)
    tab.goto(f"{town.talk}/sign-in")
    by_mail(tab, town, "emil@mail.example", "Emil")
    expect(tab.locator("h1")).to_have_text("Emil")
    tab.goto(f"{town.talk}/me/settings")
    tab.get_by_role("button", name="Add a passkey").click()
    expect(tab.get_by_role("button", name="Take it away Passkey")).to_be_visible()
    tab.context.clear_cookies()
    tab.goto(f"{town.talk}/sign-in")
    tab.get_by_role("button", name="Use a passkey").click()
    expect(tab.locator("h1")).to_have_text("Emil")
    tab.context.clear_cookies()
    keys = device.send("WebAuthn.getCredentials", {"authenticatorId": own})["credentials"]
    town.story("passkey")
    frame = embed(tab, town, "passkey")
    popup = open_popup(tab, frame)
    there, same = with_authenticator(popup)  # each window's is its own here; a person's device is one
    for key in keys:
        there.send("WebAuthn.addCredential", {"authenticatorId": same, "credential": key})
    popup.get_by_role("button", name="Use a passkey").click()
    sees(frame.locator(".who").first, "You write as Emil.")
    tab.reload()
    frame = embed(tab, town, "passkey")
    write(frame, "Opened by a passkey.")
    sees(comment(frame, "Opened by a passkey."), "Emil", "You")


def test_whom_the_publisher_vouches_for_is_signed_in_and_stays_so(tab: Page, town: SecureNewsroom) -> None:
    town.story("vouched/lake")
    town.vouches = ("reader-7", "Ines")
    frame = embed(tab, town, "vouched/lake")
    sees(frame.locator(".who").first, "You write as Ines.")
    write(frame, "The paper knows me.")
    sees(comment(frame, "The paper knows me."), "Ines", "You")
    frame = embed(tab, town, "vouched/lake")
    sees(frame.locator(".who").first, "You write as Ines.")
    sees(comment(frame, "The paper knows me."), "Ines", "You")


@pytest.mark.long
def test_the_publishers_next_reader_takes_the_place_of_the_one_before_and_none_ends_it(tab: Page, town: SecureNewsroom) -> None:
    town.story("vouched/bus")
    town.vouches = ("reader-9", "Kemal")
    frame = embed(tab, town, "vouched/bus")
    sees(frame.locator(".who").first, "You write as Kemal.")
    write(frame, "Mine alone.")
    sees(comment(frame, "Mine alone."), "Kemal", "You")
    town.vouches = ("reader-8", "Jory")
    frame = embed(tab, town, "vouched/bus")
    sees(frame.locator(".who").first, "You write as Jory.")
    expect(comment(frame, "Mine alone.").locator(".tag.mine")).to_have_count(0)
    town.vouches = None
    frame = embed(tab, town, "vouched/bus")
    sees(frame.locator(".who").first, "You write as a guest.")
    assert held_token(tab, town, "refresh") is None
