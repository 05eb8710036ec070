"""Which ports a server will have, decided before any is made."""

from __future__ import annotations

from haneul.kit.ids import new_uuid
from haneul.services.compute.model import PlannedNic, WantedNic


def plan_nic(wanted: WantedNic, security_group_ids: tuple[str, ...]) -> PlannedNic:
    """A port that is there, or the id of one to be made: chosen now, so that a step done twice makes one port."""
    if wanted.port_id:
        return PlannedNic(wanted.port_id, tag=wanted.tag)
    return PlannedNic(new_uuid(), wanted.network_id, wanted.fixed_ip, security_group_ids, wanted.tag)
