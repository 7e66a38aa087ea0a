"""Sessions: which token opens what, for how long, and what ends them."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from folkmoot.errors import NotFound, NotSignedIn
from folkmoot.people import accounts, sessions
from folkmoot.people.model import COMMAND, Actor, Keys
from folkmoot.people.roles import is_staff, may
from folkmoot.people.sessions import GRACE, STAFF
from tests.people.house import DAY, HOUR, MINUTE, House

CASES = Path(__file__).parents[3] / "shared/data/hostile/own-cases.jsonl"
NEWS = "https://news.example"


def refresh(house: House, token: str) -> Keys | None:
    return house.db.write_now(lambda tx: sessions.refresh_keys(tx, token, house.now))


def opens(house: House, token: str) -> bool:
    for in_cookie in (False, True):
        with suppress(NotSignedIn):
            return house.actor(token, in_cookie=in_cookie).person is not None
    return False


def make(house: House, kind: str) -> str:
    """A token of a kind."""
    ada = house.member("Ada")
    keys = house.db.write_now(lambda tx: sessions.begin_keys(tx, ada.id, house.now))
    page = house.db.write_now(lambda tx: sessions.begin_page(tx, ada.id, house.now))
    return {"guest": house.guest("Bo")[1], "page": page.token, "access": keys.access, "refresh": keys.refresh}[kind]


MATRIX = {  # kind: (in an Authorization header, in a cookie, to fetch the next two)
    "guest": (True, True, False),
    "page": (False, True, False),
    "access": (True, False, False),
    "refresh": (False, False, True),
}


@pytest.mark.parametrize(("kind", "good"), MATRIX.items())
def test_a_token_is_good_for_one_thing(house: House, kind: str, good: tuple[bool, bool, bool]) -> None:
    token = make(house, kind)
    for in_cookie, expected in zip((False, True), good[:2], strict=True):
        if expected:
            assert house.actor(token, in_cookie=in_cookie).person is not None
        else:
            with pytest.raises(NotSignedIn):
                house.actor(token, in_cookie=in_cookie)
    assert (refresh(house, token) is not None) == good[2]


@pytest.mark.parametrize("kind", MATRIX)
def test_what_is_stored_is_not_the_token(house: House, kind: str) -> None:
    token = make(house, kind)
    rows = house.db.read_now(lambda tx: tx.rows("SELECT * FROM session"))
    assert token not in json.dumps(rows)
    assert len(token) == 43


def test_without_a_token_somebody_is_unknown(house: House) -> None:
    assert house.actor(None, network="near") == Actor(network="near")


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "' or 1=1--", "é", "\ud800", "a" * 100_000])
def test_a_token_that_we_never_gave_opens_nothing(house: House, token: str) -> None:
    with pytest.raises(NotSignedIn):
        house.actor(token)
    assert refresh(house, token) is None


def test_forged_bearer_tokens_open_nothing(house: House) -> None:
    if not CASES.exists():
        pytest.skip("the shared corpus is not here")
    for case in map(json.loads, CASES.read_text("utf-8").splitlines()):
        if case["class"] == "bearer-token":
            assert not opens(house, case["input"]), case["id"]


def test_an_actor_comes_with_roles_and_network_in_one_query(house: House) -> None:
    chidi = house.at_page("Chidi")
    house.db.write_now(lambda tx: accounts.promote(tx, COMMAND, chidi.id or 0, "moderator", 7, house.now))
    house.db.write_now(lambda tx: accounts.promote(tx, COMMAND, chidi.id or 0, "editor", 8, house.now))
    key = house.db.write_now(lambda tx: sessions.begin_page(tx, chidi.id or 0, house.now))
    actor = house.actor(key.token, network="near", in_cookie=True)
    assert actor.roles == {(7, "moderator"), (8, "editor")}
    assert (actor.network, actor.door, actor.framed) == ("near", "web", False)


def test_access_lasts_fifteen_minutes_and_refresh_ninety_days(house: House) -> None:
    keys = house.keys("Ada", NEWS)
    assert keys.expires == house.now + 15 * MINUTE
    house.later(15 * MINUTE)
    assert not opens(house, keys.access)
    house.later(89 * DAY)
    after = refresh(house, keys.refresh)
    assert after is not None
    house.later(89 * DAY)
    assert refresh(house, after.refresh) is not None


def test_a_refresh_token_that_was_not_used_for_ninety_days_is_over(house: House) -> None:
    keys = house.keys("Ada", NEWS)
    house.later(90 * DAY)
    assert refresh(house, keys.refresh) is None


def test_a_reader_stays_signed_in_on_our_pages_for_ninety_days_and_staff_for_half_a_day(house: House) -> None:
    ada, chidi = house.member("Ada"), house.member("Chidi")
    house.db.write_now(lambda tx: accounts.promote(tx, COMMAND, chidi.id, "moderator", 7, house.now))
    lasting = [house.db.write_now(lambda tx, who=who: sessions.begin_page(tx, who.id, house.now)) for who in (ada, chidi)]
    assert [key.expires - house.now for key in lasting] == [90 * DAY, STAFF]


def test_who_becomes_staff_signs_in_anew_within_half_a_day(house: House) -> None:
    ada = house.member("Ada")
    page = house.db.write_now(lambda tx: sessions.begin_page(tx, ada.id, house.now))
    house.db.write_now(lambda tx: accounts.promote(tx, COMMAND, ada.id, "admin", 0, house.now))
    assert opens(house, page.token)
    house.later(STAFF)
    assert not opens(house, page.token)


def test_a_programs_staff_tokens_cannot_be_refreshed_beyond_half_a_day(house: House) -> None:
    ada = house.member("Ada")
    house.db.write_now(lambda tx: accounts.promote(tx, COMMAND, ada.id, "admin", 0, house.now))
    keys: Keys | None = house.db.write_now(lambda tx: sessions.begin_keys(tx, ada.id, house.now))
    assert keys is not None
    house.later(11 * HOUR)
    keys = refresh(house, keys.refresh)
    assert keys is not None
    house.later(HOUR)
    assert refresh(house, keys.refresh) is None


def test_from_a_frame_staff_keep_their_mark_and_do_nothing_as_staff(house: House) -> None:
    ada = house.member("Ada")
    house.db.write_now(lambda tx: accounts.promote(tx, COMMAND, ada.id, "admin", 0, house.now))
    framed = house.actor(house.db.write_now(lambda tx: sessions.begin_keys(tx, ada.id, house.now, NEWS)).access)
    on_our_page = house.actor(house.db.write_now(lambda tx: sessions.begin_page(tx, ada.id, house.now)).token, in_cookie=True)
    assert is_staff(framed, 7)
    assert not may(framed, "remove", 7)
    assert may(on_our_page, "remove", 7)


def test_a_used_refresh_token_ends_the_whole_family(house: House) -> None:
    stolen = house.keys("Ada", NEWS)
    own = refresh(house, stolen.refresh)
    assert own is not None
    house.later(GRACE + 1)
    assert refresh(house, stolen.refresh) is None
    assert not opens(house, own.access)
    assert refresh(house, own.refresh) is None


def test_two_tabs_that_refresh_at_once_both_stay_signed_in_and_on_one_line(house: House) -> None:
    keys = house.keys("Ada", NEWS)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: refresh(house, keys.refresh), range(16)))
    assert all(answer is not None and opens(house, answer.access) for answer in answers)
    assert len({answer.refresh for answer in answers if answer}) == 1


def test_within_the_grace_a_stolen_token_is_no_second_line(house: House) -> None:
    keys = house.keys("Ada", NEWS)
    ada, thief = refresh(house, keys.refresh), refresh(house, keys.refresh)
    assert ada is not None
    assert thief is not None
    house.later(GRACE + 1)
    assert refresh(house, thief.refresh) is not None
    house.later(GRACE + 1)
    assert refresh(house, ada.refresh) is None
    assert not opens(house, thief.access)


def test_once_the_successor_has_been_used_the_grace_is_over(house: House) -> None:
    first = house.keys("Ada", NEWS)
    second = refresh(house, first.refresh)
    assert second is not None
    assert refresh(house, second.refresh) is not None
    assert refresh(house, first.refresh) is None
    assert not opens(house, second.access)


def test_signing_out_ends_every_token_of_that_sign_in_and_no_other(house: House) -> None:
    keys, other = house.keys("Ada"), house.keys("Ada")
    actor = house.actor(keys.access)
    house.db.write_now(lambda tx: sessions.end_session(tx, actor, house.now))
    assert not opens(house, keys.access)
    assert refresh(house, keys.refresh) is None
    assert opens(house, other.access)


def test_somebody_unknown_has_nothing_to_sign_out_of(house: House) -> None:
    with pytest.raises(NotSignedIn):
        house.db.write_now(lambda tx: sessions.end_session(tx, Actor(), house.now))


def test_all_of_a_persons_sessions_can_be_ended_at_once(house: House) -> None:
    first, second = house.keys("Ada"), house.at_page("Ada")
    person = second.id or 0
    assert house.db.write_now(lambda tx: sessions.end_sessions(tx, person, house.now, "lost phone")) >= 3
    assert not opens(house, first.access)
    with pytest.raises(NotFound):
        house.db.write_now(lambda tx: sessions.end_sessions(tx, 1, house.now, "nobody"))


def test_ended_sessions_are_forgotten_after_a_month_in_steps(house: House) -> None:
    house.keys("Ada", NEWS)
    house.later(130 * DAY)
    forget: Callable[[], int] = lambda: house.db.write_now(lambda tx: sessions.forget_ended(tx, house.now, 2))  # noqa: E731
    assert [forget(), forget()] == [2, 1]
