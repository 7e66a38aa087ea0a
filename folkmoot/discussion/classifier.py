"""Which comments are like those that moderators remove: naive Bayes over words, learned from the desk's decisions alone. Pure.

After P. Graham, "A Plan for Spam" (2002): the fifteen words that say most decide, each once, and they are the explanation too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from math import exp, log

from msgspec import Struct

from folkmoot.web.remembered import remembered

STRONGEST = 15     # words that decide
ENOUGH = 20        # decisions of either kind, before which nothing is said
MOST_WORDS = 400   # of one comment
CAP = 4.0          # the most that one word says
EXPLAINED = 5      # words that are named


class Model(Struct, frozen=True, dict=True):
    """What was learned. good, bad: comments that were let stand and removed; odds: of a word, above 0 where it speaks for removal."""

    good: int = 0
    bad: int = 0
    odds: dict[str, float] = {}

    @remembered
    def ranked(self) -> list[str]:
        """The words, those that say most first."""
        return sorted(self.odds, key=lambda word: (-abs(self.odds[word]), word))

    @remembered
    def places(self) -> dict[str, int]:
        """Where each word stands among the ranked: a post sorts numbers."""
        return {word: place for place, word in enumerate(self.ranked)}


class Likeness(Struct, frozen=True):
    """How like the removed ones a comment is, from 0 to 1, and by which words."""

    chance: float = 0.0
    words: tuple[str, ...] = ()


NOT_ALIKE = Likeness()


def features(tokens: Iterable[str], links: Collection[str]) -> set[str]:
    """What is looked at of a comment: its words, and the hosts that it links to."""
    words = {token for token in tokens if len(token) > 1}
    if len(words) > MOST_WORDS:
        words = set(sorted(words)[:MOST_WORDS])
    return words | {f"link:{host}" for host in links} if links else words


def odds_of(good: int, bad: int, all_good: int, all_bad: int) -> float:
    """How much a word speaks for removal: the logarithm of how much more often it stood in what was removed."""
    made = log((bad + 0.5) / (all_bad + 1)) - log((good + 0.5) / (all_good + 1))
    return max(-CAP, min(CAP, made))


def likeness(found: set[str], model: Model) -> Likeness:
    """How like the removed ones a comment with these features is."""
    if min(model.good, model.bad) < ENOUGH:
        return NOT_ALIKE
    odds, places, ranked = model.odds, model.places, model.ranked
    said = [ranked[place] for place in sorted(map(places.__getitem__, found & places.keys()))[:STRONGEST]]
    weight = sum([odds[word] for word in said])
    return Likeness(1 / (1 + exp(-max(-30.0, min(30.0, weight)))), tuple([word for word in said if odds[word] > 0][:EXPLAINED]))


def model_of(good: int, bad: int, counts: Mapping[str, tuple[int, int]], most: int = 5_000) -> Model:
    """The model of word counts: word -> (in how many let stand, in how many removed). The words that say most are kept."""
    odds = {word: odds_of(stood, gone, good, bad) for word, (stood, gone) in counts.items()}
    kept = sorted(odds, key=lambda word: (-abs(odds[word]) * sum(counts[word]) ** 0.5, word))[:most]
    return Model(good, bad, {word: round(odds[word], 3) for word in kept})
