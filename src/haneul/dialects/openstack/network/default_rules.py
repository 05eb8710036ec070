"""Default security group rules: what every new security group begins with."""

from __future__ import annotations

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.network import readers
from haneul.dialects.openstack.network.resources import CREATE, Attribute, Resource, create_all
from haneul.dialects.openstack.network.security_groups import SAID_OF_RULES
from haneul.dialects.openstack.network.standard import ID
from haneul.kit.http import Reply, Request
from haneul.services.network import NewRuleTemplate

DEFAULT_RULE = Resource(
    "default_security_group_rule",
    "default_security_group_rules",
    (
        ID,
        *SAID_OF_RULES,
        Attribute("used_in_default_sg", "is_for_default", readers.boolean, on=(CREATE,)),
        Attribute("used_in_non_default_sg", "is_for_others", readers.boolean, on=(CREATE,)),
        Attribute("description", read=readers.text_or_empty, on=(CREATE,)),
    ),
)


def list_default_security_group_rules(cloud: Cloud, req: Request) -> Reply:
    listing = DEFAULT_RULE.listing(req.query)
    return DEFAULT_RULE.many(cloud, req, cloud.network.rule_templates.list(req.caller, listing))


def create_default_security_group_rule(cloud: Cloud, req: Request) -> Reply:
    templates = cloud.network.rule_templates
    return create_all(cloud, req, DEFAULT_RULE, lambda said: templates.create(req.caller, NewRuleTemplate(**said)))


def show_default_security_group_rule(cloud: Cloud, req: Request) -> Reply:
    return DEFAULT_RULE.one(cloud, req, cloud.network.rule_templates.get(req.caller, req.params["rule_id"]))


def delete_default_security_group_rule(cloud: Cloud, req: Request) -> Reply:
    cloud.network.rule_templates.delete(req.caller, req.params["rule_id"])
    return Reply(204)
