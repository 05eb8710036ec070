"""What the host has and runs."""

from __future__ import annotations

from haneul.agent.parts import Parts
from haneul.hostapi import HostInventory


def get_inventory(parts: Parts) -> HostInventory:
    return parts.inventory()
