"""Requests about flavors, keypairs, quotas and services."""

from __future__ import annotations

from haneul.dialects.openstack.compute.quotas import OLD_KEYS, SHOWN
from haneul.dialects.openstack.compute.schemas.forms import (
    BOOLEAN,
    COUNT,
    LIMIT,
    NAME_WITH_SPACES,
    NUMBER_TEXT,
    PAGE,
    POSITIVE,
    TEXT,
    Schema,
    query,
    wrapped,
)

_MOST = 0x7FFFFFFF
_DESCRIPTION: Schema = {
    "type": ["string", "null"],
    "minLength": 0,
    "maxLength": 65535,
    "pattern": r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$",
}

CREATE_FLAVOR = wrapped(
    "flavor",
    {
        "name": NAME_WITH_SPACES,
        "id": {
            "anyOf": [
                {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^(?! )[a-zA-Z0-9. _-]+(?<! )$"},
                {"type": ["integer", "null"]},
            ]
        },
        "ram": {**POSITIVE, "maximum": _MOST},
        "vcpus": {**POSITIVE, "maximum": _MOST},
        "disk": {**COUNT, "maximum": _MOST},
        "OS-FLV-EXT-DATA:ephemeral": {**COUNT, "maximum": _MOST},
        "swap": {**COUNT, "maximum": _MOST},
        "rxtx_factor": {
            "type": ["number", "string"],
            "pattern": r"^[0-9]+(\.[0-9]+)?$",
            "minimum": 0,
            "exclusiveMinimum": 0,
            "maximum": 3.40282e38,
        },
        "os-flavor-access:is_public": BOOLEAN,
        "description": _DESCRIPTION,
    },
    ("name", "ram", "vcpus", "disk"),
)
UPDATE_FLAVOR = wrapped("flavor", {"description": _DESCRIPTION}, ("description",))
LIST_FLAVORS = query(
    **PAGE,
    is_public=TEXT,
    minRam=TEXT,
    minDisk=TEXT,
    sort_key={
        "type": "string",
        "enum": [
            "created_at",
            "description",
            "disabled",
            "ephemeral_gb",
            "flavorid",
            "id",
            "is_public",
            "memory_mb",
            "name",
            "root_gb",
            "rxtx_factor",
            "swap",
            "updated_at",
            "vcpu_weight",
            "vcpus",
        ],
    },
    sort_dir={"type": "string", "enum": ["asc", "desc"]},
)
_SPEC_KEY = r"^[a-zA-Z0-9-_:. ]{1,255}$"
_SPEC: Schema = {
    "type": "object",
    "patternProperties": {_SPEC_KEY: {"type": ["string", "number"], "maxLength": 255}},
    "additionalProperties": False,
}
CREATE_EXTRA_SPECS: Schema = {
    "type": "object",
    "properties": {"extra_specs": _SPEC},
    "required": ["extra_specs"],
    "additionalProperties": False,
}
UPDATE_EXTRA_SPEC: Schema = {**_SPEC, "minProperties": 1, "maxProperties": 1}
_TENANT: Schema = {
    "type": "object",
    "properties": {"tenant": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[a-zA-Z0-9-]*$"}},
    "required": ["tenant"],
    "additionalProperties": False,
}
FLAVOR_ACTION: Schema = {
    "type": "object",
    "properties": {"addTenantAccess": _TENANT, "removeTenantAccess": _TENANT},
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
}

KEY_NAME: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 255,
    "pattern": r"^(?! )[a-zA-Z0-9-_ @.]+(?<! )$",
}
OLD_KEY_NAME: Schema = {**KEY_NAME, "pattern": r"^(?! )[a-zA-Z0-9-_ ]+(?<! )$"}
CREATE_KEYPAIR = wrapped(
    "keypair",
    {
        "name": KEY_NAME,
        "type": {"type": "string", "enum": ["ssh", "x509"]},
        "public_key": {"type": "string"},
        "user_id": {"type": "string", "minLength": 1},
    },
    ("name", "public_key"),
)
LIST_KEYPAIRS = query(**PAGE, user_id=TEXT)
ONE_KEYPAIR = query(user_id=TEXT)

_QUOTAS: Schema = {key.value: LIMIT for key in SHOWN}
OLD_QUOTAS: Schema = {key.value: LIMIT for key in OLD_KEYS}
UPDATE_QUOTA_SET = wrapped("quota_set", {**_QUOTAS, "force": BOOLEAN})
UPDATE_QUOTA_CLASS = wrapped("quota_class_set", _QUOTAS)
QUOTA_QUERY = query(user_id=TEXT)
LIMITS_QUERY = query(tenant_id=TEXT, reserved=TEXT)
USAGE_QUERY = query(**PAGE, start=TEXT, end=TEXT, detailed=TEXT)

_REASON: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 255,
    "pattern": r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$",
}
UPDATE_SERVICE: Schema = {
    "type": "object",
    "properties": {
        "status": {"type": "string", "enum": ["enabled", "disabled"]},
        "disabled_reason": _REASON,
        "forced_down": BOOLEAN,
    },
    "additionalProperties": False,
}
CHANGE_SERVICE: Schema = {
    "type": "object",
    "properties": {
        "host": {"type": "string", "minLength": 1, "maxLength": 255},
        "binary": {"type": "string", "minLength": 1, "maxLength": 255},
        "disabled_reason": _REASON,
        "forced_down": BOOLEAN,
    },
    "required": ["host", "binary"],
    "additionalProperties": False,
}
LIST_SERVICES = query(host=TEXT, binary=TEXT)
LIST_HYPERVISORS = query(
    hypervisor_hostname_pattern=TEXT,
    with_servers={"type": "string", "enum": BOOLEAN["enum"]},
    limit=NUMBER_TEXT,
    marker=TEXT,
)
ONE_HYPERVISOR = query(with_servers={"type": "string", "enum": BOOLEAN["enum"]})
