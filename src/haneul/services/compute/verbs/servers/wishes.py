"""What a caller may wish of a new server, and what a listing may be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from haneul.services.compute.model import InjectedFile, WantedDisk, WantedNic


class Networks(StrEnum):
    """Networks that are not named one by one."""

    NONE = "none"
    """No network card at all."""
    AUTO = "auto"
    """The project's own network; Conflict if there are several."""
    ANY = "any"
    """As AUTO, but none if the project has none: what clients of old expect."""


@dataclass(frozen=True)
class ServerWish:
    """A server, or several alike, as asked for."""

    name: str
    flavor_id: str
    image_id: str | None = None
    disks: tuple[WantedDisk, ...] = ()
    """Beside the disk that the image alone stands for."""
    networks: tuple[WantedNic, ...] | Networks = Networks.ANY
    security_groups: tuple[str, ...] = ()
    """By name or id; none: the project's default."""
    key_name: str | None = None
    user_data: str = ""
    """Base64."""
    files: tuple[InjectedFile, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    description: str | None = None
    hostname: str | None = None
    zone: str = ""
    """A zone, or zone:host for an administrator."""
    host: str = ""
    """The name of the host it shall go to; for an administrator."""
    min_count: int = 1
    max_count: int = 1
    has_config_drive: bool = False
    disk_config: str = "MANUAL"
    access_ipv4: str = ""
    access_ipv6: str = ""
    admin_password: str = ""
    """Empty: one is made up."""
    scheduler_hints: Mapping[str, object] = field(default_factory=dict)
