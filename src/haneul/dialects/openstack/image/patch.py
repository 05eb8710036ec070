"""Changes to an image as JSON patches of two kinds (Image API v2: images-v2.1-json-patch, and the older v2.0)."""

from __future__ import annotations

import re
from typing import Any

from haneul.dialects.openstack.image import schemas
from haneul.kit.errors import Forbidden, Invalid
from haneul.kit.http import Validators
from haneul.services.image import Change, Expects, RemoveProperty, SetAttribute, SetProperty

V20 = "application/openstack-images-v2.0-json-patch"
V21 = "application/openstack-images-v2.1-json-patch"
_OPERATIONS = ("add", "remove", "replace")
_FIELDS = {
    "name": "name",
    "visibility": "visibility",
    "owner": "owner",
    "disk_format": "disk_format",
    "container_format": "container_format",
    "min_disk": "min_disk_gib",
    "min_ram": "min_ram_mib",
    "protected": "is_protected",
    "os_hidden": "is_hidden",
    "tags": "tags",
}
"""What a client may change, as the API names it -> the field of Image."""

_READ_ONLY = frozenset(
    {
        "created_at", "updated_at", "status", "checksum", "size", "virtual_size", "direct_url", "self", "file",
        "schema", "id", "os_hash_algo", "os_hash_value",
    }
)  # fmt: skip
_validators = Validators()


def read_changes(body: Any, content_type: str) -> tuple[Change, ...]:
    """The changes of a patch, in order. Raises Invalid `image.bad_patch` | `request.media_type`, Forbidden."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in (V20, V21):
        raise Invalid("request.media_type", f"Image PATCH expects Content-Type one of: {V20}, {V21}")
    if not isinstance(body, list):
        raise _bad("Request body must be a JSON array of operation objects.")
    return tuple(_read(raw, is_old=kind == V20) for raw in body)


def _read(raw: Any, *, is_old: bool) -> Change:
    if not isinstance(raw, dict):
        raise _bad("Operations must be JSON objects.")
    operation, pointer = _old_operation(raw) if is_old else _operation(raw)
    name = _name(pointer, operation)
    _check_writable(name)
    if operation == "remove":
        return _removal(name)
    if "value" not in raw:
        raise _bad(f'Operation "{operation}" requires a member named "value".')
    value = raw["value"]
    _validators.check(("patch",), schemas.CREATE_IMAGE, {name: value})
    if name in _FIELDS:
        return SetAttribute(_FIELDS[name], value)
    expects = Expects.PRESENT if operation == "replace" else Expects.ABSENT if is_old else Expects.ANYTHING
    return SetProperty(name, value, expects)


def _operation(raw: dict[str, Any]) -> tuple[str, Any]:
    operation = raw.get("op")
    if operation not in _OPERATIONS:
        raise _bad(f"Invalid operation: `{operation}`. It must be one of the following: {', '.join(_OPERATIONS)}.")
    if "path" not in raw:
        raise _bad("Unable to find 'path' in JSON Schema change")
    return str(operation), raw["path"]


def _old_operation(raw: dict[str, Any]) -> tuple[str, Any]:
    found = [name for name in _OPERATIONS if name in raw]
    if len(found) != 1:
        raise _bad('Operation objects must contain exactly one member named "add", "remove", or "replace".')
    return found[0], raw[found[0]]


def _name(pointer: Any, operation: str) -> str:
    """The one name that a JSON pointer leads to."""
    if not isinstance(pointer, str) or not pointer.startswith("/"):
        raise _bad(f'Pointer `{pointer}` does not start with "/".')
    if re.search(r"/\s*?/", pointer[1:]) or (len(pointer) > 1 and pointer.endswith("/")):
        raise _bad(f"Pointer `{pointer}` has an empty part.")
    if re.search("~[^01]", pointer) or pointer.endswith("~"):
        raise _bad(f'Pointer `{pointer}` contains "~" not part of a recognized escape sequence.')
    parts = [part.replace("~1", "/").replace("~0", "~").strip() for part in pointer.lstrip("/").split("/")]
    if parts[0] == "locations" and len(parts) <= (1 if operation == "replace" else 2):
        raise Forbidden(
            "image.no_locations",
            "Locations are not for clients of this cloud: upload or import the image's data instead.",
        )
    if len(parts) != 1 or not parts[0]:
        raise _bad(f"Invalid JSON pointer for this resource: '/{'/'.join(parts)}'")
    return parts[0]


def _check_writable(name: str) -> None:
    if name in _READ_ONLY:
        raise Forbidden("image.read_only", f"Attribute '{name}' is read-only.")
    if name in ("location", "deleted", "deleted_at") or name.startswith("os_glance"):
        raise Forbidden("image.reserved", f"Attribute '{name}' is reserved: choose another name.")
    if len(name) > 255:
        raise _bad("Custom property should not be greater than 255 characters.")


def _removal(name: str) -> Change:
    if name in _FIELDS:
        raise Forbidden("image.not_removable", f"Property {name} may not be removed: replace its value.")
    return RemoveProperty(name)


def _bad(message: str) -> Invalid:
    return Invalid("image.bad_patch", message)
