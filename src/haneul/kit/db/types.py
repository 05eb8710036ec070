"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Dialect, Text
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_decode = msgspec.json.Decoder().decode
_decode_tuple = msgspec.json.Decoder(tuple[Any, ...]).decode
_MICROSECOND = timedelta(microseconds=1)
_NEAR = 1 << 51
"""Microseconds until 2041."""
_from_s = datetime.fromtimestamp


class Timestamp(TypeDecorator[datetime]):
    """An aware datetime, kept as microseconds since 1970 in UTC: sorts, compares and indexes as a number."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """Every cell that is read goes through it: one call each, past the decorator's own."""
        return _read_moment


class Json(TypeDecorator[Any]):
    """Anything that msgspec can encode, kept as JSON text and read back as plain dicts and lists."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """Every cell that is read goes through it: one call each, past the decorator's own."""
        return _read_json


class JsonTuple(Json):
    """A list, read back as a tuple."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], tuple[Any, ...] | None]:
        return _read_tuple


def _read_moment(value: int | None) -> datetime | None:
    if value is None:
        return None
    # Twice as fast, and exact to the microsecond as long as a float has that many digits.
    return _from_s(value / 1e6, UTC) if 0 <= value < _NEAR else _EPOCH + timedelta(microseconds=value)


def _read_json(value: str | None) -> Any:
    return None if value is None else _decode(value)


def _read_tuple(value: str | None) -> tuple[Any, ...] | None:
    return None if value is None else _decode_tuple(value)
