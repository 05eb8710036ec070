"""Routers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.network import readers
from haneul.dialects.openstack.network.resources import (
    CREATE,
    UPDATE,
    Attribute,
    Resource,
    create_all,
    require_revision,
)
from haneul.dialects.openstack.network.standard import (
    ADMIN_STATE,
    DESCRIPTION,
    HISTORY,
    ID,
    NAME,
    PROJECT,
    TAGS,
    show_fixed_ips,
    show_routes,
)
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request
from haneul.services.network import HostRoute, Interface, NewRouter, Router, RouterChanges, WantedGateway


def _gateway(name: str, value: Any) -> WantedGateway | None:
    """Null and an empty dictionary take the gateway away."""
    said = readers.mapping(name, value)
    if not said:
        return None
    if unknown := sorted(set(said) - {"network_id", "enable_snat", "external_fixed_ips", "qos_policy_id"}):
        raise readers.wrong(name, f"Invalid data format: unexpected {', '.join(unknown)}")
    if not said.get("network_id"):
        raise readers.wrong(name, "Invalid data format: network_id is missing")
    if said.get("qos_policy_id"):
        raise readers.wrong(name, "qos_policy_id is not supported here")
    more: dict[str, Any] = {}
    if said.get("enable_snat") is not None:
        more["has_snat"] = readers.boolean(name, said["enable_snat"])
    if said.get("external_fixed_ips"):
        more["fixed_ips"] = readers.fixed_ips(name, said["external_fixed_ips"])
    return WantedGateway(readers.uuid(name, said["network_id"]), **more)


def _show_gateway(router: Router) -> dict[str, Any] | None:
    gateway = router.gateway
    if gateway is None:
        return None
    return {
        "network_id": gateway.network_id,
        "enable_snat": gateway.has_snat,
        "external_fixed_ips": show_fixed_ips(gateway.fixed_ips),
    }


ROUTER = Resource(
    "router",
    "routers",
    (
        ID,
        NAME,
        *PROJECT,
        ADMIN_STATE,
        Attribute("status", constant="ACTIVE"),
        Attribute("external_gateway_info", "gateway", _gateway, show=_show_gateway, is_filter=False),
        Attribute(
            "routes",
            read=readers.routes,
            on=(UPDATE,),
            show=lambda router: show_routes(router.routes),
            is_filter=False,
        ),
        Attribute(
            "availability_zone_hints",
            "zone_hints",
            readers.texts,
            on=(CREATE,),
            show=lambda router: list(router.zone_hints),
            is_filter=False,
        ),
        Attribute("availability_zones", show=lambda router: list(router.zone_hints), is_filter=False),
        DESCRIPTION,
        TAGS,
        *HISTORY,
    ),
)


def list_routers(cloud: Cloud, req: Request) -> Reply:
    return ROUTER.many(cloud, req, cloud.network.routers.list(req.caller, ROUTER.listing(req.query)))


def create_router(cloud: Cloud, req: Request) -> Reply:
    routers = cloud.network.routers
    return create_all(cloud, req, ROUTER, lambda said: routers.create(req.caller, NewRouter(**said)))


def show_router(cloud: Cloud, req: Request) -> Reply:
    return ROUTER.one(cloud, req, cloud.network.routers.get(req.caller, req.params["router_id"]))


def update_router(cloud: Cloud, req: Request) -> Reply:
    changes = RouterChanges(**ROUTER.read_changes(req.body))
    with cloud.network.together():
        router = cloud.network.routers.get(req.caller, req.params["router_id"])
        require_revision(req, router.revision_number)
        return ROUTER.one(cloud, req, cloud.network.routers.update(req.caller, router.id, changes))


def delete_router(cloud: Cloud, req: Request) -> Reply:
    cloud.network.routers.delete(req.caller, req.params["router_id"])
    return Reply(204)


def add_router_interface(cloud: Cloud, req: Request) -> Reply:
    added = cloud.network.routers.add_interface(req.caller, req.params["router_id"], **_foot(req.body))
    return Reply(200, _show_interface(added))


def remove_router_interface(cloud: Cloud, req: Request) -> Reply:
    removed = cloud.network.routers.remove_interface(req.caller, req.params["router_id"], **_foot(req.body))
    return Reply(200, _show_interface(removed))


def add_extraroutes(cloud: Cloud, req: Request) -> Reply:
    added = _routes(req.body)
    router = cloud.network.routers.add_routes(req.caller, req.params["router_id"], added)
    return ROUTER.one(cloud, req, router)


def remove_extraroutes(cloud: Cloud, req: Request) -> Reply:
    removed = _routes(req.body)
    router = cloud.network.routers.remove_routes(req.caller, req.params["router_id"], removed)
    return ROUTER.one(cloud, req, router)


def _foot(body: Any) -> dict[str, str]:
    said: Mapping[str, Any] = readers.mapping("interface", body)
    if unknown := sorted(set(said) - {"subnet_id", "port_id"}):
        raise Invalid("request.invalid", f"Unrecognized attribute(s) '{', '.join(unknown)[:200]}'.")
    return {name: readers.uuid(name, value) for name, value in said.items() if value is not None}


def _routes(body: Any) -> tuple[HostRoute, ...]:
    said = readers.mapping("router", readers.mapping("request", body).get("router"))
    return readers.routes("routes", said.get("routes"))


def _show_interface(interface: Interface) -> dict[str, Any]:
    return {
        "id": interface.router_id,
        "tenant_id": interface.project_id,
        "project_id": interface.project_id,
        "network_id": interface.network_id,
        "port_id": interface.port_id,
        "subnet_id": interface.subnet_ids[0] if interface.subnet_ids else None,
        "subnet_ids": list(interface.subnet_ids),
    }
