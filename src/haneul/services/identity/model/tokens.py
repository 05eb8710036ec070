"""What a token says, and what is asked for when one is issued. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from haneul.kit.policy import Caller
from haneul.services.identity.model.federation import Federation
from haneul.services.identity.model.nouns import (
    AccessRule,
    ApplicationCredential,
    Project,
    Role,
    Trust,
    User,
)
from haneul.services.identity.model.oauth1 import AccessToken, SignedCall


@dataclass(frozen=True)
class Ref:
    """A thing by its id, or by its name and the domain that it is in."""

    id: str | None = None
    name: str | None = None
    domain: Ref | None = None


@dataclass(frozen=True)
class Scope:
    """What a token is wanted for; none of them set: an unscoped token."""

    project: Ref | None = None
    domain: Ref | None = None
    is_system: bool = False
    trust_id: str | None = None

    @property
    def is_unscoped(self) -> bool:
        return self == UNSCOPED


UNSCOPED = Scope()


@dataclass(frozen=True)
class AuthRequest:
    """What somebody offers to prove who they are, and the scope they ask for."""

    methods: tuple[str, ...]
    """password, token, application_credential, totp, oauth1: all of them must succeed, for the same user."""
    user: Ref | None = None
    password: str = field(default="", repr=False)
    passcode: str = field(default="", repr=False)
    totp_user: Ref | None = None
    token: str = field(default="", repr=False)
    application_credential: Ref | None = None
    application_credential_user: Ref | None = None
    application_credential_secret: str = field(default="", repr=False)
    signed: SignedCall | None = field(default=None, repr=False)
    """The request itself, when OAuth 1.0a's signature is the proof."""
    receipt: str = field(default="", repr=False)
    """Of an earlier request that proved a part."""
    scope: Scope | None = None
    """None: the user's default project if they have one they can use, else unscoped."""
    address: str = ""
    """From where they ask."""

    @property
    def claims(self) -> str:
        """Whom they say to be, an id or a name; empty where only the proof says it."""
        named = (self.user, self.totp_user, self.application_credential_user, self.application_credential)
        return next((ref.id or ref.name or "" for ref in named if ref is not None), "")


@dataclass(frozen=True)
class Receipt:
    """Half a sign-in: what a user has proved so far, to be shown again with what is still missing."""

    user: User
    user_domain: Project
    methods: tuple[str, ...]
    required: tuple[tuple[str, ...], ...]
    """Any of these sets of methods makes it whole."""
    issued_at: datetime
    expires_at: datetime
    text: str = field(default="", repr=False)


@dataclass(frozen=True)
class Claims:
    """What is sealed inside a token: who, until when, for what. Never roles: those are looked up every time."""

    user_id: str
    epoch: int
    methods: tuple[str, ...]
    audit_ids: tuple[str, ...]
    issued_at: datetime
    expires_at: datetime
    project_id: str = ""
    domain_id: str = ""
    is_system: bool = False
    trust_id: str = ""
    application_credential_id: str = ""
    federation: Federation | None = None
    access_token_id: str = ""
    """Of OAuth 1.0a."""

    @property
    def is_unscoped(self) -> bool:
        return not (self.project_id or self.domain_id or self.is_system)


@dataclass(frozen=True)
class Token:
    """A valid token, read out: everything that its holder may know about it."""

    claims: Claims
    user: User
    user_domain: Project
    roles: tuple[Role, ...]
    """Implied ones included; empty if unscoped."""
    project: Project | None = None
    project_domain: Project | None = None
    domain: Project | None = None
    trust: Trust | None = None
    application_credential: ApplicationCredential | None = None
    access_rules: tuple[AccessRule, ...] | None = None
    access_token: AccessToken | None = None
    good_until: datetime | None = None
    """When something ends that the token stands on, such as its trust; None: not before the token itself."""
    caller: Caller = field(default_factory=Caller)


@dataclass(frozen=True)
class IssuedToken:
    """A new token: its text, to be told once, and what it says."""

    text: str = field(repr=False)
    token: Token
