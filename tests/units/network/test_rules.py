"""Security group rules: what makes sense, and in which form it is kept."""

from __future__ import annotations

from typing import Any

import pytest

from haneul.kit.errors import Invalid
from haneul.services.network import NewRule
from haneul.services.network.model.protocols import protocol_number
from haneul.services.network.verbs.rule_checks import check_rule


def rule(**said: Any) -> NewRule:
    return NewRule("group", **({"direction": "ingress"} | said))


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"ethertype": "ipv6"}, {"ethertype": "IPv6"}),
        ({"protocol": "TCP"}, {"protocol": "tcp"}),
        ({"protocol": "any"}, {"protocol": None}),
        ({"remote_ip_prefix": "10.1.2.3"}, {"remote_ip_prefix": "10.1.2.3/32"}),
        ({"remote_ip_prefix": "10.1.2.3/8"}, {"remote_ip_prefix": "10.1.2.3/8"}),
        ({"protocol": "icmp", "port_min": 8}, {"port_min": 8, "port_max": None}),
        ({"protocol": "132", "port_min": 1, "port_max": 2}, {"protocol": "132"}),
    ],
)
def test_a_rule_is_kept_in_one_form(said: dict[str, Any], kept: dict[str, Any]) -> None:
    checked = check_rule(rule(**said))
    assert {name: getattr(checked, name) for name in kept} == kept


@pytest.mark.parametrize(
    "said",
    [
        {"direction": "sideways"},
        {"ethertype": "IPX"},
        {"protocol": "pigeon"},
        {"protocol": "256"},
        {"protocol": "ipv6-icmp"},
        {"protocol": "tcp", "port_min": 1},
        {"protocol": "tcp", "port_min": 9, "port_max": 1},
        {"protocol": "udp", "port_min": 1, "port_max": 65536},
        {"protocol": "icmp", "port_min": 256},
        {"protocol": "icmp", "port_max": 1},
        {"protocol": "gre", "port_min": 1, "port_max": 1},
        {"port_min": 1, "port_max": 1},
        {"remote_ip_prefix": "ten"},
        {"remote_ip_prefix": "fd00::/8"},
        {"remote_ip_prefix": "10.0.0.0/8", "remote_group_id": "group"},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        check_rule(rule(**said))


def test_icmp_means_the_icmp_of_its_version() -> None:
    assert protocol_number("icmp", is_ipv6=True) == 58
    assert protocol_number("icmp", is_ipv6=False) == 1
    assert protocol_number("17", is_ipv6=False) == 17
    assert protocol_number(None, is_ipv6=False) is None
