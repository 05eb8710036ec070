"""Where a floating IP may lead: to an address of a port behind a router whose gateway is on its network."""

from __future__ import annotations

from dataclasses import dataclass

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.policy import Caller
from haneul.services.network.model.ports import INTERFACE_OWNER, Port
from haneul.services.network.model.routers import FloatingIp, Router
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access


@dataclass(frozen=True)
class Destination:
    port_id: str
    fixed_ip: str
    router_id: str


@dataclass(frozen=True)
class Destinations:
    parts: Parts

    def find(
        self, caller: Caller, floating: FloatingIp, port_id: str, fixed_ip: str | None, router_id: str | None = None
    ) -> Destination:
        """By the router that is named, be the port behind others of its routes, or by the one that the port is at.

        Raises NotFound `port.not_found`, `router.not_found`, `floating_ip.unreachable`, Invalid, Conflict
        `floating_ip.fixed_ip_taken`, `floating_ip.router_elsewhere`.
        """
        port: Port | None = Access(self.parts).find(caller, self.parts.store.ports, port_id)
        if port is None:
            raise NotFound("port.not_found", f"Port {port_id} could not be found.")
        if port.project_id != floating.project_id and not Access(self.parts).sees_all(caller):
            raise bad(f"Cannot process floating IP association with Port {port_id}, since that port is owned by a "
                      "different project")  # fmt: skip
        address, subnet_id = _fixed(port, fixed_ip)
        self._require_other_way(floating, port, address)
        if router_id is not None:
            return Destination(port.id, address, self._named(caller, router_id, floating))
        return Destination(port.id, address, self._router(subnet_id, floating.network_id, port))

    def _named(self, caller: Caller, router_id: str, floating: FloatingIp) -> str:
        router: Router | None = Access(self.parts).find(caller, self.parts.store.routers, router_id)
        if router is None:
            raise NotFound("router.not_found", f"Router {router_id} could not be found.")
        if router.gateway is None or router.gateway.network_id != floating.network_id:
            raise Conflict(
                "floating_ip.router_elsewhere",
                f"Router {router_id} cannot answer for floating IP {floating.address}: give it a gateway on network "
                f"{floating.network_id}, or name another router.",
            )
        return router.id

    def _require_other_way(self, floating: FloatingIp, port: Port, address: str) -> None:
        """Raises Conflict where the address is reached by the other kind: a floating IP of its own, or forwardings."""
        present = self.parts.store.floating_ips.of_port(port.id)
        if any(other.fixed_ip == address and other.id != floating.id for other in present):
            raise Conflict(
                "floating_ip.fixed_ip_taken",
                f"Cannot associate floating IP {floating.address} ({floating.id}) with port {port.id} using fixed IP "
                f"{address}, as that fixed IP already has a floating IP: disassociate that one first.",
            )

    def _router(self, subnet_id: str, network_id: str, port: Port) -> str:
        """The router between the port's subnet and the external network."""
        router_ids = self.parts.store.routers.of_subnet(subnet_id, (INTERFACE_OWNER,))
        for router in self.parts.store.routers.by_ids(router_ids).values():
            if router.gateway is not None and router.gateway.network_id == network_id:
                return router.id
        raise NotFound(
            "floating_ip.unreachable",
            f"External network {network_id} is not reachable from subnet {subnet_id}. Therefore, cannot associate "
            f"Port {port.id} with a Floating IP: add the subnet to a router with its gateway on that network.",
        )


def _fixed(port: Port, wanted: str | None) -> tuple[str, str]:
    """The address of the port that is meant, and its subnet. Raises Invalid."""
    choices = [fixed for fixed in port.fixed_ips if ":" not in fixed.ip_address]
    if wanted is not None:
        for fixed in choices:
            if fixed.ip_address == wanted:
                return fixed.ip_address, fixed.subnet_id
        raise bad(f"Port {port.id} does not have fixed ip {wanted}")
    if not choices:
        raise bad(f"Cannot add floating IP to port {port.id} that has no fixed IPv4 addresses")
    if len(choices) > 1:
        raise bad(f"Port {port.id} has multiple fixed IPv4 addresses. Must provide a specific IPv4 address")
    return choices[0].ip_address, choices[0].subnet_id


def bad(why: str) -> Invalid:
    return Invalid("floating_ip.bad_request", f"Bad floatingip request: {why}.")
