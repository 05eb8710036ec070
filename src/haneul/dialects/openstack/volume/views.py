"""Volumes, snapshots and what belongs to them as the newest version shows them."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.volume.forms import links, time
from haneul.kit.http import Request
from haneul.services.volume import Attachment, AttachStatus, Snapshot, Volume, VolumeView


def brief_volume(req: Request, volume: Any) -> dict[str, Any]:
    return {"id": volume.id, "name": volume.name, "links": links(req, "volumes", volume.id)}


def volume(req: Request, view: VolumeView) -> dict[str, Any]:
    it = view.volume
    shown = _plain(it) | {
        "availability_zone": it.zone,
        "attachments": [_attached(each) for each in view.attachments if each.status is AttachStatus.ATTACHED],
        "volume_type": view.type_name,
        "volume_type_id": it.type_id,
        "snapshot_id": it.snapshot_id,
        "source_volid": it.source_id,
        "metadata": _metadata(view),
        "links": links(req, "volumes", it.id),
        "user_id": it.user_id,
        "bootable": str(it.is_bootable).lower(),
        "encrypted": it.is_encrypted,
        "replication_status": None,
        "consistencygroup_id": None,
        "multiattach": it.is_multiattach,
        "group_id": it.group_id,
        "service_uuid": None,
        "shared_targets": None,
        "consumes_quota": it.consumes_quota,
        "os-vol-tenant-attr:tenant_id": it.project_id,
        "migration_status": it.migration_status,
    }
    if it.image_metadata:
        shown["volume_image_metadata"] = dict(it.image_metadata)
    if it.is_encrypted:
        shown["encryption_key_id"] = it.key_id
    if req.caller.is_admin:
        shown |= {
            "os-vol-host-attr:host": view.pool_name,
            "os-vol-mig-status-attr:migstat": it.migration_status,
            "os-vol-mig-status-attr:name_id": None,
            "provider_id": None,
            "cluster_name": None,
        }
    return shown


def changed_volume(req: Request, view: VolumeView) -> dict[str, Any]:
    """As the answer to a change tells it: without what once were extensions."""
    shown = volume(req, view)
    extended = [name for name in shown if name.startswith("os-vol-") or name == "volume_image_metadata"]
    return {name: value for name, value in shown.items() if name not in extended}


def _plain(it: Volume | Snapshot) -> dict[str, Any]:
    return {
        "id": it.id,
        "name": it.name,
        "description": it.description,
        "status": it.status.value,
        "size": it.size_gib,
        "created_at": time(it.created_at),
        "updated_at": time(it.updated_at),
    }


def _metadata(view: VolumeView) -> dict[str, str]:
    it = view.volume
    shown = dict(it.metadata)
    if it.is_readonly is not None:
        shown["readonly"] = str(it.is_readonly)
    return shown


def _attached(attachment: Attachment) -> dict[str, Any]:
    return {
        "id": attachment.volume_id,
        "attachment_id": attachment.id,
        "volume_id": attachment.volume_id,
        "server_id": attachment.server_id,
        "host_name": attachment.host_name,
        "device": attachment.device,
        "attached_at": time(attachment.attached_at),
    }


def snapshot(it: Snapshot, *, is_detailed: bool) -> dict[str, Any]:
    shown: dict[str, Any] = _plain(it) | {
        "volume_id": it.volume_id,
        "metadata": dict(it.metadata),
        "user_id": it.user_id,
        "consumes_quota": it.consumes_quota,
        "group_snapshot_id": it.group_snapshot_id,
    }
    if is_detailed:
        shown["os-extended-snapshot-attributes:progress"] = it.progress
        shown["os-extended-snapshot-attributes:project_id"] = it.project_id
    return shown
