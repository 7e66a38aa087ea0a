"""What single words mean in the talk, and which plain sentences mean STOP or HELP. Pure.

Carriers act on their own words (STOP and its kin, START, YES, HELP) before we do, so none of these is ever asked for as an answer.
Only a message that is nothing but a command is one: a letter that contains "stop" is a letter.
"""

from __future__ import annotations

import re
import unicodedata

# Words that end every message to a number or chat (47 CFR 64.1200(a)(10); the carriers' own list), and those that begin it again.
STOPS = frozenset(
    {"stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out", "opt-out", "arret", "alto", "توقف"}
)
STARTS_AGAIN = frozenset({"start", "unstop", "oops"})
HELPS = frozenset({"help", "info", "aide", "ayuda", "مساعدة"})

# What else is a command anywhere in the talk: word -> its meaning.
COMMANDS: dict[str, str] = {
    "back": "back", "edit": "edit", "send": "send", "preview": "preview", "undo": "undo", "take it back": "undo", "send now": "now", "now": "now",
    "skip": "skip", "menu": "menu", "feedback": "feedback", "person": "person", "human": "person", "talk to a person": "person",
    "officials": "officials", "account": "account", "moved": "moved", "change address": "moved", "link": "link", "erase": "erase",
    "forget me": "erase",
    "congress": "congress", "senate": "senate", "house": "house", "state": "state", "governor": "governor", "status": "status", "letters": "status",
}  # fmt: skip
OFFICES = frozenset({"congress", "senate", "house", "state", "governor"})
YES = frozenset({"ok", "okay", "agree", "i agree", "yes", "y", "yes please", "sure", "go on", "si", "sí", "oui", "d accord", "ja", "نعم"})
NO = frozenset({"no", "n", "no thanks", "no thank you", "non", "nein", "لا"})

_ME = r"(?:me|us|this number|my (?:phone|number|cell))"
_POLITE = r"(?:hey |hi |ok |please |pls |can you |could you |would you |just |i said |i want you to |i want to |i would like to )*"
_END = r"(?: (?:please|pls|now|right now|immediately|ever again|again|any ?more|already|at once|thanks|thank you|messages?|texts?|here))*"
_STOP_SENTENCES = re.compile(
    rf"{_POLITE}(?:"
    rf"(?:stop|quit|cease)(?: with)?(?: all)?(?: the| these| your)? (?:texting|messaging|contacting|writing(?: "
    rf"to)?|bothering|spamming|sending)(?: {_ME})?(?: any)?(?: (?:text|sms|your|these|more|any))*"
    rf"|(?:stop|end|cancel)(?: all)?(?: the| these| your| my)? (?:texts?|messages?|sms|subscription|alerts?)(?: to {_ME})?"
    rf"|(?:do not|don t|dont|never) (?:text|message|contact|write(?: to)?|sms|send)(?: {_ME})?(?: any| more)*"
    rf"|(?:unsubscribe|remove|take|delete) (?:{_ME})(?: off| from)?(?: (?:your|this|the) (?:list|lists|texts?|messages?))?(?: off)?"
    rf"|(?:take|remove|delete) my number(?: (?:off|from) (?:your|this|the) lists?)?"
    rf"|(?:opt|sign) {_ME} out|leave {_ME} alone|no more (?:texts?|messages?|sms)|wrong number|(?:stop|quit)(?: it| this| that)?"
    rf"|i revoke(?: my)? consent|(?:unsubscribe|opt "
    rf"out)(?: from)?(?: (?:this|your|all))?"
    rf"){_END}"
)
_HELP_SENTENCES = re.compile(
    r"(?:please )?(?:can (?:you|somebody|anyone) )?help(?: me)?(?: please)?|i need help|who is this|who are you|what is this(?: "
    r"number)?|how does this work"
)


def plain(words: str) -> str:
    """A message in small letters without marks, as it is compared: one space between words."""
    folded = unicodedata.normalize("NFKC", words[:400]).casefold()
    return " ".join(re.sub(r"[^\w\s]+", " ", folded).split())


def means(words: str, starts: tuple[str, ...] = ()) -> str | None:
    """The command that a whole message is: stop, start, help, begin, or a meaning of COMMANDS; None where it is something else."""
    said = plain(words) if len(words) <= 200 else ""
    if not said:
        return None
    if said in STOPS or _STOP_SENTENCES.fullmatch(said):
        return "stop"
    if said in HELPS or _HELP_SENTENCES.fullmatch(said):
        return "help"
    if said in {plain(each) for each in starts}:
        return "begin"
    if said in STARTS_AGAIN:
        return "start"
    number = re.fullmatch(r"edit (\d{1,2})", said)
    return f"edit {number.group(1)}" if number else COMMANDS.get(said)


def is_yes(words: str) -> bool:
    return plain(words) in YES


def is_no(words: str) -> bool:
    return plain(words) in NO
