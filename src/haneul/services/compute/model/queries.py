"""The scheduler hint `query`: a condition on hosts as JSON lists, e.g. [">=", "$free_ram_mb", 1024]."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from haneul.kit.errors import Invalid

Facts = Mapping[str, object]
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_JOIN: dict[str, Callable[[list[bool]], bool]] = {"and": all, "or": any, "not": lambda found: not any(found)}


def parse_query(text: object) -> object:
    """The condition. Raises Invalid("server.hint_query") for what is none."""
    try:
        query = msgspec.json.decode(text) if isinstance(text, str) else text
        _check(query)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        message = f'The scheduler hint query is no condition: {error}. Write it like [">=", "$free_ram_mb", 1024].'
        raise Invalid("server.hint_query", message) from error
    return query


def _check(query: object) -> None:
    if not isinstance(query, list) or not query:
        raise ValueError("a condition is a list that begins with an operator")
    name, *arguments = query
    if name in _JOIN:
        for argument in arguments:
            _check(argument)
    elif name not in _COMPARE and name != "in":
        raise ValueError(f"there is no operator {name}")
    elif len(arguments) < 2:
        raise ValueError(f"{name} compares at least two values")


def fulfils(query: Any, facts: Facts) -> bool:
    """Whether a host of which these are the facts fulfils a checked condition; what is not known equals nothing."""
    name, *arguments = query
    if name in _JOIN:
        return _JOIN[name]([fulfils(argument, facts) for argument in arguments])
    first, *others = (_value(argument, facts) for argument in arguments)
    if first is None:
        return False
    if name == "in":
        return first in others
    try:
        return all(_COMPARE[name](first, other) for other in others)
    except TypeError:
        return False


def _value(argument: object, facts: Facts) -> object:
    if isinstance(argument, str) and argument.startswith("$"):
        return facts.get(argument[1:])
    return argument
