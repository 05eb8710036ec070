"""Subnets: the ranges of addresses on a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from msgspec import UnsetType

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.network.driver import Kind
from haneul.services.network.model.addressing import default_pools, parse_address, parse_cidr
from haneul.services.network.model.listing import EVERYTHING, Listing, given
from haneul.services.network.model.networks import NewSubnet, Subnet, SubnetChanges, SubnetId, VirtualNetwork
from haneul.services.network.model.ports import INTERFACE_OWNER, ROUTER_OWNERS, SELF_REMOVING_OWNERS, Port
from haneul.services.network.parts import Parts
from haneul.services.network.verbs import subnet_checks as checks
from haneul.services.network.verbs.access import Access, Target, changed, check_tags, check_text, network_target
from haneul.services.network.verbs.allocation import Allocation
from haneul.services.network.verbs.metadata_ports import MetadataPorts
from haneul.services.network.verbs.pool_cuts import PoolCuts
from haneul.services.network.verbs.segments import check_mtu_for


@dataclass(frozen=True)
class Subnets:
    parts: Parts

    @property
    def _access(self) -> Access:
        return Access(self.parts)

    def get(self, caller: Caller, subnet_id: str) -> Subnet:
        """Raises NotFound `subnet.not_found`."""
        subnet, target = self._seen(caller, subnet_id)
        if not self.parts.policy.allows(caller, "get_subnet", target):
            raise not_found(subnet_id)
        return subnet

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[Subnet]:
        found: list[Subnet] = self._access.list(caller, self.parts.store.subnets, "get_subnet", listing)
        return found

    def create(self, caller: Caller, new: NewSubnet) -> Subnet:
        """Raises NotFound, Forbidden, Invalid, OverQuota, Conflict."""
        with self.parts.db.write():
            network = self._access.network(caller, new.network_id)
            project_id = self._access.owner(caller, new.project_id)
            said = [] if isinstance(new.service_types, UnsetType) else ["service_types"]
            target = network_target(caller, network) | {"project_id": project_id}
            self._access.require(caller, "create_subnet", target, said)
            check_text(name=new.name, description=new.description)
            present = self.parts.store.subnets.of_network(network.id)
            new = PoolCuts(self.parts).complete(caller, new, project_id, present)
            cidr = checks.check_range(new)
            checks.check_modes(new, cidr)
            checks.check_servers_and_routes(new.ip_version, new.dns_servers, new.host_routes)
            check_mtu_for(network.mtu, (new.ip_version,), network.id)
            checks.check_apart(cidr, present)
            subnet = self._described(new, project_id)
            self._access.require_room(project_id, "subnet")
            self.parts.store.subnets.add(subnet)
            self._settle(network, subnet)
        return subnet

    def update(self, caller: Caller, subnet_id: str, changes: SubnetChanges) -> Subnet:
        """Raises NotFound, Forbidden, Invalid, Conflict `subnet.gateway_in_use`."""
        said = given(changes)
        with self.parts.db.write():
            subnet, target = self._seen(caller, subnet_id)
            self._access.require(caller, "update_subnet", target, said)
            check_text(name=said.get("name"), description=said.get("description"))
            self._check_changes(subnet, said)
            saved = self.parts.store.subnets.save(changed(subnet, **said), self.parts.clock.now())
            network = self.parts.store.networks.find(subnet.network_id)
            if network is not None:
                self._touch(network)
                MetadataPorts(self.parts).ensure(network)
            self.parts.changed(Kind.SUBNET, [subnet.id])
            if saved.has_dhcp != subnet.has_dhcp:
                self.parts.changed(Kind.PORT, self.parts.store.ports.ids_in_subnet(subnet_id))
            if saved.gateway_ip != subnet.gateway_ip:
                self.parts.changed(Kind.ROUTER, self.parts.store.routers.of_subnet(subnet_id, ROUTER_OWNERS))
        return saved

    def delete(self, caller: Caller, subnet_id: str) -> None:
        """Raises NotFound, Forbidden, Conflict `subnet.in_use`."""
        with self.parts.db.write():
            subnet, target = self._seen(caller, subnet_id)
            self._access.require(caller, "delete_subnet", target)
            ports = self.parts.store.ports.in_subnet(subnet_id)
            busy = [port for port in ports if not _lets_go(port, subnet)]
            if busy:
                raise Conflict(
                    "subnet.in_use",
                    f"Unable to complete operation on subnet {subnet_id}: One or more ports have an IP allocation "
                    f"from this subnet (port {busy[0].id} among them): delete them first.",
                )
            for port in ports:
                remaining = [fixed for fixed in port.fixed_ips if fixed.subnet_id != subnet_id]
                Allocation(self.parts).keep(port, remaining)
            self.parts.store.subnets.remove(subnet_id)
            network = self.parts.store.networks.find(subnet.network_id)
            if network is not None:
                self._touch(network)
                MetadataPorts(self.parts).ensure(network)
            self.parts.changed(Kind.PORT, [port.id for port in ports])
            self.parts.changed(Kind.SUBNET, [subnet_id])

    def _seen(self, caller: Caller, subnet_id: str) -> tuple[Subnet, Target]:
        subnet: Subnet | None = self._access.find(caller, self.parts.store.subnets, subnet_id)
        network = None if subnet is None else self.parts.store.networks.find(subnet.network_id)
        if subnet is None or network is None:
            raise not_found(subnet_id)
        return subnet, network_target(caller, network) | {"project_id": subnet.project_id}

    def _described(self, new: NewSubnet, project_id: str) -> Subnet:
        cidr = parse_cidr(new.cidr, new.ip_version)
        gateway = checks.choose_gateway(new, cidr)
        if isinstance(new.pools, UnsetType):
            pools = default_pools(cidr, gateway)
        else:
            pools = checks.choose_pools(new.pools, cidr)
            if not isinstance(new.gateway_ip, UnsetType) or new.ip_version == 4:
                checks.check_gateway_apart(gateway, pools)
        now = self.parts.clock.now()
        return Subnet(
            id=SubnetId(new_uuid()),
            network_id=self._network_id(new),
            project_id=project_id,
            name=new.name,
            ip_version=new.ip_version,
            cidr=str(cidr),
            gateway_ip=gateway,
            created_at=now,
            updated_at=now,
            description=new.description,
            has_dhcp=new.has_dhcp,
            pools=pools,
            dns_servers=new.dns_servers,
            host_routes=new.host_routes,
            ra_mode=new.ra_mode,
            address_mode=new.address_mode,
            pool_id=new.pool_id,
            service_types=() if isinstance(new.service_types, UnsetType) else new.service_types,
            tags=check_tags(new.tags),
            revision_number=0,
        )

    def _network_id(self, new: NewSubnet) -> Any:
        return new.network_id

    def _settle(self, network: VirtualNetwork, subnet: Subnet) -> None:
        """What a new subnet brings with it: addresses that guests make for themselves, the metadata port's."""
        self._touch(network)
        if subnet.is_automatic:
            for port in self.parts.store.ports.of_network(network.id):
                if not port.device_owner.startswith("network:"):
                    Allocation(self.parts).add_automatic(port, subnet)
                    self.parts.changed(Kind.PORT, [port.id])
        MetadataPorts(self.parts).ensure(network)
        self.parts.changed(Kind.SUBNET, [subnet.id])

    def _touch(self, network: VirtualNetwork) -> None:
        """The network is of a new revision: its subnets have changed."""
        self.parts.store.networks.save(network, self.parts.clock.now())

    def _check_changes(self, subnet: Subnet, said: dict[str, Any]) -> None:
        cidr = parse_cidr(subnet.cidr)
        servers = said.get("dns_servers", subnet.dns_servers)
        checks.check_servers_and_routes(subnet.ip_version, servers, said.get("host_routes", subnet.host_routes))
        if said.get("has_dhcp") is False and (subnet.ra_mode or subnet.address_mode):
            raise Invalid(
                "subnet.bad_modes",
                "Invalid input for operation: Cannot disable enable_dhcp with ipv6 attributes set: "
                "delete the subnet and make one without them.",
            )
        if "pools" in said:
            said["pools"] = checks.choose_pools(said["pools"], cidr)
        if "gateway_ip" in said:
            self._check_gateway(subnet, said)
        pools = said.get("pools", subnet.pools)
        checks.check_gateway_apart(said.get("gateway_ip", subnet.gateway_ip), pools)

    def _check_gateway(self, subnet: Subnet, said: dict[str, Any]) -> None:
        gateway: str | None = said["gateway_ip"]
        checks.check_gateway(gateway, parse_cidr(subnet.cidr))
        said["gateway_ip"] = gateway = None if gateway is None else str(parse_address(gateway))
        if gateway == subnet.gateway_ip or subnet.gateway_ip is None:
            return
        for port in self.parts.store.ports.in_subnet(subnet.id):
            if port.device_owner == INTERFACE_OWNER and subnet.gateway_ip in port.addresses:
                raise Conflict(
                    "subnet.gateway_in_use",
                    f"Current gateway ip {subnet.gateway_ip} already in use by port {port.id}. Unable to update: "
                    f"remove the subnet from router {port.device_id} first.",
                )


def _lets_go(port: Port, subnet: Subnet) -> bool:
    """True if the port may lose its address: the cloud's own, and addresses that guests make for themselves."""
    is_made_by_guest = subnet.is_automatic and port.device_owner not in ROUTER_OWNERS
    return port.device_owner in SELF_REMOVING_OWNERS or is_made_by_guest


def not_found(subnet_id: str) -> NotFound:
    return NotFound("subnet.not_found", f"Subnet {subnet_id} could not be found.")
