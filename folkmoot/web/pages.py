"""HTML: one jinja environment per language over every folder's templates/. A template is named folder/file: "web/page.html".

Given to every template: `language`, `direction`, `_`/`gettext`/`ngettext`/`pgettext`, `{% trans %}`, `asset(name)`
(the hashed address of a static file), `date(ms)`, `moment(ms)`, `short(ms, now)`, `machine(ms)`, `in_words(text)`
(words that are no constant of the template), `in_html(sentence)` (the same, each value in a <bdi>), `comma` (between
the parts of a row), the filters `words|cut(letters)`, `html|excerpt(letters)` and `name|ours` (a sentence of ours in the
language, anything else as it stands). A name that nobody gave is a fault, not an empty string.
"""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from folkmoot.errors import Sentence
from folkmoot.web import excerpts, static, words

_HOUSE = Path(__file__).parent.parent
_LOADER = PrefixLoader({each.parent.name: FileSystemLoader(each) for each in sorted(_HOUSE.glob("*/templates"))})


@cache
def environment(language: str) -> Environment:
    """The templates in a language, compiled when first used and then kept."""
    made = Environment(
        loader=_LOADER, autoescape=True, undefined=StrictUndefined, extensions=["jinja2.ext.i18n"],
        cache_size=-1, auto_reload=False, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    said = words.translations(language)
    made.install_gettext_callables(  # type: ignore[attr-defined]  # the i18n extension adds it
        said.gettext, said.ngettext, newstyle=True, pgettext=said.pgettext, npgettext=said.npgettext
    )
    made.globals |= {"language": language, "direction": words.direction(language), "asset": static.address}
    made.globals |= {"machine": words.machine, "date": partial(words.date, language=language)}
    made.globals |= {"short": partial(words.short, language=language), "moment": partial(words.moment, language=language)}
    made.globals |= {"in_words": partial(words.in_words, language=language), "in_html": partial(in_html, language=language)}
    made.globals |= {"comma": words.comma(language)}
    made.filters |= {"cut": excerpts.cut, "excerpt": excerpts.excerpt, "ours": partial(words.ours, language=language)}
    return made


def in_html(sentence: str, language: str) -> Markup:
    """A sentence in a language, each of its values set apart: a name or an address in other letters turns nothing around it."""
    if not isinstance(sentence, Sentence) or not sentence.values:
        return escape(words.in_words(sentence, language))
    said = escape(words.frame(sentence, language))
    return said.format(**{name: _apart(value, language) for name, value in sentence.values.items()})


def _apart(value: object, language: str) -> Markup:
    if isinstance(value, list | tuple):
        return escape(words.comma(language)).join(_apart(each, language) for each in value)
    if isinstance(value, Sentence):
        return in_html(value, language)
    return escape(value) if isinstance(value, int) else Markup("<bdi>{}</bdi>").format(value)


def template(name: str, language: str) -> Template:
    """A template, for callers who render often: keep it."""
    return environment(language).get_template(name)


def render(name: str, language: str, /, **values: object) -> str:
    """The page that a template makes of values."""
    return template(name, language).render(values)
