"""qemu-img, kept on a short leash: images are written by strangers."""

from __future__ import annotations

import signal
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

import msgspec

from haneul.agent.files import disk_full
from haneul.kit.errors import Invalid, Unavailable

_LIMITS = ("prlimit", "--as=1073741824", "--cpu=60", "--")
_DEADLINE_S = 120
_LONG_LIMITS = ("prlimit", "--as=2147483648", "--")
_LONG_DEADLINE_S = 4 * 3600
_FULL = ("No space left", "Disk quota exceeded")
_QCOW2_MAGIC = b"QFI\xfb"
_EXTERNAL_DATA = 1 << 2


@dataclass(frozen=True)
class ImageFacts:
    virtual_bytes: int
    backing_file: str


class _Info(msgspec.Struct, rename="kebab"):
    virtual_size: int
    format: str
    full_backing_filename: str = ""
    backing_filename: str = ""


def inspect(path: Path, image_format: str, may_have_backing: bool = False) -> ImageFacts:
    """What the image says of itself, read as `image_format` and as nothing else.

    A disk of a guest (`may_have_backing`) may be in use meanwhile: its size and backing file are read all the same.
    Raises Invalid("image.damaged") for one that is of another format, is broken, or leans on other files.
    """
    if image_format == "raw":
        return ImageFacts(path.stat().st_size, "")
    _check_header(path, may_have_backing)
    sharing = ("--force-share",) if may_have_backing else ()
    said = qemu_img("info", "--output=json", *sharing, "-f", image_format, str(path))
    try:
        info = msgspec.json.decode(said, type=_Info)
    except msgspec.DecodeError as error:
        raise damaged(path, f"qemu-img says of it: {said[:200]!r}") from error
    return ImageFacts(info.virtual_size, info.full_backing_filename or info.backing_filename)


def qemu_img(*arguments: str, is_long: bool = False, max_file_bytes: int | None = None) -> bytes:
    """Run qemu-img with little memory and time; what it wrote. Raises Invalid or NoCapacity("host.disk_full").

    `is_long` is for what copies data: it may take hours. What grows beyond `max_file_bytes` counts as a full disk.
    """
    limits, deadline_s = (_LONG_LIMITS, _LONG_DEADLINE_S) if is_long else (_LIMITS, _DEADLINE_S)
    size = () if max_file_bytes is None else (f"--fsize={max_file_bytes}",)
    try:
        command = [limits[0], *size, *limits[1:], "qemu-img", *arguments]
        done = subprocess.run(command, capture_output=True, timeout=deadline_s)
    except FileNotFoundError as error:
        message = f"Install qemu-utils and util-linux on the host: {error.filename} is missing"
        raise Unavailable("host.no_qemu_img", message) from error
    except subprocess.TimeoutExpired as error:
        raise Unavailable("host.qemu_img_hangs", f"Look at the host's disk: qemu-img {arguments[0]} hangs") from error
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode(errors="replace").strip()
    is_cut = max_file_bytes is not None and "File too large" in said and "Could not open" not in said
    if is_cut or done.returncode == -signal.SIGXFSZ or any(words in said for words in _FULL):
        raise disk_full()
    if 'Failed to get "write" lock' in said or "Failed to get shared" in said:
        raise Unavailable("disk.locked", f"Stop the guest first: its disk is in use ({said})")
    raise Invalid("image.damaged", f"Upload the image again, or choose another: {said}")


def _check_header(path: Path, may_have_backing: bool) -> None:
    """Look at the qcow2 header before any program opens the file (QEMU's docs/interop/qcow2.txt)."""
    with path.open("rb") as file:
        header = file.read(104)
    if len(header) < 72 or header[:4] != _QCOW2_MAGIC:
        raise damaged(path, "it is no qcow2 image")
    version, backing_offset = struct.unpack(">IQ", header[4:16])
    if backing_offset and not may_have_backing:
        raise damaged(path, "it leans on a backing file")
    if version >= 3:
        if len(header) < 104:
            raise damaged(path, "its header is cut off")
        if struct.unpack(">Q", header[72:80])[0] & _EXTERNAL_DATA:
            raise damaged(path, "it keeps its data in another file")


def damaged(path: Path, why: str) -> Invalid:
    """The refusal of an image that is not what it should be."""
    return Invalid("image.damaged", f"Upload the image again, or choose another: {path.name}: {why}")
