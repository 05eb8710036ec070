"""Whether a qcow2 file is whole: everything that its tables point to lies inside it.

Format: QEMU's docs/interop/qcow2.txt, versions 2 and 3.
"""

from __future__ import annotations

import struct
import sys
from array import array

from haneul.kit.errors import Invalid
from haneul.services.image import BlobReader

_HEADER = struct.Struct(">4sIQIIQIIQQIIQ")
_OFFSET = 0x00FFFFFFFFFFFE00
_COMPRESSED = 1 << 62
_PIECE_BYTES = 1 << 20
_MAX_L1_BYTES = 32 << 20


def check_whole(reader: BlobReader) -> None:
    """Raises Invalid `image.truncated` where a table or a cluster would lie beyond the end of the file."""
    header = reader.read(0, _HEADER.size)
    if len(header) < _HEADER.size:
        raise _truncated("its header is cut off")
    (_, _, _, _, cluster_bits, _, _, l1_entries, l1_offset, refcounts_offset, refcount_clusters, *_) = _HEADER.unpack(
        header
    )
    if not 9 <= cluster_bits <= 21 or l1_entries * 8 > _MAX_L1_BYTES:
        raise Invalid("image.unsafe", "The qcow2 header makes no sense: create the image anew with qemu-img.")
    cluster = 1 << cluster_bits
    end = reader.size_bytes
    if l1_offset + 8 * l1_entries > end or refcounts_offset + refcount_clusters * cluster > end:
        raise _truncated("its tables lie beyond its end")
    for table in _entries(reader, l1_offset, 8 * l1_entries):
        for entry in table:
            l2_offset = entry & _OFFSET
            if l2_offset:
                _check_l2(reader, l2_offset, cluster)


def _check_l2(reader: BlobReader, offset: int, cluster: int) -> None:
    if offset + cluster > reader.size_bytes:
        raise _truncated("its tables lie beyond its end")
    for table in _entries(reader, offset, cluster):
        if max(table) >= _COMPRESSED:
            plain = (entry for entry in table if not entry & _COMPRESSED)
            last = max((entry & _OFFSET for entry in plain), default=0)
        else:
            last = max(table) & _OFFSET
        # The last cluster of a file may be written in part only.
        if last >= reader.size_bytes:
            raise _truncated("its data lies beyond its end")


def _entries(reader: BlobReader, offset: int, length: int) -> list[array[int]]:
    tables = []
    for start in range(0, length, _PIECE_BYTES):
        table = array("Q", reader.read(offset + start, min(_PIECE_BYTES, length - start)))
        if sys.byteorder == "little":
            table.byteswap()
        tables.append(table)
    return tables


def _truncated(why: str) -> Invalid:
    return Invalid(
        "image.truncated", f"The qcow2 data is incomplete, {why}: upload the whole file, or check it with qemu-img."
    )
