"""Actions on a server: one address, and a table of what may be sent there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.compute import consoles, imaging, moving, networks, rebuilding
from haneul.dialects.openstack.compute.schemas.forms import ANYTHING, LIMIT, TEXT, Schema, action, wrapped
from haneul.dialects.openstack.compute.versions import LADDER
from haneul.kit.errors import Invalid, NotFound
from haneul.kit.http import Reply, Request, Validators, Version


@dataclass(frozen=True)
class Action:
    """What is done for a key of the body."""

    fn: Callable[[Cloud, Request], Reply]
    schema: Schema
    since: str = "2.1"
    until: str = "2.99999"

    def exists_in(self, version: Version) -> bool:
        return Version.parse(self.since) <= version <= Version.parse(self.until)


def server_action(cloud: Cloud, req: Request) -> Reply:
    """The one key of the body names the action."""
    name = next(iter(req.body), "")
    wanted = ACTIONS.get(name)
    if wanted is None:
        raise Invalid("server.no_such_action", f"There is no such action: {name}.")
    if not wanted.exists_in(req.version):
        raise NotFound("request.no_resource", f"The action {name} does not exist in version {req.version}.")
    fn = wanted.fn.__name__
    schema = LADDER.schema(fn, req.version, wanted.schema)
    _VALIDATORS.check((fn, req.version), schema, req.body)
    req.body = LADDER.lift(fn, req.version, req.body)
    reply = wanted.fn(cloud, req)
    if isinstance(reply.body, dict):
        reply.body = LADDER.lower(fn, req.version, reply.body)
    return reply


def stop_server(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.servers.stop(req.caller, req.params["server_id"])
    return Reply(202)


def start_server(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.servers.start(req.caller, req.params["server_id"])
    return Reply(202)


def reboot_server(cloud: Cloud, req: Request) -> Reply:
    is_hard = req.body["reboot"]["type"].upper() == "HARD"
    cloud.compute.servers.reboot(req.caller, req.params["server_id"], is_hard=is_hard)
    return Reply(202)


def pause_server(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.servers.pause(req.caller, req.params["server_id"])
    return Reply(202)


def unpause_server(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.servers.unpause(req.caller, req.params["server_id"])
    return Reply(202)


def lock_server(cloud: Cloud, req: Request) -> Reply:
    reason = (req.body["lock"] or {}).get("locked_reason")
    cloud.compute.servers.lock(req.caller, req.params["server_id"], reason)
    return Reply(202)


def unlock_server(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.servers.unlock(req.caller, req.params["server_id"])
    return Reply(202)


def force_delete_server(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.servers.force_delete(req.caller, req.params["server_id"])
    return Reply(202)


def restore_server(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.servers.restore(req.caller, req.params["server_id"])
    return Reply(202)


def suspend_server(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.servers.suspend(req.caller, req.params["server_id"])
    return Reply(202)


def resume_server(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.servers.resume(req.caller, req.params["server_id"])
    return Reply(202)


def reset_state(cloud: Cloud, req: Request) -> Reply:
    is_error = req.body["os-resetState"]["state"] == "error"
    cloud.compute.servers.reset_state(req.caller, req.params["server_id"], is_error=is_error)
    return Reply(202)


def inject_network_info(cloud: Cloud, req: Request) -> Reply:
    cloud.compute.servers.inject_network_info(req.caller, req.params["server_id"])
    return Reply(202)


def change_password(cloud: Cloud, req: Request) -> Reply:
    password = req.body["changePassword"]["adminPass"]
    cloud.compute.servers.change_password(req.caller, req.params["server_id"], password)
    return Reply(202)


def add_security_group(cloud: Cloud, req: Request) -> Reply:
    name = req.body["addSecurityGroup"]["name"]
    cloud.compute.servers.add_security_group(req.caller, req.params["server_id"], name)
    return Reply(202)


def remove_security_group(cloud: Cloud, req: Request) -> Reply:
    name = req.body["removeSecurityGroup"]["name"]
    cloud.compute.servers.remove_security_group(req.caller, req.params["server_id"], name)
    return Reply(202)


_GROUP: Schema = {"name": {"type": "string", "minLength": 1, "maxLength": 255}}

ACTIONS: dict[str, Action] = {
    "os-start": Action(start_server, action("os-start", ANYTHING)),
    "os-stop": Action(stop_server, action("os-stop", ANYTHING)),
    "reboot": Action(
        reboot_server,
        wrapped(
            "reboot", {"type": {"type": "string", "enum": ["HARD", "Hard", "hard", "SOFT", "Soft", "soft"]}}, ("type",)
        ),
    ),
    "rebuild": Action(rebuilding.rebuild_server, rebuilding.SCHEMA),
    "pause": Action(pause_server, action("pause", ANYTHING)),
    "unpause": Action(unpause_server, action("unpause", ANYTHING)),
    "lock": Action(
        lock_server,
        action(
            "lock",
            {
                "type": ["object", "null"],
                "properties": {"locked_reason": {"type": "string", "minLength": 1, "maxLength": 255}},
                "additionalProperties": False,
            },
        ),
    ),
    "unlock": Action(unlock_server, action("unlock", ANYTHING)),
    "forceDelete": Action(force_delete_server, action("forceDelete", ANYTHING)),
    "restore": Action(restore_server, action("restore", ANYTHING)),
    "injectNetworkInfo": Action(inject_network_info, action("injectNetworkInfo", ANYTHING)),
    "changePassword": Action(change_password, wrapped("changePassword", {"adminPass": TEXT}, ("adminPass",))),
    "resize": Action(moving.resize_server, moving.RESIZE),
    "confirmResize": Action(moving.confirm_resize, action("confirmResize", ANYTHING)),
    "revertResize": Action(moving.revert_resize, action("revertResize", ANYTHING)),
    "migrate": Action(moving.migrate_server, moving.MIGRATE),
    "os-migrateLive": Action(moving.live_migrate_server, moving.LIVE_MIGRATE),
    "evacuate": Action(moving.evacuate_server, moving.EVACUATE),
    "createImage": Action(imaging.create_image, imaging.CREATE_IMAGE),
    "createBackup": Action(imaging.create_backup, imaging.CREATE_BACKUP),
    "shelve": Action(imaging.shelve_server, action("shelve", ANYTHING)),
    "shelveOffload": Action(imaging.shelve_offload_server, action("shelveOffload", ANYTHING)),
    "unshelve": Action(imaging.unshelve_server, imaging.UNSHELVE),
    "rescue": Action(imaging.rescue_server, imaging.RESCUE),
    "unrescue": Action(imaging.unrescue_server, action("unrescue", ANYTHING)),
    "suspend": Action(suspend_server, action("suspend", ANYTHING)),
    "resume": Action(resume_server, action("resume", ANYTHING)),
    "os-resetState": Action(
        reset_state, wrapped("os-resetState", {"state": {"type": "string", "enum": ["active", "error"]}}, ("state",))
    ),
    "os-getConsoleOutput": Action(
        consoles.get_console_output,
        wrapped("os-getConsoleOutput", {"length": {**LIMIT, "type": ["integer", "string", "null"]}}),
    ),
    **{
        name: Action(consoles.get_old_console, consoles.old_console(name, *types), until="2.5")
        for name, types in (
            ("os-getVNCConsole", ("novnc", "xvpvnc")),
            ("os-getSPICEConsole", ("spice-html5",)),
            ("os-getRDPConsole", ("rdp-html5",)),
            ("os-getSerialConsole", ("serial",)),
        )
    },
    "addFloatingIp": Action(networks.add_floating_ip, networks.ADD_FLOATING_IP, until="2.43"),
    "removeFloatingIp": Action(networks.remove_floating_ip, networks.REMOVE_FLOATING_IP, until="2.43"),
    "addSecurityGroup": Action(add_security_group, wrapped("addSecurityGroup", _GROUP, ("name",))),
    "removeSecurityGroup": Action(remove_security_group, wrapped("removeSecurityGroup", _GROUP, ("name",))),
}
"""What Nova's API reference calls "Servers - run an action", as far as this cloud goes."""

_VALIDATORS = Validators()
