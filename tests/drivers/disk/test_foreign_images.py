"""Images of other hypervisors on a host: kept as qcow2 of the same data, or refused before qemu-img opens them."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from haneul.agent.drivers.disk.base import Disks
from haneul.agent.drivers.disk.fake import FakeDisks
from haneul.agent.drivers.disk.qcow2 import Qcow2Disks
from haneul.hostapi import DiskSpec, ImageSource
from haneul.kit.errors import Invalid, NoCapacity

DATA = bytes(range(256)) * 8192 + bytes(6 << 20)
pytestmark = pytest.mark.skipif(shutil.which("qemu-img") is None, reason="needs qemu-img")
KINDS = [
    ("vmdk", "vmdk", "subformat=monolithicSparse"),
    ("vmdk", "vmdk", "subformat=streamOptimized"),
    ("vhd", "vpc", "subformat=dynamic,force_size=on"),
    ("vhd", "vpc", "subformat=fixed,force_size=on"),
    ("vhdx", "vhdx", "subformat=dynamic"),
    ("vdi", "vdi", "static=off"),
]
Make = Callable[..., bytes]


@pytest.fixture(params=["fake", "qcow2"])
def disks(request: pytest.FixtureRequest, tmp_path: Path) -> Disks:
    return FakeDisks() if request.param == "fake" else Qcow2Disks(tmp_path / "host")


@pytest.fixture
def make(tmp_path: Path) -> Make:
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "data").write_bytes(DATA)

    def made(qemu_name: str, options: str) -> bytes:
        to = folder / "image"
        command = ["qemu-img", "convert", "-f", "raw", "-O", qemu_name, "-o", options, "data", str(to)]
        subprocess.run(command, check=True, cwd=folder)
        return to.read_bytes()

    return made


def fetch(disks: Disks, data: bytes, disk_format: str) -> ImageSource:
    source = ImageSource("image", hashlib.sha512(data).hexdigest(), len(data), disk_format)
    disks.fetch_base(source, lambda offset, length: data[offset : offset + length], lambda done: None)
    return source


def refused(folder: Path, data: bytes, disk_format: str) -> str:
    with pytest.raises(Invalid) as refusal:
        fetch(Qcow2Disks(folder / "host"), data, disk_format)
    assert list((folder / "host" / "bases").iterdir()) == []
    return f"{refusal.value.code}: {refusal.value.message}"


@pytest.mark.parametrize(("disk_format", "qemu_name", "options"), KINDS)
def test_a_disk_begins_as_an_image_of_another_hypervisor(
    disks: Disks, make: Make, disk_format: str, qemu_name: str, options: str
) -> None:
    source = fetch(disks, make(qemu_name, options), disk_format)

    assert disks.has_base(source)
    assert disks.create(DiskSpec("disk-1", 1, source)).format == "qcow2"


@pytest.mark.parametrize(("disk_format", "qemu_name", "options"), KINDS)
def test_the_data_is_the_same(tmp_path: Path, make: Make, disk_format: str, qemu_name: str, options: str) -> None:
    disks = Qcow2Disks(tmp_path / "host")

    base = disks.base(fetch(disks, make(qemu_name, options), disk_format))

    raw = tmp_path / "raw"
    subprocess.run(["qemu-img", "convert", "-f", "qcow2", "-O", "raw", str(base), str(raw)], check=True)
    assert raw.read_bytes() == DATA
    assert [file.name for file in base.parent.iterdir()] == [base.name]


def test_a_child_of_another_disk_is_refused(tmp_path: Path, make: Make) -> None:
    make("vmdk", "subformat=monolithicSparse")
    child = ["qemu-img", "create", "-q", "-f", "vmdk", "-b", "image", "-F", "vmdk", "child"]
    subprocess.run(child, check=True, cwd=tmp_path / "made")

    assert "leans on a parent" in refused(tmp_path, (tmp_path / "made" / "child").read_bytes(), "vmdk")


def test_a_description_of_files_elsewhere_is_refused(tmp_path: Path, make: Make) -> None:
    assert "one file" in refused(tmp_path, make("vmdk", "subformat=monolithicFlat"), "vmdk")
    sparse = make("vmdk", "subformat=monolithicSparse")
    for told in (
        sparse.replace(b'SPARSE "image"', b'SPARSE "/etc/"'),
        sparse.replace(b"monolithicSparse", b"custom\n#\n#\n#\n#\n#"),
        sparse[:12] + bytes(8) + sparse[20:],
        sparse[:28] + b"\x09" + sparse[29:],
    ):
        assert told != sparse
        assert refused(tmp_path, told, "vmdk").startswith("image.damaged")


@pytest.mark.parametrize(("disk_format", "qemu_name", "options"), KINDS)
def test_what_is_of_another_format_is_refused(
    tmp_path: Path, make: Make, disk_format: str, qemu_name: str, options: str
) -> None:
    data = make("qcow2", "compat=1.1")

    assert refused(tmp_path, data, disk_format).startswith("image.damaged")


def test_differences_to_another_file_are_refused(tmp_path: Path, make: Make) -> None:
    vhd, vdi = make("vpc", "subformat=dynamic"), make("vdi", "static=off")

    assert "differences" in refused(tmp_path, vhd[:60] + b"\0\0\0\4" + vhd[64:], "vhd")
    assert "differences" in refused(tmp_path, vdi[:76] + b"\4\0\0\0" + vdi[80:], "vdi")


def test_what_unfolds_beyond_the_room_there_is_counts_as_a_full_disk(
    tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    disks, small = Qcow2Disks(tmp_path / "host"), shutil.disk_usage(tmp_path)._replace(free=1 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: small)

    with pytest.raises(NoCapacity) as refusal:
        fetch(disks, make("vmdk", "subformat=streamOptimized"), "vmdk")

    assert refusal.value.code == "host.disk_full"
    assert list((tmp_path / "host" / "bases").iterdir()) == []
