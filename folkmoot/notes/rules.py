"""What becomes of a note on its way in: RULES, asked in their order; the first verdict holds. Pure. To add one, add a function to the list."""

from __future__ import annotations

import re

from msgspec import Struct

from folkmoot.errors import say
from folkmoot.notes.model import MAX_STATEMENT, MAX_TEXT, NEWCOMER, Draft, Verdict
from folkmoot.notes.quoting import alike, level

ALIKE = 0.34  # two notes that share this much are shown to whoever writes the second
PER_DAY = 5
_CONTACT = re.compile(
    r"[\w.+-]+@[\w-]+\.\w+|(?<!\d)(?:\+?\d[\d ()./-]{8,}\d)(?!\d)|\b\d{1,5} [A-Z]\w+ (?:Street|St\.?|Road|Rd\.?|Avenue|Ave\.?|Lane|Drive|Way)\b"
)
_PRIVATE = re.compile(
    r"\b(?i:my|his|her|their|the|our) (?:neighbou?r|wife|husband|son|daughter|mother|father|sister|brother|ex|landlord|boss|colleague)"
    r",? (?P<kin>[A-Z][\w’'-]+)|\b(?P<name>[A-Z][\w’'-]+ [A-Z][\w’'-]+),? (?:lives|lived|is married|was arrested|is ill|was fired|drinks)\b"
    r"|\b(?:Mr|Mrs|Ms|Miss)\.? (?P<plain>[A-Z][\w’'-]+)"
)


class Context(Struct, frozen=True):
    """What is known beside the draft. approved: the writer's notes that stood; today: those of the last day; told: the story's own words."""

    is_staff: bool = False
    limits: bool = True
    approved: int = 0
    today: int = 0
    told: str = ""
    others: tuple[tuple[int, str], ...] = ()  # (id, text) of the story's other notes


def judge(draft: Draft, context: Context) -> Verdict:
    """The first verdict of RULES; published where none has one."""
    return next((verdict for rule in RULES if (verdict := rule(draft, context))), Verdict("published"))


def empty(draft: Draft, context: Context) -> Verdict | None:
    """Nothing is said."""
    if len(draft.text.split()) < 3:
        return Verdict("refused", "empty", "Say what is wrong and what is right, in a sentence or two.", "text")
    return None


def too_long(draft: Draft, context: Context) -> Verdict | None:
    """More than a reader takes in at the head of a story."""
    if len(draft.text) > MAX_TEXT:
        return Verdict("refused", "too_long", say("A note has up to {limit} letters. Keep what is wrong and what is right.", limit=MAX_TEXT), "text")
    return None


def similar(draft: Draft, context: Context) -> Verdict | None:
    """Somebody has said it: one note that many have rated does more than two that few have."""
    found = [number for number, text in context.others if number not in draft.seen and alike(draft.text, text) >= ALIKE]
    if found:
        return Verdict("refused", "similar", "A note that says nearly this is here already. Look at it first; you can still propose yours.", "text")
    return None


def too_many(draft: Draft, context: Context) -> Verdict | None:
    """More in a day than others can check."""
    if context.limits and not context.is_staff and context.today >= PER_DAY:
        return Verdict("refused", "too_many", say("You have proposed {number} notes today. Tomorrow you can propose more.", number=PER_DAY), "text")
    return None


def private_person(draft: Draft, context: Context) -> Verdict | None:
    """It names somebody who is not in the news, or says where they can be reached."""
    held = Verdict("held", "private_person", "The note seems to name a private person, so an editor looks at it first.")
    if _CONTACT.search(draft.text):
        return held
    told = level(context.told)
    for found in _PRIVATE.finditer(draft.text):
        name = next(name for name in found.groups() if name)
        if level(name) not in told:
            return held
    return None


def newcomer(draft: Draft, context: Context) -> Verdict | None:
    """One's first notes."""
    if context.limits and not context.is_staff and context.approved < NEWCOMER:
        return Verdict("held", "newcomer", "Your first notes are looked at by the newsroom before others see them.")
    return None


RULES = (empty, too_long, too_many, similar, private_person, newcomer)


def statement(text: str) -> str:
    """Why this cannot be a statement that is put to readers; "" where it can."""
    if not text.strip():
        return say("Write the statement that readers are to agree or disagree with.")
    if len(text) > MAX_STATEMENT:
        return say("A statement has up to {limit} letters: one thought, to agree or disagree with.", limit=MAX_STATEMENT)
    return ""
