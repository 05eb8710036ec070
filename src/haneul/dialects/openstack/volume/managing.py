"""Files that become volumes and snapshots, and are let go of again."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.volume import views
from haneul.dialects.openstack.volume.forms import parse_bool
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request
from haneul.services.volume import Adoption, Manageable, NewSnapshot


def _file(ref: Any) -> str:
    """The name of the file: the reference's `source-name`, or `source-id`; empty if it names none."""
    name = ref if isinstance(ref, str) else ref.get("source-name") or ref.get("source-id")
    return name.removesuffix(".qcow2") if isinstance(name, str) else ""


def manage_volume(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["volume"]
    wish = Adoption(
        pool=asked["host"],
        file=_file(asked["ref"]),
        name=asked.get("name"),
        description=asked.get("description"),
        type=asked.get("volume_type") or "",
        metadata=tuple((asked.get("metadata") or {}).items()),
        is_bootable=parse_bool(asked.get("bootable", False), "bootable"),
    )
    made = cloud.volume.volumes.manage(req.caller, wish)
    return Reply(202, {"volume": views.volume(req, cloud.volume.volumes.get(req.caller, made.id))})


def manage_snapshot(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["snapshot"]
    new = NewSnapshot(
        volume_id=asked["volume_id"],
        name=asked.get("name"),
        description=asked.get("description"),
        metadata=asked.get("metadata") or {},
        file=_file(asked["ref"]),
    )
    return Reply(202, {"snapshot": views.snapshot(cloud.volume.snapshots.manage(req.caller, new), is_detailed=False)})


def list_manageable_volumes(cloud: Cloud, req: Request) -> Reply:
    found = cloud.volume.volumes.manageable(req.caller, _host(req))
    return Reply(200, {"manageable-volumes": [_brief(each) for each in found]})


def list_manageable_volumes_detail(cloud: Cloud, req: Request) -> Reply:
    found = cloud.volume.volumes.manageable(req.caller, _host(req))
    return Reply(200, {"manageable-volumes": [_detailed(each) for each in found]})


def list_manageable_snapshots(cloud: Cloud, req: Request) -> Reply:
    found = cloud.volume.snapshots.manageable(req.caller, _host(req))
    return Reply(200, {"manageable-snapshots": [_brief(each) | _source(each) for each in found]})


def list_manageable_snapshots_detail(cloud: Cloud, req: Request) -> Reply:
    found = cloud.volume.snapshots.manageable(req.caller, _host(req))
    return Reply(200, {"manageable-snapshots": [_detailed(each) | _source(each) for each in found]})


def _host(req: Request) -> str:
    host = req.query.get("host")
    if not host:
        raise Invalid("volume.no_pool_named", "Say which place is meant by `host`.")
    return host


def _brief(it: Manageable) -> dict[str, Any]:
    return {"reference": {"source-name": it.name}, "size": it.size_gib, "safe_to_manage": it.safe_to_manage}


def _detailed(it: Manageable) -> dict[str, Any]:
    return _brief(it) | {"reason_not_safe": it.reason, "cinder_id": it.cinder_id, "extra_info": None}


def _source(it: Manageable) -> dict[str, Any]:
    return {"source_reference": {"source-name": f"volume-{it.source}" if it.source else None}}
