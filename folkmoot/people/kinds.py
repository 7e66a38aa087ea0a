"""What people can be told: every topic that they can wish for or not, every kind of notice, as two tables. Pure.

A room that tells something new adds a line to KINDS and calls `notices.tell`. A kind's sentences hold {names} of values; a
sentence that names an empty value is left out. A value that is a whole number is a time (UTC ms) and is said as one.
"""

from __future__ import annotations

from string import Formatter
from typing import Literal

from msgspec import Struct

from folkmoot.web.words import N_

How = Literal["never", "at_once", "daily"]
HOWS: tuple[How, ...] = ("at_once", "daily", "never")


class Topic(Struct, frozen=True):
    """What somebody may wish to hear of by mail, and how they do while they have said nothing."""

    words: str
    how: How


class Kind(Struct, frozen=True):
    """One kind of notice. says: sentences; quote: the value that holds what somebody wrote; opens: the words of the link."""

    topic: str
    subject: str
    says: tuple[str, ...] = ()
    quote: str = ""
    opens: str = N_("Show it")

    @property
    def values(self) -> frozenset[str]:
        """The names of all values that its sentences need."""
        named = {name for words in (self.subject, *self.says) for _, name, _, _ in Formatter().parse(words) if name}
        return frozenset(named | ({self.quote} if self.quote else set()))


TOPICS: dict[str, Topic] = {
    "decisions": Topic(N_("What moderators decide about you and what you wrote"), "at_once"),
    "replies": Topic(N_("Answers to what you wrote"), "at_once"),
    "mentions": Topic(N_("When somebody names you"), "at_once"),
    "followed": Topic(N_("What is said in discussions that you follow"), "daily"),
    "notes": Topic(N_("What becomes of notes that you proposed"), "at_once"),
    "corrections": Topic(N_("Notes that say that something in a story is wrong"), "at_once"),
    "asked": Topic(N_("When your judgement of a note is asked for"), "daily"),
    "letters": Topic(N_("What becomes of your letters"), "at_once"),
    "desk": Topic(N_("What waits for you as a member of the newsroom"), "daily"),
}
_REASON = N_("The reason: {reason}")
_RULE = N_("The rule: {rule}")
_DECIDED = (_REASON, _RULE)
_DECISION, _DISCUSSION = N_("See the decision"), N_("See it in the discussion")
_NOTE = N_("See the note")
_APPEAL = N_("If you think that this is wrong, you can ask for another look there.")

_ACTION = N_("You wrote it for an action of {maker}, paid for by {funder}.")
KINDS: dict[str, Kind] = {
    # Decisions on what somebody wrote. Values: story (its title), reason, rule (either may be empty), words.
    "comment_removed": Kind(
        "decisions", N_("Your comment was removed: {story}"),
        (N_("A moderator has removed what you wrote under “{story}”."), *_DECIDED, _APPEAL), "words", _DECISION,
    ),
    "comment_held": Kind(
        "decisions", N_("Your comment waits for a moderator: {story}"),
        (N_("What you wrote under “{story}” is not shown until a moderator has looked at it."), *_DECIDED), "words", _DECISION,
    ),
    "comment_released": Kind(
        "decisions", N_("Your comment is published: {story}"),
        (N_("A moderator has looked at what you wrote under “{story}”. Everybody can read it now."), _REASON), "words", _DISCUSSION,
    ),
    "comment_restored": Kind(
        "decisions", N_("Your comment is shown again: {story}"),
        (N_("What you wrote under “{story}” had been removed and is shown again."), _REASON), "words", _DISCUSSION,
    ),
    "edit_removed": Kind(
        "decisions", N_("Your edit was not taken over: {story}"),
        (N_("A moderator has looked at your edit under “{story}”; readers see the words from before."), *_DECIDED), "words", _DECISION,
    ),
    "appeal_granted": Kind(
        "decisions", N_("Your appeal was granted: {story}"),
        (N_("Another moderator has looked at what you wrote under “{story}”, and it is shown again."), _REASON), "words", _DECISION,
    ),
    "appeal_refused": Kind(
        "decisions", N_("Your appeal was refused: {story}"),
        (N_("Another moderator has looked at what you wrote under “{story}”, and the decision stands."), *_DECIDED), "words", _DECISION,
    ),
    # Decisions on a person. Values: reason, rule, until (a time, or empty).
    "warned": Kind("decisions", N_("A moderator warns you"), (N_("A moderator asks you to keep to the rules."), *_DECIDED), opens=_DECISION),
    "muted": Kind(
        "decisions", N_("You cannot write for a time"),
        (N_("A moderator has decided that you cannot write here for a time."), N_("It ends {until}."), *_DECIDED, _APPEAL), opens=_DECISION,
    ),
    "banned": Kind(
        "decisions", N_("You can no longer write here"),
        (N_("A moderator has decided that you can no longer write here."), N_("It ends {until}."), *_DECIDED, _APPEAL), opens=_DECISION,
    ),
    # A report of unlawful content. Values: story, reason.
    "report_upheld": Kind(
        "decisions", N_("What you reported was removed: {story}"), (N_("A moderator has removed what you reported as unlawful."), _REASON),
    ),
    "report_refused": Kind(
        "decisions", N_("What you reported stays: {story}"), (N_("A moderator has looked at what you reported as unlawful, and it stays."), _REASON),
    ),
    # What others write. Values: who, story, words.
    "reply": Kind("replies", N_("{who} answered you: {story}"), (N_("{who} answered what you wrote under “{story}”."),), "words", _DISCUSSION),
    # Notes. Values: story, words (the note's); name: who wrote it; reason may be empty.
    **{
        kind: Kind(topic, subject, (said, *more), "words", _NOTE)
        for kind, topic, subject, said, *more in (
            ("note_proposed", "corrections", N_("A note says that something is wrong: {story}"),
             N_("{name} says that something in “{story}” is wrong, and gives sources."),
             N_("You need not wait for ratings: accept it, make the story clearer, or decline it with a reason."),
             N_("After 24 hours without an answer readers see that there is none.")),
            ("note_unanswered", "corrections", N_("A note waits for your answer: {story}"),
             N_("A day has gone by since {name} said that something in “{story}” is wrong. Readers see now that nobody has answered.")),
            ("note_appealed", "corrections", N_("A note is to be looked at again: {story}"),
             N_("{name} asks for another look at a note on “{story}”."), _REASON),
            ("note_alarm", "desk", N_("Somebody may be steering which notes rise"),
             N_("In the ratings of your readers no two sides are to be seen just now: some like what most like, others the opposite. "
                "So “helpful” and “disputed” say less than usual."),
             N_("Look at the notes that have risen lately, and decide yourself where you know better.")),
            ("note_waits", "desk", N_("A note is held: {story}"),
             N_("A note of {name} on “{story}” is seen by nobody until somebody of the newsroom has looked at it.")),
            ("note_on_you", "replies", N_("A note is about your comment: {story}"),
             N_("Somebody has written a note about what you said under “{story}”. You may answer beside it.")),
            ("note_accepted", "notes", N_("Your note was accepted: {story}"),
             N_("The editor has accepted your note on “{story}” as a correction. It stands at the head and in the public log."), _REASON),
            ("note_clarified", "notes", N_("Your note made a story clearer: {story}"),
             N_("The editor has made “{story}” clearer with your note."), _REASON),
            ("note_declined", "notes", N_("Your note was declined: {story}"),
             N_("The editor has declined your note on “{story}”."), _REASON, _APPEAL),
            ("note_held", "notes", N_("Your note is held: {story}"),
             N_("Your note on “{story}” is not shown until the newsroom has looked at it."), _REASON),
            ("note_released", "notes", N_("Your note is shown: {story}"),
             N_("The newsroom has looked at your note on “{story}”. Readers can see and rate it now."), _REASON),
            ("note_removed", "notes", N_("Your note was removed: {story}"), N_("The newsroom has removed your note on “{story}”."), _REASON, _APPEAL),
            ("note_answered", "notes", N_("{who} answered beside your note: {story}"), N_("{who} answered beside your note on “{story}”.")),
            ("note_both_sides", "notes", N_("Readers on both sides find your note helpful: {story}"),
             N_("Your note stands at the head of the discussion of “{story}” now, because readers who usually disagree find it helpful.")),
            ("note_helpful", "notes", N_("Your note is found helpful: {story}"),
             N_("Your note stands open at the head of the discussion of “{story}” now.")),
            ("note_disputed", "notes", N_("Your note is disputed: {story}"),
             N_("Readers disagree on your note on “{story}”. It stays listed, and you can ask the newsroom for another look.")),
            ("note_source", "notes", N_("A source of your note cannot be read: {story}"),
             N_("A page under your note on “{story}” cannot be read ({reason}): {source}"),
             N_("Give another address, so that others can check it.")),
            ("note_gone", "notes", N_("A note that you rated has lost its place: {story}"),
             N_("A note that stood at the head of “{story}” does not stand there any more.")),
            ("note_asked", "asked", N_("Is this note helpful? {story}"),
             N_("You were drawn by lot to judge a note on “{story}”. We ask a few readers of every kind, so that no crowd can decide alone.")),
        )
    },
    "followed": Kind(
        "followed", N_("{who} wrote: {story}"), (N_("{who} wrote under “{story}”, a discussion that you follow."),), "words", _DISCUSSION,
    ),
    "mention": Kind("mentions", N_("{who} named you: {story}"), (N_("{who} named you under “{story}”."),), "words", _DISCUSSION),
    # What becomes of a letter. Values: to (an official's name), why, words (the letter), story, maker and funder of the action it was written for.
    "letter_handed_over": Kind(
        "letters", N_("Your letter to {to} was handed over"),
        (N_("The mail server took your letter to {to}. That is not yet read: nobody there has said so."), _ACTION),
        "words", N_("See your letters"),
    ),
    "letter_waits": Kind(
        "letters", N_("Your letter to {to} waits"),
        (N_("Your letter to {to} could not be handed over yet. We keep trying for a week."), N_("{why}"), _ACTION),
        "", N_("See your letters"),
    ),
    "letter_held": Kind(
        "letters", N_("Your letter to {to} waits for a person"), (N_("Your letter to {to} has not gone out yet."), N_("{why}"), _ACTION), "",
        N_("See your letters"),
    ),
    "letter_stale": Kind(
        "letters", N_("Your letter to {to} is held back"), (N_("Your letter to {to} has not gone out."), N_("{why}"), _ACTION), "",
        N_("See your letters"),
    ),
    "letter_unknown": Kind(
        "letters", N_("We do not know what became of your letter to {to}"),
        (N_("The line broke while your letter to {to} was being sent. We have not sent it again, since it may have arrived."), _ACTION), "",
        N_("Decide what to do"),
    ),
    "letter_failed": Kind(
        "letters", N_("Your letter to {to} did not arrive"),
        (N_("Your letter to {to} did not arrive."), N_("{why}"), N_("Your words are below. You can print the letter and post it, or call."), _ACTION),
        "words", N_("Print the letter"),
    ),
    "letter_asks": Kind(
        "letters", N_("Did {to} answer your letter?"),
        (N_("Your letter to {to} went out two weeks ago. Did they answer?"), _ACTION), "", N_("Tell us"),
    ),
}  # fmt: skip
