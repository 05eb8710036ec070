"""What every kind of place for volumes on a host has to do: ready for LVM, NFS and RBD."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from haneul.agent.drivers.volume.base import VolumeFiles
from haneul.agent.drivers.volume.directory import VolumeFolders
from haneul.agent.drivers.volume.fake import FakeVolumeFiles
from haneul.hostapi import VOLUME_CHUNK_BYTES, StreamSource, VolumePlace, VolumeSpec
from haneul.kit.errors import Invalid, NotFound

GIB = 1024**3
PLACE = VolumePlace("directory", "11111111-2222-4333-8444-555555555555")
OTHER = replace(PLACE, volume_id="22222222-2222-4333-8444-555555555555")
DATA = bytes(range(256)) * 8192 + bytes(VOLUME_CHUNK_BYTES) + b"the end".ljust(512, b"\1")


@pytest.fixture(params=["fake", "directory"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> VolumeFiles:
    if request.param == "fake":
        return FakeVolumeFiles()
    return VolumeFolders({"directory": tmp_path / "volumes"})


def reader(data: bytes) -> Callable[[int, int], bytes]:
    return lambda offset, length: data[offset : offset + length]


def filled(files: VolumeFiles, place: VolumePlace, *, is_raw: bool = True) -> VolumeSpec:
    spec = VolumeSpec(place, 1, stream=StreamSource("a stream", len(DATA)), is_raw=is_raw)
    files.fill_from_stream(spec, reader(DATA))
    return spec


def contents(files: VolumeFiles, place: VolumePlace) -> bytes:
    """All of it, through a raw copy if it is none itself."""
    file = files.find(place)
    assert file is not None
    copy = replace(place, volume_id="33333333-2222-4333-8444-555555555555")
    files.fill_from_file(VolumeSpec(copy, 1, is_raw=True), file.path, file.format)
    return files.read(copy, 0, len(DATA))


def test_what_fills_a_volume_replaces_what_it_held_in_another_format(tmp_path: Path) -> None:
    files = VolumeFolders({"directory": tmp_path})
    files.create(VolumeSpec(PLACE, 1))

    filled(files, PLACE, is_raw=True)

    file = files.find(PLACE)
    assert file is not None
    assert file.format == "raw"
    assert contents(files, PLACE) == DATA


def test_a_volume_for_many_guests_is_raw_and_grows(tmp_path: Path) -> None:
    files = VolumeFolders({"directory": tmp_path})
    files.create(VolumeSpec(PLACE, 1, is_raw=True))
    files.grow(PLACE, 2)

    file = files.find(PLACE)

    assert file is not None
    assert (file.format, file.virtual_bytes) == ("raw", 2 * GIB)
    assert file.path.stat().st_blocks * 512 < VOLUME_CHUNK_BYTES


def test_an_empty_volume_is_there_with_its_size(files: VolumeFiles) -> None:
    files.create(VolumeSpec(PLACE, 2))

    file = files.find(PLACE)

    assert file is not None
    assert (file.format, file.virtual_bytes) == ("qcow2", 2 * GIB)
    assert files.rooms()[0].names == (PLACE.volume_id,)
    assert files.rooms()[0].sizes_gib == (2,)


def test_what_is_not_there_is_not_found(files: VolumeFiles) -> None:
    assert files.find(PLACE) is None
    files.remove(PLACE)
    with pytest.raises(NotFound):
        files.rename(PLACE, "volume-1")


def test_a_place_that_is_not_there_says_so(files: VolumeFiles) -> None:
    with pytest.raises(Invalid, match="called nowhere"):
        files.create(VolumeSpec(VolumePlace("nowhere", "x"), 1))


def test_streams_arrive_as_they_were_sent(files: VolumeFiles) -> None:
    filled(files, PLACE, is_raw=False)

    assert contents(files, PLACE) == DATA


def test_a_copy_holds_what_its_source_holds(files: VolumeFiles) -> None:
    filled(files, PLACE, is_raw=False)
    source = files.find(PLACE)
    assert source is not None

    files.fill_from_file(VolumeSpec(OTHER, 1, copy_of=PLACE), source.path, source.format)
    files.remove(PLACE)

    assert contents(files, OTHER) == DATA


def test_filling_again_replaces_what_it_held(files: VolumeFiles) -> None:
    filled(files, PLACE, is_raw=False)
    other = b"something else".ljust(512, b"\2")

    files.fill_from_stream(VolumeSpec(PLACE, 1, stream=StreamSource("another", len(other))), reader(other))

    assert contents(files, PLACE)[: len(other)] == other
    assert not any(contents(files, PLACE)[len(other) :])


def test_sums_tell_pieces_and_zeros_apart(files: VolumeFiles) -> None:
    filled(files, PLACE)

    first, second, third, *_ = files.sums(PLACE, 0, 4)

    assert first == hashlib.sha256(DATA[:VOLUME_CHUNK_BYTES]).hexdigest()
    assert second == hashlib.sha256(DATA[VOLUME_CHUNK_BYTES : 2 * VOLUME_CHUNK_BYTES]).hexdigest()
    assert third == ""
    assert files.sums(PLACE, 1, 1) == (second,)


def test_it_grows_and_never_shrinks(files: VolumeFiles) -> None:
    filled(files, PLACE, is_raw=False)

    files.grow(PLACE, 3)
    files.grow(PLACE, 2)

    file = files.find(PLACE)
    assert file is not None
    assert file.virtual_bytes == 3 * GIB


def test_a_new_name_keeps_the_data_and_may_be_given_twice(files: VolumeFiles) -> None:
    filled(files, PLACE, is_raw=False)

    files.rename(PLACE, OTHER.volume_id)
    files.rename(PLACE, OTHER.volume_id)

    assert files.find(PLACE) is None
    assert contents(files, OTHER) == DATA


def test_what_was_cut_off_is_cleared_away(tmp_path: Path) -> None:
    folder = tmp_path / "volumes"
    VolumeFolders({"directory": folder})
    (folder / "half.part").write_bytes(b"half")

    again = VolumeFolders({"directory": folder})

    assert again.rooms()[0].names == ()
    assert list(folder.iterdir()) == []


def test_a_source_that_is_too_large_says_which_size_would_do(tmp_path: Path) -> None:
    files = VolumeFolders({"directory": tmp_path / "volumes"})
    files.create(VolumeSpec(PLACE, 3))
    source = files.find(PLACE)
    assert source is not None

    with pytest.raises(Invalid, match="3 GiB"):
        files.fill_from_file(VolumeSpec(OTHER, 1, copy_of=PLACE), source.path, source.format)
    assert files.find(OTHER) is None
