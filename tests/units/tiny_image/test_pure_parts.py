"""The parts of the image builder that only compute."""

from __future__ import annotations

from pathlib import Path

import pytest

from haneul.cli.tiny_image import builder, contents, disk, tools
from haneul.cli.tiny_image.modules import read_dependencies, with_needs
from haneul.cli.tiny_image.packages import Package, Selection, read_offers
from haneul.cli.tiny_image.rootfs import GUEST_FILES, find_in, lay_over, make_skeleton
from haneul.kit.errors import Unavailable

MODULES_DEP = """\
kernel/drivers/block/virtio_blk.ko: kernel/drivers/virtio/virtio_ring.ko kernel/drivers/virtio/virtio.ko
kernel/drivers/char/hw_random/virtio-rng.ko: kernel/drivers/virtio/virtio.ko
kernel/drivers/virtio/virtio.ko:
kernel/drivers/virtio/virtio_ring.ko:
kernel/fs/unwanted.ko:
"""


def test_offers_of_apt_are_read_with_version_size_and_hash() -> None:
    digest = "ab" * 32
    printed = (
        "The following NEW packages will be installed:\n  busybox\n"
        f"'http://mirror/pool/b/busybox_1%3a1.35_amd64.deb' busybox_1%3a1.35_amd64.deb 450 SHA256:{digest}\n"
    )

    assert read_offers(printed) == [Package("busybox", "1:1.35", "busybox_1%3a1.35_amd64.deb", 450, digest)]


def test_a_module_brings_all_that_it_needs_whatever_dash_its_name_has() -> None:
    dependencies = read_dependencies(MODULES_DEP)

    assert with_needs(dependencies, ["virtio_rng"]) == [
        "kernel/drivers/char/hw_random/virtio-rng.ko",
        "kernel/drivers/virtio/virtio.ko",
    ]
    assert "kernel/drivers/virtio/virtio_ring.ko" in with_needs(dependencies, ["virtio-blk"])


def test_a_module_that_the_kernel_lacks_is_named() -> None:
    with pytest.raises(Unavailable, match="no module floppy"):
        with_needs(read_dependencies(MODULES_DEP), ["floppy"])


def test_partitions_follow_each_other_and_hold_their_files() -> None:
    layout = disk.plan(boot_files_bytes=30 * disk.MIB, root_files_bytes=100 * disk.MIB)

    assert layout.boot_mib > 30
    assert layout.root_mib >= 100 + disk.ROOT_SPARE_MIB
    assert layout.total_mib == 1 + layout.boot_mib + layout.root_mib
    assert f"start={(1 + layout.boot_mib) * 2048}," in layout.table


def test_a_small_kernel_still_gets_a_partition_that_fat16_accepts() -> None:
    assert disk.plan(boot_files_bytes=1, root_files_bytes=1).boot_mib == disk.BOOT_MIN_MIB


def test_files_are_found_with_and_without_usr(tmp_path: Path) -> None:
    (tmp_path / "usr/bin").mkdir(parents=True)
    (tmp_path / "usr/bin/lsblk").touch()

    assert find_in(tmp_path, "bin/lsblk") == tmp_path / "usr/bin/lsblk"
    with pytest.raises(Unavailable, match="No package brought bin/cat"):
        find_in(tmp_path, "bin/cat")


def test_scripts_of_the_guest_become_programs_and_its_tables_do_not(tmp_path: Path) -> None:
    make_skeleton(tmp_path)
    lay_over(GUEST_FILES / "root", tmp_path)

    assert (tmp_path / "usr/lib/tiny/configure").stat().st_mode & 0o111
    assert not (tmp_path / "etc/inittab").stat().st_mode & 0o111


def test_every_script_of_the_guest_is_sound_shell() -> None:
    scripts = [file for file in GUEST_FILES.rglob("*") if file.is_file() and file.read_bytes().startswith(b"#!")]

    assert len(scripts) > 5
    for script in [*scripts, GUEST_FILES / "root/usr/lib/tiny/datasources"]:
        tools.run(["sh", "-n", script])


def test_every_program_that_the_guest_starts_by_itself_is_in_the_package() -> None:
    inittab = (GUEST_FILES / "root/etc/inittab").read_text()
    started = [word for word in inittab.replace(":", " ").split() if word.startswith("/usr/lib/tiny/")]

    assert started
    assert all((GUEST_FILES / "root" / path.lstrip("/")).is_file() for path in started)


def test_missing_tools_are_named_with_the_command_that_brings_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "SEARCH_PATH", "/nonexistent")

    with pytest.raises(Unavailable, match=r"apt-get install -y .*mtools.*syslinux"):
        tools.check_tools()


def test_a_failing_tool_tells_what_it_complained_about() -> None:
    with pytest.raises(Unavailable, match="status 3: the disk is full"):
        tools.run(["sh", "-c", "echo the disk is full >&2; exit 3"])


def test_a_build_clears_away_what_a_killed_one_left(tmp_path: Path) -> None:
    (tmp_path / "build-abandoned/stage").mkdir(parents=True)
    (tmp_path / "packages").mkdir()

    with builder._alone_in(tmp_path):
        assert not (tmp_path / "build-abandoned").exists()
        assert (tmp_path / "packages").exists()


def test_outdated_packages_and_images_are_forgotten(tmp_path: Path) -> None:
    kept = tmp_path / "images/tiny-new.qcow2"
    current = Package("busybox", "1", "busybox_1_amd64.deb", 0, "")
    for name in (
        "images/tiny-new.qcow2",
        "images/tiny-old.qcow2",
        "packages/" + current.file,
        "packages/busybox_0.deb",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    builder._tidy(tmp_path, kept, Selection((current,), "6.1"))

    assert [file.name for file in kept.parent.iterdir()] == [kept.name]
    assert [file.name for file in (tmp_path / "packages").iterdir()] == [current.file]


def test_every_tool_of_the_build_comes_from_a_named_package() -> None:
    assert set(contents.BUILD_TOOLS.values()) <= set(contents.BUILD_PACKAGES)
