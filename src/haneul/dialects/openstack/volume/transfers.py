"""Volumes that pass from one project to another."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.volume.forms import links, next_link, parse_bool, time, wish
from haneul.kit.http import Reply, Request
from haneul.services.volume import Transfer

FILTERS = {"id": "id", "name": "name", "volume_id": "volume_id"}
_SORT = {"id": "id", "name": "name", "created_at": "created_at"}


def _kind(req: Request) -> str:
    return "volume-transfers" if "/volume-transfers" in req.path else "os-volume-transfer"


def _brief(req: Request, it: Transfer) -> dict[str, Any]:
    return {"id": it.id, "name": it.name, "volume_id": it.volume_id, "links": links(req, _kind(req), it.id)}


def _shown(req: Request, it: Transfer) -> dict[str, Any]:
    shown = _brief(req, it) | {"created_at": time(it.created_at)}
    if _kind(req) == "volume-transfers":
        shown |= {
            "no_snapshots": it.leaves_snapshots,
            "source_project_id": it.project_id,
            "destination_project_id": it.destination_project_id,
            "accepted": it.is_accepted,
        }
    return shown


def create_transfer(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["transfer"]
    leaves = parse_bool(asked.get("no_snapshots", False), "no_snapshots")
    made, key = cloud.volume.transfers.create(
        req.caller, asked["volume_id"], asked.get("name"), leaves_snapshots=leaves
    )
    return Reply(202, {"transfer": _shown(req, made) | {"auth_key": key}})


def list_transfers(cloud: Cloud, req: Request) -> Reply:
    listed = cloud.volume.transfers.list(req.caller, wish(req, FILTERS, _SORT))
    shown = [_brief(req, each) for each in listed.things]
    return Reply(200, {"transfers": shown} | next_link(req, "transfers", shown))


def list_transfers_detail(cloud: Cloud, req: Request) -> Reply:
    listed = cloud.volume.transfers.list(req.caller, wish(req, FILTERS, _SORT))
    shown = [_shown(req, each) for each in listed.things]
    return Reply(200, {"transfers": shown} | next_link(req, "transfers", shown))


def get_transfer(cloud: Cloud, req: Request) -> Reply:
    found = cloud.volume.transfers.get(req.caller, req.params["transfer_id"])
    return Reply(200, {"transfer": _shown(req, found)})


def delete_transfer(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.transfers.delete(req.caller, req.params["transfer_id"])
    return Reply(202)


def accept_transfer(cloud: Cloud, req: Request) -> Reply:
    key = req.body["accept"]["auth_key"]
    taken = cloud.volume.transfers.accept(req.caller, req.params["transfer_id"], key)
    return Reply(202, {"transfer": _brief(req, taken)})
