"""Backups."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.volume.actions import Action, dispatch
from haneul.dialects.openstack.volume.forms import SORT_NAMES, counted, links, next_link, parse_bool, time, wish
from haneul.dialects.openstack.volume.volumes import changed
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request
from haneul.services.volume import Backup, NewBackup

FILTERS = {"name": "name", "status": "status", "volume_id": "volume_id", "id": "id", "project_id": "project_id"}


def _brief(req: Request, it: Backup) -> dict[str, Any]:
    return {"id": it.id, "name": it.name, "links": links(req, "backups", it.id)}


def _shown(req: Request, it: Backup, *, is_parent: bool) -> dict[str, Any]:
    shown = _brief(req, it) | {
        "description": it.description,
        "status": it.status.value,
        "size": it.size_gib,
        "object_count": it.object_count,
        "container": it.container,
        "availability_zone": it.zone,
        "created_at": time(it.created_at),
        "updated_at": time(it.updated_at),
        "fail_reason": it.fail_reason,
        "volume_id": it.volume_id,
        "snapshot_id": it.snapshot_id,
        "is_incremental": it.is_incremental,
        "has_dependent_backups": is_parent,
        "data_timestamp": time(it.data_at),
        "metadata": dict(it.metadata),
        "user_id": it.user_id,
    }
    if req.caller.is_admin:
        shown["os-backup-project-attr:project_id"] = it.project_id
    return shown


def create_backup(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["backup"]
    new = NewBackup(
        volume_id=asked["volume_id"],
        name=asked.get("name"),
        description=asked.get("description"),
        container=asked.get("container"),
        snapshot_id=asked.get("snapshot_id"),
        is_incremental=parse_bool(asked.get("incremental", False), "incremental"),
        force=parse_bool(asked.get("force", False), "force"),
        metadata={key: str(value) for key, value in asked.get("metadata", {}).items()},
    )
    made = cloud.volume.backups.create(req.caller, new)
    return Reply(202, {"backup": _brief(req, made) | {"metadata": dict(made.metadata)}})


def list_backups(cloud: Cloud, req: Request) -> Reply:
    listed = cloud.volume.backups.list(req.caller, wish(req, FILTERS, SORT_NAMES))
    shown = [_brief(req, each) for each in listed.things]
    return Reply(200, {"backups": shown} | next_link(req, "backups", shown) | counted(listed.count))


def list_backups_detail(cloud: Cloud, req: Request) -> Reply:
    listed = cloud.volume.backups.list(req.caller, wish(req, FILTERS, SORT_NAMES))
    parents = cloud.volume.backups.has_dependents([each.id for each in listed.things])
    shown = [_shown(req, each, is_parent=each.id in parents) for each in listed.things]
    return Reply(200, {"backups": shown} | next_link(req, "backups", shown) | counted(listed.count))


def get_backup(cloud: Cloud, req: Request) -> Reply:
    found = cloud.volume.backups.get(req.caller, req.params["backup_id"])
    is_parent = bool(cloud.volume.backups.has_dependents([found.id]))
    return Reply(200, {"backup": _shown(req, found, is_parent=is_parent)})


def update_backup(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["backup"]
    changes = changed(asked)
    if "metadata" in asked:
        changes["metadata"] = asked["metadata"]
    if not changes:
        raise Invalid("backup.nothing_to_change", "Say what shall be different: name, description or metadata.")
    updated = cloud.volume.backups.update(req.caller, req.params["backup_id"], changes)
    return Reply(200, {"backup": _brief(req, updated) | {"metadata": dict(updated.metadata)}})


def delete_backup(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.backups.delete(req.caller, req.params["backup_id"])
    return Reply(202)


def restore_backup(cloud: Cloud, req: Request) -> Reply:
    asked, backup_id = req.body["restore"], req.params["backup_id"]
    volume = cloud.volume.backups.restore(req.caller, backup_id, asked.get("volume_id"), asked.get("name"))
    return Reply(202, {"restore": {"backup_id": backup_id, "volume_id": volume.id, "volume_name": volume.name or ""}})


def backup_action(cloud: Cloud, req: Request) -> Reply:
    return dispatch(ACTIONS, cloud, req)


def reset_backup_status(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.backups.reset_status(req.caller, req.params["backup_id"], req.body["os-reset_status"]["status"])
    return Reply(202)


def force_delete_backup(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.backups.delete(req.caller, req.params["backup_id"], force=True)
    return Reply(202)


_RESET = {"type": "object", "properties": {"status": {"enum": ["available", "error"]}}, "required": ["status"]}
ACTIONS = {"os-reset_status": Action(reset_backup_status, _RESET), "os-force_delete": Action(force_delete_backup)}
