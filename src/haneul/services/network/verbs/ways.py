"""Which way a packet takes from a port to an address: its own network, a router, the way out, a floating IP."""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network
from typing import Any

from haneul.kit.policy import Caller
from haneul.services.network.model.explaining import Packet, Stop
from haneul.services.network.model.forwardings import Forwarding
from haneul.services.network.model.networks import Subnet
from haneul.services.network.model.ports import INTERFACE_OWNER, ROUTER_OWNERS, Port
from haneul.services.network.model.protocols import NUMBERS
from haneul.services.network.model.routers import FloatingIp, Router
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access


@dataclass(frozen=True)
class Way:
    """How far it goes, and to what."""

    path: tuple[str, ...] = ()
    stops: tuple[Stop, ...] = ()
    next_mac: str = ""
    """To whom the packet is sent first."""
    target: Port | None = None
    fixed_ip: str = ""
    """The address of the target's own."""
    seen_as: str = ""
    """From which address the packet comes to the target; empty: from that of the sender."""
    is_direct: bool = True
    """True if no address is translated, so that rules about groups count."""
    number: int | None = None
    """The port there, where it is not the one that was asked for."""
    ends: tuple[str, ...] = ()
    """Ports at which the packet has arrived, of which the network can say; none where it leaves the cloud."""


@dataclass(frozen=True)
class Ways:
    """As far as the caller may know."""

    parts: Parts
    caller: Caller

    def find(self, port: Port, packet: Packet) -> Way:
        target = packet.target
        subnets = self.parts.store.subnets.of_network(port.network_id)
        if any(_holds(subnet, target) for subnet in subnets):
            return self._near(port, target)
        own = {fixed.subnet_id for fixed in port.fixed_ips if (":" in fixed.ip_address) == (":" in target)}
        mine = [subnet for subnet in subnets if subnet.id in own]
        if not mine:
            return Way(stops=(_route(f"port {port.id}", "it has no subnet from which to go further", "Give it one."),))
        return self._routed(port, mine[0], packet)

    def _near(self, port: Port, target: str) -> Way:
        end = self._owner(port.network_id, target)
        if end is None:
            reason = f"nobody on network {port.network_id} has {target}"
            return Way(stops=(_route(f"network {port.network_id}", reason, "Ask for an address that a port has."),))
        path = (f"it stays on network {port.network_id}",)
        return Way(path, next_mac=end.mac_address, target=end, fixed_ip=target, ends=(end.id,))

    def _routed(self, port: Port, subnet: Subnet, packet: Packet) -> Way:
        nexthop = _nexthop(subnet, packet.target)
        if nexthop is None:
            return Way(stops=(_route(f"subnet {subnet.id}", "it has no gateway", "Set its gateway_ip."),))
        foot = self._owner(port.network_id, nexthop)
        if foot is None:
            remedy = f"openstack router add subnet ROUTER {subnet.id}"
            return Way(stops=(_route(f"subnet {subnet.id}", f"no router has its gateway {nexthop}", remedy),))
        if foot.device_owner not in ROUTER_OWNERS:
            path = (f"it is handed to port {foot.id} ({nexthop}), which is to pass it on",)
            return Way(path, next_mac=foot.mac_address, target=foot, fixed_ip=nexthop, ends=(foot.id,))
        router = self.parts.store.routers.find(foot.device_id)
        assert router is not None, "a router's port belongs to one"
        if not _sees(self.parts, self.caller, self.parts.store.routers, router.id):
            said = f"a router of another project takes it at {nexthop}; what becomes of it there, its owner can tell"
            return Way((said,), next_mac=foot.mac_address)
        way = _Routing(self.parts, self.caller, router, port, packet).way()
        return replace(way, path=(f"router {router.id} takes it at {nexthop}", *way.path), next_mac=foot.mac_address)

    def _owner(self, network_id: str, address: str) -> Port | None:
        return owner(self.parts, network_id, address)


@dataclass(frozen=True)
class _Routing:
    """What a router does with a packet."""

    parts: Parts
    caller: Caller
    router: Router
    port: Port
    packet: Packet

    def way(self) -> Way:
        target = self.packet.target
        where = f"router {self.router.id}"
        if not self.router.is_admin_up:
            stop = Stop("state", where, "it is switched off", f"openstack router set --enable {self.router.id}")
            return Way(stops=(stop,))
        feet = [each for each in self.parts.store.ports.of_device(self.router.id) if each.device_owner in ROUTER_OWNERS]
        ids = {fixed.subnet_id for each in feet if each.device_owner == INTERFACE_OWNER for fixed in each.fixed_ips}
        inside = self.parts.store.subnets.by_ids(ids).values()
        for subnet in inside:
            if _holds(subnet, target):
                return self._inside(subnet, target)
        via = self._route(target)
        if via is not None:
            end = next((found for s in inside if (found := owner(self.parts, s.network_id, via)) is not None), None)
            path = (f"by its route it goes on to {via}",)
            return Way(path, target=end, fixed_ip=via, ends=_ids(end))
        if self.router.gateway is None:
            remedy = f"openstack router set --external-gateway NETWORK {self.router.id}, or add a route"
            return Way(stops=(_route(where, f"it has no route to {target} and no way out", remedy),))
        return self._outside(target)

    def _inside(self, subnet: Subnet, target: str) -> Way:
        end = owner(self.parts, subnet.network_id, target)
        if end is None:
            return Way(
                stops=(_route(f"network {subnet.network_id}", f"nobody there has {target}", "Ask for another."),)
            )
        return Way((f"it goes on to network {subnet.network_id}",), target=end, fixed_ip=target, ends=(end.id,))

    def _outside(self, target: str) -> Way:
        gateway = self.router.gateway
        assert gateway is not None
        own = next(iter(self.parts.store.floating_ips.of_port(self.port.id)), None)
        plain = next((each.ip_address for each in gateway.fixed_ips if ":" not in each.ip_address), "")
        is_itself = own is None and not gateway.has_snat
        seen = own.address if own is not None else ("" if is_itself else plain)
        left = f"it leaves by network {gateway.network_id} as {seen or 'itself'}"
        if is_itself:
            left += " (SNAT is off): answers come back only if the world outside routes its range to this router"
        floating = self._floating(gateway.network_id, target)
        if floating is None:
            path = (left, "what becomes of it outside, this cloud cannot say")
            return Way(path, seen_as=seen, is_direct=False)
        return self._by_floating_ip(floating, Way((left,), seen_as=seen, is_direct=False))

    def _by_floating_ip(self, floating: FloatingIp, way: Way) -> Way:
        end = None if floating.port_id is None else self.parts.store.ports.find(floating.port_id)
        if not _sees(self.parts, self.caller, self.parts.store.floating_ips, floating.id):
            path = (*way.path, f"floating IP {floating.address} is another project's")
            if floating.forwardings:
                return self._hidden(replace(self._forwarded(floating, way), path=path), floating)
            return replace(way, path=path, target=end, fixed_ip=floating.fixed_ip or "", ends=_ids(end))
        if end is None and floating.forwardings:
            return self._forwarded(floating, way)
        if end is None:
            remedy = f"openstack floating ip set --port PORT {floating.id}"
            stop = _route(f"floating IP {floating.address}", "it leads to no port", remedy)
            return replace(way, stops=(stop,))
        path = (*way.path, f"floating IP {floating.address} leads to {floating.fixed_ip}")
        return replace(way, path=path, target=end, fixed_ip=floating.fixed_ip or "", ends=(end.id,))

    def _forwarded(self, floating: FloatingIp, way: Way) -> Way:
        """By the forwarding of just this port, if there is one."""
        where, protocol, number = f"floating IP {floating.address}", self.packet.protocol, self.packet.number
        found = next((each for each in floating.forwardings if leads(each, protocol, number)), None)
        if found is None or number is None:
            remedy = f"openstack floating ip port forwarding create {floating.id} with this port, or ask for another."
            return replace(way, stops=(_route(where, "it forwards other ports, and not this one", remedy),))
        inner = found.inner_port(number)
        end = self.parts.store.ports.find(found.port_id)
        if floating.router_id == self.router.id:
            back = f"{where}, of this router, leads port {number} back to {found.fixed_ip}:{inner}"
            return Way((back,), target=end, fixed_ip=found.fixed_ip, number=inner, ends=_ids(end))
        path = (*way.path, f"{where} forwards port {number} to {found.fixed_ip}:{inner}")
        return replace(way, path=path, target=end, fixed_ip=found.fixed_ip, number=inner, ends=_ids(end))

    def _hidden(self, way: Way, floating: FloatingIp) -> Way:
        """As strangers may know it."""
        if not way.stops:
            return way
        stop = _route(floating.address, "nothing is behind this port", "Ask those to whom the address belongs.")
        return replace(way, stops=(stop,))

    def _floating(self, network_id: str, address: str) -> FloatingIp | None:
        holder = owner(self.parts, network_id, address)
        if holder is None or holder.device_owner != "network:floatingip":
            return None
        return self.parts.store.floating_ips.find(holder.device_id)

    def _route(self, target: str) -> str | None:
        """Where its routes send the packet, the narrowest first."""
        fit = [route for route in self.router.routes if ip_address(target) in ip_network(route.destination)]
        fit.sort(key=lambda route: -ip_network(route.destination).prefixlen)
        return fit[0].nexthop if fit else None


def leads(forwarding: Forwarding, protocol: int, number: int | None) -> bool:
    """True if packets of the protocol to that outer port take this forwarding."""
    is_its = protocol == NUMBERS[forwarding.protocol] and number is not None
    return is_its and forwarding.outer.first <= (number or 0) <= forwarding.outer.last


def _sees(parts: Parts, caller: Caller, rows: Any, noun_id: str) -> bool:
    return Access(parts).find(caller, rows, noun_id) is not None


def _ids(port: Port | None) -> tuple[str, ...]:
    return () if port is None else (port.id,)


def owner(parts: Parts, network_id: str, address: str) -> Port | None:
    """The port of the network that has the address."""
    port_id = parts.store.addresses.owner(network_id, address)
    return None if port_id is None else parts.store.ports.find(port_id)


def _nexthop(subnet: Subnet, target: str) -> str | None:
    fit = [route for route in subnet.host_routes if ip_address(target) in ip_network(route.destination, strict=False)]
    fit.sort(key=lambda route: -ip_network(route.destination, strict=False).prefixlen)
    return fit[0].nexthop if fit else subnet.gateway_ip


def _holds(subnet: Subnet, address: str) -> bool:
    return ip_address(address) in ip_network(subnet.cidr)


def _route(where: str, reason: str, remedy: str) -> Stop:
    return Stop("route", where, reason, remedy)
