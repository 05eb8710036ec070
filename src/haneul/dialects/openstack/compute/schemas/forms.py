"""Pieces of which the schemas are made."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

_PRINTABLE = r"^(?![\s])[^\x00-\x08\x0a-\x1f\x7f]*(?<![\s])$"
NAME: Schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": _PRINTABLE}
NAME_WITH_SPACES: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 255,
    "pattern": r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$",
}
"""Blanks around it are cut off, as versions before 2.75 were lenient and the newest still is."""
UUID: Schema = {"type": "string", "format": "uuid"}
_YES = [True, "True", "TRUE", "true", "1", "ON", "On", "on", "YES", "Yes", "yes", "y", "t"]
_NO = [False, "False", "FALSE", "false", "0", "OFF", "Off", "off", "NO", "No", "no", "n", "f"]
BOOLEAN: Schema = {"enum": [*_YES, *_NO]}
POSITIVE: Schema = {"type": ["integer", "string"], "pattern": "^[0-9]*$", "minimum": 1, "minLength": 1}
COUNT: Schema = {"type": ["integer", "string"], "pattern": "^[0-9]*$", "minimum": 0, "minLength": 1}
LIMIT: Schema = {"type": ["integer", "string"], "pattern": "^-?[0-9]+$", "minimum": -1, "maximum": 0x7FFFFFFF}
DESCRIPTION: Schema = {
    "type": ["string", "null"],
    "minLength": 0,
    "maxLength": 255,
    "pattern": r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$",
}
METADATA: Schema = {
    "type": "object",
    "patternProperties": {r"^[a-zA-Z0-9-_:. ]{1,255}$": {"type": "string", "maxLength": 255}},
    "additionalProperties": False,
}
TAG: Schema = {"type": "string", "minLength": 1, "maxLength": 60, "pattern": "^[^,/]*$"}
HOST_NAME: Schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[a-zA-Z0-9-._]*$"}
FQDN: Schema = {
    "type": "string",
    "minLength": 2,
    "maxLength": 255,
    "pattern": r"^[a-zA-Z0-9]+[a-zA-Z0-9-]*[a-zA-Z0-9]+(\.[a-zA-Z0-9]+[a-zA-Z0-9-]*[a-zA-Z0-9]+)*$",
}
SINGLE_LABEL: Schema = {
    "type": "string",
    "minLength": 2,
    "maxLength": 63,
    "pattern": r"^[a-zA-Z0-9]+[a-zA-Z0-9-]*[a-zA-Z0-9]+$",
}
IP4: Schema = {"type": "string", "anyOf": [{"format": "ipv4"}, {"const": ""}]}
IP6: Schema = {"type": "string", "anyOf": [{"format": "ipv6"}, {"const": ""}]}
ANY_IP: Schema = {"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]}
ANYTHING: Schema = {}
NULL: Schema = {"type": "null"}


def wrapped(name: str, properties: Schema, required: tuple[str, ...] = (), **more: Any) -> Schema:
    """{name: {...}} and nothing beside it."""
    inner = {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}
    return {
        "type": "object",
        "properties": {name: {**inner, **more}},
        "required": [name],
        "additionalProperties": False,
    }


def action(name: str, value: Schema) -> Schema:
    """{name: value} and nothing beside it."""
    return {"type": "object", "properties": {name: value}, "required": [name], "additionalProperties": False}


def query(**properties: Schema) -> Schema:
    """A query string with these names only, an underscore standing for a dash nowhere."""
    return {
        "type": "object",
        "properties": {name: {"type": "array", "items": item} for name, item in properties.items()},
        "additionalProperties": False,
    }


def words(text: str) -> tuple[str, ...]:
    """The words of a text, for lists of names that are best read in lines."""
    return tuple(text.split())


TEXT: Schema = {"type": "string"}
NUMBER_TEXT: Schema = {"type": "string", "pattern": "^[0-9]+$"}
PAGE = {"limit": NUMBER_TEXT, "marker": TEXT}


def lenient(schema: Schema) -> Schema:
    """The same query, but other names are let through: as versions before 2.75 had it."""
    return {**schema, "additionalProperties": True}


def without(schema: Schema, wrapper: str, *names: str) -> Schema:
    """A body schema whose object `wrapper` does not know these properties."""
    inner = schema["properties"][wrapper]
    kept = {name: value for name, value in inner["properties"].items() if name not in names}
    required = [name for name in inner.get("required", ()) if name not in names]
    return _with_inner(schema, wrapper, {**inner, "properties": kept, "required": required})


def with_properties(schema: Schema, wrapper: str, **properties: Schema) -> Schema:
    """A body schema whose object `wrapper` knows these properties too, or has them otherwise."""
    inner = schema["properties"][wrapper]
    return _with_inner(schema, wrapper, {**inner, "properties": {**inner["properties"], **properties}})


def not_required(schema: Schema, wrapper: str, *names: str) -> Schema:
    inner = schema["properties"][wrapper]
    return _with_inner(schema, wrapper, {**inner, "required": [n for n in inner["required"] if n not in names]})


def _with_inner(schema: Schema, wrapper: str, inner: Schema) -> Schema:
    return {**schema, "properties": {**schema["properties"], wrapper: inner}}
