"""Volume types: what an administrator offers, and what is asked of places and guests for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

DEFAULT_TYPE = "__DEFAULT__"
"""The name of the type that volumes get when nobody says otherwise."""
BACKEND_NAME = "volume_backend_name"
"""The extra spec that says in which of the hosts' places volumes of the type lie."""


@dataclass(frozen=True)
class Encryption:
    """How volumes of a type are encrypted."""

    id: str
    provider: str
    control_location: str
    cipher: str | None = None
    key_size: int | None = None
    created_at: str = ""
    """ISO 8601, UTC."""


@dataclass(frozen=True)
class VolumeType:
    id: str
    name: str
    created_at: datetime
    updated_at: datetime | None = None
    description: str | None = None
    is_public: bool = True
    extra_specs: Mapping[str, str] = field(default_factory=dict)
    qos_id: str | None = None
    encryption: Encryption | None = None
    number: int = 0

    def claims(self, spec: str) -> bool:
        """True if the extra spec is `<is> True`."""
        return self.extra_specs.get(spec, "").replace(" ", "").lower() == "<is>true"


@dataclass(frozen=True)
class Qos:
    """Limits of volume types: `consumer` says whether the guest (front-end), the place (back-end) or both obey."""

    id: str
    name: str
    consumer: str
    created_at: datetime
    specs: Mapping[str, str] = field(default_factory=dict)
    number: int = 0


@dataclass(frozen=True)
class DefaultType:
    """The type that a project's volumes get when nobody says otherwise."""

    project_id: str
    type_id: str


@dataclass(frozen=True)
class GroupType:
    id: str
    name: str
    created_at: datetime
    description: str | None = None
    is_public: bool = True
    specs: Mapping[str, str] = field(default_factory=dict)
    number: int = 0
