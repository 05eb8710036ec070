"""The routes of hosts and of how the cloud gets on, below /haneul/v1."""

from __future__ import annotations

from haneul.dialects.openstack.compute.schemas.servers import CREATE_SERVER
from haneul.dialects.openstack.hosts import audit, drift, hosts, networks, placing, runs, work
from haneul.kit.http import Route

_EMPTY = {"type": ["object", "null"], "properties": {}, "additionalProperties": False}

HOST_ROUTES = (
    Route("POST", "/hosts/join-tokens", hosts.create_join_token, schema=_EMPTY),
    Route("GET", "/hosts", hosts.list_hosts),
    Route("GET", "/hosts/{host_id}", hosts.get_host),
    Route("DELETE", "/hosts/{host_id}", hosts.delete_host),
    Route("GET", "/servers/{server_id}/placement", placing.explain_server),
    Route("POST", "/servers/forecast", placing.forecast_server, schema=CREATE_SERVER),
    Route("GET", "/work", work.show_work),
    Route("GET", "/audit", audit.list_records),
    Route("GET", "/audit/proof", audit.prove),
    Route("POST", "/network/explain", networks.explain, schema=networks.EXPLAIN),
    Route("GET", "/drift", drift.list_drift),
    Route("GET", "/drift/network", drift.list_network_drift),
    Route("GET", "/runs", runs.list_runs),
    Route("GET", "/runs/{run_id}", runs.get_run),
    Route("POST", "/runs/{run_id}/retry", runs.retry_run, schema=_EMPTY),
    Route("POST", "/runs/{run_id}/cancel", runs.cancel_run, schema=_EMPTY),
)
