"""What is done to a volume by POST .../action."""

from __future__ import annotations

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.volume import views
from haneul.dialects.openstack.volume.actions import Action, dispatch
from haneul.dialects.openstack.volume.forms import parse_bool, time
from haneul.dialects.openstack.volume.schemas import (
    BOOLEAN,
    FILLED,
    METADATA,
    NAME_OR_NULL,
    SIZE,
    UUID,
    UUID_OR_NULL,
    Schema,
)
from haneul.kit.errors import Invalid, NotFound
from haneul.kit.http import Reply, Request
from haneul.kit.http.ladder import Version
from haneul.services.volume import Attachment, AttachStatus, ImageWish

_ONLINE_SINCE = Version(3, 42)


def volume_action(cloud: Cloud, req: Request) -> Reply:
    return dispatch(ACTIONS, cloud, req)


def _id(req: Request) -> str:
    return req.params["volume_id"]


def extend_volume(cloud: Cloud, req: Request) -> Reply:
    size = int(req.body["os-extend"]["new_size"])
    cloud.volume.volumes.extend(req.caller, _id(req), size, also_attached=req.version >= _ONLINE_SINCE)
    return Reply(202)


def revert_volume(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.volumes.revert(req.caller, _id(req), req.body["revert"]["snapshot_id"])
    return Reply(202)


def reimage_volume(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["os-reimage"]
    also_reserved = parse_bool(asked.get("reimage_reserved", False), "reimage_reserved")
    cloud.volume.volumes.reimage(req.caller, _id(req), asked["image_id"], also_reserved=also_reserved)
    return Reply(202)


def upload_volume(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["os-volume_upload_image"]
    wish = ImageWish(
        name=asked["image_name"],
        disk_format=asked.get("disk_format") or "raw",
        container_format=asked.get("container_format") or "bare",
        visibility=asked.get("visibility") or "private",
        is_protected=parse_bool(asked.get("protected", False), "protected"),
        force=parse_bool(asked.get("force", False), "force"),
    )
    volume, image = cloud.volume.volumes.upload(req.caller, _id(req), wish)
    view = views.volume(req, cloud.volume.volumes.get(req.caller, volume.id))
    told = {
        "id": volume.id,
        "updated_at": time(volume.updated_at),
        "status": volume.status.value,
        "display_description": volume.description,
        "size": volume.size_gib,
        "volume_type": {"name": view["volume_type"], "id": volume.type_id},
        "image_id": image.id,
        "container_format": image.container_format,
        "disk_format": image.disk_format,
        "image_name": image.name,
        "protected": image.is_protected,
        "visibility": image.visibility.value,
    }
    return Reply(202, {"os-volume_upload_image": told})


def set_bootable(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.volumes.set_bootable(
        req.caller, _id(req), parse_bool(req.body["os-set_bootable"]["bootable"], "bootable")
    )
    return Reply(200)


def set_readonly(cloud: Cloud, req: Request) -> Reply:
    is_readonly = parse_bool(req.body["os-update_readonly_flag"]["readonly"], "readonly")
    cloud.volume.volumes.set_readonly(req.caller, _id(req), is_readonly)
    return Reply(202)


def retype_volume(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["os-retype"]
    cloud.volume.volumes.retype(req.caller, _id(req), asked["new_type"], asked.get("migration_policy") or "never")
    return Reply(202)


def migrate_volume(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["os-migrate_volume"]
    if not asked.get("host"):
        raise Invalid("volume.no_pool_named", "Say where it shall go by `host`: there are no clusters of places here.")
    cloud.volume.volumes.migrate(req.caller, _id(req), asked["host"])
    return Reply(202)


def reset_volume_status(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["os-reset_status"]
    cloud.volume.volumes.reset_status(
        req.caller,
        _id(req),
        asked.get("status"),
        is_detached=asked.get("attach_status") == "detached",
        forget_move=asked.get("migration_status", "") in (None, "none") and "migration_status" in asked,
    )
    return Reply(202)


def force_delete_volume(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.volumes.force_delete(req.caller, _id(req))
    return Reply(202)


def unmanage_volume(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.volumes.unmanage(req.caller, _id(req))
    return Reply(202)


# Attaching as older clients do it.


def attach_volume(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["os-attach"]
    if bool(asked.get("instance_uuid")) == bool(asked.get("host_name")):
        raise Invalid("volume.attach_to_what", "Name one of instance_uuid and host_name, not both.")
    wanted = Attachment(
        id="",
        volume_id=_id(req),
        project_id="",
        server_id=asked.get("instance_uuid"),
        status=AttachStatus.ATTACHED,
        created_at=cloud.volume.parts.clock.now(),
        host_name=asked.get("host_name"),
        device=asked.get("mountpoint"),
        mode=asked.get("mode"),
    )
    cloud.volume.attachments.attach(req.caller, _id(req), wanted)
    return Reply(202)


def detach_volume(cloud: Cloud, req: Request) -> Reply:
    attachment_id = (req.body["os-detach"] or {}).get("attachment_id")
    cloud.volume.attachments.detach(req.caller, _id(req), attachment_id)
    return Reply(202)


def force_detach_volume(cloud: Cloud, req: Request) -> Reply:
    attachment_id = (req.body["os-force_detach"] or {}).get("attachment_id")
    cloud.volume.attachments.detach(req.caller, _id(req), attachment_id, force=True)
    return Reply(202)


def reserve_volume(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.attachments.reserve(req.caller, _id(req))
    return Reply(202)


def unreserve_volume(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.attachments.unreserve(req.caller, _id(req))
    return Reply(202)


def begin_detaching(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.attachments.begin_detaching_of(req.caller, _id(req))
    return Reply(202)


def roll_detaching(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.attachments.roll_detaching(req.caller, _id(req))
    return Reply(202)


def initialize_connection(cloud: Cloud, req: Request) -> Reply:
    connector = req.body["os-initialize_connection"]["connector"]
    return Reply(200, {"connection_info": dict(cloud.volume.attachments.initialize(req.caller, _id(req), connector))})


def terminate_connection(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.attachments.terminate(req.caller, _id(req))
    return Reply(202)


# What the image said that the volume began as.


def set_image_metadata(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["os-set_image_metadata"]["metadata"]
    kept = cloud.volume.volumes.set_image_metadata(req.caller, _id(req), asked)
    return Reply(200, {"metadata": dict(kept)})


def show_image_metadata(cloud: Cloud, req: Request) -> Reply:
    found = cloud.volume.volumes.image_metadata(req.caller, _id(req))
    return Reply(200, {"metadata": dict(found)})


def unset_image_metadata(cloud: Cloud, req: Request) -> Reply:
    key = req.body["os-unset_image_metadata"]["key"]
    cloud.volume.volumes.remove_image_metadata(req.caller, _id(req), key)
    return Reply(200)


def get_encryption(cloud: Cloud, req: Request) -> Reply:
    """No volume is encrypted, so there is nothing to tell of one."""
    cloud.volume.volumes.get(req.caller, _id(req))
    return Reply(200, {"encryption_key_id": None})


def get_encryption_key(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.volumes.get(req.caller, _id(req))
    if req.params["key"] != "encryption_key_id":
        raise NotFound("volume.no_metadata", f"There is no {req.params['key']}: ask for encryption_key_id.")
    return Reply(200, {"encryption_key_id": None})


def _object(required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(required)}


_STATUS = {
    "enum": [
        "creating",
        "available",
        "deleting",
        "error",
        "error_deleting",
        "attaching",
        "detaching",
        "in-use",
        "maintenance",
    ]
}
_UPLOAD = _object(
    ("image_name",),
    image_name=FILLED,
    force=BOOLEAN,
    disk_format={"enum": ["raw", "vmdk", "vdi", "qcow2", "vhd", "vhdx", "ploop", None]},
    container_format=NAME_OR_NULL,
    visibility={"enum": ["community", "public", "private", "shared"]},
    protected=BOOLEAN,
)
_DETACH = {"type": ["object", "null"], "properties": {"attachment_id": UUID_OR_NULL}}
_CONNECTOR = _object(("connector",), connector={"type": "object"})

ACTIONS: dict[str, Action] = {
    "os-extend": Action(extend_volume, _object(("new_size",), new_size=SIZE)),
    "revert": Action(revert_volume, _object(("snapshot_id",), snapshot_id={"type": "string"}), "3.40"),
    "os-reimage": Action(reimage_volume, _object(("image_id",), image_id=UUID, reimage_reserved=BOOLEAN), "3.68"),
    "os-volume_upload_image": Action(upload_volume, _UPLOAD),
    "os-set_bootable": Action(set_bootable, _object(("bootable",), bootable=BOOLEAN)),
    "os-update_readonly_flag": Action(set_readonly, _object(("readonly",), readonly=BOOLEAN)),
    "os-retype": Action(
        retype_volume,
        _object(("new_type",), new_type=FILLED, migration_policy={"enum": ["on-demand", "never", None]}),
    ),
    "os-migrate_volume": Action(migrate_volume, _object(host=NAME_OR_NULL, cluster=NAME_OR_NULL)),
    "os-reset_status": Action(
        reset_volume_status,
        {
            **_object(
                status=_STATUS,
                attach_status={"enum": ["detached", "attached"]},
                migration_status={"type": ["string", "null"]},
            ),
            "minProperties": 1,
        },
    ),
    "os-force_delete": Action(force_delete_volume),
    "os-unmanage": Action(unmanage_volume),
    "os-attach": Action(attach_volume, _object(mode={"enum": ["rw", "ro"]}, mountpoint=NAME_OR_NULL)),
    "os-detach": Action(detach_volume, _DETACH),
    "os-force_detach": Action(force_detach_volume, _DETACH),
    "os-reserve": Action(reserve_volume),
    "os-unreserve": Action(unreserve_volume),
    "os-begin_detaching": Action(begin_detaching),
    "os-roll_detaching": Action(roll_detaching),
    "os-initialize_connection": Action(initialize_connection, _CONNECTOR),
    "os-terminate_connection": Action(terminate_connection, _CONNECTOR),
    "os-set_image_metadata": Action(set_image_metadata, _object(("metadata",), metadata=METADATA)),
    "os-show_image_metadata": Action(show_image_metadata),
    "os-unset_image_metadata": Action(unset_image_metadata, _object(("key",), key=FILLED)),
}
