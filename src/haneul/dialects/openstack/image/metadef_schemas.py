"""The JSON Schemas of definitions of metadata, as they are published under /v2/schemas/metadefs."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.image.schemas import collection

Schema = dict[str, Any]

_NO_NUL = "^[^\\u0000]*$"
_NAME: Schema = {"type": "string", "maxLength": 80}
_TYPES = ["array", "boolean", "integer", "number", "object", "string", None]
_TIMES: Schema = {
    "created_at": {
        "type": "string", "readOnly": True, "description": "Date and time of creation", "format": "date-time",
    },
    "updated_at": {
        "type": "string", "readOnly": True, "description": "Date and time of the last change", "format": "date-time",
    },
}  # fmt: skip
_LINKS: Schema = {"self": {"readOnly": True, "type": "string"}, "schema": {"readOnly": True, "type": "string"}}

PROPERTY_PROPERTIES: Schema = {
    "name": _NAME,
    "title": {"type": "string"},
    "description": {"type": "string"},
    "operators": {"type": "array", "items": {"type": "string"}},
    "type": {"type": "string", "enum": _TYPES},
    "required": {"$ref": "#/definitions/stringArray"},
    "minimum": {"type": "number"},
    "maximum": {"type": "number"},
    "maxLength": {"$ref": "#/definitions/positiveInteger"},
    "minLength": {"$ref": "#/definitions/positiveIntegerDefault0"},
    "pattern": {"type": "string", "format": "regex"},
    "enum": {"type": "array"},
    "readonly": {"type": "boolean"},
    "default": {},
    "items": {
        "type": "object",
        "properties": {"type": {"type": "string", "enum": _TYPES}, "enum": {"type": "array"}},
    },
    "maxItems": {"$ref": "#/definitions/positiveInteger"},
    "minItems": {"$ref": "#/definitions/positiveIntegerDefault0"},
    "uniqueItems": {"type": "boolean", "default": False},
    "additionalItems": {"type": "boolean"},
}

DEFINITIONS: Schema = {
    "positiveInteger": {"type": "integer", "minimum": 0},
    "positiveIntegerDefault0": {"allOf": [{"$ref": "#/definitions/positiveInteger"}, {"default": 0}]},
    "stringArray": {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
    "property": {
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "required": ["title", "type"],
            "properties": PROPERTY_PROPERTIES,
        },
    },
}

_ASSOCIATION_PROPERTIES: Schema = {
    "name": _NAME | {"description": "The resource type, named as in Heat: OS::Nova::Server"},
    "prefix": _NAME | {"description": "Stands before the name of every property where it is applied to the type"},
    "properties_target": _NAME | {"description": "Which of several sets of properties of the type is meant"},
}

_OBJECT_PROPERTIES: Schema = {
    "name": _NAME,
    "description": {"type": "string"},
    "required": {"$ref": "#/definitions/stringArray"},
    "properties": {"$ref": "#/definitions/property"},
}

NAMESPACE: Schema = {
    "name": "namespace",
    "properties": {
        "namespace": _NAME | {"description": "The unique namespace text."},
        "display_name": _NAME | {"description": "The name that people read."},
        "description": {"type": "string", "description": "What it is about.", "maxLength": 500},
        "visibility": {
            "type": "string",
            "description": "Scope of namespace accessibility.",
            "enum": ["public", "private"],
        },
        "protected": {"type": "boolean", "description": "If true, namespace will not be deletable."},
        "owner": {"type": "string", "description": "Owner of the namespace.", "maxLength": 255},
        **_TIMES,
        **_LINKS,
        "resource_type_associations": {
            "type": "array",
            "items": {"type": "object", "properties": _ASSOCIATION_PROPERTIES},
        },
        "properties": {"$ref": "#/definitions/property"},
        "objects": {"type": "array", "items": {"type": "object", "properties": _OBJECT_PROPERTIES}},
        "tags": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
    },
    "additionalProperties": False,
    "definitions": DEFINITIONS,
    "required": ["namespace"],
}

OBJECT: Schema = {
    "name": "object",
    "properties": _OBJECT_PROPERTIES | _LINKS | _TIMES,
    "additionalProperties": False,
    "definitions": DEFINITIONS,
    "required": ["name"],
}

PROPERTY: Schema = {
    "name": "property",
    "properties": PROPERTY_PROPERTIES,
    "additionalProperties": False,
    "definitions": DEFINITIONS,
    "required": ["type", "title", "name"],
}

RESOURCE_TYPE: Schema = {
    "name": "resource_type_association",
    "properties": _ASSOCIATION_PROPERTIES | _TIMES,
    "additionalProperties": False,
    "required": ["name"],
}

TAG: Schema = {
    "name": "tag",
    "properties": {"name": _NAME} | _TIMES,
    "additionalProperties": False,
    "required": ["name"],
}

PROPERTIES: Schema = {
    "name": "properties",
    "properties": {
        "properties": {"type": "object", "additionalProperties": PROPERTY | {"required": ["type", "title"]}},
        "first": {"type": "string"},
        "next": {"type": "string"},
        "schema": {"type": "string"},
    },
    "definitions": DEFINITIONS,
    "links": [
        {"rel": "first", "href": "{first}"},
        {"rel": "next", "href": "{next}"},
        {"rel": "describedby", "href": "{schema}"},
    ],
}


def _without(schema: Schema, *names: str) -> Schema:
    return {key: value for key, value in schema.items() if key not in names}


PUBLISHED: dict[str, Schema] = {
    "namespace": NAMESPACE,
    "namespaces": collection("namespaces", _without(NAMESPACE, "definitions")) | {"definitions": DEFINITIONS},
    "resource_type": RESOURCE_TYPE,
    "resource_types": collection("resource_type_associations", RESOURCE_TYPE),
    "object": OBJECT,
    "objects": collection("objects", _without(OBJECT, "definitions")) | {"definitions": DEFINITIONS},
    "property": PROPERTY,
    "properties": PROPERTIES,
    "tag": TAG,
    "tags": collection("tags", TAG),
}


def _said(schema: Schema, *, told: tuple[str, ...], **names: Any) -> Schema:
    """The schema for what a client says: `told` passes here and is refused as read-only by its handler."""
    properties = {key: value for key, value in schema["properties"].items() if key not in told}
    return {
        "type": "object",
        "properties": properties | names | {key: {} for key in told},
        "additionalProperties": False,
        "definitions": DEFINITIONS,
        "required": schema["required"],
    }


TOLD = ("created_at", "updated_at", "self", "schema")
_NAMED: Schema = {"type": "string", "minLength": 1, "maxLength": 80, "pattern": _NO_NUL}
_A_TAG: Schema = {"type": "object", "properties": {"name": _NAMED}, "required": ["name"]}
_AN_OBJECT: Schema = {
    "type": "object",
    "properties": _OBJECT_PROPERTIES | {"name": _NAMED},
    "required": ["name"],
}
_AN_ASSOCIATION: Schema = {
    "type": "object",
    "properties": _ASSOCIATION_PROPERTIES | {"name": _NAMED},
    "required": ["name"],
}

SAY_NAMESPACE = _said(
    NAMESPACE,
    told=TOLD,
    namespace=_NAMED,
    tags={"type": "array", "items": _A_TAG},
    objects={"type": "array", "items": _AN_OBJECT},
    resource_type_associations={"type": "array", "items": _AN_ASSOCIATION},
)
SAY_OBJECT = _said(OBJECT, told=TOLD, name=_NAMED)
SAY_PROPERTY = _said(PROPERTY, told=("created_at", "updated_at"), name=_NAMED)
SAY_RESOURCE_TYPE = _said(RESOURCE_TYPE, told=("created_at", "updated_at"), name=_NAMED)
SAY_TAG = _said(TAG, told=("created_at", "updated_at"), name=_NAMED)
SAY_TAGS: Schema = {
    "type": "object",
    "properties": {"tags": {"type": "array", "items": _A_TAG | {"additionalProperties": False}}},
    "additionalProperties": False,
    "required": ["tags"],
}
