"""Hosts are seen: what they have goes into their rows and to placement."""

from __future__ import annotations

import logging

from haneul.hostapi import HostInventory
from haneul.services.compute.model import Host
from haneul.services.compute.parts import Parts
from haneul.services.placement import Inventory, ProviderId

log = logging.getLogger(__name__)


def see_host(parts: Parts, inventory: HostInventory) -> None:
    """A host reported: keep it, and give placement what it has to give. A host with another's name is passed over."""
    with parts.db.write():
        now, hosts = parts.clock.now(), parts.store.hosts
        namesake = hosts.find_by_name(inventory.hostname)
        if namesake is not None and namesake.id != inventory.host_id:
            log.warning("host %s calls itself %s, as host %s does", inventory.host_id, inventory.hostname, namesake.id)
            return
        if hosts.find(inventory.host_id) is None:
            hosts.add(inventory.host_id, inventory.hostname, now)
        hosts.see(inventory, now)
        provider_id = ProviderId(inventory.host_id)
        parts.placement.hosts.ensure_provider(provider_id, inventory.hostname, _room(parts, inventory))
        parts.placement.hosts.change_aggregates(provider_id, joined=parts.store.aggregates.ids_of_host(provider_id))
        host = hosts.find(inventory.host_id)
        if host is not None:
            tell_placement(parts, host)


def _room(parts: Parts, inventory: HostInventory) -> dict[str, Inventory]:
    """What the host has, by placement's class of resource; how often over is placement's to say."""
    reserved = min(parts.tuning.reserved_memory_mib, inventory.memory_mib)
    return {
        "VCPU": Inventory(inventory.vcpus, max_unit=inventory.vcpus),
        "MEMORY_MB": Inventory(inventory.memory_mib, reserved=reserved, max_unit=inventory.memory_mib),
        "DISK_GB": Inventory(inventory.disk_gib, max_unit=inventory.disk_gib),
    }


def tell_placement(parts: Parts, host: Host) -> None:
    """Whether the host takes new servers, as a trait of its provider."""
    if host.inventory is not None:
        parts.placement.hosts.set_disabled(ProviderId(host.id), not takes_servers(parts, host))


def takes_servers(parts: Parts, host: Host) -> bool:
    return host_is_up(parts, host) and not host.is_disabled


def host_is_up(parts: Parts, host: Host) -> bool:
    return host.is_up(parts.clock.now(), parts.tuning.seen_within_s)
