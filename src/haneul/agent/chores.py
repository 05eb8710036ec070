"""What the agent does unasked, again and again."""

from __future__ import annotations

import logging
from pathlib import Path

from haneul.agent.parts import Parts
from haneul.agent.verbs.ensure_guest import forget_to_start, go_on, start_after_reboot
from haneul.hostapi import Power
from haneul.kit.errors import CloudError

log = logging.getLogger(__name__)

SHUTDOWN_EVERY_S = 1.0
LOOK_EVERY_S = 10.0
CLEANING_EVERY_S = 600.0
BASE_KEPT_S = 3600.0
CONSOLE_LIMIT_BYTES = 16 * 1024 * 1024
CONSOLE_KEPT_BYTES = 1024 * 1024


def reopen(parts: Parts) -> None:
    """After a start of the agent: guard its guests' cards, and answer again wherever they expect an answer."""
    for record in parts.journal.list():
        for nic in record.spec.nics:
            parts.nics.guard(nic)
            if nic.metadata is None:
                continue
            try:
                with parts.locks.of("metadata"):
                    parts.metadata.ensure(nic.metadata)
            except (CloudError, OSError):
                log.exception("guests of network %s are not told their metadata", nic.network_id)


def watch_shutdowns(parts: Parts) -> None:
    """Switch off the guests whose time to shut themselves down is over, and go on from there."""
    start_again(parts)
    for record in parts.journal.list():
        if record.off_by is None:
            continue
        try:
            go_on(parts, record.spec.server_id)
        except CloudError as error:
            log.warning("guest %s still waits to go off: %s", record.spec.server_id, error)


def start_again(parts: Parts) -> None:
    """After a start of the machine: the guests that ran when it went down run again."""
    for record in parts.journal.list():
        if not record.is_due_after(parts.boot_id):
            continue
        try:
            start_after_reboot(parts, record.spec.server_id)
        except CloudError as error:
            log.warning("guest %s is not running again yet: %s", record.spec.server_id, error)


def watch_guests(parts: Parts) -> None:
    """Note which guests have gone off by themselves: they stay off when the machine is started anew.

    Not at once: a machine that goes down takes its guests with it, and then this is not reached any more.
    """
    for record in parts.journal.list():
        if record.boot_id != parts.boot_id or record.spec.power not in (Power.RUNNING, Power.PAUSED):
            continue
        try:
            forget_to_start(parts, record.spec.server_id)
        except CloudError as error:
            log.debug("guest %s was not looked at: %s", record.spec.server_id, error)


def clean(parts: Parts) -> None:
    """Remove bases that no disk needs, and shorten console logs that grew too long."""
    for name in parts.disks.remove_unused_bases(BASE_KEPT_S):
        log.info("removed the unused base %s", name)
    for record in parts.journal.list():
        shorten(parts.guest_folder(record.spec.server_id) / "console.log")


def shorten(path: Path) -> None:
    """Keep the end of a log that somebody is appending to; what comes in that very moment may be lost."""
    if not path.exists() or path.stat().st_size <= CONSOLE_LIMIT_BYTES:
        return
    with path.open("r+b") as file:
        file.seek(-CONSOLE_KEPT_BYTES, 2)
        kept = file.read()
        file.truncate(0)
    with path.open("ab") as file:
        file.write(kept)
