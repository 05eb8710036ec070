"""Who is asking, and the rules in OpenStack's policy language that say what they may do."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Caller:
    """Who is asking, as their token says; `anonymous` when there is none."""

    user_id: str = ""
    user_name: str = ""
    user_domain_id: str = ""
    project_id: str = ""
    project_name: str = ""
    project_domain_id: str = ""
    domain_id: str = ""
    """Set for a domain-scoped token."""
    is_system: bool = False
    """True for a system-scoped token."""
    roles: frozenset[str] = field(default_factory=frozenset)
    """Names, implied ones included."""
    token_id: str = ""
    """The token's audit id: never the token itself."""

    @property
    def is_admin(self) -> bool:
        return "admin" in self.roles

    @property
    def is_anonymous(self) -> bool:
        return not self.user_id


ANONYMOUS = Caller()

INTERNAL = Caller(user_name="haneul", roles=frozenset({"admin", "member", "reader", "service"}), is_system=True)
"""The cloud itself: workflows and upkeep loops act as this caller."""
