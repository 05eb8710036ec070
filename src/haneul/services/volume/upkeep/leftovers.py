"""What lies in places for volumes and belongs to nobody: removed after a grace."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from haneul.hostapi import VolumePlace
from haneul.kit.errors import CloudError
from haneul.kit.ids import is_uuid
from haneul.services.volume.parts import Parts

log = logging.getLogger(__name__)

EVERY_S = 20.0
"""With the grace less than two minutes, also where the look before came just too early."""
_SWEEP_AFTER_S = 24 * 3600.0


@dataclass(frozen=True)
class Orphan:
    """A file in a place for volumes without the volume, snapshot or copy that it should be."""

    id: str
    host_id: str
    backend: str

    def __str__(self) -> str:
        return f"volume {self.id} in {self.backend} on host {self.host_id}"


def find_orphans(parts: Parts) -> list[Orphan]:
    """Files first, rows after: what is made meanwhile has its row first. Files of other names are somebody's."""
    files = [
        Orphan(name, host.host_id, room.backend)
        for host in parts.hosts.rooms()
        for room in host.rooms
        for name in room.names
        if is_uuid(name)
    ]
    places = parts.store.volumes.places()
    strays = [file for file in files if places.get(file.id) != (file.host_id, file.backend)]
    return strays if not strays else [file for file in strays if not _is_travelling(parts, file)]


def _is_travelling(parts: Parts, file: Orphan) -> bool:
    """A copy on its way to a backup, an image or another place, or the target of a move."""
    wanted = {file.id}
    return any(wanted & _words(run.subject, run.input) for run in parts.runs.unfinished())


def _words(subject: str, values: Sequence[object]) -> set[str]:
    words = {subject}
    for value in values:
        if isinstance(value, str):
            words.add(value)
        elif isinstance(value, dict):
            words |= {each for each in value.values() if isinstance(each, str)}
    return words


class Sweeper:
    """Removes orphans that were seen for longer than the grace."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._first_seen: dict[Orphan, datetime] = {}

    def look(self) -> None:
        """One round. What fails is tried again in the next."""
        now = self._parts.clock.now()
        self._first_seen = {orphan: self._first_seen.get(orphan, now) for orphan in find_orphans(self._parts)}
        grace = timedelta(seconds=self._parts.tuning.leftover_grace_s)
        for orphan, seen_at in self._first_seen.items():
            if now - seen_at >= grace:
                self._remove(orphan)

    def _remove(self, orphan: Orphan) -> None:
        log.warning("removing a leftover: %s", orphan)
        try:
            self._parts.hosts.remove_volume(orphan.host_id, VolumePlace(orphan.backend, orphan.id))
        except CloudError as error:
            log.warning("the leftover %s stays for now: %s", orphan, error.message)

    def forget_messages(self) -> None:
        """Users' messages that are old."""
        self._parts.store.forget_messages(self._parts.clock.now())

    def sweep_backups(self) -> None:
        """Lists of backups that have no row, and pieces that no backup needs."""
        kept = self._parts.backups.list()
        rows = self._parts.store.backups.by_id(list(kept))
        for backup_id in kept:
            if backup_id not in rows:
                self._parts.backups.remove(backup_id)
        self._parts.backups.sweep(_SWEEP_AFTER_S)
