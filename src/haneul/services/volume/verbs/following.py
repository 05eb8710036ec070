"""Volumes go where the servers are that shall have them."""

from __future__ import annotations

from haneul.kit.errors import Conflict, NoCapacity, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.log import request_id
from haneul.services.volume.model import Pool, Status, Volume
from haneul.services.volume.store import Wanted
from haneul.services.volume.verbs.base import Verbs
from haneul.services.volume.workflows.asked import AskedBy
from haneul.services.volume.workflows.move_volume import MIGRATING, Move, move_volume
from haneul.services.volume.workflows.places import Request, choose, host_of


class Following(Verbs):
    """For services above: no caller is asked for, whoever asks has asked already."""

    def require_reachable(self, attachment_id: str, host_id: str) -> None:
        """Raises Conflict("volume.unreachable") where it neither lies on the host nor could come to it."""
        volume = self._of(attachment_id)
        if volume.host_id not in (None, host_id):
            self._place_on(volume, host_id)

    def set_out(self, attachment_id: str, host_id: str) -> None:
        """The volume moves to the host, if it lies elsewhere; it is reserved for the attachment all the while.

        May be repeated. Raises NotFound, Conflict("volume.unreachable").
        """
        with self._parts.db.write():
            volume = self._of(attachment_id)
            if volume.host_id in (None, host_id) or volume.migration_status == MIGRATING:
                return
            pool = self._place_on(volume, host_id)
            move = Move(host_of(volume), volume.backend, pool.host_id, pool.backend, new_uuid())
            self._store.volumes.move(volume.id, Status.MAINTENANCE, self._parts.clock.now(), migration_status=MIGRATING)
            told = AskedBy("", volume.project_id, request_id.get(), new_uuid())
            self._parts.runs.submit(move_volume, volume.id, volume.id, move, told)

    def has_arrived(self, attachment_id: str, host_id: str) -> bool:
        """Raises NotFound; Conflict("volume.unreachable") when it is not on its way any more, and not there."""
        volume = self._of(attachment_id)
        if volume.migration_status == MIGRATING:
            return False
        if volume.host_id not in (None, host_id):
            raise _unreachable(volume, "its move to the server's host failed: its messages say why")
        return True

    def _of(self, attachment_id: str) -> Volume:
        attachment = self._store.attachments.find(attachment_id)
        if attachment is None:
            raise NotFound("attachment.absent", f"Attachment {attachment_id} could not be found: attach again.")
        return self._store.volumes.get(attachment.volume_id)

    def _place_on(self, volume: Volume, host_id: str) -> Pool:
        """Where it would lie, once it is reserved and nobody else has it."""
        if self._store.attachments.count(Wanted({"volume_id": volume.id})) > 1:
            raise _unreachable(volume, "other servers have it there: detach it from them")
        if volume.status is not Status.RESERVED:
            raise _unreachable(volume, f"it is {volume.status} there: wait until it is available")
        if self._store.snapshots.count(Wanted({"volume_id": volume.id})):
            raise _unreachable(volume, "its snapshots do not move: delete them, or choose a server beside it")
        if volume.group_id is not None:
            raise _unreachable(volume, "it is in a group: take it out first")
        kind = None if volume.type_id is None else self._store.types.find(volume.type_id)
        try:
            return choose(self._parts, Request(volume.size_gib, kind, on_host=host_id))
        except NoCapacity as error:
            raise _unreachable(volume, error.message) from error


def _unreachable(volume: Volume, reason: str) -> Conflict:
    return Conflict(
        "volume.unreachable",
        f"No valid host: volume {volume.id} lies on another host than the server, and cannot come to it. {reason}.",
    )
