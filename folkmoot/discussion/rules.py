"""What becomes of a comment on its way in: RULES, each a judge(draft, context) -> Verdict | None, in the order they are asked. Pure.

Refused beats held beats published; among equals the first rule speaks. Each `why` is a constant sentence, so that it can be
kept with the decision and still be said in the reader's language later (gettext finds it as the third word of a Verdict).
To add a rule: write the function, add it to RULES, and what it must know to Context.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from functools import lru_cache
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct

from folkmoot.discussion.classifier import NOT_ALIKE, Likeness
from folkmoot.discussion.model import MAX_TEXT, UNABLE, Answer, Draft, Verdict
from folkmoot.discussion.text import fold
from folkmoot.discussion.trust import Standing, step_of
from folkmoot.errors import say
from folkmoot.sites.model import Policy, Step
from folkmoot.web.remembered import remembered

PROOF = "proof"  # the rule that asks for work: doors know it by this name
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
COPIES = 3        # others' comments with the same words on the site within the hour that make one more suspicious
KEPT_LISTS = 64
QUICKEST = 2_000  # ms: who needs less from the first letter to the post is no person, even one who pastes
WORTH_COPYING = 40  # letters: shorter words are said alike by chance
# Whose comments, posted within how long, how many at least, then what.
BURSTS: tuple[tuple[Literal["person", "network"], int, int, Answer], ...] = (
    ("person", MINUTE, 10, "refused"),
    ("network", MINUTE, 60, "refused"),
    ("person", MINUTE, 5, "held"),
    ("network", MINUTE, 20, "held"),
    ("person", HOUR, 40, "held"),
)


class Context(Struct, frozen=True, kw_only=True, dict=True):
    """What the rules know beside the draft. Times are UTC ms. Defaults: somebody new on an open site.

    standing: the writer's record (trust.py), steps: what the site takes it to mean. barred: what keeps them from writing. slowed: seconds until
    the story takes their next comment. alike: how many of the last day say nearly the same; likeness: to what
    moderators removed (classifier.py). by_person, by_network: when the comments of the last hour were
    posted. repeated: the person's own comment of the last hour with the same digest; echoed: one from their network;
    copies: how many others on the site have the same digest within the hour. looks: the skeleton of the writer's name;
    staff, others: the skeletons of the site's staff and of other people in the thread (people/names.py). limits: False
    switches rates, repeats, bursts and newcomers' holds off, for load tests. rush: comments of the last minute by people who
    have proven nothing; rush_from: from how many on a newcomer's device is asked for work, 0 never.
    """

    now: int
    closed: bool = False
    is_staff: bool = False
    proven: bool = False
    standing: Standing = Standing()
    steps: tuple[Step, ...] = Policy().trust
    barred: str = ""
    slowed: int = 0
    alike: int = 0
    likeness: Likeness = NOT_ALIKE
    learned_hold: int = 0
    by_person: tuple[int, ...] = ()
    by_network: tuple[int, ...] = ()
    repeated: int | None = None
    echoed: int | None = None
    copies: int = 0
    looks: str = ""
    staff: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    mode: Literal["open", "hold_newcomers", "hold_all"] = "open"
    guests: bool = True
    banned_words: tuple[str, ...] = ()
    suspect_words: tuple[str, ...] = ()
    newcomer_links: int = 1
    limits: bool = True
    rush: int = 0
    rush_from: int = 0

    @remembered
    def reached(self) -> int:
        """The number of the step on which the writer is, 0 the lowest."""
        return step_of(self.standing, self.steps, self.now)

    @property
    def step(self) -> Step:
        """How far the site trusts the writer."""
        return self.steps[self.reached] if self.steps else Step("known")

    @property
    def newcomer(self) -> bool:
        """Somebody whom the site has hardly seen, or whose comments were removed too often: on the lowest step."""
        return not self.is_staff and bool(self.steps) and self.reached == 0


Rule: TypeAlias = Callable[[Draft, Context], Verdict | None]


def closed(draft: Draft, context: Context) -> Verdict | None:
    """A closed story takes nothing more, from nobody."""
    if not context.closed:
        return None
    return Verdict("refused", "closed", "This discussion is closed. It can be read, but takes no more comments.")


def barred(draft: Draft, context: Context) -> Verdict | None:
    """Somebody whom the desk has muted or banned."""
    return Verdict("refused", "barred", context.barred) if context.barred else None


def slowed(draft: Draft, context: Context) -> Verdict | None:
    """A story whose valve is half shut takes one comment of a person in so many seconds."""
    if not context.slowed or context.is_staff:
        return None
    why = say("So many are writing here that everybody waits between two comments. Your words are kept: post them in {seconds} seconds.",
              seconds=context.slowed)  # fmt: skip
    return Verdict("refused", "slowed", why)


def guests(draft: Draft, context: Context) -> Verdict | None:
    """The site takes comments only from people with a proven mailbox."""
    if context.guests or context.proven or context.is_staff:
        return None
    return Verdict("refused", "guests", "On this site only people who have signed in may write. Your words are kept; sign in, then post them.")


def length(draft: Draft, context: Context) -> Verdict | None:
    """Something, and not too much of it."""
    if not draft.words.folded:
        return Verdict("refused", "length", "The comment is empty. Write something, then post it.")
    if draft.words.letters > MAX_TEXT:
        return Verdict("refused", "length", "The comment is longer than 5,000 letters. Shorten it, or make two of it.")
    return None


def _says(draft: Draft, words: tuple[str, ...]) -> bool:
    """Whether the comment, or the name above it, holds one of a list's words."""
    return bool(words) and (has_any(draft.words.folded, words) or has_any(_folded_name(draft.name or ""), words))


_folded_name = lru_cache(maxsize=64)(fold)


def banned(draft: Draft, context: Context) -> Verdict | None:
    """The site's list of words that it does not take. Which one it was is not told: that would teach the way around."""
    if not _says(draft, context.banned_words):
        return None
    return Verdict("refused", "banned", "The comment holds words that this site does not take. Say it in other words.")


def repeats(draft: Draft, context: Context) -> Verdict | None:
    """The same words again: from the same person or network, or from many."""
    if not context.limits or context.is_staff:
        return None
    if context.repeated is not None:
        return Verdict(
            "refused", "repeats", "You said exactly this within the last hour, and it is there. Add something new.", (), context.repeated
        )
    if draft.words.letters < WORTH_COPYING:
        return None
    if context.echoed is not None:
        return Verdict(
            "refused", "repeats", "From your network exactly this was said within the last hour. Add something new.", (), context.echoed
        )
    if context.copies >= COPIES:
        return Verdict("held", "repeats", "Several people have posted exactly these words, so a moderator looks first.")
    return None


def bursts(draft: Draft, context: Context) -> Verdict | None:
    """Many comments in a short time, by BURSTS."""
    if not context.limits or context.is_staff:
        return None
    for whose, span, most, answer in BURSTS:
        times = context.by_person if whose == "person" else context.by_network
        if len(times) >= most and sum(time > context.now - span for time in times) >= most:
            return _HASTE[answer]
    return None


_HASTE = {
    "refused": Verdict("refused", "bursts", "Too many comments came in one minute. Your words are kept; post them a little later."),
    "held": Verdict("held", "bursts", "Many comments came in a short time, so a moderator looks at this one first."),
}


def copies(draft: Draft, context: Context) -> Verdict | None:
    """Nearly the same as others of the last day, by somebody new."""
    if not context.limits or not context.newcomer or context.alike < COPIES - 1:
        return None
    return Verdict("held", "copies", "Others have posted nearly these words today, so a moderator looks first.")


def honeypot(draft: Draft, context: Context) -> Verdict | None:
    """A field was filled in that people do not see. Held and not refused: a browser may have filled it for somebody."""
    if not draft.trapped or context.is_staff:
        return None
    return Verdict("held", "honeypot", "A hidden field was filled in, as programs do, so a moderator looks first.")


def haste(draft: Draft, context: Context) -> Verdict | None:
    """Written faster than a person can. Held and not refused: a clock may be wrong. Only what was measured is judged."""
    if not context.limits or not context.newcomer or draft.written is None or draft.written >= QUICKEST:
        return None
    return Verdict("held", "haste", "The comment came faster than people write, so a moderator looks first.")


def rush(draft: Draft, context: Context) -> Verdict | None:
    """While very many write whom nobody knows, a newcomer's device does a little work first; who cannot do it waits for a moderator."""
    asked = context.limits and context.newcomer and 0 < context.rush_from <= context.rush
    if not asked or draft.proof not in ("", UNABLE):
        return None
    if draft.proof == UNABLE:
        return Verdict("held", "burst_on", "Very many are writing at once, so a moderator looks first at what comes from people who are new here.")
    return Verdict("refused", PROOF, "Very many are writing at once. Have your device solve a challenge, or sign in; your words are kept.")


def learned(draft: Draft, context: Context) -> Verdict | None:
    """Like what this site's moderators removed, by what they decided so far."""
    if not context.limits or not context.learned_hold or context.is_staff or context.likeness.chance * 100 < context.learned_hold:
        return None
    return Verdict(
        "held", "learned", "The comment is like others that were removed here, so a moderator looks first.", note=", ".join(context.likeness.words)
    )


def look_alikes(draft: Draft, context: Context) -> Verdict | None:
    """Nobody passes for staff. Two people of one name are told apart by a mark."""
    if context.is_staff or not context.looks:
        return None
    if context.looks in context.staff:
        return Verdict(
            "held", "look_alikes", "The name looks like that of somebody who works here, so a moderator looks first. Another name helps."
        )
    if context.looks in context.others:
        return Verdict("published", "look_alikes", "Somebody else in this thread has the same name.", ("namesake",))
    return None


def suspect(draft: Draft, context: Context) -> Verdict | None:
    """The site's list of words that a moderator wants to see first."""
    if context.is_staff or not _says(draft, context.suspect_words):
        return None
    return Verdict("held", "suspect", "The comment holds words that a moderator looks at first on this site.")


def links(draft: Draft, context: Context) -> Verdict | None:
    """More links than the site lets pass from the writer's step of trust."""
    if not context.limits or context.is_staff:
        return None
    most = context.newcomer_links if context.newcomer else context.step.links
    if most is None or len(draft.words.links) <= most:
        return None
    if not context.newcomer:
        return Verdict("held", "links", "The comment has many links, so a moderator looks at it first.")
    return Verdict("held", "links", "You are new here and the comment has links, so a moderator looks at it first.")


def mode(draft: Draft, context: Context) -> Verdict | None:
    """The site looks at every comment first, or at those of newcomers."""
    if context.is_staff:
        return None
    if context.mode == "hold_all":
        return Verdict("held", "mode", "On this site a moderator looks at every comment before it appears.")
    if context.mode == "hold_newcomers" and context.limits and context.step.first:
        return Verdict("held", "mode", "On this site a moderator looks at the first comments of everybody who is new.")
    return None


RULES: tuple[Rule, ...] = (
    closed, barred, slowed, guests, length, banned, repeats, bursts, honeypot, haste, rush, look_alikes, suspect, links, copies,
    learned, mode,
)  # fmt: skip
_WEIGHT: dict[Answer, int] = {"published": 0, "held": 1, "refused": 2}


def judge(draft: Draft, context: Context) -> Verdict:
    """Asks every rule. The gravest answer holds; marks of all stay."""
    said = [verdict for rule in RULES if (verdict := rule(draft, context))]
    if not said:
        return Verdict("published")
    gravest = max(said, key=lambda verdict: _WEIGHT[verdict.answer])
    return msgspec.structs.replace(gravest, marks=tuple(mark for verdict in said for mark in verdict.marks))


# ── Lists of words ───────────────────────────────────────────────────────────────────────────────────────────────────────

# Scripts that write without spaces: each character is a token, so that a word is found inside a sentence.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_INDIC_MARKS = "\u0900-\u0963\u0966-\u0dff"
_TOKEN = re.compile(rf"[{_UNSPACED}]|(?:[^\W_{_UNSPACED}]|[{_INDIC_MARKS}])+")
_GAPS = {code: " " for code in range(128) if not chr(code).isalnum()}
_DISGUISED = re.compile(r"[0-9@$](?:(?<=[@$])|(?<=[a-z].)|(?=[a-z]))")  # a number by itself is none; one set to begin with is found soonest
_WORN = re.compile(r"[a-z0-9@$]+")
_DISGUISE = str.maketrans("013457@$", "oieastas")


class _Phrases(Struct, frozen=True):
    """A list of words made ready: those of one token, longer ones with their lengths by first token, and mere signs."""

    single: frozenset[str]
    longer: frozenset[tuple[str, ...]]
    lengths: dict[str, tuple[int, ...]]
    signs: tuple[str, ...]


def has_any(folded: str, words: tuple[str, ...]) -> bool:
    """Whether a folded text holds one of the words or phrases, whole. Linear in the text, however long the list."""
    if not words:
        return False
    phrases = _made_ready(words)
    for tokens in _readings(folded):
        if not phrases.single.isdisjoint(tokens) or _has_longer(tokens, phrases):
            return True
    return any(sign in folded for sign in phrases.signs) if phrases.signs else False


@lru_cache(maxsize=64)
def _readings(folded: str) -> tuple[tuple[str, ...], ...]:
    """The words of a folded text as they stand, then, where there is something to undo, with digits read as letters (sp4m)."""
    if not _DISGUISED.search(folded):
        return (tokens_of(folded),)
    worn = tuple(word if word.isdigit() else word.translate(_DISGUISE) for word in _WORN.findall(folded))
    return tokens_of(folded), worn


@lru_cache(maxsize=64)
def tokens_of(folded: str) -> tuple[str, ...]:
    """The words of a folded text. Remembered for a moment: several rules ask for those of the same comment."""
    return tuple(folded.translate(_GAPS).split() if folded.isascii() else _TOKEN.findall(folded))


def _has_longer(tokens: tuple[str, ...], phrases: _Phrases) -> bool:
    if phrases.lengths.keys().isdisjoint(tokens):
        return False
    return any(
        tokens[place : place + size] in phrases.longer for place, token in enumerate(tokens) for size in phrases.lengths.get(token, ())
    )


_READY: dict[int, tuple[tuple[str, ...], _Phrases]] = {}  # by the list's identity: to hash five thousand words costs more than to look for them


def _made_ready(words: tuple[str, ...]) -> _Phrases:
    """A list made ready once; the same policy is the same object (sites/store.py), so its lists are known again."""
    found = _READY.get(id(words))
    if found is None or found[0] is not words:
        if len(_READY) >= KEPT_LISTS:
            _READY.clear()
        found = _READY[id(words)] = (words, _phrases(words))
    return found[1]


def _phrases(words: tuple[str, ...]) -> _Phrases:
    cut = {word: tuple(tokens_of(word)) for word in map(fold, words) if word}
    longer = frozenset(phrase for phrase in cut.values() if len(phrase) > 1)
    lengths: dict[str, set[int]] = defaultdict(set)
    for phrase in longer:
        lengths[phrase[0]].add(len(phrase))
    single = frozenset(phrase[0] for phrase in cut.values() if len(phrase) == 1)
    signs = tuple(word for word, phrase in cut.items() if not phrase)
    return _Phrases(single, longer, {first: tuple(sizes) for first, sizes in lengths.items()}, signs)
