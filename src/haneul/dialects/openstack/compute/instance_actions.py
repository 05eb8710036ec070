"""Instance actions: what was done to a server, out of the journal of its runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.compute.forms import fine_time, next_link, parse_time
from haneul.dialects.openstack.compute.server_views import host_hash
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request
from haneul.services.compute import RunView, StepView, asked_by_of

_ACTION_BY_KIND = {
    "create_server": "create",
    "delete_server": "delete",
    "stop_server": "stop",
    "start_server": "start",
    "reboot_server": "reboot",
    "hard_reboot_server": "reboot",
    "rebuild_server": "rebuild",
    "pause_server": "pause",
    "unpause_server": "unpause",
    "suspend_server": "suspend",
    "resume_server": "resume",
    "rescue_server": "rescue",
    "unrescue_server": "unrescue",
    "shelve_server": "shelve",
    "offload_server": "shelveOffload",
    "unshelve_server": "unshelve",
    "create_image": "createImage",
    "create_backup": "createBackup",
    "resize_server": "resize",
    "migrate_server": "migrate",
    "confirm_resize": "confirmResize",
    "revert_resize": "revertResize",
    "live_migrate_server": "live-migration",
    "evacuate_server": "evacuate",
    "soft_delete_server": "delete",
    "inject_network_info": "inject_network_info",
    "restore_server": "restore",
    "attach_interface": "attach_interface",
    "detach_interface": "detach_interface",
    "extend_volume": "extend_volume",
}
_EVENT_BY_STEP = {"volume_grown": "extend_volume"}


def list_instance_actions(cloud: Cloud, req: Request) -> Reply:
    server_id = req.params["server_id"]
    runs = [run for run in cloud.compute.actions.list(req.caller, server_id) if _is_wanted(req, run)]
    runs = _after_marker(req, runs)
    limit = req.query.get_int("limit")
    shown = [_brief(server_id, run) for run in runs[:limit]]
    last = shown[-1]["request_id"] if shown and limit is not None else None
    links = next_link(req, "links", shown, last).get("links_links", [])
    return Reply(200, {"instanceActions": shown} | ({"links": links} if links else {}))


def _is_wanted(req: Request, run: RunView) -> bool:
    since, before = req.query.get("changes-since"), req.query.get("changes-before")
    if since and before and parse_time(since, "changes-since") > parse_time(before, "changes-before"):
        raise Invalid("request.period", "The value of changes-since must be less than or equal to changes-before.")
    updated = _updated(run)
    if since and updated < parse_time(since, "changes-since"):
        return False
    return not (before and updated > parse_time(before, "changes-before"))


def _after_marker(req: Request, runs: list[RunView]) -> list[RunView]:
    marker = req.query.get("marker")
    if marker is None:
        return runs
    ids = [run.request_id for run in runs]
    if marker not in ids:
        raise Invalid("page.marker", f"marker [{marker}] not found")
    return runs[ids.index(marker) + 1 :]


def _updated(run: RunView) -> datetime:
    return run.finished_at or max((step.finished_at or step.started_at for step in run.steps), default=run.created_at)


def _brief(server_id: str, run: RunView) -> dict[str, Any]:
    asked_by = asked_by_of(run)
    return {
        "action": _ACTION_BY_KIND.get(run.kind, run.kind),
        "instance_uuid": server_id,
        "message": "Error" if run.error else None,
        "project_id": asked_by.project_id,
        "request_id": run.request_id,
        "start_time": fine_time(run.created_at),
        "updated_at": fine_time(_updated(run)),
        "user_id": asked_by.user_id,
    }


def get_instance_action(cloud: Cloud, req: Request) -> Reply:
    server_id = req.params["server_id"]
    record = cloud.compute.actions.get(req.caller, server_id, req.params["request_id"])
    shown = _brief(server_id, record.run)
    host = record.host
    host_id = host_hash(record.project_id, host.name) if host else ""
    events = [_event(step) | {"hostId": host_id} for step in record.run.steps]
    if record.sees_details:
        for event, step in zip(events, record.run.steps, strict=True):
            event["host"] = host.name if host else None
            event["traceback"] = (record.explanation or step.error.message) if step.error else None
            event["details"] = event["traceback"]
    return Reply(200, {"instanceAction": shown | {"events": events}})


def _event(step: StepView) -> dict[str, Any]:
    result = None
    if step.finished_at is not None:
        result = "Error" if step.error else "Success"
    return {
        "event": f"compute_{_EVENT_BY_STEP.get(step.name, step.name)}",
        "start_time": fine_time(step.started_at),
        "finish_time": fine_time(step.finished_at),
        "result": result,
        "details": step.error.message if step.error else None,
    }
