"""Security groups and their rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.network import readers
from haneul.dialects.openstack.network.resources import (
    CREATE,
    Attribute,
    Resource,
    create_all,
    require_revision,
)
from haneul.dialects.openstack.network.standard import DESCRIPTION, HISTORY, ID, PROJECT, SHARED, TAGS
from haneul.kit.http import Reply, Request
from haneul.services.network import NewRule, NewSecurityGroup, SecurityGroup, SecurityGroupChanges


def _protocol(name: str, value: Any) -> str | None:
    """A name or a number, as text."""
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return readers.text(name, value)


SAID_OF_RULES = (
    Attribute("direction", read=readers.text, on=(CREATE,), is_required=True),
    Attribute("ethertype", read=readers.text, on=(CREATE,)),
    Attribute("protocol", read=_protocol, on=(CREATE,)),
    Attribute("port_range_min", "port_min", readers.integer_or_none, on=(CREATE,)),
    Attribute("port_range_max", "port_max", readers.integer_or_none, on=(CREATE,)),
    Attribute("remote_group_id", read=readers.text_or_none, on=(CREATE,)),
    Attribute("remote_address_group_id", read=readers.uuid_or_none, on=(CREATE,)),
    Attribute("remote_ip_prefix", read=readers.text_or_none, on=(CREATE,)),
)
"""What a rule says, and what the template of a rule says."""

RULE = Resource(
    "security_group_rule",
    "security_group_rules",
    (
        ID,
        *PROJECT,
        Attribute("security_group_id", read=readers.uuid, on=(CREATE,), is_required=True),
        *SAID_OF_RULES,
        Attribute("normalized_cidr", "remote_range", is_filter=False),
        Attribute("belongs_to_default_sg", "is_of_default_group", readers.boolean, on=()),
        Attribute("description", read=readers.text_or_empty, on=(CREATE,)),
        *HISTORY,
    ),
)


def _rules(group: SecurityGroup) -> list[dict[str, Any]]:
    shown = [attribute for attribute in RULE.attributes if attribute.name != "belongs_to_default_sg"]
    return [{attribute.name: attribute.value_of(rule) for attribute in shown} for rule in group.rules]


GROUP = Resource(
    "security_group",
    "security_groups",
    (
        ID,
        Attribute("name", read=readers.text, is_required=True),
        *PROJECT,
        DESCRIPTION,
        Attribute("stateful", "is_stateful", readers.boolean),
        replace(SHARED, read=readers.boolean, on=()),
        Attribute("security_group_rules", show=_rules, is_filter=False),
        TAGS,
        *HISTORY,
    ),
)


def list_security_groups(cloud: Cloud, req: Request) -> Reply:
    return GROUP.many(cloud, req, cloud.network.security_groups.list(req.caller, GROUP.listing(req.query)))


def create_security_group(cloud: Cloud, req: Request) -> Reply:
    groups = cloud.network.security_groups
    return create_all(cloud, req, GROUP, lambda said: groups.create(req.caller, NewSecurityGroup(**said)))


def show_security_group(cloud: Cloud, req: Request) -> Reply:
    return GROUP.one(cloud, req, cloud.network.security_groups.get(req.caller, req.params["security_group_id"]))


def update_security_group(cloud: Cloud, req: Request) -> Reply:
    changes = SecurityGroupChanges(**GROUP.read_changes(req.body))
    with cloud.network.together():
        group = cloud.network.security_groups.get(req.caller, req.params["security_group_id"])
        require_revision(req, group.revision_number)
        return GROUP.one(cloud, req, cloud.network.security_groups.update(req.caller, group.id, changes))


def delete_security_group(cloud: Cloud, req: Request) -> Reply:
    cloud.network.security_groups.delete(req.caller, req.params["security_group_id"])
    return Reply(204)


def list_security_group_rules(cloud: Cloud, req: Request) -> Reply:
    listing = RULE.listing(req.query)
    return RULE.many(cloud, req, cloud.network.security_groups.list_rules(req.caller, listing))


def create_security_group_rule(cloud: Cloud, req: Request) -> Reply:
    groups = cloud.network.security_groups
    return create_all(cloud, req, RULE, lambda said: groups.create_rule(req.caller, NewRule(**said)))


def show_security_group_rule(cloud: Cloud, req: Request) -> Reply:
    rule = cloud.network.security_groups.get_rule(req.caller, req.params["rule_id"])
    return RULE.one(cloud, req, rule)


def delete_security_group_rule(cloud: Cloud, req: Request) -> Reply:
    cloud.network.security_groups.delete_rule(req.caller, req.params["rule_id"])
    return Reply(204)
