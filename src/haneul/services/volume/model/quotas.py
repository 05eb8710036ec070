"""Quotas of block storage: how much a project may have, in all and of each type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NO_LIMIT = -1

DEFAULT_LIMITS: Mapping[str, int] = {
    "volumes": 100,
    "snapshots": 100,
    "gigabytes": 10000,
    "backups": 100,
    "backup_gigabytes": 10000,
    "groups": 20,
    "per_volume_gigabytes": NO_LIMIT,
}
"""Until the administrator says otherwise. Of each type there are three more without limit: volumes_NAME ..."""

PER_TYPE = ("volumes", "snapshots", "gigabytes")


@dataclass(frozen=True)
class QuotaView:
    """Limits beside what is used of them, by the names of the resources."""

    limits: Mapping[str, int]
    used: Mapping[str, int]
