"""Ports: created, changed, deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from msgspec import UnsetType

from haneul.kit.errors import Conflict, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.network.driver import Kind
from haneul.services.network.model.addressing import mac_for
from haneul.services.network.model.listing import EVERYTHING, Listing, given
from haneul.services.network.model.networks import VirtualNetwork
from haneul.services.network.model.ports import (
    DOWN,
    FLOATING_IP_OWNER,
    GATEWAY_OWNER,
    INTERFACE_OWNER,
    NewPort,
    Port,
    PortChanges,
    PortId,
    ServerPortChanged,
)
from haneul.services.network.parts import Parts
from haneul.services.network.verbs import port_checks as checks
from haneul.services.network.verbs.access import Access, Target, changed, check_tags, check_text, network_target
from haneul.services.network.verbs.allocation import Allocation
from haneul.services.network.verbs.devices import Devices
from haneul.services.network.verbs.new_ports import NewPorts
from haneul.services.network.verbs.qos_policies import QosChoice
from haneul.services.network.verbs.server_ports import ServerPorts

_SAID = ("device_id", "device_owner", "mac_address", "fixed_ips", "has_port_security", "host_id",
         "binding_profile", "vnic_type", "address_pairs")  # fmt: skip
_ROUTERS_OWN = frozenset({INTERFACE_OWNER, GATEWAY_OWNER, FLOATING_IP_OWNER})


@dataclass(frozen=True)
class Ports(ServerPorts):
    parts: Parts

    @property
    def _access(self) -> Access:
        return Access(self.parts)

    def get(self, caller: Caller, port_id: str) -> Port:
        """Raises NotFound `port.not_found`."""
        port, target = self._seen(caller, port_id)
        if not self.parts.policy.allows(caller, "get_port", target):
            raise not_found(port_id)
        return port

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[Port]:
        found: list[Port] = self._access.list(caller, self.parts.store.ports, "get_port", listing)
        return found

    def create(self, caller: Caller, new: NewPort) -> Port:
        """A port with addresses; where `new.id` is there already, that one.

        Raises NotFound, Forbidden, Invalid, OverQuota, Conflict `port.ip_in_use`, `port.mac_in_use`,
        `subnet.exhausted`.
        """
        with self.parts.db.write():
            if new.id and (present := self.parts.store.ports.find(new.id)) is not None:
                return present
            network = self._access.network(caller, new.network_id)
            project_id = self._access.owner(caller, new.project_id)
            self._require(caller, network, new, project_id)
            Devices(self.parts).check_new(caller, new.device_id, new.device_owner)
            check_text(name=new.name, description=new.description, device_id=new.device_id)
            port = self._described(new, network, project_id)
            port = changed(port, qos_policy_id=QosChoice(self.parts).chosen(caller, new.qos_policy_id))
            if isinstance(new.security_group_ids, UnsetType):
                group_ids = checks.Groups(self.parts).default(port)
            else:
                group_ids = checks.Groups(self.parts).chosen(caller, new.security_group_ids, project_id)
            port = changed(port, security_group_ids=group_ids)
            checks.check_security(port)
            self._access.require_room(project_id, "port")
            return NewPorts(self.parts).add(port, new.fixed_ips, is_mac_chosen=isinstance(new.mac_address, str))

    def update(self, caller: Caller, port_id: str, changes: PortChanges) -> Port:
        """Raises NotFound, Forbidden, Invalid, Conflict."""
        said = given(changes)
        with self.parts.db.write():
            port, target = self._seen(caller, port_id)
            owner = {"device_owner": said.get("device_owner", port.device_owner)}
            self._access.require(caller, "update_port", {**target, **owner}, said)
            if said.get("fixed_ips") and any(each.ip_address for each in said["fixed_ips"]):
                self.parts.policy.require(caller, "update_port:fixed_ips:ip_address", target)
            check_text(name=said.get("name"), description=said.get("description"), device_id=said.get("device_id"))
            Devices(self.parts).check_change(caller, port, said)
            self._check_changes(caller, port, said)
            wanted = said.pop("fixed_ips", None)
            candidate: Port = changed(port, **said)
            checks.check_security(candidate)
            saved = self.parts.store.ports.save(candidate, self.parts.clock.now())
            if "dns_domain" in said:
                saved = self.parts.store.ports.find(port_id) or saved
            if "security_group_ids" in said:
                self.parts.store.ports.set_groups(port_id, said["security_group_ids"])
            if wanted is not None:
                saved = self._readdress(saved, wanted)
            self.parts.changed(Kind.PORT, [port_id])
            self._tell_routers(saved)
            self._tell_server(port, saved)
        return saved

    def delete(self, caller: Caller, port_id: str) -> None:
        """Raises NotFound, Forbidden, Conflict `port.in_service`."""
        with self.parts.db.write():
            port, target = self._seen(caller, port_id)
            self.parts.policy.require(caller, "delete_port", target)
            if port.device_owner in _ROUTERS_OWN:
                raise Conflict(
                    "port.in_service",
                    f"Port {port_id} cannot be deleted directly via the port API: has device owner "
                    f"{port.device_owner}. Remove it from its router, or delete the floating IP.",
                )
            self._require_no_trunk(port)
            NewPorts(self.parts).drop(port)

    def _require_no_trunk(self, port: Port) -> None:
        """Raises Conflict `trunk.port_is_parent`, `trunk.port_is_subport`."""
        trunk = self.parts.store.trunks.of_parent(port.id)
        if trunk is not None:
            raise Conflict(
                "trunk.port_is_parent", f"Port {port.id} is currently a parent port for trunk {trunk.id}: delete that."
            )
        if self.parts.store.trunks.parents([port.id]):
            raise Conflict(
                "trunk.port_is_subport",
                f"Port {port.id} is currently a subport for trunk {port.device_id}: remove it there first.",
            )

    def _seen(self, caller: Caller, port_id: str) -> tuple[Port, Target]:
        port: Port | None = self._access.find(caller, self.parts.store.ports, port_id)
        network = None if port is None else self.parts.store.networks.find(port.network_id)
        if port is None or network is None:
            raise not_found(port_id)
        return port, network_target(caller, network) | {
            "project_id": port.project_id,
            "device_owner": port.device_owner,
        }

    def _require(self, caller: Caller, network: VirtualNetwork, new: NewPort, project_id: str) -> None:
        target = network_target(caller, network) | {"project_id": project_id, "device_owner": new.device_owner}
        said = [name for name in _SAID if given(new).get(name, "") != ""]
        self._access.require(caller, "create_port", target, said)
        if not isinstance(new.fixed_ips, UnsetType) and any(each.ip_address for each in new.fixed_ips):
            self.parts.policy.require(caller, "create_port:fixed_ips:ip_address", target)

    def _described(self, new: NewPort, network: VirtualNetwork, project_id: str) -> Port:
        port_id, now = PortId(new.id or new_uuid()), self.parts.clock.now()
        mac = "" if isinstance(new.mac_address, UnsetType) else checks.check_mac(new.mac_address)
        secured = network.has_port_security if isinstance(new.has_port_security, UnsetType) else new.has_port_security
        vnic_type = "normal" if isinstance(new.vnic_type, UnsetType) else new.vnic_type
        checks.check_vnic(vnic_type)
        checks.check_dns_name(new.dns_name)
        checks.check_dns_domain(new.dns_domain)
        pairs = () if isinstance(new.address_pairs, UnsetType) else checks.check_pairs(new.address_pairs)
        return Port(
            id=port_id,
            network_id=network.id,
            project_id=project_id,
            name=new.name,
            mac_address=mac,
            created_at=now,
            updated_at=now,
            description=new.description,
            is_admin_up=new.is_admin_up,
            device_id=new.device_id,
            device_owner=new.device_owner,
            has_port_security=secured and not new.device_owner.startswith("network:"),
            address_pairs=pairs,
            dhcp_options=checks.check_options(new.dhcp_options),
            host_id="" if isinstance(new.host_id, UnsetType) else new.host_id,
            vnic_type=vnic_type,
            binding_profile={} if isinstance(new.binding_profile, UnsetType) else new.binding_profile,
            dns_name=new.dns_name.lower(),
            dns_domain=new.dns_domain,
            domain=(new.dns_domain or network.dns_domain or self.parts.options.dns_domain).rstrip("."),
            goes_with_device=new.goes_with_device,
            qos_network_policy_id=network.qos_policy_id,
            tags=check_tags(new.tags),
            revision_number=1,
        )

    def _check_changes(self, caller: Caller, port: Port, said: dict[str, Any]) -> None:
        """Make what is said complete. Raises Invalid, NotFound, Conflict."""
        if "mac_address" in said:
            said["mac_address"] = checks.check_mac(said["mac_address"] or another_mac(port))
            if port.host_id and said["mac_address"] != port.mac_address:
                raise Conflict(
                    "port.bound",
                    f"Unable to complete operation on port {port.id}, port is already bound, port type: ovs, "
                    f"old_mac {port.mac_address}, new_mac {said['mac_address']}: detach it from its server first.",
                )
        if "address_pairs" in said:
            said["address_pairs"] = checks.check_pairs(said["address_pairs"])
        if "dhcp_options" in said:
            said["dhcp_options"] = checks.check_options(said["dhcp_options"], port.dhcp_options)
        if "qos_policy_id" in said:
            QosChoice(self.parts).replaced(caller, port.qos_policy_id, said["qos_policy_id"])
        checks.check_dns_name(said.get("dns_name", ""))
        checks.check_dns_domain(said.get("dns_domain", ""))
        if "vnic_type" in said:
            checks.check_vnic(said["vnic_type"])
        if "security_group_ids" in said:
            said["security_group_ids"] = checks.Groups(self.parts).chosen(
                caller, said["security_group_ids"], port.project_id
            )
        is_opened = said.get("has_port_security") is False and "security_group_ids" not in said
        if is_opened and port.security_group_ids:
            raise Conflict(
                "port.has_security_groups",
                "Port has security group associated. Cannot disable port security or ip address until security group "
                "is removed: take the groups away with it.",
            )
        if said.get("host_id") == "":
            said["chassis"], said["status"] = "", DOWN

    def _readdress(self, port: Port, wanted: Any) -> Port:
        subnets = self.parts.store.subnets.of_network(port.network_id)
        fixed_ips = Allocation(self.parts).change(port, wanted, subnets)
        gone = set(port.addresses) - {fixed.ip_address for fixed in fixed_ips}
        NewPorts(self.parts).let_go_of_floating_ips(port, gone)
        return changed(port, fixed_ips=fixed_ips)

    def _tell_server(self, before: Port, after: Port) -> None:
        """Its host knows the guest by its addresses, and guards its card."""
        is_other = (before.addresses, before.has_port_security) != (after.addresses, after.has_port_security)
        if is_other and after.device_id and after.device_owner.startswith("compute:"):
            self.parts.bus.publish(ServerPortChanged(after.device_id))

    def _tell_routers(self, port: Port) -> None:
        if port.device_owner in (INTERFACE_OWNER, GATEWAY_OWNER):
            self.parts.changed(Kind.ROUTER, [port.device_id])
        floating = self.parts.store.floating_ips.of_port(port.id)
        self.parts.changed(Kind.FLOATING_IP, [each.id for each in floating])


def another_mac(port: Port) -> str:
    """One that it never had."""
    return mac_for(f"{port.id}/{port.revision_number}")


def not_found(port_id: str) -> NotFound:
    return NotFound("port.not_found", f"Port {port_id} could not be found.")
