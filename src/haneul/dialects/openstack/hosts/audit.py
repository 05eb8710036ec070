"""The audit log: who asked for what change; for administrators."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from haneul.dialects.openstack.cloud import Cloud
from haneul.kit.audit import AuditLog, AuditRecord, RecordFilter
from haneul.kit.errors import Forbidden, Invalid
from haneul.kit.http import Query, Reply, Request

_MOST = 1000


def list_records(cloud: Cloud, req: Request) -> Reply:
    """The newest first; user_id, project_id, request_id, path, since, until, `limit` and `marker` choose."""
    log, query = _log(cloud, req), req.query
    which = RecordFilter(
        user_id=query.get("user_id"),
        project_id=query.get("project_id"),
        request_id=query.get("request_id"),
        path=query.get("path"),
        since=_moment(query, "since"),
        until=_moment(query, "until"),
    )
    limit = min(query.get_int("limit", 100) or _MOST, _MOST)
    found = log.page(which, limit, query.get("marker"))
    return Reply(200, {"records": [_shown(record) for record in found]})


def prove(cloud: Cloud, req: Request) -> Reply:
    """Every record is looked at; a chain that does not hold is told of."""
    proof = _log(cloud, req).prove()
    heads = {replica: {"number": head.number, "seal": head.seal} for replica, head in proof.heads.items()}
    breaks = [{"replica": each.replica, "number": each.number, "told": each.told} for each in proof.breaks]
    return Reply(200, {"proof": {"holds": not breaks, "records": proof.records, "heads": heads, "breaks": breaks}})


def _log(cloud: Cloud, req: Request) -> AuditLog:
    if not req.caller.is_admin:
        raise Forbidden("audit.admin_only", "Who asked for what is told to administrators only.")
    return cloud.audit


def _moment(query: Query, name: str) -> datetime | None:
    text = query.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("audit.bad_moment", f"{name}={text} is no moment: write 2026-01-31T12:00:00Z.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _shown(record: AuditRecord) -> dict[str, Any]:
    return {"id": record.id, "at": record.at.isoformat(), **msgspec.structs.asdict(record.asked)}
