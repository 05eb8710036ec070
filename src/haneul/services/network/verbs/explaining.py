"""Whether a packet arrives, told from what is written, and compared with what the network itself says."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

from haneul.kit.errors import Invalid, NotFound, Unavailable
from haneul.kit.policy import Caller
from haneul.services.network.driver import PacketTrace, Traced
from haneul.services.network.model.addressing import parse_address
from haneul.services.network.model.explaining import Explanation, Packet, Question, Stop
from haneul.services.network.model.ports import Port
from haneul.services.network.model.protocols import NUMBERS, protocol_number
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access
from haneul.services.network.verbs.filtering import egress_stops, ingress_stops, state_stops
from haneul.services.network.verbs.ways import Way, Ways

_WITH_PORTS = frozenset({6, 17, 132})


@dataclass(frozen=True)
class Explaining:
    parts: Parts

    def explain(self, caller: Caller, question: Question) -> Explanation:
        """Raises NotFound `port.not_found`, Invalid `explain.*`. Of others' things nothing is told but that they are.

        Sight decides as everywhere: who does not see the port cannot ask about it.
        """
        target = str(parse_address(question.address))
        with self.parts.db.read():
            port: Port | None = Access(self.parts).find(caller, self.parts.store.ports, question.port_id)
            if port is None:
                raise NotFound("port.not_found", f"Port {question.port_id} could not be found.")
            packet = _packet(question, port, target)
            way = Ways(self.parts, caller).find(port, packet)
            told = _Told(self.parts, caller, port, packet, way)
            told.add_all()
        traced = self._trace(port, packet, way)
        is_admin = Access(self.parts).sees_all(caller)
        return Explanation(
            arrives=not told.stops and (traced is None or traced.arrives),
            path=tuple(told.path),
            stops=(*told.stops, *_disagreement(told.stops, traced)),
            traced="" if traced is None else ("arrives" if traced.arrives else "dropped"),
            trace=traced.lines if traced is not None and is_admin else (),
        )

    def _trace(self, port: Port, packet: Packet, way: Way) -> Traced | None:
        """What the network says; None where it cannot be asked, or the packet would not even leave."""
        if way.stops or not way.next_mac or not way.ends:
            return None
        asked = PacketTrace(
            port_id=port.id,
            network_id=port.network_id,
            source_mac=port.mac_address,
            next_mac=way.next_mac,
            source_ip=packet.source,
            target_ip=packet.target,
            protocol=packet.protocol,
            number=packet.number,
            target_port_ids=way.ends,
        )
        try:
            return self.parts.driver.trace(asked)
        except Unavailable:
            return None


@dataclass
class _Told:
    """The answer as it grows."""

    parts: Parts
    caller: Caller
    port: Port
    packet: Packet
    way: Way
    stops: list[Stop] = field(default_factory=list)
    path: list[str] = field(default_factory=list)

    def add_all(self) -> None:
        self.path += [f"port {self.port.id} sends from {self.packet.source}", *self.way.path]
        self.stops += state_stops(self.port)
        end = self.way.target
        end_groups = frozenset(end.security_group_ids if end is not None and self.way.is_direct else ())
        self.stops += egress_stops(self.parts, self.port, self.packet, end_groups)
        self.stops += self.way.stops
        if end is None:
            return
        if not self._sees(end):
            self.path.append(f"it comes to {self.packet.target}, a port of another project")
            self._add_hidden(end)
            return
        self.path.append(f"it comes to port {end.id}")
        self.stops += [*state_stops(end), *self._arriving(end)]

    def _arriving(self, end: Port) -> list[Stop]:
        """What the port at the other end makes of the packet as it gets it."""
        number = self.packet.number if self.way.number is None else self.way.number
        source = self.way.seen_as or self.packet.source
        packet = Packet(source, self.way.fixed_ip, self.packet.protocol, number)
        groups = frozenset(self.port.security_group_ids if self.way.is_direct else ())
        return ingress_stops(self.parts, end, packet, groups)

    def _add_hidden(self, end: Port) -> None:
        if [*state_stops(end), *self._arriving(end)]:
            reason = "the port at this address does not take the packet; it is another project's, who can say why"
            self.stops.append(Stop("rule", self.packet.target, reason, "Ask those to whom the address belongs."))

    def _sees(self, end: Port) -> bool:
        return Access(self.parts).find(self.caller, self.parts.store.ports, end.id) is not None


def _packet(question: Question, port: Port, target: str) -> Packet:
    is_ipv6 = ":" in target
    is_known = question.protocol.isdigit() or question.protocol in NUMBERS
    protocol = protocol_number(question.protocol, is_ipv6) if is_known else None
    if protocol is None or protocol > 255:
        raise Invalid(
            "explain.bad_protocol", f"{question.protocol!r:.40} is no protocol: say tcp, udp, icmp or a number."
        )
    if protocol in _WITH_PORTS and not 0 < (question.number or 0) < 65536:
        raise Invalid("explain.no_port", f"With {question.protocol} say to which port, from 1 to 65535.")
    usable = [address for address in port.addresses if (":" in address) == is_ipv6]
    if not usable:
        raise Invalid(
            "explain.no_address",
            f"Port {port.id} has no IPv{6 if is_ipv6 else 4} address to send from: give it one, or ask of another.",
        )
    source = next((each for each in usable if _is_near(each, target)), usable[0])
    return Packet(source, target, protocol, question.number if protocol in _WITH_PORTS else None)


def _is_near(address: str, target: str) -> bool:
    return ip_address(target) in ip_network(f"{address}/{64 if ':' in address else 24}", strict=False)


def _disagreement(stops: list[Stop], traced: Traced | None) -> list[Stop]:
    """Where nothing that is written stops it and the network does all the same."""
    if stops or traced is None or traced.arrives:
        return []
    reason = "nothing that is written stops the packet, but the network drops it: it may not have followed a change yet"
    return [Stop("state", "network", reason, "Ask again in a moment; if it stays so, tell an administrator.")]
