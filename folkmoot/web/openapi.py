"""/api/openapi.json (OpenAPI 3.1), made of the very Structs that check the input and of the table of problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from starlette.responses import Response

from folkmoot import __version__
from folkmoot.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, Problem, TooLarge, TooSoon, Unavailable
from folkmoot.web.bodies import MAX_BODY, Id
from folkmoot.web.operations import UNSAFE, Operation
from folkmoot.web.problems import Detail, Unreadable, WrongType, kind_of

ID = {"type": "string", "pattern": "^([1-9][0-9]{0,17}|[1-8][0-9]{18})$"}
REPEAT = {
    "name": "Idempotency-Key", "in": "header", "required": False, "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
    "description": "The same key sent again within 24 hours gets the first answer again, and nothing is done twice.",
}  # fmt: skip
_NOTHING = (None, type(None), Response)
_REF = "#/components/schemas/{name}"


def build(operations: Iterable[Operation]) -> dict[str, Any]:
    """The whole document."""
    operations = tuple(operations)
    shapes = [shape for each in operations for shape in _shapes(each)]
    _, components = msgspec.json.schema_components([*shapes, Detail], schema_hook=_hook, ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for each in operations:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Folkmoot", "version": __version__, "description": f"Bodies have at most {MAX_BODY // 1024} kB."},
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    }


def _hook(of: type) -> dict[str, Any]:
    if of is Id:
        return dict(ID)
    raise NotImplementedError(of)


def _shapes(operation: Operation) -> Iterator[Any]:
    return (shape for shape in operation.shapes.values() if shape not in _NOTHING)


def _operation(operation: Operation, components: dict[str, Any]) -> dict[str, Any]:
    shapes = operation.shapes
    made: dict[str, Any] = {
        "operationId": operation.act.__name__,
        "summary": operation.summary,
        "parameters": [*_parameters("path", shapes, components), *_parameters("query", shapes, components)],
        "responses": dict(_responses(operation)),
        "security": [{"bearer": []}] if operation.signed else [{}, {"bearer": []}],
    }
    if operation.act.__doc__:
        made["description"] = operation.act.__doc__
    if operation.method in UNSAFE:
        made["parameters"].append(REPEAT)
    if "body" in shapes:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": _schema(shapes["body"])}}}
    return made


def _schema(shape: Any) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([shape], schema_hook=_hook, ref_template=_REF)
    return schema


def _parameters(place: str, shapes: dict[str, Any], components: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if place not in shapes:
        return
    shape = components[shapes[place].__name__]
    for name, schema in shape["properties"].items():
        required = name in shape.get("required", ())
        yield {"name": name, "in": place, "required": required, "schema": schema}


def _responses(operation: Operation) -> Iterator[tuple[str, Any]]:
    answer = operation.shapes.get("return")
    if answer in _NOTHING:
        yield "204", {"description": "Done."}
    else:
        yield str(operation.status), {"description": "Done.", "content": {"application/json": {"schema": _schema(answer)}}}
    statuses = {kind_of(each).status: kind_of(each) for each in _problems(operation)}
    for status, kind in sorted(statuses.items()):
        content = {"application/problem+json": {"schema": {"$ref": _REF.format(name="Detail")}}}
        yield str(status), {"description": kind.title, "content": content}


def _problems(operation: Operation) -> Iterator[type[Problem]]:
    """What an operation says it may refuse with, and what follows from its shapes."""
    yield from (*operation.problems, NotSignedIn, TooSoon, Unavailable, TooLarge)
    if operation.method in UNSAFE:
        yield from (NotAllowed, Invalid, Conflict)
    if "path" in operation.shapes:
        yield NotFound
    if "query" in operation.shapes:
        yield from (Unreadable, Invalid)
    if "body" in operation.shapes:
        yield from (Unreadable, WrongType, Invalid)
