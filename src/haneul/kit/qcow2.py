"""The smallest qcow2 image there is: for fakes that must hand out a real one."""

from __future__ import annotations

import struct

_CLUSTER_BITS = 14
_CLUSTER = 1 << _CLUSTER_BITS
_HEADER = struct.Struct(">4sIQIIQIIQQIIQQQQII")


def empty_qcow2(size_bytes: int, note: bytes = b"") -> bytes:
    """An image of a disk full of zeros (QEMU's docs/interop/qcow2.txt, version 3); `note` follows its clusters."""
    l1_entries = -(-size_bytes // (_CLUSTER * (_CLUSTER // 8)))
    l1_clusters = max(1, -(-l1_entries * 8 // _CLUSTER))
    header = _HEADER.pack(
        *(b"QFI\xfb", 3, 0, 0, _CLUSTER_BITS, size_bytes, 0, l1_entries),
        *(3 * _CLUSTER, _CLUSTER, 1, 0, 0, 0, 0, 0, 4, _HEADER.size),
    )
    counted = 3 + l1_clusters
    table = struct.pack(">Q", 2 * _CLUSTER)
    block = struct.pack(f">{counted}H", *([1] * counted))
    body = b"".join(cluster.ljust(_CLUSTER, b"\0") for cluster in (header, table, block))
    return body + bytes(l1_clusters * _CLUSTER) + note
