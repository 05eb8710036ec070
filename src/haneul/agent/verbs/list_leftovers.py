"""Everything on the host that bears the cloud's mark."""

from __future__ import annotations

from haneul.agent.parts import Parts
from haneul.hostapi import Leftovers


def list_leftovers(parts: Parts) -> Leftovers:
    """Wanted or not: from the hypervisor, the disks and the switch, and from the agent's own memory."""
    remembered = {record.spec.server_id for record in parts.journal.list()}
    present = parts.hypervisor.list_guests()
    return Leftovers(
        tuple(sorted(remembered | set(present))),
        parts.disks.list_disks(),
        parts.nics.list_ports(),
        parts.nics.list_metadata(),
        parts.disks.list_snapshots(),
        present,
        parts.nics.list_plugged(),
    )
