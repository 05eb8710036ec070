"""All that images lean on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from haneul.kit.clock import Clock
from haneul.kit.db import Database
from haneul.kit.events import Bus
from haneul.kit.policy import Policy
from haneul.kit.workflow import Runs
from haneul.services.image.driver import Fetcher, Inspector, Stores
from haneul.services.image.store import ImageStore


@dataclass(frozen=True)
class Options:
    """What an operator decides of images."""

    max_image_bytes: int = 1 << 40
    """The largest upload that is taken."""
    max_project_bytes: int = 0
    """All data of one project together, unless a limit says otherwise; 0: no limit."""
    max_project_images: int = 0
    """The same for their number."""
    hash_algorithm: str = "sha256"
    """Of new data: `sha256` or `sha512`, as clients see it in `os_hash_algo`."""
    max_properties: int = 128
    max_tags: int = 128
    max_members: int = 128


class Limits(Protocol):
    """How much projects may use."""

    def of(self, project_id: str) -> Mapping[str, int]:
        """By the names of unified limits; -1: no limit."""
        ...

    def register(self) -> None:
        """Let operators set them; may be repeated."""
        ...


@dataclass(frozen=True)
class Parts:
    db: Database
    store: ImageStore
    clock: Clock
    bus: Bus
    policy: Policy
    runs: Runs
    stores: Stores
    inspector: Inspector
    fetcher: Fetcher
    limits: Limits
    options: Options
    started_at: datetime
    """When this process began: on a database of one process, uploads from before have nobody left."""
