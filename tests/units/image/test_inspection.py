"""What images claim to be is looked at, byte by byte, before anything opens them."""

from __future__ import annotations

import io
import json
import shutil
import struct
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from haneul.drivers.image.directory import DirectoryStore
from haneul.drivers.image.inspection import FormatInspector
from haneul.kit.errors import Invalid
from haneul.services.image import Found

MIB = 1 << 20
Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Files as qemu-img makes them: make("qcow2", "-o", "compat=0.10")."""
    if shutil.which("qemu-img") is None:
        pytest.skip("qemu-img is not installed: apt-get install qemu-utils")

    def run(kind: str, *options: str, name: str = "image", size: str | None = "4M") -> Path:
        path = tmp_path / f"{name}.{kind}"
        command = ["qemu-img", "create", "-q", "-f", kind, *options, str(path), *([size] if size else [])]
        subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
        return path

    return run


def inspect(data: bytes, tmp_path: Path, claim: str, container: str = "bare", *, enforce: bool = True) -> Found:
    store = DirectoryStore(tmp_path / "store")
    draft = store.begin("draft")
    inspection = FormatInspector(enforce).begin(claim, container)
    for offset in range(0, len(data), 100_000):
        draft.write(data[offset : offset + 100_000])
        inspection.feed(data[offset : offset + 100_000])
    draft.seal()
    draft.close()
    with store.open_draft("draft") as reader:
        return inspection.finish(reader)


def refused(data: bytes, tmp_path: Path, claim: str, container: str = "bare", *, enforce: bool = True) -> Invalid:
    with pytest.raises(Invalid) as refusal:
        inspect(data, tmp_path, claim, container, enforce=enforce)
    return refusal.value


@pytest.mark.parametrize(
    ("kind", "claim", "options"),
    [
        ("qcow2", "qcow2", ()),
        ("qcow2", "qcow2", ("-o", "compat=0.10")),
        ("qcow2", "qcow2", ("-o", "cluster_size=512,preallocation=full")),
        ("vdi", "vdi", ()),
        ("vpc", "vhd", ()),
        ("vpc", "vhd", ("-o", "subformat=fixed")),
        ("vhdx", "vhdx", ()),
        ("vmdk", "vmdk", ("-o", "subformat=monolithicSparse")),
        ("vmdk", "vmdk", ("-o", "subformat=streamOptimized")),
        ("raw", "raw", ()),
    ],
)
def test_every_format_is_known_with_its_virtual_size(
    make: Make, tmp_path: Path, kind: str, claim: str, options: tuple[str, ...]
) -> None:
    found = inspect(make(kind, *options).read_bytes(), tmp_path, claim)

    assert found.format == claim
    assert found.virtual_size_bytes is not None
    assert 0 <= found.virtual_size_bytes - 4 * MIB < MIB


def test_a_backing_file_is_refused(make: Make, tmp_path: Path) -> None:
    make("qcow2", name="base")
    data = make("qcow2", "-b", "base.qcow2", "-F", "qcow2", size=None).read_bytes()

    assert "backing file" in refused(data, tmp_path, "qcow2").message
    assert refused(data, tmp_path, "raw").code == "image.unsafe"
    assert refused(data, tmp_path, "qcow2", enforce=False).code == "image.unsafe"


def test_a_parent_of_a_vmdk_is_refused(make: Make, tmp_path: Path) -> None:
    make("vmdk", name="base")
    data = make("vmdk", "-b", "base.vmdk", "-F", "vmdk", size=None).read_bytes()

    for claim, enforce in (("vmdk", True), ("vmdk", False), ("raw", True)):
        refusal = refused(data, tmp_path, claim, enforce=enforce)
        assert (refusal.code, "parent" in refusal.message) == ("image.unsafe", True)


def test_a_backing_file_by_json_is_refused(make: Make, tmp_path: Path) -> None:
    path = make("qcow2")
    name = "json:" + json.dumps({"driver": "raw", "file": {"driver": "file", "filename": "/etc/passwd"}})
    command = ["qemu-img", "rebase", "-q", "-u", "-b", name, "-F", "raw", str(path)]
    subprocess.run(command, check=True, capture_output=True)

    assert "backing file" in refused(path.read_bytes(), tmp_path, "qcow2").message


def test_an_external_data_file_is_refused(make: Make, tmp_path: Path) -> None:
    data = make("qcow2", "-o", "data_file=secret.raw,data_file_raw=on").read_bytes()
    assert "data_file" in refused(data, tmp_path, "qcow2").message


@pytest.mark.parametrize("byte", range(8))
def test_features_that_nobody_knows_are_refused(make: Make, tmp_path: Path, byte: int) -> None:
    data = bytearray(make("qcow2").read_bytes())
    data[0x48 + byte] |= 0x80
    assert refused(bytes(data), tmp_path, "qcow2").code == "image.unsafe"


def test_a_qcow2_of_version_1_is_refused(make: Make, tmp_path: Path) -> None:
    data = bytearray(make("qcow2").read_bytes())
    data[4:8] = struct.pack(">I", 1)
    assert refused(bytes(data), tmp_path, "qcow2").code == "image.unsafe"


@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.9])
def test_a_cut_off_qcow2_is_refused(make: Make, tmp_path: Path, kept: float) -> None:
    data = make("qcow2", "-o", "preallocation=full").read_bytes()
    assert refused(data[: int(len(data) * kept)], tmp_path, "qcow2").code == "image.truncated"


def test_a_qcow2_of_a_header_alone_is_refused(make: Make, tmp_path: Path) -> None:
    data = make("qcow2").read_bytes()
    assert refused(data[:512], tmp_path, "qcow2").code == "image.truncated"
    assert refused(data[:60], tmp_path, "qcow2").code == "image.wrong_format"


def test_a_compressed_qcow2_is_whole(make: Make, tmp_path: Path) -> None:
    source, target = tmp_path / "source.raw", tmp_path / "target.qcow2"
    source.write_bytes(b"".join(bytes([n % 251]) * 4096 for n in range(1024)))
    subprocess.run(
        ["qemu-img", "convert", "-q", "-c", "-f", "raw", "-O", "qcow2", str(source), str(target)], check=True
    )
    assert inspect(target.read_bytes(), tmp_path, "qcow2").format == "qcow2"


@pytest.mark.parametrize("entries", [0xFFFFFFFF, 0x10000000])
def test_a_qcow2_of_absurd_tables_is_refused(make: Make, tmp_path: Path, entries: int) -> None:
    data = bytearray(make("qcow2").read_bytes())
    data[36:40] = struct.pack(">I", entries)
    assert refused(bytes(data), tmp_path, "qcow2").kind == "invalid"


@pytest.mark.parametrize("subformat", ["monolithicFlat", "twoGbMaxExtentSparse", "twoGbMaxExtentFlat"])
def test_a_vmdk_that_names_other_files_is_refused(make: Make, tmp_path: Path, subformat: str) -> None:
    data = make("vmdk", "-o", f"subformat={subformat}").read_bytes()
    assert refused(data, tmp_path, "vmdk").kind == "invalid"


def test_a_vmdk_whose_descriptor_reaches_out_is_refused(make: Make, tmp_path: Path) -> None:
    data = make("vmdk", "-o", "subformat=monolithicSparse").read_bytes()
    for tricked in (
        data.replace(b'"image.vmdk"', b'"/etc/passwd"').replace(b"SPARSE", b"FLAT  "),
        data.replace(b"monolithicSparse", b"monolithicFlat  "),
    ):
        assert tricked != data
        assert refused(tricked, tmp_path, "vmdk").code == "image.unsafe"


def test_qed_is_refused(make: Make, tmp_path: Path) -> None:
    assert refused(make("qed").read_bytes(), tmp_path, "raw").code == "image.unsafe"


def test_data_that_is_not_what_it_claims_is_refused(make: Make, tmp_path: Path) -> None:
    refusal = refused(make("vdi").read_bytes(), tmp_path, "qcow2")

    assert refusal.code == "image.wrong_format"
    assert "set disk_format to vdi" in refusal.message
    assert refused(b"\x00" * MIB, tmp_path, "qcow2").code == "image.wrong_format"


def test_no_data_at_all_is_called_empty(tmp_path: Path) -> None:
    assert refused(b"", tmp_path, "qcow2").code == "image.empty"


def test_a_mismatch_passes_where_the_operator_lets_it(tmp_path: Path) -> None:
    assert inspect(b"\x07" * 5000, tmp_path, "qcow2", enforce=False).format == "raw"


def test_what_claims_to_be_raw_is_read_as_raw(make: Make, tmp_path: Path) -> None:
    data = make("qcow2").read_bytes()
    assert inspect(data, tmp_path, "raw") == Found("raw", len(data))


def test_one_format_hidden_in_another_is_refused(make: Make, tmp_path: Path) -> None:
    data = bytearray(make("qcow2", "-o", "preallocation=full").read_bytes())
    data[0x8001:0x8006] = b"CD001"
    refusal = refused(bytes(data), tmp_path, "qcow2")
    assert refusal.code == "image.unsafe"
    assert "several formats" in refusal.message


def test_an_iso_is_known(tmp_path: Path) -> None:
    data = bytearray(64 * 1024)
    data[0x8000:0x8006] = b"\x01CD001"
    data[0x8000 + 80 : 0x8000 + 84] = struct.pack("<I", 32)
    data[0x8000 + 128 : 0x8000 + 130] = struct.pack("<H", 2048)
    assert inspect(bytes(data), tmp_path, "iso").format == "iso"


def test_a_disk_with_partitions_is_raw(tmp_path: Path) -> None:
    data = bytearray(MIB)
    data[510:512] = b"\x55\xaa"
    data[446:462] = struct.pack("<B3BB3BII", 0x80, 0, 2, 0, 0x83, 0, 0, 0, 1, 2000)
    assert inspect(bytes(data), tmp_path, "raw") == Found("raw", MIB)


def pack(**files: bytes | None) -> bytes:
    """An archive; None stands for a link to a file of the host."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name.replace("_", "."))
            if data is None:
                entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
            entry.size = len(data or b"")
            tar.addfile(entry, io.BytesIO(data or b""))
    return archive.getvalue()


def test_an_ova_holds_a_description_and_sound_disks(make: Make, tmp_path: Path) -> None:
    disk = make("vmdk", "-o", "subformat=streamOptimized").read_bytes()
    assert inspect(pack(machine_ovf=b"<ovf/>", disk_vmdk=disk), tmp_path, "vmdk", "ova").format == "raw"


def test_an_ova_with_a_tricked_disk_is_refused(make: Make, tmp_path: Path) -> None:
    make("qcow2", name="base")
    tricked = make("qcow2", "-b", "base.qcow2", "-F", "qcow2", size=None).read_bytes()
    for disks in ({"disk_qcow2": tricked}, {"disk_vmdk": None}):
        data = pack(machine_ovf=b"<ovf/>", **disks)  # type: ignore[arg-type]
        assert refused(data, tmp_path, "vmdk", "ova").code == "image.unsafe"
    flat = make("vmdk", "-o", "subformat=monolithicFlat").read_bytes()
    assert refused(pack(machine_ovf=b"<ovf/>", disk_vmdk=flat), tmp_path, "vmdk", "ova").kind == "invalid"


def test_what_is_no_ova_is_refused(tmp_path: Path) -> None:
    for data in (b"no archive" * 100, b"", pack(readme_txt=b"text")):
        assert refused(data, tmp_path, "vmdk", "ova").code == "image.wrong_format"


def test_a_cut_off_ova_is_refused(make: Make, tmp_path: Path) -> None:
    data = pack(machine_ovf=b"<ovf/>", disk_vmdk=make("vmdk").read_bytes())
    assert refused(data[:-40_000], tmp_path, "vmdk", "ova").kind == "invalid"


def test_a_kernel_needs_no_partition_table(tmp_path: Path) -> None:
    data = bytearray(8192)
    data[510:512] = b"\x55\xaa"
    assert inspect(bytes(data), tmp_path, "aki", "aki").format == "raw"
