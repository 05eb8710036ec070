"""Attachments: volumes at servers, as newer services attach them."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.volume.actions import Action, dispatch
from haneul.dialects.openstack.volume.forms import next_link, time, wish
from haneul.kit.http import Reply, Request
from haneul.services.volume import Attachment, Connection

FILTERS = {
    "volume_id": "volume_id",
    "instance_id": "server_id",
    "instance_uuid": "server_id",
    "status": "status",
    "id": "id",
    "project_id": "project_id",
}


def _brief(it: Attachment) -> dict[str, Any]:
    return {"id": it.id, "volume_id": it.volume_id, "instance": it.server_id, "status": it.status.value}


def _shown(it: Attachment, info: Any = None) -> dict[str, Any]:
    return _brief(it) | {
        "attach_mode": it.mode,
        "attached_at": time(it.attached_at),
        "detached_at": None,
        "connection_info": dict(info or {}),
    }


def list_attachments(cloud: Cloud, req: Request) -> Reply:
    listed = cloud.volume.attachments.list(req.caller, wish(req, FILTERS, {"id": "id", "status": "status"}))
    shown = [_brief(each) for each in listed.things]
    return Reply(200, {"attachments": shown} | next_link(req, "attachments", shown))


def list_attachments_detail(cloud: Cloud, req: Request) -> Reply:
    listed = cloud.volume.attachments.list(req.caller, wish(req, FILTERS, {"id": "id", "status": "status"}))
    shown = [_shown(each) for each in listed.things]
    return Reply(200, {"attachments": shown} | next_link(req, "attachments", shown))


def get_attachment(cloud: Cloud, req: Request) -> Reply:
    found = cloud.volume.attachments.get(req.caller, req.params["attachment_id"])
    return Reply(200, {"attachment": _shown(found)})


def create_attachment(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["attachment"]
    made = cloud.volume.attachments.create(
        req.caller, asked["volume_uuid"], asked.get("instance_uuid"), asked.get("mode")
    )
    connector = asked.get("connector")
    if not connector:
        return Reply(200, {"attachment": _shown(made)})
    return _connected(cloud.volume.attachments.connect(req.caller, made.id, connector))


def update_attachment(cloud: Cloud, req: Request) -> Reply:
    connector = req.body["attachment"]["connector"]
    return _connected(cloud.volume.attachments.connect(req.caller, req.params["attachment_id"], connector))


def _connected(connection: Connection) -> Reply:
    return Reply(200, {"attachment": _shown(connection.attachment, connection.info)})


def delete_attachment(cloud: Cloud, req: Request) -> Reply:
    left = cloud.volume.attachments.delete(req.caller, req.params["attachment_id"])
    return Reply(200, {"attachments": [_brief(each) for each in left]})


def attachment_action(cloud: Cloud, req: Request) -> Reply:
    return dispatch(ACTIONS, cloud, req)


def complete_attachment(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.attachments.complete(req.caller, req.params["attachment_id"])
    return Reply(204)


ACTIONS = {"os-complete": Action(complete_attachment, since="3.44"), "complete": Action(complete_attachment)}
