"""Get me a network: made for a project that asks for one, or only looked at whether it could be."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.kit.http import Reply, Request

_NOBODY = ("None", "null")
"""What clients write into the path where they mean their own project."""


def show_auto_allocated_topology(cloud: Cloud, req: Request) -> Reply:
    """Makes it, as the network API has it; with `fields=dry-run` only says whether that would be done."""
    project_id = _project(req)
    topologies = cloud.network.auto_topologies
    if "dry-run" in req.query.all("fields"):
        return _shown("dry-run=pass", topologies.check(req.caller, project_id), ())
    found = topologies.ensure(req.caller, project_id)
    return _shown(found.network_id, found.project_id, req.query.all("fields"))


def delete_auto_allocated_topology(cloud: Cloud, req: Request) -> Reply:
    cloud.network.auto_topologies.delete(req.caller, _project(req))
    return Reply(204)


def _project(req: Request) -> str:
    said = req.params["project_id"]
    return req.caller.project_id if said in _NOBODY else said


def _shown(identifier: str, project_id: str, fields: tuple[str, ...]) -> Reply:
    shown: dict[str, Any] = {"id": identifier, "tenant_id": project_id, "project_id": project_id}
    chosen = {name: value for name, value in shown.items() if not fields or name in fields}
    return Reply(200, {"auto_allocated_topology": chosen})
