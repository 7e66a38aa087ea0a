"""Changed rules are tried on real comments before they hold; nothing changes until somebody has seen what they would have done."""

from __future__ import annotations

import pytest

from folkmoot.desk import rules
from folkmoot.desk.room_pages import RulesForm, policy_from
from folkmoot.errors import Conflict, Invalid, NotAllowed
from folkmoot.people.model import Actor
from folkmoot.sites.model import Policy
from folkmoot.sites.sites import get_site
from folkmoot.web.bodies import Id
from tests.moot import DAY, Moot


def tried(moot: Moot, admin: Actor, policy: Policy) -> rules.Trial:
    run = moot.db.write_now(lambda tx: rules.begin(tx, admin, moot.site.id, policy, moot.now))
    while moot.db.write_now(lambda tx: rules.work(tx, {"run": run}, moot.now)):
        pass
    return moot.db.read_now(lambda tx: rules.trial(tx, admin, run))


@pytest.fixture
def admin(moot: Moot) -> Actor:
    return moot.member("Rosalind", "admin")


def test_a_trial_counts_what_would_have_been_held_beside_what_moderators_decided(moot: Moot, admin: Actor) -> None:
    for number in range(3):
        moot.says(moot.guest(f"Reader {number}"), f"Number {number}: see https://a.example")
    spam = moot.says(moot.guest("Fan"), "Cheap https://kits.example")
    moot.says(moot.guest("Old"), "No link at all.")
    moot.decide(admin, spam, "remove")
    moot.later(DAY)
    trial = tried(moot, admin, Policy(newcomer_links=0))
    assert (trial.looked, trial.number("held"), trial.number("held", "stood"), trial.number("held", "removed")) == (5, 4, 3, 1)
    assert {each.fate for each in trial.samples} == {"stood", "removed"}
    assert moot.db.read_now(lambda tx: get_site(tx, moot.site.id)).policy == Policy()
    moot.db.write_now(lambda tx: rules.switch_on(tx, admin, trial.id, "Too many links", moot.now))
    assert moot.db.read_now(lambda tx: get_site(tx, moot.site.id)).policy == Policy(newcomer_links=0)


def test_only_rules_that_were_tried_to_the_end_and_from_where_they_stand_are_switched_on(moot: Moot, admin: Actor) -> None:
    moot.says(moot.guest("Ada"), "Hello.")
    run = moot.db.write_now(lambda tx: rules.begin(tx, admin, moot.site.id, Policy(mode="hold_all"), moot.now))
    with pytest.raises(Conflict, match="not ended"):
        moot.db.write_now(lambda tx: rules.switch_on(tx, admin, run, "", moot.now))
    first, second = tried(moot, admin, Policy(newcomer_links=0)), tried(moot, admin, Policy(mode="hold_all"))
    moot.later(1)
    moot.db.write_now(lambda tx: rules.switch_on(tx, admin, first.id, "", moot.now))
    with pytest.raises(Conflict, match="changed after"):
        moot.db.write_now(lambda tx: rules.switch_on(tx, admin, second.id, "", moot.now))
    with pytest.raises(Conflict, match="as they are"):
        moot.db.write_now(lambda tx: rules.begin(tx, admin, moot.site.id, Policy(newcomer_links=0), moot.now))
    vera = moot.member("Vera", "moderator")
    with pytest.raises(NotAllowed):
        moot.db.write_now(lambda tx: rules.begin(tx, vera, moot.site.id, Policy(), moot.now))


@pytest.mark.parametrize(
    ("given", "words"),
    [({"closes_after_days": "soon"}, "whole number"), ({"terms_page": "javascript:alert(1)"}, "https://"), ({"trust": "new"}, "A step of trust"),
     ({"trust": "new 0 0 100 many"}, "A step of trust")],
)  # fmt: skip
def test_rules_that_are_none_are_refused_in_a_sentence(given: dict[str, str], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        policy_from(RulesForm(Id(1), **given))  # type: ignore[arg-type]


def test_the_form_says_the_rules_back() -> None:
    from folkmoot.desk.room_pages import _trust

    policy = Policy(guidelines=("Be kind.",), banned_words=("one", "two words"), closes_after_days=30)
    form = RulesForm(Id(1), guests="1", newcomer_links=1, learned_hold=95, closes_after_days="30", banned_words="one\n two words \n\none",
                     guidelines="Be kind.", trust=_trust(policy))  # fmt: skip
    assert policy_from(form) == policy


def test_no_rule_of_a_site_is_lost_on_the_way_through_the_form() -> None:
    """A field that the form does not have would fall back to the house's own at every change."""
    assert set(Policy.__struct_fields__) <= set(RulesForm.__struct_fields__)
