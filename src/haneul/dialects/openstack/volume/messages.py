"""Messages to users."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.volume.forms import links, next_link, time, wish
from haneul.kit.http import Reply, Request
from haneul.services.volume import Message

FILTERS = {
    "resource_type": "resource_type",
    "resource_uuid": "resource_id",
    "event_id": "event_id",
    "request_id": "request_id",
    "message_level": "level",
}
_SORT = {"id": "id", "event_id": "event_id", "created_at": "created_at", "guaranteed_until": "guaranteed_until"}


def _shown(req: Request, it: Message) -> dict[str, Any]:
    return {
        "id": it.id,
        "event_id": it.event_id,
        "user_message": it.text,
        "message_level": it.level,
        "created_at": time(it.created_at),
        "guaranteed_until": time(it.guaranteed_until),
        "request_id": it.request_id,
        "resource_type": it.resource_type,
        "resource_uuid": it.resource_id,
        "links": links(req, "messages", it.id),
    }


def list_messages(cloud: Cloud, req: Request) -> Reply:
    listed = cloud.volume.messages.list(req.caller, wish(req, FILTERS, _SORT))
    shown = [_shown(req, each) for each in listed.things]
    return Reply(200, {"messages": shown} | next_link(req, "messages", shown))


def get_message(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"message": _shown(req, cloud.volume.messages.get(req.caller, req.params["message_id"]))})


def delete_message(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.messages.delete(req.caller, req.params["message_id"])
    return Reply(204)
