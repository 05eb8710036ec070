"""Images: their descriptions, with custom properties at the top level."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.image.filters import read_filter, read_page
from haneul.dialects.openstack.image.imports import METHODS, show_whole
from haneul.dialects.openstack.image.patch import read_changes
from haneul.dialects.openstack.image.views import show
from haneul.kit.errors import Forbidden, Invalid, NotFound
from haneul.kit.http import Reply, Request
from haneul.services.image import Image, NewImage, Visibility

READ_ONLY = frozenset({"direct_url", "self", "file", "schema", "stores"})
RESERVED = frozenset({"location", "deleted", "deleted_at"})
RESERVED_PREFIX = "os_glance"
_TOLD = frozenset(
    {"checksum", "created_at", "updated_at", "size", "virtual_size", "status", "os_hash_algo", "os_hash_value"}
)
_ATTRIBUTES = {
    "id": "id",
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
"""As the API names what a client may say of a new image -> the field of NewImage."""


def list_images(cloud: Cloud, req: Request) -> Reply:
    wanted, page = read_filter(req.query), read_page(req.query)
    images = cloud.image.images.list(req.caller, wanted, page)
    query = [(name, value) for name, value in req.query.items if name != "marker"]
    body: dict[str, Any] = {
        "images": [show(image) for image in images],
        "first": _link(query),
        "schema": "/v2/schemas/images",
    }
    if images and len(images) == page.limit:
        body["next"] = _link([*query, ("marker", images[-1].id)])
    return Reply(200, body)


def create_image(cloud: Cloud, req: Request) -> Reply:
    image = cloud.image.images.create(req.caller, _new_image(req.body))
    headers = {
        "location": f"{req.api_url}/v2/images/{image.id}",
        "openstack-image-import-methods": ",".join(METHODS),
        "openstack-image-store-ids": ",".join(store.name for store in cloud.image.stores.list()),
    }
    return Reply(201, show(image), headers)


def show_image(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, show(cloud.image.images.get(req.caller, req.params["image_id"])))


def show_nameless_image(_cloud: Cloud, _req: Request) -> Reply:
    raise NotFound("image.not_found", "No image found with an empty ID; see the list of images.")


def update_image(cloud: Cloud, req: Request) -> Reply:
    image: Image = cloud.image.images.get(req.caller, req.params["image_id"])
    changes = read_changes(req.body, req.headers.get("content-type", ""))
    image = cloud.image.images.update(req.caller, image.id, changes)
    return Reply(200, show(image))


def delete_image(cloud: Cloud, req: Request) -> Reply:
    cloud.image.images.delete(req.caller, req.params["image_id"])
    return Reply(204)


def deactivate_image(cloud: Cloud, req: Request) -> Reply:
    cloud.image.images.deactivate(req.caller, req.params["image_id"])
    return Reply(204)


def reactivate_image(cloud: Cloud, req: Request) -> Reply:
    cloud.image.images.reactivate(req.caller, req.params["image_id"])
    return Reply(204)


def create_task(cloud: Cloud, req: Request) -> Reply:
    said = req.body["input"]
    new = _new_image(said["image_properties"])
    task = cloud.image.imports.create(req.caller, new, said["import_from"], said)
    return Reply(201, show_whole(task), {"location": f"/v2/tasks/{task.id}"})


def add_location(cloud: Cloud, req: Request) -> Reply:
    cloud.image.images.get(req.caller, req.params["image_id"])
    raise refuse_locations()


def list_locations(cloud: Cloud, req: Request) -> Reply:
    cloud.image.images.get(req.caller, req.params["image_id"])
    raise refuse_locations()


def _link(query: list[tuple[str, str]]) -> str:
    return f"/v2/images?{urlencode(query)}" if query else "/v2/images"


def _new_image(body: dict[str, Any]) -> NewImage:
    for name in body:
        if name in READ_ONLY or name in _TOLD:
            raise Forbidden("image.read_only", f"Attribute '{name}' is read-only.")
        check_not_reserved(name)
    if "locations" in body:
        raise refuse_locations()
    said = {_ATTRIBUTES[name]: value for name, value in body.items() if name in _ATTRIBUTES}
    properties = {name: value for name, value in body.items() if name not in _ATTRIBUTES}
    said["visibility"] = Visibility(said.get("visibility", Visibility.SHARED))
    said["tags"] = tuple(said.get("tags", ()))
    return NewImage(**said, properties=properties)


def check_not_reserved(name: str) -> None:
    """Forbidden for a name that is the service's own, Invalid for one that is too long."""
    if name in RESERVED or name.startswith(RESERVED_PREFIX):
        raise Forbidden("image.reserved", f"Attribute '{name}' is reserved: choose another name.")
    if len(name) > 255:
        raise Invalid("image.long_name", "Custom property should not be greater than 255 characters.")


def refuse_locations() -> Forbidden:
    return Forbidden(
        "image.no_locations",
        "Locations are not for clients of this cloud: upload or import the image's data instead.",
    )
