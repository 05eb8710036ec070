"""What a listing of images may be asked for, read from its query."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from haneul.kit.errors import Invalid
from haneul.kit.http import Query
from haneul.kit.paging import Page, SortKey
from haneul.services.image import Condition, ImageFilter, MemberStatus, Operator, Visibility

DEFAULT_LIMIT = 25
_MAX_FILTERS = 100
_MAX_VALUES = 1000
MAX_LIMIT = 1000
_PAGING = frozenset({"limit", "marker", "sort", "sort_key", "sort_dir", "member_status", "tag", "visibility",
                     "os_hidden", "protected"})  # fmt: skip
_SORT_KEYS = {
    "name": "name",
    "status": "status",
    "container_format": "container_format",
    "disk_format": "disk_format",
    "size": "size_bytes",
    "id": "id",
    "created_at": "created_at",
    "updated_at": "updated_at",
}
_TEXTS = frozenset({"name", "id", "status", "container_format", "disk_format"})
"""These may be given as `in:a,b`."""
_EXACT = {"owner": "owner", "checksum": "checksum", "os_hash_algo": "os_hash_algo", "os_hash_value": "os_hash_value"}
_NUMBERS = {"size": "size_bytes", "min_disk": "min_disk_gib", "min_ram": "min_ram_mib",
            "virtual_size": "virtual_size_bytes"}  # fmt: skip
_TIMES = frozenset({"created_at", "updated_at"})
_WORD = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)",?|([^,]+),?|,')
_SECOND = timedelta(seconds=1)
_LAST = datetime.max.replace(tzinfo=UTC)
E = TypeVar("E", bound=StrEnum)


def read_limit(query: Query) -> int:
    """Raises Invalid for a limit that makes no sense."""
    limit = query.get("limit")
    if limit is not None and not (limit.isascii() and limit.isdigit() and len(limit) < 18):
        raise _bad("limit param must be an integer that is not negative")
    return DEFAULT_LIMIT if limit is None else min(MAX_LIMIT, int(limit))


def read_page(query: Query) -> Page:
    """Raises Invalid for a limit or an order that makes no sense."""
    return Page(read_limit(query), query.get("marker"), _sort(query))


def read_filter(query: Query) -> ImageFilter:
    """Raises Invalid `request.bad_filter`."""
    if len(query.items) > _MAX_FILTERS:
        raise _bad(f"The query has {len(query.items)} parts: ask for {_MAX_FILTERS} at most.")
    conditions: list[Condition] = []
    properties: dict[str, str] = {}
    for name, value in query.items:
        if name in _PAGING:
            continue
        read = _conditions(name, value)
        if read is None:
            properties[name] = value
        else:
            conditions += read
    protected = _flag(query, "protected")
    if protected is not None:
        conditions.append(Condition("is_protected", Operator.EQ, (protected,)))
    visibility = query.get("visibility") or None
    return ImageFilter(
        conditions=tuple(conditions),
        properties=properties,
        tags=tuple(dict.fromkeys(tag.strip() for tag in query.all("tag"))),
        visibility=None if visibility in (None, "all") else _one_of(Visibility, "visibility", visibility),
        is_everything=visibility == "all",
        is_hidden=bool(_flag(query, "os_hidden")),
        member_status=_member_status(query.get("member_status", "accepted") or ""),
    )


def _conditions(name: str, value: str) -> list[Condition] | None:
    """What one filter asks for; None where it is about a custom property."""
    if name == "changes-since":
        raise _bad('The "changes-since" filter is no longer available on v2.')
    if name.endswith(("_min", "_max")) and name[:-4] in _NUMBERS:
        operator = Operator.GTE if name.endswith("_min") else Operator.LTE
        return [Condition(_NUMBERS[name[:-4]], operator, (_number(value),))]
    if name in _NUMBERS:
        return [Condition(_NUMBERS[name], Operator.EQ, (_number(value),))]
    if name in _TIMES:
        return _times(name, value)
    if name in _TEXTS:
        return [_text(name, value)]
    if name in _EXACT:
        return [Condition(_EXACT[name], Operator.EQ, (value,))]
    return None


def _text(name: str, value: str) -> Condition:
    operator, colon, rest = value.partition(":")
    if not colon:
        return Condition(name, Operator.EQ, (value,))
    if operator == "eq":
        return Condition(name, Operator.EQ, (rest,))
    if operator == "in":
        words = dict.fromkeys(_words(rest))
        if len(words) > _MAX_VALUES:
            raise _bad(f"Filter {name} has {len(words)} values: ask for {_MAX_VALUES} at most at once.")
        return Condition(name, Operator.IN, tuple(words))
    raise _bad(f"Unable to filter by unknown operator '{operator}': use in: or eq:.")


def _words(text: str) -> list[str]:
    quotes = re.sub(r'\\"', "", text)
    if quotes.count('"') % 2 or re.search(r'[^,"]"[^,"]', f",{quotes},".replace('""', "")):
        raise _bad(f"Invalid filter value {text}: close every quotation mark, and put commas between values.")
    return [match[1] or match[2] or "" for match in _WORD.finditer(text)]


def _times(name: str, value: str) -> list[Condition]:
    """Compared in whole seconds, as times are shown."""
    operator, moment = _operator(name, value)
    following = moment + min(_SECOND, _LAST - moment)
    match operator:
        case "eq":
            return [Condition(name, Operator.GTE, (moment,)), Condition(name, Operator.LT, (following,))]
        case "neq":
            return [Condition(name, Operator.OUTSIDE, (moment, following))]
        case "gt":
            return [Condition(name, Operator.GTE, (following,))]
        case "gte":
            return [Condition(name, Operator.GTE, (moment,))]
        case "lt":
            return [Condition(name, Operator.LT, (moment,))]
        case "lte":
            return [Condition(name, Operator.LT, (following,))]
    raise _bad(f"Unable to filter by unknown operator '{operator}': use eq, neq, gt, gte, lt or lte.")


def _operator(name: str, value: str) -> tuple[str, datetime]:
    for operator, text in (("eq", value), (value.partition(":")[0], value.partition(":")[2])):
        try:
            moment = datetime.fromisoformat(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return operator, moment.astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    raise _bad(f'Bad "{name}" query filter format. Use ISO 8601 DateTime notation.')


def _number(value: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,18}", value):
        raise _bad("Unable to filter on a range with a non-numeric value.")
    return int(value)


def _flag(query: Query, name: str) -> bool | None:
    value = query.get(name)
    if value is None:
        return None
    if value.lower() not in ("true", "false"):
        raise _bad(f"Invalid value '{value}' for '{name}' filter. Valid values are 'true' or 'false'.")
    return value.lower() == "true"


def _member_status(text: str) -> MemberStatus | None:
    return None if text == "all" else _one_of(MemberStatus, "status", text)


def _one_of(kind: type[E], what: str, text: str) -> E:
    try:
        return kind(text)
    except ValueError:
        raise _bad(f"Invalid {what}: {text}. It must be one of the following: {', '.join(kind)}.") from None


def _sort(query: Query) -> tuple[SortKey, ...]:
    """Each key once: a second time it would change nothing."""
    by_name: dict[str, SortKey] = {}
    for key, direction in _sort_pairs(query):
        found = _key(key, direction)
        by_name.setdefault(found.name, found)
    return tuple(by_name.values())


def _sort_pairs(query: Query) -> list[tuple[str, str]]:
    if "sort" in query:
        if "sort_key" in query or "sort_dir" in query:
            raise _bad("Old and new sorting syntax cannot be combined")
        pairs = [part.partition(":")[::2] for part in (query.get("sort") or "").split(",")]
        return [(key, direction or "desc") for key, direction in pairs]
    keys = query.all("sort_key") or ("created_at",)
    directions = query.all("sort_dir") or ("desc",)
    if len(directions) == 1:
        directions *= len(keys)
    if len(directions) != len(keys):
        raise _bad("Number of sort dirs does not match the number of sort keys")
    return list(zip(keys, directions, strict=True))


def _key(name: str, direction: str) -> SortKey:
    name, direction = name.strip(), direction.strip()
    if name not in _SORT_KEYS:
        raise _bad(f"Invalid sort key: {name}. It must be one of the following: {', '.join(_SORT_KEYS)}.")
    if direction not in ("asc", "desc"):
        raise _bad(f"Invalid sort direction: {direction}: use asc or desc.")
    return SortKey(_SORT_KEYS[name], direction == "desc")


def _bad(message: str) -> Invalid:
    return Invalid("request.bad_filter", message)
