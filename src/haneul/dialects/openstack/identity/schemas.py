"""What request bodies must look like, as JSON Schemas."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

NAME: Schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"\S"}
SHORT_NAME: Schema = {"type": "string", "minLength": 1, "maxLength": 64, "pattern": r"\S"}
TEXT: Schema = {"type": ["string", "null"]}
ID: Schema = {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[a-zA-Z0-9-]+$"}
MAYBE_ID: Schema = {"type": ["string", "null"], "minLength": 1, "maxLength": 64, "pattern": "^[a-zA-Z0-9-]+$"}
HEX_ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
FLAG: Schema = {
    "anyOf": [
        {"type": "boolean"},
        {"type": "string", "pattern": "^(?i:true|false|1|0|y|n|yes|no|on|off)$"},
    ]
}
MAYBE_FLAG: Schema = {"type": ["boolean", "null"]}
TAG: Schema = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[^,/]*$"}
TAGS: Schema = {"type": "array", "items": TAG, "maxItems": 80, "uniqueItems": True}
SECRET: Schema = {"type": "string", "maxLength": 4096}
IMMUTABLE: Schema = {
    "type": "object",
    "properties": {"immutable": {"type": ["boolean", "null"]}},
    "additionalProperties": False,
}
URL: Schema = {"type": "string", "minLength": 1, "maxLength": 2048, "pattern": r"^[a-zA-Z0-9+.-]+:.+"}


def wrapped(key: str, inner: Schema, **more: Any) -> Schema:
    """A body that is one object under its name."""
    return {
        "type": "object",
        "properties": {key: inner},
        "required": [key],
        "additionalProperties": False,
        **more,
    }


def thing(properties: Schema, *required: str, is_closed: bool = False) -> Schema:
    """An object that needs these properties; unknown ones are kept unless it is closed."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": not is_closed,
    }


def change(properties: Schema, *, is_closed: bool = False) -> Schema:
    """The same with nothing required, but something to do."""
    return {**thing(properties, is_closed=is_closed), "minProperties": 1}


# Tokens

_DOMAIN_REF = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "name": {"type": "string"}},
}
_USER_REF = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "domain": _DOMAIN_REF,
        "password": SECRET,
        "passcode": {"type": ["string", "integer"]},
    },
}
_PROJECT_REF = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "name": {"type": "string"}, "domain": _DOMAIN_REF},
}
_APPLICATION_CREDENTIAL_REF = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "secret": SECRET,
        "user": _USER_REF,
    },
    "required": ["secret"],
}

CREATE_TOKEN = {
    "type": "object",
    "properties": {
        "auth": {
            "type": "object",
            "properties": {
                "identity": {
                    "type": "object",
                    "properties": {
                        "methods": {"type": "array", "items": {"type": "string"}},
                        "password": {"type": "object", "properties": {"user": _USER_REF}, "required": ["user"]},
                        "totp": {"type": "object", "properties": {"user": _USER_REF}, "required": ["user"]},
                        "token": {
                            "type": "object",
                            "properties": {"id": {"type": "string"}},
                            "required": ["id"],
                        },
                        "application_credential": _APPLICATION_CREDENTIAL_REF,
                    },
                    "required": ["methods"],
                },
                "scope": {
                    "type": ["object", "string", "null"],
                    "properties": {
                        "project": _PROJECT_REF,
                        "domain": _DOMAIN_REF,
                        "system": {
                            "type": "object",
                            "properties": {"all": {"enum": [True]}},
                            "required": ["all"],
                        },
                        "OS-TRUST:trust": {
                            "type": "object",
                            "properties": {"id": {"type": "string"}},
                            "required": ["id"],
                        },
                    },
                },
            },
            "required": ["identity"],
        }
    },
    "required": ["auth"],
}

# Domains and projects

_DOMAIN = {"name": SHORT_NAME, "description": TEXT, "enabled": FLAG, "tags": TAGS, "options": IMMUTABLE}
CREATE_DOMAIN = wrapped("domain", thing({**_DOMAIN, "explicit_domain_id": HEX_ID}, "name"))
UPDATE_DOMAIN = wrapped("domain", change(_DOMAIN))

_PROJECT = {
    **_DOMAIN,
    "domain_id": MAYBE_ID,
    "parent_id": MAYBE_ID,
    "is_domain": FLAG,
}
CREATE_PROJECT = wrapped("project", thing(_PROJECT, "name"))
UPDATE_PROJECT = wrapped("project", thing(_PROJECT))
UPDATE_PROJECT_TAGS = {
    "type": "object",
    "properties": {"tags": TAGS},
    "required": ["tags"],
    "additionalProperties": False,
}

_OPTIONS = {"type": "object", "additionalProperties": {"type": ["string", "integer", "boolean", "null"]}}
REPLACE_DOMAIN_CONFIG = wrapped("config", {"type": "object", "additionalProperties": _OPTIONS, "minProperties": 1})
UPDATE_DOMAIN_CONFIG = wrapped("config", {"type": "object", "minProperties": 1})

# Users and groups

_USER_FLAGS = (
    "ignore_change_password_upon_first_use",
    "ignore_password_expiry",
    "ignore_lockout_failure_attempts",
    "lock_password",
    "ignore_user_inactivity",
    "multi_factor_auth_enabled",
)
_USER_OPTIONS = {
    "type": "object",
    "properties": {
        **dict.fromkeys(_USER_FLAGS, MAYBE_FLAG),
        "multi_factor_auth_rules": {
            "type": ["array", "null"],
            "items": {
                "type": "array",
                "items": {"enum": ["password", "token", "totp", "application_credential"]},
                "minItems": 1,
                "uniqueItems": True,
            },
            "uniqueItems": True,
        },
    },
    "additionalProperties": False,
}
_UNIQUE_ID: Schema = {"type": "string", "minLength": 1, "maxLength": 255}
_LINKS: Schema = {
    "type": "array",
    "maxItems": 100,
    "items": {
        "type": "object",
        "properties": {
            "idp_id": {"type": "string"},
            "protocols": {
                "type": "array",
                "minItems": 1,
                "maxItems": 100,
                "items": {
                    "type": "object",
                    "properties": {"protocol_id": {"type": "string"}, "unique_id": _UNIQUE_ID},
                    "required": ["protocol_id", "unique_id"],
                },
            },
        },
        "required": ["idp_id", "protocols"],
    },
}
_USER = {
    "federated": _LINKS,
    "name": NAME,
    "domain_id": ID,
    "password": {"type": ["string", "null"], "maxLength": 4096},
    "default_project_id": MAYBE_ID,
    "description": TEXT,
    "enabled": FLAG,
    "options": _USER_OPTIONS,
}
CREATE_USER = wrapped("user", thing(_USER, "name"))
UPDATE_USER = wrapped("user", change(_USER))
CHANGE_PASSWORD = wrapped(
    "user",
    thing({"original_password": SECRET, "password": SECRET}, "original_password", "password", is_closed=True),
)

_GROUP = {"name": NAME, "domain_id": ID, "description": TEXT}
CREATE_GROUP = wrapped("group", thing(_GROUP, "name"))
UPDATE_GROUP = wrapped("group", change(_GROUP))

# Roles

_ROLE = {"name": NAME, "domain_id": MAYBE_ID, "description": TEXT, "options": IMMUTABLE}
CREATE_ROLE = wrapped("role", thing(_ROLE, "name"))
UPDATE_ROLE = wrapped("role", change(_ROLE))

# Catalogue

_REGION_ID: Schema = {"type": ["string", "null"], "maxLength": 255}
_REGION = {"id": {"type": "string", "maxLength": 255}, "description": TEXT, "parent_region_id": _REGION_ID}
CREATE_REGION = wrapped("region", thing(_REGION))
UPDATE_REGION = wrapped("region", change(_REGION))

_SERVICE = {
    "type": NAME,
    "name": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": TEXT,
    "enabled": {"type": "boolean"},
}
CREATE_SERVICE = wrapped("service", thing(_SERVICE, "type"))
UPDATE_SERVICE = wrapped("service", change(_SERVICE))

_ENDPOINT = {
    "enabled": {"type": "boolean"},
    "interface": {"enum": ["public", "internal", "admin"]},
    "region": _REGION_ID,
    "region_id": _REGION_ID,
    "service_id": ID,
    "url": URL,
}
CREATE_ENDPOINT = wrapped("endpoint", thing(_ENDPOINT, "interface", "service_id", "url"))
UPDATE_ENDPOINT = wrapped("endpoint", change(_ENDPOINT))

_FILTERS = {
    "type": "object",
    "properties": {
        "service_id": {"type": "string"},
        "region_id": {"type": "string"},
        "interface": {"enum": ["public", "internal", "admin"]},
    },
    "additionalProperties": False,
}
_ENDPOINT_GROUP = {"name": NAME, "description": TEXT, "filters": _FILTERS}
CREATE_ENDPOINT_GROUP = wrapped("endpoint_group", thing(_ENDPOINT_GROUP, "name", "filters"))
UPDATE_ENDPOINT_GROUP = wrapped("endpoint_group", change(_ENDPOINT_GROUP))

# Secrets

_CREDENTIAL = {
    "type": NAME,
    "blob": {"type": "string", "maxLength": 65535},
    "user_id": ID,
    "project_id": MAYBE_ID,
}
CREATE_CREDENTIAL = wrapped("credential", thing(_CREDENTIAL, "type", "blob"))
UPDATE_CREDENTIAL = wrapped("credential", change(_CREDENTIAL))
CREATE_EC2_CREDENTIAL = {
    "type": "object",
    "properties": {"tenant_id": ID},
    "required": ["tenant_id"],
    "additionalProperties": False,
}
_SIGNED = {
    "type": "object",
    "properties": {
        "access": {"type": "string"},
        "signature": {"type": "string"},
        "params": {"type": ["object", "null"]},
        "headers": {"type": ["object", "null"]},
    },
    "required": ["access", "signature"],
}
CREATE_EC2_TOKEN = {"type": "object", "properties": {"credentials": _SIGNED, "ec2Credentials": _SIGNED}}

CREATE_S3_TOKEN = wrapped(
    "credentials",
    thing(
        {"access": {"type": "string"}, "signature": {"type": "string"}, "token": {"type": "string"}},
        *("access", "signature", "token"),
    ),
)

_ROLE_REF = {
    "type": "object",
    "properties": {"id": ID, "name": NAME},
    "anyOf": [{"required": ["id"]}, {"required": ["name"]}],
}
_ACCESS_RULE = {
    "type": "object",
    "properties": {
        "id": ID,
        "service": NAME,
        "path": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^/"},
        "method": {"type": "string", "pattern": "^(POST|GET|HEAD|PATCH|PUT|DELETE)$"},
    },
    "anyOf": [{"required": ["id"]}, {"required": ["service", "path", "method"]}],
    "additionalProperties": False,
}
CREATE_APPLICATION_CREDENTIAL = wrapped(
    "application_credential",
    thing(
        {
            "name": NAME,
            "description": TEXT,
            "secret": {"type": ["string", "null"], "minLength": 1, "maxLength": 4096},
            "roles": {"type": ["array", "null"], "items": _ROLE_REF},
            "expires_at": {"type": ["string", "null"]},
            "unrestricted": {"type": ["boolean", "null"]},
            "access_rules": {"type": ["array", "null"], "items": _ACCESS_RULE},
        },
        "name",
    ),
)
CREATE_TRUST = wrapped(
    "trust",
    thing(
        {
            "trustor_user_id": ID,
            "trustee_user_id": ID,
            "impersonation": {"type": "boolean"},
            "project_id": MAYBE_ID,
            "roles": {"type": ["array", "null"], "items": _ROLE_REF},
            "expires_at": {"type": ["string", "null"]},
            "remaining_uses": {"type": ["integer", "null"], "minimum": 1, "maximum": 2147483647},
            "allow_redelegation": {"type": ["boolean", "null"]},
            "redelegation_count": {"type": ["integer", "null"], "minimum": 0, "maximum": 2147483647},
        },
        "trustor_user_id",
        "trustee_user_id",
        "impersonation",
    ),
)
_POLICY = {"type": NAME, "blob": {"type": "string", "maxLength": 65535}}
CREATE_POLICY = wrapped("policy", thing(_POLICY, "type", "blob"))
UPDATE_POLICY = wrapped("policy", change(_POLICY))

# Limits

_AMOUNT = {"type": "integer", "minimum": -1, "maximum": 2147483647}
_LIMITED = {"service_id": ID, "region_id": _REGION_ID, "resource_name": NAME, "description": TEXT}
_REGISTERED_LIMIT = {**_LIMITED, "default_limit": _AMOUNT}
_LIMIT = {**_LIMITED, "project_id": MAYBE_ID, "domain_id": MAYBE_ID, "resource_limit": _AMOUNT}


def _several(inner: Schema) -> Schema:
    return {"type": "array", "items": inner, "minItems": 1, "maxItems": 1000}


CREATE_REGISTERED_LIMITS = wrapped(
    "registered_limits",
    _several(thing(_REGISTERED_LIMIT, "service_id", "resource_name", "default_limit", is_closed=True)),
)
UPDATE_REGISTERED_LIMIT = wrapped("registered_limit", change(_REGISTERED_LIMIT, is_closed=True))
CREATE_LIMITS = wrapped(
    "limits", _several(thing(_LIMIT, "service_id", "resource_name", "resource_limit", is_closed=True))
)
UPDATE_LIMIT = wrapped("limit", change({"resource_limit": _AMOUNT, "description": TEXT}, is_closed=True))
