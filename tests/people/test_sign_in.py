"""Signing in by a mailed code."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from folkmoot.errors import Invalid, NotFound, NotSignedIn, TooSoon
from folkmoot.people import sign_in
from folkmoot.people.mailboxes import read_mailbox
from folkmoot.people.model import Keys
from folkmoot.people.sign_in import DAILY_PER_MAILBOX, HOURLY_PER_MAILBOX, HOURLY_PER_NETWORK, TRIES, Way
from tests.people.house import DAY, DOORWAY, HOUR, MINUTE, Browser, House, page_key

CASES = Path(__file__).parents[3] / "shared/data/hostile/own-cases.jsonl"


def test_ada_comes_in_with_the_digits_from_her_mail(house: House) -> None:
    entry = house.enter(house.ask("ada@mail.example"), name="Ada")
    assert entry.outcome == "entered"
    assert entry.person is not None
    assert (entry.person.name, entry.person.kind, entry.person.proven) == ("Ada", "member", house.now)
    assert house.actor(page_key(entry).token, in_cookie=True).id == entry.person.id


def test_the_mail_is_put_out_with_the_code_and_says_where_it_comes_from(house: House) -> None:
    browser = house.ask("ada@mail.example")
    (mailed,) = house.mails()
    assert mailed["to"] == "ada@mail.example"
    assert len(mailed["values"]["digits"]) == 6
    assert mailed["place"] == "The News"
    assert mailed["values"]["link"].startswith("https://talk.example/sign-in/link?token=")
    assert mailed["until"] == house.now + 10 * MINUTE
    assert browser.secret not in json.dumps(mailed)


def test_digits_may_be_pasted_with_spaces_and_typed_in_arabic(house: House) -> None:
    first, second = house.ask("ada@mail.example"), house.ask("ada@mail.example")
    digits = house.digits(first)
    assert house.enter(first, f" {digits[:3]} {digits[3:]}\n", name="Ada").outcome == "entered"
    arabic = house.digits(second).translate({ord("0") + number: 0x660 + number for number in range(10)})
    assert house.enter(second, arabic).outcome == "entered"


def test_a_code_works_once(house: House) -> None:
    browser = house.ask("ada@mail.example")
    house.enter(browser, name="Ada")
    assert house.enter(browser).outcome == "gone"


def test_a_code_works_for_ten_minutes(house: House) -> None:
    browser = house.ask("ada@mail.example")
    house.later(10 * MINUTE - 1)
    assert house.enter(browser, house.wrong(browser)).outcome == "wrong"
    house.later(1)
    assert house.enter(browser, name="Ada").outcome == "gone"


def test_after_five_wrong_tries_the_right_digits_open_nothing(house: House) -> None:
    browser = house.ask("ada@mail.example")
    left = [house.enter(browser, house.wrong(browser)).left for _ in range(TRIES)]
    assert left == [4, 3, 2, 1, 0]
    assert house.enter(browser, name="Ada").outcome == "gone"
    assert house.enter(browser, house.wrong(browser)).outcome == "gone"


def test_of_many_tries_at_once_only_five_are_looked_at(house: House) -> None:
    browser = house.ask("ada@mail.example")
    with ThreadPoolExecutor(12) as pool:
        entries = list(pool.map(lambda _: house.enter(browser, house.wrong(browser)), range(40)))
    assert sorted(entry.left for entry in entries if entry.outcome == "wrong") == [0, 1, 2, 3, 4]
    assert sum(entry.outcome == "gone" for entry in entries) == 35


def test_the_right_digits_entered_many_times_at_once_open_one_session(house: House) -> None:
    browser = house.ask("ada@mail.example")
    with ThreadPoolExecutor(12) as pool:
        entries = list(pool.map(lambda _: house.enter(browser, name="Ada"), range(20)))
    assert [entry.outcome for entry in entries].count("entered") == 1


def test_another_browser_cannot_use_the_code_nor_use_up_its_tries(house: House) -> None:
    browser = house.ask("ada@mail.example")
    thief = Browser(asked=browser.asked)
    for _ in range(TRIES + 1):
        assert house.enter(thief, house.digits(browser), name="Mallory").outcome == "gone"
    assert house.enter(browser, name="Ada").outcome == "entered"


def test_what_is_stored_of_a_code_holds_neither_its_digits_nor_its_secret(house: House) -> None:
    browser = house.ask("ada@mail.example")
    row = house.db.read_now(lambda tx: tx.one("SELECT digits, link, asked_by FROM code"))
    kept = json.dumps(row)
    assert house.digits(browser) not in kept
    assert browser.secret not in kept
    assert house.link(browser) not in kept


def test_a_new_mailbox_is_asked_for_a_name_and_the_code_stays_good(house: House) -> None:
    browser = house.ask("ada@mail.example")
    for _ in range(TRIES):
        assert house.enter(browser).outcome == "name"
    entry = house.enter(browser, name="Ada Lin")
    assert entry.person is not None
    assert entry.person.name == "Ada Lin"


def test_no_name_is_ever_made_of_the_mailbox(house: House) -> None:
    browser = house.ask("secret.ada@mail.example")
    house.enter(browser, name="Bo")
    names = house.db.read_now(lambda tx: tx.rows("SELECT name FROM person"))
    assert [row.name for row in names] == ["Bo"]


def test_a_name_that_is_none_is_refused_and_uses_nothing_up(house: House) -> None:
    browser = house.ask("ada@mail.example")
    with pytest.raises(Invalid) as told:
        house.enter(browser, name="\u202e")
    assert told.value.field == "name"
    assert house.enter(browser, name="Ada").outcome == "entered"


def test_who_comes_back_is_the_same_person_however_the_mailbox_is_spelled(house: House) -> None:
    ada = house.member("Ada")
    entry = house.enter(house.ask(" ADA@Mail.Example "), name="Somebody else")
    assert entry.person == ada


def test_two_who_prove_a_new_mailbox_at_once_are_one_person(house: House) -> None:
    browsers = [house.ask("ada@mail.example", limited=False) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        entries = list(pool.map(lambda browser: house.enter(browser, name="Ada"), browsers))
    assert len({entry.person.id for entry in entries if entry.person}) == 1
    assert house.db.read_now(lambda tx: tx.one("SELECT COUNT(*) AS number FROM person").number) == 1  # type: ignore[union-attr]


def test_a_program_or_frame_gets_two_tokens_instead_of_a_cookie(house: House) -> None:
    entry = house.enter(house.ask("ada@mail.example"), name="Ada", way=Way(keys=True, origin="https://news.example"))
    assert isinstance(entry.given, Keys)
    assert house.actor(entry.given.access).framed


def test_a_guest_who_proves_a_mailbox_is_claimed_once_and_keeps_the_name(house: House) -> None:
    bo, token = house.guest("Bo")
    entry = house.enter(house.ask("bo@mail.example"), guest=bo)
    assert entry.person is not None
    assert entry.person.name == "Bo"
    house.enter(house.ask("other@mail.example"), guest=bo, name="Other")
    assert house.waiting("claimed") == [{"guest": bo.id, "member": entry.person.id, "at": house.now}]
    with pytest.raises(NotSignedIn):
        house.actor(token)


def test_a_member_who_signs_in_again_is_not_claimed(house: House) -> None:
    ada = house.at_page("Ada")
    house.enter(house.ask("bo@mail.example"), guest=ada, name="Bo")
    assert house.waiting("claimed") == []


class Counting:
    """A transaction that writes down which statements were run."""

    def __init__(self, tx: Any) -> None:
        self._tx = tx
        self.said: list[str] = []

    def __getattr__(self, verb: str) -> Any:
        def do(sql: str, *args: Any, **given: Any) -> Any:
            self.said.append(sql)
            return getattr(self._tx, verb)(sql, *args, **given)

        return do


def test_known_and_unknown_mailboxes_get_the_same_work_and_the_same_number_of_mails(house: House) -> None:
    house.member("Ada")
    before = len(house.mails())
    said = []
    for mailbox in ("ada@mail.example", "eve@mail.example"):
        counting: list[Counting] = []

        def ask(tx: Any, mailbox: str = mailbox, counting: list[Counting] = counting) -> None:
            counting.append(Counting(tx))
            sign_in.ask_code(counting[0], mailbox, "s" * 43, house.now, DOORWAY, network="n")  # type: ignore[arg-type]

        house.db.write_now(ask)
        said.append(counting[-1].said)
    assert said[0] == said[1]
    assert not any("person" in sql or "identity" in sql for sql in said[0])
    assert len(house.mails()) == before + 2


def test_who_asks_too_often_for_one_mailbox_waits_and_no_mail_goes(house: House) -> None:
    for _ in range(HOURLY_PER_MAILBOX):
        house.ask("ada@mail.example", network="near")
        house.later(MINUTE)
    with pytest.raises(TooSoon) as told:
        house.ask("ada@mail.example", network="near")
    assert told.value.seconds == 3600 - HOURLY_PER_MAILBOX * 60
    assert len(house.mails()) == HOURLY_PER_MAILBOX
    house.later(HOUR)
    house.ask("ada@mail.example", network="near")


def test_who_floods_a_mailbox_from_elsewhere_does_not_lock_its_owner_out(house: House) -> None:
    for _ in range(HOURLY_PER_MAILBOX):
        house.ask("ada@mail.example", network="far")
    house.ask("ada@mail.example", network="near")


def test_a_mailbox_gets_no_more_than_its_daily_number_whoever_asks(house: House) -> None:
    for number in range(DAILY_PER_MAILBOX):
        house.ask("ada@mail.example", network=f"block {number}")
    with pytest.raises(TooSoon):
        house.ask("ada@mail.example", network="one more")
    house.later(DAY)
    house.ask("ada@mail.example", network="one more")


def test_one_network_asks_for_no_more_than_its_hourly_number(house: House) -> None:
    for number in range(HOURLY_PER_NETWORK):
        house.ask(f"reader{number}@mail.example", network="near")
    with pytest.raises(TooSoon):
        house.ask("ada@mail.example", network="near")
    house.ask("ada@mail.example", network="far")
    house.ask("bo@mail.example", network="near", limited=False)


def test_the_mails_link_does_what_the_digits_do_in_the_browser_that_asked(house: House) -> None:
    browser = house.ask("ada@mail.example")
    link = house.link(browser)
    elsewhere = house.db.write_now(lambda tx: sign_in.enter_by_link(tx, link, Browser().secret, house.now, name="Mallory"))
    assert elsewhere.outcome == "gone"
    entry = house.db.write_now(lambda tx: sign_in.enter_by_link(tx, link, browser.secret, house.now, name="Ada"))
    assert entry.outcome == "entered"
    assert house.enter(browser).outcome == "gone"


def test_the_link_opens_nothing_after_five_wrong_tries(house: House) -> None:
    browser = house.ask("ada@mail.example")
    for _ in range(TRIES):
        house.enter(browser, house.wrong(browser))
    entry = house.db.write_now(lambda tx: sign_in.enter_by_link(tx, house.link(browser), browser.secret, house.now, name="Ada"))
    assert entry.outcome == "gone"


def test_only_the_browser_that_asked_sees_where_the_code_went(house: House) -> None:
    browser = house.ask("ada@mail.example")
    seen = house.db.read_now(lambda tx: sign_in.asked_code(tx, browser.code, browser.secret, house.now))
    assert seen.mailbox.masked == "a…@mail.example"
    with pytest.raises(NotFound):
        house.db.read_now(lambda tx: sign_in.asked_code(tx, browser.code, Browser().secret, house.now))


def test_old_codes_are_forgotten_in_steps(house: House) -> None:
    for _ in range(3):
        house.ask("ada@mail.example")
    house.later(DAY + 11 * MINUTE)
    steps = [house.db.write_now(lambda tx: sign_in.forget_codes(tx, house.now, 2)) for _ in range(3)]
    assert steps == [2, 1, 0]


def test_every_refusal_is_a_sentence(house: House) -> None:
    browser = house.ask("ada@mail.example")
    said = [sign_in.refusal(house.enter(browser)), sign_in.refusal(house.enter(browser, house.wrong(browser)))]
    assert [problem.code for problem in said if problem] == ["name_needed", "wrong_code"]
    assert "4" in said[1].words  # type: ignore[union-attr]
    assert sign_in.refusal(house.enter(browser, name="Ada")) is None
    gone = sign_in.refusal(house.enter(browser))
    assert gone is not None
    assert gone.code == "code_gone"


MAILBOXES = {
    "ada@mail.example": "ada@mail.example",
    "Ada+News@Mail.EXAMPLE": "Ada+News@mail.example",
    "jo@müller.example": "jo@xn--mller-kva.example",
    " ada@mail.example ": "ada@mail.example",
}
NO_MAILBOXES = (
    "", "ada", "@mail.example", "ada@", "ada@mail", "ada@localhost", "ada@[127.0.0.1]", "ada@127.0.0.1", "ada@mail.example.",
    "ada@-mail.example", "ada@ma_il.example", "a b@mail.example", "ada@mail.example,bo@mail.example", "ada@mail.example\n",
    "ada@bo@mail.example", ".ada@mail.example", "ada..lin@mail.example", '"ada lin"@mail.example', "ada@mail.local",
    "a" * 65 + "@mail.example", "ada@" + "b" * 64 + ".example", "ada@" + "b." * 130 + "example",
    "ådа@mail.example", "\ud800@mail.example",
)  # fmt: skip


@pytest.mark.parametrize(("typed", "address"), MAILBOXES.items())
def test_a_mailbox_is_read_as_where_its_mail_goes(typed: str, address: str) -> None:
    assert read_mailbox(typed).address == address
    assert read_mailbox(typed).subject == address.lower()


@pytest.mark.parametrize("typed", NO_MAILBOXES)
def test_what_is_not_one_public_mailbox_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as told:
        read_mailbox(typed)
    assert told.value.field == "email"


def test_hostile_addresses_are_refused_and_peculiar_ones_taken() -> None:
    if not CASES.exists():
        pytest.skip("the shared corpus is not here")
    for line in CASES.read_text("utf-8").splitlines():
        case = json.loads(line)
        if case["class"] == "mail-address":
            try:
                taken = read_mailbox(case["input"]).address == case["input"]
            except Invalid:
                taken = False
            assert taken or case["expect"] != "accept", case["id"]
            assert not taken or case["expect"] != "refuse", case["id"]
