"""The classifier learns from the desk's decisions: the worker counts words in steps, and makes a new model; posts read the last one.

A decision that was taken back is forgotten again. Nothing else is learned from, and nothing leaves the house.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

import msgspec

from folkmoot.discussion import store_lessons as store
from folkmoot.discussion.classifier import NOT_ALIKE, Likeness, Model, features, likeness, model_of
from folkmoot.discussion.model import MAX_IMPORTED, Words
from folkmoot.discussion.rules import tokens_of
from folkmoot.discussion.text import read
from folkmoot.sites.stories import get_story
from folkmoot.storage.database import Row, Tx

STEP = 50
KEPT = 20_000  # words of a site that a model is made from


def likeness_of(tx: Tx, site: int, words: Words) -> Likeness:
    """How like those that moderators removed on a site a comment is."""
    row = store.version(tx, site)
    if row is None:
        return NOT_ALIKE
    model = _model(site, row.version) or _kept(tx, site, row.version)
    return likeness(features(tokens_of(words.folded), words.links), model)


_MODELS: dict[int, tuple[int, Model]] = {}  # of this process, by site: the version and what it says


def _model(site: int, version: int) -> Model | None:
    found = _MODELS.get(site)
    return found[1] if found is not None and found[0] == version else None


def _kept(tx: Tx, site: int, version: int) -> Model:
    model = _decoded(store.model(tx, site))
    _MODELS[site] = (version, model)
    return model


@lru_cache(maxsize=8)
def _decoded(body: str) -> Model:
    return msgspec.json.decode(body, type=Model)


def learn(tx: Tx, now: int) -> int:
    """Learns from the next decisions, at most STEP; at their end makes new models. How many there were."""
    reached = store.reached(tx)
    decisions = store.decisions_after(tx, reached, STEP)
    sites: set[int] = set()
    for decision in decisions:
        sites |= _learn_one(tx, decision)
    if decisions:
        store.set_reached(tx, decisions[-1].id)
    if len(decisions) < STEP:
        for site in sites | set(store.stale(tx)):
            _make_model(tx, site)
    else:
        for site in sites:
            store.mark_stale(tx, site)
    return len(decisions) if len(decisions) == STEP else 0


def unlearn(tx: Tx, comment: int) -> None:
    """Takes away what was learned from a comment whose words go."""
    reached, sites = store.reached(tx), set[int]()
    for decision in store.decisions_on(tx, comment, reached):
        sites |= _learn_one(tx, decision, -1)
    for site in sites:
        store.drop_unknown(tx, site)


def _learn_one(tx: Tx, decision: Row, sign: int = 1) -> set[int]:
    """Counts one decision, or takes the count of the one that it takes back away. Gives the site that it was for. sign: -1 undoes that."""
    bad = {"remove": 1, "release": 0, "restore": 0}.get(decision.undone or decision.deed)
    if bad is None or not decision.text:
        return set()
    site = get_story(tx, decision.story).site
    words = read(decision.text, limit=MAX_IMPORTED)
    change = -sign if decision.undone else sign
    counts = Counter(dict.fromkeys(features(tokens_of(words.folded), words.links), change))
    store.add_words(tx, site, counts, bad)
    store.add_decisions(tx, site, 0 if bad else change, change if bad else 0)
    return {site}


def _make_model(tx: Tx, site: int) -> None:
    row = store.totals(tx, site)
    counts = {each.word: (each.good, each.bad) for each in store.words(tx, site, KEPT)}
    store.set_model(tx, site, msgspec.json.encode(model_of(row.good, row.bad, counts)).decode())
