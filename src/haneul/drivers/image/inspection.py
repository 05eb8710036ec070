"""What images' data really is, found by OpenStack's own inspectors (oslo.utils) while it is streamed by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from haneul.drivers.image.ova import check_ova
from haneul.drivers.image.qcow2 import check_whole
from haneul.kit.errors import Invalid
from haneul.kit.foreign_disks import FOOTER_BYTES, FORMATS, HEAD_BYTES, is_fixed_vhd, why_not_alone
from haneul.services.image import BlobReader, Found

if TYPE_CHECKING:
    from oslo_utils.imageutils.format_inspector import FileInspector, InspectWrapper

_KERNELS = ("aki", "ari")
_UNCHECKED_CONTAINERS = ("ovf", "docker", "compressed")


class FormatInspector:
    """Begins inspections; the library is imported with the first (14 MB, 80 ms)."""

    def __init__(self, enforce: bool = True) -> None:
        """Without `enforce` data may be other than the image claims; what is unsafe is refused all the same."""
        self._enforce = enforce

    def begin(self, disk_format: str, container_format: str) -> _Inspection:
        if container_format == "ova":
            return _Archive(self._enforce)
        if container_format in _UNCHECKED_CONTAINERS:
            return _Unopened()
        return _Disk(disk_format, self._enforce)


class _Inspection:
    def feed(self, chunk: bytes) -> None:
        """Look at the next bytes."""

    def finish(self, reader: BlobReader) -> Found:
        raise NotImplementedError


class _Unopened(_Inspection):
    """A container that nothing in the cloud opens: bytes in, the same bytes out."""

    def finish(self, reader: BlobReader) -> Found:
        return Found("raw", None)


class _Archive(_Inspection):
    """An OVA, looked into once it is complete."""

    def __init__(self, enforce: bool) -> None:
        self._enforce = enforce

    def finish(self, reader: BlobReader) -> Found:
        try:
            check_ova(reader, lambda disk_format: _Disk(disk_format, enforce=True))
        except Invalid as error:
            if self._enforce or error.code != "image.wrong_format":
                raise
        return Found("raw", None)


class _Disk(_Inspection):
    """A bare disk, or a kernel or ramdisk."""

    def __init__(self, disk_format: str, enforce: bool) -> None:
        from oslo_utils.imageutils import format_inspector

        self._claimed = disk_format
        self._enforce = enforce
        self._library = format_inspector
        self._source = _Pushed()
        self._wrapper: InspectWrapper = format_inspector.InspectWrapper(self._source)  # type: ignore[arg-type]
        self._is_known = disk_format in format_inspector.ALL_FORMATS

    def feed(self, chunk: bytes) -> None:
        self._source.chunk = chunk
        next(self._wrapper)

    def finish(self, reader: BlobReader) -> Found:
        self._wrapper.close()
        found = self._detect()
        name = "raw" if str(found) == "gpt" else str(found)
        footer = reader.read(max(0, reader.size_bytes - FOOTER_BYTES), FOOTER_BYTES)
        fixed_vhd = name == "raw" and self._claimed == "vhd" and is_fixed_vhd(footer)
        name = "vhd" if fixed_vhd else name
        if self._enforce and not self._is_as_claimed(name):
            if reader.size_bytes == 0:
                raise Invalid("image.empty", f"The image should be {self._claimed}, but its data is empty: upload it.")
            raise Invalid(
                "image.wrong_format",
                f"The image's disk_format is {self._claimed}, but the data is {name}: "
                f"set disk_format to {name}, or upload other data.",
            )
        self._check_safe(found)
        if name == "qcow2":
            check_whole(reader)
        if name in FORMATS and (why := why_not_alone(name, reader.read(0, HEAD_BYTES), footer)):
            raise _unsafe(name, [why])
        if fixed_vhd:
            return Found(name, reader.size_bytes - FOOTER_BYTES)
        if self._claimed == "raw":
            return Found("raw", reader.size_bytes)
        return Found(name, None if name == "raw" else int(found.virtual_size))

    def _is_as_claimed(self, name: str) -> bool:
        """Formats that the library does not know are as good as raw; what claims to be raw is read as raw."""
        return name == self._claimed or self._claimed == "raw" or (name == "raw" and not self._is_known)

    def _detect(self) -> FileInspector:
        by_name = {str(inspector): inspector for inspector in self._wrapper.formats or []}
        if by_name.keys() == {"iso", "gpt"}:
            return by_name["iso"]
        if len(by_name) != 1:
            raise Invalid(
                "image.unsafe",
                f"The data looks like several formats at once ({', '.join(sorted(by_name))}), which hides one "
                "in another: convert it into a plain image of one format.",
            )
        return next(iter(by_name.values()))

    def _check_safe(self, found: FileInspector) -> None:
        try:
            found.safety_check()
        except self._library.SafetyCheckFailed as error:
            reasons = self._reasons(error.failures)
            if reasons:
                raise _unsafe(str(found), reasons) from error
        except self._library.ImageFormatError as error:
            raise _unsafe(str(found), [str(error)]) from error

    def _reasons(self, failures: dict[str, Any]) -> list[str]:
        kernel = self._claimed in _KERNELS
        return [str(reason) for name, reason in failures.items() if not (kernel and name == "mbr")]


class _Pushed:
    """A source from which the library's wrapper pulls what has just been pushed."""

    chunk = b""

    def __next__(self) -> bytes:
        return self.chunk


def _unsafe(name: str, reasons: list[str]) -> Invalid:
    return Invalid(
        "image.unsafe",
        f"The data ({name}) is refused, because opening it is not safe: {'; '.join(reasons)}. "
        f"Convert it into a stand-alone image first, for instance with qemu-img convert.",
    )
