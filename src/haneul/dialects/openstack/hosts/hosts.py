"""Hosts: join tokens, list, show, remove."""

from __future__ import annotations

from typing import Any

import msgspec

from haneul.dialects.openstack.cloud import Cloud
from haneul.kit.http import Reply, Request
from haneul.services.compute import Host


def create_join_token(cloud: Cloud, req: Request) -> Reply:
    """The token is told this once: an operator carries it to the host."""
    grant = cloud.compute.hosts.allow_join(req.caller, cloud.join_token)
    return Reply(201, {"token": grant.token, "expires_at": grant.expires_at.isoformat()})


def list_hosts(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"hosts": [_shown(cloud, host) for host in cloud.compute.hosts.list(req.caller)]})


def get_host(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"host": _shown(cloud, cloud.compute.hosts.get(req.caller, req.params["host_id"]))})


def delete_host(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.hosts.remove(req.caller, req.params["host_id"])
    return Reply(204)


def _shown(cloud: Cloud, host: Host) -> dict[str, Any]:
    return {
        "id": host.id,
        "name": host.name,
        "is_up": cloud.compute.hosts.is_up(host),
        "is_disabled": host.is_disabled,
        "disabled_reason": host.disabled_reason,
        "joined_at": host.joined_at.isoformat(),
        "seen_at": host.seen_at.isoformat() if host.seen_at else None,
        "inventory": None if host.inventory is None else msgspec.to_builtins(host.inventory),
    }
