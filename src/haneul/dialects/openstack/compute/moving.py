"""Actions that bring a server to another size or another host."""

from __future__ import annotations

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.compute.forms import Remembering
from haneul.dialects.openstack.compute.schemas.forms import BOOLEAN, HOST_NAME, TEXT, Schema, action, wrapped
from haneul.kit.http import Reply, Request


def resize_server(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["resize"]
    flavor_id = str(asked["flavorRef"]).rstrip("/").rpartition("/")[2]
    cloud.compute.servers.resize(req.caller, req.params["server_id"], flavor_id, asked.get("OS-DCF:diskConfig"))
    return Reply(202)


def confirm_resize(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.servers.confirm_resize(req.caller, req.params["server_id"])
    return Reply(204)


def revert_resize(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.servers.revert_resize(req.caller, req.params["server_id"])
    return Reply(202)


def migrate_server(cloud: Cloud, req: Request) -> Reply:
    host = (req.body["migrate"] or {}).get("host")
    cloud.compute.servers.migrate(req.caller, req.params["server_id"], host)
    return Reply(202)


def live_migrate_server(cloud: Cloud, req: Request) -> Reply:
    """How the disks are brought along is the host's own affair, so `block_migration` is not acted upon."""
    cloud.compute.servers.live_migrate(req.caller, req.params["server_id"], req.body["os-migrateLive"]["host"])
    return Reply(202)


def evacuate_server(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["evacuate"]
    cloud.compute.servers.evacuate(
        req.caller, req.params["server_id"], asked.get("host"), stays_stopped=not asked.get("keeps_power", False)
    )
    return Reply(200, Remembering({}, {"adminPass": asked.get("adminPass", "")}))


_HOST_OR_NONE: Schema = {"type": ["string", "null"], "minLength": 1, "maxLength": 255, "pattern": HOST_NAME["pattern"]}

RESIZE = wrapped(
    "resize",
    {
        "flavorRef": {"type": ["string", "integer"], "minLength": 1},
        "OS-DCF:diskConfig": {"type": "string", "enum": ["AUTO", "MANUAL"]},
    },
    ("flavorRef",),
)
MIGRATE = action(
    "migrate",
    {"type": ["object", "null"], "properties": {"host": _HOST_OR_NONE}, "additionalProperties": False},
)
LIVE_MIGRATE = wrapped(
    "os-migrateLive",
    {"host": _HOST_OR_NONE, "block_migration": {"anyOf": [BOOLEAN, {"const": "auto"}]}},
    ("host", "block_migration"),
)
EVACUATE = wrapped("evacuate", {"host": HOST_NAME, "adminPass": TEXT})
