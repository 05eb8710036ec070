"""What a guest is told of itself, and how its cards are guarded, has changed while it runs."""

from __future__ import annotations

from dataclasses import replace

from haneul.agent.parts import Parts
from haneul.hostapi import GuestMetadata, NicSpec
from haneul.kit.errors import NotFound


def tell_guest(parts: Parts, server_id: str, metadata: GuestMetadata, nics: tuple[NicSpec, ...] | None = None) -> None:
    """The metadata service answers by this from now on; a config drive is as it was made.

    Cards that the guest does not have are passed over. Raises NotFound("guest.absent").
    """
    with parts.locks.of(server_id):
        record = parts.journal.find(server_id)
        if record is None:
            raise NotFound("guest.absent", f"The host has no guest for server {server_id}")
        spec = record.spec.told(metadata, nics)
        if spec != record.spec:
            parts.journal.save(replace(record, spec=spec))
        for nic in spec.nics:
            parts.nics.guard(nic)
