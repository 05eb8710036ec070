"""The JSON Schemas of Image API v2, as they are published under /v2/schemas and checked on the way in."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

DISK_FORMATS = ["ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso", "ploop"]
CONTAINER_FORMATS = ["ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"]
UUID_PATTERN = "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$"
_NO_NUL = "^[^\\u0000]*$"


def _text(description: str, **more: Any) -> Schema:
    return {"type": "string", "description": description, **more}


def _told(description: str, kind: Any = "string", **more: Any) -> Schema:
    """What the service says and no client sets."""
    return {"type": kind, "readOnly": True, "description": description, **more}


IMAGE_PROPERTIES: Schema = {
    "id": _text("An identifier for the image", pattern=UUID_PATTERN),
    "name": {
        "type": ["null", "string"],
        "description": "Descriptive name for the image",
        "maxLength": 255,
    },
    "status": _told(
        "Status of the image",
        enum=[
            "queued",
            "saving",
            "active",
            "killed",
            "deleted",
            "uploading",
            "importing",
            "pending_delete",
            "deactivated",
        ],
    ),
    "visibility": _text("Scope of image accessibility", enum=["community", "public", "private", "shared"]),
    "protected": {"type": "boolean", "description": "If true, image will not be deletable."},
    "os_hidden": {
        "type": "boolean",
        "description": "If true, image will not appear in default image list response.",
    },
    "checksum": _told("md5 hash of image contents.", ["null", "string"], maxLength=32),
    "os_hash_algo": _told("Algorithm to calculate the os_hash_value", ["null", "string"], maxLength=64),
    "os_hash_value": _told(
        "Hexdigest of the image contents using the algorithm specified by the os_hash_algo",
        ["null", "string"],
        maxLength=128,
    ),
    "owner": {"type": ["null", "string"], "description": "Owner of the image", "maxLength": 255},
    "size": _told("Size of image file in bytes", ["null", "integer"]),
    "virtual_size": _told("Virtual size of image in bytes", ["null", "integer"]),
    "container_format": {
        "type": ["null", "string"],
        "description": "Format of the container",
        "enum": [None, *CONTAINER_FORMATS],
    },
    "disk_format": {
        "type": ["null", "string"],
        "description": "Format of the disk",
        "enum": [None, *DISK_FORMATS],
    },
    "created_at": _told("Date and time of image registration"),
    "updated_at": _told("Date and time of the last image modification"),
    "tags": {
        "type": "array",
        "description": "List of strings related to the image",
        "items": {"type": "string", "maxLength": 255},
    },
    "direct_url": _told("URL to access the image file kept in external store"),
    "min_ram": {"type": "integer", "description": "Amount of ram (in MB) required to boot image."},
    "min_disk": {"type": "integer", "description": "Amount of disk space (in GB) required to boot image."},
    "self": _told("An image self url"),
    "file": _told("An image file url"),
    "stores": _told("Stores in which image data resides, separated by commas."),
    "schema": _told("An image schema url"),
    "locations": {
        "type": "array",
        "description": "A set of URLs to access the image file kept in external store",
        "items": {
            "type": "object",
            "properties": {"url": {"type": "string", "maxLength": 255}, "metadata": {"type": "object"}},
            "required": ["url", "metadata"],
        },
    },
}

IMAGE: Schema = {
    "name": "image",
    "properties": IMAGE_PROPERTIES,
    "additionalProperties": {"type": "string"},
    "links": [
        {"rel": "self", "href": "{self}"},
        {"rel": "enclosure", "href": "{file}"},
        {"rel": "describedby", "href": "{schema}"},
    ],
}

CREATE_IMAGE: Schema = {
    "type": "object",
    "properties": IMAGE_PROPERTIES | {"name": {"type": ["null", "string"], "maxLength": 255, "pattern": _NO_NUL}},
    "additionalProperties": {"type": "string", "pattern": _NO_NUL},
}

MEMBER_PROPERTIES: Schema = {
    "member_id": _text("An identifier for the image member (tenantId)"),
    "image_id": _text("An identifier for the image", pattern=UUID_PATTERN),
    "created_at": _text("Date and time of image member creation"),
    "updated_at": _text("Date and time of last modification of image member"),
    "status": _text("The status of this image member", enum=["pending", "accepted", "rejected"]),
    "schema": {"readOnly": True, "type": "string"},
}

MEMBER: Schema = {"name": "member", "properties": MEMBER_PROPERTIES, "additionalProperties": False}

ADD_MEMBER: Schema = {
    "type": "object",
    "properties": {"member": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": _NO_NUL}},
    "required": ["member"],
}

UPDATE_MEMBER: Schema = {
    "type": "object",
    "properties": {"status": {"type": "string", "enum": ["pending", "accepted", "rejected"]}},
    "required": ["status"],
}

TAG: Schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": _NO_NUL}


def collection(name: str, item: Schema) -> Schema:
    """The schema of a listing."""
    return {
        "name": name,
        "properties": {
            name: {"type": "array", "items": item},
            "first": {"type": "string"},
            "next": {"type": "string"},
            "schema": {"type": "string"},
        },
        "links": [
            {"rel": "first", "href": "{first}"},
            {"rel": "next", "href": "{next}"},
            {"rel": "describedby", "href": "{schema}"},
        ],
    }


IMAGES = collection("images", IMAGE)
MEMBERS = {
    **collection("members", MEMBER),
    "properties": {"members": {"type": "array", "items": MEMBER}, "schema": {"type": "string"}},
    "links": [{"rel": "describedby", "href": "{schema}"}],
}

IMPORT_IMAGE: Schema = {
    "type": "object",
    "properties": {
        "method": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "uri": {"type": "string", "maxLength": 4096}},
            "required": ["name"],
        },
        "stores": {"type": "array", "items": {"type": "string"}},
        "all_stores": {"type": "boolean"},
        "all_stores_must_succeed": {"type": "boolean"},
    },
    "required": ["method"],
}

TASK_PROPERTIES: Schema = {
    "id": _text("An identifier for the task", pattern=UUID_PATTERN),
    "type": _text(
        "The type of task represented by this content", enum=["import", "api_image_import", "location_import"]
    ),
    "status": _text("The current status of this task", enum=["pending", "processing", "success", "failure"]),
    "input": {"description": "The parameters required by task, JSON blob", "type": ["null", "object"]},
    "result": {"description": "The result of current task, JSON blob", "type": ["null", "object"]},
    "owner": _text("An identifier for the owner of this task"),
    "message": _text("Human-readable informative message only included when appropriate (usually on failure)"),
    "image_id": _text("Image associated with the task"),
    "request_id": _text("Human-readable informative request-id"),
    "user_id": _text("User associated with the task"),
    "expires_at": {
        "description": "Datetime when this resource would be subject to removal",
        "type": ["null", "string"],
    },
    "created_at": _text("Datetime when this resource was created"),
    "updated_at": _text("Datetime when this resource was updated"),
    "self": {"readOnly": True, "type": "string"},
    "schema": {"readOnly": True, "type": "string"},
}

TASK: Schema = {"name": "task", "properties": TASK_PROPERTIES, "additionalProperties": False}

_TASK_STUB = {name: about for name, about in TASK_PROPERTIES.items() if name not in ("input", "result", "message")}
TASKS = collection("tasks", {"name": "task", "properties": _TASK_STUB, "additionalProperties": False})

CREATE_TASK: Schema = {
    "type": "object",
    "properties": {
        "type": {"type": "string", "enum": ["import"]},
        "input": {
            "type": "object",
            "properties": {
                "import_from": {"type": "string", "maxLength": 4096},
                "import_from_format": {"type": "string", "maxLength": 255},
                "image_properties": CREATE_IMAGE,
            },
            "required": ["import_from", "import_from_format", "image_properties"],
        },
    },
    "required": ["type", "input"],
}
