"""What in a comment disputes the story, with the words that say why. Pure: the story's title and the comment's text are given.

A comment disputes when it says that something is not so, or quotes the headline to contradict it. What supports the doubt weighs it: a
link to elsewhere, somebody who knows, a passage quoted at length, the story's own words. Without a doubt a link is only a link.
"""

from __future__ import annotations

import re

from msgspec import Struct

from folkmoot.notes.quoting import level

WORTH_LISTING = 2.0  # weight from which the desk lists a comment
WORTH_OFFERING = 2.0

_STRONG = (
    r"(?:is|are|was|were|it'?s|that'?s|this is) (?:simply |just |really |completely |totally )?"
    r"(?:not true|untrue|false|incorrect|inaccurate|wrong)",
    r"not (?:a )?true(?: statement)?|not accurate|isn'?t true|aren'?t true|never happened|did(?:n'?t| not) happen|not what (?:he|she|they|it) said",
    r"(?:these|this|the|those|that) (?:report|story|article|headline|claim|quote|number|figure)s? (?:is|are|was|were) (?:\w+ )?"
    r"(?:false|wrong|untrue|misleading|incorrect|inaccurate|outdated)",
    r"misleading(?: headline)?|mis-?quot\w+|out of context|misreport\w*|debunk\w*|retract\w*|factual(?:ly)? (?:error|wrong|incorrect)\w*",
    r"(?:needs|wants|issue[sd]?|print(?:ed)?|a) correction|please correct|correct the record|should be corrected|needs to be corrected",
    r"stick to the facts|stop (?:re)?posting|stop sharing|no (?:such|evidence)|there have been no|there (?:was|were|is|are) no such",
    r"stimmt (?:so )?nicht|ist falsch|unwahr|irref[üu]hrend|richtigstellung|aus dem zusammenhang|berichtigung",
    r"n'?est pas vrai|c'?est faux|est faux|inexact|rectificatif|trompeur",
    r"no es (?:verdad|cierto)|es falso|es falsa|es mentira|enga[ñn]oso|rectificaci[óo]n",
    r"غير صحيح|ليس صحيح[ااً]*|خبر كاذب|تصحيح",
)
_WEAK = (
    r"\bactually\b|in fact|\bwrong\b|\bfalse\b|\buntrue\b|\bincorrect\b|fake news|fact.?check\w*|doesn'?t say|does not say|contradict\w*",
    r"not (?:quite )?(?:so|right|correct)|the headline|for the record|eigentlich|falsch|en r[ée]alit[ée]|en realidad",
)
_KNOWS = (
    r"(?:who|that) (?:really |actually )?knows?|according to|\bsays that\b|\breport(?:s|ed) that\b|\bsource(?:s)?\b|told (?:the|me|us|bbc|reuters)",
    r"\bofficial (?:statement|table|report|data)\b|\bstatement by\b|\bthe (?:minutes|transcript|records?|table|document)\b",
    r"\bi (?:was|am) (?:there|a|the)\b",
    r"laut |selon |seg[úu]n ",
)
_RHETORIC = re.compile(r"what(?:'s| is| are| the \w+ is) (?:\w+ )?wrong with", re.I)  # a sigh, no correction
_LINK = re.compile(r"https?://([^\s/<>)\]\"]+)", re.I)
_QUOTED = re.compile(r"[\"“„«]([^\"”“»]{12,300})[\"”“»]|^>\s*(.{12,300})$", re.M)
_WORD = re.compile(r"\w+")
_COMMON = frozenset(
    ("this", "that", "with", "from", "have", "been", "were", "will", "they", "them", "their", "there", "what", "when", "which", "would", "could",
     "about", "after", "before", "into", "over", "than")
)  # fmt: skip
_SAID = [(re.compile(p, re.I), weight) for patterns, weight in ((_STRONG, 2.0), (_WEAK, 0.7)) for p in patterns]
_KNOWN = [re.compile(p, re.I) for p in _KNOWS]


class Reason(Struct, frozen=True):
    """One thing that was noticed. what: says, quotes, links or knows; words: as they stand in the comment."""

    what: str
    words: str


class Finding(Struct, frozen=True):
    """How much a comment disputes its story, 0 and more, and what says so."""

    weight: float
    reasons: tuple[Reason, ...] = ()


def find(text: str, title: str = "", own_host: str = "") -> Finding:
    """Reads one comment. title: the story's headline; own_host: links to it are no source."""
    plain = _plain(text)
    doubts, said = _doubts(plain)
    quoted = _quotes(text, title)
    if not doubts and not quoted:
        return Finding(0.0)
    links = [host for host in dict.fromkeys(_LINK.findall(text)) if host.lower() != own_host.lower()]
    known = [found.group() for pattern in _KNOWN if (found := pattern.search(plain))]
    weight = min(doubts, 6.0) + (1.5 if quoted else 0.0) + (2.0 if links else 0.0) + min(len(known), 2) * 0.8 + _overlap(plain, title)
    reasons = [Reason("quotes", words) for words in quoted] + [Reason("says", words) for words in said]
    reasons += [Reason("links", host) for host in links] + [Reason("knows", words) for words in known]
    return Finding(round(weight * _length(plain), 3), tuple(reasons[:8]))


def _plain(text: str) -> str:
    return " ".join(text.translate(str.maketrans("“”‘’\u00a0", "\"\"'' ")).split())


def _doubts(plain: str) -> tuple[float, list[str]]:
    weight, said = 0.0, list[str]()
    plain = _RHETORIC.sub("", plain)
    for pattern, worth in _SAID:
        found = {match.group().lower() for match in pattern.finditer(plain)}
        new = [words for words in found if not any(words in other for other in said)]
        weight += worth * min(len(new), 2)
        said += new
    return weight, said[:4]


def _quotes(text: str, title: str) -> list[str]:
    """Quoted words that are the headline's, or most of them."""
    wanted = _tellers(title)
    found = []
    for match in _QUOTED.finditer(text):
        words = (match.group(1) or match.group(2)).strip()
        told = _tellers(words)
        if len(told) >= 3 and wanted and len(_shared(told, wanted)) >= max(3, 0.6 * min(len(told), len(wanted))):
            found.append(words)
    return found[:2]


def _overlap(plain: str, title: str) -> float:
    """Up to 1.5 for speaking of what the headline speaks of."""
    wanted = _tellers(title)
    return 1.5 * len(_shared(_tellers(plain), wanted)) / len(wanted) if wanted else 0.0


def _shared(one: set[str], other: set[str]) -> set[str]:
    return {word for word in one if word in other}


def _tellers(text: str) -> set[str]:
    """The words that tell texts apart, cut to a stem that survives an ending: denies, denied."""
    return {word[:4] for word in _WORD.findall(level(text)) if len(word) > 3 and word not in _COMMON} | {
        word for word in _WORD.findall(level(text)) if word.isdigit() and len(word) > 1
    }


def _length(plain: str) -> float:
    """A line of six words seldom holds what is right as well as what is wrong."""
    return 0.4 if len(plain) < 50 else 0.75 if len(plain) < 120 else 1.0
