"""Hosts that are connected are seen; those that are not take no new servers."""

from __future__ import annotations

from haneul.hostapi import HostInventory
from haneul.services.compute.model import Host
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.sightings import see_host, takes_servers, tell_placement


class HostWatch:
    """Keeps the rows of hosts, and what placement knows of them, as the hosts are."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._was_usable: dict[str, bool] = {}
        """What placement was told last: so that it is told only what is new."""
        parts.hosts.on_inventory(self.reported)

    def reported(self, inventory: HostInventory) -> None:
        """A host connected or told what it has."""
        see_host(self._parts, inventory)

    def look(self) -> None:
        """Note who is connected, and tell placement who went away or came back."""
        connected = self._parts.hosts.connected()
        known: dict[str, Host] = {host.id: host for host in self._parts.store.hosts.list()}
        for inventory in connected:
            if inventory.host_id not in known or known[inventory.host_id].inventory is None:
                see_host(self._parts, inventory)
        self._parts.store.hosts.touch([inventory.host_id for inventory in connected], self._parts.clock.now())
        for host in self._parts.store.hosts.list():
            is_usable = takes_servers(self._parts, host)
            if self._was_usable.get(host.id) is not is_usable:
                tell_placement(self._parts, host)
                self._was_usable[host.id] = is_usable
