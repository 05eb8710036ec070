"""The policy language agrees with oslo.policy on rules that nobody thought of."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from oslo_policy import _checks, _parser

from haneul.kit.policy import Caller, Policy

CHECKS = st.sampled_from(
    [
        "@",
        "!",
        "role:admin",
        "role:Reader",
        "role:%(wanted_role)s",
        "user_id:%(target.user.id)s",
        "project_id:%(project_id)s",
        "project_id:p1",
        "domain_id:%(domain_id)s",
        "system_scope:all",
        "is_admin:True",
        "None:%(target.role.domain_id)s",
        "'public':%(visibility)s",
        "True:%(shared)s",
        "7:%(count)s",
        "nobody_knows:this",
    ]
)
SPACED = st.sampled_from(["{}", " {}", "( {} )", "({})", "(({}))"])
LEAVES = st.builds(lambda frame, check: frame.format(check), SPACED, CHECKS)
RULES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds("{} and {}".format, inner, inner),
        st.builds("{} or {}".format, inner, inner),
        st.builds("not ({})".format, inner),
        st.builds("({} OR {}) and {}".format, inner, inner, inner),
    ),
    max_leaves=8,
)
TARGETS = st.fixed_dictionaries(
    {},
    optional={
        "wanted_role": st.sampled_from(["ADMIN", "member"]),
        "target.user.id": st.sampled_from(["alice", "bob"]),
        "project_id": st.sampled_from(["p1", "p2", None]),
        "domain_id": st.sampled_from(["d1", "d2"]),
        "target.role.domain_id": st.sampled_from([None, "d1"]),
        "visibility": st.sampled_from(["public", "private"]),
        "shared": st.booleans(),
        "count": st.sampled_from([7, 8, "7"]),
    },
)
CALLERS = st.builds(
    Caller,
    user_id=st.sampled_from(["alice", "bob", ""]),
    project_id=st.sampled_from(["p1", ""]),
    domain_id=st.sampled_from(["d1", ""]),
    is_system=st.booleans(),
    roles=st.frozensets(st.sampled_from(["admin", "Member", "reader"])),
)


@settings(max_examples=600, deadline=None)
@given(RULES, TARGETS, CALLERS)
def test_it_agrees_with_the_oracle(rule: str, target: dict[str, object], caller: Caller) -> None:
    check = _parser.parse_rule(rule)
    assert not (isinstance(check, _checks.FalseCheck) and rule.strip("() ") != "!"), "the oracle could not read it"
    expected = check(target, _credentials(caller), None)
    assert Policy({"it": rule}).allows(caller, "it", target) is bool(expected)


def _credentials(caller: Caller) -> dict[str, object]:
    facts: dict[str, object] = {
        "user_id": caller.user_id,
        "project_id": caller.project_id,
        "domain_id": caller.domain_id,
        "system_scope": "all" if caller.is_system else "",
    }
    present: dict[str, object] = {key: value for key, value in facts.items() if value}
    return {**present, "roles": sorted(caller.roles), "is_admin": "admin" in caller.roles}
