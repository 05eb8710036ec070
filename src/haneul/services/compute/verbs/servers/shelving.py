"""Servers are put aside, and fetched back."""

from __future__ import annotations

from dataclasses import dataclass

from haneul.kit.errors import Conflict, Invalid
from haneul.kit.policy import Caller
from haneul.services.compute.model import Server, ServerState
from haneul.services.compute.verbs.servers.base import asked_by, require_action
from haneul.services.compute.verbs.servers.choices import chosen_host
from haneul.services.compute.verbs.servers.imaging import ImagingVerbs
from haneul.services.compute.verbs.servers.wishes import ServerWish
from haneul.services.compute.workflows.shelve_server import offload_server, shelve_server
from haneul.services.compute.workflows.unshelve_server import unshelve_server


@dataclass(frozen=True)
class UnshelveWish:
    """Where it shall go on."""

    zone: str | None = None
    is_zone_given: bool = False
    """True with a zone of None takes the pin to its zone away."""
    host: str = ""
    """For an administrator: the host's name."""


ANYWHERE = UnshelveWish()


class ShelvingVerbs(ImagingVerbs):
    """Each begins a run and returns; Conflict if the state forbids it or other work is going on."""

    def shelve(self, caller: Caller, server_id: str) -> None:
        """An image of it is made; its host forgets it at once, later or never, as the operator set.

        One that boots from a volume needs no image, and leaves its host at once.
        """
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-shelve:shelve")
            require_action(server, "shelve")
            from_volume = server.boots_from_volume
            image_id = "" if from_volume else self._new_image(caller, server, f"{server.name}-shelved", {})
            is_offloaded = from_volume or self._parts.tuning.offload_after_s == 0
            self._parts.runs.submit(shelve_server, server.id, server.id, asked_by(caller), image_id, is_offloaded)

    def offload(self, caller: Caller, server_id: str) -> None:
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-shelve:shelve_offload")
            require_action(server, "shelveOffload")
            self._parts.runs.submit(offload_server, server.id, server.id, asked_by(caller))

    def unshelve(self, caller: Caller, server_id: str, wish: UnshelveWish = ANYWHERE) -> None:
        """Raises Invalid for a zone or host that is not there, Conflict for a wish that its state forbids."""
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-shelve:unshelve")
            require_action(server, "unshelve")
            host_id = self._place(caller, server, wish)
            was_offloaded = server.state is ServerState.OFFLOADED
            submitted = (was_offloaded, host_id, server.shelved_image_id or "")
            self._parts.runs.submit(unshelve_server, server.id, server.id, asked_by(caller), *submitted)
            if wish.is_zone_given:
                self._store.change(server.id, self._parts.clock.now(), pinned_zone=wish.zone)

    def _place(self, caller: Caller, server: Server, wish: UnshelveWish) -> str:
        if wish.host:
            self._allow(caller, server, "os-shelve:unshelve_to_host")
        if server.state is not ServerState.OFFLOADED and (wish.is_zone_given or wish.host):
            raise Conflict(
                "server.not_offloaded",
                f"Instance {server.id} is still on its host: it goes elsewhere only once it is shelved_offloaded.",
            )
        if ":" in (wish.zone or ""):
            raise Invalid("zone.absent", "Name an availability zone alone, and a host by its own field.")
        looked_for = ServerWish("", "", zone=wish.zone or "", host=wish.host)
        return chosen_host(self._parts, looked_for)[1]
