"""Floating IPs: taken, led to a port, given back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import UnsetType

from haneul.kit.errors import Conflict, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.network.driver import Kind
from haneul.services.network.model.listing import EVERYTHING, Filter, Listing, given
from haneul.services.network.model.networks import VirtualNetwork
from haneul.services.network.model.ports import ACTIVE, DOWN, FLOATING_IP_OWNER, WantedIp
from haneul.services.network.model.routers import (
    FloatingIp,
    FloatingIpChanges,
    FloatingIpId,
    FloatingIpPool,
    NewFloatingIp,
)
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access, Target, changed, check_tags, check_text
from haneul.services.network.verbs.destinations import Destinations, bad
from haneul.services.network.verbs.new_ports import NewPorts
from haneul.services.network.verbs.outside import tell_of_outside
from haneul.services.network.verbs.port_checks import check_dns_domain, check_dns_name
from haneul.services.network.verbs.qos_policies import QosChoice


@dataclass(frozen=True)
class FloatingIps:
    parts: Parts

    @property
    def _access(self) -> Access:
        return Access(self.parts)

    def get(self, caller: Caller, floating_ip_id: str) -> FloatingIp:
        """Raises NotFound `floating_ip.not_found`."""
        floating, target = self._seen(caller, floating_ip_id)
        if not self.parts.policy.allows(caller, "get_floatingip", target):
            raise not_found(floating_ip_id)
        return floating

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[FloatingIp]:
        rows = self.parts.store.floating_ips
        found: list[FloatingIp] = self._access.list(caller, rows, "get_floatingip", listing)
        return found

    def create(self, caller: Caller, new: NewFloatingIp) -> FloatingIp:
        """Raises NotFound, Forbidden, Invalid, OverQuota, Conflict `port.ip_in_use`, `subnet.exhausted`."""
        project_id = self._access.owner(caller, new.project_id)
        target = {"project_id": project_id}
        self._access.require(caller, "create_floatingip", target, given(new))
        check_text(description=new.description)
        check_dns_name(new.dns_name)
        check_dns_domain(new.dns_domain)
        with self.parts.db.write():
            network = self._external(caller, new.network_id)
            self._access.require_room(project_id, "floatingip")
            floating = self._described(new, network, project_id)
            floating = changed(floating, qos_policy_id=QosChoice(self.parts).chosen(caller, new.qos_policy_id))
            if new.port_id:
                floating = self._led_to(caller, floating, (new.port_id, new.fixed_ip), new.router_id)
            elif new.router_id:
                raise bad("router_id cannot be specified without a port_id")
            self.parts.store.floating_ips.add(floating)
            self.parts.changed(Kind.FLOATING_IP, [floating.id])
            tell_of_outside(self.parts, [floating.port_id])
            return self.parts.store.floating_ips.find(floating.id) or floating

    def update(self, caller: Caller, floating_ip_id: str, changes: FloatingIpChanges) -> FloatingIp:
        """Raises NotFound, Forbidden, Invalid, Conflict `floating_ip.fixed_ip_taken`."""
        said = given(changes)
        with self.parts.db.write():
            floating, target = self._seen(caller, floating_ip_id)
            before = floating
            self._access.require(caller, "update_floatingip", target)
            check_text(description=said.get("description"))
            if "description" in said:
                floating = changed(floating, description=said["description"])
            if "qos_policy_id" in said:
                chosen = QosChoice(self.parts).replaced(caller, floating.qos_policy_id, said["qos_policy_id"])
                floating = changed(floating, qos_policy_id=chosen)
            floating = self._led_anew(caller, floating, said)
            saved = self.parts.store.floating_ips.save(floating, self.parts.clock.now())
            self.parts.changed(Kind.FLOATING_IP, [floating.id])
            if (before.port_id, before.fixed_ip) != (saved.port_id, saved.fixed_ip):
                tell_of_outside(self.parts, [before.port_id, saved.port_id])
            return self.parts.store.floating_ips.find(floating.id) or saved

    def delete(self, caller: Caller, floating_ip_id: str) -> None:
        """Raises NotFound, Forbidden."""
        with self.parts.db.write():
            floating, target = self._seen(caller, floating_ip_id)
            self.parts.policy.require(caller, "delete_floatingip", target)
            if floating.forwardings:
                raise _has_forwardings(floating)
            self.parts.store.floating_ips.remove(floating.id)
            own_port = self.parts.store.ports.find(floating.own_port_id)
            if own_port is not None:
                NewPorts(self.parts).drop(own_port)
            self.parts.changed(Kind.FLOATING_IP, [floating.id])
            tell_of_outside(self.parts, [floating.port_id])

    def _seen(self, caller: Caller, floating_ip_id: str) -> tuple[FloatingIp, Target]:
        floating: FloatingIp | None = self._access.find(caller, self.parts.store.floating_ips, floating_ip_id)
        if floating is None:
            raise not_found(floating_ip_id)
        return floating, {"project_id": floating.project_id}

    def _external(self, caller: Caller, network_id: str) -> VirtualNetwork:
        network = self._access.network(caller, network_id)
        if not network.is_external:
            raise bad(f"Network {network_id} is not a valid external network")
        return network

    def _described(self, new: NewFloatingIp, network: VirtualNetwork, project_id: str) -> FloatingIp:
        floating_id, now = FloatingIpId(new_uuid()), self.parts.clock.now()
        own = NewPorts(self.parts).add_for_cloud(network.id, FLOATING_IP_OWNER, floating_id, self._wanted(new, network))
        return FloatingIp(
            id=floating_id,
            project_id=project_id,
            network_id=network.id,
            address=own.fixed_ips[0].ip_address,
            own_port_id=own.id,
            created_at=now,
            updated_at=now,
            description=new.description,
            dns_name=new.dns_name.lower(),
            dns_domain=new.dns_domain,
            qos_network_policy_id=network.qos_policy_id,
            tags=check_tags(new.tags),
            revision_number=1,
        )

    def _wanted(self, new: NewFloatingIp, network: VirtualNetwork) -> Sequence[WantedIp]:
        """The address asked for, or any of an IPv4 subnet of the network."""
        subnets = [each for each in self.parts.store.subnets.of_network(network.id) if each.ip_version == 4]
        if new.subnet_id and all(subnet.id != new.subnet_id for subnet in subnets):
            raise bad(f"Subnet {new.subnet_id} is not an IPv4 subnet of network {network.id}")
        if not isinstance(new.address, UnsetType):
            return [WantedIp(new.subnet_id, new.address)]
        if not subnets:
            raise bad(f"Network {network.id} does not contain any IPv4 subnet")
        if new.subnet_id:
            return [WantedIp(new.subnet_id)]
        return [WantedIp(self._roomiest([subnet.id for subnet in subnets]))]

    def _roomiest(self, subnet_ids: Sequence[str]) -> str:
        """The subnet of which least is given away; the first of several alike."""
        used = self.parts.store.addresses.used(subnet_ids)
        return min(subnet_ids, key=lambda subnet_id: used.get(subnet_id, 0))

    def _led_anew(self, caller: Caller, floating: FloatingIp, said: Mapping[str, Any]) -> FloatingIp:
        """To where the changes lead it; the same if they say nothing of that. Raises as `_led_to` does."""
        router_id = said.get("router_id")
        if said.get("port_id"):
            return self._led_to(caller, floating, (said["port_id"], said.get("fixed_ip")), router_id)
        if "port_id" in said and not floating.forwardings:
            if router_id:
                raise bad("router_id cannot be specified without a port_id")
            return changed(floating, port_id=None, fixed_ip=None, router_id=None, status=DOWN)
        if not (said.get("fixed_ip") or router_id):
            return floating
        if floating.port_id is None:
            name = "fixed_ip_address" if said.get("fixed_ip") else "router_id"
            raise bad(f"{name} cannot be specified without a port_id")
        fixed_ip = said.get("fixed_ip") or floating.fixed_ip
        return self._led_to(caller, floating, (floating.port_id, fixed_ip), router_id)

    def _led_to(
        self, caller: Caller, floating: FloatingIp, where: tuple[str, str | None], router_id: str | None
    ) -> FloatingIp:
        """`where` is a port, and which of its addresses, None if it has one.

        Raises NotFound, Invalid, Conflict `floating_ip.has_forwardings`, `forwarding.port_in_use`.
        """
        if floating.forwardings:
            raise _has_forwardings(floating)
        port_id, fixed_ip = where
        destination = Destinations(self.parts).find(caller, floating, port_id, fixed_ip, router_id)
        if any(each.fixed_ip == destination.fixed_ip for each in self.parts.store.forwardings.of_port(port_id)):
            raise Conflict(
                "forwarding.port_in_use",
                f"Cannot associate floating IP {floating.address} with port {port_id} using fixed IP "
                f"{destination.fixed_ip}, as port forwardings lead there: delete those first.",
            )
        led = changed(
            floating,
            port_id=destination.port_id,
            fixed_ip=destination.fixed_ip,
            router_id=destination.router_id,
            status=ACTIVE,
        )
        self.parts.store.floating_ips.require_free(led)
        return led

    def pools(self, caller: Caller) -> Sequence[FloatingIpPool]:
        """The subnets that the caller may take floating IPs from."""
        external = Listing(Filter({"is_external": (True,)}))
        networks: Sequence[VirtualNetwork] = self._access.list(
            caller, self.parts.store.networks, "get_network", external
        )
        subnets = self.parts.store.subnets.of_networks(network.id for network in networks)
        return [
            FloatingIpPool(subnet.id, subnet.name, subnet.network_id, subnet.cidr, subnet.project_id)
            for some in subnets.values()
            for subnet in some
            if subnet.ip_version == 4
        ]


def _has_forwardings(floating: FloatingIp) -> Conflict:
    return Conflict(
        "floating_ip.has_forwardings",
        f"Floating IP {floating.id} in use by port forwardings {', '.join(each.id for each in floating.forwardings)}: "
        "delete them first.",
    )


def not_found(floating_ip_id: str) -> NotFound:
    return NotFound("floating_ip.not_found", f"Floating IP {floating_ip_id} could not be found.")
