"""The port by which a network's guests reach the metadata service, on every host the same."""

from __future__ import annotations

from dataclasses import dataclass

from haneul.kit.ids import new_uuid
from haneul.services.network.driver import Kind
from haneul.services.network.model.networks import VirtualNetwork
from haneul.services.network.model.ports import METADATA_OWNER, Port, PortId, WantedIp
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.allocation import Allocation
from haneul.services.network.verbs.new_ports import NewPorts

DEVICE_PREFIX = "ovnmeta-"


@dataclass(frozen=True)
class MetadataPorts:
    parts: Parts

    def ensure(self, network: VirtualNetwork) -> None:
        """The network has a metadata port if any of its subnets has DHCP, with an address in each that is IPv4.

        Guests with IPv6 only reach it by a link-local address, which is the same on every network.
        """
        subnets = self.parts.store.subnets.of_network(network.id)
        served = [subnet for subnet in subnets if subnet.has_dhcp and subnet.ip_version == 4]
        present = self.parts.store.ports.owned_by(network.id, METADATA_OWNER)
        if not any(subnet.has_dhcp for subnet in subnets):
            for port in present:
                self.parts.store.ports.remove(port.id)
                self.parts.changed(Kind.PORT, [port.id])
            return
        port = present[0] if present else self._create(network)
        wanted = {subnet.id for subnet in served}
        if {fixed.subnet_id for fixed in port.fixed_ips} != wanted:
            Allocation(self.parts).change(port, [WantedIp(subnet.id) for subnet in served], subnets)
            self.parts.changed(Kind.PORT, [port.id])
            self.parts.changed(Kind.SUBNET, wanted)

    def _create(self, network: VirtualNetwork) -> Port:
        port_id, now = PortId(new_uuid()), self.parts.clock.now()
        port = Port(
            id=port_id,
            network_id=network.id,
            project_id=network.project_id,
            name="",
            mac_address="",
            created_at=now,
            updated_at=now,
            device_id=DEVICE_PREFIX + network.id,
            device_owner=METADATA_OWNER,
            has_port_security=False,
            revision_number=1,
        )
        return NewPorts(self.parts).add(port, ())
