"""Port forwardings: one floating IP for the services of several ports."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from haneul.kit.errors import Conflict, Invalid, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.network.driver import Kind
from haneul.services.network.model.forwardings import (
    MAX_PORTS,
    PROTOCOLS,
    Forwarding,
    ForwardingChanges,
    ForwardingId,
    NewForwarding,
)
from haneul.services.network.model.listing import EVERYTHING, Listing, given
from haneul.services.network.model.ports import ACTIVE, DOWN
from haneul.services.network.model.routers import FloatingIp
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access, changed, check_text
from haneul.services.network.verbs.destinations import Destinations


@dataclass(frozen=True)
class Forwardings:
    """Each belongs to a floating IP, whose project's it is."""

    parts: Parts

    def get(self, caller: Caller, floating_ip_id: str, forwarding_id: str) -> Forwarding:
        """Raises NotFound `floating_ip.not_found`, `forwarding.not_found`."""
        self._floating(caller, floating_ip_id, "get_floatingip_port_forwarding")
        found = self.parts.store.forwardings.find(forwarding_id)
        if found is None or found.floating_ip_id != floating_ip_id:
            raise NotFound("forwarding.not_found", f"Port Forwarding {forwarding_id} could not be found.")
        return found

    def list(self, caller: Caller, floating_ip_id: str, listing: Listing = EVERYTHING) -> list[Forwarding]:
        """Raises NotFound `floating_ip.not_found`."""
        self._floating(caller, floating_ip_id, "get_floatingip_port_forwarding")
        where = {**listing.filter.where, "floating_ip_id": (floating_ip_id,)}
        return self.parts.store.forwardings.page(replace(listing, filter=replace(listing.filter, where=where)))

    def create(self, caller: Caller, floating_ip_id: str, new: NewForwarding) -> Forwarding:
        """Raises NotFound, Forbidden, Invalid `forwarding.*`, Conflict `forwarding.in_use`."""
        check_text(description=new.description)
        now = self.parts.clock.now()
        with self.parts.db.write():
            floating = self._floating(caller, floating_ip_id, "create_floatingip_port_forwarding")
            if floating.port_id is not None:
                raise Conflict(
                    "forwarding.floating_ip_in_use",
                    f"Floating IP {floating_ip_id} in use by port {floating.port_id}: disassociate it first.",
                )
            forwarding = Forwarding(
                id=ForwardingId(new_uuid()),
                project_id=floating.project_id,
                floating_ip_id=floating_ip_id,
                port_id=new.port_id,
                fixed_ip=new.fixed_ip,
                protocol=new.protocol.lower(),
                outer_first=new.outer.first,
                outer_last=new.outer.last,
                inner_first=new.inner.first,
                inner_last=new.inner.last,
                created_at=now,
                updated_at=now,
                description=new.description,
            )
            forwarding = self._fitted(caller, floating, forwarding)
            self.parts.store.forwardings.add(forwarding)
        return forwarding

    def update(self, caller: Caller, floating_ip_id: str, forwarding_id: str, changes: ForwardingChanges) -> Forwarding:
        """Raises as `create`."""
        said = given(changes)
        check_text(description=said.get("description"))
        with self.parts.db.write():
            floating = self._floating(caller, floating_ip_id, "update_floatingip_port_forwarding")
            present = self.get(caller, floating_ip_id, forwarding_id)
            wanted = self._fitted(caller, floating, changed(present, **_columns(said)))
            return self.parts.store.forwardings.save(wanted, self.parts.clock.now())

    def delete(self, caller: Caller, floating_ip_id: str, forwarding_id: str) -> None:
        """Raises NotFound, Forbidden."""
        with self.parts.db.write():
            floating = self._floating(caller, floating_ip_id, "delete_floatingip_port_forwarding")
            self.get(caller, floating_ip_id, forwarding_id)
            self.parts.store.forwardings.remove(forwarding_id)
            remaining = self.parts.store.forwardings.hold_neighbours(floating_ip_id)
            if not remaining:
                free = changed(floating, router_id=None, status=DOWN)
                self.parts.store.floating_ips.save(free, self.parts.clock.now())
            self.parts.changed(Kind.FLOATING_IP, [floating_ip_id])

    def _floating(self, caller: Caller, floating_ip_id: str, rule: str) -> FloatingIp:
        found: FloatingIp | None = Access(self.parts).find(caller, self.parts.store.floating_ips, floating_ip_id)
        if found is None:
            raise NotFound("floating_ip.not_found", f"Floating IP {floating_ip_id} could not be found.")
        target = {"project_id": found.project_id, "floatingip:project_id": found.project_id}
        self.parts.policy.require(caller, rule, target)
        return found

    def _fitted(self, caller: Caller, floating: FloatingIp, wanted: Forwarding) -> Forwarding:
        """The forwarding with its address, and the floating IP on the router that leads there."""
        _check_spans(wanted)
        destination = Destinations(self.parts).find(caller, floating, wanted.port_id, wanted.fixed_ip or None)
        neighbours = self.parts.store.forwardings.hold_neighbours(floating.id)
        others = [other for other in neighbours if other.id != wanted.id]
        if others and floating.router_id not in (None, destination.router_id):
            raise Invalid(
                "forwarding.other_router",
                f"Floating IP {floating.id} leads through router {floating.router_id}: take another floating IP.",
            )
        wanted = changed(wanted, fixed_ip=destination.fixed_ip)
        _check_apart(wanted, others)
        led = changed(floating, router_id=destination.router_id, status=ACTIVE)
        self.parts.store.floating_ips.save(led, self.parts.clock.now())
        self.parts.changed(Kind.FLOATING_IP, [floating.id])
        return wanted


def _columns(said: dict[str, Any]) -> dict[str, Any]:
    for name in ("outer", "inner"):
        if span := said.pop(name, None):
            said |= {f"{name}_first": span.first, f"{name}_last": span.last}
    if "protocol" in said:
        said["protocol"] = said["protocol"].lower()
    if "port_id" in said:
        said.setdefault("fixed_ip", "")
    return said


def _check_spans(wanted: Forwarding) -> None:
    """Raises Invalid `forwarding.bad_protocol`, `forwarding.bad_ports`."""
    if wanted.protocol not in PROTOCOLS:
        raise Invalid(
            "forwarding.bad_protocol",
            f"Invalid input for protocol. Reason: '{wanted.protocol:.40}' is not in {list(PROTOCOLS)}.",
        )
    for span in (wanted.outer, wanted.inner):
        if not 1 <= span.first <= span.last <= 65535 or len(span) > MAX_PORTS:
            raise Invalid(
                "forwarding.bad_ports",
                f"Invalid ports {span.first}:{span.last}: give 1 to 65535, and at most {MAX_PORTS} of them.",
            )
    if len(wanted.inner) not in (1, len(wanted.outer)):
        raise Invalid(
            "forwarding.bad_ports",
            "Bad port_forwarding request: the internal ports must be as many as the external ones, or a single one.",
        )


def _check_apart(wanted: Forwarding, others: list[Forwarding]) -> None:
    """Raises Invalid `forwarding.ports_taken` where two forwardings of the floating IP contradict or repeat."""
    for other in others:
        if other.protocol != wanted.protocol:
            continue
        is_same_place = (other.port_id, other.fixed_ip) == (wanted.port_id, wanted.fixed_ip)
        if other.outer.meets(wanted.outer) or (is_same_place and other.inner.meets(wanted.inner)):
            raise Invalid(
                "forwarding.ports_taken",
                "Bad port_forwarding request: A duplicate port forwarding entry with same attributes already exists, "
                f"conflicting with {other.id}: choose other ports.",
            )
