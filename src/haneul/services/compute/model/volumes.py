"""The volumes that servers have."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ServerVolume:
    """A volume at a server, on its way there or on its way out."""

    server_id: str
    attachment_id: str
    volume_id: str
    device: str
    """/dev/vdb ..."""
    tag: str | None = None
    boot_index: int | None = None
    goes_with_server: bool = False
    """Deleted when the server is."""
    is_leaving: bool = False
    """The guest shall let go of it."""
