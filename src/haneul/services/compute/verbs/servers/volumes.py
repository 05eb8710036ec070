"""A server's volumes: listed, plugged in, pulled out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_lowercase

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.policy import Caller
from haneul.services.compute.model import Server, ServerState, ServerVolume
from haneul.services.compute.verbs.servers.base import ServerVerbs, asked_by, require_state
from haneul.services.compute.workflows.attach_volume import attach_volume, detach_volume
from haneul.services.compute.workflows.swap_volume import swap_volume

_LIVING = frozenset({ServerState.ACTIVE, ServerState.STOPPED, ServerState.PAUSED})
_ASIDE = frozenset({ServerState.SHELVED, ServerState.OFFLOADED})
"""Its guest, which is off or nowhere, has what it is given once it runs again."""
_ROOT = "/dev/vda"


@dataclass(frozen=True)
class VolumeWish:
    """A volume that a server shall have."""

    volume_id: str
    device: str = ""
    """As the caller would like it; empty: the next that is free."""
    tag: str | None = None
    goes_with_server: bool = False


class VolumeVerbs(ServerVerbs):
    def volumes(self, caller: Caller, server_id: str) -> Sequence[ServerVolume]:
        server = self._get(caller, server_id, "os-volumes-attachments:index")
        return self._parts.store.volumes.of([server.id])

    def volume(self, caller: Caller, server_id: str, volume_id: str) -> ServerVolume:
        """Raises NotFound("server.no_volume")."""
        server = self._get(caller, server_id, "os-volumes-attachments:show")
        return self._volume(server, volume_id)

    def attach_volume(self, caller: Caller, server_id: str, wish: VolumeWish) -> ServerVolume:
        """It is reserved for the server when this returns; its guest gets the disk in a moment."""
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-volumes-attachments:create")
            require_state(server, "attach_volume", _LIVING | _ASIDE)
            attachment = self._parts.volume.attachments.create(caller, wish.volume_id, server.id)
            if server.host_id is not None:
                self._parts.volume.following.require_reachable(attachment.id, server.host_id)
            row = ServerVolume(
                server_id=server.id,
                attachment_id=attachment.id,
                volume_id=wish.volume_id,
                device=self._device(server, wish.device),
                tag=wish.tag,
                goes_with_server=wish.goes_with_server,
            )
            self._parts.store.volumes.add(row)
            self._parts.runs.submit(attach_volume, server.id, server.id, asked_by(caller), attachment.id)
        return row

    def detach_volume(self, caller: Caller, server_id: str, volume_id: str) -> None:
        """Raises Conflict("server.boots_from_it") for the volume that it boots from."""
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-volumes-attachments:delete")
            row = self._volume(server, volume_id)
            require_state(server, "detach_volume", _LIVING | _ASIDE)
            if row.boot_index == 0:
                message = f"Cannot detach a root device volume: server {server_id} boots from volume {volume_id}."
                raise Conflict("server.boots_from_it", message)
            self._parts.runs.submit(detach_volume, server.id, server.id, asked_by(caller), row.attachment_id)
            self._parts.store.volumes.change(row.attachment_id, is_leaving=True)
            self._parts.volume.attachments.begin_detaching(row.attachment_id)

    def update_volume(self, caller: Caller, server_id: str, volume_id: str, *, goes_with_server: bool) -> None:
        """Whether it is deleted with the server."""
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-volumes-attachments:update")
            row = self._volume(server, volume_id)
            self._parts.store.volumes.change(row.attachment_id, goes_with_server=goes_with_server)

    def swap_volume(self, caller: Caller, server_id: str, old_volume_id: str, new_volume_id: str) -> None:
        """Another volume in its place, with all its data, while the guest runs; the old one is free then.

        Raises Invalid for a volume that will not do, Conflict("server.wrong_state" | "volume.several_servers").
        """
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-volumes-attachments:swap")
            row = self._volume(server, old_volume_id)
            require_state(server, "swap_volume", frozenset({ServerState.ACTIVE, ServerState.PAUSED}))
            self._require_alike(caller, server, old_volume_id, new_volume_id)
            try:
                attachment = self._parts.volume.attachments.create(caller, new_volume_id, server.id)
            except Conflict as error:
                raise Invalid(error.code, error.message) from error
            args = (server.id, asked_by(caller), row.attachment_id, attachment.id)
            self._parts.runs.submit(swap_volume, server.id, *args)
            self._parts.volume.attachments.begin_detaching(row.attachment_id)

    def _require_alike(self, caller: Caller, server: Server, old_volume_id: str, new_volume_id: str) -> None:
        try:
            new = self._parts.volume.volumes.get(caller, new_volume_id).volume
        except NotFound as error:
            raise Invalid(error.code, f"Volume {new_volume_id} could not be found: name one that is yours.") from error
        old = self._parts.volume.volumes.find_all([old_volume_id])[old_volume_id]
        if new.size_gib != old.size_gib:
            message = f"Name a volume of {old.size_gib} GiB, the size of the one it replaces, and extend it afterwards."
            raise Invalid("volume.other_size", message)
        if old.is_multiattach or new.is_multiattach:
            message = "Volumes that several servers may have are not exchanged: detach one and attach the other."
            raise Conflict("volume.several_servers", message)
        self._require_reachable(server, new_volume_id, caller)

    def _require_reachable(self, server: Server, volume_id: str, caller: Caller) -> None:
        where = self._parts.volume.volumes.get(caller, volume_id).volume.host_id
        if server.host_id is not None and where not in (None, server.host_id):
            raise Conflict(
                "volume.unreachable",
                f"No valid host: volume {volume_id} lies on another host than server {server.id}. Migrate the volume, "
                f"or create it where the server is.",
            )

    def _volume(self, server: Server, volume_id: str) -> ServerVolume:
        row = self._parts.store.volumes.find(server.id, volume_id)
        if row is None:
            message = f"Instance {server.id} is not attached to volume {volume_id}: list what it has."
            raise NotFound("server.no_volume", message)
        return row

    def _device(self, server: Server, wished: str) -> str:
        """The one wished for if it is free, else the next."""
        taken = {row.device for row in self._parts.store.volumes.of([server.id])} | {_ROOT}
        taken |= {disk.device for disk in self._parts.store.servers.birth(server.id).local_disks}
        names = [f"/dev/vd{letter}" for letter in ascii_lowercase]
        wished = wished if wished.startswith("/dev/") or not wished else f"/dev/{wished}"
        for name in (wished, *names):
            if name in names and name not in taken:
                return name
        raise Invalid("server.no_device", f"Server {server.id} has as many disks as it can: detach one first.")
