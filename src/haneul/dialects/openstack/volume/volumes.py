"""Volumes: create, list, show, update, delete, and their metadata."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.volume import views
from haneul.dialects.openstack.volume.forms import counted, next_link, parse_bool, wish
from haneul.kit.errors import Invalid, NotFound
from haneul.kit.http import Reply, Request
from haneul.services.volume import NewVolume

FILTERS = {
    "id": "id",
    "name": "name",
    "display_name": "name",
    "description": "description",
    "display_description": "description",
    "status": "status",
    "size": "size_gib",
    "bootable": "is_bootable",
    "multiattach": "is_multiattach",
    "encrypted": "is_encrypted",
    "availability_zone": "zone",
    "volume_type_id": "type_id",
    "snapshot_id": "snapshot_id",
    "source_volid": "source_id",
    "group_id": "group_id",
    "user_id": "user_id",
    "project_id": "project_id",
    "migration_status": "migration_status",
    "consumes_quota": "consumes_quota",
}
SORT_NAMES = {
    "id": "id",
    "name": "name",
    "display_name": "name",
    "status": "status",
    "size": "size_gib",
    "availability_zone": "zone",
    "bootable": "is_bootable",
    "created_at": "created_at",
    "updated_at": "updated_at",
}


def new_volume(req: Request) -> NewVolume:
    asked = req.body["volume"]
    if parse_bool(asked.get("multiattach", False), "multiattach"):
        message = (
            "multiattach is a matter of the volume's type: choose one with the extra spec multiattach='<is> True'."
        )
        raise Invalid("volume.multiattach", message)
    if asked.get("consistencygroup_id") or asked.get("source_replica"):
        raise Invalid("volume.retired", "Consistency groups and replicas are retired: use a group.")
    size = asked.get("size")
    return NewVolume(
        size_gib=None if size is None else int(size),
        name=_name(asked),
        description=_description(asked),
        type=asked.get("volume_type") or "",
        zone=asked.get("availability_zone") or "",
        snapshot_id=asked.get("snapshot_id"),
        source_id=asked.get("source_volid"),
        image_id=asked.get("imageRef") or asked.get("image_id"),
        backup_id=asked.get("backup_id"),
        metadata={key: str(value) for key, value in (asked.get("metadata") or {}).items()},
        group_id=asked.get("group_id"),
    )


def _name(asked: dict[str, Any]) -> str | None:
    name = asked.get("name", asked.get("display_name"))
    return name.strip() if isinstance(name, str) else None


def _description(asked: dict[str, Any]) -> str | None:
    told: str | None = asked.get("description", asked.get("display_description"))
    return told


def changed(asked: dict[str, Any]) -> dict[str, Any]:
    """What a body says of a thing with a name and a description."""
    changes: dict[str, Any] = {}
    for column, names in (("name", ("name", "display_name")), ("description", ("description", "display_description"))):
        for name in names:
            if name in asked:
                changes[column] = asked[name]
    return changes


def create_volume(cloud: Cloud, req: Request) -> Reply:
    made = cloud.volume.volumes.create(req.caller, new_volume(req))
    return Reply(202, {"volume": views.changed_volume(req, cloud.volume.volumes.get(req.caller, made.id))})


def list_volumes(cloud: Cloud, req: Request) -> Reply:
    listed = cloud.volume.volumes.list(req.caller, wish(req, FILTERS, SORT_NAMES))
    shown = [views.brief_volume(req, volume) for volume in listed.things]
    return Reply(200, {"volumes": shown} | next_link(req, "volumes", shown) | counted(listed.count))


def list_volumes_detail(cloud: Cloud, req: Request) -> Reply:
    listed = cloud.volume.volumes.list_detail(req.caller, wish(req, FILTERS, SORT_NAMES))
    shown = [views.volume(req, view) for view in listed.things]
    return Reply(200, {"volumes": shown} | next_link(req, "volumes", shown) | counted(listed.count))


def get_volume(cloud: Cloud, req: Request) -> Reply:
    view = cloud.volume.volumes.get(req.caller, req.params["volume_id"])
    return Reply(200, {"volume": views.volume(req, view)})


def no_volume(cloud: Cloud, req: Request) -> Reply:
    raise NotFound("volume.absent", "The resource could not be found: name a volume.")


def update_volume(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["volume"]
    changes = changed(asked)
    if "metadata" in asked:
        changes["metadata"] = asked["metadata"]
    if not changes:
        raise Invalid("volume.nothing_to_change", "Say what shall be different: name, description or metadata.")
    view = cloud.volume.volumes.update(req.caller, req.params["volume_id"], changes)
    return Reply(200, {"volume": views.changed_volume(req, view)})


def delete_volume(cloud: Cloud, req: Request) -> Reply:
    cascade = parse_bool(req.query.get("cascade", "false"), "cascade")
    force = parse_bool(req.query.get("force", "false"), "force")
    cloud.volume.volumes.delete(req.caller, req.params["volume_id"], cascade=cascade, force=force)
    return Reply(202)


def get_summary(cloud: Cloud, req: Request) -> Reply:
    everywhere = parse_bool(req.query.get("all_tenants", "false"), "all_tenants")
    count, size_gib, metadata = cloud.volume.volumes.summary(req.caller, all_projects=everywhere)
    told = {"total_count": count, "total_size": size_gib, "metadata": metadata}
    return Reply(200, {"volume-summary": told})


def list_volume_metadata(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"metadata": dict(cloud.volume.volumes.metadata(req.caller, req.params["volume_id"]))})


def create_volume_metadata(cloud: Cloud, req: Request) -> Reply:
    return _set_metadata(cloud, req, is_whole=False, rule="create")


def replace_volume_metadata(cloud: Cloud, req: Request) -> Reply:
    return _set_metadata(cloud, req, is_whole=True, rule="update")


def _set_metadata(cloud: Cloud, req: Request, *, is_whole: bool, rule: str) -> Reply:
    wanted = {key: str(value) for key, value in req.body["metadata"].items()}
    volume_id = req.params["volume_id"]
    kept = cloud.volume.volumes.set_metadata(req.caller, volume_id, wanted, is_whole=is_whole, rule=rule)
    return Reply(200, {"metadata": dict(kept)})


def get_volume_metadata(cloud: Cloud, req: Request) -> Reply:
    key = req.params["key"]
    metadata = cloud.volume.volumes.metadata(req.caller, req.params["volume_id"])
    return Reply(200, {"meta": {key: meta_of(metadata, key)}})


def meta_of(metadata: Any, key: str) -> str:
    if key not in metadata:
        raise NotFound("volume.no_metadata", f"There is no metadata with key {key}: list the keys.")
    return str(metadata[key])


def set_volume_metadata(cloud: Cloud, req: Request) -> Reply:
    wanted = meta_in(req)
    cloud.volume.volumes.set_metadata(req.caller, req.params["volume_id"], wanted, is_whole=False)
    return Reply(200, {"meta": wanted})


def meta_in(req: Request) -> dict[str, str]:
    """The one key that the address names."""
    asked = req.body["meta"]
    if req.params["key"] not in asked:
        raise Invalid("request.other_key", f"Request body and URI mismatch: the body has no {req.params['key']}.")
    return {key: str(value) for key, value in asked.items()}


def remove_volume_metadata(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.volumes.remove_metadata(req.caller, req.params["volume_id"], req.params["key"])
    return Reply(200)
