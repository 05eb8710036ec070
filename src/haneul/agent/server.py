"""The table: one operation, one verb."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import msgspec

from haneul.agent import verbs
from haneul.agent.files import disk_full, is_full
from haneul.agent.parts import Parts
from haneul.hostapi import OPERATIONS
from haneul.kit.errors import CloudError, Invalid
from haneul.kit.peer import Command

log = logging.getLogger(__name__)

SLOW_S = 2.0

VERBS: dict[str, Callable[..., Any]] = {
    "ensure_volume": verbs.ensure_volume,
    "revert_volume": verbs.revert_volume,
    "remove_volume": verbs.remove_volume,
    "rename_volume": verbs.rename_volume,
    "read_volume": verbs.read_volume,
    "sum_volume": verbs.sum_volume,
    "swap_volume": verbs.swap_volume,
    "keep_volume": verbs.keep_volume,
    "list_volumes": verbs.list_volumes,
    "ensure_base": verbs.ensure_base,
    "ensure_disk": verbs.ensure_disk,
    "remove_disk": verbs.remove_disk,
    "remove_port": verbs.remove_port,
    "ensure_guest": verbs.ensure_guest,
    "remove_guest": verbs.remove_guest,
    "tell_guest": verbs.tell_guest,
    "get_guest": verbs.get_guest,
    "read_console_log": verbs.read_console_log,
    "get_console": verbs.get_console,
    "get_usage": verbs.get_usage,
    "open_console": verbs.open_console,
    "get_inventory": verbs.get_inventory,
    "read_password": verbs.read_password,
    "forget_password": verbs.forget_password,
    "set_password": verbs.set_password,
    "copy_disk": verbs.copy_disk,
    "restore_disk": verbs.restore_disk,
    "ensure_snapshot": verbs.ensure_snapshot,
    "read_snapshot": verbs.read_snapshot,
    "remove_snapshot": verbs.remove_snapshot,
    "list_leftovers": verbs.list_leftovers,
}


def carry_out(parts: Parts, command: Command) -> Any:
    """Do what the command says and answer with its report.

    Raises Invalid("agent.bad_command") for what is not in the table, Conflict("agent.stale_epoch") for a run
    that goes on elsewhere by now, and what the verb raises.
    """
    operation = OPERATIONS.get(command.op)
    if operation is None:
        raise Invalid("agent.bad_command", f"Upgrade the agent: it does not know the operation {command.op}")
    try:
        args = {name: msgspec.convert(command.args.get(name), kind) for name, kind in operation.takes.items()}
    except msgspec.ValidationError as error:
        raise Invalid("agent.bad_command", f"{command.op}: {error}: are both programs of one release?") from error
    began = time.monotonic()
    try:
        return _in_turn(parts, command, args)
    except CloudError as error:
        log.warning("%s: %s: %s", command.op, error.code, error.message)
        raise
    finally:
        if time.monotonic() - began > SLOW_S:
            log.info("%s took %.1f s", command.op, time.monotonic() - began)


def _in_turn(parts: Parts, command: Command, args: dict[str, Any]) -> Any:
    """One command of a run after the other, so that nothing old is still at work when something newer begins.

    Raises NoCapacity("host.disk_full") wherever the disk turns out to be full.
    """
    verb = VERBS[command.op]
    try:
        if not command.run:
            return verb(parts, **args)
        with parts.locks.of(f"run {command.run}"):
            parts.journal.admit(command.run, command.epoch)
            return verb(parts, **args)
    except OSError as error:
        if is_full(error):
            raise disk_full() from error
        raise
