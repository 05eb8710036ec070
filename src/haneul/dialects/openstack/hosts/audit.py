"""The audit log: who asked for what change; for administrators."""

from __future__ import annotations

from typing import Any

import msgspec

from haneul.dialects.openstack.cloud import Cloud
from haneul.kit.audit import AuditRecord, RecordFilter, moment_of
from haneul.kit.http import Reply, Request

_MOST = 1000


def list_records(cloud: Cloud, req: Request) -> Reply:
    """The newest first; user_id, project_id, request_id, path, since, until, `limit` and `marker` choose."""
    query = req.query
    which = RecordFilter(
        user_id=query.get("user_id"),
        project_id=query.get("project_id"),
        request_id=query.get("request_id"),
        path=query.get("path"),
        since=moment_of("since", query.get("since")),
        until=moment_of("until", query.get("until")),
    )
    limit = min(query.get_int("limit", 100) or _MOST, _MOST)
    found = cloud.audit.page(req.caller, which, limit, query.get("marker"))
    return Reply(200, {"records": [_shown(record) for record in found]})


def prove(cloud: Cloud, req: Request) -> Reply:
    """Every record is looked at; a chain that does not hold is told of."""
    proof = cloud.audit.prove(req.caller)
    heads = {replica: {"number": head.number, "seal": head.seal} for replica, head in proof.heads.items()}
    breaks = [{"replica": each.replica, "number": each.number, "told": each.told} for each in proof.breaks]
    return Reply(200, {"proof": {"holds": not breaks, "records": proof.records, "heads": heads, "breaks": breaks}})


def _shown(record: AuditRecord) -> dict[str, Any]:
    return {"id": record.id, "at": record.at.isoformat(), **msgspec.structs.asdict(record.asked)}
