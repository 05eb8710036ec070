"""A guest that is gone: everything of it but its disks."""

from __future__ import annotations

import shutil

from haneul.agent.parts import Parts
from haneul.hostapi import GuestReport, Power


def remove_guest(parts: Parts, server_id: str) -> GuestReport:
    """Fine if it is gone. The journal forgets it last, so that a removal cut short is seen and repeated."""
    with parts.locks.of(server_id):
        parts.hypervisor.remove(server_id)
        record = parts.journal.find(server_id)
        known = (nic.port_id for nic in record.spec.nics) if record else ()
        parts.nics.remove(server_id, besides=frozenset(known))
        folder = parts.guest_folder(server_id)
        if folder.exists():
            shutil.rmtree(folder)
        parts.journal.remove(server_id)
    remove_idle_metadata(parts)
    return GuestReport(server_id, Power.ABSENT, is_settled=True)


def remove_idle_metadata(parts: Parts) -> None:
    """Stop answering on networks on which no guest of this host is left."""
    with parts.locks.of("metadata"):
        nics = [nic for record in parts.journal.list() for nic in record.spec.nics]
        needed = {nic.metadata.network_id for nic in nics if nic.metadata}
        for network_id in parts.nics.list_metadata():
            if network_id not in needed:
                parts.metadata.remove(network_id)
                parts.nics.remove_metadata(network_id)
