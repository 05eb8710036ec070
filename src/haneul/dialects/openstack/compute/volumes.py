"""The volumes that a server has."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request
from haneul.services.compute import ServerVolume, VolumeWish

_UUID = {"type": "string", "pattern": "^[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$"}
_TAG = {"type": "string", "minLength": 1, "maxLength": 60, "pattern": "^[^,/]*$"}


def _body(properties: dict[str, Any]) -> dict[str, Any]:
    inner = {
        "type": "object",
        "properties": {"volumeId": _UUID, **properties},
        "required": ["volumeId"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"volumeAttachment": inner},
        "required": ["volumeAttachment"],
        "additionalProperties": False,
    }


_DEVICE = {"type": ["string", "null"], "pattern": "(^/dev/[a-zA-Z0-9]+$)|(^[a-zA-Z0-9]+$)", "maxLength": 255}
ATTACH = _body({"device": _DEVICE, "tag": _TAG, "delete_on_termination": {"type": "boolean"}})
ATTACH_UNTIL_2_78 = _body({"device": _DEVICE, "tag": _TAG})
ATTACH_UNTIL_2_48 = _body({"device": _DEVICE})
UPDATE_UNTIL_2_84 = _body({})
UPDATE = _body({"device": {}, "tag": {}, "id": {}, "serverId": {}, "delete_on_termination": {"type": "boolean"}})


def _shown(row: ServerVolume) -> dict[str, Any]:
    return {
        "volumeId": row.volume_id,
        "serverId": row.server_id,
        "device": row.device,
        "tag": row.tag,
        "delete_on_termination": row.goes_with_server,
        "attachment_id": row.attachment_id,
        "bdm_uuid": row.attachment_id,
    }


def list_volume_attachments(cloud: Cloud, req: Request) -> Reply:
    rows = cloud.compute.servers.volumes(req.caller, req.params["server_id"])
    offset, limit = req.query.get_int("offset") or 0, req.query.get_int("limit")
    chosen = rows[offset:] if limit is None else rows[offset : offset + limit]
    return Reply(200, {"volumeAttachments": [_shown(row) for row in chosen]})


def get_volume_attachment(cloud: Cloud, req: Request) -> Reply:
    row = cloud.compute.servers.volume(req.caller, req.params["server_id"], req.params["volume_id"])
    return Reply(200, {"volumeAttachment": _shown(row)})


def attach_volume(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["volumeAttachment"]
    wish = VolumeWish(
        volume_id=asked["volumeId"],
        device=asked.get("device") or "",
        tag=asked.get("tag"),
        goes_with_server=asked.get("delete_on_termination", False),
    )
    row = cloud.compute.servers.attach_volume(req.caller, _id(req), wish)
    return Reply(200, {"volumeAttachment": made(_shown(row))})


def made(shown: dict[str, Any]) -> dict[str, Any]:
    """As the answer to attaching has it in every version."""
    kept = {name: value for name, value in shown.items() if name not in ("attachment_id", "bdm_uuid")}
    return {"id": shown["volumeId"], **kept}


def with_id(shown: dict[str, Any]) -> None:
    """Before 2.89 the volume's id was the attachment's too."""
    shown["id"] = shown["volumeId"]
    del shown["attachment_id"], shown["bdm_uuid"]


def update_volume_attachment(cloud: Cloud, req: Request) -> Reply:
    asked, volume_id = req.body["volumeAttachment"], req.params["volume_id"]
    if asked["volumeId"] != volume_id:
        cloud.compute.servers.swap_volume(req.caller, _id(req), volume_id, asked["volumeId"])
        return Reply(202)
    if "delete_on_termination" not in asked:
        message = f"Nothing is to be changed: server {_id(req)} has volume {volume_id} already. Name another one."
        raise Invalid("server.nothing_to_swap", message)
    goes = asked["delete_on_termination"]
    cloud.compute.servers.update_volume(req.caller, _id(req), volume_id, goes_with_server=goes)
    return Reply(202)


def detach_volume(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.servers.detach_volume(req.caller, _id(req), req.params["volume_id"])
    return Reply(202)


def _id(req: Request) -> str:
    return req.params["server_id"]
