"""An image that lies ready on this host, so that the next disk of it is made at once."""

from __future__ import annotations

from haneul.agent.parts import Parts
from haneul.hostapi import DiskReport, ImageSource


def ensure_base(parts: Parts, source: ImageSource, waiter: str) -> DiskReport:
    """Not ready while the image is fetched; then the event `disk_ready` comes, with `waiter` as its subject."""
    total = source.size_bytes
    if parts.disks.has_base(source):
        return DiskReport(waiter, True, total, total)
    return DiskReport(waiter, False, parts.images.want(source, waiter), total)
