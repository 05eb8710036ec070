"""What resource providers have."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.placement.resource_providers import provider_id
from haneul.dialects.openstack.placement.views import reply
from haneul.kit.http import Reply, Request, Version
from haneul.services.placement import NO_LIMIT, Inventories, Inventory

_MAY_RESERVE_ALL = Version(1, 26)


def list_inventories(cloud: Cloud, req: Request) -> Reply:
    return reply(req, _show_all(cloud.placement.inventories.list(req.caller, provider_id(req))))


def create_inventory(cloud: Cloud, req: Request) -> Reply:
    name = req.body["resource_class"]
    made = cloud.placement.inventories.create(
        req.caller, provider_id(req), name, read(req.body), req.version >= _MAY_RESERVE_ALL
    )
    return reply(req, _show_one(made), 201, location=f"{req.url}/{name}")


def replace_inventories(cloud: Cloud, req: Request) -> Reply:
    wanted = {name: read(body) for name, body in req.body["inventories"].items()}
    made = cloud.placement.inventories.replace(
        req.caller,
        provider_id(req),
        wanted,
        req.body["resource_provider_generation"],
        req.version >= _MAY_RESERVE_ALL,
    )
    return reply(req, _show_all(made))


def delete_inventories(cloud: Cloud, req: Request) -> Reply:
    cloud.placement.inventories.delete_all(req.caller, provider_id(req))
    return Reply(204)


def show_inventory(cloud: Cloud, req: Request) -> Reply:
    found = cloud.placement.inventories.get(req.caller, provider_id(req), req.params["resource_class"])
    return reply(req, _show_one(found))


def update_inventory(cloud: Cloud, req: Request) -> Reply:
    made = cloud.placement.inventories.update(
        req.caller,
        provider_id(req),
        req.params["resource_class"],
        read(req.body),
        req.body["resource_provider_generation"],
        req.version >= _MAY_RESERVE_ALL,
    )
    return reply(req, _show_one(made))


def delete_inventory(cloud: Cloud, req: Request) -> Reply:
    cloud.placement.inventories.delete(req.caller, provider_id(req), req.params["resource_class"])
    return Reply(204)


def read(body: dict[str, Any]) -> Inventory:
    return Inventory(
        total=body["total"],
        reserved=body.get("reserved", 0),
        min_unit=body.get("min_unit", 1),
        max_unit=body.get("max_unit", NO_LIMIT),
        step_size=body.get("step_size", 1),
        allocation_ratio=body.get("allocation_ratio", 1.0),
    )


def _show(inventory: Inventory) -> dict[str, Any]:
    return {
        "total": inventory.total,
        "reserved": inventory.reserved,
        "min_unit": inventory.min_unit,
        "max_unit": inventory.max_unit,
        "step_size": inventory.step_size,
        "allocation_ratio": inventory.allocation_ratio,
    }


def _show_one(found: Inventories) -> dict[str, Any]:
    [inventory] = found.by_class.values()
    return _show(inventory) | {"resource_provider_generation": found.provider.generation}


def _show_all(found: Inventories) -> dict[str, Any]:
    return {
        "resource_provider_generation": found.provider.generation,
        "inventories": {name: _show(inventory) for name, inventory in found.by_class.items()},
    }
