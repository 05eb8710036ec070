"""Images as compute spoke of them until 2.35, and their metadata until 2.38: the image service's, in older words."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.compute.forms import links, next_link, page, parse_time, time
from haneul.dialects.openstack.compute.schemas.forms import METADATA, NUMBER_TEXT, PAGE, TEXT, lenient, query
from haneul.kit.errors import CloudError, Forbidden, Invalid, NotFound, OverQuota
from haneul.kit.http import Reply, Request
from haneul.services.compute import QuotaKey
from haneul.services.image import (
    Change,
    Condition,
    Image,
    ImageFilter,
    Operator,
    RemoveProperty,
    SetProperty,
    Status,
)

LIST = lenient(query(**PAGE, name=TEXT, status=TEXT, server=TEXT, type=TEXT, minRam=NUMBER_TEXT, minDisk=NUMBER_TEXT))
METADATA_BODY = {
    "type": "object",
    "properties": {"metadata": METADATA},
    "required": ["metadata"],
    "additionalProperties": False,
}
META_BODY = {
    "type": "object",
    "properties": {"meta": {**METADATA, "minProperties": 1, "maxProperties": 1}},
    "required": ["meta"],
    "additionalProperties": False,
}

_SERVER, _TYPE = "instance_uuid", "image_type"
"""The properties by which an image knows that a server was its origin."""
_COMING = (Status.QUEUED, Status.SAVING, Status.UPLOADING, Status.IMPORTING)
_STATUSES = {Status.ACTIVE: ("ACTIVE", 100), Status.DEACTIVATED: ("UNKNOWN", 0)}
_PROGRESS = {Status.QUEUED: 25, Status.SAVING: 50}


def _brief(cloud: Cloud, req: Request, image: Image) -> dict[str, Any]:
    elsewhere = {
        "rel": "alternate",
        "type": "application/vnd.openstack.image",
        "href": f"{cloud.public_url}/image/images/{image.id}",
    }
    return {"id": image.id, "name": image.name, "links": [*links(req, "images", image.id), elsewhere]}


def _full(cloud: Cloud, req: Request, image: Image) -> dict[str, Any]:
    status, progress = _STATUSES.get(image.status, ("SAVING", _PROGRESS.get(image.status, 50)))
    shown = _brief(cloud, req, image) | {
        "status": status,
        "progress": progress,
        "minDisk": image.min_disk_gib,
        "minRam": image.min_ram_mib,
        "created": time(image.created_at),
        "updated": time(image.updated_at),
        "metadata": dict(image.properties),
        "OS-EXT-IMG-SIZE:size": image.size_bytes,
    }
    if server_id := image.properties.get(_SERVER):
        shown["server"] = {"id": server_id, "links": links(req, "servers", server_id)}
    return shown


def _list(cloud: Cloud, req: Request) -> list[Image]:
    conditions, properties = [], {}
    for name, value in req.query.items:
        if name == "name":
            conditions.append(Condition("name", Operator.EQ, (value,)))
        elif name == "status":
            conditions.append(Condition("status", Operator.IN, _statuses(value)))
        elif name == "changes-since":
            conditions.append(Condition("updated_at", Operator.GTE, (parse_time(value, name),)))
        elif name in ("minRam", "minDisk"):
            field = "min_ram_mib" if name == "minRam" else "min_disk_gib"
            conditions.append(Condition(field, Operator.GTE, (int(value),)))
        elif name == "server":
            properties[_SERVER] = value.rstrip("/").rpartition("/")[2]
        elif name == "type":
            properties[_TYPE] = value
        elif name.startswith("property-"):
            properties[name.removeprefix("property-")] = value
    return list(cloud.image.images.list(req.caller, ImageFilter(tuple(conditions), properties), page(req)))


def _statuses(text: str) -> tuple[str, ...]:
    """The image service's words for one of compute's; one that fits nothing stays as it is."""
    if text.upper() == "SAVING":
        return tuple(status.value for status in _COMING)
    return (Status.ACTIVE.value,) if text.upper() == "ACTIVE" else (text,)


def list_images(cloud: Cloud, req: Request) -> Reply:
    shown = [_brief(cloud, req, image) for image in _list(cloud, req)]
    return Reply(200, {"images": shown} | next_link(req, "images", shown, shown[-1]["id"] if shown else None))


def list_images_detail(cloud: Cloud, req: Request) -> Reply:
    shown = [_full(cloud, req, image) for image in _list(cloud, req)]
    return Reply(200, {"images": shown} | next_link(req, "images", shown, shown[-1]["id"] if shown else None))


def get_image(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"image": _full(cloud, req, _get(cloud, req))})


def delete_image(cloud: Cloud, req: Request) -> Reply:
    cloud.image.images.delete(req.caller, req.params["image_id"])
    return Reply(204)


def no_image(cloud: Cloud, req: Request) -> Reply:
    """An address that ends where an id should stand."""
    raise NotFound("image.unnamed", "The image is not named: give its id.")


def _get(cloud: Cloud, req: Request) -> Image:
    return cloud.image.images.get(req.caller, req.params["image_id"])


# Metadata.


def list_image_metadata(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"metadata": dict(_get(cloud, req).properties)})


def get_image_metadata(cloud: Cloud, req: Request) -> Reply:
    properties, key = _get(cloud, req).properties, req.params["key"]
    if key not in properties:
        raise _no_metadata(key)
    return Reply(200, {"meta": {key: properties[key]}})


def add_image_metadata(cloud: Cloud, req: Request) -> Reply:
    wanted = req.body["metadata"]
    changed = _change(cloud, req, {**_get(cloud, req).properties, **wanted})
    return Reply(200, {"metadata": dict(changed.properties)})


def replace_image_metadata(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"metadata": dict(_change(cloud, req, req.body["metadata"]).properties)})


def set_image_metadata(cloud: Cloud, req: Request) -> Reply:
    meta, key = req.body["meta"], req.params["key"]
    if key not in meta:
        raise Invalid("request.key_mismatch", "Request body and URI mismatch: name the same key in both.")
    _change(cloud, req, {**_get(cloud, req).properties, key: meta[key]})
    return Reply(200, {"meta": {key: meta[key]}})


def delete_image_metadata(cloud: Cloud, req: Request) -> Reply:
    properties, key = _get(cloud, req).properties, req.params["key"]
    if key not in properties:
        raise _no_metadata(key)
    _change(cloud, req, {name: value for name, value in properties.items() if name != key})
    return Reply(204)


def _no_metadata(key: str) -> NotFound:
    return NotFound("image.no_metadata", f"Metadata item {key} was not found.")


def _change(cloud: Cloud, req: Request, wanted: dict[str, str]) -> Image:
    """Have the image bear exactly these properties."""
    limit = cloud.compute.quotas.limits(req.caller).limits.of(QuotaKey.METADATA_ITEMS)
    if 0 <= limit < len(wanted):
        raise Forbidden("quota.metadata_items", f"Image metadata limit exceeded: {limit} items are the most.")
    had = _get(cloud, req).properties
    changes: list[Change] = [RemoveProperty(name) for name in had if name not in wanted]
    changes += [SetProperty(name, value) for name, value in wanted.items() if had.get(name) != value]
    try:
        return cloud.image.images.update(req.caller, req.params["image_id"], changes)
    except OverQuota as error:
        raise Forbidden(error.code, error.message) from error
    except (NotFound, Forbidden):
        raise
    except CloudError as error:
        raise Invalid(error.code, error.message) from error
