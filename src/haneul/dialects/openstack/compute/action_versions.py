"""The rungs of what is done to servers: images, moves, putting aside."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.compute.lowering import dropping, each
from haneul.dialects.openstack.compute.schemas.forms import (
    ANYTHING,
    BOOLEAN,
    Schema,
    action,
    lenient,
    with_properties,
    without,
)
from haneul.kit.http import Change, Rung

_FORCE: Schema = BOOLEAN


def _nothing(_body: Any) -> None:
    """Older versions answer without a body."""


def _query_without(*names: str) -> Change:
    def older(schema: Schema) -> Schema:
        kept = {name: value for name, value in schema["properties"].items() if name not in names}
        return {**schema, "properties": kept}

    return Change(query=older)


def _all(*names: str) -> dict[str, Change]:
    """Neither the lists of all migrations nor those of one server had these."""
    change = Change(lower=each("migration", "migrations", dropping(*names)))
    return dict.fromkeys(("list_migrations", "list_server_migrations", "get_server_migration"), change)


def _require(schema: Schema, wrapper: str, *names: str) -> Schema:
    inner = schema["properties"][wrapper]
    return {**schema, "properties": {wrapper: {**inner, "required": [*inner["required"], *names]}}}


def _keep_power(body: Any) -> Any:
    """An evacuated server ran again if it had run."""
    body["evacuate"]["keeps_power"] = True
    return body


def _keep_volume(body: Any) -> Any:
    """What a server boots from was never replaced."""
    body["rebuild"]["keeps_volume"] = True
    return body


def _zone_only(schema: Schema) -> Schema:
    zone = {"type": "string", "minLength": 1, "maxLength": 255}
    inner = {"type": ["object", "null"], "properties": {"availability_zone": zone}, "additionalProperties": False}
    return {**schema, "properties": {"unshelve": {**inner, "required": ["availability_zone"]}}}


def _unpaged(body: Any) -> Any:
    body.pop("migrations_links", None)
    return body


def _drop_over_commit(body: Any) -> Any:
    body["os-migrateLive"].pop("disk_over_commit", None)
    return body


def _drop_force(wrapper: str) -> Change:
    def lift(body: Any) -> Any:
        body[wrapper].pop("force", None)
        return body

    return Change(schema=lambda schema: with_properties(schema, wrapper, force=_FORCE), lift=lift)


def _drop_shared_storage(body: Any) -> Any:
    body["evacuate"].pop("onSharedStorage", None)
    return body


def _recall_password(body: Any) -> Any:
    return dict(body.older)


ACTION_RUNGS = (
    Rung("2.95", "an evacuated server stays off", {"evacuate_server": Change(lift=_keep_power)}),
    Rung("2.93", "a rebuild may replace the data of a volume", {"rebuild_server": Change(lift=_keep_volume)}),
    Rung("2.91", "a server may be unshelved to a host", {"unshelve_server": Change(schema=_zone_only)}),
    Rung("2.87", "servers that boot from volumes, and stable devices, may be rescued", {}),
    Rung(
        "2.80",
        "user and project of migrations",
        {
            **_all("user_id", "project_id"),
            "list_migrations": Change(
                lower=each("migration", "migrations", dropping("user_id", "project_id")),
                query=_query_without("user_id", "project_id").query,
            ),
        },
    ),
    Rung(
        "2.77",
        "a server may be unshelved to a zone",
        {
            "unshelve_server": Change(
                schema=lambda _schema: action("unshelve", ANYTHING), lift=lambda _body: {"unshelve": None}
            )
        },
    ),
    Rung("2.75", "unknown query parameters are refused", {"list_migrations": Change(query=lenient)}),
    Rung(
        "2.68",
        "moves are no more forced past the scheduler",
        {"live_migrate_server": _drop_force("os-migrateLive"), "evacuate_server": _drop_force("evacuate")},
    ),
    Rung("2.66", "migrations are listed by changes-before", {"list_migrations": _query_without("changes-before")}),
    Rung("2.65", "a queued live migration may be aborted", {}),
    Rung(
        "2.59",
        "ids and pages of migrations",
        {
            **_all("uuid"),
            "list_migrations": Change(
                lower=lambda body: each("migration", "migrations", dropping("uuid"))(_unpaged(body)),
                query=_query_without("limit", "marker", "changes-since").query,
            ),
        },
    ),
    Rung(
        "2.56",
        "a server may be migrated to a host",
        {
            "migrate_server": Change(
                schema=lambda _schema: action("migrate", ANYTHING), lift=lambda _body: {"migrate": None}
            )
        },
    ),
    Rung(
        "2.45",
        "the id of an image in the making is answered with",
        {"create_image": Change(lower=_nothing), "create_backup": Change(lower=_nothing)},
    ),
    Rung(
        "2.30",
        "a live migration may be forced to a host",
        {"live_migrate_server": Change(schema=lambda schema: without(schema, "os-migrateLive", "force"))},
    ),
    Rung(
        "2.29",
        "an evacuation may be forced to a host",
        {"evacuate_server": Change(schema=lambda schema: without(schema, "evacuate", "force"))},
    ),
    Rung(
        "2.25",
        "how disks are brought along is found out",
        {
            "live_migrate_server": Change(
                schema=lambda schema: _require(
                    with_properties(schema, "os-migrateLive", block_migration=BOOLEAN, disk_over_commit=BOOLEAN),
                    "os-migrateLive",
                    "disk_over_commit",
                ),
                lift=_drop_over_commit,
            )
        },
    ),
    Rung(
        "2.23",
        "the kind of migrations, and where they are",
        {"list_migrations": Change(lower=each("migration", "migrations", dropping("migration_type", "links")))},
    ),
    Rung(
        "2.14",
        "shared storage is found out, and an evacuation tells no password",
        {
            "evacuate_server": Change(
                schema=lambda schema: _require(
                    with_properties(schema, "evacuate", onSharedStorage=BOOLEAN), "evacuate", "onSharedStorage"
                ),
                lift=_drop_shared_storage,
                lower=_recall_password,
            )
        },
    ),
)
