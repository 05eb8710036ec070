"""The rules that every new security group begins with, as administrators want them."""

from __future__ import annotations

from dataclasses import dataclass, fields

from haneul.kit.errors import Conflict, NotFound
from haneul.kit.ids import new_uuid
from haneul.kit.policy import Caller
from haneul.services.network.model.listing import EVERYTHING, Listing
from haneul.services.network.model.rule_templates import PARENT, NewRuleTemplate, RuleTemplate, RuleTemplateId
from haneul.services.network.model.security_groups import NewRule
from haneul.services.network.parts import Parts
from haneul.services.network.verbs.access import Access, check_text
from haneul.services.network.verbs.rule_checks import check_rule

_SAID = ("direction", "ethertype", "protocol", "port_min", "port_max", "remote_group_id", "remote_ip_prefix",
         "remote_address_group_id")  # fmt: skip


@dataclass(frozen=True)
class RuleTemplates:
    parts: Parts

    def get(self, caller: Caller, template_id: str) -> RuleTemplate:
        """Raises NotFound `rule_template.not_found`."""
        template = self.parts.store.rule_templates.find(template_id)
        if template is None or not self.parts.policy.allows(caller, "get_default_security_group_rule"):
            raise NotFound("rule_template.not_found", f"Default security group rule {template_id} does not exist.")
        return template

    def list(self, caller: Caller, listing: Listing = EVERYTHING) -> list[RuleTemplate]:
        rows = self.parts.store.rule_templates
        found: list[RuleTemplate] = Access(self.parts).list(caller, rows, "get_default_security_group_rule", listing)
        return found

    def create(self, caller: Caller, new: NewRuleTemplate) -> RuleTemplate:
        """Groups made from now on begin with it. Raises Forbidden, Invalid, NotFound, Conflict."""
        self.parts.policy.require(caller, "create_default_security_group_rule")
        check_text(description=new.description)
        rule = check_rule(NewRule("", **{name: getattr(new, name) for name in _SAID}))
        self._require_remote(rule)
        now = self.parts.clock.now()
        template = RuleTemplate(
            id=RuleTemplateId(new_uuid()),
            created_at=now,
            updated_at=now,
            is_for_default=new.is_for_default,
            is_for_others=new.is_for_others,
            description=new.description,
            **{name: getattr(rule, name) for name in _SAID},
        )
        with self.parts.db.write():
            self._require_new(template)
            self.parts.store.rule_templates.add(template)
        return template

    def delete(self, caller: Caller, template_id: str) -> None:
        """Groups that are there keep their rules. Raises NotFound, Forbidden."""
        self.get(caller, template_id)
        self.parts.policy.require(caller, "delete_default_security_group_rule")
        with self.parts.db.write():
            self.parts.store.rule_templates.remove(template_id)

    def _require_remote(self, rule: NewRule) -> None:
        """Raises NotFound for a remote group that is not there."""
        store = self.parts.store
        remote = rule.remote_group_id
        if remote not in (None, PARENT) and store.security_groups.find(remote or "") is None:
            raise NotFound("security_group.not_found", f"Security group {remote} does not exist.")
        remote = rule.remote_address_group_id
        if remote is not None and store.address_groups.find(remote) is None:
            raise NotFound("address_group.not_found", f"Address group {remote} could not be found.")

    def _require_new(self, template: RuleTemplate) -> None:
        for other in self.parts.store.rule_templates.all_to_add():
            is_same = all(getattr(other, name) == getattr(template, name) for name in _SAID)
            serve_both = (other.is_for_default and template.is_for_default) or (
                other.is_for_others and template.is_for_others
            )
            if is_same and serve_both:
                raise Conflict(
                    "rule_template.exists",
                    f"Default Security group rule already exists. Rule id is {other.id}: nothing is to do.",
                )


def said_by(template: RuleTemplate, group_id: str) -> NewRule:
    """The rule that a group gets of it."""
    values = {each.name: getattr(template, each.name) for each in fields(template) if each.name in _SAID}
    if values["remote_group_id"] == PARENT:
        values["remote_group_id"] = group_id
    return NewRule(group_id, **values)
