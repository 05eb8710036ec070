"""What goes into the guest: which programs of which Debian packages, and which kernel modules."""

from __future__ import annotations

KERNEL_METAPACKAGE = "linux-image-cloud-amd64"
"""Depends on Debian's newest kernel for clouds: its version is looked up, never written down."""

BUILD_PACKAGES = (
    "apt",
    "cpio",
    "dosfstools",
    "dpkg",
    "e2fsprogs",
    "fdisk",
    "kmod",
    "lz4",
    "mtools",
    "qemu-utils",
    "syslinux",
    "syslinux-common",
)
"""Debian packages that the machine which builds the image needs."""

BUILD_TOOLS = {
    "apt-get": "apt",
    "cpio": "cpio",
    "debugfs": "e2fsprogs",
    "depmod": "kmod",
    "dpkg-deb": "dpkg",
    "lz4": "lz4",
    "mcopy": "mtools",
    "mke2fs": "e2fsprogs",
    "mkfs.fat": "dosfstools",
    "qemu-img": "qemu-utils",
    "sfdisk": "fdisk",
    "syslinux": "syslinux",
}
"""The programs that the build runs, and the package that brings each."""

MASTER_BOOT_CODE = "/usr/lib/syslinux/mbr/mbr.bin"

GUEST_PACKAGES = (
    "busybox",
    "curl",
    "dropbear-bin",
    "e2fsprogs",
    "fdisk",
    "iputils-ping",
    "jshon",
    "qemu-guest-agent",
    "socat",
    "sudo",
    "util-linux",
)
"""Packages that programs are taken from; the libraries that they depend on come along."""

BUSYBOX = "bin/busybox"

PROGRAMS = (
    BUSYBOX,
    "usr/bin/curl",
    "usr/sbin/dropbear",
    "usr/bin/dropbearkey",
    "usr/bin/dbclient",
    "sbin/e2fsck",
    "sbin/mke2fs",
    "sbin/resize2fs",
    "sbin/tune2fs",
    "sbin/sfdisk",
    "usr/bin/jshon",
    "bin/ping",
    "usr/sbin/qemu-ga",
    "usr/bin/socat",
    "usr/bin/sudo",
    "sbin/blkid",
    "sbin/mkfs",
    "bin/lsblk",
    "usr/bin/partx",
)
"""Where each program lies in its package; in the guest all of them lie in /usr/bin."""

ALIASES = {
    "mkfs.ext2": "mke2fs",
    "mkfs.ext3": "mke2fs",
    "mkfs.ext4": "mke2fs",
    "fsck.ext4": "e2fsck",
    "ping6": "ping",
    "ssh": "dbclient",
    "init": "busybox",
}
"""Further names of programs, beside busybox's own."""

PLUGINS = (
    "usr/libexec/sudo/sudoers.so",
    "lib/x86_64-linux-gnu/security/pam_permit.so",
    "lib/x86_64-linux-gnu/libnss_files.so.2",
    "lib/x86_64-linux-gnu/libnss_dns.so.2",
)
"""Libraries that programs load by name at run time; they keep their place."""

LIBRARY_FOLDERS = (
    "lib/x86_64-linux-gnu",
    "usr/lib/x86_64-linux-gnu",
    "usr/libexec/sudo",
)
LOADER = "lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"

CONFIGURATION = ("etc/mke2fs.conf",)
"""Files that are taken from their packages as they are."""

EARLY_MODULES = ("virtio_pci", "virtio_blk", "virtio_scsi", "virtio_rng", "ata_piix", "ata_generic", "sd_mod", "edd")
"""What is needed to find the root filesystem; virtio_rng so that randomness is there from the beginning, edd because it
knows which disk the BIOS booted from."""

MODULES = (
    *EARLY_MODULES,
    "virtio_net",
    "virtio_console",
    "virtio_balloon",
    "sr_mod",
    "button",
    "evdev",
    "isofs",
    "vfat",
    "nls_cp437",
    "nls_ascii",
    "nls_iso8859-1",
    "nls_utf8",
    "virtiofs",
    "loop",
    "8021q",
    "bridge",
    "dummy",
    "tun",
    "veth",
)
