"""Ranges and addresses."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haneul.kit.errors import CloudError
from haneul.services.network.model.addressing import (
    address_at,
    check_pools,
    default_pools,
    is_usable,
    mac_for,
    number_in,
    overlaps,
    parse_cidr,
    size_of,
    slaac_address,
)
from haneul.services.network.model.networks import AddressRange

CIDRS = st.builds(
    lambda base, prefix: ip_network((base, prefix), strict=False), st.integers(0, 2**32 - 1), st.integers(8, 29)
)


@given(CIDRS, st.integers(0, 2**24))
def test_pools_hold_every_usable_address_but_the_gateway(cidr, offset) -> None:  # type: ignore[no-untyped-def]
    gateway = str(cidr.network_address + offset % cidr.num_addresses)
    pools = default_pools(cidr, gateway)
    expected = cidr.num_addresses - 2 - int(is_usable(cidr, ip_address(gateway)))
    assert size_of(pools) == expected
    check_pools(cidr, pools)


@given(CIDRS, st.integers(0, 2**24))
def test_a_number_leads_back_to_its_address(cidr, offset) -> None:  # type: ignore[no-untyped-def]
    address = cidr.network_address + offset % cidr.num_addresses
    number = number_in(cidr, address)
    assert number is not None and address_at(cidr, number) == str(address)


@pytest.mark.parametrize(
    ("cidr", "pools"),
    [("10.0.0.0/30", 1), ("10.0.0.0/31", 1), ("10.0.0.0/32", 0), ("fd00::/64", 1), ("fd00::/127", 1)],
)
def test_small_ranges_have_what_there_is(cidr: str, pools: int) -> None:
    parsed = parse_cidr(cidr)
    gateway = str(parsed.network_address + (0 if parsed.num_addresses < 3 else 1))
    assert len(default_pools(parsed, gateway)) == pools


@pytest.mark.parametrize(
    "pool",
    [
        AddressRange("10.0.0.0", "10.0.0.9"),
        AddressRange("10.0.0.1", "10.0.0.255"),
        AddressRange("10.0.1.1", "10.0.1.2"),
        AddressRange("10.0.0.9", "10.0.0.1"),
        AddressRange("fd00::1", "fd00::2"),
        AddressRange("ten", "twenty"),
    ],
)
def test_a_pool_that_does_not_fit_is_refused(pool: AddressRange) -> None:
    with pytest.raises(CloudError):
        check_pools(parse_cidr("10.0.0.0/24"), [pool])


def test_ranges_overlap_within_one_family_only() -> None:
    assert overlaps("10.0.0.0/8", "10.9.0.0/24")
    assert not overlaps("10.0.0.0/24", "10.0.1.0/24")
    assert not overlaps("10.0.0.0/8", "fd00::/64")


def test_a_guests_own_address_follows_from_its_mac() -> None:
    assert slaac_address(parse_cidr("2001:db8::/64"), "fa:16:3e:01:02:03") == "2001:db8::f816:3eff:fe01:203"


def test_a_mac_is_the_same_for_the_same_port() -> None:
    assert mac_for("a") == mac_for("a") != mac_for("a", 1)
    assert mac_for("a").startswith("fa:16:3e:")
