"""Ephemeral disks and swap: what a flavor brings, what may be asked for, and what becomes of them."""

from __future__ import annotations

import pytest

from haneul.kit.errors import Invalid
from haneul.services.compute import SWAP, DiskSource, Flavor, WantedDisk
from tests.stories.compute.conftest import ADMIN, DEMO, Bench

ROOMY = Flavor("roomy", "m1.roomy", 1, 512, 1, ephemeral_gib=2, swap_mib=256)
ROOMIER = Flavor("roomier", "m1.roomier", 1, 512, 1, ephemeral_gib=3, swap_mib=128)
MORE_SWAP = Flavor("swap", "m1.swap", 1, 512, 1, swap_mib=64)


@pytest.fixture
def roomy(bench: Bench) -> Bench:
    for flavor in (ROOMY, ROOMIER, MORE_SWAP):
        bench.face.flavors.create(ADMIN, flavor)
    return bench


def _disks(bench: Bench, server_id: str) -> dict[str, tuple[str, int]]:
    """What lies on the hosts for the server: by name, the device and the MiB."""
    found = {}
    for host in bench.world.hosts.values():
        for name, disk in host.disks.items():
            if name.startswith(server_id):
                size = disk.spec.size_mib or disk.spec.size_gib * 1024
                found[name.removeprefix(server_id)] = (disk.spec.target, size)
    return found


def _guest(bench: Bench, server_id: str) -> list[str]:
    guest = bench.world.hosts[bench.see(server_id).server.host_id or ""].guests[server_id]
    return [disk.disk_id.removeprefix(server_id) for disk in guest.spec.disks]


def test_a_flavor_brings_an_ephemeral_disk_and_swap(roomy: Bench) -> None:
    view = roomy.make(flavor_id="roomy")

    assert _disks(roomy, view.server.id) == {"": ("", 1024), ".ephemeral0": ("vdb", 2048), ".swap-256": ("vdc", 256)}
    assert _guest(roomy, view.server.id) == ["", ".ephemeral0", ".swap-256"]


def test_disks_are_asked_for_one_by_one(roomy: Bench) -> None:
    blank = {"source": DiskSource.BLANK, "is_volume": False}
    wanted = (
        WantedDisk(size_gib=1, device="/dev/vdd", **blank),
        WantedDisk(size_gib=1, filesystem="ext3", **blank),
        WantedDisk(size_gib=100, filesystem=SWAP, device="vdb", **blank),
    )

    view = roomy.make(flavor_id="roomy", disks=wanted)

    assert _disks(roomy, view.server.id) == {
        "": ("", 1024),
        ".ephemeral0": ("vdd", 1024),
        ".ephemeral1": ("vdc", 1024),
        ".swap-100": ("vdb", 100),
    }


@pytest.mark.parametrize(
    ("disks", "code"),
    [
        ([{"size_gib": 3}], "server.too_much_ephemeral"),
        ([{"size_gib": 2}, {"size_gib": 1}], "server.too_much_ephemeral"),
        ([{"filesystem": SWAP, "size_gib": 257}], "server.too_much_swap"),
        ([{"filesystem": SWAP}, {"filesystem": SWAP}], "server.two_swaps"),
        ([{"filesystem": "ntfs", "size_gib": 1}], "server.bad_disk"),
        ([{"boot_index": 0, "size_gib": 1}], "server.bad_disk"),
    ],
)
def test_more_than_the_flavor_allows_is_refused(roomy: Bench, disks: list[dict[str, object]], code: str) -> None:
    wanted = tuple(WantedDisk(DiskSource.BLANK, is_volume=False, **disk) for disk in disks)  # type: ignore[arg-type]

    with pytest.raises(Invalid) as refusal:
        roomy.make(flavor_id="roomy", disks=wanted)

    assert refusal.value.code == code


@pytest.mark.parametrize("is_here", [True, False])
def test_a_resize_keeps_ephemeral_disks_and_renews_swap(roomy: Bench, is_here: bool) -> None:
    server_id = roomy.make(flavor_id="roomy").server.id
    before = _disks(roomy, server_id)
    if is_here:
        for host in roomy.face.hosts.list(ADMIN):
            if server_id not in roomy.world.hosts[host.id].guests:
                roomy.face.hosts.disable(ADMIN, host.id, "repair")

    roomy.face.servers.resize(DEMO, server_id, "roomier")
    roomy.work()
    roomy.face.servers.revert_resize(DEMO, server_id)
    roomy.work()
    assert _disks(roomy, server_id) == before
    assert _guest(roomy, server_id) == ["", ".ephemeral0", ".swap-256"]

    roomy.face.servers.resize(DEMO, server_id, "roomier")
    roomy.work()
    roomy.face.servers.confirm_resize(DEMO, server_id)
    roomy.work()
    assert _disks(roomy, server_id) == {"": ("", 1024), ".ephemeral0": ("vdb", 3072), ".swap-128": ("vdc", 128)}
    assert roomy.leftovers() == []


def test_ephemeral_disks_do_not_shrink(roomy: Bench) -> None:
    view = roomy.make(flavor_id="roomy")

    with pytest.raises(Invalid) as refusal:
        roomy.face.servers.resize(DEMO, view.server.id, "swap")

    assert refusal.value.code == "flavor.disk_too_small"


def test_swap_that_came_with_a_resize_goes_with_its_revert(roomy: Bench) -> None:
    server_id = roomy.make().server.id
    before = _disks(roomy, server_id)

    roomy.face.servers.resize(DEMO, server_id, "swap")
    roomy.work()
    assert ".swap-64" in _guest(roomy, server_id)
    roomy.face.servers.revert_resize(DEMO, server_id)
    roomy.work()

    assert (_disks(roomy, server_id), _guest(roomy, server_id)) == (before, [""])
    assert roomy.leftovers() == []


def test_they_go_with_the_server(roomy: Bench) -> None:
    server_id = roomy.make(flavor_id="roomy").server.id

    roomy.face.servers.delete(DEMO, server_id)
    roomy.work()

    assert (_disks(roomy, server_id), roomy.leftovers()) == ({}, [])


def test_a_server_that_is_put_aside_gets_empty_ones_when_it_goes_on(roomy: Bench) -> None:
    server_id = roomy.make(flavor_id="roomy").server.id
    before = _disks(roomy, server_id)

    roomy.face.servers.shelve(DEMO, server_id)
    roomy.work()
    assert _disks(roomy, server_id) == {}
    roomy.face.servers.unshelve(DEMO, server_id)
    roomy.work()

    assert _disks(roomy, server_id) == before
