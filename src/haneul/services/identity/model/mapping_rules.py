"""The rules of an attribute mapping: what somebody's identity provider says about them -> who they are here. Pure.

A rule has `remote`, the conditions that all must hold, and `local`, what then follows. A condition names an
attribute by `type`; with `any_one_of` or `not_any_of` it only tests the attribute's values, otherwise it hands them on
to `local` as `{0}`, `{1}` and so on in the order of such conditions, `whitelist` and `blacklist` leaving some out.
`regex` compares by regular expressions that may match anywhere. What all fitting rules say is put together; the first
user named counts. Source: Keystone's "Mapping Combinations" and API OS-FEDERATION, schema versions 1.0 and 2.0; the
latter takes a `domain` beside a user or projects as theirs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from haneul.kit.errors import Forbidden, Invalid, Unauthenticated

Rule = Mapping[str, Any]
Attributes = Mapping[str, Sequence[str]]
"""What is known about somebody: name -> values."""

_PLACE = re.compile(r"\{(\d{1,3})\}")
_TESTS = ("any_one_of", "not_any_of", "whitelist", "blacklist")


@dataclass(frozen=True)
class Named:
    """A group, project or domain as a rule names it."""

    id: str | None = None
    name: str | None = None
    domain: Named | None = None


@dataclass(frozen=True)
class MappedProject:
    project: Named
    role_names: tuple[str, ...]


@dataclass(frozen=True)
class Mapped:
    """Who somebody is here."""

    kind: Literal["ephemeral", "local"] = "ephemeral"
    """`local`: a user that this cloud has already."""
    user: Named = field(default_factory=Named)
    email: str | None = None
    groups: tuple[Named, ...] = ()
    projects: tuple[MappedProject, ...] = ()


def check(rules: Sequence[Rule]) -> None:
    """Invalid if a regular expression cannot be read."""
    for rule in rules:
        for condition in rule["remote"]:
            for test in _TESTS if condition.get("regex") else ():
                for pattern in condition.get(test, ()):
                    _compiled(str(pattern))


def evaluate(rules: Sequence[Rule], attributes: Attributes, schema_version: str = "1.0") -> Mapped:
    """Unauthenticated if no rule fits, or none names a user."""
    facts = [fact for rule in rules for fact in _applied(rule, attributes)]
    if not facts:
        raise Unauthenticated(
            "federation.unmapped",
            "Could not map any federated user properties to identity values: no rule of the mapping fits what your "
            "identity provider says about you. Ask your administrator to look at the mapping.",
        )
    user: Mapping[str, Any] = next((fact["user"] for fact in facts if fact.get("user")), {})
    is_newer = schema_version != "1.0"
    default = next((_named(fact["domain"]) for fact in facts if is_newer and fact.get("domain")), None)
    return Mapped(
        kind=user.get("type", "ephemeral"),
        user=Named(user.get("id"), user.get("name"), _named(user.get("domain")) or default),
        email=user.get("email"),
        groups=tuple(dict.fromkeys(group for fact in facts for group in _groups(fact))),
        projects=tuple(project for fact in facts for project in _projects(fact, default, honours_domain=is_newer)),
    )


def _applied(rule: Rule, attributes: Attributes) -> Iterator[Mapping[str, Any]]:
    """What the rule says about somebody, its places filled in; nothing if it does not fit them."""
    handed_on: list[Sequence[str]] = []
    for condition in rule["remote"]:
        values = attributes.get(condition["type"])
        if not values:
            return
        if "any_one_of" in condition or "not_any_of" in condition:
            if not _holds(condition, values):
                return
        else:
            handed_on.append(_filtered(condition, values))
    for fact in rule["local"]:
        yield _filled(fact, handed_on)


def _holds(condition: Rule, values: Sequence[str]) -> bool:
    if "any_one_of" in condition:
        return any(_matches(condition, condition["any_one_of"], value) for value in values)
    return not any(_matches(condition, condition["not_any_of"], value) for value in values)


def _filtered(condition: Rule, values: Sequence[str]) -> Sequence[str]:
    if "whitelist" in condition:
        return [value for value in values if _matches(condition, condition["whitelist"], value)]
    if "blacklist" in condition:
        return [value for value in values if not _matches(condition, condition["blacklist"], value)]
    return values


def _matches(condition: Rule, wanted: Sequence[Any], value: str) -> bool:
    if condition.get("regex"):
        return any(_compiled(str(pattern)).search(value) for pattern in wanted)
    return value in wanted


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise Invalid("mapping.regex", f"The regular expression {pattern} cannot be read: {error}.") from error


def _filled(value: Any, handed_on: Sequence[Sequence[str]]) -> Any:
    if isinstance(value, Mapping):
        return {
            key: _spread(item, handed_on) if key in ("groups", "group_ids") else _filled(item, handed_on)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_filled(item, handed_on) for item in value]
    if not isinstance(value, str):
        return value
    found = _spread(value, handed_on)
    if len(found) == 1:
        return found[0]
    raise Unauthenticated(
        "federation.ambiguous",
        f"The mapping takes {value} for one value, but your identity provider gives {len(found)}: ask your "
        "administrator to choose one with whitelist or blacklist, or to map them by groups or group_ids.",
    )


def _spread(text: str, handed_on: Sequence[Sequence[str]]) -> list[str]:
    """The text once for every value of a place in it that has several."""
    match = _PLACE.search(text)
    if match is None:
        return [text]
    place = int(match[1])
    if place >= len(handed_on):
        raise Forbidden(
            "federation.place",
            f"The mapping refers to {match[0]}, which no condition hands on: ask your administrator to correct it.",
        )
    before, after = text[: match.start()], text[match.end() :]
    return [before + value + rest for value in handed_on[place] for rest in _spread(after, handed_on)]


def _groups(fact: Mapping[str, Any]) -> Iterator[Named]:
    if group := fact.get("group"):
        yield _named(group) or Named()
    for group_id in fact.get("group_ids", ()):
        yield from (Named(id=each) for each in _listed(group_id))
    domain = _named(fact.get("domain"))
    for told in fact.get("groups", ()):
        for name in _listed(told):
            yield _group_told(name, domain)


def _group_told(name: str, domain: Named | None) -> Named:
    """A group by its name, or as `JSON:{"name": ..., "domain": {...}}`."""
    if name.startswith("JSON:"):
        try:
            group = _named(json.loads(name.removeprefix("JSON:")))
        except ValueError:
            group = None
        if group is not None and group.name and group.domain:
            return group
    elif domain is not None:
        return Named(name=name, domain=domain)
    raise Unauthenticated(
        "federation.groups",
        "The mapping names groups without their domain: ask your administrator to put a domain beside groups.",
    )


def _listed(text: str) -> list[str]:
    """`["a", "b"]` is a list even as a text."""
    if text.startswith("["):
        try:
            values = json.loads(text.replace("'", '"'))
        except ValueError:
            return [text]
        if isinstance(values, list) and all(isinstance(value, str) for value in values):
            return values
    return [text]


def _projects(fact: Mapping[str, Any], default: Named | None, *, honours_domain: bool) -> Iterator[MappedProject]:
    for project in fact.get("projects", ()):
        domain = (_named(project.get("domain")) or default) if honours_domain else None
        roles = tuple(role["name"] for role in project["roles"])
        yield MappedProject(Named(name=project["name"], domain=domain), roles)


def _named(body: Any) -> Named | None:
    if not isinstance(body, Mapping) or not body:
        return None
    return Named(body.get("id"), body.get("name"), _named(body.get("domain")))
