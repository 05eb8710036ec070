"""What the world should look like, told from what is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from haneul.services.network.driver import (
    FloatingIpIntent,
    Intent,
    Kind,
    NetworkIntent,
    Owned,
    PortAddress,
    PortIntent,
    PortRole,
    QosIntent,
    SubnetIntent,
)
from haneul.services.network.model.addressing import mac_for
from haneul.services.network.model.networks import FLAT, VLAN, Subnet, SubnetId, VirtualNetwork
from haneul.services.network.model.ports import INTERFACE_OWNER, METADATA_OWNER, Port
from haneul.services.network.model.routers import FloatingIp
from haneul.services.network.parts import Parts
from haneul.services.network.workflows.forwarding_intents import forwarding_intents
from haneul.services.network.workflows.group_intents import address_group_intents, group_intents
from haneul.services.network.workflows.qos_intents import qos_intents
from haneul.services.network.workflows.router_intents import RouterIntents

_ROUTERS_OWN = ("network:router_", "network:floatingip", "network:ha_router")


@dataclass(frozen=True)
class Intents:
    """What should be there for given things. What has no intent should not be there."""

    parts: Parts

    def of(self, kind: Kind, ids: Iterable[str]) -> dict[Owned, Intent]:
        wanted = list(ids)
        composers: dict[Kind, Callable[[list[str]], Iterable[Intent]]] = {
            Kind.NETWORK: self._networks,
            Kind.SUBNET: self._subnets,
            Kind.ADDRESS_GROUP: self._address_groups,
            Kind.SECURITY_GROUP: self._groups,
            Kind.PORT: self._ports,
            Kind.ROUTER: RouterIntents(self.parts).of,
            Kind.FLOATING_IP: self._floating_ips,
        }
        return {Owned(kind, intent.id): intent for intent in composers[kind](wanted)}

    def all_ids(self, kind: Kind) -> list[str]:
        """Everything of the kind that is written."""
        store = self.parts.store
        rows = {
            Kind.NETWORK: store.networks.ids,
            Kind.SUBNET: store.subnets.ids,
            Kind.ADDRESS_GROUP: store.address_groups.ids,
            Kind.SECURITY_GROUP: store.security_groups.ids,
            Kind.PORT: store.ports.ids,
            Kind.ROUTER: store.routers.ids,
            Kind.FLOATING_IP: store.floating_ips.ids,
        }
        return rows[kind]()

    def _networks(self, ids: list[str]) -> Iterator[NetworkIntent]:
        for network in self.parts.store.networks.by_ids(ids).values():
            is_on_wire = network.network_type in (FLAT, VLAN)
            yield NetworkIntent(
                id=network.id,
                name=network.name,
                mtu=network.mtu,
                physical_network=network.physical_network if is_on_wire else None,
                vlan=network.segmentation_id if network.network_type == VLAN else None,
            )

    def _subnets(self, ids: list[str]) -> Iterator[SubnetIntent]:
        subnets = [subnet for subnet in self.parts.store.subnets.by_ids(ids).values() if subnet.has_dhcp]
        network_ids = {subnet.network_id for subnet in subnets}
        networks = self.parts.store.networks.by_ids(network_ids)
        metadata = self.parts.store.ports.by_networks(network_ids, METADATA_OWNER)
        for subnet in subnets:
            yield self._subnet(subnet, networks[subnet.network_id], metadata.get(subnet.network_id, []))

    def _subnet(self, subnet: Subnet, network: VirtualNetwork, metadata: list[Port]) -> SubnetIntent:
        addresses = (fixed for port in metadata for fixed in port.fixed_ips)
        metadata_ip = next((fixed.ip_address for fixed in addresses if fixed.subnet_id == subnet.id), None)
        servers = subnet.dns_servers or tuple(
            server for server in self.parts.options.dns_servers if (":" in server) == (subnet.ip_version == 6)
        )
        return SubnetIntent(
            id=subnet.id,
            network_id=network.id,
            cidr=subnet.cidr,
            mtu=network.mtu,
            server_mac=mac_for(f"dhcp-{subnet.id}"),
            gateway_ip=subnet.gateway_ip,
            metadata_ip=metadata_ip,
            dns_servers=servers,
            host_routes=subnet.host_routes,
            domain=(network.dns_domain or self.parts.options.dns_domain).rstrip("."),
            is_stateless=subnet.is_automatic,
        )

    def _address_groups(self, ids: list[str]) -> Iterator[Intent]:
        return address_group_intents(self.parts.store.address_groups.by_ids(ids).values())

    def _groups(self, ids: list[str]) -> Iterator[Intent]:
        return group_intents(self.parts.store.security_groups.by_ids(ids).values())

    def _ports(self, ids: list[str]) -> Iterator[PortIntent]:
        ports = [port for port in self.parts.store.ports.by_ids(ids).values() if is_switched(port)]
        wanted = {SubnetId(fixed.subnet_id) for port in ports for fixed in port.fixed_ips}
        subnets = self.parts.store.subnets.by_ids(wanted)
        qos = qos_intents(self.parts, ports)
        parents = self.parts.store.trunks.parents(port.id for port in ports)
        for port in ports:
            intent = _port(port, subnets, qos[port.id])
            if port.id in parents:
                parent_port_id, tag = parents[port.id]
                intent = replace(intent, parent_port_id=parent_port_id, tag=tag, chassis="")
            yield intent

    def _floating_ips(self, ids: list[str]) -> Iterator[FloatingIpIntent]:
        leading = [
            floating
            for floating in self.parts.store.floating_ips.by_ids(ids).values()
            if floating.router_id and (floating.forwardings or (floating.port_id and floating.fixed_ip))
        ]
        own_ports = self.parts.store.ports.by_ids(floating.own_port_id for floating in leading)
        networks = self.parts.store.networks.by_ids(floating.network_id for floating in leading)
        routers = self.parts.store.routers.by_ids(floating.router_id or "" for floating in leading)
        qos = qos_intents(self.parts, leading)
        ports = self.parts.store.ports.by_ids(floating.port_id or "" for floating in leading)
        feet = self._feet({floating.router_id or "" for floating in leading})
        for floating in leading:
            gateway = routers[floating.router_id or ""].gateway
            own_port = own_ports.get(floating.own_port_id)
            beside = feet.get(floating.router_id or "", ())
            if own_port is not None:
                yield FloatingIpIntent(
                    id=floating.id,
                    router_id=floating.router_id or "",
                    address=floating.address,
                    fixed_ip=floating.fixed_ip or "",
                    port_id=floating.port_id or "",
                    mac=own_port.mac_address,
                    physical_network=networks[floating.network_id].physical_network,
                    network_id=floating.network_id,
                    gateway_port_id="" if gateway is None else gateway.port_id,
                    qos=qos[floating.id],
                    names=_names(floating.dns_name, _domain(floating, networks[floating.network_id]))[-1:],
                    inside_network_id=ports[floating.port_id].network_id if floating.port_id else "",
                    forwardings=forwarding_intents(floating.forwardings),
                    inside_network_ids=beside if floating.forwardings else (),
                    is_direct=floating.port_id is None or ports[floating.port_id].network_id in beside,
                )

    def _feet(self, router_ids: set[str]) -> dict[str, tuple[str, ...]]:
        """The networks that each router has an interface in, in the order of their ids."""
        if not router_ids:
            return {}
        found = self.parts.store.ports.by_devices(router_ids, (INTERFACE_OWNER,))
        return {each: tuple(sorted({port.network_id for port in ports})) for each, ports in found.items()}


def _domain(floating: FloatingIp, network: VirtualNetwork) -> str:
    return (floating.dns_domain or network.dns_domain).rstrip(".")


def is_switched(port: Port) -> bool:
    """True for a port of its own on the switch; a router's ports come with the router."""
    return not port.device_owner.startswith(_ROUTERS_OWN)


def _port(port: Port, subnets: dict[str, Subnet], qos: QosIntent) -> PortIntent:
    served: dict[int, str] = {}
    for fixed in port.fixed_ips:
        subnet = subnets[fixed.subnet_id]
        if subnet.has_dhcp:
            served.setdefault(subnet.ip_version, subnet.id)
    return PortIntent(
        id=port.id,
        network_id=port.network_id,
        mac=port.mac_address,
        addresses=tuple(PortAddress(fixed.ip_address, fixed.subnet_id) for fixed in port.fixed_ips),
        role=PortRole.METADATA if port.device_owner == METADATA_OWNER else PortRole.GUEST,
        is_enabled=port.is_admin_up,
        is_secured=port.has_port_security,
        may_also_use=tuple((pair.mac_address or port.mac_address, pair.ip_address) for pair in port.address_pairs),
        security_group_ids=port.security_group_ids if port.has_port_security else (),
        dhcp_subnet_ids=tuple(served[version] for version in sorted(served)),
        dhcp_options=port.dhcp_options,
        hostname=port.dns_name,
        chassis=port.chassis,
        device_id=port.device_id,
        qos=qos,
        names=_names(port.dns_name, port.domain),
    )


def _names(name: str, domain: str) -> tuple[str, ...]:
    """By which it is found: alone, and with the domain."""
    if not name:
        return ()
    return (name, f"{name}.{domain}") if domain else (name,)
