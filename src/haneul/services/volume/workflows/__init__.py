"""Long work on volumes: read from top to bottom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from haneul.services.volume.workflows.backups import back_up_volume, delete_backup, restore_backup
from haneul.services.volume.workflows.change_volume import extend_volume, reimage_volume, revert_volume
from haneul.services.volume.workflows.create_volume import create_volume
from haneul.services.volume.workflows.delete_group import delete_group
from haneul.services.volume.workflows.delete_volume import delete_volume
from haneul.services.volume.workflows.import_backup import import_backup
from haneul.services.volume.workflows.move_volume import move_volume
from haneul.services.volume.workflows.snapshots import (
    create_group_snapshot,
    create_snapshot,
    delete_group_snapshot,
    delete_snapshot,
)
from haneul.services.volume.workflows.upload_volume import upload_volume

WORKFLOWS: tuple[Callable[..., Any], ...] = (
    create_volume,
    delete_volume,
    extend_volume,
    revert_volume,
    reimage_volume,
    move_volume,
    upload_volume,
    create_snapshot,
    delete_snapshot,
    create_group_snapshot,
    delete_group_snapshot,
    delete_group,
    back_up_volume,
    restore_backup,
    delete_backup,
    import_backup,
)
