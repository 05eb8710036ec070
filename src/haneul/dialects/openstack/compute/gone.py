"""What Nova once had and took away: its addresses are known, and answer that it is gone."""

from __future__ import annotations

from haneul.dialects.openstack.cloud import Cloud
from haneul.kit.errors import NotFound
from haneul.kit.http import Reply, Request, Route

_EVERY = ("GET", "POST", "PUT", "DELETE")


def gone(cloud: Cloud, req: Request) -> Reply:
    raise NotFound("request.gone", "This part of the API was removed: the resource is gone and there is no other.")


def moved(cloud: Cloud, req: Request) -> Reply:
    raise NotFound("request.no_resource", "The resource could not be found: ask the network service for it.")


_COLLECTIONS = (
    "os-agents",
    "os-cells",
    "os-certificates",
    "os-cloudpipe",
    "os-fixed-ips",
    "os-floating-ip-dns",
    "os-floating-ips-bulk",
    "os-fping",
    "os-security-group-default-rules",
)
_WRITES = (
    ("POST", "/v2.1/os-networks"),
    ("DELETE", "/v2.1/os-networks/{network_id}"),
    ("POST", "/v2.1/os-networks/{network_id}/action"),
    ("POST", "/v2.1/os-tenant-networks"),
    ("DELETE", "/v2.1/os-tenant-networks/{network_id}"),
    ("POST", "/v2.1/os-baremetal-nodes"),
    ("DELETE", "/v2.1/os-baremetal-nodes/{node_id}"),
    ("POST", "/v2.1/os-baremetal-nodes/{node_id}/action"),
    ("GET", "/v2.1/servers/{server_id}/os-virtual-interfaces"),
    ("GET", "/v2.1/servers/{server_id}/consoles"),
    ("POST", "/v2.1/servers/{server_id}/consoles"),
    ("GET", "/v2.1/servers/{server_id}/consoles/{console_id}"),
    ("DELETE", "/v2.1/servers/{server_id}/consoles/{console_id}"),
)
_MOVED = ("os-networks", "os-tenant-networks")
"""Read until 2.35, written no more at all."""

ROUTES = (
    *(Route(method, f"/v2.1/{name}", gone) for name in _COLLECTIONS for method in ("GET", "POST")),
    *(Route(method, f"/v2.1/{name}/{{thing}}", gone) for name in _COLLECTIONS for method in _EVERY),
    *(Route(method, path, gone) for method, path in _WRITES),
    *(Route("GET", f"/v2.1/{name}", moved, since="2.36") for name in _MOVED),
    *(Route("GET", f"/v2.1/{name}/{{network_id}}", moved, since="2.36") for name in _MOVED),
)
