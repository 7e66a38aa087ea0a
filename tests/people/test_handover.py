"""The hand-over from the popup to the frame that waits."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn
from folkmoot.people import handover, sessions, tokens
from folkmoot.people.model import Actor, Keys
from tests.people.house import MINUTE, House, page_key

NEWS = "https://news.example"


class Frame:
    """A frame on a publisher's page: draws a verifier, opens a hand-over, redeems it."""

    def __init__(self, house: House, network: str | None = "near") -> None:
        self.house = house
        self.verifier = tokens.new_token()
        challenge = tokens.fingerprint(self.verifier)
        self.id = house.db.write_now(lambda tx: handover.open_handover(tx, challenge, NEWS, house.now, network)).id

    def state(self) -> str:
        return self.house.db.read_now(lambda tx: handover.handover_state(tx, self.id, self.house.now))

    def finish(self, actor: Actor, *, fresh: bool = False) -> None:
        self.house.db.write_now(lambda tx: handover.finish_handover(tx, actor, self.id, self.house.now, fresh=fresh))

    def redeem(self, verifier: str | None = None, guest: Actor | None = None) -> Keys:
        given = self.verifier if verifier is None else verifier
        return self.house.db.write_now(lambda tx: handover.redeem(tx, self.id, given, self.house.now, guest))


def test_ada_signs_in_in_the_popup_and_the_frame_gets_tokens_bound_to_its_page(house: House) -> None:
    frame = Frame(house)
    assert frame.state() == "waiting"
    ada = house.at_page("Ada")
    frame.finish(ada)
    assert frame.state() == "done"
    actor = house.actor(frame.redeem().access)
    assert actor.person == ada.person
    assert actor.framed
    assert frame.state() == "ended"


def test_a_code_that_was_asked_for_a_handover_finishes_it(house: House) -> None:
    frame = Frame(house, "near")
    entry = house.enter(house.ask("ada@mail.example", handover=frame.id), name="Ada")
    assert entry.handover == frame.id
    assert house.actor(page_key(entry).token, in_cookie=True).person == entry.person
    assert house.actor(frame.redeem().access).person == entry.person


def test_who_comes_too_late_for_the_frame_is_signed_in_on_our_page_all_the_same(house: House) -> None:
    frame = Frame(house)
    house.later(9 * MINUTE)
    browser = house.ask("ada@mail.example", handover=frame.id)
    house.later(2 * MINUTE)
    entry = house.enter(browser, name="Ada")
    assert (entry.outcome, entry.handover) == ("entered", None)
    assert frame.state() == "ended"


def test_a_handover_is_redeemed_once(house: House) -> None:
    frame = Frame(house)
    frame.finish(house.at_page("Ada"))
    frame.redeem()
    with pytest.raises(NotFound):
        frame.redeem()


def test_of_many_who_redeem_at_once_one_gets_tokens(house: House) -> None:
    frame = Frame(house)
    frame.finish(house.at_page("Ada"))

    def attempt(_: int) -> bool:
        try:
            return bool(frame.redeem())
        except NotFound:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(16))) == 1


def test_it_is_redeemed_within_a_minute(house: House) -> None:
    frame = Frame(house)
    frame.finish(house.at_page("Ada"))
    house.later(MINUTE)
    assert frame.state() == "ended"
    with pytest.raises(NotFound):
        frame.redeem()


def test_without_the_verifier_nobody_redeems_it_and_nothing_is_used_up(house: House) -> None:
    frame = Frame(house)
    with pytest.raises(NotFound):
        frame.redeem()
    frame.finish(house.at_page("Ada"))
    for verifier in (tokens.new_token(), tokens.fingerprint(frame.verifier), "", "\ud800"):
        with pytest.raises(NotFound):
            frame.redeem(verifier)
    assert house.actor(frame.redeem().access).person is not None


def test_nobody_finishes_it_twice_nor_after_ten_minutes(house: House) -> None:
    frame, late = Frame(house), Frame(house)
    ada = house.at_page("Ada")
    frame.finish(ada)
    with pytest.raises(Conflict):
        frame.finish(house.at_page("Bo"))
    house.later(10 * MINUTE)
    with pytest.raises(NotFound):
        late.finish(ada)


def test_a_guest_and_a_frame_finish_nothing(house: House) -> None:
    frame = Frame(house)
    bo, _ = house.guest("Bo")
    for somebody in (Actor(), bo, house.actor(house.keys("Ada", NEWS).access)):
        with pytest.raises(NotSignedIn):
            frame.finish(somebody)


def test_one_press_finishes_it_only_on_the_network_where_it_was_opened(house: House) -> None:
    frame = Frame(house, "far away")
    ada = house.at_page("Ada")
    with pytest.raises(NotAllowed) as told:
        frame.finish(Actor(ada.person, network="near"))
    assert told.value.code == "code_needed"
    frame.finish(Actor(ada.person, network="near"), fresh=True)


def test_where_no_network_is_known_one_press_is_not_enough(house: House) -> None:
    ada = house.at_page("Ada")
    for frame, network in ((Frame(house, None), None), (Frame(house, None), "near"), (Frame(house, "near"), None)):
        with pytest.raises(NotAllowed):
            frame.finish(Actor(ada.person, network=network))


def test_a_guest_of_the_frame_is_claimed_when_it_redeems(house: House) -> None:
    frame = Frame(house)
    bo, token = house.guest("Bo")
    ada = house.at_page("Ada")
    frame.finish(ada)
    frame.redeem(guest=bo)
    assert house.waiting("claimed") == [{"guest": bo.id, "member": ada.id, "at": house.now}]
    with pytest.raises(NotSignedIn):
        house.actor(token)


@pytest.mark.parametrize("challenge", ["", "x", "=" * 43, "a" * 44, "é" * 43, "a" * 42 + "\n"])
def test_a_challenge_that_is_no_hash_is_refused(house: House, challenge: str) -> None:
    with pytest.raises(Invalid):
        house.db.write_now(lambda tx: handover.open_handover(tx, challenge, NEWS, house.now))


def test_the_frames_tokens_end_with_the_sign_in_that_it_was_given(house: House) -> None:
    frame = Frame(house)
    frame.finish(house.at_page("Ada"))
    keys = frame.redeem()
    house.db.write_now(lambda tx: sessions.end_session(tx, sessions.actor_for(tx, keys.access, house.now), house.now))
    assert house.db.write_now(lambda tx: sessions.refresh_keys(tx, keys.refresh, house.now)) is None


def test_an_unknown_handover_is_not_found(house: House) -> None:
    with pytest.raises(NotFound):
        house.db.read_now(lambda tx: handover.handover_state(tx, 1, house.now))
