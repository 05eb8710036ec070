"""Forms that recur in the Block Storage API: links, times, pages, filters."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from haneul.kit.errors import Invalid
from haneul.kit.http import Request
from haneul.kit.paging import Page, SortKey
from haneul.services.volume import ListWish

MOST_PER_PAGE = 1000
_PAGING = frozenset({"limit", "marker", "offset", "sort", "sort_key", "sort_dir", "all_tenants", "with_count"})
_TRUE, _FALSE = ("true", "1", "t", "yes", "on", "y"), ("false", "0", "f", "no", "off", "n")


def base(req: Request) -> str:
    """The address that the client used, as far as it says whose things are meant."""
    project = req.params.get("tenant_id")
    return f"{req.api_url}/v3/{project}" if project else f"{req.api_url}/v3"


def links(req: Request, kind: str, name: str) -> list[dict[str, str]]:
    where = base(req)
    return [
        {"rel": "self", "href": f"{where}/{kind}/{name}"},
        {"rel": "bookmark", "href": f"{where.replace('/v3', '', 1)}/{kind}/{name}"},
    ]


def time(moment: datetime | None) -> str | None:
    """2030-01-31T12:00:00.000000."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S.%f")


def parse_bool(value: Any, name: str) -> bool:
    """Raises Invalid("request.not_boolean")."""
    text = str(value).strip().lower()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise Invalid("request.not_boolean", f"Invalid input received: {name}={value}. Use true or false.")


def page(req: Request, sort_names: Mapping[str, str]) -> Page:
    """`limit`, `marker` and the order: `sort=name:asc,id` or `sort_key` with `sort_dir`."""
    limit = _number(req, "limit")
    chosen = min(limit if limit is not None else MOST_PER_PAGE, MOST_PER_PAGE)
    return Page(chosen, req.query.get("marker"), _sort(req, sort_names))


def _number(req: Request, name: str) -> int | None:
    try:
        return req.query.get_int(name)
    except Invalid as error:
        raise Invalid("page.bad_number", f"{name} must be a whole number of at least 0: {error.message}") from error


def offset(req: Request) -> int:
    return _number(req, "offset") or 0


def _sort(req: Request, names: Mapping[str, str]) -> tuple[SortKey, ...]:
    asked = [part.strip() for part in (req.query.get("sort") or "").split(",") if part.strip()]
    if req.query.get("sort_key"):
        asked = [f"{req.query.get('sort_key')}:{req.query.get('sort_dir') or 'desc'}"]
    keys = []
    for part in asked:
        name, _, direction = part.partition(":")
        if name not in names or direction not in ("", "asc", "desc"):
            raise Invalid("page.sort", f"Sort key {part} is invalid: use one of {', '.join(sorted(names))}.")
        keys.append(SortKey(names[name], direction != "asc"))
    return tuple(keys)


def next_link(req: Request, kind: str, shown: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """`{kind}_links` with the address of the next page, if a limit was asked for and this page is full."""
    limit = _number(req, "limit")
    if not shown or not limit or len(shown) < min(limit, MOST_PER_PAGE):
        return {}
    query = [(key, value) for key, value in req.query.items if key not in ("marker", "offset")]
    query.append(("marker", str(shown[-1]["id"])))
    return {f"{kind}_links": [{"rel": "next", "href": f"{req.url}?{urlencode(query)}"}]}


SORT_NAMES = {
    "id": "id",
    "name": "name",
    "display_name": "name",
    "status": "status",
    "size": "size_gib",
    "created_at": "created_at",
    "updated_at": "updated_at",
}


def wish(req: Request, filters: Mapping[str, str], sort_names: Mapping[str, str] = SORT_NAMES) -> ListWish:
    """What the query asks for; `filters`: its names -> columns. What it does not know it leaves out."""
    equals: dict[str, Any] = {}
    like: dict[str, str] = {}
    metadata: dict[str, dict[str, str]] = {"metadata": {}, "glance_metadata": {}}
    times: list[tuple[str, str, datetime]] = []
    for name, value in req.query.items:
        plain = name.removesuffix("~")
        if name in _PAGING:
            continue
        if name in metadata:
            metadata[name] = _pairs(name, value)
        elif plain in ("created_at", "updated_at"):
            times.extend(_times(plain, value))
        elif plain in filters and plain != name:
            like[filters[plain]] = value
        elif plain in filters:
            equals[filters[plain]] = _value(filters[plain], value)
    return ListWish(
        equals=equals,
        like=like,
        metadata=metadata["metadata"],
        image_metadata=metadata["glance_metadata"],
        times=tuple(times),
        all_projects=_all_projects(req),
        page=page(req, sort_names),
        offset=offset(req),
        with_count=parse_bool(req.query.get("with_count", "false"), "with_count"),
    )


def _all_projects(req: Request) -> bool:
    text = req.query.get("all_tenants")
    return text is not None and (text == "" or parse_bool(text, "all_tenants"))


def _value(column: str, text: str) -> Any:
    if column.startswith(("is_", "consumes_")):
        return parse_bool(text, column)
    if column.endswith("_gib"):
        return int(text) if text.isdigit() else -1
    return text


def _pairs(name: str, text: str) -> dict[str, str]:
    """A dictionary as Python or JSON writes it."""
    try:
        found = ast.literal_eval(text)
    except (ValueError, SyntaxError) as error:
        raise Invalid("request.bad_filter", f"{name} is not a dictionary of texts: {{'key': 'value'}}.") from error
    if not isinstance(found, dict):
        raise Invalid("request.bad_filter", f"{name} is not a dictionary of texts: {{'key': 'value'}}.")
    return {str(key): str(value) for key, value in found.items()}


def _times(column: str, text: str) -> list[tuple[str, str, datetime]]:
    """`gt:2030-01-01T00:00:00,lt:...`; without a comparison the exact time."""
    found = []
    for part in text.split(","):
        comparison, colon, moment = part.partition(":")
        if not colon or comparison not in ("eq", "neq", "gt", "gte", "lt", "lte"):
            comparison, moment = "eq", part
        try:
            at = datetime.fromisoformat(moment)
        except ValueError as error:
            raise Invalid("request.not_a_time", f"{column}={text} is not a time in ISO 8601: correct it.") from error
        found.append((column, comparison, at.replace(tzinfo=at.tzinfo or UTC)))
    return found


def counted(listed_count: int | None) -> dict[str, int]:
    return {} if listed_count is None else {"count": listed_count}
