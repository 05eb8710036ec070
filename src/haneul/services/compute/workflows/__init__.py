"""Long work on servers: one file each, read from top to bottom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from haneul.services.compute.workflows.attach_volume import attach_volume, detach_volume
from haneul.services.compute.workflows.cache_image import cache_image
from haneul.services.compute.workflows.confirm_resize import confirm_resize
from haneul.services.compute.workflows.create_image import create_backup, create_image
from haneul.services.compute.workflows.create_server import create_server
from haneul.services.compute.workflows.delete_server import delete_server
from haneul.services.compute.workflows.evacuate_server import evacuate_server
from haneul.services.compute.workflows.interfaces import attach_interface, detach_interface, inject_network_info
from haneul.services.compute.workflows.live_migrate_server import live_migrate_server
from haneul.services.compute.workflows.mend_guest import mend_guest
from haneul.services.compute.workflows.pause_server import pause_server, unpause_server
from haneul.services.compute.workflows.reboot_server import hard_reboot_server, reboot_server
from haneul.services.compute.workflows.rebuild_server import rebuild_server
from haneul.services.compute.workflows.rescue_server import rescue_server, unrescue_server
from haneul.services.compute.workflows.resize_server import migrate_server, resize_server
from haneul.services.compute.workflows.revert_resize import revert_resize
from haneul.services.compute.workflows.shelve_server import offload_server, shelve_server
from haneul.services.compute.workflows.soft_delete_server import restore_server, soft_delete_server
from haneul.services.compute.workflows.start_server import start_server
from haneul.services.compute.workflows.stop_server import stop_server
from haneul.services.compute.workflows.suspend_server import resume_server, suspend_server
from haneul.services.compute.workflows.swap_volume import swap_volume
from haneul.services.compute.workflows.tell_guest import tell_guest
from haneul.services.compute.workflows.unshelve_server import unshelve_server

WORKFLOWS: tuple[Callable[..., Any], ...] = (
    create_server,
    delete_server,
    stop_server,
    start_server,
    reboot_server,
    hard_reboot_server,
    rebuild_server,
    pause_server,
    unpause_server,
    suspend_server,
    swap_volume,
    resume_server,
    rescue_server,
    unrescue_server,
    shelve_server,
    offload_server,
    unshelve_server,
    create_image,
    create_backup,
    resize_server,
    migrate_server,
    confirm_resize,
    revert_resize,
    live_migrate_server,
    evacuate_server,
    soft_delete_server,
    restore_server,
    attach_interface,
    attach_volume,
    detach_volume,
    detach_interface,
    inject_network_info,
    mend_guest,
    cache_image,
    tell_guest,
)
