"""Groups of volumes, their types and snapshots."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.volume.actions import Action, dispatch
from haneul.dialects.openstack.volume.forms import SORT_NAMES, next_link, parse_bool, time, wish
from haneul.dialects.openstack.volume.schemas import BOOLEAN, FILLED, NAME_OR_NULL, TEXT_OR_NULL, UUID
from haneul.dialects.openstack.volume.volumes import changed
from haneul.kit.errors import Invalid, NotFound
from haneul.kit.http import Reply, Request
from haneul.services.volume import Group, GroupSnapshot, GroupSource, GroupType, NewGroup

FILTERS = {"id": "id", "name": "name", "status": "status", "group_id": "group_id", "project_id": "project_id"}


# Group types


def _type(cloud: Cloud, req: Request, it: GroupType) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": it.id,
        "name": it.name,
        "description": it.description,
        "is_public": it.is_public,
    }
    if cloud.volume.group_types.shows_specs(req.caller):
        shown["group_specs"] = dict(it.specs)
    return shown


def list_group_types(cloud: Cloud, req: Request) -> Reply:
    told = req.query.get("is_public")
    public = True if told is None else None if told.lower() == "none" else parse_bool(told, "is_public")
    found = cloud.volume.group_types.list(req.caller, wish(req, {"name": "name"}, SORT_NAMES), public)
    shown = [_type(cloud, req, each) for each in found]
    return Reply(200, {"group_types": shown} | next_link(req, "group_type", shown))


def get_group_type(cloud: Cloud, req: Request) -> Reply:
    if req.params["type_id"] == "default":
        raise NotFound("group_type.no_default", "There is no default group type: name one.")
    found = cloud.volume.group_types.get(req.caller, req.params["type_id"])
    return Reply(200, {"group_type": _type(cloud, req, found)})


def create_group_type(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["group_type"]
    new = GroupType(
        id="",
        name=asked["name"],
        created_at=cloud.volume.parts.clock.now(),
        description=asked.get("description"),
        is_public=parse_bool(asked.get("is_public", True), "is_public"),
        specs={key: str(value) for key, value in asked.get("group_specs", {}).items()},
    )
    return Reply(202, {"group_type": _type(cloud, req, cloud.volume.group_types.create(req.caller, new))})


def update_group_type(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["group_type"]
    changes = changed(asked)
    if "is_public" in asked:
        changes["is_public"] = parse_bool(asked["is_public"], "is_public")
    updated = cloud.volume.group_types.update(req.caller, req.params["type_id"], changes)
    return Reply(200, {"group_type": _type(cloud, req, updated)})


def delete_group_type(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.group_types.delete(req.caller, req.params["type_id"])
    return Reply(202)


def list_group_specs(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"group_specs": dict(cloud.volume.group_types.specs(req.caller, req.params["type_id"]))})


def create_group_specs(cloud: Cloud, req: Request) -> Reply:
    specs = {key: str(value) for key, value in req.body["group_specs"].items()}
    cloud.volume.group_types.set_specs(req.caller, req.params["type_id"], specs)
    return Reply(202, {"group_specs": specs})


def get_group_spec(cloud: Cloud, req: Request) -> Reply:
    key = req.params["key"]
    return Reply(200, {key: cloud.volume.group_types.spec(req.caller, req.params["type_id"], key)})


def update_group_spec(cloud: Cloud, req: Request) -> Reply:
    specs = {key: str(value) for key, value in req.body.items()}
    if req.params["key"] not in specs:
        raise Invalid("request.other_key", f"Request body and URI mismatch: the body has no {req.params['key']}.")
    cloud.volume.group_types.set_specs(req.caller, req.params["type_id"], specs, "update")
    return Reply(200, specs)


def delete_group_spec(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.group_types.remove_spec(req.caller, req.params["type_id"], req.params["key"])
    return Reply(202)


# Groups


def _group(req: Request, it: Group, volume_ids: Any) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": it.id,
        "name": it.name,
        "description": it.description,
        "status": it.status.value,
        "availability_zone": it.zone,
        "created_at": time(it.created_at),
        "group_type": it.type_id,
        "volume_types": list(it.volume_type_ids),
        "group_snapshot_id": it.group_snapshot_id,
        "source_group_id": it.source_group_id,
        "replication_status": "disabled",
    }
    if parse_bool(req.query.get("list_volume", "false"), "list_volume"):
        shown["volumes"] = list(volume_ids)
    if req.caller.is_admin:
        shown["project_id"] = it.project_id
    return shown


def list_groups(cloud: Cloud, req: Request) -> Reply:
    listed = cloud.volume.groups.list(req.caller, wish(req, FILTERS, SORT_NAMES))
    shown = [{"id": each.id, "name": each.name} for each in listed.things]
    return Reply(200, {"groups": shown} | next_link(req, "groups", shown))


def list_groups_detail(cloud: Cloud, req: Request) -> Reply:
    listed = cloud.volume.groups.list(req.caller, wish(req, FILTERS, SORT_NAMES))
    members = cloud.volume.groups.volumes([each.id for each in listed.things])
    shown = [_group(req, each, members.get(each.id, ())) for each in listed.things]
    return Reply(200, {"groups": shown} | next_link(req, "groups", shown))


def get_group(cloud: Cloud, req: Request) -> Reply:
    found = cloud.volume.groups.get(req.caller, req.params["group_id"])
    members = cloud.volume.groups.volumes([found.id])
    return Reply(200, {"group": _group(req, found, members.get(found.id, ()))})


def create_group(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["group"]
    new = NewGroup(
        type=asked["group_type"],
        volume_types=tuple(asked["volume_types"]),
        name=asked.get("name"),
        description=asked.get("description"),
        zone=asked.get("availability_zone") or "",
    )
    made = cloud.volume.groups.create(req.caller, new)
    return Reply(202, {"group": {"id": made.id, "name": made.name}})


def update_group(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["group"]
    add = [each for each in (asked.get("add_volumes") or "").split(",") if each]
    remove = [each for each in (asked.get("remove_volumes") or "").split(",") if each]
    changes = changed(asked)
    if not (changes or add or remove):
        raise Invalid("group.nothing_to_change", "Say what shall be different: name, description or volumes.")
    cloud.volume.groups.update(req.caller, req.params["group_id"], changes, add, remove)
    return Reply(202)


def group_action(cloud: Cloud, req: Request) -> Reply:
    return dispatch(ACTIONS, cloud, req)


def create_from_source(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["create-from-src"]
    source = GroupSource(asked.get("group_snapshot_id") or "", asked.get("source_group_id") or "")
    if bool(source.group_snapshot_id) == bool(source.group_id):
        raise Invalid("group.one_source", "Name one of group_snapshot_id and source_group_id, not both.")
    made = cloud.volume.groups.create_from(req.caller, asked.get("name"), asked.get("description"), source)
    return Reply(202, {"group": {"id": made.id, "name": made.name}})


def refuse_replication(cloud: Cloud, req: Request) -> Reply:
    found = cloud.volume.groups.get(req.caller, req.params["group_id"])
    message = f"Group {found.id} is of a type without replication: places here do not replicate. Back its volumes up."
    raise Invalid("group.no_replication", message)


def delete_group(cloud: Cloud, req: Request) -> Reply:
    with_volumes = parse_bool((req.body["delete"] or {}).get("delete-volumes", False), "delete-volumes")
    cloud.volume.groups.delete(req.caller, req.params["group_id"], with_volumes=with_volumes)
    return Reply(202)


def reset_group_status(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.groups.reset_status(req.caller, req.params["group_id"], req.body["reset_status"]["status"])
    return Reply(202)


_RESET = {"type": "object", "properties": {"status": FILLED}, "required": ["status"]}
_FROM = {
    "type": "object",
    "properties": {
        "name": NAME_OR_NULL,
        "description": TEXT_OR_NULL,
        "group_snapshot_id": UUID,
        "source_group_id": UUID,
    },
    "additionalProperties": False,
}
ACTIONS = {
    **dict.fromkeys(
        ("enable_replication", "disable_replication", "failover_replication", "list_replication_targets"),
        Action(refuse_replication, since="3.38"),
    ),
    "create-from-src": Action(create_from_source, _FROM, "3.14"),
    "delete": Action(delete_group, {"type": "object", "properties": {"delete-volumes": BOOLEAN}}),
    "reset_status": Action(reset_group_status, _RESET, "3.20"),
}


# Group snapshots


def _snapshot(req: Request, it: GroupSnapshot) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": it.id,
        "name": it.name,
        "description": it.description,
        "status": it.status.value,
        "group_id": it.group_id,
        "group_type_id": it.type_id,
        "created_at": time(it.created_at),
    }
    if req.caller.is_admin:
        shown["project_id"] = it.project_id
    return shown


def list_group_snapshots(cloud: Cloud, req: Request) -> Reply:
    listed = cloud.volume.group_snapshots.list(req.caller, wish(req, FILTERS, SORT_NAMES))
    shown = [{"id": each.id, "name": each.name} for each in listed.things]
    return Reply(200, {"group_snapshots": shown} | next_link(req, "group_snapshots", shown))


def list_group_snapshots_detail(cloud: Cloud, req: Request) -> Reply:
    listed = cloud.volume.group_snapshots.list(req.caller, wish(req, FILTERS, SORT_NAMES))
    shown = [_snapshot(req, each) for each in listed.things]
    return Reply(200, {"group_snapshots": shown} | next_link(req, "group_snapshots", shown))


def get_group_snapshot(cloud: Cloud, req: Request) -> Reply:
    found = cloud.volume.group_snapshots.get(req.caller, req.params["group_snapshot_id"])
    return Reply(200, {"group_snapshot": _snapshot(req, found)})


def create_group_snapshot(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["group_snapshot"]
    made = cloud.volume.group_snapshots.create(
        req.caller, asked["group_id"], asked.get("name"), asked.get("description")
    )
    return Reply(202, {"group_snapshot": {"id": made.id, "name": made.name, "group_type_id": made.type_id}})


def delete_group_snapshot(cloud: Cloud, req: Request) -> Reply:
    cloud.volume.group_snapshots.delete(req.caller, req.params["group_snapshot_id"])
    return Reply(202)


def group_snapshot_action(cloud: Cloud, req: Request) -> Reply:
    return dispatch(SNAPSHOT_ACTIONS, cloud, req)


def reset_group_snapshot_status(cloud: Cloud, req: Request) -> Reply:
    status = req.body["reset_status"]["status"]
    cloud.volume.group_snapshots.reset_status(req.caller, req.params["group_snapshot_id"], status)
    return Reply(202)


SNAPSHOT_ACTIONS = {"reset_status": Action(reset_group_snapshot_status, _RESET, "3.19")}
