"""Records of backups: all that is known of one, so that it can be used again where the database was lost."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.volume.forms import links
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request
from haneul.services.volume import Backup, BackupRecord

_SERVICE = "cinder.backup.drivers.haneul"
"""Clients look for the prefix; the last word says whose pieces they are."""


class _Record(msgspec.Struct, kw_only=True):
    id: UUID
    volume_id: UUID
    size: Annotated[int, msgspec.Meta(gt=0)]
    service_metadata: UUID
    data_timestamp: datetime
    display_name: str | None = None
    display_description: str | None = None
    container: str | None = None
    object_count: int = 0
    is_incremental: bool = False
    metadata: dict[str, str] = {}


def export_record(cloud: Cloud, req: Request) -> Reply:
    it = cloud.volume.backup_records.export(req.caller, req.params["backup_id"])
    record = _Record(
        id=UUID(it.id),
        volume_id=UUID(it.volume_id),
        size=it.size_gib,
        service_metadata=UUID(it.id),
        data_timestamp=it.data_at.astimezone(UTC),
        display_name=it.name,
        display_description=it.description,
        container=it.container,
        object_count=it.object_count,
        is_incremental=it.is_incremental,
        metadata=dict(it.metadata),
    )
    url = b64encode(msgspec.json.encode(record)).decode()
    return Reply(200, {"backup-record": {"backup_service": _SERVICE, "backup_url": url}})


def import_record(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["backup-record"]
    if asked["backup_service"] != _SERVICE:
        raise Invalid("backup.other_service", f"Backups of {asked['backup_service']} cannot be read: use {_SERVICE}.")
    made = cloud.volume.backup_records.import_record(req.caller, _record(asked["backup_url"]))
    return Reply(201, {"backup": _brief(req, made)})


def _record(url: str) -> BackupRecord:
    try:
        told = msgspec.json.decode(b64decode(url, validate=True), type=_Record)
    except (binascii.Error, ValueError, msgspec.DecodeError) as error:
        raise Invalid("backup.bad_record", "The record cannot be read: give one as export_record tells it.") from error
    return BackupRecord(
        id=str(told.id),
        data_id=str(told.service_metadata),
        volume_id=str(told.volume_id),
        size_gib=told.size,
        data_at=told.data_timestamp.replace(tzinfo=told.data_timestamp.tzinfo or UTC),
        name=told.display_name,
        description=told.display_description,
        container=told.container,
        object_count=told.object_count,
        is_incremental=told.is_incremental,
        metadata=told.metadata,
    )


def _brief(req: Request, it: Backup) -> dict[str, object]:
    return {"id": it.id, "name": it.name, "links": links(req, "backups", it.id)}
