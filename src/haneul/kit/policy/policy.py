"""Rules with names, compiled once and asked often."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from haneul.kit.errors import Forbidden
from haneul.kit.policy.caller import INTERNAL, Caller
from haneul.kit.policy.language import Check, LanguageError, Rule, Target, parse

_NOTHING: Target = MappingProxyType({})


class Policy:
    """Who may do what: a rule in OpenStack's language for every operation.

    `overrides` are an operator's own rules (their policy.yaml): they replace a default or add a rule that
    others refer to. Every rule is read at once: a mistake is told at the start, not when somebody asks.
    """

    def __init__(
        self,
        rules: Mapping[str, Rule],
        overrides: Mapping[str, Rule] | None = None,
        scopes: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        """`scopes`: rule -> with what kinds of token (system, domain, project) it can be met; none: with all.
        The cloud itself, INTERNAL, needs no token.

        Raises ValueError for a rule that cannot be read, that refers to nothing or to itself.
        """
        self._scopes = dict(scopes or {})
        self._rules: dict[str, Rule] = {**rules, **(overrides or {})}
        self._checks: dict[str, Check] = {}
        self._read: dict[str, Check] = {}
        for name in self._rules:
            self._compile(name, ())

    def allows(self, caller: Caller, rule: str, target: Target = _NOTHING) -> bool:
        """True if the rule lets the caller do it to the target, whose keys are flat (`target.user.id`)."""
        scopes = self._scopes.get(rule)
        if scopes is not None and caller is not INTERNAL and _scope(caller) not in scopes:
            return False
        return self._checks[rule](caller, target)

    def require(self, caller: Caller, rule: str, target: Target = _NOTHING) -> None:
        """Raises Forbidden unless the rule lets the caller do it."""
        if not self.allows(caller, rule, target):
            raise Forbidden(
                "policy.refused",
                f"The policy does not let you do this: {rule} asks for {self.explain(rule)}.",
            )

    def explain(self, rule: str) -> str:
        """The rule as it stands, for people."""
        text = self._rules[rule]
        needs = f'"{text}"' if isinstance(text, str) else str(text)
        scopes = self._scopes.get(rule)
        return needs if scopes is None else f"{needs} and a token for a {' or '.join(sorted(scopes))}"

    @property
    def rules(self) -> Mapping[str, Rule]:
        """Every rule as it stands, overrides included."""
        return MappingProxyType(self._rules)

    def _compile(self, name: str, on_the_way: tuple[str, ...]) -> Check:
        if name in self._checks:
            return self._checks[name]
        if name in on_the_way:
            circle = " > ".join((*on_the_way, name))
            raise LanguageError(f"policy rules go round in a circle: {circle}")
        if name not in self._rules:
            raise LanguageError(f'policy rule "{on_the_way[-1]}" refers to "{name}", which is not defined')
        way = (*on_the_way, name)
        try:
            check = self._parsed(self._rules[name], lambda other: self._compile(other, way))
        except LanguageError as error:
            if str(error).startswith("policy rule"):
                raise
            raise LanguageError(f'policy rule "{name}" cannot be read: {error}') from error
        self._checks[name] = check
        return check

    def _parsed(self, rule: Rule, refer: Callable[[str], Check]) -> Check:
        """Rules are in the hundreds, their texts a few dozen: each is read once."""
        if not isinstance(rule, str):
            return parse(rule, refer)
        if rule not in self._read:
            self._read[rule] = parse(rule, refer)
        return self._read[rule]


def _scope(caller: Caller) -> str:
    """An unscoped token counts as a project's, as in oslo.policy."""
    if caller.is_system:
        return "system"
    return "domain" if caller.domain_id else "project"
