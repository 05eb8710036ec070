"""Why a server is where it is, or nowhere: what each condition takes away, and the nearest change that would help."""

from __future__ import annotations

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.compute.server_wishes import server_wish
from haneul.kit.http import Reply, Request


def explain_server(cloud: Cloud, req: Request) -> Reply:
    view = cloud.compute.placing.explain(req.caller, req.params["server_id"])
    shown = {
        "server_id": view.server.id,
        "host_id": view.server.host_id,
        "candidates": [{"id": each.provider_id, "name": each.name, "free": each.free} for each in view.candidates],
        "hosts": view.refusal.total,
        "removed": [{"reason": each.reason, "count": each.count} for each in view.refusal.removed],
        "nearest": "" if view.candidates else view.refusal.nearest,
        "message": _message(view.refusal.message, len(view.candidates)),
    }
    return Reply(200, {"placement": shown})


def forecast_server(cloud: Cloud, req: Request) -> Reply:
    """Whether the server that POST /compute/v2.1/servers would be given this very body for finds room now."""
    found = cloud.compute.servers.forecast(req.caller, server_wish(req.body))
    shown = {"has_room": found.has_room, "message": found.message, "details": found.details}
    return Reply(200, {"forecast": shown})


def _message(refusal: str, fitting: int) -> str:
    return refusal if not fitting else f"{fitting} hosts fit." if fitting > 1 else "One host fits."
