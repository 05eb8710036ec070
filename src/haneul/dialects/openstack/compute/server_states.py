"""Nova's four words for a server's state, all of them derived."""

from __future__ import annotations

from haneul.services.compute import Server, ServerState, ServerView, Task

STATUS_BY_STATE = {
    ServerState.BUILDING: "BUILD",
    ServerState.ACTIVE: "ACTIVE",
    ServerState.STOPPED: "SHUTOFF",
    ServerState.PAUSED: "PAUSED",
    ServerState.ERROR: "ERROR",
    ServerState.DELETED: "DELETED",
}
_POWER_BY_STATE = {ServerState.ACTIVE: 1, ServerState.PAUSED: 3, ServerState.STOPPED: 4}
NO_POWER = 0

_TASK_BY_STEP = {
    "": "scheduling",
    "claim_host": "scheduling",
    "wanted_nics": "networking",
    "plug_port": "networking",
    "root_disk_ready": "block_device_mapping",
}
_TASK_BY_KIND = {
    "create_server": "spawning",
    "delete_server": "deleting",
    "stop_server": "powering-off",
    "start_server": "powering-on",
    "reboot_server": "rebooting",
    "hard_reboot_server": "rebooting_hard",
    "rebuild_server": "rebuilding",
    "pause_server": "pausing",
    "unpause_server": "unpausing",
}
_STATUS_BY_TASK = {"rebooting": "REBOOT", "rebooting_hard": "HARD_REBOOT", "rebuilding": "REBUILD"}
_SHOWING_TASKS = frozenset({ServerState.ACTIVE, ServerState.STOPPED})


def standing(server: Server) -> ServerState:
    """The state that is shown: one that is being deleted looks as it did before."""
    if server.state is not ServerState.DELETING:
        return server.state
    if server.fault is not None:
        return ServerState.ERROR
    return ServerState.ACTIVE if server.launched_at else ServerState.BUILDING


def task_state(view: ServerView) -> str | None:
    """The name of what is being done, from the run and its step."""
    if view.server.state is ServerState.DELETING:
        return "deleting"
    if view.task is None:
        return "scheduling" if view.server.state is ServerState.BUILDING else None
    return _task(view.task)


def _task(task: Task) -> str | None:
    if task.kind == "create_server" and task.step in _TASK_BY_STEP:
        return _TASK_BY_STEP[task.step]
    return _TASK_BY_KIND.get(task.kind)


def status(view: ServerView) -> str:
    state = standing(view.server)
    task = task_state(view) or ""
    if task in _STATUS_BY_TASK and (state in _SHOWING_TASKS or task == "rebuilding"):
        return _STATUS_BY_TASK[task]
    return STATUS_BY_STATE[state]


def power_state(server: Server) -> int:
    return _POWER_BY_STATE.get(standing(server), NO_POWER)


STATES_BY_STATUS: dict[str, frozenset[ServerState]] = {
    "active": frozenset({ServerState.ACTIVE}),
    "build": frozenset({ServerState.BUILDING}),
    "shutoff": frozenset({ServerState.STOPPED}),
    "paused": frozenset({ServerState.PAUSED}),
    "error": frozenset({ServerState.ERROR}),
    "reboot": frozenset({ServerState.ACTIVE}),
    "hard_reboot": frozenset({ServerState.ACTIVE}),
    **dict.fromkeys(
        (
            "deleted",
            "soft_deleted",
            "migrating",
            "password",
            "rebuild",
            "rescue",
            "resize",
            "revert_resize",
            "shelved",
            "shelved_offloaded",
            "suspended",
            "unknown",
            "verify_resize",
        ),
        frozenset[ServerState](),
    ),
}
"""What `status=` of a listing may say, in lower case; those that no server is in find none."""
