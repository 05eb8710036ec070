"""Availability zones: there is one, in which all hosts are."""

from __future__ import annotations

from haneul.services.compute.parts import Parts


class Zones:
    def __init__(self, parts: Parts) -> None:
        self.name = parts.tuning.zone
