"""Security groups as compute spoke of them until 2.35: the network service's, in older words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.kit.errors import CloudError, Conflict, Invalid, NotFound
from haneul.kit.http import Reply, Request
from haneul.kit.ids import is_uuid
from haneul.services.network import (
    Filter,
    Listing,
    NewRule,
    NewSecurityGroup,
    SecurityGroup,
    SecurityGroupChanges,
    SecurityGroupRule,
)

_INGRESS, _IPV4, _IPV6 = "ingress", "IPv4", "IPv6"


Named = dict[str, SecurityGroup]


def shown_groups(cloud: Cloud, req: Request, groups: Sequence[SecurityGroup]) -> list[dict[str, Any]]:
    """Several at once, the groups that their rules speak of being looked for once."""
    named: Named = {group.id: group for group in groups}
    spoken_of = {rule.remote_group_id for group in groups for rule in group.rules if rule.remote_group_id}
    missing = tuple(sorted(spoken_of - named.keys()))
    if missing:
        others = cloud.network.security_groups.list(req.caller, Listing(Filter({"id": missing})))
        named |= {group.id: group for group in others}
    return [_shown(group, named) for group in groups]


def shown_group(cloud: Cloud, req: Request, group: SecurityGroup) -> dict[str, Any]:
    return shown_groups(cloud, req, [group])[0]


def _shown(group: SecurityGroup, named: Named) -> dict[str, Any]:
    rules = [_rule(rule, named) for rule in group.rules if rule.direction == _INGRESS]
    return {
        "id": group.id,
        "name": group.name,
        "description": group.description,
        "tenant_id": group.project_id,
        "rules": rules,
    }


def _rule(rule: SecurityGroupRule, named: Named) -> dict[str, Any]:
    is_any = rule.protocol is None
    group: dict[str, str] = {}
    if (remote := named.get(rule.remote_group_id or "")) is not None:
        group = {"name": remote.name, "tenant_id": remote.project_id}
    cidr = rule.remote_ip_prefix or ("::/0" if rule.ethertype == _IPV6 else "0.0.0.0/0")
    return {
        "id": rule.id,
        "parent_group_id": rule.security_group_id,
        "ip_protocol": rule.protocol,
        "from_port": None if is_any else _or(rule.port_min, -1),
        "to_port": None if is_any else _or(rule.port_max, -1),
        "group": group,
        "ip_range": {} if group else {"cidr": cidr},
    }


def _or(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value


def list_security_groups(cloud: Cloud, req: Request) -> Reply:
    groups = cloud.network.security_groups.list(req.caller)
    own = [group for group in groups if req.query.get("all_tenants") or group.project_id == req.caller.project_id]
    return Reply(200, {"security_groups": shown_groups(cloud, req, own)})


def _get(cloud: Cloud, req: Request) -> SecurityGroup:
    group_id = req.params["group_id"]
    if not is_uuid(group_id):
        raise Invalid("security_group.malformed", "Security group id should be uuid.")
    return cloud.network.security_groups.get(req.caller, group_id)


def get_security_group(cloud: Cloud, req: Request) -> Reply:
    return Reply(200, {"security_group": shown_group(cloud, req, _get(cloud, req))})


def create_security_group(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["security_group"]
    new = NewSecurityGroup(asked["name"], description=asked.get("description") or "")
    made = cloud.network.security_groups.create(req.caller, new)
    return Reply(200, {"security_group": shown_group(cloud, req, made)})


def update_security_group(cloud: Cloud, req: Request) -> Reply:
    group, asked = _get(cloud, req), req.body["security_group"]
    wanted = SecurityGroupChanges(name=asked["name"], description=asked.get("description") or "")
    changed = cloud.network.security_groups.update(req.caller, group.id, wanted)
    return Reply(200, {"security_group": shown_group(cloud, req, changed)})


def delete_security_group(cloud: Cloud, req: Request) -> Reply:
    """Refusals are 400, as they were then."""
    try:
        cloud.network.security_groups.delete(req.caller, _get(cloud, req).id)
    except NotFound:
        raise
    except CloudError as error:
        raise Invalid(error.code, error.message) from error
    return Reply(202)


def no_security_group(cloud: Cloud, req: Request) -> Reply:
    """An address that ends where an id should stand."""
    raise NotFound("security_group.unnamed", "The security group is not named: give its id.")


def create_security_group_rule(cloud: Cloud, req: Request) -> Reply:
    asked = req.body["security_group_rule"]
    if not is_uuid(str(asked.get("parent_group_id"))):
        raise Invalid("security_group.malformed", "Parent group id is invalid: give a UUID.")
    cidr, group_id = asked.get("cidr"), asked.get("group_id")
    protocol = asked.get("ip_protocol")
    new = NewRule(
        security_group_id=asked["parent_group_id"],
        direction=_INGRESS,
        ethertype=_IPV6 if cidr and ":" in cidr else _IPV4,
        protocol=str(protocol).lower() if protocol is not None else None,
        port_min=_port(asked.get("from_port")),
        port_max=_port(asked.get("to_port")),
        remote_group_id=group_id,
        remote_ip_prefix=None if group_id else cidr or "0.0.0.0/0",
    )
    try:
        made = cloud.network.security_groups.create_rule(req.caller, new)
    except Conflict as error:
        raise Invalid(error.code, error.message) from error
    remote = () if group_id is None else (cloud.network.security_groups.get(req.caller, group_id),)
    return Reply(200, {"security_group_rule": _rule(made, {group.id: group for group in remote})})


def _port(value: Any) -> int | None:
    """A number, or a text of one; -1 stood for any."""
    if value in (None, -1, "-1", ""):
        return None
    if not str(value).isdigit():
        raise Invalid("security_group.port", f"{value} is not a port: give a number.")
    return int(value)


def delete_security_group_rule(cloud: Cloud, req: Request) -> Reply:
    rule_id = req.params["rule_id"]
    if not is_uuid(rule_id):
        raise Invalid("security_group.malformed", "Rule id is invalid: give a UUID.")
    cloud.network.security_groups.delete_rule(req.caller, rule_id)
    return Reply(202)
