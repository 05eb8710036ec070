"""The log of usage audits, for administrators: what each host told of its servers for a period."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request


def list_audit_logs(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"instance_usage_audit_logs": _log(cloud, req, None)})


def get_audit_log(cloud: Cloud, req: Request) -> Reply:
    text = req.params["before"]
    try:
        before = datetime.fromisoformat(text.strip()).replace(tzinfo=UTC)
    except ValueError as error:
        raise Invalid("request.not_a_time", f"Invalid timestamp for date {text}: write 2030-01-31 12:00:00.") from error
    return Reply(200, {"instance_usage_audit_log": _log(cloud, req, before)})


def _log(cloud: Cloud, req: Request, before: datetime | None) -> dict[str, Any]:
    """Usage is counted when it is asked for, so that no host ever runs an audit."""
    hosts = [host.name for host in cloud.compute.hosts.list(req.caller, "os_compute_api:os-instance-usage-audit-log")]
    begin, end = cloud.compute.quotas.audit_period(before)
    return {
        "period_beginning": begin.strftime("%Y-%m-%d %H:%M:%S"),
        "period_ending": end.strftime("%Y-%m-%d %H:%M:%S"),
        "num_hosts": len(hosts),
        "num_hosts_done": 0,
        "num_hosts_running": 0,
        "num_hosts_not_run": len(hosts),
        "hosts_not_run": hosts,
        "total_instances": 0,
        "total_errors": 0,
        "overall_status": f"0 of {len(hosts)} hosts done. 0 errors.",
        "log": {},
    }
