"""Bodies of the Block Storage API in its newest version, as JSON Schemas."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_UUID = "^[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$"
UUID: Schema = {"type": "string", "pattern": _UUID}
UUID_OR_NULL: Schema = {"anyOf": [UUID, {"type": "null"}]}
NAME: Schema = {"type": "string", "maxLength": 255}
FILLED: Schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"\S"}
NAME_OR_NULL: Schema = {"type": ["string", "null"], "maxLength": 255}
TEXT_OR_NULL: Schema = {"type": ["string", "null"], "maxLength": 255}
BOOLEAN: Schema = {
    "anyOf": [
        {"type": "boolean"},
        {"type": "string", "pattern": "^(?i:true|false|1|0|yes|no|on|off|t|f|y|n)$"},
        {"enum": [0, 1]},
    ]
}
SIZE: Schema = {
    "anyOf": [{"type": "integer", "minimum": 1, "maximum": 2147483647}, {"type": "string", "pattern": "^[0-9]+$"}]
}
METADATA: Schema = {"type": "object", "additionalProperties": {"type": ["string", "null"]}}
SPECS: Schema = {
    "type": "object",
    "propertyNames": {"pattern": r"^[A-Za-z0-9\-_.:. ]{1,255}$"},
    "additionalProperties": {"type": ["string", "null"], "maxLength": 255},
}
ONE_SPEC: Schema = {**SPECS, "minProperties": 1, "maxProperties": 1}
ONE_ACTION: Schema = {"type": "object", "minProperties": 1, "maxProperties": 1}
ANYTHING: Schema = {"type": "object"}


def wrapped(key: str, properties: Schema, required: tuple[str, ...] = (), *, lenient: bool = False) -> Schema:
    """`{key: {...}}`, nothing else."""
    inner = {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": lenient,
    }
    return under(key, inner)


def under(key: str, inner: Schema) -> Schema:
    return {"type": "object", "properties": {key: inner}, "required": [key], "additionalProperties": False}


CREATE_VOLUME: Schema = {
    "type": "object",
    "properties": {
        "volume": {
            "type": "object",
            "properties": {
                "name": NAME_OR_NULL,
                "display_name": NAME_OR_NULL,
                "description": TEXT_OR_NULL,
                "display_description": TEXT_OR_NULL,
                "size": {"anyOf": [SIZE, {"type": "null"}]},
                "availability_zone": NAME_OR_NULL,
                "volume_type": NAME_OR_NULL,
                "metadata": {"anyOf": [METADATA, {"type": "null"}]},
                "snapshot_id": UUID_OR_NULL,
                "source_volid": UUID_OR_NULL,
                "source_replica": UUID_OR_NULL,
                "consistencygroup_id": UUID_OR_NULL,
                "imageRef": {"type": ["string", "null"]},
                "image_id": {"type": ["string", "null"]},
                "backup_id": UUID_OR_NULL,
                "group_id": UUID_OR_NULL,
                "multiattach": BOOLEAN,
            },
            "additionalProperties": False,
        },
        "OS-SCH-HNT:scheduler_hints": {"type": ["object", "null"]},
    },
    "required": ["volume"],
    "additionalProperties": True,
}
UPDATE_VOLUME = wrapped(
    "volume",
    {
        "name": NAME_OR_NULL,
        "display_name": NAME_OR_NULL,
        "description": TEXT_OR_NULL,
        "display_description": TEXT_OR_NULL,
        "metadata": METADATA,
    },
)
SET_METADATA = under("metadata", METADATA)
SET_META = under("meta", {**METADATA, "minProperties": 1, "maxProperties": 1})
CREATE_SNAPSHOT = wrapped(
    "snapshot",
    {
        "name": NAME_OR_NULL,
        "display_name": NAME_OR_NULL,
        "description": TEXT_OR_NULL,
        "display_description": TEXT_OR_NULL,
        "volume_id": UUID_OR_NULL,
        "force": {},
        "metadata": {"anyOf": [METADATA, {"type": "null"}]},
    },
    ("volume_id",),
)
UPDATE_SNAPSHOT = wrapped(
    "snapshot",
    {
        "name": NAME_OR_NULL,
        "display_name": NAME_OR_NULL,
        "description": TEXT_OR_NULL,
        "display_description": TEXT_OR_NULL,
    },
    lenient=True,
)
CREATE_TYPE = wrapped(
    "volume_type",
    {
        "name": FILLED,
        "description": TEXT_OR_NULL,
        "extra_specs": {"anyOf": [SPECS, {"type": "null"}]},
        "os-volume-type-access:is_public": BOOLEAN,
    },
    ("name",),
)
UPDATE_TYPE = wrapped("volume_type", {"name": NAME, "description": TEXT_OR_NULL, "is_public": BOOLEAN})
SET_SPECS = under("extra_specs", SPECS)
TYPE_ACCESS = {
    "type": "object",
    "minProperties": 1,
    "maxProperties": 1,
    "properties": {
        name: {"type": "object", "properties": {"project": FILLED}, "required": ["project"]}
        for name in ("addProjectAccess", "removeProjectAccess")
    },
    "additionalProperties": False,
}
_ENCRYPTION = {
    "provider": FILLED,
    "control_location": {"enum": ["front-end", "back-end"]},
    "cipher": NAME_OR_NULL,
    "key_size": {
        "anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}, {"type": "string", "pattern": "^[0-9]+$"}]
    },
}
CREATE_ENCRYPTION = wrapped("encryption", _ENCRYPTION, ("provider", "control_location"))
UPDATE_ENCRYPTION = wrapped("encryption", _ENCRYPTION)
CREATE_QOS: Schema = under(
    "qos_specs",
    {
        "type": "object",
        "properties": {"name": FILLED, "consumer": {"enum": ["front-end", "back-end", "both"]}},
        "required": ["name"],
        "additionalProperties": {"type": "string", "maxLength": 255},
    },
)
UPDATE_QOS = under(
    "qos_specs", {"type": "object", "minProperties": 1, "additionalProperties": {"type": ["string", "integer"]}}
)
QOS_KEYS = under("keys", {"type": "array", "items": {"type": "string"}})
_LIMITS: Schema = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}]},
}
UPDATE_QUOTAS = under("quota_set", _LIMITS)
UPDATE_QUOTA_CLASS = under("quota_class_set", _LIMITS)
CHANGE_SERVICE: Schema = {
    "type": "object",
    "properties": {"host": FILLED, "binary": NAME, "service": NAME, "disabled_reason": FILLED},
    "required": ["host"],
}
CREATE_ATTACHMENT = wrapped(
    "attachment",
    {
        "volume_uuid": UUID,
        "instance_uuid": UUID_OR_NULL,
        "connector": {"type": ["object", "null"]},
        "mode": {"enum": ["rw", "ro"]},
    },
    ("volume_uuid",),
)
UPDATE_ATTACHMENT = wrapped("attachment", {"connector": {"type": "object", "minProperties": 1}}, ("connector",))
CREATE_BACKUP = wrapped(
    "backup",
    {
        "volume_id": UUID,
        "name": NAME_OR_NULL,
        "description": TEXT_OR_NULL,
        "container": NAME_OR_NULL,
        "incremental": BOOLEAN,
        "force": BOOLEAN,
        "snapshot_id": UUID_OR_NULL,
        "metadata": METADATA,
        "availability_zone": NAME_OR_NULL,
    },
    ("volume_id",),
)
UPDATE_BACKUP = wrapped("backup", {"name": NAME_OR_NULL, "description": TEXT_OR_NULL, "metadata": METADATA})
IMPORT_RECORD = wrapped(
    "backup-record",
    {"backup_service": FILLED, "backup_url": {"type": "string", "minLength": 1, "maxLength": 65536}},
    ("backup_service", "backup_url"),
)
UPDATE_CLUSTER: Schema = {
    "type": "object",
    "properties": {"name": FILLED, "binary": FILLED, "disabled_reason": TEXT_OR_NULL},
    "required": ["name"],
    "additionalProperties": False,
}
CLEAN_UP: Schema = {"type": "object"}
RESTORE_BACKUP = wrapped("restore", {"name": NAME_OR_NULL, "volume_id": UUID_OR_NULL})
CREATE_TRANSFER = wrapped(
    "transfer", {"volume_id": UUID, "name": NAME_OR_NULL, "no_snapshots": BOOLEAN}, ("volume_id",)
)
ACCEPT_TRANSFER = wrapped("accept", {"auth_key": FILLED}, ("auth_key",))
CREATE_GROUP_TYPE = wrapped(
    "group_type",
    {"name": FILLED, "description": TEXT_OR_NULL, "is_public": BOOLEAN, "group_specs": SPECS},
    ("name",),
)
UPDATE_GROUP_TYPE = wrapped("group_type", {"name": NAME, "description": TEXT_OR_NULL, "is_public": BOOLEAN})
SET_GROUP_SPECS = under("group_specs", SPECS)
CREATE_GROUP = wrapped(
    "group",
    {
        "name": NAME_OR_NULL,
        "description": TEXT_OR_NULL,
        "group_type": FILLED,
        "volume_types": {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string"}},
        "availability_zone": NAME_OR_NULL,
    },
    ("group_type", "volume_types"),
)
UPDATE_GROUP = wrapped(
    "group",
    {"name": NAME_OR_NULL, "description": TEXT_OR_NULL, "add_volumes": TEXT_OR_NULL, "remove_volumes": TEXT_OR_NULL},
)
CREATE_GROUP_SNAPSHOT = wrapped(
    "group_snapshot", {"group_id": UUID, "name": NAME_OR_NULL, "description": TEXT_OR_NULL}, ("group_id",)
)
SET_DEFAULT_TYPE = wrapped("default_type", {"volume_type": FILLED}, ("volume_type",))
MANAGE_VOLUME = wrapped(
    "volume",
    {
        "host": FILLED,
        "cluster": NAME_OR_NULL,
        "ref": {"type": ["object", "string"]},
        "name": NAME_OR_NULL,
        "description": TEXT_OR_NULL,
        "volume_type": NAME_OR_NULL,
        "availability_zone": NAME_OR_NULL,
        "bootable": BOOLEAN,
        "metadata": {"anyOf": [METADATA, {"type": "null"}]},
    },
    ("ref", "host"),
)
MANAGE_SNAPSHOT = wrapped(
    "snapshot",
    {
        "volume_id": UUID,
        "ref": {"type": ["object", "string"]},
        "name": NAME_OR_NULL,
        "description": TEXT_OR_NULL,
        "metadata": {"anyOf": [METADATA, {"type": "null"}]},
    },
    ("ref", "volume_id"),
)
