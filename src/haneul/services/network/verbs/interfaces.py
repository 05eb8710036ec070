"""A router's feet in the networks of its project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.policy import Caller
from haneul.services.network.driver import Kind
from haneul.services.network.model.addressing import overlaps, parse_address, parse_cidr
from haneul.services.network.model.grants import is_shared_with
from haneul.services.network.model.networks import Subnet
from haneul.services.network.model.ports import ACTIVE, INTERFACE_OWNER, ROUTER_OWNERS, Port, WantedIp
from haneul.services.network.model.routers import Interface, Router
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access, changed
from haneul.services.network.verbs.allocation import Allocation
from haneul.services.network.verbs.new_ports import NewPorts


@dataclass(frozen=True)
class Interfaces:
    parts: Parts

    def add_interface(self, caller: Caller, router_id: str, subnet_id: str = "", port_id: str = "") -> Interface:
        """The router has a foot in the subnet (at its gateway address), or by the port.

        Raises NotFound, Invalid `router.bad_interface`, `router.overlap`, Conflict `port.in_use`, `port.ip_in_use`.
        """
        with self.parts.db.write():
            router = self._own(caller, router_id, "add_router_interface")
            if bool(subnet_id) == bool(port_id):
                raise _bad("Either subnet_id or port_id must be specified, and not both")
            port = self._by_port(caller, router, port_id) if port_id else self._by_subnet(caller, router, subnet_id)
            self.parts.store.routers.save(router, self.parts.clock.now())
            self._tell(router)
            self.parts.changed(Kind.PORT, [port.id])
        return _interface(router, port)

    def remove_interface(self, caller: Caller, router_id: str, subnet_id: str = "", port_id: str = "") -> Interface:
        """Raises NotFound `router.no_interface`, Conflict `router.interface_in_use`."""
        with self.parts.db.write():
            router = self._own(caller, router_id, "remove_router_interface")
            if not (subnet_id or port_id):
                raise _bad("Either subnet_id or port_id must be specified")
            port = self._foot(router, subnet_id, port_id)
            rest = [fixed for fixed in port.fixed_ips if subnet_id and not port_id and fixed.subnet_id != subnet_id]
            gone = changed(port, fixed_ips=tuple(fixed for fixed in port.fixed_ips if fixed not in rest))
            self._require_unused(router, gone)
            if rest:
                self._readdressed(port, [WantedIp(**asdict(fixed)) for fixed in rest])
            else:
                NewPorts(self.parts).drop(port)
            self.parts.store.routers.save(router, self.parts.clock.now())
            self._tell(router)
        return _interface(router, gone)

    def _tell(self, router: Router) -> None:
        """Its networks are others now: floating IPs forward ports to guests there, and are answered on their hosts."""
        self.parts.changed(Kind.ROUTER, [router.id])
        self.parts.changed(Kind.FLOATING_IP, [each.id for each in self.parts.store.floating_ips.of_router(router.id)])

    def interfaces(self, router_id: str) -> Sequence[Port]:
        """The ports by which the router is in its networks; its gateway is none of them."""
        ports = self.parts.store.ports.of_device(router_id)
        return [port for port in ports if port.device_owner == INTERFACE_OWNER]

    def _own(self, caller: Caller, router_id: str, rule: str) -> Router:
        router: Router | None = Access(self.parts).find(caller, self.parts.store.routers, router_id)
        if router is None:
            raise NotFound("router.not_found", f"Router {router_id} could not be found.")
        self.parts.policy.require(caller, rule, {"project_id": router.project_id})
        return router

    def _by_subnet(self, caller: Caller, router: Router, subnet_id: str) -> Port:
        subnet: Subnet | None = Access(self.parts).find(caller, self.parts.store.subnets, subnet_id)
        if subnet is None:
            raise NotFound("subnet.not_found", f"Subnet {subnet_id} could not be found.")
        if not subnet.gateway_ip:
            raise _bad("Subnet for router interface must have a gateway IP")
        if subnet.project_id != router.project_id and not Access(self.parts).sees_all(caller):
            self._require_network_owner(caller, subnet)
        self._require_apart(router, [subnet])
        wanted = [WantedIp(subnet.id, subnet.gateway_ip)]
        if subnet.ip_version == 6 and (present := self._foot_of_ipv6(router, subnet.network_id)) is not None:
            return self._readdressed(present, [*(WantedIp(**asdict(fixed)) for fixed in present.fixed_ips), *wanted])
        port = NewPorts(self.parts).add_for_cloud(subnet.network_id, INTERFACE_OWNER, router.id, wanted)
        owned = changed(port, project_id=router.project_id)
        return self.parts.store.ports.save(owned, self.parts.clock.now())

    def _foot_of_ipv6(self, router: Router, network_id: str) -> Port | None:
        """Its port in the network, if that has IPv6 only: one port tells all such ranges of a network."""
        for port in self.interfaces(router.id):
            if port.network_id == network_id and all(":" in address for address in port.addresses):
                return port
        return None

    def _readdressed(self, port: Port, wanted: Sequence[WantedIp]) -> Port:
        subnets = self.parts.store.subnets.of_network(port.network_id)
        fixed_ips = Allocation(self.parts).change(port, wanted, subnets)
        return self.parts.store.ports.save(changed(port, fixed_ips=fixed_ips), self.parts.clock.now())

    def _require_network_owner(self, caller: Caller, subnet: Subnet) -> None:
        network = Access(self.parts).network(caller, subnet.network_id)
        if not (is_shared_with(network, caller.project_id) or network.project_id == caller.project_id):
            raise NotFound("subnet.not_found", f"Subnet {subnet.id} could not be found.")

    def _by_port(self, caller: Caller, router: Router, port_id: str) -> Port:
        port: Port | None = Access(self.parts).find(caller, self.parts.store.ports, port_id)
        if port is None:
            raise NotFound("port.not_found", f"Port {port_id} could not be found.")
        if port.device_id or port.device_owner:
            raise Conflict(
                "port.in_use",
                f"Unable to complete operation on port {port_id} for network {port.network_id}. Port already has an "
                f"attached device {port.device_id}: detach it first.",
            )
        if not port.fixed_ips:
            raise _bad("Router port must have at least one fixed IP")
        subnets = list(self.parts.store.subnets.by_ids(fixed.subnet_id for fixed in port.fixed_ips).values())
        if sum(subnet.ip_version == 4 for subnet in subnets) > 1:
            raise _bad("Cannot have multiple IPv4 subnets on router port")
        self._require_apart(router, subnets)
        mine = changed(
            port,
            device_id=router.id,
            device_owner=INTERFACE_OWNER,
            status=ACTIVE,
            has_port_security=False,
            security_group_ids=(),
            goes_with_device=False,
        )
        self.parts.store.ports.set_groups(port.id, ())
        return self.parts.store.ports.save(mine, self.parts.clock.now())

    def _require_apart(self, router: Router, new: Sequence[Subnet]) -> None:
        """Raises Invalid where the router has such addresses behind it already."""
        ports = [port for port in self.parts.store.ports.of_device(router.id) if port.device_owner in ROUTER_OWNERS]
        present = self.parts.store.subnets.by_ids(fixed.subnet_id for port in ports for fixed in port.fixed_ips)
        for subnet in new:
            if subnet.id in present:
                raise _bad(f"Router already has a port on subnet {subnet.id}")
            for other in present.values():
                if overlaps(subnet.cidr, other.cidr):
                    raise Invalid(
                        "router.overlap",
                        f"Bad router request: Cidr {subnet.cidr} of subnet {subnet.id} overlaps with cidr "
                        f"{other.cidr} of subnet {other.id}: a router cannot tell them apart.",
                    )

    def _foot(self, router: Router, subnet_id: str, port_id: str) -> Port:
        for port in self.interfaces(router.id):
            is_there = not subnet_id or any(fixed.subnet_id == subnet_id for fixed in port.fixed_ips)
            if is_there and (not port_id or port.id == port_id):
                return port
        if port_id and subnet_id and any(port.id == port_id for port in self.interfaces(router.id)):
            raise Conflict(
                "router.subnet_mismatch",
                f"Subnet {subnet_id} is not associated with port {port_id}: leave one of them out.",
            )
        where = f"with subnet {subnet_id}" if subnet_id else f"with id {port_id}"
        raise NotFound("router.no_interface", f"Router {router.id} does not have an interface {where}.")

    def _require_unused(self, router: Router, port: Port) -> None:
        """Raises Conflict while floating IPs or routes lead through it."""
        subnets = self.parts.store.subnets.by_ids(fixed.subnet_id for fixed in port.fixed_ips)
        ranges = [parse_cidr(subnet.cidr) for subnet in subnets.values()]
        for floating in self.parts.store.floating_ips.of_router(router.id):
            inside = {floating.fixed_ip, *(each.fixed_ip for each in floating.forwardings)} - {None}
            if any(parse_address(address or "") in cidr for address in inside for cidr in ranges):
                raise Conflict(
                    "router.interface_needed_by_floating_ip",
                    f"Router interface for subnet {port.fixed_ips[0].subnet_id} on router {router.id} cannot be "
                    "deleted, as it is required by one or more floating IPs: disassociate them first.",
                )
        for route in router.routes:
            if any(parse_address(route.nexthop) in cidr for cidr in ranges):
                raise Conflict(
                    "router.interface_needed_by_route",
                    f"Router interface for subnet {port.fixed_ips[0].subnet_id} on router {router.id} cannot be "
                    "deleted, as it is required by one or more routes: remove those first.",
                )


def _interface(router: Router, port: Port) -> Interface:
    subnet_ids = tuple(fixed.subnet_id for fixed in port.fixed_ips)
    return Interface(router.id, router.project_id, port.network_id, port.id, subnet_ids)


def _bad(why: str) -> Invalid:
    return Invalid("router.bad_interface", f"Bad router request: {why}.")
