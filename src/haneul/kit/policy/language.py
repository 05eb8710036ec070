"""OpenStack's rule language, read into closures.

The language is oslo.policy's: `role:admin`, `rule:other`, `project_id:%(project_id)s`,
`user_id:%(target.user.id)s`, `None:%(target.role.domain_id)s`, `'literal':%(key)s`, `is_admin:True`,
`system_scope:all`, Neutron's `field:networks:shared=True`, `@` (always), `!` (never), joined by `and`, `or`,
`not` and parentheses. `and` binds tighter than `or`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from haneul.kit.policy.caller import Caller

Target = Mapping[str, object]
Check = Callable[[Caller, Target], bool]
Rule = str | Sequence[str | Sequence[str]]
"""A rule's text, or the old notation of a list (any of) of lists (all of)."""

_PLACEHOLDER = re.compile(r"%\(([^)]+)\)s")
_WORDS = {"and", "or", "not"}

_CREDENTIALS: dict[str, Callable[[Caller], object]] = {
    "user_id": lambda caller: caller.user_id or None,
    "user": lambda caller: caller.user_id or None,
    "user_name": lambda caller: caller.user_name or None,
    "user_domain_id": lambda caller: caller.user_domain_id or None,
    "project_id": lambda caller: caller.project_id or None,
    "tenant_id": lambda caller: caller.project_id or None,
    "tenant": lambda caller: caller.project_id or None,
    "project_name": lambda caller: caller.project_name or None,
    "project_domain_id": lambda caller: caller.project_domain_id or None,
    "domain_id": lambda caller: caller.domain_id or None,
    "token.domain.id": lambda caller: caller.domain_id or None,
    "token.project.domain.id": lambda caller: caller.project_domain_id or None,
    "system_scope": lambda caller: "all" if caller.is_system else None,
    "system": lambda caller: "all" if caller.is_system else None,
    "is_admin": lambda caller: caller.is_admin,
    "is_admin_project": lambda caller: True,
    "trust_id": lambda caller: caller.trust_id or None,
}
"""What a rule may ask of a caller; a fact that the caller lacks equals nothing but the word None."""


class LanguageError(ValueError):
    """A rule that cannot be read; the message says where."""


def parse(rule: Rule, refer: Callable[[str], Check]) -> Check:
    """The rule as a closure; `refer` supplies the check behind `rule:name`. Raises LanguageError."""
    if not isinstance(rule, str):
        return _any([_all([_check(word, refer) for word in _alternative(item)]) for item in rule]) if rule else _always
    tokens = list(_tokens(rule))
    if not tokens:
        return _always
    reader = _Reader(tokens, refer)
    check = reader.either()
    reader.expect_end()
    return check


def _alternative(item: str | Sequence[str]) -> Sequence[str]:
    return [item] if isinstance(item, str) else item


def _tokens(text: str) -> Iterator[str]:
    for word in text.split():
        bare = word.lstrip("(")
        yield from "(" * (len(word) - len(bare))
        inner = bare.rstrip(")")
        if inner:
            yield inner.lower() if inner.lower() in _WORDS else inner
        yield from ")" * (len(bare) - len(inner))


class _Reader:
    """Reads a list of tokens from left to right: either > both > single."""

    def __init__(self, tokens: list[str], refer: Callable[[str], Check]) -> None:
        self._tokens = tokens
        self._position = 0
        self._refer = refer

    def either(self) -> Check:
        parts = [self.both()]
        while self._take("or"):
            parts.append(self.both())
        return _any(parts)

    def both(self) -> Check:
        parts = [self.single()]
        while self._take("and"):
            parts.append(self.single())
        return _all(parts)

    def single(self) -> Check:
        if self._take("not"):
            return _negate(self.single())
        if self._take("("):
            inner = self.either()
            if not self._take(")"):
                raise LanguageError("a parenthesis is not closed")
            return inner
        if self._position == len(self._tokens):
            raise LanguageError("the rule ends where a check is expected")
        word = self._tokens[self._position]
        if word in _WORDS or word == ")":
            raise LanguageError(f'"{word}" stands where a check is expected')
        self._position += 1
        return _check(word, self._refer)

    def expect_end(self) -> None:
        if self._position < len(self._tokens):
            raise LanguageError(f'"{self._tokens[self._position]}" stands where "and" or "or" is expected')

    def _take(self, token: str) -> bool:
        if self._position < len(self._tokens) and self._tokens[self._position] == token:
            self._position += 1
            return True
        return False


def _check(word: str, refer: Callable[[str], Check]) -> Check:
    if word == "@":
        return _always
    if word == "!":
        return _never
    kind, colon, match = word.partition(":")
    if not colon:
        raise LanguageError(f'"{word}" is no check: write kind:match, @ or !')
    if kind == "rule":
        return refer(match)
    if kind in ("http", "https"):
        raise LanguageError(f'"{word}": checks by a remote server are not supported')
    if kind == "role":
        return _role(match)
    if kind == "field":
        return _field(match)
    return _generic(kind, match)


def _always(caller: Caller, target: Target) -> bool:
    return True


def _never(caller: Caller, target: Target) -> bool:
    return False


def _negate(check: Check) -> Check:
    return lambda caller, target: not check(caller, target)


def _any(checks: list[Check]) -> Check:
    if len(checks) == 1:
        return checks[0]
    if len(checks) == 2:
        one, two = checks
        return lambda caller, target: one(caller, target) or two(caller, target)
    parts = tuple(checks)

    def check(caller: Caller, target: Target) -> bool:
        for part in parts:  # noqa: SIM110 - twice as fast as any() with a generator
            if part(caller, target):
                return True
        return False

    return check


def _all(checks: list[Check]) -> Check:
    if len(checks) == 1:
        return checks[0]
    if len(checks) == 2:
        one, two = checks
        return lambda caller, target: one(caller, target) and two(caller, target)
    parts = tuple(checks)

    def check(caller: Caller, target: Target) -> bool:
        for part in parts:  # noqa: SIM110 - twice as fast as all() with a generator
            if not part(caller, target):
                return False
        return True

    return check


def _role(match: str) -> Check:
    if "%(" not in match:
        name = match.lower()
        return lambda caller, target: name in caller.lowered_roles
    wanted = _template(match)

    def check(caller: Caller, target: Target) -> bool:
        role = wanted(target)
        return role is not None and role.lower() in caller.lowered_roles

    return check


def _generic(kind: str, match: str) -> Check:
    wanted = _template(match)
    is_literal, literal = _literal(kind)
    if is_literal:
        return lambda caller, target: wanted(target) == literal
    read = _CREDENTIALS.get(kind)
    if read is None:
        # A fact that no caller has: the check fails, as in oslo.policy.
        return _never

    if match == "None":
        return lambda caller, target: read(caller) is None

    def check(caller: Caller, target: Target) -> bool:
        has = read(caller)
        return has is not None and str(has) == wanted(target)

    return check


@lru_cache(1024)
def _literal(kind: str) -> tuple[bool, str]:
    try:
        return True, str(ast.literal_eval(kind))
    except (ValueError, SyntaxError):
        return False, ""


def _template(match: str) -> Callable[[Target], str | None]:
    """A function that fills the target's values in; None when the target lacks one."""
    keys = _PLACEHOLDER.findall(match)
    if not keys:
        text = match.replace("%%", "%")
        return lambda target: text
    if len(keys) == 1 and match == f"%({keys[0]})s":
        key = keys[0]
        return lambda target: str(target[key]) if key in target else None

    def fill(target: Target) -> str | None:
        return match % target if all(key in target for key in keys) else None

    return fill


def _field(match: str) -> Check:
    """Neutron's check of the thing itself: `networks:shared=True`, `port:device_owner=~^network:`."""
    _, colon, condition = match.partition(":")
    name, equals, wanted = condition.partition("=")
    if not colon or not equals:
        raise LanguageError(f'"field:{match}" is not of the form field:things:name=value')
    if wanted.startswith("~"):
        pattern = re.compile(wanted[1:])
        return lambda caller, target: target.get(name) is not None and bool(pattern.match(str(target[name])))
    return lambda caller, target: target.get(name) is not None and str(target[name]) == wanted
