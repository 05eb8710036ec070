"""Nova's four words for a server's state, all of them derived."""

from __future__ import annotations

from typing import NamedTuple

from haneul.services.compute import Server, ServerState, ServerView, Task

STATUS_BY_STATE = {
    ServerState.BUILDING: "BUILD",
    ServerState.ACTIVE: "ACTIVE",
    ServerState.STOPPED: "SHUTOFF",
    ServerState.PAUSED: "PAUSED",
    ServerState.SUSPENDED: "SUSPENDED",
    ServerState.RESCUED: "RESCUE",
    ServerState.RESIZED: "VERIFY_RESIZE",
    ServerState.SHELVED: "SHELVED",
    ServerState.OFFLOADED: "SHELVED_OFFLOADED",
    ServerState.SOFT_DELETED: "SOFT_DELETED",
    ServerState.ERROR: "ERROR",
    ServerState.DELETED: "DELETED",
}
_POWER_BY_STATE = {
    ServerState.ACTIVE: 1,
    ServerState.RESCUED: 1,
    ServerState.RESIZED: 1,
    ServerState.PAUSED: 3,
    ServerState.STOPPED: 4,
    ServerState.SUSPENDED: 4,
    ServerState.SHELVED: 4,
    ServerState.OFFLOADED: 4,
    ServerState.SOFT_DELETED: 4,
}
_VM_STATE = {ServerState.OFFLOADED: "shelved_offloaded", ServerState.SOFT_DELETED: "soft-delete"}
"""Where Nova has another word than ours."""
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
    "suspend_server": "suspending",
    "resume_server": "resuming",
    "rescue_server": "rescuing",
    "unrescue_server": "unrescuing",
    "shelve_server": "shelving",
    "offload_server": "shelving_offloading",
    "unshelve_server": "unshelving",
    "create_image": "image_snapshot",
    "create_backup": "image_backup",
    "resize_server": "resize_migrating",
    "migrate_server": "resize_migrating",
    "confirm_resize": "resize_confirming",
    "revert_resize": "resize_reverting",
    "live_migrate_server": "migrating",
    "evacuate_server": "rebuilding",
    "soft_delete_server": "soft-deleting",
    "restore_server": "restoring",
}
_TASK_BY_LATER_STEP = {
    "": {"resize_server": "resize_prep", "migrate_server": "resize_prep", "create_image": "image_snapshot_pending"},
    "claim_place": {"resize_server": "resize_prep", "migrate_server": "resize_prep"},
    "plug_ports_there": {"resize_server": "resize_migrated", "migrate_server": "resize_migrated"},
    "guest_stands_there": {"resize_server": "resize_finish", "migrate_server": "resize_finish"},
    "image_filled": {"create_image": "image_uploading", "shelve_server": "shelving_image_uploading"},
    "guest_gone": {"shelve_server": "shelving_offloading"},
    "guest_runs_again": {"unshelve_server": "spawning"},
}
"""Steps at which a workflow's task has another name than at its beginning."""
_STATUS_BY_TASK = {
    "rebooting": "REBOOT",
    "rebooting_hard": "HARD_REBOOT",
    "rebuilding": "REBUILD",
    "migrating": "MIGRATING",
    "resize_reverting": "REVERT_RESIZE",
    **dict.fromkeys(("resize_prep", "resize_migrating", "resize_migrated", "resize_finish"), "RESIZE"),
}
_SHOWING_TASKS = frozenset({ServerState.ACTIVE, ServerState.STOPPED, ServerState.PAUSED, ServerState.RESIZED})


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
    return _TASK_BY_LATER_STEP.get(task.step, {}).get(task.kind) or _TASK_BY_KIND.get(task.kind)


def status(view: ServerView) -> str:
    state = standing(view.server)
    task = task_state(view) or ""
    if task in _STATUS_BY_TASK and (state in _SHOWING_TASKS or task == "rebuilding"):
        return _STATUS_BY_TASK[task]
    return STATUS_BY_STATE[state]


class Words(NamedTuple):
    """All that is said of a server's state."""

    standing: ServerState
    status: str
    task_state: str | None
    vm_state: str
    power_state: int


def words(view: ServerView) -> Words:
    server = view.server
    if view.task is None and server.state not in _IN_MOTION:
        return _WORDS_AT_REST[server.state]
    return Words(standing(server), status(view), task_state(view), vm_state(standing(server)), power_state(server))


def vm_state(state: ServerState) -> str:
    return _VM_STATE.get(state, state.value)


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
    "suspended": frozenset({ServerState.SUSPENDED}),
    "rescue": frozenset({ServerState.RESCUED}),
    "verify_resize": frozenset({ServerState.RESIZED}),
    "revert_resize": frozenset({ServerState.RESIZED}),
    "resize": frozenset({ServerState.ACTIVE, ServerState.STOPPED}),
    "migrating": frozenset({ServerState.ACTIVE, ServerState.PAUSED}),
    "shelved": frozenset({ServerState.SHELVED}),
    "shelved_offloaded": frozenset({ServerState.OFFLOADED}),
    "soft_deleted": frozenset({ServerState.SOFT_DELETED}),
    **dict.fromkeys(
        (
            "deleted",
            "password",
            "rebuild",
            "unknown",
        ),
        frozenset[ServerState](),
    ),
}
"""What `status=` of a listing may say, in lower case; those that no server is in find none."""


_IN_MOTION = frozenset({ServerState.BUILDING, ServerState.DELETING})
"""States in which something is always done."""
_WORDS_AT_REST = {
    state: Words(state, STATUS_BY_STATE[state], None, vm_state(state), _POWER_BY_STATE.get(state, NO_POWER))
    for state in STATUS_BY_STATE
}
