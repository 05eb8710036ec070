"""Listings as Keystone gives them: filters in the query, a page, links."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urlencode

from haneul.kit.errors import Invalid
from haneul.kit.http import Query, Reply, Request
from haneul.services.identity import Filter, Listing

Body = dict[str, Any]
Kind = Literal["text", "flag"]

_FALSE = frozenset({"0", "false", "no", "off", "n", "f"})
_COMPARATORS: dict[str, Literal["contains", "startswith", "endswith", "equals"]] = {
    "contains": "contains",
    "startswith": "startswith",
    "endswith": "endswith",
    "equals": "equals",
}
MAX_LIMIT = 1000


def is_set(query: Query, name: str) -> bool:
    """A bare `?name` is true, so is any value but 0, false, no, off, n and f."""
    value = query.get(name)
    return value is not None and value.lower() not in _FALSE


def listing(req: Request, fields: Mapping[str, str], flags: Mapping[str, str] | None = None) -> Listing:
    """The listing that the query asks for; `fields` and `flags` are query name -> field of the noun."""
    filters: list[Filter] = []
    for name, value in req.query.items:
        base, _, comparator = name.partition("__")
        if base in fields and not comparator:
            filters.append(Filter(fields[base], value))
        elif base in fields:
            filters.extend(_compared(fields[base], comparator, value))
        elif name in (flags or {}):
            filters.append(Filter((flags or {})[name], value.lower() not in _FALSE))
    limit = req.query.get_int("limit")
    return Listing(tuple(filters), None if limit is None else min(limit, MAX_LIMIT), req.query.get("marker"))


def _compared(field: str, comparator: str, value: str) -> list[Filter]:
    """`name__contains`, and `name__icontains` without regard to case; an unknown comparison is ignored."""
    ignores_case = comparator.startswith("i")
    plain = comparator.removeprefix("i")
    if plain not in _COMPARATORS:
        return []
    return [Filter(field, value, _COMPARATORS[plain], ignores_case)]


def collection(req: Request, key: str, items: list[Body], wanted: Listing | None = None) -> Reply:
    """The page with its links; a full page links to the next."""
    asked = f"?{urlencode(req.query.items)}" if req.query.items else ""
    body: Body = {"links": {"next": None, "self": req.url + asked, "previous": None}, key: items}
    if wanted is not None and wanted.limit and len(items) == wanted.limit:
        query = {name: value for name, value in req.query.items if name not in ("marker", "limit")}
        following = urlencode({**query, "limit": wanted.limit, "marker": items[-1]["id"]})
        body["links"]["next"] = f"{req.url}?{following}"
        body["truncated"] = True
    return Reply(200, body)


def linked(req: Request, path: str, body: Body) -> Body:
    """The body with the link to itself, e.g. path `/projects/ID`."""
    body["links"] = {"self": f"{req.api_url}/v3{path}"}
    return body


def extras(body: Mapping[str, Any], known: frozenset[str] | set[str]) -> Body:
    """What a client sent beyond the attributes that mean something."""
    return {key: value for key, value in body.items() if key not in known}


def changed(body: Mapping[str, Any], names: Mapping[str, str]) -> Body:
    """The changes that the body asks for; `names` is attribute -> field of the noun."""
    return {field: body[name] for name, field in names.items() if name in body}


def moment(at: datetime | None) -> str | None:
    """2026-11-21T09:30:00.000000Z"""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_moment(text: str | None, name: str) -> datetime | None:
    """An ISO 8601 time, UTC unless it says otherwise; Invalid if it is none."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise Invalid("request.time", f"{name} is not a time: write it as 2030-01-31T12:00:00.000000Z.") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def truth(value: Any) -> bool:
    """A boolean as Keystone takes it: true, "true", "1", "on", "y" ..."""
    if isinstance(value, str):
        return value.lower() not in _FALSE and value != ""
    return bool(value)


def require_same_id(req: Request, body: Mapping[str, Any], param: str) -> None:
    """An id in the body must be the one in the path."""
    if "id" in body and body["id"] != req.params[param]:
        raise Invalid("request.id", "Cannot change the id: leave it out, or send the one in the URL.")
