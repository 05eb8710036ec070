"""Definitions of metadata: what properties images, flavors and volumes may have, and what they mean.

They are for people and for consoles: nothing in the cloud is checked against them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

NamespaceId = NewType("NamespaceId", str)


class NamespaceVisibility(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"


class DefinitionKind(StrEnum):
    OBJECT = "object"
    """Properties that belong together."""
    PROPERTY = "property"
    TAG = "tag"


@dataclass(frozen=True)
class Namespace:
    """Definitions under one name."""

    id: NamespaceId
    name: str
    display_name: str | None
    description: str | None
    visibility: NamespaceVisibility
    is_protected: bool
    owner: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class NewNamespace:
    """What a caller says of a namespace."""

    name: str
    display_name: str | None = None
    description: str | None = None
    visibility: NamespaceVisibility = NamespaceVisibility.PRIVATE
    is_protected: bool = False
    owner: str | None = None
    """None: the caller's project."""


@dataclass(frozen=True)
class Definition:
    """An object, a property or a tag of a namespace."""

    kind: DefinitionKind
    name: str
    body: Mapping[str, object]
    """As Image API v2 has it, without its name: a JSON Schema of a property, the parts of an object."""
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Association:
    """To what kind of thing the definitions of a namespace apply."""

    resource_type: str
    prefix: str | None
    """Before the name of every property, where it is given to such a thing."""
    properties_target: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class NewAssociation:
    resource_type: str
    prefix: str | None = None
    properties_target: str | None = None


@dataclass(frozen=True)
class ResourceType:
    """A kind of thing, named as in Heat: OS::Glance::Image."""

    name: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class NewDefinition:
    kind: DefinitionKind
    name: str
    body: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class NamespaceContent:
    """Everything in a namespace."""

    associations: tuple[Association, ...] = ()
    definitions: tuple[Definition, ...] = ()

    def of(self, kind: DefinitionKind) -> list[Definition]:
        return [each for each in self.definitions if each.kind is kind]


@dataclass(frozen=True)
class NamespaceFilter:
    visibility: NamespaceVisibility | None = None
    resource_types: tuple[str, ...] = ()
    """Associated with any of these."""
