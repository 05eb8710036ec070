"""Ranges and addresses: what fits, what overlaps, what an address is called; pure arithmetic."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from haneul.kit.errors import Conflict, Invalid
from haneul.services.network.model.networks import AddressRange

Range = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

_MAX_NUMBER = 1 << 62
_SLAAC_PREFIX = 64


def parse_cidr(text: str, ip_version: int | None = None) -> Range:
    """Raises Invalid `subnet.bad_cidr`."""
    try:
        cidr = ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise Invalid("subnet.bad_cidr", f"{text} is not a range of addresses: give one as 10.0.0.0/24.") from error
    if ip_version is not None and cidr.version != ip_version:
        raise Invalid("subnet.wrong_version", f"{text} is not an IPv{ip_version} range: give one of that version.")
    return cidr


def parse_address(text: str) -> Address:
    """Raises Invalid `address.malformed`."""
    try:
        return ipaddress.ip_address(text)
    except ValueError as error:
        raise Invalid("address.malformed", f"'{text}' is not a valid IP address: give one as 10.0.0.5.") from error


def number_in(cidr: Range, address: Address) -> int | None:
    """How far the address is from the first of the range; None beyond 62 bits."""
    number = int(address) - int(cidr.network_address)
    return number if 0 <= number < _MAX_NUMBER else None


def address_at(cidr: Range, number: int) -> str:
    return str(cidr.network_address + number)


def first_address(cidr: Range) -> str:
    """What a gateway is given that nobody chose."""
    return str(cidr.network_address + (0 if cidr.num_addresses == 1 else 1))


def is_usable(cidr: Range, address: Address) -> bool:
    """True if a guest may have it: within the range and neither its name nor its broadcast address."""
    if address not in cidr:
        return False
    if cidr.version == 4 and cidr.prefixlen < 31:
        return address not in (cidr.network_address, cidr.broadcast_address)
    return cidr.version == 4 or cidr.prefixlen >= 127 or address != cidr.network_address


def default_pools(cidr: Range, gateway: str | None) -> tuple[AddressRange, ...]:
    """Every address that may be given, around the gateway."""
    first, last = int(cidr.network_address), int(cidr.broadcast_address)
    if cidr.version == 4 and cidr.prefixlen < 31:
        first, last = first + 1, last - 1
    elif cidr.version == 6 and cidr.prefixlen < 127:
        first += 1
    kind = IPv4Address if cidr.version == 4 else IPv6Address
    pieces = [(first, last)]
    if gateway is not None:
        middle = int(parse_address(gateway))
        if first <= middle <= last:
            pieces = [(first, middle - 1), (middle + 1, last)]
    return tuple(AddressRange(str(kind(low)), str(kind(high))) for low, high in pieces if low <= high)


def check_pools(cidr: Range, pools: Iterable[AddressRange]) -> None:
    """Raises Invalid `subnet.bad_pool`, Conflict `subnet.pools_overlap`, Invalid `subnet.pool_outside`."""
    seen: list[tuple[int, int, AddressRange]] = []
    for pool in pools:
        start, end = parse_address(pool.start), parse_address(pool.end)
        if start.version != cidr.version or end.version != cidr.version or int(start) > int(end):
            raise Invalid(
                "subnet.bad_pool", f"The allocation pool {pool.start}-{pool.end} is not valid: the start comes first."
            )
        if start not in cidr or end not in cidr or not (is_usable(cidr, start) and is_usable(cidr, end)):
            raise Invalid(
                "subnet.pool_outside",
                f"The allocation pool {pool.start}-{pool.end} spans beyond the subnet cidr {cidr}: keep within it.",
            )
        for low, high, other in seen:
            if low <= int(end) and int(start) <= high:
                raise Conflict(
                    "subnet.pools_overlap",
                    f"Found overlapping allocation pools: {other.start}-{other.end} and {pool.start}-{pool.end} "
                    f"for subnet {cidr}: keep them apart.",
                )
        seen.append((int(start), int(end), pool))


def pool_with(pools: Iterable[AddressRange], address: str) -> AddressRange | None:
    """The pool that has the address."""
    wanted = int(parse_address(address))
    for pool in pools:
        if int(parse_address(pool.start)) <= wanted <= int(parse_address(pool.end)):
            return pool
    return None


def numbers_of(cidr: Range, pool: AddressRange) -> tuple[int, int]:
    """The first and last number of a pool, cut off at 62 bits."""
    base = int(cidr.network_address)
    last = min(int(parse_address(pool.end)) - base, _MAX_NUMBER - 2)
    return int(parse_address(pool.start)) - base, last


def size_of(pools: Iterable[AddressRange]) -> int:
    return sum(int(parse_address(pool.end)) - int(parse_address(pool.start)) + 1 for pool in pools)


def slaac_address(cidr: Range, mac: str) -> str:
    """The address that a guest makes of its MAC (RFC 4291, appendix A). Raises Invalid `subnet.not_slaac`."""
    if cidr.version != 6 or cidr.prefixlen != _SLAAC_PREFIX:
        raise Invalid(
            "subnet.not_slaac", f"Guests make their own addresses in an IPv6 /64 only, which {cidr} is not: give a /64."
        )
    octets = bytes.fromhex(mac.replace(":", ""))
    host = bytes([octets[0] ^ 2]) + octets[1:3] + b"\xff\xfe" + octets[3:]
    return str(cidr.network_address + int.from_bytes(host, "big"))


def mac_for(seed: str, attempt: int = 0) -> str:
    """A MAC of the field's own prefix (fa:16:3e), the same for the same seed."""
    digest = hashlib.blake2s(f"{seed}/{attempt}".encode(), digest_size=3).digest()
    return ":".join(["fa", "16", "3e", *(f"{octet:02x}" for octet in digest)])


def overlaps(one: str, other: str) -> bool:
    first, second = parse_cidr(one), parse_cidr(other)
    return first.version == second.version and first.overlaps(second)
