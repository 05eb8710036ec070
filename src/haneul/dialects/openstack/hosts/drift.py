"""Where the world and what is written of it part, thing by thing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.kit.drift import Difference
from haneul.kit.http import Reply, Request
from haneul.services.network import Foreign

_REMEDY = "The cloud leaves it alone: remove it with the tool that made it, if nobody needs it."


def list_drift(cloud: Cloud, req: Request) -> Reply:
    """All of it, and what could not be looked at: of that nothing is said."""
    drift, now = cloud.drift(req.caller), cloud.runs.now()
    unseen = [{"service": each.service, "host_id": each.place or None, "reason": each.reason} for each in drift.unseen]
    return Reply(200, {"drift": [_shown_difference(each, now) for each in drift.differences], "unseen": unseen})


def _shown_difference(each: Difference, now: datetime) -> dict[str, Any]:
    """`mended_by` is when its loop has come round at the latest; null where nothing mends it by itself."""
    return {
        "service": each.service,
        "kind": each.parting.value,
        "what": each.what,
        "id": each.id,
        "name": each.name,
        "host_id": each.place or None,
        "within": None if each.within is None else {"kind": each.within[0], "id": each.within[1]},
        "loop": each.loop or None,
        "mended_by": (now + timedelta(seconds=each.within_s)).isoformat() if each.loop else None,
        "remedy": each.remedy,
    }


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
