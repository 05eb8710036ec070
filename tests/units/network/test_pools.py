"""What a subnet pool gives, keeps and counts."""

from __future__ import annotations

import ipaddress

from hypothesis import given
from hypothesis import strategies as some

from haneul.services.network.model.addressing import overlaps, parse_cidr
from haneul.services.network.model.pools import compact, covers, first_free, units, without


def test_neighbours_become_one_range() -> None:
    assert compact(["10.0.1.0/24", "10.0.0.5/24", "10.9.0.0/16"]) == ("10.0.0.0/23", "10.9.0.0/16")


def test_what_is_taken_away_leaves_the_rest() -> None:
    assert without(["10.0.0.0/22"], ["10.0.1.0/24"]) == ("10.0.0.0/24", "10.0.2.0/23")
    assert without(["10.0.0.0/24"], ["10.0.0.0/16"]) == ()
    assert without(["10.0.0.0/24"], ["10.7.0.0/16"]) == ("10.0.0.0/24",)


def test_a_full_pool_has_nothing_to_give() -> None:
    assert first_free(["10.0.0.0/24"], ["10.0.0.0/25", "10.0.0.128/26"], 25) is None
    assert first_free(["10.0.0.0/24"], ["10.0.0.0/25", "10.0.0.128/26"], 26) == "10.0.0.192/26"
    assert first_free(["10.0.0.0/24"], [], 16) is None


def test_quotas_count_addresses_of_ipv4_and_subnets_of_ipv6() -> None:
    assert units(parse_cidr("10.0.0.0/24")) == 256
    assert units(parse_cidr("fd00::/62")) == 4
    assert units(parse_cidr("fd00::/80")) == 1


@given(some.lists(some.integers(22, 27), min_size=1, max_size=12))
def test_what_is_given_is_free_and_the_lowest_there_is(lengths: list[int]) -> None:
    prefixes, given_away = ["10.0.0.0/24", "10.5.0.0/23"], list[str]()
    for length in lengths:
        found = first_free(prefixes, given_away, length)
        candidates = [
            str(each)
            for whole in map(ipaddress.IPv4Network, prefixes)
            if whole.prefixlen <= length
            for each in whole.subnets(new_prefix=length)
            if not any(overlaps(str(each), other) for other in given_away)
        ]
        assert found == (candidates[0] if candidates else None)
        if found is not None:
            assert covers(prefixes, parse_cidr(found))
            given_away.append(found)
