"""All that images lean on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from haneul.kit.clock import Clock
from haneul.kit.db import Database
from haneul.kit.events import Bus
from haneul.kit.policy import Policy
from haneul.kit.workflow import Runs
from haneul.services.image.driver import BlobStore, Fetcher, Inspector
from haneul.services.image.store import ImageStore


@dataclass(frozen=True)
class Options:
    """What an operator decides of images."""

    max_image_bytes: int = 1 << 40
    """The largest upload that is taken."""
    max_project_bytes: int = 0
    """All data of one project together; 0: no limit."""
    max_project_images: int = 0
    """0: no limit."""
    max_properties: int = 128
    max_tags: int = 128
    max_members: int = 128


@dataclass(frozen=True)
class Parts:
    db: Database
    store: ImageStore
    clock: Clock
    bus: Bus
    policy: Policy
    runs: Runs
    blobs: BlobStore
    inspector: Inspector
    fetcher: Fetcher
    options: Options
    started_at: datetime
    """When this process began: on a database of one process, uploads from before have nobody left."""
