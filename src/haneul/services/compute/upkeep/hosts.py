"""Hosts that are connected are seen; those that are not take no new servers."""

from __future__ import annotations

from haneul.hostapi import HostInventory
from haneul.services.compute.model import Host
from haneul.services.compute.parts import Parts
from haneul.services.compute.workflows.sightings import see_host, takes_servers
from haneul.services.placement import ProviderId


class HostWatch:
    """Keeps the rows of hosts, and what placement knows of them, as the hosts are."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        parts.hosts.on_inventory(self.reported)
        parts.hosts.on_away(self.left)

    def reported(self, inventory: HostInventory) -> None:
        """A host connected or told what it has."""
        see_host(self._parts, inventory)

    def left(self, host_id: str) -> None:
        """A host's connection ended: nothing new goes there until it is back."""
        if self._parts.store.hosts.find(host_id) is not None:
            self._parts.placement.hosts.set_disabled(ProviderId(host_id), True)

    def look(self) -> None:
        """Note who is connected, and tell placement who went away or came back."""
        connected = self._parts.hosts.connected()
        known: dict[str, Host] = {host.id: host for host in self._parts.store.hosts.list()}
        present = {inventory.host_id for inventory in connected}
        for inventory in connected:
            if inventory.host_id not in known or known[inventory.host_id].inventory is None:
                see_host(self._parts, inventory)
        self._parts.store.hosts.touch([inventory.host_id for inventory in connected], self._parts.clock.now())
        disabled = self._parts.placement.hosts.disabled()
        for host in self._parts.store.hosts.list():
            is_usable, provider_id = host.id in present and takes_servers(self._parts, host), ProviderId(host.id)
            if host.inventory is not None and is_usable is (provider_id in disabled):
                self._parts.placement.hosts.set_disabled(provider_id, not is_usable)
