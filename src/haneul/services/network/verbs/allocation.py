"""Which addresses a port gets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from msgspec import UnsetType

from haneul.kit.errors import Conflict, Invalid
from haneul.services.network.model.addressing import (
    address_at,
    is_usable,
    number_in,
    numbers_of,
    parse_address,
    parse_cidr,
    slaac_address,
)
from haneul.services.network.model.networks import Subnet
from haneul.services.network.model.ports import ROUTER_OWNERS, FixedIp, Port, WantedIp
from haneul.services.network.parts import Parts

MAX_FIXED_IPS = 5


@dataclass(frozen=True)
class Allocation:
    """Gives addresses out of the pools of subnets, each to one port only; inside a write transaction."""

    parts: Parts

    def give(
        self, port: Port, wanted: Sequence[WantedIp] | UnsetType, subnets: Sequence[Subnet]
    ) -> tuple[FixedIp, ...]:
        """The port has the wanted addresses, or where nothing was said one of every family.

        Raises Invalid `port.no_subnet`, `port.ip_not_on_network`, Conflict `port.ip_in_use`, `subnet.exhausted`.
        """
        usable = [subnet for subnet in subnets if _serves(subnet, port)]
        if isinstance(wanted, UnsetType):
            fixed = tuple(self._automatic(port, usable))
        else:
            if len(wanted) > MAX_FIXED_IPS:
                raise Invalid(
                    "port.too_many_ips", f"Invalid input for operation: Exceeded maximum amount of fixed ips per port: "
                    f"{MAX_FIXED_IPS} are allowed.",
                )  # fmt: skip
            fixed = tuple(self._wanted(port, self._with_automatic(port, wanted, subnets), subnets))
        return fixed

    def change(self, port: Port, wanted: Sequence[WantedIp], subnets: Sequence[Subnet]) -> tuple[FixedIp, ...]:
        """The port has these addresses and no others; where only a subnet is named it keeps what it has there."""
        named = {each.ip_address for each in wanted if each.ip_address}
        kept = [fixed for fixed in port.fixed_ips if fixed.ip_address not in named]
        chosen: list[WantedIp] = []
        for each in wanted:
            same = next((fixed for fixed in kept if not each.ip_address and fixed.subnet_id == each.subnet_id), None)
            if same is not None:
                kept.remove(same)
                each = WantedIp(same.subnet_id, same.ip_address)
            chosen.append(each)
        self.parts.store.addresses.release(port.id)
        return self.give(port, chosen, subnets)

    def keep(self, port: Port, fixed_ips: Iterable[FixedIp]) -> None:
        """The port has only these of its addresses any more."""
        self.parts.store.addresses.release(port.id)
        subnets = {subnet.id: subnet for subnet in self.parts.store.subnets.of_network(port.network_id)}
        for position, fixed in enumerate(fixed_ips):
            self._take(port, subnets[fixed.subnet_id], fixed.ip_address, position)  # type: ignore[index]

    def add_automatic(self, port: Port, subnet: Subnet) -> None:
        """The port also has the address that its guest makes of its MAC on a new subnet."""
        address = slaac_address(parse_cidr(subnet.cidr), port.mac_address)
        self._take(port, subnet, address, len(port.fixed_ips))

    def _automatic(self, port: Port, subnets: Sequence[Subnet]) -> Iterator[FixedIp]:
        """One address of IPv4, one of stateful IPv6, and all that the guest makes for itself."""
        position = 0
        for family in (4, 6):
            choices = [subnet for subnet in subnets if subnet.ip_version == family and not subnet.is_automatic]
            if choices:
                yield self._any_of(port, choices, position)
                position += 1
        if port.device_owner not in ROUTER_OWNERS:
            for subnet in subnets:
                if subnet.is_automatic:
                    yield self._make_own(port, subnet, position)
                    position += 1

    def _with_automatic(self, port: Port, wanted: Sequence[WantedIp], subnets: Sequence[Subnet]) -> Sequence[WantedIp]:
        """Guests make their addresses on every SLAAC subnet, whatever else is asked for; none, where none is."""
        if not wanted or port.device_owner in ROUTER_OWNERS or port.device_owner.startswith("network:"):
            return wanted
        named = {each.subnet_id for each in wanted}
        more = [WantedIp(each.id) for each in subnets if each.is_automatic and each.id not in named]
        own = {slaac_address(parse_cidr(each.cidr), port.mac_address): each.id for each in subnets if each.is_automatic}
        said = {own[each.ip_address] for each in wanted if each.ip_address in own}
        return [*wanted, *(each for each in more if each.subnet_id not in said)]

    def _wanted(self, port: Port, wanted: Sequence[WantedIp], subnets: Sequence[Subnet]) -> Iterator[FixedIp]:
        for position, each in enumerate(wanted):
            subnet = _chosen(port, each, subnets)
            if each.ip_address:
                yield self._exactly(port, subnet, each.ip_address, position)
            elif subnet.is_automatic and port.device_owner not in ROUTER_OWNERS:
                yield self._make_own(port, subnet, position)
            else:
                yield self._any_of(port, [subnet], position)

    def _exactly(self, port: Port, subnet: Subnet, text: str, position: int) -> FixedIp:
        address = parse_address(text)
        if not is_usable(parse_cidr(subnet.cidr), address):
            raise Invalid(
                "port.ip_invalid",
                f"IP address {text} is not a valid IP for the specified subnet {subnet.id} ({subnet.cidr}): "
                "choose another.",
            )
        if not self._take(port, subnet, str(address), position):
            raise Conflict(
                "port.ip_in_use",
                f"IP address {address} already allocated in subnet {subnet.id}: choose another, or none.",
            )
        return FixedIp(subnet.id, str(address))

    def _make_own(self, port: Port, subnet: Subnet, position: int) -> FixedIp:
        return self._exactly(port, subnet, slaac_address(parse_cidr(subnet.cidr), port.mac_address), position)

    def _any_of(self, port: Port, subnets: Sequence[Subnet], position: int) -> FixedIp:
        for subnet in sorted(subnets, key=lambda each: (each.created_at, each.id)):
            while (address := self._next(subnet)) is not None:
                if self._take(port, subnet, address, position):
                    return FixedIp(subnet.id, address)
        raise Conflict(
            "subnet.exhausted",
            f"No more IP addresses available on network {port.network_id}: delete ports that nobody needs, "
            "or add a subnet.",
        )

    def _next(self, subnet: Subnet) -> str | None:
        """A free address: after the last one given, and only then one that was given before."""
        cidr = parse_cidr(subnet.cidr)
        addresses = self.parts.store.addresses
        spans = [numbers_of(cidr, pool) for pool in subnet.pools]
        for first, last in spans:
            highest = addresses.highest(subnet.id, first, last)
            number = first if highest is None else highest + 1
            if number <= last:
                return address_at(cidr, number)
        for first, last in spans:
            gap = addresses.lowest_free(subnet.id, first, last)
            if gap is not None:
                return address_at(cidr, gap)
        return None

    def _take(self, port: Port, subnet: Subnet, address: str, position: int) -> bool:
        number = number_in(parse_cidr(subnet.cidr), parse_address(address))
        chosen = (subnet.id, address, number)
        return self.parts.store.addresses.take(port.id, port.network_id, chosen, position)


def _serves(subnet: Subnet, port: Port) -> bool:
    """False for a subnet that is reserved for other kinds of ports."""
    return not subnet.service_types or any(port.device_owner.startswith(kind) for kind in subnet.service_types)


def _chosen(port: Port, wanted: WantedIp, subnets: Sequence[Subnet]) -> Subnet:
    """The subnet of a wanted address. Raises Invalid."""
    if wanted.subnet_id:
        found = next((subnet for subnet in subnets if subnet.id == wanted.subnet_id), None)
        if found is None:
            raise Invalid(
                "port.no_subnet",
                f"Invalid input for operation: Failed to create port on network {port.network_id}, because fixed_ips "
                f"included invalid subnet {wanted.subnet_id}: name one of that network.",
            )
        return found
    if not wanted.ip_address:
        raise Invalid("port.empty_ip", "Invalid input for operation: IP allocation requires subnet_id or ip_address.")
    address = parse_address(wanted.ip_address)
    found = next((subnet for subnet in subnets if address in parse_cidr(subnet.cidr)), None)
    if found is None:
        raise Invalid(
            "port.ip_not_on_network",
            f"IP address {address} is not a valid IP for any of the subnets on the specified network "
            f"{port.network_id}: choose another.",
        )
    return found
