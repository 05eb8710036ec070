"""Migrations: servers on their way, as administrators see and steer them."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.compute.forms import fine_time, links, next_link, page, parse_time
from haneul.dialects.openstack.compute.schemas.forms import ANYTHING, PAGE, TEXT, action, query
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request
from haneul.services.compute import MoveFilter, MoveKind, MoveStatus, MoveView

LIST = query(
    **PAGE,
    **dict.fromkeys(("hidden", "host", "instance_uuid", "source_compute", "status", "migration_type"), TEXT),
    **{"changes-since": TEXT, "changes-before": TEXT, "user_id": TEXT, "project_id": TEXT},
)
FORCE_COMPLETE = action("force_complete", ANYTHING)

_PROGRESS = ("disk", "memory")
_IN_OTHER_WORDS = {
    (MoveKind.RESIZE, MoveStatus.RUNNING): "migrating",
    (MoveKind.COLD, MoveStatus.RUNNING): "migrating",
    (MoveKind.LIVE, MoveStatus.ACCEPTED): "queued",
    (MoveKind.EVACUATION, MoveStatus.COMPLETED): "done",
}


def list_migrations(cloud: Cloud, req: Request) -> Reply:
    """The newest first, with pages; versions before 2.59 show all, in the order in which they were asked for."""
    names = {"source_id": req.query.get("source_compute"), "host_id": req.query.get("host")}
    given = {field: name for field, name in names.items() if name is not None}
    views = cloud.compute.moves.list(req.caller, _filter(req), page(req), given)
    shown = [_shown(req, view) for view in views]
    pages = next_link(req, "migrations", shown, shown[-1]["uuid"] if shown else None)
    return Reply(200, {"migrations": shown} | pages)


def _filter(req: Request) -> MoveFilter:
    since, before = req.query.get("changes-since"), req.query.get("changes-before")
    if since and before and parse_time(since, "changes-since") > parse_time(before, "changes-before"):
        raise Invalid("request.period", "The value of changes-since must be less than or equal to changes-before.")
    return MoveFilter(
        server_id=req.query.get("instance_uuid"),
        kind=req.query.get("migration_type"),
        status=req.query.get("status"),
        project_id=req.query.get("project_id"),
        user_id=req.query.get("user_id"),
        changed_since=parse_time(since, "changes-since") if since else None,
        changed_before=parse_time(before, "changes-before") if before else None,
    )


def list_server_migrations(cloud: Cloud, req: Request) -> Reply:
    found = cloud.compute.moves.list_of(req.caller, req.params["server_id"])
    return Reply(200, {"migrations": [_going_on(view) for view in found]})


def get_server_migration(cloud: Cloud, req: Request) -> Reply:
    found = cloud.compute.moves.get(req.caller, req.params["server_id"], req.params["migration_id"])
    return Reply(200, {"migration": _going_on(found)})


def abort_server_migration(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.moves.abort(req.caller, req.params["server_id"], req.params["migration_id"])
    return Reply(202)


def force_complete_migration(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.moves.force_complete(req.caller, req.params["server_id"], req.params["migration_id"])
    return Reply(202)


def _common(view: MoveView) -> dict[str, Any]:
    move = view.move
    source, target = view.source.name if view.source else None, view.target.name if view.target else None
    return {
        "id": move.number,
        "uuid": move.id,
        "status": _IN_OTHER_WORDS.get((move.kind, move.status), move.status.value),
        "source_compute": source,
        "source_node": source,
        "dest_compute": target,
        "dest_node": target,
        "dest_host": view.target.inventory.address if view.target and view.target.inventory else None,
        "created_at": fine_time(move.created_at),
        "updated_at": fine_time(move.updated_at),
        "user_id": move.user_id,
        "project_id": move.project_id,
    }


def _shown(req: Request, view: MoveView) -> dict[str, Any]:
    move = view.move
    shown = _common(view) | {
        "instance_uuid": move.server_id,
        "old_instance_type_id": move.number,
        "new_instance_type_id": move.number,
        "migration_type": move.kind.value,
    }
    if move.kind is MoveKind.LIVE and move.status in (MoveStatus.ACCEPTED, MoveStatus.RUNNING):
        shown["links"] = links(req, f"servers/{move.server_id}/migrations", str(move.number))
    return shown


def _going_on(view: MoveView) -> dict[str, Any]:
    """How far it is is known to its hosts alone, which do not tell: no bytes are counted."""
    amounts = ("processed", "remaining", "total")
    unknown = {f"{what}_{amount}_bytes": None for what in _PROGRESS for amount in amounts}
    return _common(view) | unknown | {"server_uuid": view.move.server_id}
