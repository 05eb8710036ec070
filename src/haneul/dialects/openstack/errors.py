"""How each API says no: one table of statuses, one shape of body per API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from haneul.dialects.openstack.network.error_types import NEUTRON_TYPES
from haneul.kit.errors import CloudError

STATUS_BY_KIND: Mapping[str, int] = {
    "unauthenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "invalid": 400,
    "conflict": 409,
    "over_quota": 403,
    "no_capacity": 409,
    "unavailable": 503,
}

STATUS_BY_CODE: Mapping[str, int] = {
    "request.too_large": 413,
    "request.no_method": 405,
    "request.media_type": 415,
    "request.not_acceptable": 406,
    "request.stalled": 408,
    "auth.too_often": 429,
    "version.not_served": 406,
    "internal": 500,
}

MAX_MESSAGE = 4000
"""So many characters of a message are told: what a request sent is not sent back whole."""


@dataclass(frozen=True)
class Refusal:
    """A refusal on its way out."""

    status: int
    code: str
    message: str
    request_id: str


Render = Callable[[Refusal], dict[str, Any]]


@dataclass(frozen=True)
class ErrorStyle:
    """How one API says no: the shape of its bodies, and where its statuses differ from the common table."""

    render: Render
    by_kind: Mapping[str, int] = field(default_factory=dict)
    by_code: Mapping[str, int] = field(default_factory=dict)

    def status(self, error: CloudError) -> int:
        for table, key in (
            (self.by_code, error.code),
            (STATUS_BY_CODE, error.code),
            (self.by_kind, error.kind),
            (STATUS_BY_KIND, error.kind),
        ):
            if key in table:
                return table[key]
        return 500

    def body(self, error: CloudError, request_id: str) -> dict[str, Any]:
        message = error.message
        if len(message) > MAX_MESSAGE:
            message = f"{message[: MAX_MESSAGE // 2]} ... {message[-MAX_MESSAGE // 4 :]}"
        return self.render(Refusal(self.status(error), error.code, message, request_id))


def title(status: int) -> str:
    """The standard phrase of a status: 404 -> Not Found."""
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Error"


def _keystone(refusal: Refusal) -> dict[str, Any]:
    return {"error": {"code": refusal.status, "message": refusal.message, "title": title(refusal.status)}}


def _glance(refusal: Refusal) -> dict[str, Any]:
    phrase = title(refusal.status)
    return {"message": refusal.message, "code": f"{refusal.status} {phrase}", "title": phrase}


_NOVA_FAULTS = {
    400: "badRequest",
    401: "unauthorized",
    403: "forbidden",
    404: "itemNotFound",
    405: "badMethod",
    409: "conflictingRequest",
    413: "overLimit",
    415: "badMediaType",
    501: "notImplemented",
    503: "serviceUnavailable",
}


def _nova(refusal: Refusal) -> dict[str, Any]:
    name = _NOVA_FAULTS.get(refusal.status, "computeFault")
    return {name: {"code": refusal.status, "message": refusal.message}}


def _placement(refusal: Refusal) -> dict[str, Any]:
    error = {
        "status": refusal.status,
        "title": title(refusal.status),
        "detail": refusal.message,
        "code": PLACEMENT_CODES.get(refusal.code, "placement.undefined_code"),
        "request_id": refusal.request_id,
    }
    return {"errors": [error]}


PLACEMENT_CODES: Mapping[str, str] = {
    "placement.changed": "placement.concurrent_update",
    "placement.inventory_in_use": "placement.inventory.inuse",
    "placement.name_taken": "placement.duplicate_name",
    "placement.provider_in_use": "placement.resource_provider.inuse",
    "placement.provider_has_children": "placement.resource_provider.cannot_delete_parent",
    "placement.unknown_provider": "placement.resource_provider.not_found",
    "placement.repeated_query": "placement.query.duplicate_key",
    "placement.bad_query": "placement.query.bad_value",
    "placement.no_resources": "placement.query.missing_value",
}
"""Where placement's documented error codes differ from `placement.undefined_code`."""


def _neutron(refusal: Refusal) -> dict[str, Any]:
    kind = NEUTRON_TYPES.get(refusal.code) or _NEUTRON_TYPES_BY_STATUS.get(refusal.status, "NeutronException")
    return {"NeutronError": {"type": kind, "message": refusal.message, "detail": ""}}


_NEUTRON_TYPES_BY_STATUS = {
    400: "HTTPBadRequest",
    401: "HTTPUnauthorized",
    403: "PolicyNotAuthorized",
    404: "HTTPNotFound",
    409: "Conflict",
    412: "RevisionNumberConstraintFailed",
    503: "HTTPServiceUnavailable",
}

IDENTITY = ErrorStyle(_keystone)
IMAGE = ErrorStyle(
    _glance,
    by_kind={"over_quota": 413, "no_capacity": 413},
    by_code={
        "image.too_large": 413,
        "image.wrong_format": 415,
        "image.unsafe": 415,
        "image.empty": 415,
        "image.truncated": 415,
        "image.bad_range": 416,
        "image.upload_ended": 410,
    },
)
COMPUTE = ErrorStyle(
    _nova,
    by_code={
        "request.gone": 410,
        "host.not_steerable": 501,
        "volume.wrong_status": 400,
        "server.boots_from_it": 403,
    },
)
VOLUME = ErrorStyle(
    _nova,
    by_kind={"over_quota": 413},
    by_code={
        **{f"{noun}.wrong_status": 400 for noun in ("volume", "snapshot", "backup", "group", "group_snapshot")},
        "volume.status": 400,
        "volume_type.in_use": 400,
        "volume_type.is_default": 400,
        "group_type.in_use": 400,
        "qos.in_use": 400,
        "volume.has_snapshots": 400,
        "volume.in_group": 400,
        "volume.needs_migration": 400,
        "volume_type.has_encryption": 400,
        "image.wrong_status": 400,
        "snapshot.no_file": 400,
        "qos.no_key": 400,
        "volume_type.no_default": 404,
    },
)
PLACEMENT = ErrorStyle(_placement)
NETWORK = ErrorStyle(_neutron, by_kind={"over_quota": 409}, by_code={"request.revision": 412})
HANEUL = ErrorStyle(_keystone)
