"""Servers begin anew from an image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from haneul.kit.errors import Conflict, Invalid
from haneul.kit.policy import Caller
from haneul.services.compute.model import Flavor, InjectedFile, Server, ServerBirth, ServerState
from haneul.services.compute.verbs.limits import effective_limits
from haneul.services.compute.verbs.servers.base import asked_by, require_action
from haneul.services.compute.verbs.servers.choices import chosen_image, require_room_for_files
from haneul.services.compute.verbs.servers.creating import check_user_data
from haneul.services.compute.verbs.servers.reading import ReadingVerbs, ServerView
from haneul.services.compute.workflows.rebuild_server import rebuild_server
from haneul.services.volume import Status


@dataclass(frozen=True)
class RebuildWish:
    """What shall be different; None: as it is."""

    image_id: str
    changes: Mapping[str, str | None]
    """Of what `Servers.update` takes."""
    metadata: Mapping[str, str] | None = None
    admin_password: str = ""
    key_name: str | None = None
    is_key_given: bool = False
    """True with a `key_name` of None takes the key away."""
    user_data: str | None = None
    files: tuple[InjectedFile, ...] | None = None
    keeps_volume: bool = False
    """A volume that it boots from must not begin anew: only the image that it began as will do."""


class RebuildingVerbs(ReadingVerbs):
    def rebuild(self, caller: Caller, server_id: str, wish: RebuildWish) -> tuple[ServerView, str]:
        """The server and its password; its disk is lost.

        Raises Conflict for a server without a host, Invalid for what is not there.
        """
        check_user_data(wish.user_data or "")
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "servers:rebuild")
            require_action(server, "rebuild")
            if server.host_id is None:
                raise Conflict("server.no_host", f"Instance {server_id} is on no host: delete it and create another.")
            flavor = _flavor_of(server)
            from_volume = server.boots_from_volume
            image_id = None if from_volume else chosen_image(self._parts, caller, wish.image_id, flavor)
            volume_image = self._image_of_volume(caller, server, wish) if from_volume else ""
            birth = self._birth_of(caller, server, wish)
            was_stopped = server.state is ServerState.STOPPED
            args = (server.id, asked_by(caller), was_stopped, volume_image)
            self._parts.runs.submit(rebuild_server, server.id, *args)
            self._store.set_birth(server.id, birth, self._parts.clock.now())
            if wish.metadata is not None:
                self._store.set_metadata(server.id, wish.metadata)
            values: dict[str, Any] = {**wish.changes, "image_id": image_id}
            if wish.is_key_given:
                values["key_name"] = wish.key_name
            self._store.change(server.id, self._parts.clock.now(), **values)
            return self.look(caller, [self._store.get(server.id)])[0], birth.admin_password

    def _image_of_volume(self, caller: Caller, server: Server, wish: RebuildWish) -> str:
        """What the volume that it boots from begins anew as; empty: it stays as it is. Raises Invalid."""
        rows = self._parts.store.volumes.of([server.id])
        volumes = self._parts.volume.volumes.find_all([row.volume_id for row in rows if row.boot_index == 0])
        for volume in volumes.values():
            is_sound = volume.status is not Status.ERROR
            if is_sound and (volume.image_metadata or {}).get("image_id") == wish.image_id:
                return ""
            if not wish.keeps_volume:
                return chosen_image(
                    self._parts, caller, wish.image_id, replace(_flavor_of(server), disk_gib=volume.size_gib)
                )
        message = "Unable to rebuild with a different image for a volume-backed server: name the one it began as."
        raise Invalid("server.volume_backed", message)

    def _birth_of(self, caller: Caller, server: Server, wish: RebuildWish) -> ServerBirth:
        birth = self._store.birth(server.id)
        if wish.admin_password:
            birth = replace(birth, admin_password=wish.admin_password)
        if wish.user_data is not None:
            birth = replace(birth, user_data=wish.user_data)
        if wish.files is not None:
            limits = effective_limits(self._parts.store, server.project_id)
            require_room_for_files(limits, wish.files)
            birth = replace(birth, files=wish.files)
        if not wish.is_key_given:
            return birth
        if wish.key_name is None:
            return replace(birth, public_key="", key_type="")
        keypair = self._parts.store.keypairs.find(caller.user_id, wish.key_name)
        if keypair is None:
            raise Invalid("keypair.absent", f"Invalid key_name provided: you have no keypair {wish.key_name}.")
        return replace(birth, public_key=keypair.public_key, key_type=keypair.type.value)


def _flavor_of(server: Server) -> Flavor:
    flavor = server.flavor
    return Flavor(flavor.id, flavor.name, flavor.vcpus, flavor.memory_mib, flavor.disk_gib)
