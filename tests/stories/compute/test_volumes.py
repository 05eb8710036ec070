"""Servers and their volumes: they are at one host, or the refusal says why they cannot be."""

from __future__ import annotations

import pytest

from haneul.kit.errors import Conflict
from haneul.services.compute import DiskSource, ServerView, VolumeWish, WantedDisk
from haneul.services.volume import NewSnapshot, NewVolume, Status
from tests.stories.compute.conftest import ADMIN, DEMO, Bench


def _volume_on(bench: Bench, host_name: str) -> str:
    """A bootable volume on that host."""
    host_id = next(host.id for host in bench.face.hosts.list(ADMIN) if host.name == host_name)
    made = bench.volume.volumes.create(DEMO, NewVolume(1, near=host_id))
    bench.work()
    bench.volume.volumes.set_bootable(DEMO, made.id, True)
    return made.id


def _on(bench: Bench, *volume_ids: str, **wanted: object) -> ServerView:
    disks = [
        WantedDisk(DiskSource.VOLUME, each, boot_index=0 if at == 0 else None) for at, each in enumerate(volume_ids)
    ]
    return bench.make(image_id=None, disks=tuple(disks), **wanted)


def _host(view: ServerView) -> str | None:
    return view.host.name if view.host else None


def _status(bench: Bench, volume_id: str) -> str:
    return bench.volume.volumes.get(DEMO, volume_id).volume.status.value


def test_a_server_goes_where_its_volume_lies(bench: Bench) -> None:
    for name in ("fake-1", "fake-2", "fake-1"):
        view = _on(bench, volume := _volume_on(bench, name))

        assert (_host(view), _status(bench, volume)) == (name, "in-use")


def test_volumes_on_two_hosts_are_a_reason_to_refuse(bench: Bench) -> None:
    volumes = [_volume_on(bench, name) for name in ("fake-1", "fake-2")]

    view = _on(bench, *volumes)

    assert view.server.fault is not None
    assert "away from the volumes of the server" in view.server.fault.message
    assert [_status(bench, each) for each in volumes] == ["available", "available"]
    assert bench.leftovers() == []


def test_a_snapshot_elsewhere_than_a_volume_is_a_reason_to_refuse(bench: Bench) -> None:
    root, other = _volume_on(bench, "fake-1"), _volume_on(bench, "fake-2")
    snapshot = bench.volume.snapshots.create(DEMO, NewSnapshot(other))
    bench.work()
    disks = (WantedDisk(DiskSource.VOLUME, root, boot_index=0), WantedDisk(DiskSource.SNAPSHOT, snapshot.id))

    view = bench.make(image_id=None, disks=disks)

    assert view.server.fault is not None
    assert "away from the volumes of the server" in view.server.fault.message
    assert _status(bench, root) == "available"


def test_a_full_host_with_its_volume_is_a_reason_to_refuse(bench: Bench) -> None:
    view = _on(bench, _volume_on(bench, "fake-1"), flavor_id="huge")

    assert view.server.fault is not None
    assert view.server.fault.code == "placement.no_host"


def test_a_server_does_not_leave_its_volumes(bench: Bench) -> None:
    view = _on(bench, _volume_on(bench, "fake-1"))

    bench.face.servers.migrate(ADMIN, view.server.id)
    bench.work()

    assert _host(bench.see(view.server.id)) == "fake-1"
    action = bench.runs.history(view.server.id)[-1]
    assert action.error is not None and "away from the volumes" in action.error.message


def test_a_volume_that_cannot_be_made_is_told(bench: Bench) -> None:
    disk = WantedDisk(DiskSource.BLANK, size_gib=60000)

    view = bench.make(disks=(disk,))

    assert view.server.fault is not None
    assert view.server.fault.code in ("server.volume_failed", "quota.volumes")
    assert bench.volume.volumes.list(DEMO).things == []
    assert bench.leftovers() == []


def test_a_server_that_goes_while_its_volume_is_exchanged_leaves_both_free(bench: Bench) -> None:
    view = _on(bench, _volume_on(bench, "fake-1"), old := _volume_on(bench, "fake-1"))
    new = _volume_on(bench, "fake-1")

    bench.face.servers.swap_volume(ADMIN, view.server.id, old, new)
    assert (_status(bench, old), _status(bench, new)) == ("detaching", "reserved")
    bench.face.servers.delete(DEMO, view.server.id)
    bench.work()

    assert (_status(bench, old), _status(bench, new)) == ("available", "available")
    assert bench.leftovers() == []


def _attach(bench: Bench, server: ServerView, volume_id: str) -> None:
    bench.face.servers.attach_volume(DEMO, server.server.id, VolumeWish(volume_id))
    bench.work()


def test_a_volume_comes_to_the_server_that_it_is_attached_to(bench: Bench) -> None:
    server, volume = _on(bench, _volume_on(bench, "fake-1")), _volume_on(bench, "fake-2")

    _attach(bench, server, volume)

    moved = bench.volume.volumes.get(ADMIN, volume).volume
    assert (moved.status, moved.host_id) == (Status.IN_USE, bench.see(server.server.id).server.host_id)
    assert bench.leftovers() == []


def test_a_volume_whose_snapshots_stay_behind_says_so(bench: Bench) -> None:
    server, volume = _on(bench, _volume_on(bench, "fake-1")), _volume_on(bench, "fake-2")
    bench.volume.snapshots.create(DEMO, NewSnapshot(volume))
    bench.work()

    with pytest.raises(Conflict, match="its snapshots do not move"):
        _attach(bench, server, volume)

    assert _status(bench, volume) == "available"


def test_a_volume_is_free_when_its_server_goes_before_it_came(bench: Bench) -> None:
    server, volume = _on(bench, _volume_on(bench, "fake-1")), _volume_on(bench, "fake-2")
    bench.face.servers.attach_volume(DEMO, server.server.id, VolumeWish(volume))

    bench.face.servers.delete(DEMO, server.server.id)
    bench.work()

    assert _status(bench, volume) == "available"
    assert bench.leftovers() == []
