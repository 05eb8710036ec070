"""What becomes of an image's description by a change, and what makes sense."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from haneul.kit.errors import Conflict, Forbidden, Invalid, OverQuota
from haneul.services.image.model import (
    EDITABLE,
    Change,
    Expects,
    Image,
    RemoveProperty,
    SetAttribute,
    SetProperty,
    Status,
    Visibility,
)
from haneul.services.image.parts import Options

_FORMATS = ("disk_format", "container_format")
_MAX_NUMBER = 2**31 - 1


def changed(image: Image, change: Change, *, is_cloud_admin: bool) -> Image:
    """The image after one change. Raises Forbidden, Conflict, Invalid."""
    if isinstance(change, SetAttribute):
        return _with_attribute(image, change, is_cloud_admin)
    properties = dict(image.properties)
    exists = change.name in properties
    if isinstance(change, SetProperty):
        if change.expects is Expects.PRESENT and not exists:
            raise _no_property(change)
        if change.expects is Expects.ABSENT and exists:
            raise Conflict("image.property_exists", f"Property {change.name} already present: replace it.")
        properties[change.name] = change.value
    else:
        if not exists:
            raise _no_property(change)
        del properties[change.name]
    return replace(image, properties=properties)


def _with_attribute(image: Image, change: SetAttribute, is_cloud_admin: bool) -> Image:
    name, value = change.name, change.value
    if name not in EDITABLE:
        raise Forbidden("image.read_only", f"Attribute '{name}' is read-only.")
    if name == "owner" and value != image.owner and not is_cloud_admin:
        raise Forbidden("image.owner_fixed", "Owner can't be updated by non admin.")
    if name in _FORMATS and value != getattr(image, name) and image.status is not Status.QUEUED:
        raise Forbidden(
            "image.format_fixed",
            f"Attribute {name} can be only replaced for a queued image: create a new image for other data.",
        )
    values: dict[str, Any] = {name: value}
    if name == "visibility":
        values[name] = Visibility(str(value))
    if name == "tags" and isinstance(value, list | tuple):
        values[name] = tuple(dict.fromkeys(value))
    return replace(image, **values)


def check_sensible(image: Image, options: Options) -> None:
    """Invalid for a description that cannot be; OverQuota for one with too much in it."""
    for name, value in (("min_disk", image.min_disk_gib), ("min_ram", image.min_ram_mib)):
        if not 0 <= value <= _MAX_NUMBER:
            raise Invalid("image.bad_minimum", f"{name} is {value}: it must be between 0 and {_MAX_NUMBER}.")
    for what, count, limit in (
        ("tags", len(image.tags), options.max_tags),
        ("properties", len(image.properties), options.max_properties),
    ):
        if count > limit:
            raise OverQuota(f"image.too_many_{what}", f"An image may have {limit} {what}, not {count}: leave some out.")


def _no_property(change: SetProperty | RemoveProperty) -> Conflict:
    return Conflict("image.no_property", f"Property {change.name} does not exist: add it instead.")
