"""The disk: a small FAT partition that the BIOS can boot from, then the root filesystem, which can grow."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from haneul.cli.tiny_image.contents import MASTER_BOOT_CODE
from haneul.cli.tiny_image.rootfs import GUEST_FILES, copy_file
from haneul.cli.tiny_image.tools import EPOCH_S, run

MIB = 2**20
SECTOR_BYTES = 512
BOOT_CODE_BYTES = 440
BOOT_MIN_MIB = 17
"""Below this FAT16, which syslinux needs, has too few clusters."""
ROOT_SPARE_MIB = 32
"""Free room for guests whose disk is no bigger than the image."""
GROWTH_LIMIT_BYTES = 2**40
"""How far the root filesystem can be grown while it is mounted."""
ROOT_UUID = "6f1c2b1e-7d0a-4b59-9a52-7469746e7900"
FIRST_INODE = 11
"""The first that ext4 does not keep for itself: lost+found."""
DISK_ID = 0x74696E79


@dataclass(frozen=True)
class Layout:
    """Where the two partitions lie, in whole MiB; the first MiB belongs to the boot code."""

    boot_mib: int
    root_mib: int

    @property
    def total_mib(self) -> int:
        return 1 + self.boot_mib + self.root_mib

    @property
    def table(self) -> str:
        """The partition table as sfdisk reads it."""
        sectors = MIB // SECTOR_BYTES
        boot = f"start={sectors}, size={self.boot_mib * sectors}, type=e, bootable"
        root = f"start={(1 + self.boot_mib) * sectors}, size={self.root_mib * sectors}, type=83"
        return f"label: dos\nlabel-id: {DISK_ID:#x}\nunit: sectors\n{boot}\n{root}\n"


def plan(boot_files_bytes: int, root_files_bytes: int) -> Layout:
    """A layout with room for these files."""
    boot_mib = max(BOOT_MIN_MIB, -(-boot_files_bytes // MIB) + 2)
    return Layout(boot_mib, -(-root_files_bytes * 11 // (10 * MIB)) + ROOT_SPARE_MIB)


def write_disk(kernel: Path, initramfs: Path, root: Path, scratch: Path) -> Path:
    """The whole disk as a raw file in `scratch`."""
    files = [path for path in root.rglob("*") if path.is_file() and not path.is_symlink()]
    layout = plan(
        kernel.stat().st_size + initramfs.stat().st_size,
        sum(-(-path.stat().st_size // 4096) * 4096 for path in files),
    )
    disk = scratch / "disk.raw"
    with disk.open("wb") as content:
        content.truncate(layout.total_mib * MIB)
    run(["sfdisk", "-q", disk], given=layout.table)
    _copy_into(disk, Path(MASTER_BOOT_CODE).read_bytes()[:BOOT_CODE_BYTES], 0)
    boot = _write_boot(layout, kernel, initramfs, scratch)
    _copy_into(disk, boot.read_bytes(), MIB)
    _copy_into(disk, _write_root(layout, root, scratch).read_bytes(), (1 + layout.boot_mib) * MIB)
    return disk


def _write_boot(layout: Layout, kernel: Path, initramfs: Path, scratch: Path) -> Path:
    boot = scratch / "boot.fat"
    with boot.open("wb") as content:
        content.truncate(layout.boot_mib * MIB)
    run(["mkfs.fat", "-F", "16", "-n", "TINYBOOT", "--invariant", boot])
    copy_file(kernel, scratch / "vmlinuz")
    run(["mcopy", "-i", boot, scratch / "vmlinuz", initramfs, GUEST_FILES / "syslinux.cfg", "::"])
    run(["syslinux", "--install", boot])
    return boot


def _write_root(layout: Layout, root: Path, scratch: Path) -> Path:
    image = scratch / "root.ext4"
    extended = f"resize={GROWTH_LIMIT_BYTES // 4096},hash_seed={ROOT_UUID},lazy_itable_init=1"
    features = "^metadata_csum,resize_inode"
    shape = ["-t", "ext4", "-b", "4096", "-m", "0", "-J", "size=4", "-O", features, "-E", extended]
    identity = ["-L", "tiny-root", "-U", ROOT_UUID]
    run(["mke2fs", "-q", *shape, *identity, "-d", root, image, f"{layout.root_mib}M"])
    # mke2fs copies times that change while it reads: set them in the image.
    inodes = range(FIRST_INODE, FIRST_INODE + 1 + sum(1 for _ in root.rglob("*")))
    changes = [f"set_inode_field <{inode}> {time} @{EPOCH_S}" for inode in inodes for time in ("atime", "ctime")]
    run(["debugfs", "-w", "-f", "-", image], given="\n".join(changes) + "\n")
    return image


def _copy_into(disk: Path, content: bytes, offset: int) -> None:
    with disk.open("r+b") as target:
        target.seek(offset)
        target.write(content)
