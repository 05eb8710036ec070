"""Bodies and queries of placement in the newest version, as JSON Schemas (Placement API 1.39)."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

UUID = {
    "type": "string",
    "pattern": "^[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}$",
}
"""With or without its dashes."""
_OWNER = {"type": "string", "minLength": 1, "maxLength": 255}
_COUNT = {"type": "integer", "maximum": 2147483647}
_GENERATION = {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1}
"""What a database can compare a row with."""
_NAME_PATTERN = "^[A-Z0-9_]+$"
_CUSTOM_PATTERN = "^CUSTOM_[A-Z0-9_]+$"
_UUID_PATTERN = "^[0-9a-fA-F-]{36}$"
SUFFIX_PATTERN = "[a-zA-Z0-9_-]{1,64}"
NUMBER_PATTERN = "[1-9][0-9]*"


def _object(properties: Schema, *required: str, **more: Any) -> Schema:
    """An object of these properties and no others."""
    schema = {"type": "object", "properties": properties, "additionalProperties": False, **more}
    return schema | ({"required": list(required)} if required else {})


def _map(pattern: str, of: Schema, **more: Any) -> Schema:
    """An object whose keys are like the pattern."""
    return {"type": "object", "patternProperties": {pattern: of}, "additionalProperties": False, **more}


def query(**parameters: Schema) -> Schema:
    """A query of these parameters and no others; of repeated ones each value has to fit."""
    return _object({name: {"type": "array", "items": value} for name, value in parameters.items()})


_TEXT = {"type": "string"}

CREATE_PROVIDER = _object(
    {
        "name": {"type": "string", "maxLength": 200},
        "uuid": UUID,
        "parent_provider_uuid": {"anyOf": [UUID, {"type": "null"}]},
    },
    "name",
)
UPDATE_PROVIDER = _object({key: value for key, value in CREATE_PROVIDER["properties"].items() if key != "uuid"}, "name")
LIST_PROVIDERS = query(name=_TEXT, uuid=UUID, member_of=_TEXT, resources=_TEXT, in_tree=UUID, required=_TEXT)

_INVENTORY_FIELDS: Schema = {
    "resource_provider_generation": _GENERATION,
    "total": _COUNT | {"minimum": 1},
    "reserved": _COUNT | {"minimum": 0},
    "min_unit": _COUNT | {"minimum": 1},
    "max_unit": _COUNT | {"minimum": 1},
    "step_size": _COUNT | {"minimum": 1},
    "allocation_ratio": {"type": "number", "maximum": 3.40282e38},
}
UPDATE_INVENTORY = _object(_INVENTORY_FIELDS, "total", "resource_provider_generation")
CREATE_INVENTORY = _object(
    _INVENTORY_FIELDS | {"resource_class": {"type": "string", "pattern": _NAME_PATTERN}}, "total", "resource_class"
)
REPLACE_INVENTORIES = _object(
    {
        "resource_provider_generation": _GENERATION,
        "inventories": _map(_NAME_PATTERN, _object(_INVENTORY_FIELDS, "total")),
    },
    "resource_provider_generation",
    "inventories",
)

AGGREGATES: Schema = {"type": "array", "items": UUID, "uniqueItems": True}
REPLACE_AGGREGATES = _object(
    {"aggregates": AGGREGATES, "resource_provider_generation": _GENERATION},
    "aggregates",
    "resource_provider_generation",
)

LIST_TRAITS = query(name=_TEXT, associated=_TEXT)
REPLACE_TRAITS = _object(
    {
        "traits": {"type": "array", "items": {"type": "string", "minLength": 1, "maxLength": 255}},
        "resource_provider_generation": _GENERATION,
    },
    "traits",
    "resource_provider_generation",
)

RESOURCE_CLASS = _object({"name": {"type": "string", "pattern": _CUSTOM_PATTERN, "maxLength": 255}}, "name")

_AMOUNTS = _map(_NAME_PATTERN, _COUNT | {"minimum": 1}, minProperties=1)
_KIND = {"type": "string", "pattern": _NAME_PATTERN, "minLength": 1, "maxLength": 255}
REPLACE_ALLOCATIONS = _object(
    {
        "allocations": _map(_UUID_PATTERN, _object({"generation": _GENERATION, "resources": _AMOUNTS}, "resources")),
        "project_id": _OWNER,
        "user_id": _OWNER,
        "consumer_generation": {"anyOf": [_GENERATION, {"type": "null"}]},
        "consumer_type": _KIND,
        "mappings": {
            "type": "object",
            "minProperties": 1,
            "patternProperties": {SUFFIX_PATTERN: {"type": "array", "minItems": 1, "items": UUID}},
        },
    },
    "allocations",
    "project_id",
    "user_id",
    "consumer_generation",
    "consumer_type",
)
OLD_ALLOCATIONS: Schema = {
    "type": "array",
    "minItems": 1,
    "items": _object(
        {"resource_provider": _object({"uuid": UUID}, "uuid"), "resources": _AMOUNTS}, "resource_provider", "resources"
    ),
}
"""How they were listed before 1.12."""

MANAGE_ALLOCATIONS = _map(_UUID_PATTERN, REPLACE_ALLOCATIONS, minProperties=1)
RESHAPE = _object(
    {
        "inventories": _map(_UUID_PATTERN, REPLACE_INVENTORIES, minProperties=1),
        "allocations": _map(_UUID_PATTERN, REPLACE_ALLOCATIONS),
    },
    "inventories",
    "allocations",
)

TOTAL_USAGES = query(project_id=_OWNER, user_id=_OWNER, consumer_type=_KIND | {"pattern": "^([A-Z0-9_]+|all|unknown)$"})
TOTAL_USAGES["required"] = ["project_id"]

_POLICY = {"type": "string", "enum": ["none", "isolate"]}
_LIMIT = {"type": "string", "pattern": "^[1-9][0-9]*$"}
GROUPED = ("resources", "required", "member_of", "in_tree")
"""Parameters of allocation candidates that may carry the suffix of a group."""


def candidates(grouped: tuple[str, ...], suffix: str, *others: str) -> Schema:
    """The query of allocation candidates with these parameters; `suffix` empty: without groups."""
    known: dict[str, Schema] = {
        "limit": _LIMIT,
        "group_policy": _POLICY,
        "root_required": _TEXT,
        "same_subtree": _TEXT,
    }
    schema = query(**{name: known[name] for name in others})
    tail = f"({suffix})?" if suffix else ""
    schema["patternProperties"] = {f"^{name}{tail}$": {"type": "array", "items": _TEXT} for name in grouped}
    return schema if suffix else schema | {"required": ["resources"]}


LIST_CANDIDATES = candidates(GROUPED, SUFFIX_PATTERN, "limit", "group_policy", "root_required", "same_subtree")


def without(schema: Schema, *names: str) -> Schema:
    """The object's schema without these properties."""
    required = [name for name in schema.get("required", ()) if name not in names]
    properties = {name: value for name, value in schema["properties"].items() if name not in names}
    return {**schema, "properties": properties, "required": required}
