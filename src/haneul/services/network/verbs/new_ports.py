"""Ports come and go, whoever asked for them; inside a write transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from msgspec import UnsetType

from haneul.kit.errors import Conflict
from haneul.kit.ids import new_uuid
from haneul.services.network.driver import Kind
from haneul.services.network.model.addressing import mac_for
from haneul.services.network.model.ports import ACTIVE, FLOATING_IP_OWNER, NOT_APPLICABLE, Port, PortId, WantedIp
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import changed
from haneul.services.network.verbs.allocation import Allocation
from haneul.services.network.verbs.outside import tell_of_outside
from haneul.services.network.verbs.trunks import dissolve

_MAC_TRIES = 20


@dataclass(frozen=True)
class NewPorts:
    parts: Parts

    def add(self, port: Port, wanted: Sequence[WantedIp] | UnsetType, is_mac_chosen: bool = False) -> Port:
        """The port is there with its MAC and its addresses. Raises as `Allocation.give`, Conflict `port.mac_in_use`."""
        port = self._insert(port, is_mac_chosen)
        subnets = self.parts.store.subnets.of_network(port.network_id)
        fixed_ips = Allocation(self.parts).give(port, wanted, subnets)
        self.parts.changed(Kind.PORT, [port.id])
        return changed(port, fixed_ips=fixed_ips)

    def add_for_cloud(
        self, network_id: str, owner: str, device_id: str, wanted: Sequence[WantedIp] | UnsetType
    ) -> Port:
        """A port of the cloud's own: nobody's project, no security; a router has its ports at once."""
        port_id, now = PortId(new_uuid()), self.parts.clock.now()
        port = Port(
            id=port_id,
            network_id=network_id,  # type: ignore[arg-type]
            project_id="",
            name="",
            mac_address="",
            created_at=now,
            updated_at=now,
            device_id=device_id,
            device_owner=owner,
            status=NOT_APPLICABLE if owner == FLOATING_IP_OWNER else ACTIVE,
            has_port_security=False,
            revision_number=1,
        )
        return self.add(port, wanted)

    def drop(self, port: Port) -> None:
        """The port is gone, and its trunk; its floating IPs lead nowhere."""
        self.let_go_of_floating_ips(port, port.addresses)
        if (trunk := self.parts.store.trunks.of_parent(port.id)) is not None:
            dissolve(self.parts, trunk)
        self.parts.store.trunks.remove_subports([port.id])
        self.parts.store.ports.remove(port.id)
        self.parts.changed(Kind.PORT, [port.id])

    def let_go_of_floating_ips(self, port: Port, addresses: Collection[str]) -> None:
        if port.device_owner == FLOATING_IP_OWNER:
            return
        now = self.parts.clock.now()
        self._drop_forwardings(port, addresses)
        for floating in self.parts.store.floating_ips.of_port(port.id):
            if floating.fixed_ip in addresses:
                free = changed(floating, port_id=None, fixed_ip=None, router_id=None, status="DOWN")
                self.parts.store.floating_ips.save(free, now)
                self.parts.changed(Kind.FLOATING_IP, [floating.id])
                tell_of_outside(self.parts, [port.id])

    def _drop_forwardings(self, port: Port, addresses: Collection[str]) -> None:
        """What led to these addresses of the port leads nowhere."""
        gone = [each for each in self.parts.store.forwardings.of_port(port.id) if each.fixed_ip in addresses]
        for forwarding in gone:
            self.parts.store.forwardings.remove(forwarding.id)
        for floating in self.parts.store.floating_ips.by_ids(each.floating_ip_id for each in gone).values():
            if not floating.forwardings:
                free = changed(floating, router_id=None, status="DOWN")
                self.parts.store.floating_ips.save(free, self.parts.clock.now())
            self.parts.changed(Kind.FLOATING_IP, [floating.id])

    def _insert(self, port: Port, is_mac_chosen: bool) -> Port:
        if is_mac_chosen:
            self.parts.store.ports.add(port)
            return port
        for attempt in range(_MAC_TRIES):
            named = changed(port, mac_address=mac_for(port.id, attempt))
            try:
                self.parts.store.ports.add(named)
            except Conflict:
                continue  # Another port of the network has this MAC: the next one will do.
            return named
        raise Conflict("port.no_mac", f"No free MAC address was found on network {port.network_id}: try again.")
