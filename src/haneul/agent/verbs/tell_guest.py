"""What a guest is told of itself has changed while it runs."""

from __future__ import annotations

from dataclasses import replace

from haneul.agent.parts import Parts
from haneul.hostapi import GuestMetadata
from haneul.kit.errors import NotFound


def tell_guest(parts: Parts, server_id: str, metadata: GuestMetadata) -> None:
    """The metadata service answers by this from now on; a config drive is as it was made.

    Raises NotFound("guest.absent").
    """
    with parts.locks.of(server_id):
        record = parts.journal.find(server_id)
        if record is None:
            raise NotFound("guest.absent", f"The host has no guest for server {server_id}")
        if record.spec.metadata != metadata:
            parts.journal.save(replace(record, spec=replace(record.spec, metadata=metadata)))
