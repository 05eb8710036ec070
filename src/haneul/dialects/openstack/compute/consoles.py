"""Consoles: what a guest wrote, and where to see its screen or type on its serial line."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.compute.schemas.forms import Schema, action, wrapped
from haneul.kit.errors import Invalid, Unauthenticated
from haneul.kit.http import Reply, Request
from haneul.services.compute import ConsoleGrant, ConsoleKind

SCREEN = "/consoles/vnc.html"
SCREEN_SOCKET = "/consoles/websockify"
SERIAL = "/consoles/serial"
"""Where the console's pages and sockets are, below the cloud's public address."""

_KINDS = {("vnc", "novnc"): ConsoleKind.VNC, ("serial", "serial"): ConsoleKind.SERIAL}


def old_console(name: str, *types: str) -> Schema:
    """The body of an action as versions before 2.6 had them."""
    return action(name, wrapped("x", {"type": {"type": "string", "enum": list(types)}}, ("type",))["properties"]["x"])


def get_console_output(cloud: Cloud, req: Request) -> Reply:
    length = req.body["os-getConsoleOutput"].get("length")
    lines = None if length is None or int(length) < 0 else int(length)
    text = cloud.compute.servers.console_log(req.caller, req.params["server_id"], lines)
    return Reply(200, {"output": text})


def get_old_console(cloud: Cloud, req: Request) -> Reply:
    """Until 2.5: an action for each protocol."""
    name, asked = next(iter(req.body.items()))
    protocol = {"os-getVNCConsole": "vnc", "os-getSerialConsole": "serial"}.get(name, "")
    return Reply(200, {"console": _console(cloud, req, protocol, asked["type"])})


def create_remote_console(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["remote_console"]
    console = _console(cloud, req, asked["protocol"], asked["type"])
    return Reply(200, {"remote_console": {"protocol": asked["protocol"], **console}})


def _console(cloud: Cloud, req: Request, protocol: str, kind: str) -> dict[str, Any]:
    wanted = _KINDS.get((protocol, kind))
    if wanted is None:
        cloud.compute.servers.get(req.caller, req.params["server_id"])
        raise Invalid("console.no_such_type", f"Unavailable console type {kind}: ask for novnc or serial.")
    grant = cloud.compute.consoles.grant(req.caller, req.params["server_id"], wanted)
    return {"type": kind, "url": _address(cloud.public_url, grant)}


def _address(public_url: str, grant: ConsoleGrant) -> str:
    """The page for a screen; for a serial line its socket, whose page is at the same place by http."""
    if grant.kind is ConsoleKind.VNC:
        path = quote(f"{SCREEN_SOCKET.removeprefix('/')}?token={grant.token}", safe="")
        return f"{public_url}{SCREEN}?path={path}"
    return f"ws{public_url.removeprefix('http')}{SERIAL}?token={grant.token}"


def get_console_auth_token(cloud: Cloud, req: Request) -> Reply:
    """What a console's token opens, for administrators. Consoles are carried by the host: there is no port."""
    view = cloud.compute.consoles.look_up(req.caller, req.params["token"])
    shown = {
        "instance_uuid": view.server_id,
        "host": view.host.name,
        "port": 0,
        "internal_access_path": view.address.address,
    }
    return Reply(200, {"console": shown})


def get_rdp_token(cloud: Cloud, req: Request) -> Reply:
    """Until 2.30 only consoles of a kind that there is not were told of."""
    cloud.compute.consoles.look_up(req.caller, req.params["token"])
    raise Unauthenticated("console.not_rdp", "The requested console type details are not accessible: use version 2.31.")


def get_password(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"password": cloud.compute.servers.password(req.caller, req.params["server_id"])})


def clear_password(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.servers.clear_password(req.caller, req.params["server_id"])
    return Reply(204)
