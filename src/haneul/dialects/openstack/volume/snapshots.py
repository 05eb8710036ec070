"""Snapshots and their metadata."""

from __future__ import annotations

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.volume import views
from haneul.dialects.openstack.volume.actions import Action, dispatch
from haneul.dialects.openstack.volume.forms import SORT_NAMES, counted, next_link, parse_bool, wish
from haneul.dialects.openstack.volume.schemas import ANYTHING
from haneul.dialects.openstack.volume.volumes import changed, meta_in, meta_of
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request
from haneul.services.volume import NewSnapshot

FILTERS = {
    "id": "id",
    "name": "name",
    "display_name": "name",
    "status": "status",
    "volume_id": "volume_id",
    "project_id": "project_id",
    "consumes_quota": "consumes_quota",
}


def create_snapshot(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["snapshot"]
    force = parse_bool(asked.get("force", True), "force")
    if not force and "lifted" not in asked:
        message = "The force flag is retired: leave it out, snapshots of attached volumes are taken without it."
        raise Invalid("snapshot.force", message)
    told = changed(asked)
    new = NewSnapshot(
        volume_id=asked["volume_id"] or "",
        name=told.get("name"),
        description=told.get("description"),
        metadata={key: str(value) for key, value in (asked.get("metadata") or {}).items()},
        force=force,
    )
    made = cloud.volume.snapshots.create(req.caller, new)
    return Reply(202, {"snapshot": views.snapshot(made, is_detailed=False)})


def list_snapshots(cloud: Cloud, req: Request) -> Reply:
    return _list(cloud, req, is_detailed=False)


def list_snapshots_detail(cloud: Cloud, req: Request) -> Reply:
    return _list(cloud, req, is_detailed=True)


def _list(cloud: Cloud, req: Request, *, is_detailed: bool) -> Reply:
    listed = cloud.volume.snapshots.list(req.caller, wish(req, FILTERS, SORT_NAMES))
    shown = [views.snapshot(each, is_detailed=is_detailed) for each in listed.things]
    return Reply(200, {"snapshots": shown} | next_link(req, "snapshots", shown) | counted(listed.count))


def get_snapshot(cloud: Cloud, req: Request) -> Reply:
    found = cloud.volume.snapshots.get(req.caller, req.params["snapshot_id"])
    return Reply(200, {"snapshot": views.snapshot(found, is_detailed=True)})


def update_snapshot(cloud: Cloud, req: Request) -> Reply:
    changes = changed(req.body["snapshot"])
    updated = cloud.volume.snapshots.update(req.caller, req.params["snapshot_id"], changes)
    return Reply(200, {"snapshot": views.snapshot(updated, is_detailed=False)})


def delete_snapshot(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.snapshots.delete(req.caller, req.params["snapshot_id"])
    return Reply(202)


def list_snapshot_metadata(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"metadata": dict(cloud.volume.snapshots.metadata(req.caller, req.params["snapshot_id"]))})


def create_snapshot_metadata(cloud: Cloud, req: Request) -> Reply:
    return _set(cloud, req, is_whole=False)


def replace_snapshot_metadata(cloud: Cloud, req: Request) -> Reply:
    return _set(cloud, req, is_whole=True)


def _set(cloud: Cloud, req: Request, *, is_whole: bool) -> Reply:
    wanted = {key: str(value) for key, value in req.body["metadata"].items()}
    kept = cloud.volume.snapshots.set_metadata(req.caller, req.params["snapshot_id"], wanted, is_whole=is_whole)
    return Reply(200, {"metadata": dict(kept)})


def get_snapshot_metadata(cloud: Cloud, req: Request) -> Reply:
    key = req.params["key"]
    return Reply(
        200, {"meta": {key: meta_of(cloud.volume.snapshots.metadata(req.caller, req.params["snapshot_id"]), key)}}
    )


def set_snapshot_metadata(cloud: Cloud, req: Request) -> Reply:
    wanted = meta_in(req)
    cloud.volume.snapshots.set_metadata(req.caller, req.params["snapshot_id"], wanted, is_whole=False)
    return Reply(200, {"meta": wanted})


def remove_snapshot_metadata(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.snapshots.remove_metadata(req.caller, req.params["snapshot_id"], req.params["key"])
    return Reply(200)


# Actions


def snapshot_action(cloud: Cloud, req: Request) -> Reply:
    return dispatch(ACTIONS, cloud, req)


def reset_snapshot_status(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.snapshots.reset_status(req.caller, req.params["snapshot_id"], req.body["os-reset_status"]["status"])
    return Reply(202)


def update_snapshot_status(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["os-update_snapshot_status"]
    progress = asked.get("progress")
    cloud.volume.snapshots.report(req.caller, req.params["snapshot_id"], asked["status"], progress)
    return Reply(202)


def force_delete_snapshot(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.snapshots.delete(req.caller, req.params["snapshot_id"], force=True)
    return Reply(202)


def unmanage_snapshot(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.snapshots.unmanage(req.caller, req.params["snapshot_id"])
    return Reply(202)


_STATUSES = ("available", "creating", "deleting", "error", "error_deleting")
_RESET = {"type": "object", "properties": {"status": {"enum": list(_STATUSES)}}, "required": ["status"]}
_REPORT = {
    "type": "object",
    "properties": {"status": {"type": "string"}, "progress": {"type": "string", "pattern": "^[0-9]{1,3}%$"}},
    "required": ["status"],
}
ACTIONS: dict[str, Action] = {
    "os-reset_status": Action(reset_snapshot_status, _RESET),
    "os-update_snapshot_status": Action(update_snapshot_status, _REPORT),
    "os-force_delete": Action(force_delete_snapshot),
    "os-unmanage": Action(unmanage_snapshot, {**ANYTHING, "type": ["object", "null"]}),
}
