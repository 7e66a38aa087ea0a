"""What can go wrong, named for what the caller can do about it. Each door (web, command line, bot) says it in its own way.

Every error carries a `code`, a short stable word for programs, and `words`, one plain sentence for people. `field` names the
input that the sentence is about, where there is one.
"""

from __future__ import annotations

from string import Formatter


class Problem(Exception):
    """The root of all that Folkmoot refuses on purpose. Anything else that is raised is a fault of ours."""

    def __init__(self, words: str, code: str = "", field: str | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.code = code or type(self).__name__.lower()
        self.field = field


class NotFound(Problem):
    """There is no such thing, or none that this person may see. Look elsewhere."""


class NotAllowed(Problem):
    """This person may not do this. Sign in, or ask somebody who may."""


class NotSignedIn(NotAllowed):
    """Nobody has been proven. Sign in and try again."""


class Invalid(Problem):
    """What was given cannot be used as it is. Change it."""


class Conflict(Problem):
    """Something else has happened meanwhile, or is in the way. Look again, then decide."""


class TooSoon(Problem):
    """Too much in too short a time. Wait `seconds`, then try again."""

    def __init__(self, words: str, seconds: int = 60, code: str = "", field: str | None = None) -> None:
        super().__init__(words, code, field)
        self.seconds = seconds


class TooLarge(Invalid):
    """More than is taken at once. Send less."""


class Unavailable(Problem):
    """It cannot be done now, through no fault of the caller; nothing was changed. Try again after `seconds`."""

    def __init__(self, words: str, seconds: int = 5, code: str = "", field: str | None = None) -> None:
        super().__init__(words, code, field)
        self.seconds = seconds


class Sentence(str):
    """A sentence with values in it that remembers how it was made, so that a door can say it in the reader's language.

    many: the template for several, where the words go by `number` among the values.
    """

    template: str
    values: dict[str, object]
    many: str = ""


def say(template: str, **values: object) -> Sentence:
    """`template` (with {names}, as the catalogues hold it) filled with values: for words of an error that are not constant.

    A value that is a list is said with commas between its parts.
    """
    return _made(template, "", values)


def say_many(one: str, many: str, *, number: int, **values: object) -> Sentence:
    """The same in words that go by a number: catalogues hold as many forms of them as their language has."""
    return _made(one, many, {"number": number, **values})


def _made(template: str, many: str, values: dict[str, object]) -> Sentence:
    words = many if many and values["number"] != 1 else template
    sentence = Sentence(words.format(**{name: _plain(value) for name, value in values.items()}))
    sentence.template, sentence.values, sentence.many = template, values, many
    return sentence


def _plain(value: object) -> object:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value


def known(words: str) -> Sentence:
    """Words that the catalogues may hold, such as a guideline that we propose, as a value of a sentence. Braces in them are braces."""
    sentence = Sentence(words)
    sentence.template, sentence.values = words, {}
    return sentence


def together(*parts: str, between: str = " ") -> Sentence:
    """Sentences in a row as one, each of which is still found in the catalogues. Those that are empty are left out."""
    there = {f"part{number}": part for number, part in enumerate(parts) if part}
    return say(between.join(f"{{{name}}}" for name in there), **there)


def kept(words: str) -> object:
    """A sentence as JSON may hold it until `recalled` says it again, in whichever language; any other words as they are."""
    if not isinstance(words, Sentence):
        return words
    many = {"many": words.many} if words.many else {}
    return {"say": words.template, **many, "with": {name: _kept(value) for name, value in words.values.items()}}


def _kept(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_kept(each) for each in value]
    return kept(value) if isinstance(value, str) else value


def recalled(given: object, depth: int = 3) -> str:
    """The sentence that was kept. depth: how many may lie inside one another.

    What is kept may come from elsewhere (an export). So a template may name its values and do nothing else with them.
    """
    if not isinstance(given, dict) or not depth:
        return given if isinstance(given, str) else ""
    template, many, values = str(given.get("say", "")), str(given.get("many", "")), given.get("with")
    if not isinstance(values, dict) or not values:
        return known(template)
    found = {str(name): _recalled(value, depth - 1) for name, value in values.items()}
    fits = _fits(template, found) and (not many or (_fits(many, found) and isinstance(found.get("number"), int)))
    return _made(template, many, found) if fits else known(template)


def _recalled(value: object, depth: int) -> object:
    if isinstance(value, list):
        return [recalled(each, depth) for each in value]
    return value if isinstance(value, int) else recalled(value, depth)


def _fits(template: str, values: dict[str, object]) -> bool:
    """Whether a template asks for nothing but these values, by their names alone."""
    try:
        places = [place[1:] for place in Formatter().parse(template) if place[1] is not None]
    except ValueError:
        return False
    return all(name in values and str(name).isidentifier() and not form and not turn for name, form, turn in places)
