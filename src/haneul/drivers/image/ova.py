"""What is inside an OVA: a tar archive with a description (.ovf) and disks (DSP0243, Open Virtualization Format)."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable

from haneul.kit.errors import Invalid
from haneul.services.image import BlobReader, Inspection

_PIECE_BYTES = 1 << 20
_MAX_MEMBERS = 1000
_DISK_FORMATS = {".vmdk": "vmdk", ".qcow2": "qcow2", ".vhd": "vhd", ".vdi": "vdi"}


def check_ova(reader: BlobReader, begin: Callable[[str], Inspection]) -> None:
    """Every disk in it is what its name says, and safe.

    Raises Invalid `image.wrong_format` for what is no OVA, `image.unsafe` for members that are no plain files,
    and what an inspection raises.
    """
    has_description = False
    try:
        with tarfile.open(fileobj=_File(reader), mode="r:") as archive:
            for number, member in enumerate(archive):
                has_description = has_description or member.name.lower().endswith(".ovf")
                _check_member(reader, member, number, begin)
    except tarfile.TarError as error:
        raise _no_ova(f"it is not a tar archive ({error})") from error
    if not has_description:
        raise _no_ova("the archive holds no .ovf description")


def _check_member(reader: BlobReader, member: tarfile.TarInfo, number: int, begin: Callable[[str], Inspection]) -> None:
    is_plain = member.type in (tarfile.REGTYPE, tarfile.AREGTYPE)
    if not is_plain or number >= _MAX_MEMBERS or member.name.startswith("/") or ".." in member.name.split("/"):
        raise Invalid(
            "image.unsafe",
            f"The archive holds {member.name!r}, which is no plain file of its own: "
            "pack the description and the disks only.",
        )
    if member.offset_data + member.size > reader.size_bytes:
        raise Invalid("image.truncated", f"The archive ends within {member.name!r}: upload the whole file.")
    suffix = "." + member.name.lower().rpartition(".")[2]
    if suffix in _DISK_FORMATS:
        disk = _Member(reader, member.offset_data, member.size)
        inspection = begin(_DISK_FORMATS[suffix])
        for offset in range(0, disk.size_bytes, _PIECE_BYTES):
            inspection.feed(disk.read(offset, _PIECE_BYTES))
        inspection.finish(disk)


class _File(io.RawIOBase):
    """A reader as a file, for the tar library."""

    def __init__(self, reader: BlobReader) -> None:
        self._reader = reader
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._reader.size_bytes}[whence]
        self._at = base + offset
        return self._at

    def read(self, size: int = -1) -> bytes:
        length = self._reader.size_bytes - self._at if size < 0 else size
        data = self._reader.read(self._at, max(0, length))
        self._at += len(data)
        return data


class _Member:
    """One file of an archive, as a reader."""

    def __init__(self, reader: BlobReader, start: int, size_bytes: int) -> None:
        self._reader, self._start = reader, start
        self.size_bytes = size_bytes

    def read(self, offset: int, length: int) -> bytes:
        return self._reader.read(self._start + offset, max(0, min(length, self.size_bytes - offset)))

    def close(self) -> None:
        """The archive is closed by whoever opened it."""

    def __enter__(self) -> _Member:
        return self

    def __exit__(self, *_exc: object) -> None:
        """Nothing is held."""


def _no_ova(why: str) -> Invalid:
    return Invalid("image.wrong_format", f"The container format is ova, but the data is none: {why}. Correct either.")
