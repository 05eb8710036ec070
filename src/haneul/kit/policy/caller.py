"""Who is asking."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property


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
    trust_id: str = ""
    """Set when the token stands for a trust: somebody acts for somebody else."""
    application_credential_id: str = ""
    access_token_id: str = ""
    """Set when a program acts for somebody by OAuth 1.0a."""
    is_by_ec2_key: bool = False
    group_ids: tuple[str, ...] = ()
    """Groups in which the caller is by the word of their identity provider, as long as the token is good."""
    is_restricted: bool = False
    """True for an application credential that may not make further credentials or trusts."""

    access_rules: tuple[tuple[str, str, str], ...] | None = None
    """The only requests allowed, as (service type, method, path pattern); None: every request."""

    @cached_property
    def lowered_roles(self) -> frozenset[str]:
        """The role names as policy compares them: without regard to case."""
        return frozenset(role.lower() for role in self.roles)

    @property
    def is_lent(self) -> bool:
        """True if the token stands for what somebody let a program or another person do."""
        return bool(self.trust_id or self.application_credential_id or self.access_token_id or self.is_by_ec2_key)

    @property
    def is_admin(self) -> bool:
        return "admin" in self.lowered_roles

    @property
    def is_anonymous(self) -> bool:
        return not self.user_id


ANONYMOUS = Caller()

INTERNAL = Caller(
    user_name="haneul", roles=frozenset({"admin", "manager", "member", "reader", "service"}), is_system=True
)
"""The cloud itself: workflows and upkeep loops act as this caller."""
