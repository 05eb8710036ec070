"""Actions that make images of a server, or put it aside as one."""

from __future__ import annotations

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.compute.schemas.forms import METADATA, NAME_WITH_SPACES, TEXT, UUID, Schema, wrapped
from haneul.kit.http import Reply, Request
from haneul.services.compute import BackupWish, UnshelveWish


def create_image(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["createImage"]
    name, metadata = asked["name"].strip(), asked.get("metadata", {})
    image_id = cloud.compute.servers.create_image(req.caller, req.params["server_id"], name, metadata)
    return _made(cloud, image_id)


def create_backup(cloud: Cloud, req: Request) -> Reply:
    """With a rotation of 0 no backup stays, so none is told of."""
    asked = req.body["createBackup"]
    rotation = int(asked["rotation"])
    wish = BackupWish(asked["name"].strip(), asked["backup_type"], rotation, asked.get("metadata", {}))
    image_id = cloud.compute.servers.create_backup(req.caller, req.params["server_id"], wish)
    return _made(cloud, image_id) if rotation else Reply(202)


def _made(cloud: Cloud, image_id: str) -> Reply:
    where = f"{cloud.public_url}/image/v2/images/{image_id}"
    return Reply(202, {"image_id": image_id}, {"location": where})


def shelve_server(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.servers.shelve(req.caller, req.params["server_id"])
    return Reply(202)


def shelve_offload_server(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.servers.offload(req.caller, req.params["server_id"])
    return Reply(202)


def unshelve_server(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["unshelve"] or {}
    zone = asked.get("availability_zone")
    wish = UnshelveWish(zone, "availability_zone" in asked, asked.get("host", ""))
    cloud.compute.servers.unshelve(req.caller, req.params["server_id"], wish)
    return Reply(202)


def rescue_server(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["rescue"] or {}
    password = cloud.compute.servers.rescue(
        req.caller, req.params["server_id"], asked.get("rescue_image_ref"), asked.get("adminPass") or ""
    )
    return Reply(200, {"adminPass": password})


def unrescue_server(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.servers.unrescue(req.caller, req.params["server_id"])
    return Reply(202)


CREATE_IMAGE = wrapped("createImage", {"name": NAME_WITH_SPACES, "metadata": METADATA}, ("name",))
CREATE_BACKUP = wrapped(
    "createBackup",
    {
        "name": NAME_WITH_SPACES,
        "backup_type": TEXT,
        "rotation": {"type": ["integer", "string"], "pattern": "^[0-9]+$", "minimum": 0},
        "metadata": METADATA,
    },
    ("name", "backup_type", "rotation"),
)
_ZONE: Schema = {"type": ["string", "null"], "minLength": 1, "maxLength": 255}
UNSHELVE: Schema = {
    "type": "object",
    "properties": {
        "unshelve": {
            "type": ["object", "null"],
            "properties": {"availability_zone": _ZONE, "host": {"type": "string", "minLength": 1, "maxLength": 255}},
            "minProperties": 1,
            "additionalProperties": False,
        }
    },
    "required": ["unshelve"],
    "additionalProperties": False,
}
RESCUE: Schema = {
    "type": "object",
    "properties": {
        "rescue": {
            "type": ["object", "null"],
            "properties": {"adminPass": TEXT, "rescue_image_ref": UUID},
            "additionalProperties": False,
        }
    },
    "required": ["rescue"],
    "additionalProperties": False,
}
