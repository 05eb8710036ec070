"""What identity leans on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from haneul.kit.clock import Clock
from haneul.kit.db import Database
from haneul.kit.events import Bus
from haneul.kit.keyring import Keyring
from haneul.kit.policy import Policy
from haneul.kit.throttle import Throttle
from haneul.services.identity.driver import Issuers
from haneul.services.identity.store import IdentityStore


@dataclass(frozen=True)
class IdentitySettings:
    """How strict the cloud is about signing in."""

    state: Path
    """The cloud's state directory; keys rest below it in `keys/fernet` and `keys/credentials`."""
    token_lifetime_s: int = 3600
    token_key_days: int = 30
    """After so long new tokens are sealed with a new key; the two before it still open theirs."""
    lockout_attempts: int = 5
    """So many failed sign-ins in a row lock a user; 0: never."""
    lockout_s: int = 60
    sign_in_failures: int = 100
    """So many failed sign-ins a minute are borne from one address; 0: any number."""
    remembered_passwords: int = 1
    """A new password must differ from so many of the latest, the present one included; 0: any will do."""
    password_pattern: str = ""
    """A regular expression that passwords must match; empty: any will do."""
    password_pattern_description: str = ""
    password_lifetime_days: int = 0
    """0: passwords do not expire."""
    password_minimum_days: int = 0
    """So long a password that its user chose cannot be changed by them again."""
    password_change_at_first_use: bool = False
    """True: a password that somebody else set is good only for choosing another one."""
    federated_membership_minutes: int = 0
    """So long somebody stays in the groups that a sign-in by an identity provider put them in; 0: no longer than
    the token. A provider's own authorization_ttl goes before."""
    tree_depth: int = 5
    """How deep projects may be nested, the domain not counted."""


@dataclass(frozen=True)
class Parts:
    db: Database
    store: IdentityStore
    clock: Clock
    bus: Bus
    policy: Policy
    token_keys: Keyring
    credential_keys: Keyring
    issuers: Issuers
    settings: IdentitySettings
    throttle: Throttle
    """By the addresses from which people fail to sign in."""
