"""Volumes and snapshots as compute spoke of them until 2.35: block storage's, in older words."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.compute.forms import fine_time, page
from haneul.dialects.openstack.compute.schemas.forms import (
    BOOLEAN,
    METADATA,
    PAGE,
    TEXT,
    Schema,
    lenient,
    query,
    wrapped,
)
from haneul.kit.errors import CloudError, Forbidden, Invalid, NotFound, OverQuota
from haneul.kit.http import Reply, Request, Route
from haneul.services.volume import AttachStatus, ListWish, NewSnapshot, NewVolume, Snapshot, VolumeView

_LIST = lenient(query(**PAGE))
_NAME: Schema = {"type": ["string", "null"], "maxLength": 255}
_WORD: Schema = {"type": ["string", "null"]}
_CREATE_VOLUME = wrapped(
    "volume",
    {
        "size": {"type": ["integer", "string"], "pattern": "^[0-9]+$", "minimum": 1},
        "display_name": _NAME,
        "display_description": _WORD,
        "volume_type": _WORD,
        "metadata": {**METADATA, "type": ["object", "null"]},
        "snapshot_id": _WORD,
        "availability_zone": _WORD,
    },
    ("size",),
)
_CREATE_SNAPSHOT = wrapped(
    "snapshot",
    {"volume_id": TEXT, "display_name": _NAME, "display_description": _WORD, "force": BOOLEAN},
    ("volume_id",),
)
_TRUE = frozenset({True, "true", "True", "TRUE", "1", "on", "ON", "yes", "YES"})


def list_volumes(cloud: Cloud, req: Request) -> Reply:
    wish = ListWish(page=page(req), offset=req.query.get_int("offset") or 0)
    found = cloud.volume.volumes.list_detail(req.caller, wish).things
    return Reply(200, {"volumes": [_volume(view) for view in found]})


def create_volume(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["volume"]
    new = NewVolume(
        size_gib=int(asked["size"]),
        name=asked.get("display_name"),
        description=asked.get("display_description"),
        type=asked.get("volume_type") or "",
        zone=asked.get("availability_zone") or "",
        snapshot_id=asked.get("snapshot_id"),
        metadata=asked.get("metadata") or {},
    )
    try:
        made = cloud.volume.volumes.create(req.caller, new)
    except OverQuota as error:
        raise Forbidden(error.code, error.message) from error
    except (NotFound, Forbidden):
        raise
    except CloudError as error:
        raise Invalid(error.code, error.message) from error
    return Reply(200, {"volume": _volume(cloud.volume.volumes.get(req.caller, made.id))})


def get_volume(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"volume": _volume(cloud.volume.volumes.get(req.caller, req.params["volume_id"]))})


def delete_volume(cloud: Cloud, req: Request) -> Reply:
    try:
        cloud.volume.volumes.delete(req.caller, req.params["volume_id"])
    except (NotFound, Forbidden):
        raise
    except CloudError as error:
        raise Invalid(error.code, error.message) from error
    return Reply(202)


def list_snapshots(cloud: Cloud, req: Request) -> Reply:
    wish = ListWish(page=page(req), offset=req.query.get_int("offset") or 0)
    found = cloud.volume.snapshots.list(req.caller, wish).things
    return Reply(200, {"snapshots": [_snapshot(each) for each in found]})


def create_snapshot(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["snapshot"]
    new = NewSnapshot(
        asked["volume_id"],
        asked.get("display_name"),
        asked.get("display_description"),
        force=asked.get("force") in _TRUE,
    )
    try:
        made = cloud.volume.snapshots.create(req.caller, new)
    except OverQuota as error:
        raise Forbidden(error.code, error.message) from error
    return Reply(200, {"snapshot": _snapshot(made)})


def get_snapshot(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"snapshot": _snapshot(cloud.volume.snapshots.get(req.caller, req.params["snapshot_id"]))})


def delete_snapshot(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.snapshots.delete(req.caller, req.params["snapshot_id"])
    return Reply(202)


def elsewhere(cloud: Cloud, req: Request) -> Reply:
    raise NotFound("request.no_volumes", "The resource could not be found: ask the block storage service for it.")


def _volume(view: VolumeView) -> dict[str, Any]:
    it = view.volume
    attached = [
        {"id": it.id, "volumeId": it.id, "serverId": each.server_id, "device": each.device}
        for each in view.attachments
        if each.status is AttachStatus.ATTACHED
    ]
    return {
        "id": it.id,
        "status": it.status.value,
        "size": it.size_gib,
        "availabilityZone": it.zone,
        "createdAt": fine_time(it.created_at),
        "attachments": attached or [{}],
        "displayName": it.name,
        "displayDescription": it.description,
        "volumeType": view.type_name,
        "snapshotId": it.snapshot_id,
        "metadata": dict(it.metadata),
    }


def _snapshot(it: Snapshot) -> dict[str, Any]:
    return {
        "id": it.id,
        "volumeId": it.volume_id,
        "status": it.status.value,
        "size": it.size_gib,
        "createdAt": fine_time(it.created_at),
        "displayName": it.name,
        "displayDescription": it.description,
    }


_VOLUMES, _SNAPSHOTS = "/v2.1/os-volumes", "/v2.1/os-snapshots"
_EVERY = (
    *(("GET", path) for path in (_VOLUMES, _VOLUMES + "/detail", _SNAPSHOTS, _SNAPSHOTS + "/detail")),
    *(("POST", path) for path in (_VOLUMES, _SNAPSHOTS)),
    *((method, _VOLUMES + "/{volume_id}") for method in ("GET", "DELETE")),
    *((method, _SNAPSHOTS + "/{snapshot_id}") for method in ("GET", "DELETE")),
)
ROUTES = (
    Route("GET", _VOLUMES, list_volumes, query=_LIST, until="2.35"),
    Route("GET", _VOLUMES + "/detail", list_volumes, query=_LIST, until="2.35"),
    Route("POST", _VOLUMES, create_volume, schema=_CREATE_VOLUME, until="2.35"),
    Route("GET", _VOLUMES + "/{volume_id}", get_volume, until="2.35"),
    Route("DELETE", _VOLUMES + "/{volume_id}", delete_volume, until="2.35"),
    Route("GET", _SNAPSHOTS, list_snapshots, query=_LIST, until="2.35"),
    Route("GET", _SNAPSHOTS + "/detail", list_snapshots, query=_LIST, until="2.35"),
    Route("POST", _SNAPSHOTS, create_snapshot, schema=_CREATE_SNAPSHOT, until="2.35"),
    Route("GET", _SNAPSHOTS + "/{snapshot_id}", get_snapshot, until="2.35"),
    Route("DELETE", _SNAPSHOTS + "/{snapshot_id}", delete_snapshot, until="2.35"),
    *(Route(method, path, elsewhere, since="2.36") for method, path in _EVERY),
)
"""What is not there any more says so from 2.36 on."""
