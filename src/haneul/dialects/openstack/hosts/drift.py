"""Where the world and what is written of it part, thing by thing."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.kit.http import Reply, Request
from haneul.services.network import Foreign

_REMEDY = "The cloud leaves it alone: remove it with the tool that made it, if nobody needs it."


def list_network_drift(cloud: Cloud, req: Request) -> Reply:
    found = cloud.network.drift.foreign(req.caller)
    return Reply(200, {"drift": [_shown(each) for each in found]})


def _shown(each: Foreign) -> dict[str, Any]:
    within = None if each.within is None else {"kind": each.within.kind.value, "id": each.within.id}
    return {
        "service": "network",
        "kind": "foreign",
        "what": each.table,
        "id": each.id,
        "name": each.name,
        "within": within,
        "remedy": _REMEDY,
    }
