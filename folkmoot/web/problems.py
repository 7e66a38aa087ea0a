"""What went wrong, as status and words: problem+json (RFC 9457) for programs, a page in words for people.

`type` is /problems/<kind>, a page that explains the kind; `code` is the error's own short word, `detail` its sentence in the
reader's language, `field` the input that it is about. A stack trace never leaves the house.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec
from msgspec import UNSET, Struct, UnsetType
from starlette.responses import Response

from folkmoot import errors
from folkmoot.errors import Problem
from folkmoot.web import headers, pages, words
from folkmoot.web.words import N_


class Unreadable(errors.Invalid):
    """What came cannot be read at all: no valid JSON, form or UTF-8."""


class WrongType(errors.Invalid):
    """The body's type or encoding is not one that is taken here."""


class WrongMethod(Problem):
    """The address is right, the method is not. `allow` names those that are."""

    def __init__(self, allow: str) -> None:
        super().__init__(N_("This address takes other methods. See the Allow header."))
        self.allow = allow


class Fault(Problem):
    """A fault of ours. What happened stands in the log under the request's id."""


class Kind(Struct, frozen=True):
    """One row of the table below: `name` ends the address of the page that explains it."""

    name: str
    status: int
    title: str
    meaning: str


KINDS: dict[type[Problem], Kind] = {
    Unreadable: Kind("unreadable", 400, N_("This cannot be read"), N_(
        "The request is not valid JSON, not a valid form, or not UTF-8. Nothing was changed. Send it again in the right shape.")),
    errors.NotSignedIn: Kind("not-signed-in", 401, N_("Please sign in"), N_(
        "This needs somebody who has signed in, and the token is missing, unknown or has ended. Sign in and try again.")),
    errors.NotAllowed: Kind("not-allowed", 403, N_("This is not allowed"), N_(
        "Your account has no right to this, or the request came from another website. Nothing was changed. Ask somebody who may do it.")),
    errors.NotFound: Kind("not-found", 404, N_("There is nothing here"), N_(
        "There is no such page, story or comment, or none that you may see. It may have been removed or never have been there.")),
    WrongMethod: Kind("wrong-method", 405, N_("Not in this way"), N_(
        "The address is right, but it takes other methods than the one used. The Allow header names them.")),
    errors.Conflict: Kind("conflict", 409, N_("Something else came first"), N_(
        "Things changed meanwhile, or the same request is under way. Look again, then decide.")),
    errors.TooLarge: Kind("too-large", 413, N_("This is too much at once"), N_(
        "The request is larger than what is taken at once. Nothing was changed. Send less.")),
    WrongType: Kind("wrong-type", 415, N_("Not of this type"), N_(
        "The body is of a type, or packed in a way, that is not taken here. Send plain JSON, or a plain form.")),
    errors.Invalid: Kind("invalid", 422, N_("This cannot be taken as it is"), N_(
        "The request can be read, but something in it does not fit: a field is missing, unknown, too long or of the wrong kind. "
        "The answer names the field. Nothing was changed.")),
    errors.TooSoon: Kind("too-soon", 429, N_("A little slower"), N_(
        "There was too much in too short a time. Nothing was changed. The Retry-After header says how many seconds to wait.")),
    Fault: Kind("fault", 500, N_("This went wrong here"), N_(
        "It is our fault, not yours. What happened is in the log under the request's id, for whoever runs this place.")),
    errors.Unavailable: Kind("unavailable", 503, N_("Not possible just now"), N_(
        "The server cannot do this at the moment. Where the answer does not say that nothing was changed, look whether it was done. "
        "Try again after the seconds that Retry-After names.")),
}  # fmt: skip
BY_NAME = {kind.name: kind for kind in KINDS.values()}


class Detail(Struct, frozen=True):
    """The body of problem+json."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request: str
    field: str | UnsetType = UNSET


def kind_of(problem: Problem | type[Problem]) -> Kind:
    """The kind of a problem: that of its nearest class in the table."""
    of = problem if isinstance(problem, type) else type(problem)
    return next((KINDS[each] for each in of.__mro__ if each in KINDS), KINDS[Fault])


def nothing_here() -> errors.NotFound:
    """What an address gets that nobody answers."""
    return errors.NotFound(N_("There is nothing at this address."), "not_found")


def too_long() -> Unreadable:
    """What an address gets that is longer than any is read."""
    return Unreadable(N_("The address is too long. Shorten it."), "too_long")


async def under_name(problem: Problem, name_of_house: Callable[[], Awaitable[object]]) -> object:
    """Whose name the page of a problem bears; nobody's where there is too much to do already."""
    return None if isinstance(problem, errors.Unavailable | errors.TooSoon) else await name_of_house()


def as_json(problem: Problem, language: str, request: str) -> Response:
    """The answer to a program."""
    kind = kind_of(problem)
    title, said = words.in_words(kind.title, language), words.in_words(problem.words, language)
    detail = Detail(f"/problems/{kind.name}", title, kind.status, said, problem.code, request, problem.field or UNSET)
    given = headers.api() | _more(problem) | {"Content-Type": "application/problem+json", "Content-Language": language}
    return Response(msgspec.json.encode(detail), kind.status, given)


def as_page(problem: Problem, language: str, request: str, kept: str = "", site: object = None, goes_on: str = "") -> Response:
    """The answer to a person. kept: what they had typed, given back so that it is not lost. site: whose name the page bears.

    goes_on: the page of ours that they asked for, for who must sign in first.
    """
    kind = kind_of(problem)
    said = words.in_words(problem.words, language)
    title = words.in_words(kind.title, language)
    page = pages.render(
        "web/error.html", language, title=title, words=said, explained=f"/problems/{kind.name}", request=request, kept=kept,
        site=site, sign_in=isinstance(problem, errors.NotSignedIn), goes_on=goes_on,
    )  # fmt: skip
    return Response(page, kind.status, headers.page(private=True) | _more(problem), "text/html")


def _more(problem: Problem) -> dict[str, str]:
    if isinstance(problem, errors.TooSoon | errors.Unavailable):
        return {"Retry-After": str(max(1, problem.seconds))}
    if isinstance(problem, errors.NotSignedIn):
        return {"WWW-Authenticate": 'Bearer realm="folkmoot"'}
    return {"Allow": problem.allow} if isinstance(problem, WrongMethod) else {}
