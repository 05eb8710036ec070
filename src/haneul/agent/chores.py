"""What the agent does unasked, again and again."""

from __future__ import annotations

import logging
from pathlib import Path

from haneul.agent.parts import Parts
from haneul.agent.verbs.ensure_guest import go_on
from haneul.kit.errors import CloudError

log = logging.getLogger(__name__)

SHUTDOWN_EVERY_S = 1.0
CLEANING_EVERY_S = 600.0
BASE_KEPT_S = 3600.0
CONSOLE_LIMIT_BYTES = 16 * 1024 * 1024
CONSOLE_KEPT_BYTES = 1024 * 1024


def reopen(parts: Parts) -> None:
    """After a start of the agent: answer again wherever its guests expect an answer."""
    for record in parts.journal.list():
        for nic in record.spec.nics:
            if nic.metadata is None:
                continue
            try:
                with parts.locks.of("metadata"):
                    parts.metadata.ensure(nic.metadata)
            except (CloudError, OSError):
                log.exception("guests of network %s are not told their metadata", nic.network_id)


def watch_shutdowns(parts: Parts) -> None:
    """Switch off the guests whose time to shut themselves down is over, and go on from there."""
    for record in parts.journal.list():
        if record.off_by is None:
            continue
        try:
            go_on(parts, record.spec.server_id)
        except CloudError as error:
            log.warning("guest %s still waits to go off: %s", record.spec.server_id, error)


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
