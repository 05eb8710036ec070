"""Rebuild: a server begins anew from an image."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.compute import server_views
from haneul.dialects.openstack.compute.schemas.forms import METADATA, TEXT, UUID, Schema, wrapped
from haneul.dialects.openstack.compute.schemas.servers import UPDATE_SERVER
from haneul.dialects.openstack.compute.server_wishes import files_of
from haneul.dialects.openstack.compute.servers import changes
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request
from haneul.services.compute import RebuildWish

SCHEMA: Schema = wrapped(
    "rebuild",
    {
        **UPDATE_SERVER["properties"]["server"]["properties"],
        "imageRef": {"anyOf": [UUID, {"type": "string", "format": "uri"}]},
        "adminPass": TEXT,
        "metadata": METADATA,
        "preserve_ephemeral": {},
        "key_name": {"type": ["string", "null"], "minLength": 1, "maxLength": 255},
        "user_data": {"type": ["string", "null"], "maxLength": 65535},
        "trusted_image_certificates": {"type": ["array", "null"], "items": TEXT, "maxItems": 50},
    },
    ("imageRef",),
)
_OURS = ("imageRef", "adminPass", "metadata", "preserve_ephemeral", "key_name", "user_data", "personality")


def rebuild_server(cloud: Cloud, req: Request) -> Reply:
    asked: dict[str, Any] = req.body["rebuild"]
    if asked.pop("trusted_image_certificates", None):
        raise Invalid("server.trusted_certificates", "Image signatures are not verified: leave out the certificates.")
    keeps_volume = asked.pop("keeps_volume", False)
    wish = RebuildWish(
        image_id=asked["imageRef"].rstrip("/").rpartition("/")[2],
        changes=changes({key: value for key, value in asked.items() if key not in _OURS}),
        metadata=asked.get("metadata"),
        admin_password=asked.get("adminPass") or "",
        key_name=asked.get("key_name"),
        is_key_given="key_name" in asked,
        files=files_of(asked) if "personality" in asked else None,
        user_data=(asked.get("user_data") or "") if "user_data" in asked else None,
        keeps_volume=keeps_volume,
    )
    view, password = cloud.compute.servers.rebuild(req.caller, req.params["server_id"], wish)
    shown = server_views.full(req, view)
    shown.pop("OS-EXT-SRV-ATTR:user_data", None)  # Told to its owner too, by another name.
    return Reply(202, {"server": shown | {"adminPass": password, "user_data": wish.user_data}})
