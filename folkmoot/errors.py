"""What can go wrong, named for what the caller can do about it. Each door (web, command line, bot) says it in its own way.

Every error carries a `code`, a short stable word for programs, and `words`, one plain sentence for people. `field` names the
input that the sentence is about, where there is one.
"""


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
    """A sentence with values in it that remembers how it was made, so that a door can say it in the reader's language."""

    template: str
    values: dict[str, object]


def say(template: str, **values: object) -> Sentence:
    """`template` (with {names}, as the catalogues hold it) filled with values: for words of an error that are not constant."""
    sentence = Sentence(template.format(**values))
    sentence.template, sentence.values = template, values
    return sentence


def known(words: str) -> Sentence:
    """Words that the catalogues may hold, such as a guideline that we propose, as a value of a sentence. Braces in them are braces."""
    sentence = Sentence(words)
    sentence.template, sentence.values = words, {}
    return sentence


def together(*parts: str, between: str = " ") -> Sentence:
    """Sentences in a row as one, each of which is still found in the catalogues. Those that are empty are left out."""
    there = {f"part{number}": part for number, part in enumerate(parts) if part}
    return say(between.join(f"{{{name}}}" for name in there), **there)
