"""Changed rules are tried on real comments before they hold; nothing changes until somebody has seen what they would have done."""

from __future__ import annotations

import pytest

from folkmoot.desk import rules
from folkmoot.desk.room_pages import _changed
from folkmoot.desk.rules_form import RulesForm, rules_of, typed_of
from folkmoot.errors import Conflict, NotAllowed
from folkmoot.people.model import Actor
from folkmoot.sites.model import Policy, Step
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


def form_of(policy: Policy, **typed: object) -> RulesForm:
    """The form as it is sent where nothing but `typed` was changed."""
    held = typed_of(policy)
    steps = held.pop("trust")
    fields = {name: [getattr(each, name) for each in steps] for name in ("comments", "days", "removed", "links")}
    fields |= {"trust": [each.name for each in steps], "first": [str(number) for number, each in enumerate(steps) if each.first]}
    plain = {name: "\n".join(value) if isinstance(value, tuple) else ("1" if value else "") if isinstance(value, bool) else str(value)
             for name, value in held.items()}  # fmt: skip
    return RulesForm(Id(1), **(plain | fields | typed))


@pytest.mark.parametrize(
    ("given", "field", "called", "words"),
    [
        ({"closes_after_days": "soon"}, "closes_after_days", "Days after which a story closes", "A whole number from 1 to 999999"),
        ({"terms_page": "javascript:alert(1)"}, "terms_page", "Address of your terms", "The address of a page begins with https://"),
        ({"comments": ["0", "many", "20", "50"]}, "comments-2", "Step 2, known: Published comments, at least", "A whole number from 0 to 99999"),
        ({"removed": ["100", "25", "10", "101"]}, "removed-4", "Step 4, trusted: Removed of a hundred, at most", "A whole number from 0 to 100"),
    ],
)
def test_rules_that_are_none_are_refused_in_a_sentence_and_by_the_name_of_their_field(
    given: dict[str, object], field: str, called: str, words: str
) -> None:
    _, wrong = rules_of(form_of(Policy(), **given))
    assert [(each.field, each.called) for each in wrong] == [(field, called)]
    assert wrong[0].words.startswith(words)


def test_what_was_kept_before_there_were_limits_is_named_all_at_once_and_nothing_else_is_lost() -> None:
    new, words = Step("new", first=True), ("one", "two words")
    old = Policy(flags_hold=1_000, promise_minutes=0, banned_words=words, trust=(new, Step("old", comments=123_456)))
    _, wrong = rules_of(form_of(old))
    assert [each.field for each in wrong] == ["flags_hold", "promise_minutes", "comments-2"]
    assert "not “1000”" in wrong[0].words
    mended, wrong = rules_of(form_of(old, flags_hold="10", promise_minutes="30", comments=["0", "99"]))
    assert wrong == []
    assert mended == Policy(flags_hold=10, promise_minutes=30, banned_words=words, trust=(new, Step("old", comments=99)))


KIND = Policy(guidelines=("Be kind.",), banned_words=("one", "two words"), closes_after_days=30)


@pytest.mark.parametrize("policy", [Policy(), Policy(trust=()), KIND])
def test_the_form_says_the_rules_back(policy: Policy) -> None:
    assert rules_of(form_of(policy)) == (policy, [])


def test_a_step_without_a_name_is_left_out_and_the_empty_one_adds_one() -> None:
    form = form_of(Policy(), trust=["new", "", "steady", "trusted", "old friend"], comments=["0", "3", "20", "50", "200"],
                   days=["0", "1", "14", "60", "365"], removed=["100", "25", "10", "4", "1"], links=["", "", "5", "", ""])  # fmt: skip
    policy, wrong = rules_of(form)
    assert wrong == []
    assert [step.name for step in policy.trust] == ["new", "steady", "trusted", "old friend"]
    assert policy.trust[1] == Step("steady", 20, 14, 10, links=5) and policy.trust[0].first and policy.trust[3].links is None


def test_a_trial_says_which_lines_go_and_come_and_which_number_of_a_step_changes() -> None:
    was = Policy(guidelines=("Be kind.", "Be brief."), trust=(Step("new", first=True), Step("known", comments=3)))
    will = Policy(guidelines=("Be kind.", "Be short."), newcomer_links=0, trust=(Step("new"), Step("known", comments=5, links=2)))
    assert _changed(was, will) == [
        ("Links in a newcomer’s comment, at most", "1", "0"),
        ("Guidelines", "Be brief.", "Be short."),
        ("new: Looked at first, where that is chosen for newcomers", "true", "false"),
        ("known: Published comments, at least", "3", "5"),
        ("known: Links in a comment, at most", "", "2"),
    ]


def test_no_rule_of_a_site_is_lost_on_the_way_through_the_form() -> None:
    """A field that the form does not have would fall back to the house's own at every change."""
    assert set(Policy.__struct_fields__) <= set(RulesForm.__struct_fields__)


def test_the_samples_of_a_trial_are_plain_words_that_end_between_two(moot: Moot, admin: Actor) -> None:
    moot.says(moot.guest("Ada"), "**Read** [this](https://a.example), " + "a gauge that was dry in May " * 10)
    moot.later(DAY)
    sample = tried(moot, admin, Policy(newcomer_links=0)).samples[0].text
    assert sample.startswith("Read this a.example, a gauge") and sample.endswith(" …") and len(sample) <= 162
    assert sample.removesuffix(" …").split()[-1] in {"a", "gauge", "that", "was", "dry", "in", "May"}
