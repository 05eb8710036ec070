"""What request bodies of OS-FEDERATION and OS-OAUTH1 must look like, as JSON Schemas."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.identity.schemas import FLAG, ID, MAYBE_ID, NAME, TEXT, URL, Schema, wrapped

_REMOTE_ID: Schema = {"type": "string", "minLength": 1, "maxLength": 255}
_PROVIDER = {
    "description": TEXT,
    "enabled": FLAG,
    "authorization_ttl": {"type": ["integer", "null"], "minimum": 0, "maximum": 2147483647},
    "remote_ids": {"type": ["array", "null"], "items": _REMOTE_ID, "uniqueItems": True, "maxItems": 100},
}


def _closed(properties: Schema, *required: str, **more: Any) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
        **more,
    }


CREATE_IDENTITY_PROVIDER = wrapped("identity_provider", _closed({**_PROVIDER, "domain_id": MAYBE_ID}))
UPDATE_IDENTITY_PROVIDER = wrapped("identity_provider", _closed(_PROVIDER, minProperties=1))

_MAPPING_ID: Schema = {"type": "string", "minLength": 1, "maxLength": 64}
_PROTOCOL = {"mapping_id": _MAPPING_ID, "remote_id_attribute": {"type": ["string", "null"], "maxLength": 255}}
CREATE_PROTOCOL = wrapped("protocol", _closed(_PROTOCOL, "mapping_id"))
UPDATE_PROTOCOL = wrapped("protocol", _closed(_PROTOCOL, minProperties=1))

_SERVICE_PROVIDER = {
    "auth_url": URL,
    "sp_url": URL,
    "description": TEXT,
    "enabled": FLAG,
    "relay_state_prefix": {"type": ["string", "null"], "maxLength": 255},
}
CREATE_SERVICE_PROVIDER = wrapped("service_provider", _closed(_SERVICE_PROVIDER, "auth_url", "sp_url"))
UPDATE_SERVICE_PROVIDER = wrapped("service_provider", _closed(_SERVICE_PROVIDER, minProperties=1))

# Mappings

_WORD: Schema = {"type": "string"}
_VERSION: Schema = {"enum": ["1.0", "2.0", None]}
_DOMAIN = _closed({"id": _WORD, "name": _WORD})
_MAPPED_USER = _closed(
    {
        **dict.fromkeys(("id", "name", "email"), _WORD),
        "domain": _DOMAIN,
        "type": {"enum": ["ephemeral", "local"]},
    }
)
_MAPPED_GROUP: Schema = {
    "oneOf": [_closed({"id": _WORD}, "id"), _closed({"name": _WORD, "domain": _DOMAIN}, "name", "domain")]
}
_MAPPED_ROLES: Schema = {"type": "array", "items": _closed({"name": _WORD}, "name")}


def _local(project: Schema) -> Schema:
    return _closed(
        {
            "user": _MAPPED_USER,
            "projects": {"type": "array", "items": _closed(project, "name", "roles")},
            "group": _MAPPED_GROUP,
            "groups": _WORD,
            "group_ids": _WORD,
            "domain": _DOMAIN,
        }
    )


def _condition(test: str) -> Schema:
    values: Schema = {"type": "array", "items": _WORD}
    return _closed({"type": _WORD, test: values, "regex": {"type": "boolean"}}, "type", test)


_REMOTE: Schema = {
    "type": "array",
    "minItems": 1,
    "items": {
        "oneOf": [
            _closed({"type": _WORD}, "type"),
            *(_condition(test) for test in ("any_one_of", "not_any_of", "whitelist", "blacklist")),
        ]
    },
}


def _mapping(project: Schema) -> Schema:
    rule = _closed({"local": {"type": "array", "items": _local(project)}, "remote": _REMOTE}, "local", "remote")
    rules: Schema = {"type": "array", "minItems": 1, "maxItems": 1000, "items": rule}
    return _closed({"id": TEXT, "rules": rules, "schema_version": _VERSION}, "rules")


_PROJECT: Schema = {"name": _WORD, "roles": _MAPPED_ROLES}
_IS_SECOND: Schema = {"properties": {"schema_version": {"const": "2.0"}}, "required": ["schema_version"]}
WRITE_MAPPING = wrapped(
    "mapping",
    {
        "type": "object",
        "properties": {"schema_version": _VERSION},
        "if": _IS_SECOND,
        "then": _mapping({**_PROJECT, "domain": _DOMAIN}),
        "else": _mapping(_PROJECT),
    },
)

# OAuth 1.0a

_CONSUMER: Schema = {"type": "object", "properties": {"description": TEXT}}
CREATE_CONSUMER = wrapped("consumer", _CONSUMER)
UPDATE_CONSUMER = wrapped("consumer", {**_CONSUMER, "minProperties": 1, "not": {"required": ["secret"]}})
_ROLE: Schema = {"oneOf": [_closed({"id": ID}, "id"), _closed({"name": NAME}, "name")]}
AUTHORIZE_REQUEST_TOKEN = wrapped("roles", {"type": "array", "items": _ROLE, "minItems": 1, "maxItems": 100})
