"""What a request to list servers asks for."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from haneul.dialects.openstack.compute.forms import page, parse_time, sort_keys
from haneul.dialects.openstack.compute.server_states import STATES_BY_STATUS
from haneul.dialects.openstack.compute.server_states import vm_state as shown_state
from haneul.kit.errors import Invalid
from haneul.kit.http import Request
from haneul.services.compute import SERVER_SORT_KEYS, ListWish, ServerFilter, ServerState, TagFilter

_TEXT_COLUMNS = {"name": "name", "display_name": "name", "description": "description", "hostname": "hostname"}
_EXACT_COLUMNS = {
    "image": "image_id",
    "flavor": "flavor_id",
    "user_id": "user_id",
    "reservation_id": "reservation_id",
    "key_name": "key_name",
    "availability_zone": "pinned_zone",
    "uuid": "id",
    "launch_index": "launch_index",
    "access_ip_v4": "access_ipv4",
    "access_ip_v6": "access_ipv6",
}
_POWER = {"1": ServerState.ACTIVE, "3": ServerState.PAUSED, "4": ServerState.STOPPED}


def list_wish(req: Request) -> ListWish:
    """The query of GET /servers in the newest version; a parameter that Nova does not know was refused before."""
    query = req.query
    is_admin = req.caller.is_admin
    is_all = query.get("all_tenants") == "" or bool(query.get_bool("all_tenants", False))
    since = query.get("changes-since")
    is_deleted = query.get_bool("deleted") if is_admin else None
    if is_deleted is None:
        is_deleted = None if since else False
    if _statuses(req) == ("deleted",):
        is_deleted = True
    return ListWish(
        filter=_filter(req, is_all),
        page=page(req, _sort(req)),
        is_all_projects=is_all,
        is_deleted=is_deleted,
        host_name=(query.get("host") or "") if is_admin else "",
        ip_regex=query.get("ip") or query.get("ip6") or "",
    )


def _statuses(req: Request) -> tuple[str, ...]:
    return tuple(status.lower() for status in req.query.all("status"))


def _filter(req: Request, is_all: bool) -> ServerFilter:
    query, project_id = req.query, None
    if is_all:
        project_id = query.get("project_id") or query.get("tenant_id")
    return ServerFilter(
        project_id=project_id,
        states=_states(req),
        patterns=_patterns(req),
        equals=_equals(req),
        is_locked=query.get_bool("locked"),
        tags=TagFilter(*(_tags(req, name) for name in ("tags", "tags-any", "not-tags", "not-tags-any"))),
        metadata=_metadata(req),
        changed_since=_moment(req, "changes-since"),
        changed_before=_moment(req, "changes-before"),
    )


def _moment(req: Request, name: str) -> Any:
    text = req.query.get(name)
    return None if text is None else parse_time(text, name)


def _states(req: Request) -> frozenset[ServerState] | None:
    found: frozenset[ServerState] | None = None
    statuses = _statuses(req)
    if statuses:
        found = frozenset[ServerState]().union(*(STATES_BY_STATUS.get(status, frozenset()) for status in statuses))
    if req.caller.is_admin:
        if (vm_state := req.query.get("vm_state")) is not None:
            named = frozenset(state for state in ServerState if shown_state(state) == vm_state.lower())
            found = named if found is None else found & named
        if (power := req.query.get("power_state")) is not None:
            powered = frozenset(state for number, state in _POWER.items() if number == power)
            found = powered if found is None else found & powered
    return found


def _patterns(req: Request) -> dict[str, str]:
    patterns: dict[str, str] = {}
    for name, column in _TEXT_COLUMNS.items():
        text = req.query.get(name)
        if text is None or (name != "name" and not req.caller.is_admin):
            continue
        try:
            re.compile(text)
        except re.error as error:
            raise Invalid("request.not_a_pattern", f"Invalid filter {name}={text}: {error}.") from error
        patterns[column] = text
    return patterns


def _equals(req: Request) -> dict[str, Any]:
    equals: dict[str, Any] = {}
    for name, column in _EXACT_COLUMNS.items():
        text = req.query.get(name)
        if text is not None and (req.caller.is_admin or name in _FOR_OTHERS):
            equals[column] = _last(text) if name in ("image", "flavor") else text
    if (drive := req.query.get_bool("config_drive")) is not None:
        equals["has_config_drive"] = drive
    return equals


_FOR_OTHERS = frozenset(
    {"image", "flavor", "reservation_id", "availability_zone", "key_name", "user_id", "launch_index", "uuid"}
)


def _last(reference: str) -> str:
    return reference.rstrip("/").rpartition("/")[2]


def _tags(req: Request, name: str) -> tuple[str, ...]:
    return tuple(tag for text in req.query.all(name) for tag in text.split(",") if tag)


def _metadata(req: Request) -> tuple[tuple[str, str], ...]:
    pairs: list[tuple[str, str]] = []
    for text in (*req.query.all("metadata"), *req.query.all("system_metadata")):
        try:
            pairs += msgspec.json.decode(text.replace("'", '"'), type=dict[str, str]).items()
        except msgspec.DecodeError as error:
            raise Invalid("request.not_metadata", f"Invalid metadata filter {text}: give a JSON object.") from error
    return tuple(pairs)


def _sort(req: Request) -> Any:
    keys = sort_keys(req, default_descending=True)
    return tuple(key for key in keys if key.name in SERVER_SORT_KEYS)
