"""What the agent must not forget: the highest epoch of every run, and every guest as it should be."""

from __future__ import annotations

import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from haneul.agent.files import is_full, sync_folder, write_whole
from haneul.hostapi import GuestSpec, Power
from haneul.kit.errors import Conflict

log = logging.getLogger(__name__)

_RUNS_KEPT = 2000
_LINES_KEPT = 10000


@dataclass(frozen=True)
class GuestRecord:
    """A guest as it was last asked for, and how far the host has got."""

    spec: GuestSpec
    reboots_done: int = 0
    off_by: float | None = None
    """Set while the guest is shutting itself down: the time (seconds since the epoch) to switch it off."""
    asked_at: float = 0.0
    """When its power button was last pressed."""
    password: str = ""
    """Encrypted by the guest, as it posted it to the metadata service."""
    boot_id: str = ""
    """In which start of the machine the guest was started last; empty: it is not started by itself any more."""

    def is_due_after(self, boot_id: str) -> bool:
        """True if the guest ran when the machine went down, and is to run again."""
        is_wanted = self.spec.power in (Power.RUNNING, Power.PAUSED)
        return is_wanted and bool(self.boot_id and boot_id) and self.boot_id != boot_id


class Journal:
    """Files below `folder`: guests/<server id>.json, and epochs.log with a line for every new epoch."""

    def __init__(self, folder: Path) -> None:
        self._guests_folder = folder / "guests"
        self._guests_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._epochs_file = folder / "epochs.log"
        self._lock = threading.Lock()
        self._epochs = self._read_epochs()
        self._lines = len(self._epochs)
        with _if_there_is_room():
            self._compact()
        self._guests = {record.spec.server_id: record for record in self._read_guests()}

    def admit(self, run: str, epoch: int) -> None:
        """Remember the epoch of a run. Raises Conflict("agent.stale_epoch") when a newer one was here."""
        if not run:
            return
        with self._lock:
            highest = self._epochs.get(run, 0)
            if epoch < highest:
                message = f"Run {run} goes on elsewhere as epoch {highest}: this one ({epoch}) must end"
                raise Conflict("agent.stale_epoch", message)
            self._epochs[run] = epoch
            self._epochs.move_to_end(run)
            if epoch > highest:
                with _if_there_is_room():
                    self._append(f"{run} {epoch}\n")

    def find(self, server_id: str) -> GuestRecord | None:
        with self._lock:
            return self._guests.get(server_id)

    def list(self) -> tuple[GuestRecord, ...]:
        with self._lock:
            return tuple(self._guests.values())

    def save(self, record: GuestRecord) -> None:
        """On the disk when this returns."""
        with self._lock:
            if self._guests.get(record.spec.server_id) == record:
                return
            write_whole(self._path(record.spec.server_id), msgspec.json.encode(record))
            self._guests[record.spec.server_id] = record

    def remove(self, server_id: str) -> None:
        with self._lock:
            self._path(server_id).unlink(missing_ok=True)
            sync_folder(self._guests_folder)
            self._guests.pop(server_id, None)

    def _path(self, server_id: str) -> Path:
        return self._guests_folder / f"{server_id}.json"

    def _read_guests(self) -> tuple[GuestRecord, ...]:
        files = self._guests_folder.glob("*.json")
        return tuple(msgspec.json.decode(path.read_bytes(), type=GuestRecord) for path in files)

    def _read_epochs(self) -> OrderedDict[str, int]:
        epochs: OrderedDict[str, int] = OrderedDict()
        text = self._epochs_file.read_text() if self._epochs_file.exists() else ""
        for line in text.splitlines():
            run, _, epoch = line.partition(" ")
            if epoch.isdigit():  # the last line may have been cut off with the power
                epochs[run] = int(epoch)
                epochs.move_to_end(run)
        return epochs

    def _append(self, line: str) -> None:
        with self._epochs_file.open("a") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        self._lines += 1
        if self._lines > _LINES_KEPT:
            self._compact()

    def _compact(self) -> None:
        """Keep the runs that asked last: an epoch matters only as long as its run may still ask."""
        while len(self._epochs) > _RUNS_KEPT:
            self._epochs.popitem(last=False)
        lines = [f"{run} {epoch}\n" for run, epoch in self._epochs.items()]
        write_whole(self._epochs_file, "".join(lines).encode())
        self._lines = len(lines)


@contextmanager
def _if_there_is_room() -> Iterator[None]:
    """On a full disk epochs hold only until this process ends: guests must be removable all the same."""
    try:
        yield
    except OSError as error:
        if not is_full(error):
            raise
        log.error("The disk is full: free space on it. Until then epochs of runs are kept in memory alone")
