"""A router's way out: its port on an external network; inside a write transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import UnsetType

from haneul.kit.errors import Conflict, Invalid
from haneul.kit.policy import Caller
from haneul.services.network.driver import Kind
from haneul.services.network.model.addressing import overlaps
from haneul.services.network.model.ports import GATEWAY_OWNER, ROUTER_OWNERS, Port, WantedIp
from haneul.services.network.model.routers import Gateway, Router, WantedGateway
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access, changed
from haneul.services.network.verbs.allocation import Allocation
from haneul.services.network.verbs.new_ports import NewPorts


@dataclass(frozen=True)
class Gateways:
    parts: Parts

    def set(self, caller: Caller, router: Router, wanted: WantedGateway) -> Router:
        """The router leaves by that network, with these addresses of its own.

        Raises NotFound `network.not_found`, Invalid `network.not_external`, Conflict `router.gateway_in_use`,
        `subnet.exhausted`, `port.ip_in_use`.
        """
        network = Access(self.parts).network(caller, wanted.network_id)
        if not network.is_external:
            raise Invalid(
                "network.not_external",
                f"Bad router request: Network {network.id} is not an external network: choose one that is.",
            )
        present = router.gateway
        if present is not None and present.network_id != network.id:
            router = self.clear(router)
            present = None
        port = self._port(router, network.id, wanted.fixed_ips)
        before = present.has_snat if present is not None else True
        has_snat = before if isinstance(wanted.has_snat, UnsetType) else wanted.has_snat
        gateway = Gateway(network.id, has_snat, port.id, port.fixed_ips)
        self.parts.changed(Kind.ROUTER, [router.id])
        return self.parts.store.routers.save(changed(router, gateway=gateway), self.parts.clock.now())

    def clear(self, router: Router) -> Router:
        """The router has no way out. Raises Conflict `router.gateway_in_use`."""
        if router.gateway is None:
            return router
        if self.parts.store.floating_ips.of_router(router.id):
            raise Conflict(
                "router.gateway_in_use",
                f"Gateway cannot be updated for router {router.id}, since a gateway to external network "
                f"{router.gateway.network_id} is required by one or more floating IPs: disassociate them first.",
            )
        port = self.parts.store.ports.find(router.gateway.port_id)
        saved = self.parts.store.routers.save(changed(router, gateway=None), self.parts.clock.now())
        if port is not None:
            NewPorts(self.parts).drop(port)
        self.parts.changed(Kind.ROUTER, [router.id])
        return saved

    def _port(self, router: Router, network_id: str, wanted: Sequence[WantedIp] | UnsetType) -> Port:
        """The port on the external network, with the wanted addresses."""
        self._require_apart(router, network_id)
        present = None if router.gateway is None else self.parts.store.ports.find(router.gateway.port_id)
        if present is None:
            adding = NewPorts(self.parts)
            return adding.add_for_cloud(network_id, GATEWAY_OWNER, router.id, wanted)
        if isinstance(wanted, UnsetType):
            return present
        subnets = self.parts.store.subnets.of_network(network_id)
        fixed_ips = Allocation(self.parts).change(present, wanted, subnets)
        return changed(present, fixed_ips=fixed_ips)

    def _require_apart(self, router: Router, network_id: str) -> None:
        """Raises Invalid where a network behind the router has the same addresses as the one outside."""
        ports = [port for port in self.parts.store.ports.of_device(router.id) if port.device_owner in ROUTER_OWNERS]
        inside_ids = {fixed.subnet_id for port in ports for fixed in port.fixed_ips if port.network_id != network_id}
        inside = self.parts.store.subnets.by_ids(inside_ids).values()
        for outer in self.parts.store.subnets.of_network(network_id):
            for inner in inside:
                if overlaps(outer.cidr, inner.cidr):
                    raise Invalid(
                        "router.overlap",
                        f"Bad router request: Cidr {outer.cidr} of subnet {outer.id} overlaps with cidr {inner.cidr} "
                        f"of subnet {inner.id}: a router cannot tell them apart.",
                    )
