"""To which device a port may be said to belong: nobody plugs into what is somebody else's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from haneul.kit.errors import Conflict
from haneul.kit.policy import Caller
from haneul.services.network.model.ports import FLOATING_IP_OWNER, METADATA_OWNER, ROUTER_OWNERS, Port
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access

CLOUDS_OWN = ROUTER_OWNERS | {FLOATING_IP_OWNER, METADATA_OWNER}
"""Owners that only the cloud itself gives to ports."""


@dataclass(frozen=True)
class Devices:
    parts: Parts

    def check_new(self, caller: Caller, device_id: str, device_owner: str) -> None:
        """Raises Conflict `port.reserved_owner`, `port.foreign_device`."""
        if device_owner in CLOUDS_OWN:
            raise _reserved(device_owner)
        self._check_device(caller, device_id)

    def check_change(self, caller: Caller, port: Port, said: Mapping[str, Any]) -> None:
        """Raises Conflict `port.reserved_owner`, `port.foreign_device`, `port.bound`."""
        owner = said.get("device_owner", port.device_owner)
        device_id = said.get("device_id", port.device_id)
        if (owner, device_id) == (port.device_owner, port.device_id):
            return
        for each in (port.device_owner, owner):
            if each in CLOUDS_OWN:
                raise _reserved(each)
        if device_id != port.device_id:
            if port.chassis and not Access(self.parts).sees_all(caller):
                raise Conflict(
                    "port.bound",
                    f"Unable to complete operation on port {port.id}: it is plugged into {port.device_id}. "
                    "Detach it there first.",
                )
            self._check_device(caller, device_id)

    def _check_device(self, caller: Caller, device_id: str) -> None:
        """Raises Conflict where the device has ports of another project, or is another project's router."""
        if not device_id or Access(self.parts).sees_all(caller):
            return
        owners = {port.project_id for port in self.parts.store.ports.of_device(device_id)} - {""}
        router = self.parts.store.routers.find(device_id)
        if router is not None:
            owners.add(router.project_id)
        if owners - {caller.project_id}:
            raise Conflict(
                "port.foreign_device",
                f"The following device_id {device_id} is not owned by your project or matches another project's "
                "router: name a device of your own.",
            )


def _reserved(device_owner: str) -> Conflict:
    return Conflict(
        "port.reserved_owner",
        f"Operation is not supported for device_owner {device_owner}: it is for ports of the cloud's own; use routers "
        "and floating IPs instead.",
    )
