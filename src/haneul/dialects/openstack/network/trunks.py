"""Trunks and their subports (extensions `trunk`, `trunk-details`)."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.network import readers
from haneul.dialects.openstack.network.resources import (
    CREATE,
    Attribute,
    Resource,
    create_all,
    require_revision,
)
from haneul.dialects.openstack.network.standard import ADMIN_STATE, DESCRIPTION, HISTORY, ID, NAME, PROJECT, TAGS
from haneul.kit.http import Reply, Request
from haneul.services.network import NewTrunk, SubPort, Trunk, TrunkChanges, WantedSubPort

_TYPES = ("vlan", "inherit")


def _read_subports(name: str, value: Any) -> tuple[WantedSubPort, ...]:
    found = []
    for each in readers.items(name, value):
        said = readers.mapping(name, each)
        if unknown := sorted(set(said) - {"port_id", "segmentation_type", "segmentation_id"}):
            raise readers.wrong(name, f"Invalid data format: unexpected {', '.join(unknown)}")
        if not said.get("port_id"):
            raise readers.wrong(name, "Invalid data format: port_id is missing")
        if said.get("segmentation_type") not in _TYPES:
            raise readers.wrong(name, "Invalid data format: segmentation_type is vlan or inherit")
        tag = None if said.get("segmentation_id") is None else readers.integer(name, said["segmentation_id"])
        found.append(WantedSubPort(readers.uuid(name, said["port_id"]), said["segmentation_type"], tag))
    return tuple(found)


def _show_subport(each: SubPort) -> dict[str, Any]:
    return {"port_id": each.port_id, "segmentation_type": "vlan", "segmentation_id": each.tag}


def _show_subports(trunk: Trunk) -> list[dict[str, Any]]:
    return [_show_subport(each) for each in trunk.sub_ports]


def show_details(trunk: Trunk) -> dict[str, Any]:
    """What a port says of the trunk whose port it is."""
    shown = [_show_subport(each) | {"mac_address": each.mac_address} for each in trunk.sub_ports]
    return {"trunk_id": trunk.id, "sub_ports": shown}


TRUNK = Resource(
    "trunk",
    "trunks",
    (
        ID,
        NAME,
        *PROJECT,
        ADMIN_STATE,
        Attribute("port_id", read=readers.uuid, on=(CREATE,), is_required=True),
        Attribute("status", is_filter=False),
        Attribute("sub_ports", read=_read_subports, on=(CREATE,), show=_show_subports, is_filter=False),
        DESCRIPTION,
        TAGS,
        *HISTORY,
    ),
)


def list_trunks(cloud: Cloud, req: Request) -> Reply:
    return TRUNK.many(cloud, req, cloud.network.trunks.list(req.caller, TRUNK.listing(req.query)))


def create_trunk(cloud: Cloud, req: Request) -> Reply:
    trunks = cloud.network.trunks
    return create_all(cloud, req, TRUNK, lambda said: trunks.create(req.caller, NewTrunk(**said)))


def show_trunk(cloud: Cloud, req: Request) -> Reply:
    return TRUNK.one(cloud, req, cloud.network.trunks.get(req.caller, req.params["trunk_id"]))


def update_trunk(cloud: Cloud, req: Request) -> Reply:
    changes = TrunkChanges(**TRUNK.read_changes(req.body))
    with cloud.network.together():
        trunk = cloud.network.trunks.get(req.caller, req.params["trunk_id"])
        require_revision(req, trunk.revision_number)
        return TRUNK.one(cloud, req, cloud.network.trunks.update(req.caller, trunk.id, changes))


def delete_trunk(cloud: Cloud, req: Request) -> Reply:
    cloud.network.trunks.delete(req.caller, req.params["trunk_id"])
    return Reply(204)


def get_subports(cloud: Cloud, req: Request) -> Reply:
    trunk = cloud.network.trunks.get(req.caller, req.params["trunk_id"])
    return Reply(200, {"sub_ports": _show_subports(trunk)})


def add_subports(cloud: Cloud, req: Request) -> Reply:
    wanted = _read_subports("sub_ports", _said(req))
    trunk = cloud.network.trunks.add_subports(req.caller, req.params["trunk_id"], wanted)
    return Reply(200, TRUNK.show(cloud, req, trunk))


def remove_subports(cloud: Cloud, req: Request) -> Reply:
    said = (readers.mapping("sub_ports", each) for each in _said(req))
    port_ids = [readers.uuid("port_id", each.get("port_id")) for each in said]
    trunk = cloud.network.trunks.remove_subports(req.caller, req.params["trunk_id"], port_ids)
    return Reply(200, TRUNK.show(cloud, req, trunk))


def _said(req: Request) -> list[Any]:
    return readers.items("sub_ports", readers.mapping("request", req.body).get("sub_ports"))
