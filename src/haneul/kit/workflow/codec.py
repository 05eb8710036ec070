"""Arguments and results as JSON, read back by the annotations of the function they belong to."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, get_type_hints

import msgspec


def encode(value: object) -> str:
    """`value` as JSON text; TypeError names what cannot be kept."""
    return msgspec.json.encode(value).decode()


def plain(value: object) -> Any:
    """`value` as dicts, lists, strings, numbers and None."""
    return msgspec.to_builtins(value)


def decode_result(fn: Callable[..., Any], text: str) -> Any:
    """What `fn` returned, in the type that its return annotation promises."""
    return msgspec.json.decode(text, type=_annotation(fn, "return"))


def decode_arguments(fn: Callable[..., Any], values: Sequence[Any]) -> tuple[Any, ...]:
    """Plain `values` for the parameters of `fn` after its first one, in their annotated types."""
    names = _parameters(fn)
    return tuple(msgspec.convert(value, _annotation(fn, name)) for name, value in zip(names, values, strict=False))


@lru_cache(maxsize=4096)
def _annotation(fn: Callable[..., Any], name: str) -> Any:
    """One annotation alone, so that the others may name what is imported for type checkers only."""
    if name not in fn.__annotations__:
        return Any
    one = SimpleNamespace(__annotations__={name: fn.__annotations__[name]})
    return get_type_hints(one, globalns=getattr(fn, "__globals__", {}))[name]


@lru_cache(maxsize=1024)
def _parameters(fn: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(inspect.signature(fn).parameters)[1:]
