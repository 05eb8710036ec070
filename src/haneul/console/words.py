"""What states, long work and its steps are called on pages."""

from __future__ import annotations

from haneul.console.languages import say
from haneul.kit.workflow import RunState
from haneul.services.compute import RunView, ServerState, asked_by_of
from haneul.services.image import Status as ImageStatus
from haneul.services.image import Visibility
from haneul.services.volume import Status as VolumeStatus

STATES = {
    ServerState.BUILDING: "Building",
    ServerState.ACTIVE: "Running",
    ServerState.STOPPED: "Stopped",
    ServerState.PAUSED: "Paused",
    ServerState.SUSPENDED: "Suspended",
    ServerState.RESCUED: "In rescue",
    ServerState.RESIZED: "Resized, to be confirmed",
    ServerState.SHELVED: "Shelved",
    ServerState.OFFLOADED: "Shelved, off its host",
    ServerState.SOFT_DELETED: "Deleted, may be restored",
    ServerState.ERROR: "Error",
    ServerState.DELETING: "Being deleted",
    ServerState.DELETED: "Deleted",
}
VOLUME_STATES = {
    VolumeStatus.CREATING: "Being created",
    VolumeStatus.AVAILABLE: "Available",
    VolumeStatus.RESERVED: "Kept for a server",
    VolumeStatus.ATTACHING: "Being attached",
    VolumeStatus.DETACHING: "Being detached",
    VolumeStatus.IN_USE: "In use",
    VolumeStatus.MAINTENANCE: "Being looked after",
    VolumeStatus.UPDATING: "Being updated",
    VolumeStatus.DELETING: "Being deleted",
    VolumeStatus.EXTENDING: "Being enlarged",
    VolumeStatus.REVERTING: "Being reverted",
    VolumeStatus.RETYPING: "Changing its type",
    VolumeStatus.DOWNLOADING: "Being filled",
    VolumeStatus.UPLOADING: "Being made an image",
    VolumeStatus.BACKING_UP: "Being backed up",
    VolumeStatus.RESTORING: "Being restored",
    VolumeStatus.RESTORED_FROM: "Being restored from",
    VolumeStatus.AWAITING_TRANSFER: "Waiting for its new project",
    VolumeStatus.ERROR: "Error",
    VolumeStatus.ERROR_DELETING: "Could not be deleted",
    VolumeStatus.ERROR_EXTENDING: "Could not be enlarged",
    VolumeStatus.ERROR_BACKING_UP: "Could not be backed up",
    VolumeStatus.ERROR_RESTORING: "Could not be restored",
}
IMAGE_STATES = {
    ImageStatus.QUEUED: "Without data",
    ImageStatus.SAVING: "Being uploaded",
    ImageStatus.UPLOADING: "Laid aside for its import",
    ImageStatus.IMPORTING: "Being fetched",
    ImageStatus.ACTIVE: "Ready",
    ImageStatus.DEACTIVATED: "Out of use",
}
VISIBILITIES = {
    Visibility.PUBLIC: "For everybody",
    Visibility.COMMUNITY: "For everybody who knows of it",
    Visibility.SHARED: "For this project and those it is shared with",
    Visibility.PRIVATE: "For its project",
}
WORK = {
    "create_server": "Create",
    "delete_server": "Delete",
    "stop_server": "Stop",
    "start_server": "Start",
    "reboot_server": "Reboot",
    "hard_reboot_server": "Reboot (hard)",
    "rebuild_server": "Rebuild",
    "pause_server": "Pause",
    "unpause_server": "Unpause",
    "suspend_server": "Suspend",
    "resume_server": "Resume",
    "rescue_server": "Rescue",
    "unrescue_server": "End rescue",
    "shelve_server": "Shelve",
    "offload_server": "Free the host of a shelved server",
    "unshelve_server": "Unshelve",
    "create_image": "Make an image",
    "create_backup": "Make a backup",
    "resize_server": "Resize",
    "migrate_server": "Migrate",
    "confirm_resize": "Confirm the resize",
    "revert_resize": "Revert the resize",
    "live_migrate_server": "Migrate while it runs",
    "evacuate_server": "Evacuate",
    "soft_delete_server": "Delete, to be restored if need be",
    "restore_server": "Restore",
    "attach_interface": "Plug in a network card",
    "detach_interface": "Pull out a network card",
    "attach_volume": "Attach a volume",
    "detach_volume": "Detach a volume",
}

RUN_STATES = {
    RunState.UNFINISHED: "Under way",
    RunState.WAITING: "Waiting",
    RunState.STUCK: "Stuck",
    RunState.FAILED: "Failed",
    RunState.ENDED: "Ended",
}


def state_word(language: str, state: ServerState) -> str:
    return say(language, STATES[state])


def volume_word(language: str, state: VolumeStatus) -> str:
    """Of a volume or a snapshot."""
    return say(language, VOLUME_STATES[state])


def image_word(language: str, state: ImageStatus) -> str:
    return say(language, IMAGE_STATES[state])


def whose_word(language: str, visibility: Visibility) -> str:
    """For whom an image is."""
    return say(language, VISIBILITIES[visibility])


def doing_of(language: str, kind: str) -> str:
    """What a workflow does, by its name."""
    return say(language, WORK[kind]) if kind in WORK else in_words(kind)


def task_words(language: str, kind: str, step: str) -> str:
    """What is being done to a server, and where that has got to."""
    return f"{doing_of(language, kind)}: {in_words(step)}" if step else doing_of(language, kind)


def in_words(name: str) -> str:
    """`plug_port#2` -> Plug port (2)"""
    plain, _, count = name.partition("#")
    told = plain.rpartition(".")[2].replace("_", " ").capitalize()
    return f"{told} ({count})" if count else told


def asked_by_words(language: str, user_id: str, run: RunView) -> str:
    """Who had it done, for the user who reads it."""
    asked_by = asked_by_of(run).user_id
    if not asked_by:
        return say(language, "by the cloud itself")
    return say(language, "by you") if asked_by == user_id else say(language, "by user %(id)s", id=asked_by)
