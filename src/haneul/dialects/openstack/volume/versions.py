"""The ladder of the Block Storage API: what each version brought, and how the one before had it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from haneul.dialects.openstack.volume.schemas import Schema
from haneul.kit.http import Change, Ladder, Rung

OLDEST, NEWEST = "3.0", "3.71"

_VOLUMES = ("get_volume", "list_volumes_detail", "create_volume", "update_volume", "manage_volume")
_SNAPSHOTS = (
    "get_snapshot",
    "list_snapshots",
    "list_snapshots_detail",
    "create_snapshot",
    "update_snapshot",
    "manage_snapshot",
)
_BACKUPS = ("get_backup", "list_backups_detail", "create_backup", "update_backup")
_TRANSFERS = ("get_transfer", "list_transfers_detail", "create_transfer")
_GROUPS = ("get_group", "list_groups_detail")
_GROUP_SNAPSHOTS = ("get_group_snapshot", "list_group_snapshots_detail")

Thing = dict[str, Any]


def _each(one: str, many: str, change: Callable[[Thing], None]) -> Callable[[Any], Any]:
    def lower(body: Any) -> Any:
        for thing in [body[one]] if one in body else body.get(many, []):
            change(thing)
        return body

    return lower


def _dropping(*names: str) -> Callable[[Thing], None]:
    def drop(thing: Thing) -> None:
        for name in names:
            thing.pop(name, None)

    return drop


def _lacks(handlers: Iterable[str], one: str, *names: str) -> dict[str, Change]:
    """Before this version the things had no such fields."""
    change = Change(lower=_each(one, f"{one}s", _dropping(*names)))
    return dict.fromkeys(handlers, change)


def _services_lack(name: str) -> dict[str, Change]:
    return {"list_services": Change(lower=_each("service", "services", _dropping(name)))}


def _untold_target(volume: Thing) -> None:
    """Before, it had to be true or false."""
    volume["shared_targets"] = bool(volume.get("shared_targets"))


def _lenient(wrapper: str) -> Callable[[Schema], Schema]:
    """Unknown properties were ignored."""

    def change(schema: Schema) -> Schema:
        inner = {**schema["properties"][wrapper], "additionalProperties": True}
        return {**schema, "properties": {**schema["properties"], wrapper: inner}, "additionalProperties": True}

    return change


def _unforced(body: Any) -> Any:
    """A snapshot of an attached volume had to be forced."""
    snapshot = body["snapshot"]
    snapshot.setdefault("force", False)
    snapshot["lifted"] = True
    return body


def _uncounted(body: Any) -> Any:
    body.pop("count", None)
    return body


_COUNTED = dict.fromkeys(
    ("list_volumes", "list_volumes_detail", "list_snapshots", "list_snapshots_detail", "list_backups"),
    Change(lower=_uncounted),
)

RUNGS = (
    Rung("3.1", "visibility and protection of images made of volumes"),
    Rung("3.2", "the filter `bootable` takes true and false only"),
    Rung("3.3", "messages to users"),
    Rung("3.4", "volumes are filtered by `glance_metadata`"),
    Rung("3.5", "messages are listed by pages"),
    Rung("3.7", "services tell their cluster", _services_lack("cluster")),
    Rung("3.8", "manageable volumes and snapshots at addresses of their own"),
    Rung("3.9", "backups are renamed"),
    Rung("3.10", "volumes are filtered by `group_id`"),
    Rung("3.11", "group types"),
    Rung("3.12", "the summary of volumes"),
    Rung("3.13", "groups of volumes", _lacks(_VOLUMES, "volume", "group_id")),
    Rung("3.14", "group snapshots, groups from groups", _lacks(_SNAPSHOTS, "snapshot", "group_snapshot_id")),
    Rung("3.18", "backups tell their project", _lacks(_BACKUPS, "backup", "os-backup-project-attr:project_id")),
    Rung("3.19", "the status of group snapshots is declared"),
    Rung("3.20", "the status of groups is declared"),
    Rung("3.21", "volumes tell their provider's id", _lacks(_VOLUMES, "volume", "provider_id")),
    Rung("3.22", "snapshots are filtered by metadata"),
    Rung("3.23", "volumes are deleted by force"),
    Rung("3.24", "work that a service left undone is taken up"),
    Rung("3.25", "groups tell their volumes", _lacks(_GROUPS, "group", "volumes")),
    Rung("3.27", "attachments"),
    Rung("3.28", "pools are filtered"),
    Rung("3.29", "group snapshots are filtered, sorted and paged"),
    Rung("3.30", "snapshots are sorted by name"),
    Rung("3.31", "filters may be configured"),
    Rung("3.33", "resource filters are listed"),
    Rung("3.34", "filters by a part of a name"),
    Rung("3.35", "pools are filtered by volume type"),
    Rung("3.36", "the summary tells metadata"),
    Rung("3.37", "backups are sorted by name"),
    Rung(
        "3.38", "replication of groups, which places here do not have", _lacks(_GROUPS, "group", "replication_status")
    ),
    Rung("3.39", "limits of another project"),
    Rung("3.40", "volumes go back to their latest snapshot"),
    Rung("3.41", "snapshots tell their user", _lacks(_SNAPSHOTS, "snapshot", "user_id")),
    Rung("3.42", "volumes grow while a server has them"),
    Rung("3.43", "metadata of backups", _lacks(_BACKUPS, "backup", "metadata")),
    Rung("3.44", "attachments are completed"),
    Rung("3.45", "listings are counted", _COUNTED),
    Rung("3.46", "an image of a volume's snapshot begins a volume as that snapshot"),
    Rung("3.47", "volumes begin as backups"),
    Rung("3.48", "shared targets", _lacks(_VOLUMES, "volume", "shared_targets", "service_uuid")),
    Rung("3.49", "services tell the state of their place", _services_lack("backend_state")),
    Rung("3.50", "multiattach by the volume type"),
    Rung("3.51", "backups name a zone"),
    Rung("3.52", "volume types are filtered by extra specs"),
    Rung(
        "3.53",
        "unknown properties are refused",
        {
            "create_volume": Change(schema=_lenient("volume")),
            "update_volume": Change(schema=_lenient("volume")),
            "create_backup": Change(schema=_lenient("backup")),
        },
    ),
    Rung("3.54", "attachments have a mode"),
    Rung("3.55", "snapshots are transferred with their volume", _lacks(_TRANSFERS, "transfer", "no_snapshots")),
    Rung("3.56", "backups tell their user", _lacks(_BACKUPS, "backup", "user_id")),
    Rung(
        "3.57",
        "transfers tell from whom to whom",
        _lacks(_TRANSFERS, "transfer", "source_project_id", "destination_project_id", "accepted"),
    ),
    Rung(
        "3.58",
        "groups tell their project",
        _lacks(_GROUPS, "group", "project_id") | _lacks(_GROUP_SNAPSHOTS, "group_snapshot", "project_id"),
    ),
    Rung("3.59", "transfers are listed by pages"),
    Rung("3.60", "volumes are filtered by times"),
    Rung("3.61", "volumes tell their cluster", _lacks(_VOLUMES, "volume", "cluster_name")),
    Rung("3.62", "default types of projects"),
    Rung("3.63", "volumes tell the id of their type", _lacks(_VOLUMES, "volume", "volume_type_id")),
    Rung("3.64", "volumes tell the id of their key", _lacks(_VOLUMES, "volume", "encryption_key_id")),
    Rung(
        "3.65",
        "whether it consumes quota",
        _lacks(_VOLUMES, "volume", "consumes_quota") | _lacks(_SNAPSHOTS, "snapshot", "consumes_quota"),
    ),
    Rung("3.66", "snapshots of attached volumes need no force", {"create_snapshot": Change(lift=_unforced)}),
    Rung("3.67", "addresses without a project's id, which are taken in every version"),
    Rung("3.68", "volumes begin anew as an image"),
    Rung(
        "3.69",
        "shared targets may be unknown",
        dict.fromkeys(_VOLUMES, Change(lower=_each("volume", "volumes", _untold_target))),
    ),
    Rung("3.70", "encrypted volumes are transferred"),
    Rung("3.71", "resource filters know the comparison of times"),
)

LADDER = Ladder("volume", OLDEST, NEWEST, RUNGS)
