"""Networks: created, shared, deleted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from msgspec import UNSET, UnsetType

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.network.driver import Kind
from haneul.services.network.model.grants import EVERYBODY, Action, Shareable
from haneul.services.network.model.listing import EVERYTHING, Listing, given
from haneul.services.network.model.networks import NetworkChanges, NetworkId, NewNetwork, VirtualNetwork
from haneul.services.network.model.ports import SELF_REMOVING_OWNERS
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access, changed, check_tags, check_text, network_target
from haneul.services.network.verbs.port_checks import check_dns_domain
from haneul.services.network.verbs.qos_policies import QosChoice
from haneul.services.network.verbs.segments import Segment, check_mtu_for, choose_mtu, choose_segment
from haneul.services.network.verbs.server_networks import ServerNetworks
from haneul.services.network.verbs.sharing import Sharing

_SEGMENT_TRIES = 20
_SAID = ("is_shared", "is_external", "is_default", "has_port_security", "network_type", "physical_network",
         "segmentation_id")  # fmt: skip
_GRANTED = {"is_shared": Action.SHARE, "is_external": Action.LEAVE_BY}
"""What of a network is told by its grants."""


@dataclass(frozen=True)
class Networks(ServerNetworks):
    parts: Parts

    @property
    def _access(self) -> Access:
        return Access(self.parts)

    def get(self, caller: Caller, network_id: str) -> VirtualNetwork:
        """Raises NotFound `network.not_found`."""
        network = self._access.network(caller, network_id)
        if not self.parts.policy.allows(caller, "get_network", network_target(caller, network)):
            raise NotFound("network.not_found", f"Network {network_id} could not be found.")
        return network

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[VirtualNetwork]:
        found: list[VirtualNetwork] = self._access.list(caller, self.parts.store.networks, "get_network", listing)
        return found

    def create(self, caller: Caller, new: NewNetwork) -> VirtualNetwork:
        """Raises Forbidden, Invalid, OverQuota, Conflict `network.segment_taken`."""
        project_id = self._access.owner(caller, new.project_id)
        target = {"project_id": project_id, "shared": False, "network:project_id": project_id}
        self._access.require(caller, "create_network", target, [name for name in _SAID if name in given(new)])
        check_text(name=new.name, description=new.description)
        check_zones(self.parts, new.zone_hints)
        check_dns_domain(new.dns_domain)
        with self.parts.db.write():
            self._access.require_room(project_id, "network")
            if new.is_default is True:
                self.parts.store.networks.clear_default()
            qos_policy_id = QosChoice(self.parts).of_network(caller, new.qos_policy_id, project_id)
            added = self._add(replace(new, qos_policy_id=qos_policy_id), project_id)
            network = self._open(added, given(new))
            self.parts.changed(Kind.NETWORK, [network.id])
        return network

    def update(self, caller: Caller, network_id: str, changes: NetworkChanges) -> VirtualNetwork:
        """Raises NotFound, Forbidden, Invalid, Conflict where somebody uses what shall be taken away."""
        said = given(changes)
        with self.parts.db.write():
            network = self._access.network(caller, network_id)
            self._access.require(caller, "update_network", network_target(caller, network), said)
            check_text(name=said.get("name"), description=said.get("description"))
            self._check_changes(network, said)
            check_dns_domain(said.get("dns_domain", ""))
            if "qos_policy_id" in said:
                QosChoice(self.parts).replaced(caller, network.qos_policy_id, said["qos_policy_id"])
            if said.get("is_default"):
                self.parts.store.networks.clear_default()
            kept = {name: value for name, value in said.items() if name not in _GRANTED}
            saved = self.parts.store.networks.save(changed(network, **kept), self.parts.clock.now())
            saved = self._close(self._open(saved, said), said)
            self.parts.changed(Kind.NETWORK, [network.id])
            if saved.mtu != network.mtu:
                self._tell_of_mtu(network)
            if saved.dns_domain != network.dns_domain:
                self.parts.changed(Kind.SUBNET, network.subnet_ids)
                self.parts.changed(Kind.PORT, self.parts.store.ports.ids_in_network(network.id))
            if saved.qos_policy_id != network.qos_policy_id:
                self._tell_of_qos(network)
        return saved

    def delete(self, caller: Caller, network_id: str) -> None:
        """Raises NotFound, Forbidden, Conflict `network.in_use`."""
        with self.parts.db.write():
            network = self._access.network(caller, network_id)
            self._access.require(caller, "delete_network", network_target(caller, network))
            self._give_back_loose_addresses(network_id)
            ports = self.parts.store.ports.of_network(network_id)
            if any(port.device_owner not in SELF_REMOVING_OWNERS for port in ports):
                raise Conflict(
                    "network.in_use",
                    f"Unable to complete operation on network {network_id}. "
                    "There are one or more ports still in use on the network: delete them first.",
                )
            for port in ports:
                self.parts.store.ports.remove(port.id)
            for subnet_id in network.subnet_ids:
                self.parts.store.subnets.remove(subnet_id)
            self.parts.store.networks.remove(network_id)
            self.parts.changed(Kind.PORT, [port.id for port in ports])
            self.parts.changed(Kind.SUBNET, network.subnet_ids)
            self.parts.changed(Kind.NETWORK, [network_id])

    def _add(self, new: NewNetwork, project_id: str) -> VirtualNetwork:
        """The network, on a segment that nobody else took in this moment."""
        for _ in range(_SEGMENT_TRIES):
            network = self._described(new, project_id)
            try:
                self.parts.store.networks.add(network)
            except Conflict:
                if network.physical_network is not None or new.segmentation_id is not UNSET:
                    raise
                continue
            return network
        raise Conflict("network.no_segment", "No free segment was found for the network: try again.")

    def _give_back_loose_addresses(self, network_id: str) -> None:
        """Floating IPs that lead nowhere do not keep their network."""
        for floating in self.parts.store.floating_ips.of_network(network_id):
            if floating.port_id is None:
                self.parts.store.floating_ips.remove(floating.id)
                self.parts.store.ports.remove(floating.own_port_id)

    def _described(self, new: NewNetwork, project_id: str) -> VirtualNetwork:
        segment = choose_segment(self.parts, new)
        now = self.parts.clock.now()
        return VirtualNetwork(
            id=NetworkId(new_uuid()),
            project_id=project_id,
            name=new.name,
            created_at=now,
            updated_at=now,
            description=new.description,
            is_admin_up=new.is_admin_up,
            is_default=_or_false(new.is_default),
            has_port_security=True if isinstance(new.has_port_security, UnsetType) else new.has_port_security,
            mtu=choose_mtu(self.parts, segment, new.mtu),
            network_type=segment.network_type,
            physical_network=segment.physical_network,
            segmentation_id=segment.segmentation_id,
            dns_domain=new.dns_domain,
            zone_hints=new.zone_hints,
            qos_policy_id=None if isinstance(new.qos_policy_id, UnsetType) else new.qos_policy_id,
            tags=check_tags(new.tags),
            revision_number=1,
        )

    def _check_changes(self, network: VirtualNetwork, said: dict[str, Any]) -> None:
        for name in ("network_type", "physical_network", "segmentation_id"):
            if said.get(name, UNSET) not in (UNSET, getattr(network, name)):
                raise Invalid(
                    "segment.fixed",
                    "Invalid input for operation: Plugin does not support updating the following provider network "
                    f"attributes: {name}. Make a new network.",
                )
        if "mtu" in said:
            self._check_mtu(network, said)

    def _check_mtu(self, network: VirtualNetwork, said: dict[str, Any]) -> None:
        segment = Segment(network.network_type, network.physical_network, network.segmentation_id)
        said["mtu"] = choose_mtu(self.parts, segment, said["mtu"])
        subnets = self.parts.store.subnets.of_network(network.id)
        check_mtu_for(said["mtu"], (subnet.ip_version for subnet in subnets), network.id)

    def _open(self, network: VirtualNetwork, said: dict[str, Any]) -> VirtualNetwork:
        """Everybody may use it, or leave by it, where that is said."""
        for name, action in _GRANTED.items():
            if said.get(name) is True:
                network = Sharing(self.parts, Shareable.NETWORK).open(network, action)
        return network

    def _close(self, network: VirtualNetwork, said: dict[str, Any]) -> VirtualNetwork:
        """The contrary. Raises Conflict `network.shared_in_use`, `network.external_in_use`."""
        sharing = Sharing(self.parts, Shareable.NETWORK)
        if said.get("is_shared") is False and EVERYBODY in network.shared_with:
            network = sharing.close(network, Action.SHARE, _shared_in_use(network))
        if said.get("is_external") is False and network.is_external:
            if self.parts.store.networks.users(network.id, Action.LEAVE_BY):
                raise _external_in_use(network)
            network = sharing.close(network, Action.LEAVE_BY, _external_in_use(network))
        return network

    def _tell_of_qos(self, network: VirtualNetwork) -> None:
        """What is on it and has no policy of its own has the network's."""
        floating = self.parts.store.floating_ips.of_network(network.id)
        self.parts.changed(Kind.FLOATING_IP, [each.id for each in floating if each.qos_policy_id is None])
        self.parts.changed(Kind.PORT, self.parts.store.ports.ids_in_network(network.id))

    def _tell_of_mtu(self, network: VirtualNetwork) -> None:
        self.parts.changed(Kind.SUBNET, network.subnet_ids)
        routers = {
            router_id
            for subnet_id in network.subnet_ids
            for router_id in self.parts.store.routers.of_subnet(subnet_id, ("network:router_interface",))
        }
        self.parts.changed(Kind.ROUTER, sorted(routers))


def check_zones(parts: Parts, hints: tuple[str, ...]) -> None:
    """Raises NotFound `zone.not_found` for a hint that names no zone."""
    for hint in hints:
        if hint != parts.options.zone:
            raise NotFound(
                "zone.not_found", f"AvailabilityZone {hint} could not be found: there is {parts.options.zone}."
            )


def _shared_in_use(network: VirtualNetwork) -> Conflict:
    return Conflict(
        "network.shared_in_use",
        f"Unable to reconfigure sharing settings for network {network.name}. "
        "Multiple projects are using it: have them delete their ports first.",
    )


def _external_in_use(network: VirtualNetwork) -> Conflict:
    return Conflict(
        "network.external_in_use",
        f"External network {network.id} cannot be updated to be made non-external, since it has existing "
        "gateway ports: clear the routers' gateways and delete the floating IPs first.",
    )


def _or_false(said: bool | UnsetType) -> bool:
    return False if isinstance(said, UnsetType) else said
