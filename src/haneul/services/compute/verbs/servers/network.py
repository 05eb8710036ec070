"""A server's place in networks: its cards and security groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from haneul.kit.errors import Invalid, NotFound
from haneul.kit.policy import INTERNAL, Caller
from haneul.services.compute.model import PlannedNic, Server, WantedNic
from haneul.services.compute.verbs.servers.base import ServerVerbs, asked_by, require_action
from haneul.services.compute.verbs.servers.choices import check_nic, only_network
from haneul.services.compute.verbs.servers.planning import plan_nic
from haneul.services.compute.workflows.interfaces import attach_interface, detach_interface, inject_network_info
from haneul.services.compute.workflows.nics import make_port, ports_of
from haneul.services.network import Port, PortChanges, SecurityGroup


@dataclass(frozen=True)
class Interface:
    """A network card of a server."""

    port_id: str
    network_id: str
    mac: str
    status: str
    fixed_ips: tuple[tuple[str, str], ...]
    """(subnet's id, address) pairs."""
    tag: str = ""


class NetworkVerbs(ServerVerbs):
    def interfaces(self, caller: Caller, server_id: str) -> Sequence[Interface]:
        server = self._get(caller, server_id, "os-attach-interfaces:list")
        tags = self._tags(server)
        return [_interface(port, tags.get(port.id, "")) for port in ports_of(self._parts, server.id)]

    def interface(self, caller: Caller, server_id: str, port_id: str) -> Interface:
        """Raises NotFound("server.no_port")."""
        server = self._get(caller, server_id, "os-attach-interfaces:show")
        return _interface(self._port(server, port_id), self._tags(server).get(port_id, ""))

    def attach_interface(self, caller: Caller, server_id: str, wanted: WantedNic) -> Interface:
        """The port is the server's when this returns; its guest gets the card in a moment."""
        if not (wanted.network_id or wanted.port_id):
            wanted = replace(wanted, network_id=only_network(self._parts, caller))
        check_nic(self._parts, caller, wanted)
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-attach-interfaces:create")
            require_action(server, "attach_interface")
            if wanted.port_id:
                check_nic(self._parts, caller, wanted)
            nic = plan_nic(wanted, ())
            self._parts.runs.submit(attach_interface, server.id, server.id, asked_by(caller), nic)
            make_port(self._parts, server, nic)
            self._note(server, nic)
            return _interface(self._parts.network.ports.get(INTERNAL, nic.port_id), nic.tag)

    def detach_interface(self, caller: Caller, server_id: str, port_id: str) -> None:
        """A port that was made for the server goes; another is free again."""
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-attach-interfaces:delete")
            require_action(server, "detach_interface")
            port = self._port(server, port_id)
            made_for_it = port.network_id if port.goes_with_device else ""
            nic = PlannedNic(port.id, made_for_it)
            self._parts.runs.submit(detach_interface, server.id, server.id, asked_by(caller), nic)

    def _tags(self, server: Server) -> dict[str, str]:
        """By port."""
        return {nic.port_id: nic.tag for nic in self._store.birth(server.id).nics if nic.tag}

    def _note(self, server: Server, nic: PlannedNic) -> None:
        birth = self._store.birth(server.id)
        others = (each for each in birth.nics if each.port_id != nic.port_id)
        self._store.set_birth(server.id, replace(birth, nics=(*others, nic)), self._parts.clock.now())

    def inject_network_info(self, caller: Caller, server_id: str) -> None:
        """Its host is told anew what cards and metadata the guest has."""
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-admin-actions:inject_network_info")
            require_action(server, "injectNetworkInfo")
            self._parts.runs.submit(inject_network_info, server.id, server.id, asked_by(caller))

    def security_groups(self, caller: Caller, server_id: str) -> Sequence[SecurityGroup]:
        """Those of all its ports."""
        server = self._get(caller, server_id, "os-security-groups:list")
        ids = sorted({group_id for port in ports_of(self._parts, server.id) for group_id in port.security_group_ids})
        return [self._parts.network.security_groups.get(INTERNAL, group_id) for group_id in ids]

    def add_security_group(self, caller: Caller, server_id: str, name: str) -> None:
        """To every port of the server. Raises NotFound, and Conflict where there is no port."""
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-security-groups:add")
            group_id = self._group_id(caller, name)
            ports = [port for port in ports_of(self._parts, server.id) if port.has_port_security]
            if not ports:
                raise Invalid(
                    "server.no_secured_port", f"Server {server_id} has no port on which security groups work: add one."
                )
            for port in ports:
                if group_id not in port.security_group_ids:
                    self._set_groups(port, (*port.security_group_ids, group_id))

    def remove_security_group(self, caller: Caller, server_id: str, name: str) -> None:
        """From every port of the server. Raises NotFound("server.no_group") if none has it."""
        with self._parts.db.write():
            server = self._get_unlocked(caller, server_id, "os-security-groups:remove")
            group_id = self._group_id(caller, name)
            having = [port for port in ports_of(self._parts, server.id) if group_id in port.security_group_ids]
            if not having:
                raise NotFound(
                    "server.no_group", f"Security group {name} not associated with the instance {server_id}."
                )
            for port in having:
                self._set_groups(port, tuple(each for each in port.security_group_ids if each != group_id))

    def _set_groups(self, port: Port, group_ids: tuple[str, ...]) -> None:
        self._parts.network.ports.update(INTERNAL, port.id, PortChanges(security_group_ids=group_ids))

    def _group_id(self, caller: Caller, name: str) -> str:
        return self._parts.network.security_groups.resolve(caller, (name,))[0]

    def _port(self, server: Server, port_id: str) -> Port:
        for port in ports_of(self._parts, server.id):
            if port.id == port_id:
                return port
        raise NotFound("server.no_port", f"Instance {server.id} does not have a port with id {port_id}.")


def _interface(port: Port, tag: str) -> Interface:
    fixed_ips = tuple((fixed.subnet_id, fixed.ip_address) for fixed in port.fixed_ips)
    return Interface(port.id, port.network_id, port.mac_address, port.status, fixed_ips, tag)
