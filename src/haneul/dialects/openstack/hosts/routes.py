"""The routes of hosts, below /haneul/v1."""

from __future__ import annotations

from haneul.dialects.openstack.hosts import hosts
from haneul.kit.http import Route

_EMPTY = {"type": ["object", "null"], "properties": {}, "additionalProperties": False}

ROUTES = (
    Route("POST", "/v1/hosts/join-tokens", hosts.create_join_token, schema=_EMPTY),
    Route("GET", "/v1/hosts", hosts.list_hosts),
    Route("GET", "/v1/hosts/{host_id}", hosts.get_host),
    Route("DELETE", "/v1/hosts/{host_id}", hosts.delete_host),
)
