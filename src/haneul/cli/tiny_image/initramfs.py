"""The initramfs: just enough to find and mount the root filesystem."""

from __future__ import annotations

import shutil
from pathlib import Path

from haneul.cli.tiny_image.contents import BUSYBOX, EARLY_MODULES
from haneul.cli.tiny_image.modules import install_modules
from haneul.cli.tiny_image.rootfs import GUEST_FILES, install_programs, lay_over, link_applets, settle
from haneul.cli.tiny_image.tools import run

LINKS = {
    "bin": "usr/bin",
    "lib": "usr/lib",
    "lib64": "usr/lib",
    "usr/lib/ld-linux-x86-64.so.2": "x86_64-linux-gnu/ld-linux-x86-64.so.2",
}


def write_initramfs(stage: Path, scratch: Path, kernel_version: str) -> Path:
    """The initramfs as a file in `scratch`, packed with lz4, which the kernel unpacks fastest."""
    root = scratch / "early"
    for folder in ("dev", "proc", "sys", "root", "usr/bin", "usr/lib"):
        (root / folder).mkdir(parents=True)
    for name, target in LINKS.items():
        (root / name).symlink_to(target)
    install_programs(stage, root, [BUSYBOX])
    link_applets(stage, root / "usr/bin")
    install_modules(stage, root, kernel_version, EARLY_MODULES)
    lay_over(GUEST_FILES / "early", root)
    settle(root)
    return _pack(root, scratch)


def _pack(root: Path, scratch: Path) -> Path:
    names = sorted(str(path.relative_to(root)) for path in root.rglob("*"))
    archive, packed = scratch / "initrd.cpio", scratch / "initrd.img"
    options = ["--quiet", "--create", "--format=newc", "--owner=0:0", "--reproducible", f"--file={archive}"]
    run(["cpio", *options], cwd=root, given="\n".join([".", *names]) + "\n")
    # The kernel reads lz4's older ("legacy") frames only.
    run(["lz4", "-q", "-l", "-9", "-f", archive, packed])
    shutil.rmtree(root)
    return packed
