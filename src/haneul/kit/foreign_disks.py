"""Disk images of other hypervisors: whether one stands alone, told from its first bytes before any program opens it.

Formats: VMware Virtual Disk Format 5.0; Microsoft's VHD specification 1.0; VirtualBox's VDICore.h.
"""

from __future__ import annotations

import re
import struct

HEAD_BYTES = 512 + 64 * 1024
"""So much of the beginning is looked at."""
FOOTER_BYTES = 512
"""So much of the end: a VHD of fixed size is raw data with a footer."""

_VMDK_HEADER = struct.Struct("<4sIIQQQQ")
_SECTOR = 512
_NO_PARENT = "ffffffff"
_VMDK_KINDS = ("monolithicsparse", "streamoptimized")
_VHD_FIXED, _VHD_DYNAMIC = 2, 3
_VDI_KINDS = (1, 2)
_VDI_MAGIC = 0xBEDA107F


def why_not_alone(disk_format: str, head: bytes, footer: bytes) -> str | None:
    """Why the image is none of `disk_format` (vmdk, vhd, vhdx, vdi) or leans on other files; None if all is well.

    `head` and `footer` are the first HEAD_BYTES and the last FOOTER_BYTES of it.
    """
    return _CHECKS[disk_format](head, footer)


def is_fixed_vhd(footer: bytes) -> bool:
    """Whether these last bytes are those of a VHD whose data stands in it as it is."""
    return footer[:8] == b"conectix" and footer[60:64] == struct.pack(">I", _VHD_FIXED)


def _vmdk(head: bytes, _footer: bytes) -> str | None:
    if len(head) < _SECTOR or head[:4] != b"KDMV":
        return "it is no VMDK of one file"
    _, _, _, capacity, _, begin, length = _VMDK_HEADER.unpack_from(head)
    # A capacity of 0 makes readers take the description for the whole image; they look for it in the second sector.
    if not capacity or begin != 1 or not 0 < length * _SECTOR <= HEAD_BYTES - _SECTOR:
        return "its header points to no description of its own"
    described = head[_SECTOR : _SECTOR * (1 + max(20, length))].partition(b"\0")[0].decode("latin-1")
    return _vmdk_description(described)


def _vmdk_description(text: str) -> str | None:
    fields = {name.lower(): value.strip('" ').lower() for name, value in re.findall(r"^\s*(\w+)\s*=(.*)$", text, re.M)}
    if fields.get("createtype") not in _VMDK_KINDS:
        return f"it is a VMDK of the kind {fields.get('createtype', 'unknown')}, which keeps its data elsewhere"
    if "parentfilenamehint" in text.lower() or fields.get("parentcid", _NO_PARENT) != _NO_PARENT:
        return "it leans on a parent"
    extents = re.findall(r"^\s*(?:RW|RDONLY|NOACCESS)\s+\d+\s+(\w+)\s+\"([^\"]*)\"", text, re.M | re.I)
    if len(extents) != 1 or extents[0][0].upper() != "SPARSE" or "/" in extents[0][1]:
        return "its data is not all in this one file"
    return None


def _vhd(head: bytes, footer: bytes) -> str | None:
    if head[:8] == b"conectix" and len(head) >= 64:
        (kind,) = struct.unpack_from(">I", head, 60)
        return None if kind == _VHD_DYNAMIC else "it is a VHD of differences to another file"
    return None if is_fixed_vhd(footer) else "it is no VHD"


def _vhdx(head: bytes, _footer: bytes) -> str | None:
    return None if head[:8] == b"vhdxfile" else "it is no VHDX"


def _vdi(head: bytes, _footer: bytes) -> str | None:
    if len(head) < _SECTOR or struct.unpack_from("<I", head, 64)[0] != _VDI_MAGIC:
        return "it is no VDI"
    (kind,) = struct.unpack_from("<I", head, 76)
    return None if kind in _VDI_KINDS else "it is a VDI of differences to another file"


_CHECKS = {"vmdk": _vmdk, "vhd": _vhd, "vhdx": _vhdx, "vdi": _vdi}
FORMATS = frozenset(_CHECKS)
"""As OpenStack names them."""
