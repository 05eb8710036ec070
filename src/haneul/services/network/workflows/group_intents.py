"""What security groups let through, told in numbers, and the address groups that they name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from haneul.services.network.driver import AddressGroupIntent, RuleIntent, SecurityGroupIntent
from haneul.services.network.model.address_groups import AddressGroup
from haneul.services.network.model.protocols import protocol_number
from haneul.services.network.model.security_groups import INGRESS, IPV6, SecurityGroup, SecurityGroupRule


def group_intents(groups: Iterable[SecurityGroup]) -> Iterator[SecurityGroupIntent]:
    for group in groups:
        rules = tuple(_rule(rule) for rule in group.rules)
        yield SecurityGroupIntent(id=group.id, name=group.name, is_stateful=group.is_stateful, rules=rules)


def _rule(rule: SecurityGroupRule) -> RuleIntent:
    is_ipv6 = rule.ethertype == IPV6
    return RuleIntent(
        id=rule.id,
        is_ingress=rule.direction == INGRESS,
        is_ipv6=is_ipv6,
        protocol=protocol_number(rule.protocol, is_ipv6),
        first=rule.port_min,
        last=rule.port_max,
        remote_cidr=rule.remote_range,
        remote_group_id=rule.remote_group_id,
        remote_address_group_id=rule.remote_address_group_id,
    )


def address_group_intents(groups: Iterable[AddressGroup]) -> Iterator[AddressGroupIntent]:
    for group in groups:
        yield AddressGroupIntent(id=group.id, name=group.name, addresses=group.addresses)
