"""Volumes pass from one project to another: offered with a key, taken by whoever knows it."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from haneul.kit.errors import Conflict, Invalid
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.volume.model import Status, Transfer, Volume
from haneul.services.volume.store import Wanted
from haneul.services.volume.verbs.base import EVERYTHING, Listed, ListWish, Verbs, require_status
from haneul.services.volume.verbs.limits import require_room
from haneul.services.volume.verbs.types import visible_type

_KEY_BYTES = 8


class Transfers(Verbs):
    def create(
        self, caller: Caller, volume_id: str, name: str | None, *, leaves_snapshots: bool = False
    ) -> tuple[Transfer, str]:
        """The offer, and its key, which is told this once."""
        key = secrets.token_hex(_KEY_BYTES)
        with self._parts.db.write():
            volume = self._own(caller, self._store.volumes, volume_id, "volume:create_transfer")
            require_status("volume", volume, "transfer it", {Status.AVAILABLE})
            if leaves_snapshots and self._store.snapshots.count(Wanted({"volume_id": volume_id})):
                message = (
                    f"Volume {volume_id} has snapshots, which cannot stay behind: delete them or let them go with it."
                )
                raise Invalid("transfer.has_snapshots", message)
            transfer = Transfer(
                id=new_uuid(),
                volume_id=volume_id,
                project_id=volume.project_id,
                created_at=self._parts.clock.now(),
                key_hash=_hash(key),
                name=name,
                leaves_snapshots=leaves_snapshots,
            )
            self._store.transfers.add(transfer)
            self._store.volumes.move(volume_id, Status.AWAITING_TRANSFER, self._parts.clock.now())
        return transfer, key

    def get(self, caller: Caller, transfer_id: str) -> Transfer:
        return self._own(caller, self._store.transfers, transfer_id, "volume:get_transfer")

    def list(self, caller: Caller, wish: ListWish = EVERYTHING) -> Listed:
        return self._page(caller, self._store.transfers, "volume:get_all_transfers", wish)

    def delete(self, caller: Caller, transfer_id: str) -> None:
        """The offer is taken back."""
        with self._parts.db.write():
            transfer = self._own(caller, self._store.transfers, transfer_id, "volume:delete_transfer")
            volume = self._store.volumes.get(transfer.volume_id)
            if volume.status is Status.AWAITING_TRANSFER:
                self._store.volumes.move(volume.id, Status.AVAILABLE, self._parts.clock.now())
            self._store.transfers.remove(transfer_id)

    def accept(self, caller: Caller, transfer_id: str, key: str) -> Transfer:
        """The volume and its snapshots are the caller's. Raises NotFound, Invalid("transfer.wrong_key"), OverQuota."""
        self._require(caller, "volume:accept_transfer")
        with self._parts.db.write():
            transfer = self._store.transfers.get(transfer_id)
            if not hmac.compare_digest(transfer.key_hash, _hash(key)):
                raise Invalid(
                    "transfer.wrong_key", f"Attempt to transfer {transfer_id} with an invalid auth key: ask for it."
                )
            volume = self._store.volumes.get(transfer.volume_id)
            if volume.status is not Status.AWAITING_TRANSFER:
                raise Conflict(
                    "volume.wrong_status", f"Volume {volume.id} is not offered any more: it is {volume.status}."
                )
            self._require_room(caller, volume)
            self._hand_over(caller, transfer, volume)
        return transfer

    def _require_room(self, caller: Caller, volume: Volume) -> None:
        kind = visible_type(self._store, caller, volume.type_id) if volume.type_id else None
        snapshots = self._store.snapshots.list(Wanted({"volume_id": volume.id}))
        size_gib = volume.size_gib + sum(snapshot.size_gib for snapshot in snapshots)
        more = {"volumes": 1, "gigabytes": size_gib, "snapshots": len(snapshots)}
        require_room(self._store, caller.project_id, kind, more)

    def _hand_over(self, caller: Caller, transfer: Transfer, volume: Volume) -> None:
        now = self._parts.clock.now()
        owner = {"project_id": caller.project_id, "user_id": caller.user_id}
        self._store.volumes.move(volume.id, Status.AVAILABLE, now, **owner)
        self._store.snapshots.give(volume.id, caller.project_id, caller.user_id)
        self._store.transfers.remove(transfer.id)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
