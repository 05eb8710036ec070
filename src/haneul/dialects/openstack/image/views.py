"""How images and their members look to clients."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from haneul.services.image import Image, Member


def show(image: Image) -> dict[str, Any]:
    """An image; its custom properties stand beside the others and never hide them."""
    path = f"/v2/images/{image.id}"
    return {
        **image.properties,
        **_whereabouts(image),
        "name": image.name,
        "disk_format": image.disk_format,
        "container_format": image.container_format,
        "visibility": image.visibility,
        "size": image.size_bytes,
        "virtual_size": image.virtual_size_bytes,
        "status": image.status,
        "checksum": image.checksum,
        "protected": image.is_protected,
        "min_ram": image.min_ram_mib,
        "min_disk": image.min_disk_gib,
        "owner": image.owner,
        "os_hidden": image.is_hidden,
        "os_hash_algo": image.os_hash_algo,
        "os_hash_value": image.os_hash_value,
        "id": image.id,
        "created_at": show_time(image.created_at),
        "updated_at": show_time(image.updated_at),
        "tags": image.tags,
        "self": path,
        "file": f"{path}/file",
        "schema": "/v2/schemas/image",
    }


def _whereabouts(image: Image) -> dict[str, Any]:
    """The stores that have its data; of an image that was imported also where it is still to go, or did not get."""
    shown = {"stores": ",".join(image.stores)} if image.stores else {}
    if image.importing_to is not None:
        shown["os_glance_importing_to_stores"] = ",".join(image.importing_to)
        shown["os_glance_failed_import"] = ",".join(image.failed_stores or ())
    return shown


def show_member(member: Member) -> dict[str, Any]:
    return {
        "member_id": member.project_id,
        "image_id": member.image_id,
        "status": member.status,
        "created_at": show_time(member.created_at),
        "updated_at": show_time(member.updated_at),
        "schema": "/v2/schemas/member",
    }


def show_time(moment: datetime) -> str:
    """In whole seconds, as 2026-11-21T10:00:00Z."""
    return moment.isoformat(timespec="seconds")[:19] + "Z"
