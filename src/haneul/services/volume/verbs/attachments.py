"""Volumes at servers: reserved, connected, in use, let go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from haneul.hostapi import VolumeDisk
from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.volume.model import ATTACH_FAMILY, Attachment, AttachStatus, Status, Volume
from haneul.services.volume.store import Wanted
from haneul.services.volume.verbs.base import EVERYTHING, Listed, ListWish, Verbs
from haneul.services.volume.workflows.places import host_of, limits_of, place_of

_ATTACHABLE = frozenset({Status.AVAILABLE, Status.DOWNLOADING})
_SHAREABLE = frozenset({Status.AVAILABLE, Status.IN_USE, Status.RESERVED, Status.ATTACHING})


@dataclass(frozen=True)
class Connection:
    """How a host reaches a volume."""

    attachment: Attachment
    info: Mapping[str, Any]


class Attachments(Verbs):
    def get(self, caller: Caller, attachment_id: str) -> Attachment:
        return self._own(caller, self._store.attachments, attachment_id, "volume:get")

    def list(self, caller: Caller, wish: ListWish = EVERYTHING) -> Listed:
        self._require(caller, "volume:get_all")
        found = self._store.attachments.list(self._wanted(caller, wish), wish.page, wish.offset)
        return Listed(found)

    def of_servers(self, server_ids: Sequence[str]) -> Sequence[Attachment]:
        """For services above: what these servers have, whoever's it is."""
        return self._store.attachments.list(Wanted({"server_id": tuple(server_ids)}))

    def create(
        self,
        caller: Caller,
        volume_id: str,
        server_id: str | None,
        mode: str | None = None,
        *,
        attachment_id: str = "",
    ) -> Attachment:
        """The volume is reserved for the server. Raises Conflict("volume.wrong_status") when it cannot be.

        `attachment_id`: chosen beforehand; empty: it gets one.
        """
        with self._parts.db.write():
            volume = self._own(caller, self._store.volumes, volume_id, "volume:attachment_create")
            existing = self._store.attachments.list(Wanted({"volume_id": volume_id}))
            self._require_attachable(volume, server_id, existing)
            attachment = Attachment(
                id=attachment_id or new_uuid(),
                volume_id=volume.id,
                project_id=volume.project_id,
                server_id=server_id,
                status=AttachStatus.RESERVED,
                created_at=self._parts.clock.now(),
                mode=mode,
            )
            self._store.attachments.add(attachment)
            self._settle(volume.id)
        return attachment

    def _require_attachable(self, volume: Volume, server_id: str | None, existing: Sequence[Attachment]) -> None:
        allowed = _SHAREABLE if volume.is_multiattach else _ATTACHABLE
        if volume.status not in allowed:
            message = (
                f"Volume {volume.id} status must be available to reserve, but the current status is {volume.status}."
            )
            raise Conflict("volume.wrong_status", message)
        if server_id is not None and any(each.server_id == server_id for each in existing):
            raise Conflict(
                "volume.wrong_status", f"Volume {volume.id} is at server {server_id} already: nothing is to do."
            )

    def connect(self, caller: Caller, attachment_id: str, connector: Mapping[str, object]) -> Connection:
        """Say which host shall reach it; `connector` names it as `host` and may say `mode` and `mountpoint`.

        Raises Conflict("volume.unreachable") for a host on which the volume does not lie.
        """
        with self._parts.db.write():
            attachment = self._own(caller, self._store.attachments, attachment_id, "volume:attachment_update")
            volume = self._store.volumes.get(attachment.volume_id)
            if not connector:
                raise Invalid(
                    "attachment.no_connector", "Say which host shall reach the volume: the connector is empty."
                )
            self._require_reachable(volume, str(connector.get("host", "")))
            mode = str(connector.get("mode") or attachment.mode or "rw")
            self._store.attachments.change(
                attachment_id,
                status=AttachStatus.ATTACHING,
                connector=dict(connector),
                host_name=str(connector.get("host", "")),
                device=connector.get("mountpoint") or attachment.device,
                mode="ro" if volume.is_readonly else mode,
            )
            self._settle(volume.id)
        return Connection(self._store.attachments.get(attachment_id), self._info(volume))

    def _require_reachable(self, volume: Volume, host_name: str) -> None:
        names = {host.host_id: host.host_name for host in self._parts.hosts.rooms()}
        where = names.get(host_of(volume))
        if host_name and where is not None and host_name != where:
            raise Conflict(
                "volume.unreachable",
                f"No valid host: volume {volume.id} lies on another host than the one that asks for it. Attach it by "
                f"the compute API, which has it come, or migrate it.",
            )

    def complete(self, caller: Caller, attachment_id: str) -> None:
        """The host has it."""
        with self._parts.db.write():
            attachment = self._own(caller, self._store.attachments, attachment_id, "volume:attachment_complete")
            if attachment.status not in (AttachStatus.ATTACHING, AttachStatus.RESERVED, AttachStatus.ATTACHED):
                raise Conflict(
                    "attachment.wrong_status", f"Attachment {attachment_id} is {attachment.status}: connect it."
                )
            now = self._parts.clock.now()
            self._store.attachments.change(attachment_id, status=AttachStatus.ATTACHED, attached_at=now)
            self._settle(attachment.volume_id)

    def begin_detaching(self, attachment_id: str) -> None:
        """For services above: its server lets go of it. Raises Conflict unless it is attached."""
        with self._parts.db.write():
            self._store.attachments.change(attachment_id, status=AttachStatus.DETACHING)
            attachment = self._store.attachments.find(attachment_id)
            if attachment is not None:
                self._settle(attachment.volume_id)

    def hold(self, attachment_id: str) -> None:
        """For services above: its server has let go of it for a moment, and nobody else gets it."""
        with self._parts.db.write():
            self._store.attachments.change(attachment_id, status=AttachStatus.RESERVED)
            attachment = self._store.attachments.find(attachment_id)
            if attachment is not None:
                self._settle(attachment.volume_id)

    def still_attached(self, attachment_id: str) -> None:
        """For services above: its server kept it after all; fine if it is gone."""
        with self._parts.db.write():
            attachment = self._store.attachments.find(attachment_id)
            if attachment is not None and attachment.status is AttachStatus.DETACHING:
                self._store.attachments.change(attachment_id, status=AttachStatus.ATTACHED)
                self._settle(attachment.volume_id)

    def delete(self, caller: Caller, attachment_id: str) -> Sequence[Attachment]:
        """The volume is free of it; those that it still has."""
        with self._parts.db.write():
            attachment = self._own(caller, self._store.attachments, attachment_id, "volume:attachment_delete")
            self._store.attachments.remove(attachment_id)
            self._settle(attachment.volume_id)
            return self._store.attachments.list(Wanted({"volume_id": attachment.volume_id}))

    def remove(self, attachment_id: str) -> None:
        """For services above: as `delete`, fine if it is gone."""
        with self._parts.db.write():
            attachment = self._store.attachments.find(attachment_id)
            if attachment is not None:
                self._store.attachments.remove(attachment_id)
                self._settle(attachment.volume_id)

    def disks(self, attachment_ids: Sequence[str]) -> Mapping[str, VolumeDisk]:
        """For services above: as guests have them, by the attachment."""
        attachments = self._store.attachments.by_id(attachment_ids)
        volumes = self._store.volumes.by_id([each.volume_id for each in attachments.values()])
        return {
            each.id: VolumeDisk(
                place=place_of(volumes[each.volume_id]),
                device=(each.device or "").removeprefix("/dev/"),
                is_readonly=each.mode == "ro",
                is_shared=volumes[each.volume_id].is_multiattach,
                limits=limits_of(self._parts, volumes[each.volume_id]),
            )
            for each in attachments.values()
        }

    def hosts_of(self, volume_ids: Sequence[str], snapshot_ids: Sequence[str]) -> frozenset[str]:
        """For services above: the ids of the hosts on which these lie."""
        snapshots = self._store.snapshots.by_id(list(snapshot_ids))
        ids = [*volume_ids, *(snapshot.volume_id for snapshot in snapshots.values())]
        volumes = self._store.volumes.by_id(ids) if ids else {}
        return frozenset(volume.host_id for volume in volumes.values() if volume.host_id is not None)

    def hosts_with_places(self) -> frozenset[str]:
        """For services above: the ids of the hosts that are connected and keep volumes."""
        return frozenset(host.host_id for host in self._parts.hosts.rooms() if host.rooms)

    def where(self, volume_id: str) -> str | None:
        """For services above: the id of the host on which the volume lies; None until that is decided."""
        return self._store.volumes.get(volume_id).host_id

    # As older services attach: by actions on the volume.

    def reserve(self, caller: Caller, volume_id: str) -> None:
        self._shift(caller, volume_id, "reserve", {Status.AVAILABLE}, Status.ATTACHING)

    def unreserve(self, caller: Caller, volume_id: str) -> None:
        self._shift(caller, volume_id, "unreserve", {Status.ATTACHING, Status.RESERVED}, Status.AVAILABLE)

    def roll_detaching(self, caller: Caller, volume_id: str) -> None:
        self._shift(caller, volume_id, "roll_detaching", {Status.DETACHING}, Status.IN_USE)

    def begin_detaching_of(self, caller: Caller, volume_id: str) -> None:
        self._shift(caller, volume_id, "begin_detaching", {Status.IN_USE}, Status.DETACHING)

    def _shift(self, caller: Caller, volume_id: str, action: str, allowed: set[Status], to: Status) -> None:
        with self._parts.db.write():
            volume = self._own(caller, self._store.volumes, volume_id, f"volume_extension:volume_actions:{action}")
            if volume.status not in allowed:
                raise Conflict(
                    "volume.wrong_status", f"Unable to {action} volume {volume_id} while it is {volume.status}."
                )
            self._store.volumes.move(volume_id, to, self._parts.clock.now())

    def attach(self, caller: Caller, volume_id: str, wanted: Attachment) -> None:
        """`wanted` says to which server or host, as which device, in which mode."""
        with self._parts.db.write():
            volume = self._own(caller, self._store.volumes, volume_id, "volume_extension:volume_actions:attach")
            if volume.status not in (Status.AVAILABLE, Status.ATTACHING, Status.RESERVED):
                message = f"Volume {volume_id} is {volume.status}: it has to be available to be attached."
                raise Conflict("volume.wrong_status", message)
            now = self._parts.clock.now()
            made = Attachment(
                id=new_uuid(),
                volume_id=volume_id,
                project_id=volume.project_id,
                server_id=wanted.server_id,
                status=AttachStatus.ATTACHED,
                created_at=now,
                host_name=wanted.host_name,
                device=wanted.device,
                mode=wanted.mode or "rw",
                attached_at=now,
            )
            self._store.attachments.add(made)
            self._settle(volume_id)

    def detach(self, caller: Caller, volume_id: str, attachment_id: str | None, *, force: bool = False) -> None:
        """Fine if it is available already. Raises Conflict if it is neither attached nor that."""
        kind = "volume_admin_actions:force_detach" if force else "volume_actions:detach"
        with self._parts.db.write():
            volume = self._own(caller, self._store.volumes, volume_id, f"volume_extension:{kind}")
            existing = self._store.attachments.list(Wanted({"volume_id": volume_id}))
            chosen = [each for each in existing if attachment_id in (None, each.id)]
            if not chosen:
                if attachment_id is not None and existing:
                    raise NotFound("attachment.absent", f"Volume {volume_id} has no attachment {attachment_id}.")
                if not force and volume.status not in (Status.DETACHING, Status.AVAILABLE):
                    raise Conflict("volume.wrong_status", f"Volume {volume_id} is not attached: nothing is to be done.")
            if attachment_id is None and len(chosen) > 1:
                message = f"Volume {volume_id} is attached more than once: say which attachment shall end."
                raise Invalid("volume.which_attachment", message)
            for each in chosen:
                self._store.attachments.remove(each.id)
            if force and volume.status is Status.ERROR:
                self._store.volumes.change(volume_id, status=Status.AVAILABLE)
            self._settle(volume_id)

    def initialize(self, caller: Caller, volume_id: str, connector: Mapping[str, object]) -> Mapping[str, Any]:
        """How the host that `connector` names reaches it."""
        rule = "volume_extension:volume_actions:initialize_connection"
        volume = self._own(caller, self._store.volumes, volume_id, rule)
        self._require_reachable(volume, str(connector.get("host", "")))
        return self._info(volume)

    def terminate(self, caller: Caller, volume_id: str) -> None:
        """The host does not reach it any more: for files on it there is nothing to do."""
        self._own(caller, self._store.volumes, volume_id, "volume_extension:volume_actions:terminate_connection")

    def _info(self, volume: Volume) -> Mapping[str, Any]:
        data = {
            "name": volume.id,
            "backend": volume.backend,
            "access_mode": "ro" if volume.is_readonly else "rw",
            "encrypted": volume.is_encrypted,
            "qos_specs": None,
        }
        return {"driver_volume_type": "local", "data": data}

    def _settle(self, volume_id: str) -> None:
        """The volume's status follows from its attachments."""
        volume = self._store.volumes.get(volume_id)
        found = {each.status for each in self._store.attachments.list(Wanted({"volume_id": volume_id}))}
        status = Status.AVAILABLE
        for attach_status, follows in (
            (AttachStatus.ATTACHED, Status.IN_USE),
            (AttachStatus.DETACHING, Status.DETACHING),
            (AttachStatus.ATTACHING, Status.ATTACHING),
            (AttachStatus.RESERVED, Status.RESERVED),
        ):
            if attach_status in found:
                status = follows
                break
        if volume.status is not status and volume.status in ATTACH_FAMILY:
            self._store.volumes.move(volume_id, status, self._parts.clock.now())
