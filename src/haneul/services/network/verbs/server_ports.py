"""Ports as servers have them: bound to a host, let go, listed by server."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from haneul.hostapi import MetadataPort, NicSpec
from haneul.kit.errors import Conflict, NotFound
from haneul.kit.policy import Caller
from haneul.services.network.driver import Kind, Owned
from haneul.services.network.model.addressing import parse_cidr
from haneul.services.network.model.ports import (
    DOWN,
    METADATA_OWNER,
    SERVER_OWNER,
    HostBinding,
    Port,
    ServerAddress,
)
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.new_ports import NewPorts
from haneul.services.network.workflows.realise import Realiser


@dataclass(frozen=True)
class ServerPorts:
    """What compute asks of ports; the cloud itself is the caller."""

    parts: Parts

    def bind(self, caller: Caller, port_id: str, server_id: str, host: HostBinding) -> NicSpec:
        """The port belongs to the server and may only come up on that host; the network knows it when this returns.

        Raises NotFound `port.not_found`, Conflict `port.in_use`, Unavailable while the network does not answer.
        """
        self.parts.policy.require(caller, "create_port:binding:host_id")
        with self.parts.db.write():
            port = self._of_server(port_id, server_id)
            bound = replace(
                port,
                device_id=server_id,
                device_owner=SERVER_OWNER,
                host_id=host.hostname,
                chassis=host.chassis,
            )
            if bound != port:
                status = port.status if port.chassis == host.chassis else DOWN
                bound = self.parts.store.ports.save(replace(bound, status=status), self.parts.clock.now())
                self.parts.changed(Kind.PORT, [port_id])
        self._require_made(bound)
        return self._nics([bound])[0]

    def unbind(self, port_id: str) -> None:
        """The port is nobody's, on no host; deleted if it was made for its server. Fine if it is gone."""
        with self.parts.db.write():
            port = self.parts.store.ports.find(port_id)
            if port is not None:
                self._let_go(port)

    def remove_for_server(self, server_id: str) -> None:
        """The server has no ports: those made for it are deleted, the others are free again."""
        with self.parts.db.write():
            for port in self.parts.store.ports.of_server(server_id):
                self._let_go(port)

    def of_servers(self, server_ids: Iterable[str]) -> dict[str, tuple[ServerAddress, ...]]:
        """The addresses of each server that has any, in the order in which its ports were made."""
        found = self.parts.store.ports.addresses_of_devices(server_ids)
        return {server_id: tuple(addresses) for server_id, addresses in found.items()}

    def nics(self, server_id: str) -> tuple[NicSpec, ...]:
        """The server's network cards, in the order in which its ports were made."""
        return tuple(self._nics(self.parts.store.ports.of_server(server_id)))

    def _of_server(self, port_id: str, server_id: str) -> Port:
        port = self.parts.store.ports.find(port_id)
        if port is None:
            raise NotFound("port.not_found", f"Port {port_id} could not be found.")
        if port.device_id not in ("", server_id):
            raise Conflict(
                "port.in_use",
                f"Unable to complete operation on port {port_id} for network {port.network_id}. Port already has an "
                f"attached device {port.device_id}: detach it there first.",
            )
        return port

    def _let_go(self, port: Port) -> None:
        if port.goes_with_device:
            NewPorts(self.parts).drop(port)
            return
        free = replace(port, device_id="", device_owner="", host_id="", chassis="", status=DOWN, binding_profile={})
        if free != port:
            self.parts.store.ports.save(free, self.parts.clock.now())
            self.parts.changed(Kind.PORT, [port.id])

    def _require_made(self, port: Port) -> None:
        subnet_ids = [fixed.subnet_id for fixed in port.fixed_ips]
        groups = [Owned(Kind.SECURITY_GROUP, group_id) for group_id in port.security_group_ids]
        subnets = [Owned(Kind.SUBNET, subnet_id) for subnet_id in subnet_ids]
        network = Owned(Kind.NETWORK, port.network_id)
        Realiser(self.parts).require([network, *subnets, *groups, Owned(Kind.PORT, port.id)])

    def _nics(self, ports: list[Port]) -> list[NicSpec]:
        network_ids = {port.network_id for port in ports}
        networks = self.parts.store.networks.by_ids(network_ids)
        metadata = self.parts.store.ports.by_networks(network_ids, METADATA_OWNER)
        own = [port for some in metadata.values() for port in some]
        subnets = self.parts.store.subnets.by_ids(fixed.subnet_id for port in own for fixed in port.fixed_ips)
        prefixes = {subnet.id: parse_cidr(subnet.cidr).prefixlen for subnet in subnets.values()}
        by_network = {
            port.network_id: MetadataPort(
                port_id=port.id,
                network_id=port.network_id,
                mac=port.mac_address,
                cidrs=tuple(f"{fixed.ip_address}/{prefixes[fixed.subnet_id]}" for fixed in port.fixed_ips),  # type: ignore[index]
            )
            for port in own
        }
        return [
            NicSpec(
                port_id=port.id,
                mac=port.mac_address,
                mtu=networks[port.network_id].mtu,
                network_id=port.network_id,
                fixed_ips=port.addresses,
                metadata=by_network.get(port.network_id),
                has_port_security=port.has_port_security,
            )
            for port in ports
        ]
