"""What the control plane may ask of a host, one file each; each takes the parts first."""

from haneul.agent.verbs.ensure_base import ensure_base
from haneul.agent.verbs.ensure_disk import ensure_disk
from haneul.agent.verbs.ensure_guest import ensure_guest
from haneul.agent.verbs.ensure_volume import ensure_volume, revert_volume
from haneul.agent.verbs.get_console import get_console
from haneul.agent.verbs.get_guest import get_guest
from haneul.agent.verbs.get_inventory import get_inventory
from haneul.agent.verbs.get_usage import get_usage
from haneul.agent.verbs.list_leftovers import list_leftovers
from haneul.agent.verbs.open_console import open_console
from haneul.agent.verbs.passwords import forget_password, read_password, set_password
from haneul.agent.verbs.read_console_log import read_console_log
from haneul.agent.verbs.remove_disk import remove_disk
from haneul.agent.verbs.remove_guest import remove_guest
from haneul.agent.verbs.remove_port import remove_port
from haneul.agent.verbs.snapshots import copy_disk, ensure_snapshot, read_snapshot, remove_snapshot, restore_disk
from haneul.agent.verbs.swap_volume import keep_volume, swap_volume
from haneul.agent.verbs.tell_guest import tell_guest
from haneul.agent.verbs.volumes import list_volumes, read_volume, remove_volume, rename_volume, sum_volume

__all__ = [
    "copy_disk",
    "ensure_base",
    "ensure_disk",
    "ensure_guest",
    "ensure_snapshot",
    "ensure_volume",
    "forget_password",
    "get_console",
    "get_guest",
    "get_inventory",
    "get_usage",
    "keep_volume",
    "list_leftovers",
    "list_volumes",
    "open_console",
    "read_console_log",
    "read_password",
    "read_snapshot",
    "read_volume",
    "remove_disk",
    "remove_guest",
    "remove_port",
    "remove_snapshot",
    "remove_volume",
    "rename_volume",
    "restore_disk",
    "revert_volume",
    "set_password",
    "sum_volume",
    "swap_volume",
    "tell_guest",
]
