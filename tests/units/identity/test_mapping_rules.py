"""What the rules of a mapping make of what an identity provider says."""

from __future__ import annotations

from typing import Any

import pytest

from haneul.kit.errors import CloudError, Forbidden, Invalid, Unauthenticated
from haneul.services.identity.model.mapping_rules import MappedProject, Named, check, evaluate

ADA = {
    "sub": ["f3a1"],
    "email": ["ada@example.org"],
    "groups": ["cloud-admins", "staff", "lunch"],
    "org": ["Engines", "Looms"],
}
USER = {"user": {"id": "{0}", "name": "{1}"}}


def rule(local: list[Any], *remote: dict[str, Any]) -> dict[str, Any]:
    return {"local": local, "remote": [{"type": "sub"}, {"type": "email"}, *remote]}


def names(groups: tuple[Named, ...]) -> list[str]:
    return [group.name or group.id or "" for group in groups]


def test_what_conditions_hand_on_fills_the_places_in_order() -> None:
    mapped = evaluate([rule([{"user": {"id": "{0}", "name": "{1}", "email": "<{1}>"}}])], ADA)

    assert (mapped.user.id, mapped.user.name, mapped.email) == ("f3a1", "ada@example.org", "<ada@example.org>")
    assert mapped.kind == "ephemeral"


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        ({"type": "groups", "any_one_of": ["staff", "nobody"]}, True),
        ({"type": "groups", "any_one_of": ["sta"]}, False),
        ({"type": "groups", "any_one_of": ["^sta"], "regex": True}, True),
        ({"type": "groups", "not_any_of": ["guests"]}, True),
        ({"type": "groups", "not_any_of": ["guests", "lunch"]}, False),
        ({"type": "groups", "not_any_of": ["^lun"], "regex": True}, False),
        ({"type": "shoe_size", "any_one_of": ["43"]}, False),
        ({"type": "shoe_size"}, False),
        ({"type": "groups", "any_one_of": []}, False),
    ],
)
def test_a_rule_counts_only_when_all_its_conditions_hold(condition: dict[str, Any], *, fits: bool) -> None:
    rules = [rule([USER], condition)]
    if fits:
        assert evaluate(rules, ADA).user.id == "f3a1"
        return
    with pytest.raises(Unauthenticated) as refusal:
        evaluate(rules, ADA)
    assert refusal.value.code == "federation.unmapped"


def test_a_test_hands_nothing_on() -> None:
    local = [{"user": {"name": "{0}"}}]
    remote = [{"type": "groups", "any_one_of": ["staff"]}, {"type": "email"}]

    assert evaluate([{"local": local, "remote": remote}], ADA).user.name == "ada@example.org"


@pytest.mark.parametrize(
    ("condition", "left"),
    [
        ({"type": "groups"}, ["cloud-admins", "staff", "lunch"]),
        ({"type": "groups", "whitelist": ["staff", "kings"]}, ["staff"]),
        ({"type": "groups", "blacklist": ["lunch"]}, ["cloud-admins", "staff"]),
        ({"type": "groups", "whitelist": ["^cloud-"], "regex": True}, ["cloud-admins"]),
        ({"type": "groups", "blacklist": ["f"], "regex": True}, ["cloud-admins", "lunch"]),
        ({"type": "groups", "whitelist": []}, []),
    ],
)
def test_lists_choose_among_groups(condition: dict[str, Any], left: list[str]) -> None:
    local = [USER, {"groups": "{2}", "domain": {"name": "people"}}]

    groups = evaluate([rule(local, condition)], ADA).groups

    assert names(groups) == left
    assert {group.domain for group in groups} <= {Named(name="people")}


def test_groups_may_be_ids_names_or_json() -> None:
    told = {**ADA, "json": ['JSON:{"name": "ops", "domain": {"id": "d1"}}'], "ids": ["['g1', 'g2']"]}
    local = [
        USER,
        {"group": {"id": "g0"}},
        {"group": {"name": "all", "domain": {"name": "people"}}},
        {"groups": "{2}"},
        {"group_ids": "{3}"},
    ]

    groups = evaluate([rule(local, {"type": "json"}, {"type": "ids"})], told).groups

    assert groups == (
        Named(id="g0"),
        Named(name="all", domain=Named(name="people")),
        Named(name="ops", domain=Named(id="d1")),
        Named(id="g1"),
        Named(id="g2"),
    )


def test_several_values_make_several_groups_and_never_one_name() -> None:
    local = [USER, {"groups": "at {2}", "domain": {"name": "people"}}]
    assert names(evaluate([rule(local, {"type": "org"})], ADA).groups) == ["at Engines", "at Looms"]

    with pytest.raises(Unauthenticated) as refusal:
        evaluate([rule([{"user": {"name": "{2}"}}], {"type": "org"})], ADA)
    assert refusal.value.code == "federation.ambiguous"


def test_rules_add_up_and_the_first_user_counts() -> None:
    rules = [
        rule([USER, {"group": {"id": "first"}}]),
        rule([{"user": {"name": "usurper"}}, {"group": {"id": "second"}}], {"type": "org"}),
        rule([{"group": {"id": "never"}}], {"type": "org", "any_one_of": ["Mills"]}),
    ]

    mapped = evaluate(rules, ADA)

    assert mapped.user.id == "f3a1"
    assert names(mapped.groups) == ["first", "second"]


def test_projects_come_with_their_roles() -> None:
    projects = [{"name": "{1}", "roles": [{"name": "member"}, {"name": "reader"}], "domain": {"name": "labs"}}]
    rules = [rule([USER, {"projects": projects}, {"domain": {"id": "d9"}}])]

    first, second = (evaluate(rules, ADA, version).projects for version in ("1.0", "2.0"))

    assert first == (MappedProject(Named(name="ada@example.org"), ("member", "reader")),)
    assert second == (MappedProject(Named(name="ada@example.org", domain=Named(name="labs")), ("member", "reader")),)


def test_the_second_version_takes_a_domain_for_user_and_projects() -> None:
    projects = [{"name": "p", "roles": []}]
    rules = [rule([{**USER, "projects": projects, "domain": {"id": "d9"}}])]

    first, second = (evaluate(rules, ADA, version) for version in ("1.0", "2.0"))

    assert (first.user.domain, first.projects[0].project.domain) == (None, None)
    assert (second.user.domain, second.projects[0].project.domain) == (Named(id="d9"), Named(id="d9"))


def test_a_local_user_is_told_as_one() -> None:
    local = [{"user": {"name": "{1}", "type": "local", "domain": {"id": "default"}}}]

    mapped = evaluate([rule(local)], ADA)

    assert mapped.kind == "local"
    assert mapped.user.domain == Named(id="default")


def test_a_place_that_nothing_fills_is_told() -> None:
    with pytest.raises(Forbidden, match=r"\{7\}"):
        evaluate([rule([{"user": {"name": "{7}"}}])], ADA)


def test_what_people_say_about_themselves_is_only_text() -> None:
    """A claim that looks like a place, or like Python's formats, is taken as it stands."""
    told = {**ADA, "email": ["{0} {0.__class__} %(x)s"]}

    assert evaluate([rule([USER])], told).user.name == "{0} {0.__class__} %(x)s"


def test_groups_without_a_domain_are_refused() -> None:
    with pytest.raises(CloudError) as refusal:
        evaluate([rule([USER, {"groups": "{2}"}], {"type": "org"})], ADA)
    assert refusal.value.code == "federation.groups"


def test_an_unreadable_expression_is_refused_when_it_is_written() -> None:
    with pytest.raises(Invalid) as refusal:
        check([rule([USER], {"type": "org", "any_one_of": ["("], "regex": True})])
    assert refusal.value.code == "mapping.regex"
