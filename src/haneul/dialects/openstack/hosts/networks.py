"""Whether a packet would arrive, for who sees the server that sends it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.kit.errors import Conflict, NotFound
from haneul.kit.http import Reply, Request
from haneul.kit.ids import is_uuid
from haneul.services.compute import ListWish, Server, ServerFilter
from haneul.services.network import Filter, Listing, Port, Question

EXPLAIN = {
    "type": "object",
    "properties": {
        "from": {"type": "string", "minLength": 1, "maxLength": 255},
        "to": {"type": "string", "minLength": 2, "maxLength": 64},
        "port": {"type": "integer", "minimum": 1, "maximum": 65535},
        "protocol": {"type": "string", "minLength": 1, "maxLength": 16},
    },
    "required": ["from", "to"],
    "additionalProperties": False,
}
"""`from`: a server's id or name, or a port's id."""


def explain(cloud: Cloud, req: Request) -> Reply:
    said: dict[str, Any] = req.body
    port = _sender(cloud, req, said["from"], is_ipv6=":" in said["to"])
    question = Question(port.id, said["to"], said.get("protocol", "tcp"), said.get("port"))
    told = cloud.network.explaining.explain(req.caller, question)
    stops = [
        {"kind": stop.kind, "where": stop.where, "reason": stop.reason, "remedy": stop.remedy} for stop in told.stops
    ]
    shown = {
        "arrives": told.arrives,
        "port_id": port.id,
        "path": list(told.path),
        "stops": stops,
        "traced": told.traced,
        "trace": list(told.trace),
    }
    return Reply(200, {"explanation": shown})


def _sender(cloud: Cloud, req: Request, name: str, *, is_ipv6: bool) -> Port:
    """The port from which the server would send: its first that has an address of that kind."""
    if is_uuid(name):
        known = cloud.network.ports.list(req.caller, Listing(Filter({"id": (name,)})))
        if known:
            return known[0]
    server_id = name if is_uuid(name) else _named(cloud, req, name)
    ports = cloud.network.ports.list(req.caller, Listing(Filter({"device_id": (server_id,)})))
    fit = [port for port in ports if any((":" in address) == is_ipv6 for address in port.addresses)]
    if not fit:
        raise NotFound(
            "explain.no_sender", f"There is no server or port {name} with an IPv{6 if is_ipv6 else 4} address."
        )
    return fit[0]


def _named(cloud: Cloud, req: Request, name: str) -> str:
    found = _servers(cloud, req, name)
    if len(found) > 1:
        raise Conflict("explain.ambiguous", f"{len(found)} servers are called {name}: give an id.")
    if not found:
        raise NotFound("explain.no_sender", f"There is no server called {name}.")
    return str(found[0].id)


def _servers(cloud: Cloud, req: Request, name: str) -> Sequence[Server]:
    wanted = ServerFilter(equals={"name": name})
    return cloud.compute.servers.list(req.caller, ListWish(wanted, is_all_projects=req.caller.is_admin))
