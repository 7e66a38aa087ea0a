"""Why a note stands where it stands, in one sentence for whoever asks. Pure."""

from __future__ import annotations

from folkmoot.errors import say
from folkmoot.notes.opinions import Map
from folkmoot.notes.scoring import EARLY, LEAST, Judgement, Why

WHY: dict[Why, str] = {
    "early": "Too early: fewer than {early} readers have rated notes here.",
    "few": "Not enough ratings yet ({ratings} of at least {least}).",
    "one_sided": "Our readers lean one way, so they cannot decide this; the editor does.",
    "not_sure": "Not yet sure that most readers on both sides find it helpful.",
    "lacking": "Not yet sure: it lacks {missing} more from readers who usually disagree with its supporters.",
    "both_sides": "Found helpful by readers on both sides ({near} of {near_all}, and {far} of {far_all}).",
    "helpful": "Found helpful by most readers on both sides ({near} of {near_all}, and {far} of {far_all}).",
    "unhelpful": "Most readers on both sides do not find it helpful.",
    "split": "Readers disagree about it ({near} of {near_all} on one side find it helpful, {far} of {far_all} on the other).",
    "campaign_for": "Raters who act together have pushed it; it is not shown on their word.",
    "campaign_against": "Raters who act together have rated it down; the rest are too few to decide.",
    "asked_differ": "Readers drawn by lot and asked think otherwise than those who came by themselves.",
    "linked_differ": "It would not be shown without raters who seem to act together.",
    "burst_against": "Ratings against it came all at once, while most of the others find it helpful.",
}  # fmt: skip


def explain(judgement: Judgement) -> str:
    """The rule that decided, and what is missing, as a sentence that remembers its template."""
    which: Why = "lacking" if judgement.why == "not_sure" and judgement.missing else judgement.why
    values = {
        "early": EARLY, "least": LEAST, "ratings": judgement.ratings, "missing": judgement.missing,
        "near": judgement.near[0], "near_all": judgement.near[1], "far": judgement.far[0], "far_all": judgement.far[1],
    }  # fmt: skip
    template = WHY[which]
    return say(template, **{name: value for name, value in values.items() if f"{{{name}}}" in template})


MAP: dict[str, str] = {
    "separate": "There are {count} groups: beyond chance, and they come back when people and votes are left out.",
    "few": "Too few people have voted for a map.",
    "small": "No groups: no part of the people is both large enough and apart.",
    "shuffled": "No groups: people agree with each other no more than by chance.",
    "cloud": "No groups: opinions differ by degrees, there are no gaps between them.",
    "unstable": "No groups: those that seem to be there do not come back when some people and votes are left out.",
}


def explain_map(drawn: Map) -> str:
    """Whether there are groups, and how that was decided, in one sentence."""
    return say(MAP[drawn.why], count=len(drawn.groups)) if drawn.separate else say(MAP[drawn.why])
