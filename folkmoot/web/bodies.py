"""Reading what was sent: JSON, forms, query strings. Every limit is looked at before anything is parsed.

A body has at most 64 kB, JSON at most 20 levels, a form at most 100 fields; all of it is strict UTF-8 without NUL. What fits
is read into a msgspec Struct, and a field that does not fit is named.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes

import msgspec
from starlette.requests import ClientDisconnect, Request

from folkmoot.errors import Invalid, Sentence, TooLarge, say
from folkmoot.storage.ids import parse_id
from folkmoot.web.problems import Unreadable, WrongType
from folkmoot.web.words import N_

MAX_BODY = 64 * 1024
MAX_DEPTH = 20
MAX_FIELDS = 100
MAX_PARAMETERS = 200    # a hundred addresses for the counts
S = TypeVar("S")
encode_json = msgspec.json.Encoder(enc_hook=str).encode  # a Sentence is a str that msgspec does not know
_STRINGS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.S)  # one that never ends is taken to the end, once
_JSON = re.compile(r"application/(?:[\w.+-]+\+)?json\s*(?:;\s*charset=\"?utf-8\"?\s*)?", re.I)
_FORM = re.compile(r"application/x-www-form-urlencoded\s*(?:;\s*charset=\"?utf-8\"?\s*)?", re.I)


class Id(int):
    """An id in a path, query or body: outside the program a string of digits, inside a number."""


def decode_id(of: type, given: object) -> object:
    """msgspec's hook for the one type that it does not know."""
    number = parse_id(given) if of is Id and isinstance(given, str) else None
    if number is None:
        raise ValueError("Expected an id")
    return Id(number)


async def read_json_bytes(request: Request) -> bytes:
    """The bytes of a JSON body, not yet read. Raises WrongType, TooLarge, Unreadable."""
    if not _JSON.fullmatch(request.headers.get("content-type", "")):
        raise WrongType(N_("The body is not marked as JSON. Send Content-Type: application/json."), "not_json")
    return await read_body(request)


async def read_form(request: Request) -> dict[str, list[str]]:
    """The urlencoded form's fields. Raises WrongType, TooLarge, Invalid, Unreadable."""
    if not _FORM.fullmatch(request.headers.get("content-type", "")):
        raise WrongType(N_("The body is not a form. Send Content-Type: application/x-www-form-urlencoded."), "not_form")
    return pairs(await read_body(request))


async def read_body(request: Request) -> bytes:
    """The body's bytes, whether or not their number was announced. Packed bodies are refused."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise WrongType(N_("The body is compressed. Send it as it is."), "compressed")
    announced = request.headers.get("content-length", "0")
    if not announced.isascii() or not announced.isdigit() or int(announced[:12]) > MAX_BODY:
        raise _too_large()
    held = bytearray()
    try:
        async for chunk in request.stream():
            held += chunk
            if len(held) > MAX_BODY:
                raise _too_large()
    except ClientDisconnect:
        raise Unreadable(N_("The body broke off. Send it again."), "broken_off") from None
    return bytes(held)


def _too_large() -> TooLarge:
    return TooLarge(say("The request is larger than {kilobytes} kB. Send less.", kilobytes=MAX_BODY // 1024), "too_large")


def decode_json(body: bytes, shape: type[S]) -> S:
    """Bytes as a Struct. Raises Unreadable where they are no JSON (or too deep, or not UTF-8), else Invalid with the field."""
    text = _readable(body)
    if depth(body) > MAX_DEPTH:
        raise Unreadable(say("The JSON is nested deeper than {levels} levels.", levels=MAX_DEPTH), "too_deep")
    try:
        made = msgspec.json.decode(body, type=shape, dec_hook=decode_id)
    except msgspec.ValidationError as error:
        raise misfit(error) from None
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise Unreadable(N_("The body is not valid JSON."), "not_json") from None
    if _is_flat(body):
        return made
    try:
        _CAREFUL.decode(text)
    except (ValueError, RecursionError):
        raise Unreadable(N_("The body is not valid JSON."), "not_json") from None
    return made


def _readable(body: bytes) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable(N_("The request is not valid UTF-8."), "not_utf8") from None
    if "\0" in text:
        raise _nul()
    return text


def _nul() -> Unreadable:
    return Unreadable(N_("The text holds a NUL character, which cannot be kept. Take it out."), "nul")


def depth(body: bytes) -> int:
    """The deepest nesting of brackets outside strings; no more than the number of opening ones, which is counted first."""
    opening = body.count(b"[") + body.count(b"{")
    if opening <= MAX_DEPTH:
        return opening
    deepest = now = 0
    for bracket in re.findall(rb"[\[\]{}]", _STRINGS.sub(b"", body)):
        now += 1 if bracket in b"[{" else -1
        deepest = max(deepest, now)
    return deepest


def _is_flat(body: bytes) -> bool:
    """Whether it is one object without another in it, as many names in it as members, and no escaped NUL: the usual case."""
    bare = _STRINGS.sub(b"", body)
    return bare.count(b"{") == 1 and b"[" not in bare and b"\\u0000" not in body and bare.count(b":") == len(msgspec.json.decode(body))


def _looked_over(members: list[tuple[str, Any]]) -> None:
    """What msgspec lets through: a member given twice, of which readers of JSON take different ones; an escaped NUL."""
    names = {name for name, _ in members}
    if len(names) < len(members):
        repeated = Counter(name for name, _ in members).most_common(1)[0][0][:40]
        raise Unreadable(say("{field} is given more than once. Give it once.", field=repeated), "repeated_field", repeated)
    if any(isinstance(text, str) and "\0" in text for _, value in members for text in _texts(value)):
        raise _nul()


_CAREFUL = json.JSONDecoder(object_pairs_hook=_looked_over)


def _texts(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else (value,)


def pairs(encoded: bytes, limit: int = MAX_FIELDS) -> dict[str, list[str]]:
    """Fields of a urlencoded string, each with all its values. Raises Invalid, Unreadable."""
    if encoded.count(b"&") >= limit + 10:
        raise Invalid(say("There are more than {limit} fields. Send fewer.", limit=limit), "too_many_fields")
    fields: dict[str, list[str]] = {}
    for pair in filter(None, encoded.split(b"&")):
        name, _, value = (_readable(unquote_to_bytes(part.replace(b"+", b" "))) for part in pair.partition(b"="))
        fields.setdefault(name, []).append(value)
    return fields


def query(request: Request) -> dict[str, list[str]]:
    """The query string's parameters; its length is the guard's matter. Raises Invalid, Unreadable."""
    return pairs(request.scope["query_string"], MAX_PARAMETERS)


def fit(fields: dict[str, list[str]], shape: type[S]) -> S:
    """Fields of a form, query or path as a Struct; a field that is no list may come once. Raises Invalid with the field."""
    lists = _lists(shape)
    for name, values in fields.items():
        if len(values) > 1 and name not in lists:
            raise Invalid(say("{field} is given more than once. Give it once.", field=name[:40]), "repeated_field", name[:40])
    given = {name: values if name in lists else values[0] for name, values in fields.items()}
    try:
        return msgspec.convert(given, shape, strict=False, dec_hook=decode_id)
    except msgspec.ValidationError as error:
        raise misfit(error) from None


def _lists(shape: type) -> set[str]:
    """The fields of a Struct that may come several times."""
    kinds = (msgspec.inspect.ListType, msgspec.inspect.VarTupleType)
    info = msgspec.inspect.type_info(shape)
    return {field.encode_name for field in getattr(info, "fields", ()) if isinstance(field.type, kinds)}


_WHERE = re.compile(r" - at `\$\.?(?:key in )?([^`]*)`$")
_NAMED = re.compile(r"field `(.*)`", re.S)
_GOT = re.compile(r"Expected `(.*)`, got `(.*)`")
_EMPTY = re.compile(r"Expected `(?:str|array)` of length >= 1")
_LONG = re.compile(r"Expected `str` of length <= (\d+)")
_MANY = re.compile(r"Expected `array` of length <= (\d+)")
_MOST = re.compile(r"Expected `(?:int|float)` <= (.+)")
_LEAST = re.compile(r"Expected `(?:int|float)` >= (.+)")
_NONE_OF = re.compile(r"Invalid enum value '?(.*?)'?$", re.S)
_IN_JSON = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}  # as the OpenAPI file names them


def misfit(error: msgspec.ValidationError) -> Invalid:
    """What msgspec says of a field, in words for people."""
    words = _WHERE.sub("", str(error))
    named, where = _NAMED.search(words), _WHERE.search(str(error))
    field = (named.group(1) if named else where.group(1) if where else "")[:40]
    return Invalid(_what_is_wrong(words, field or "The body"), "misfit", field or None)


def _what_is_wrong(words: str, field: str) -> Sentence:
    if "missing required" in words:
        return say("{field} is missing. Send it too.", field=field)
    if "unknown field" in words:
        return say("{field} is no field that is taken here. Leave it out.", field=field)
    if _EMPTY.match(words):
        return say("{field} is empty. Fill it in.", field=field)
    if found := _GOT.match(words):
        return say("{field} must be {wanted}, not {given}.", field=field, wanted=_in_json(found.group(1)), given=_in_json(found.group(2)))
    if found := _NONE_OF.match(words):
        return say("{field} cannot be {value}.", field=field, value=found.group(1)[:40])
    return _past_a_limit(words, field) or say("{field} does not fit: {reason}.", field=field, reason=words)


def _past_a_limit(words: str, field: str) -> Sentence | None:
    if found := _LONG.match(words):
        return say("{field} is too long: at most {limit} characters are taken.", field=field, limit=found.group(1))
    if found := _MANY.match(words):
        return say("{field} holds too much: at most {limit} are taken at once.", field=field, limit=found.group(1))
    if found := _MOST.match(words):
        return say("{field} is too large: at most {limit} is taken.", field=field, limit=found.group(1))
    if found := _LEAST.match(words):
        return say("{field} is too small: at least {limit} is taken.", field=field, limit=found.group(1))
    return None


def _in_json(kind: str) -> str:
    """msgspec's name of a type, "int | null", as JSON Schema has it."""
    return re.sub(r"\w+", lambda word: _IN_JSON.get(word.group(), word.group()), kind)
