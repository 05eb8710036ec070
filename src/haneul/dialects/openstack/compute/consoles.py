"""Consoles: what a guest wrote, and where to see its screen."""

from __future__ import annotations

from haneul.dialects.openstack.cloud import Cloud
from haneul.kit.errors import Invalid
from haneul.kit.http import Reply, Request


def get_console_output(cloud: Cloud, req: Request) -> Reply:
    length = req.body["os-getConsoleOutput"].get("length")
    lines = None if length is None or int(length) < 0 else int(length)
    text = cloud.compute.servers.console_log(req.caller, req.params["server_id"], lines)
    return Reply(200, {"output": text})


def get_vnc_console(cloud: Cloud, req: Request) -> Reply:
    """As of versions before 2.6."""
    kind = req.body["os-getVNCConsole"]["type"]
    cloud.compute.servers.console_address(req.caller, req.params["server_id"], "vnc")
    raise _no_proxy(kind)


def create_remote_console(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["remote_console"]
    kind = "serial" if asked["protocol"] == "serial" else "vnc"
    cloud.compute.servers.console_address(req.caller, req.params["server_id"], kind)
    raise _no_proxy(asked["type"])


def _no_proxy(kind: str) -> Invalid:
    return Invalid(
        "console.no_proxy",
        f"Unavailable console type {kind}: this cloud does not pass consoles on. Read the console log instead.",
    )


def get_password(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"password": cloud.compute.servers.password(req.caller, req.params["server_id"])})
