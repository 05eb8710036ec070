"""A disk that is there, made from its image if it has one."""

from __future__ import annotations

from haneul.agent.parts import Parts
from haneul.hostapi import DiskReport, DiskSpec
from haneul.kit.errors import Invalid

_GIB = 1024**3


def ensure_disk(parts: Parts, spec: DiskSpec) -> DiskReport:
    """Make the disk; not ready while its image is fetched, which goes on after this returns."""
    total = spec.image.size_bytes if spec.image else 0
    if spec.size_gib and total > spec.size_gib * _GIB:
        raise Invalid("disk.too_small", f"Choose a larger disk: the image alone has {total} bytes")
    with parts.locks.of(spec.disk_id):
        if parts.disks.find(spec.disk_id) is None and spec.image and not parts.disks.has_base(spec.image):
            return DiskReport(spec.disk_id, False, parts.images.want(spec.image, spec.disk_id), total)
        parts.disks.create(spec)
        return DiskReport(spec.disk_id, True, total, total)
