"""The build from beginning to end: select packages, have them, put the disk together, keep the result."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from haneul.cli.tiny_image import disk, initramfs, packages, rootfs
from haneul.cli.tiny_image.tools import check_tools, run
from haneul.kit.errors import Forbidden
from haneul.kit.locks import alone

SCRATCH_PREFIX = "build-"


@dataclass(frozen=True)
class BuiltImage:
    """A guest image in a file."""

    file: Path
    size_bytes: int
    sha256: str
    kernel_version: str
    reused: bool
    """Nothing had changed since an earlier build, which was taken as it was."""


def build(out: Path, cache: Path, progress: Callable[[str], None]) -> BuiltImage:
    """Put the tiny guest image (qcow2, BIOS boot, amd64) at `out`, which is replaced whole or not at all.

    `cache` keeps packages and finished images: the same packages make the same image, and it is made once.
    `progress` hears a line for each step. Raises Forbidden if not root, Unavailable if a tool or a package
    is missing.
    """
    _check_root()
    check_tools()
    with _alone_in(cache):
        progress("ask apt for the newest packages")
        selection = packages.select()
        kept = cache / "images" / f"tiny-{_fingerprint(selection)}.qcow2"
        reused = kept.exists()
        if not reused:
            packages.download(selection.packages, cache / "packages", progress)
            _make(selection, cache, kept, progress)
            _tidy(cache, kept, selection)
        _place(kept, out)
    with out.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    return BuiltImage(out, out.stat().st_size, sha256, selection.kernel_version, reused)


def _make(selection: packages.Selection, cache: Path, kept: Path, progress: Callable[[str], None]) -> None:
    kept.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=SCRATCH_PREFIX, dir=cache) as folder:
        scratch = Path(folder)
        stage, root = scratch / "stage", scratch / "root"
        progress(f"unpack {len(selection.packages)} packages")
        packages.unpack(selection.packages, cache / "packages", stage)
        progress("assemble the root filesystem")
        rootfs.assemble(stage, root, selection.kernel_version)
        progress("pack the initramfs")
        early = initramfs.write_initramfs(stage, scratch, selection.kernel_version)
        progress("write the disk")
        raw = disk.write_disk(stage / f"boot/vmlinuz-{selection.kernel_version}", early, root, scratch)
        run(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", "-c", raw, scratch / "disk.qcow2"])
        (scratch / "disk.qcow2").replace(kept)


def _tidy(cache: Path, kept: Path, selection: packages.Selection) -> None:
    """Forget images and packages that this build has made outdated."""
    needed = {kept.name, *(package.file for package in selection.packages)}
    for file in (*kept.parent.iterdir(), *(cache / "packages").iterdir()):
        if file.is_file() and file.name not in needed:
            file.unlink()


def _fingerprint(selection: packages.Selection) -> str:
    """Stands for all that the image depends on: the packages, the guest's files and the builder itself."""
    digest = hashlib.sha256()
    for package in selection.packages:
        digest.update(package.sha256.encode())
    here = Path(__file__).parent
    for file in sorted(path for path in here.rglob("*") if path.is_file() and path.suffix != ".pyc"):
        digest.update(str(file.relative_to(here)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def _place(kept: Path, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = out.with_name(f".{out.name}.{os.getpid()}")
    shutil.copyfile(kept, fresh)
    fresh.replace(out)


@contextmanager
def _alone_in(cache: Path) -> Iterator[None]:
    """Wait until no other build uses `cache`; clear away what a killed one left."""
    with alone(cache / "lock"):
        for scratch in cache.glob(f"{SCRATCH_PREFIX}*"):
            shutil.rmtree(scratch)
        yield


def _check_root() -> None:
    if os.geteuid() != 0:
        raise Forbidden("tiny_image.not_root", "The image's files belong to root: build it with sudo")
