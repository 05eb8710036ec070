"""Servers: create, list, show, update, delete."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.compute import server_views
from haneul.dialects.openstack.compute.forms import links, next_link
from haneul.dialects.openstack.compute.server_filters import list_wish
from haneul.dialects.openstack.compute.server_wishes import server_wish, shortest
from haneul.kit.errors import NotFound
from haneul.kit.http import Many, Reply, Request
from haneul.services.compute import ServerView


def create_server(cloud: Cloud, req: Request) -> Reply:
    body = req.body["server"]
    made = cloud.compute.servers.create(req.caller, server_wish(req.body))
    first = made.servers[0]
    if body.get("return_reservation_id"):
        return Reply(202, {"reservation_id": first.reservation_id})
    where = links(req, "servers", first.id)
    shown = {
        "id": first.id,
        "links": where,
        "OS-DCF:diskConfig": first.disk_config,
        "security_groups": [{"name": name} for name in _group_names(body)],
        "adminPass": made.admin_password,
    }
    return Reply(202, {"server": shown}, {"location": where[0]["href"]})


def _group_names(body: dict[str, Any]) -> list[str]:
    return [group["name"] for group in body.get("security_groups", ())] or ["default"]


def list_servers(cloud: Cloud, req: Request) -> Reply:
    servers = cloud.compute.servers.list(req.caller, list_wish(req))
    shown = [server_views.brief(req, server) for server in servers]
    return Reply(200, {"servers": shown} | next_link(req, "servers", shown, shown[-1]["id"] if shown else None))


def list_servers_detail(cloud: Cloud, req: Request) -> Reply:
    views = cloud.compute.servers.list_detail(req.caller, list_wish(req))
    shown = (server_views.full(req, view, is_listed=True) for view in views)
    following = next_link(req, "servers", views, views[-1].server.id if views else None)
    return Reply(200, Many("servers", shown, following))


def get_server(cloud: Cloud, req: Request) -> Reply:
    view = cloud.compute.servers.get(req.caller, req.params["server_id"])
    return Reply(200, {"server": server_views.full(req, view)})


_FIELDS = {
    "name": "name",
    "description": "description",
    "hostname": "hostname",
    "accessIPv4": "access_ipv4",
    "accessIPv6": "access_ipv6",
    "OS-DCF:diskConfig": "disk_config",
}


def changes(asked: dict[str, Any]) -> dict[str, str | None]:
    """What a body says of a server that shall be different."""
    wanted = {_FIELDS[key]: value for key, value in asked.items()}
    for name in ("access_ipv4", "access_ipv6"):
        if name in wanted:
            wanted[name] = shortest(wanted[name])
    if "name" in wanted:
        wanted["name"] = wanted["name"].strip()
    return wanted


def update_server(cloud: Cloud, req: Request) -> Reply:
    wanted = changes(req.body["server"])
    view = cloud.compute.servers.update(req.caller, req.params["server_id"], wanted)
    return Reply(200, {"server": server_views.full(req, view)})


def delete_server(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.servers.delete(req.caller, req.params["server_id"])
    return Reply(204)


def list_addresses(cloud: Cloud, req: Request) -> Reply:
    view = cloud.compute.servers.get(req.caller, req.params["server_id"])
    return Reply(200, {"addresses": _plain_addresses(view)})


def get_addresses(cloud: Cloud, req: Request) -> Reply:
    view = cloud.compute.servers.get(req.caller, req.params["server_id"])
    network = req.params["network"]
    found = _plain_addresses(view).get(network)
    if found is None:
        raise NotFound("server.no_network", f"Instance is not a member of specified network {network}.")
    return Reply(200, {network: found})


def _plain_addresses(view: ServerView) -> dict[str, list[dict[str, Any]]]:
    return {
        name: [{"version": entry["version"], "addr": entry["addr"]} for entry in entries]
        for name, entries in server_views.addresses(view).items()
    }
