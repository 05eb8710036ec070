"""What every place for disks promises: agent/drivers/disk/base.py, held to its words."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from haneul.agent.drivers.disk.base import Disks
from haneul.agent.drivers.disk.fake import FakeDisks
from haneul.agent.drivers.disk.qcow2 import Qcow2Disks
from haneul.hostapi import DiskSpec, ImageSource
from haneul.kit.errors import Invalid, NoCapacity

MIB = 1024 * 1024
DATA = bytes(range(256)) * 4096 * 2
has_qemu_img = pytest.mark.skipif(shutil.which("qemu-img") is None, reason="needs qemu-img")


@pytest.fixture(params=["fake", pytest.param("qcow2", marks=has_qemu_img)])
def disks(request: pytest.FixtureRequest, tmp_path: Path) -> Disks:
    return FakeDisks() if request.param == "fake" else Qcow2Disks(tmp_path)


def source_of(data: bytes, disk_format: str = "raw") -> ImageSource:
    return ImageSource("image", hashlib.sha512(data).hexdigest(), len(data), disk_format)


def reader(data: bytes) -> Callable[[int, int], bytes]:
    return lambda offset, length: data[offset : offset + length]


def fetch(disks: Disks, data: bytes = DATA, disk_format: str = "raw") -> ImageSource:
    source = source_of(data, disk_format)
    disks.fetch_base(source, reader(data), lambda done: None)
    return source


def test_a_disk_is_made_once_and_found(disks: Disks) -> None:
    assert disks.find("disk-1") is None

    first = disks.create(DiskSpec("disk-1", 1))
    second = disks.create(DiskSpec("disk-1", 1))

    assert first == second == disks.find("disk-1")
    assert disks.list_disks() == ("disk-1",)


def test_a_disk_is_removed_twice(disks: Disks) -> None:
    disks.create(DiskSpec("disk-1", 1))

    disks.remove("disk-1")
    disks.remove("disk-1")

    assert disks.list_disks() == ()


def test_a_base_is_kept_under_its_checksum_and_told_of(disks: Disks) -> None:
    heard: list[int] = []
    source = source_of(DATA)
    assert not disks.has_base(source)

    disks.fetch_base(source, reader(DATA), heard.append)

    assert disks.has_base(source)
    assert heard[-1] == len(DATA)
    assert disks.create(DiskSpec("disk-1", 1, source)).format == "qcow2"


@pytest.mark.parametrize("arrived", [DATA[:-1], DATA[:-1] + b"?", b""], ids=["cut off", "changed", "nothing"])
def test_what_arrives_otherwise_than_promised_is_refused_and_not_kept(disks: Disks, arrived: bytes) -> None:
    source = source_of(DATA)

    with pytest.raises(Invalid) as refusal:
        disks.fetch_base(source, reader(arrived), lambda done: None)

    assert refusal.value.code == "image.damaged"
    assert not disks.has_base(source)


def test_a_format_that_cannot_be_kept_is_refused(disks: Disks) -> None:
    with pytest.raises(Invalid) as refusal:
        fetch(disks, disk_format="ploop")

    assert refusal.value.code == "image.unsupported"


def test_a_fetch_that_breaks_off_leaves_nothing(disks: Disks) -> None:
    def broken(offset: int, length: int) -> bytes:
        if offset:
            raise ConnectionError("gone")
        return DATA[:length]

    with pytest.raises(ConnectionError):
        disks.fetch_base(source_of(DATA), broken, lambda done: None)

    assert not disks.has_base(source_of(DATA))


def test_only_bases_that_no_disk_needs_are_removed(disks: Disks) -> None:
    used, unused = fetch(disks), fetch(disks, DATA + DATA)
    disks.create(DiskSpec("disk-1", 1, used))

    assert len(disks.remove_unused_bases(0)) == 1

    assert disks.has_base(used)
    assert not disks.has_base(unused)


def test_there_is_less_room_than_the_whole(disks: Disks) -> None:
    room = disks.room()

    assert 0 <= room.free_gib <= room.total_gib


# qcow2 files alone


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "made"


def image(folder: Path, *options: str, size: str = "2M", disk_format: str = "qcow2") -> bytes:
    """An image made by qemu-img."""
    folder.mkdir(exist_ok=True)
    path = folder / "image"
    subprocess.run(["qemu-img", "create", "-q", "-f", disk_format, *options, str(path), size], check=True, cwd=folder)
    return path.read_bytes()


def refused(disks: Disks, data: bytes) -> str:
    with pytest.raises(Invalid) as refusal:
        fetch(disks, data, "qcow2")
    assert not disks.has_base(source_of(data, "qcow2"))
    return f"{refusal.value.code}: {refusal.value.message}"


@has_qemu_img
def test_an_image_with_a_backing_file_is_refused(tmp_path: Path, folder: Path) -> None:
    image(folder)
    shutil.copy(folder / "image", folder / "below")
    data = image(folder, "-b", str(folder / "below"), "-F", "qcow2")

    assert "backing file" in refused(Qcow2Disks(tmp_path), data)


@has_qemu_img
def test_an_image_with_a_data_file_is_refused(tmp_path: Path, folder: Path) -> None:
    data = image(folder, "-o", f"data_file={folder / 'data'},data_file_raw=on")

    assert "another file" in refused(Qcow2Disks(tmp_path), data)


@has_qemu_img
@pytest.mark.parametrize("data", [b"", b"QFI\xfb", b"no image at all" * 100], ids=["empty", "header cut off", "text"])
def test_what_is_no_qcow2_is_refused(tmp_path: Path, data: bytes) -> None:
    assert refused(Qcow2Disks(tmp_path), data).startswith("image.damaged")


@has_qemu_img
def test_an_image_with_a_broken_header_is_refused(tmp_path: Path, folder: Path) -> None:
    data = bytearray(image(folder))
    data[24:32] = b"\xff" * 8  # the virtual size

    assert refused(Qcow2Disks(tmp_path), bytes(data)).startswith("image.damaged")


@has_qemu_img
def test_a_disk_is_as_large_as_asked_for_and_lies_over_its_base(tmp_path: Path, folder: Path) -> None:
    disks = Qcow2Disks(tmp_path)
    source = fetch(disks, image(folder), "qcow2")

    disk = disks.create(DiskSpec("disk-1", 1, source))

    said = subprocess.run(["qemu-img", "info", str(disk.path)], capture_output=True, text=True, check=True).stdout
    assert "virtual size: 1 GiB" in said
    assert source.digest in said


@has_qemu_img
def test_a_disk_of_no_size_is_as_large_as_its_image(tmp_path: Path, folder: Path) -> None:
    disks = Qcow2Disks(tmp_path)
    source = fetch(disks, image(folder, size="3M"), "qcow2")

    disk = disks.create(DiskSpec("disk-1", 0, source))

    said = subprocess.run(["qemu-img", "info", str(disk.path)], capture_output=True, text=True, check=True).stdout
    assert "virtual size: 3 MiB" in said


@has_qemu_img
def test_an_image_that_unfolds_beyond_its_disk_is_refused(tmp_path: Path, folder: Path) -> None:
    disks = Qcow2Disks(tmp_path)
    source = fetch(disks, image(folder, size="5G"), "qcow2")

    with pytest.raises(Invalid) as refusal:
        disks.create(DiskSpec("disk-1", 1, source))

    assert refusal.value.code == "disk.too_small"
    assert "5 GiB" in refusal.value.message
    assert disks.list_disks() == ()


@has_qemu_img
def test_a_hundred_disks_of_one_image_share_what_they_begin_as(tmp_path: Path) -> None:
    disks, data = Qcow2Disks(tmp_path), os.urandom(64 * MIB)
    source = fetch(disks, data)

    for number in range(100):
        disks.create(DiskSpec(f"disk-{number}", 1, source))

    used = sum(path.stat().st_blocks * 512 for path in tmp_path.rglob("*") if path.is_file())
    assert used < 1.5 * len(data)
    assert disks.remove_unused_bases(0) == ()


@has_qemu_img
def test_the_base_of_a_disk_that_a_guest_writes_to_stays_and_others_are_cleaned_away(tmp_path: Path) -> None:
    disks = Qcow2Disks(tmp_path)
    used, unused = fetch(disks, DATA), fetch(disks, DATA + DATA)
    disk = disks.create(DiskSpec("disk-1", 1, used))
    writer = subprocess.Popen(
        ["qemu-io", "-f", "qcow2", str(disk.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert writer.stdin is not None and writer.stdout is not None
    writer.stdin.write("write 0 64k\n")
    writer.stdin.flush()
    assert "wrote 65536" in writer.stdout.readline()

    assert disks.remove_unused_bases(0) == (f"{unused.digest}.raw",)

    assert disks.has_base(used)
    writer.communicate("quit\n", timeout=20)


@has_qemu_img
def test_a_disk_grows_and_never_shrinks(tmp_path: Path) -> None:
    disks = Qcow2Disks(tmp_path)
    for size_gib in (1, 2, 1):
        disk = disks.create(DiskSpec("disk-1", size_gib))

    said = subprocess.run(["qemu-img", "info", str(disk.path)], capture_output=True, text=True, check=True).stdout
    assert "virtual size: 2 GiB" in said


@has_qemu_img
def test_what_was_left_unfinished_is_cleared_at_the_start(tmp_path: Path) -> None:
    Qcow2Disks(tmp_path)
    (tmp_path / "bases" / "abc.qcow2.part").write_bytes(b"half")
    (tmp_path / "disks" / "disk-1.qcow2.part").write_bytes(b"half")

    disks = Qcow2Disks(tmp_path)

    assert list((tmp_path / "bases").iterdir()) == []
    assert disks.list_disks() == ()


@pytest.mark.parametrize("name", ["", "../etc/passwd", ".hidden", "a/b"])
def test_a_disk_has_an_id_and_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        Qcow2Disks(tmp_path).find(name)

    assert refusal.value.code == "disk.bad_name"


@has_qemu_img
@pytest.mark.parametrize(
    ("filesystem", "at", "magic"),
    [("ext4", 1080, b"\x53\xef"), ("ext2", 1080, b"\x53\xef"), ("swap", 4086, b"SWAPSPACE2")],
)
def test_an_empty_disk_may_have_a_file_system(tmp_path: Path, filesystem: str, at: int, magic: bytes) -> None:
    disks = Qcow2Disks(tmp_path)
    spec = DiskSpec("disk-1.ephemeral0", 0, size_mib=48, filesystem=filesystem, label="ephemeral0")

    first, again = disks.create(spec), disks.create(spec)

    raw = tmp_path / "raw"
    subprocess.run(["qemu-img", "convert", "-O", "raw", str(first.path), str(raw)], check=True)
    data = raw.read_bytes()
    assert first == again
    assert (len(data), data[at : at + len(magic)]) == (48 * MIB, magic)
    assert (data[1144:1154] == b"ephemeral0") is (filesystem != "swap")
    assert [path.name for path in (tmp_path / "disks").iterdir()] == ["disk-1.ephemeral0.qcow2"]


@has_qemu_img
def test_a_file_system_that_nobody_makes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refusal:
        Qcow2Disks(tmp_path).create(DiskSpec("disk-1", 1, filesystem="ntfs"))

    assert refusal.value.code == "disk.bad_filesystem"
    assert list((tmp_path / "disks").iterdir()) == []


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for next to nothing."""
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@has_qemu_img
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root for a small file system")
def test_a_full_disk_is_told_as_such_and_nothing_is_left(tiny_disk: Path) -> None:
    disks = Qcow2Disks(tiny_disk)

    with pytest.raises(NoCapacity) as refusal:
        fetch(disks)

    assert refusal.value.code == "host.disk_full"
    assert list((tiny_disk / "bases").iterdir()) == []


@has_qemu_img
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root for a small file system")
def test_a_file_system_that_does_not_fit_is_told_as_a_full_disk(tiny_disk: Path) -> None:
    with pytest.raises(NoCapacity) as refusal:
        Qcow2Disks(tiny_disk).create(DiskSpec("disk-1", 2, filesystem="ext4", label="ephemeral0"))

    assert refusal.value.code == "host.disk_full"
    assert list((tiny_disk / "disks").iterdir()) == []
