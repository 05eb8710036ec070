"""Who exists in this cloud, what they may do and where its APIs are."""

from __future__ import annotations

from haneul.kit.clock import Clock
from haneul.kit.db import Database
from haneul.kit.events import Bus
from haneul.kit.keyring import Keyring
from haneul.kit.policy import Policy
from haneul.services.identity.model import (
    UNSCOPED,
    AuthRequest,
    IssuedToken,
    Project,
    ProjectDeleted,
    Ref,
    Scope,
    Token,
    User,
    UserDeleted,
    UserDisabled,
)
from haneul.services.identity.parts import IdentitySettings, Parts
from haneul.services.identity.policy import RULES, SCOPES
from haneul.services.identity.store import METADATA, IdentityStore
from haneul.services.identity.verbs.access import Access
from haneul.services.identity.verbs.bootstrap import Bootstrap
from haneul.services.identity.verbs.tokens import Tokens

__all__ = [
    "METADATA",
    "RULES",
    "SCOPES",
    "UNSCOPED",
    "AuthRequest",
    "Identity",
    "IdentitySettings",
    "IssuedToken",
    "Parts",
    "Project",
    "ProjectDeleted",
    "Ref",
    "Scope",
    "Token",
    "User",
    "UserDeleted",
    "UserDisabled",
    "open_parts",
]


class Identity:
    """The face of identity: one attribute per noun."""

    def __init__(self, parts: Parts) -> None:
        access = Access(parts)
        self.tokens = Tokens(parts, access)
        self.bootstrap = Bootstrap(parts)


def open_parts(db: Database, clock: Clock, bus: Bus, policy: Policy, settings: IdentitySettings) -> Parts:
    """Identity's parts; its keys are made if the state directory has none."""
    keys = settings.state / "keys"
    return Parts(
        db=db,
        store=IdentityStore(db),
        clock=clock,
        bus=bus,
        policy=policy,
        token_keys=Keyring(keys / "fernet"),
        credential_keys=Keyring(keys / "credentials"),
        settings=settings,
    )
