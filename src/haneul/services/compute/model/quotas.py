"""Quotas: how much of each thing a project may have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class QuotaKey(StrEnum):
    """The resources by the names that Nova gives them."""

    INSTANCES = "instances"
    CORES = "cores"
    RAM = "ram"
    METADATA_ITEMS = "metadata_items"
    KEY_PAIRS = "key_pairs"
    SERVER_GROUPS = "server_groups"
    SERVER_GROUP_MEMBERS = "server_group_members"
    INJECTED_FILES = "injected_files"
    INJECTED_FILE_CONTENT_BYTES = "injected_file_content_bytes"
    INJECTED_FILE_PATH_BYTES = "injected_file_path_bytes"
    FIXED_IPS = "fixed_ips"
    FLOATING_IPS = "floating_ips"
    SECURITY_GROUPS = "security_groups"
    SECURITY_GROUP_RULES = "security_group_rules"


@dataclass(frozen=True)
class Limits:
    """The limit of every resource; -1: none."""

    by_key: Mapping[QuotaKey, int]

    def of(self, key: QuotaKey) -> int:
        return self.by_key[key]


@dataclass(frozen=True)
class Usage:
    """What a project has."""

    instances: int = 0
    cores: int = 0
    ram_mib: int = 0
    server_groups: int = 0


DEFAULT_LIMITS: Mapping[QuotaKey, int] = {
    QuotaKey.INSTANCES: 100,
    QuotaKey.CORES: 200,
    QuotaKey.RAM: 512 * 1024,
    QuotaKey.METADATA_ITEMS: 128,
    QuotaKey.KEY_PAIRS: 100,
    QuotaKey.SERVER_GROUPS: 10,
    QuotaKey.SERVER_GROUP_MEMBERS: 10,
    QuotaKey.INJECTED_FILES: 5,
    QuotaKey.INJECTED_FILE_CONTENT_BYTES: 10240,
    QuotaKey.INJECTED_FILE_PATH_BYTES: 255,
    QuotaKey.FIXED_IPS: -1,
    QuotaKey.FLOATING_IPS: -1,
    QuotaKey.SECURITY_GROUPS: -1,
    QuotaKey.SECURITY_GROUP_RULES: -1,
}
"""Until the administrator says otherwise. Those of networks are kept by the network service: no limit here."""
