"""What operators see of the hosts: agents and availability zones, and how many addresses are left."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.network import readers
from haneul.dialects.openstack.network.networks import NETWORK
from haneul.kit.errors import Invalid
from haneul.kit.http import Query, Reply, Request
from haneul.services.network import IpAvailability, NetworkAgent

_SORTABLE = (
    "id",
    "agent_type",
    "binary",
    "host",
    "topic",
    "availability_zone",
    "admin_state_up",
    "alive",
    "created_at",
    "started_at",
    "heartbeat_timestamp",
    "description",
)


def list_agents(cloud: Cloud, req: Request) -> Reply:
    order = _order(req.query)
    shown = [_agent(cloud, agent) for agent in cloud.network.agents.list(req.caller)]
    wanted = [each for each in shown if _is_wanted(req.query, each)]
    for key, is_descending in reversed(order):
        wanted.sort(key=lambda each: str(each[key]), reverse=is_descending)
    return Reply(200, {"agents": [_fields(req.query, each) for each in wanted]})


def show_agent(cloud: Cloud, req: Request) -> Reply:
    agent = cloud.network.agents.get(req.caller, req.params["agent_id"])
    return Reply(200, {"agent": _fields(req.query, _agent(cloud, agent))})


def update_agent(cloud: Cloud, req: Request) -> Reply:
    """Only the description is for others to write; an agent is switched off with its host."""
    said = readers.mapping("request", req.body).get("agent")
    if not isinstance(said, dict):
        raise Invalid("request.invalid", "Unable to find 'agent' in request body.")
    if not readers.boolean("admin_state_up", said.get("admin_state_up", True)):
        raise Invalid(
            "agent.cannot_disable",
            "OVN agents cannot be switched off: disable the compute service of the host, or stop the host.",
        )
    agent_id = req.params["agent_id"]
    if "description" in said:
        description = readers.text_or_empty("description", said["description"])
        agent = cloud.network.agents.describe(req.caller, agent_id, description)
    else:
        cloud.network.require(req.caller, "update_agent")
        agent = cloud.network.agents.get(req.caller, agent_id)
    return Reply(200, {"agent": _agent(cloud, agent)})


def delete_agent(cloud: Cloud, req: Request) -> Reply:
    cloud.network.agents.delete(req.caller, req.params["agent_id"])
    return Reply(204)


def list_service_providers(cloud: Cloud, req: Request) -> Reply:
    """Who does what; routers are OVN's, and there is no other choice."""
    cloud.network.require(req.caller, "get_service_provider")
    providers = [{"service_type": "L3_ROUTER_NAT", "name": "ovn", "default": True}]
    return Reply(
        200, {"service_providers": [_fields(req.query, each) for each in providers if _is_wanted(req.query, each)]}
    )


def list_availability_zones(cloud: Cloud, req: Request) -> Reply:
    zones = [{"name": cloud.network.zone, "resource": kind, "state": "available"} for kind in ("network", "router")]
    return Reply(200, {"availability_zones": [zone for zone in zones if _is_wanted(req.query, zone)]})


def list_network_ip_availabilities(cloud: Cloud, req: Request) -> Reply:
    renamed = {"network_id": "id", "network_name": "name", "tenant_id": "project_id"}
    query = Query("")
    query.items = tuple((renamed.get(key, key), value) for key, value in req.query.items if key != "ip_version")
    found = cloud.network.availability.list(req.caller, NETWORK.listing(query))
    version = req.query.get_int("ip_version")
    return Reply(200, {"network_ip_availabilities": [_availability(each, version) for each in found]})


def show_network_ip_availability(cloud: Cloud, req: Request) -> Reply:
    found = cloud.network.availability.get(req.caller, req.params["network_id"])
    return Reply(200, {"network_ip_availability": _availability(found, None)})


def _availability(found: IpAvailability, version: int | None) -> dict[str, Any]:
    subnets = [subnet for subnet in found.subnets if version is None or subnet.ip_version == version]
    return {
        "network_id": found.network_id,
        "network_name": found.network_name,
        "tenant_id": found.project_id,
        "project_id": found.project_id,
        "total_ips": sum(subnet.total for subnet in subnets),
        "used_ips": sum(subnet.used for subnet in subnets),
        "subnet_ip_availability": [
            {
                "subnet_id": subnet.subnet_id,
                "subnet_name": subnet.subnet_name,
                "ip_version": subnet.ip_version,
                "cidr": subnet.cidr,
                "total_ips": subnet.total,
                "used_ips": subnet.used,
            }
            for subnet in subnets
        ],
    }


def _order(query: Query) -> list[tuple[str, bool]]:
    """By which attributes, the first first, and whether from the end. Raises Invalid."""
    keys, directions = query.all("sort_key"), query.all("sort_dir") or ["asc"] * len(query.all("sort_key"))
    unknown = [key for key in keys if key not in _SORTABLE]
    if unknown or len(keys) != len(directions) or not set(directions) <= {"asc", "desc"}:
        raise Invalid(
            "request.invalid",
            f"Agents are sorted by one or more of {', '.join(_SORTABLE)}, each with a sort_dir (asc, desc) or none.",
        )
    return [(key, direction == "desc") for key, direction in zip(keys, directions, strict=True)]


def _agent(cloud: Cloud, agent: NetworkAgent) -> dict[str, Any]:
    seen = _plain_time(agent.seen_at)
    return {
        "id": agent.id,
        "agent_type": agent.kind,
        "binary": agent.binary,
        "host": agent.host,
        "topic": "n/a",
        "availability_zone": cloud.network.zone,
        "admin_state_up": True,
        "alive": agent.is_alive,
        "created_at": seen,
        "started_at": seen,
        "heartbeat_timestamp": seen,
        "description": agent.description,
        "resources_synced": None,
        "configurations": dict(agent.configurations),
    }


def _plain_time(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"


def _is_wanted(query: Query, shown: dict[str, Any]) -> bool:
    for name, values in query.as_lists().items():
        if name in shown and str(shown[name]).lower() not in [value.lower() for value in values]:
            return False
    return True


def _fields(query: Query, shown: dict[str, Any]) -> dict[str, Any]:
    wanted = query.all("fields")
    return {name: value for name, value in shown.items() if not wanted or name in wanted}
