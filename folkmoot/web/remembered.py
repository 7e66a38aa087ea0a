"""A property that is worked out once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class remembered(Generic[T]):  # noqa: N801 -- used like functools.cached_property
    """`functools.cached_property` without its lock, which costs a request more than most of what is remembered (until Python 3.12).

    For objects of one thread; two threads would only both work it out.
    """

    def __init__(self, work_out: Callable[[Any], T]) -> None:
        self._work_out = work_out
        self.__doc__ = work_out.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, of: None, owner: type | None = None) -> remembered[T]: ...
    @overload
    def __get__(self, of: object, owner: type | None = None) -> T: ...
    def __get__(self, of: object | None, owner: type | None = None) -> T | remembered[T]:
        if of is None:
            return self
        value = of.__dict__[self._name] = self._work_out(of)
        return value
