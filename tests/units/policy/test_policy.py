"""The policy language does what OpenStack operators expect of it."""

from __future__ import annotations

import pytest

from haneul.kit.errors import Forbidden
from haneul.kit.policy import INTERNAL, Caller, Policy

ALICE = Caller(user_id="alice", project_id="p1", roles=frozenset({"Member", "reader"}))
ROOT = Caller(user_id="root", roles=frozenset({"admin"}), is_system=True)


def allows(rule: str, caller: Caller = ALICE, target: dict[str, object] | None = None, **others: str) -> bool:
    return Policy({"it": rule, **others}).allows(caller, "it", target or {})


def test_an_empty_rule_lets_everybody() -> None:
    assert allows("")
    assert allows("@")
    assert not allows("!")


def test_role_names_ignore_case() -> None:
    assert allows("role:MEMBER")
    assert not allows("role:admin")


def test_and_binds_tighter_than_or() -> None:
    assert allows("@ or ! and !")
    assert not allows("(@ or !) and !")
    assert allows("not ! and not (! or !)")


def test_owner_is_compared_with_the_target() -> None:
    rule = "project_id:%(project_id)s"
    assert allows(rule, target={"project_id": "p1"})
    assert not allows(rule, target={"project_id": "p2"})
    assert not allows(rule, target={})


def test_a_fact_that_the_caller_lacks_equals_nothing() -> None:
    assert not allows("project_id:%(project_id)s", Caller(user_id="u"), {"project_id": None})
    assert not allows("domain_id:%(domain_id)s", ALICE, {"domain_id": ""})


def test_literals_compare_the_target_alone() -> None:
    assert allows("None:%(target.role.domain_id)s", target={"target.role.domain_id": None})
    assert allows("'public':%(visibility)s", target={"visibility": "public"})
    assert not allows("'public':%(visibility)s", target={"visibility": "private"})


def test_system_scope_and_is_admin_are_facts_of_the_caller() -> None:
    assert allows("system_scope:all and is_admin:True", ROOT)
    assert not allows("system_scope:all or is_admin:True", ALICE)
    assert allows("role:service and system_scope:all", INTERNAL)


def test_fields_of_the_thing_itself() -> None:
    assert allows("field:networks:shared=True", target={"shared": True})
    assert not allows("field:networks:shared=True", target={"shared": False})
    assert allows("field:port:device_owner=~^network:", target={"device_owner": "network:dhcp"})
    assert not allows("field:port:device_owner=~^network:", target={})


def test_rules_refer_to_rules_and_overrides_win() -> None:
    policy = Policy({"admin": "role:admin", "list": "rule:admin"}, {"admin": "rule:staff", "staff": "role:reader"})
    assert policy.allows(ALICE, "list")


def test_the_old_list_notation_is_any_of_all_of() -> None:
    policy = Policy({"it": [["role:admin"], ["role:reader", "project_id:p1"]]})
    assert policy.allows(ALICE, "it")
    assert policy.allows(ROOT, "it")


@pytest.mark.parametrize(
    "rule",
    [
        "role:admin and",
        "(role:admin",
        "role:admin)",
        "or",
        "nonsense",
        "role:a role:b",
        "not",
        "http://x/%(y)s",
    ],
)
def test_a_rule_that_cannot_be_read_is_told_at_once(rule: str) -> None:
    with pytest.raises(ValueError, match='policy rule "it" cannot be read'):
        Policy({"it": rule})


def test_a_rule_that_refers_to_nothing_or_itself_is_told_at_once() -> None:
    with pytest.raises(ValueError, match='"it" refers to "gone"'):
        Policy({"it": "rule:gone"})
    with pytest.raises(ValueError, match="circle: a > b > a"):
        Policy({"a": "rule:b", "b": "not rule:a"})


def test_a_refusal_names_the_rule_and_what_it_asks_for() -> None:
    with pytest.raises(Forbidden, match='identity:list_users asks for "role:admin"') as refusal:
        Policy({"identity:list_users": "role:admin"}).require(ALICE, "identity:list_users")
    assert refusal.value.code == "policy.refused"


def test_a_rule_may_be_kept_to_kinds_of_token() -> None:
    policy = Policy({"it": "role:admin"}, scopes={"it": frozenset({"system", "project"})})
    assert policy.allows(ROOT, "it")
    assert not policy.allows(Caller(user_id="u", domain_id="d1", roles=frozenset({"admin"})), "it")


def test_the_word_none_equals_a_fact_that_the_caller_lacks() -> None:
    assert allows("domain_id:None")
    assert not allows("domain_id:None", Caller(user_id="u", domain_id="d1"))
