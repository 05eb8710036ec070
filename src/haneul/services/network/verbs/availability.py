"""How many addresses each network has, and has given."""

from __future__ import annotations

from dataclasses import dataclass

from haneul.kit.errors import NotFound
from haneul.kit.policy import Caller
from haneul.services.network.model.addressing import size_of
from haneul.services.network.model.availability import IpAvailability, SubnetAvailability
from haneul.services.network.model.listing import EVERYTHING, Listing
from haneul.services.network.model.networks import Subnet, VirtualNetwork
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access


@dataclass(frozen=True)
class Availability:
    parts: Parts

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[IpAvailability]:
        """Raises Forbidden."""
        self.parts.policy.require(caller, "get_network_ip_availability", {"project_id": caller.project_id})
        networks: list[VirtualNetwork] = Access(self.parts).list(
            caller, self.parts.store.networks, "get_network", listing
        )
        subnets = self.parts.store.subnets.of_networks(network.id for network in networks)
        used = self.parts.store.addresses.used(subnet.id for some in subnets.values() for subnet in some)
        return [_availability(network, subnets[network.id], used) for network in networks]

    def get(self, caller: Caller, network_id: str) -> IpAvailability:
        """Raises Forbidden, NotFound."""
        self.parts.policy.require(caller, "get_network_ip_availability", {"project_id": caller.project_id})
        network = self.parts.store.networks.find(network_id)
        if network is None:
            raise NotFound("network.not_found", f"Network {network_id} could not be found.")
        subnets = self.parts.store.subnets.of_network(network_id)
        return _availability(network, subnets, self.parts.store.addresses.used(subnet.id for subnet in subnets))


def _availability(network: VirtualNetwork, subnets: list[Subnet], used: dict[str, int]) -> IpAvailability:
    each = tuple(
        SubnetAvailability(
            subnet.id, subnet.name, subnet.ip_version, subnet.cidr, size_of(subnet.pools), used.get(subnet.id, 0)
        )
        for subnet in subnets
    )
    return IpAvailability(network.id, network.name, network.project_id, each)
