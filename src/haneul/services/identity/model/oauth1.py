"""OAuth 1.0a: programs that act for somebody who said so, by keys of their own (OS-OAUTH1). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from haneul.services.identity.model.nouns import RoleId


@dataclass(frozen=True)
class Consumer:
    """A program that may ask to act for somebody."""

    id: str
    sealed_secret: str = field(repr=False)
    description: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RequestToken:
    """A consumer's question whether it may act in a project, until somebody says yes."""

    id: str
    consumer_id: str
    project_id: str
    sealed_secret: str = field(repr=False)
    expires_at: datetime
    authorizing_user_id: str | None = None
    role_ids: tuple[RoleId, ...] | None = None
    verifier_hash: str | None = field(default=None, repr=False)
    """Of the word by which the consumer shows that it was the user who said yes."""


@dataclass(frozen=True)
class AccessToken:
    """A consumer may act for a user in a project, with some of the user's roles."""

    id: str
    consumer_id: str
    project_id: str
    authorizing_user_id: str
    role_ids: tuple[RoleId, ...]
    sealed_secret: str = field(repr=False)
    expires_at: datetime | None = None


@dataclass(frozen=True)
class SignedCall:
    """A request signed with OAuth 1.0a, as it came in."""

    urls: tuple[str, ...]
    """What the client may have taken for the URL, with its query."""
    headers: Mapping[str, str]
    method: str = "POST"
