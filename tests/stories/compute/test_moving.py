"""Servers on their way: to another size, to another host, aside and back. What is on their disk comes along."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from haneul.services.placement import ConsumerId
from tests.clouds import OpenCloud
from tests.faults.drill import settle
from tests.faults.lab import Lab, furnish, keep_deleted, keep_shelved, lose_host

LIVE = {"os-migrateLive": {"host": None, "block_migration": "auto"}}


@pytest.fixture
def lab(cloud: OpenCloud) -> Iterator[Lab]:
    """A server that has written something."""
    lab = furnish(cloud)
    lab.create()
    _work(lab)
    lab.cloud.reality.hosts.write(lab.server, "a diary")
    yield lab
    assert lab.leftovers() == []


def _work(lab: Lab) -> None:
    settle(lab, lab.engine, lab.turn)


def _act(lab: Lab, is_admin: bool = False, **action: Any) -> Any:
    (lab.act_as_admin if is_admin else lab.act)(**action)
    _work(lab)
    return _see(lab)


def _see(lab: Lab) -> Any:
    return lab.ask("GET", f"/servers/{lab.server}", user="admin")["server"]


def _written(lab: Lab) -> str:
    return lab.cloud.reality.hosts.written(lab.server)


def _claims(lab: Lab) -> list[dict[str, int]]:
    """What is held of hosts, in all."""
    return [dict(claim.resources) for claim in lab.cloud.plane.cloud.placement.claims.list()]


ROOMY = {"VCPU": 1, "MEMORY_MB": 512, "DISK_GB": 1 + 1 + 1}
LARGE = {"VCPU": 2, "MEMORY_MB": 512, "DISK_GB": 2 + 2 + 1}
"""What the flavors take: the root disk, the ephemeral one, and swap as whole GiB."""


def _local(lab: Lab) -> list[str]:
    """The disks that its flavor gives a server beside the root disk."""
    return [f"{lab.server}.ephemeral0", f"{lab.server}.swap-64"]


def _resize(lab: Lab) -> Any:
    return _act(lab, resize={"flavorRef": lab.cloud.names["large"]})


def test_a_resize_holds_both_sizes_until_it_is_confirmed(lab: Lab) -> None:
    assert _resize(lab)["status"] == "VERIFY_RESIZE"
    held = _claims(lab)
    assert LARGE in held and ROOMY in held and len(held) == 2
    assert _written(lab) == "a diary"

    shown = _act(lab, confirmResize=None)

    assert (shown["status"], shown["flavor"]["original_name"]) == ("ACTIVE", "large")
    assert _claims(lab) == [LARGE]
    assert _written(lab) == "a diary"


def test_a_resize_that_is_reverted_brings_back_the_disk_as_it_was(lab: Lab) -> None:
    _resize(lab)
    lab.cloud.reality.hosts.write(lab.server, "scribbled over")

    shown = _act(lab, revertResize=None)

    assert (shown["status"], shown["flavor"]["original_name"]) == ("ACTIVE", "roomy")
    assert _claims(lab) == [ROOMY]
    assert _written(lab) == "a diary"


@pytest.mark.parametrize("answer", ["confirmResize", "revertResize"])
def test_a_migration_takes_the_disk_along(lab: Lab, answer: str) -> None:
    home = _see(lab)["OS-EXT-SRV-ATTR:host"]

    there = _act(lab, is_admin=True, migrate=None)
    assert (there["status"], _written(lab)) == ("VERIFY_RESIZE", "a diary")
    assert there["OS-EXT-SRV-ATTR:host"] != home

    shown = _act(lab, **{answer: None})
    assert (shown["status"], _written(lab)) == ("ACTIVE", "a diary")
    assert (shown["OS-EXT-SRV-ATTR:host"] == home) == (answer == "revertResize")
    assert _claims(lab) == [ROOMY]


def test_a_stopped_server_stays_off_when_it_is_resized(lab: Lab) -> None:
    _act(lab, **{"os-stop": None})
    _resize(lab)

    assert _act(lab, confirmResize=None)["status"] == "SHUTOFF"


def test_a_resize_is_confirmed_by_itself_in_time(lab: Lab) -> None:
    lab.tune(resize_confirm_s=60)
    _resize(lab)
    lab.clock.move(61)
    lab.cloud.plane.upkeep.run_once("compute.confirm")
    _work(lab)

    assert _see(lab)["status"] == "ACTIVE"
    moves = lab.ask("GET", "/os-migrations", user="admin")["migrations"]
    assert [move["status"] for move in moves] == ["confirmed"]


def test_a_guest_moves_while_it_runs(lab: Lab) -> None:
    home, world = _see(lab)["OS-EXT-SRV-ATTR:host"], lab.cloud.reality.hosts
    world.move_s = 30
    lab.act_as_admin(**LIVE)
    lab.engine.run_due()
    (move,) = lab.ask("GET", f"/servers/{lab.server}/migrations", user="admin")["migrations"]
    assert (move["status"], _see(lab)["status"]) == ("running", "MIGRATING")

    lab.ask("POST", f"/servers/{lab.server}/migrations/{move['id']}/action", {"force_complete": None}, user="admin")
    _work(lab)

    shown = _see(lab)
    assert (shown["status"], _written(lab)) == ("ACTIVE", "a diary")
    assert shown["OS-EXT-SRV-ATTR:host"] != home


def test_a_live_migration_that_is_aborted_leaves_the_guest_where_it_is(lab: Lab) -> None:
    home, world = _see(lab)["OS-EXT-SRV-ATTR:host"], lab.cloud.reality.hosts
    world.move_s = 3600
    lab.act_as_admin(**LIVE)
    lab.engine.run_due()
    (move,) = lab.ask("GET", f"/servers/{lab.server}/migrations", user="admin")["migrations"]

    lab.ask("DELETE", f"/servers/{lab.server}/migrations/{move['id']}", user="admin")
    _work(lab)

    shown = _see(lab)
    assert (shown["status"], shown["OS-EXT-SRV-ATTR:host"], _written(lab)) == ("ACTIVE", home, "a diary")
    (told,) = lab.ask("GET", "/os-migrations", user="admin")["migrations"]
    assert told["status"] == "cancelled"
    assert _claims(lab) == [ROOMY]


def test_one_host_cannot_hand_on_its_servers(lab: Lab) -> None:
    """The other host is disabled: there is nowhere to go, and the answer says so."""
    home = _see(lab)["OS-EXT-SRV-ATTR:host"]
    for service in lab.ask("GET", "/os-services", user="admin")["services"]:
        if service["host"] != home:
            lab.ask("PUT", f"/os-services/{service['id']}", {"status": "disabled"}, user="admin")
    token = lab.cloud.token_of("admin") or ""
    headers = {"x-auth-token": token, "openstack-api-version": "compute latest"}
    for action in ({"migrate": None}, LIVE):
        url = f"/compute/v2.1/servers/{lab.server}/action"
        answer = lab.cloud.http.post(url, headers=headers, json=action)

        assert answer.status_code == 400
        assert "No valid host was found" in answer.json()["badRequest"]["message"]
    assert _see(lab)["status"] == "ACTIVE"


def test_an_evacuated_server_begins_anew_and_its_old_host_is_cleared(lab: Lab) -> None:
    lose_host(lab)

    shown = _act(lab, is_admin=True, evacuate={})
    assert shown["status"] == "SHUTOFF"

    for host_id, host in lab.cloud.reality.hosts.hosts.items():
        if host.is_away:
            lab.cloud.reality.hosts.bring_back(host_id)
    lab.sweep()


def test_a_shelved_server_comes_back_with_its_disk(lab: Lab) -> None:
    shown = _act(lab, shelve=None)
    assert (shown["status"], shown["OS-EXT-SRV-ATTR:host"]) == ("SHELVED_OFFLOADED", None)
    assert _claims(lab) == []
    addresses = shown["addresses"]

    shown = _act(lab, unshelve=None)

    assert (shown["status"], shown["addresses"], _written(lab)) == ("ACTIVE", addresses, "a diary")
    assert lab.cloud.ask("GET", "/image/v2/images?name=web-shelved")["images"] == []


def test_a_server_shelved_on_its_host_comes_back_there(lab: Lab) -> None:
    keep_shelved(lab)
    home = _see(lab)["OS-EXT-SRV-ATTR:host"]
    assert _act(lab, shelve=None)["status"] == "SHELVED"

    shown = _act(lab, unshelve=None)

    assert (shown["status"], shown["OS-EXT-SRV-ATTR:host"], _written(lab)) == ("ACTIVE", home, "a diary")


def test_a_rescued_server_keeps_its_disk(lab: Lab) -> None:
    assert _act(lab, rescue=None)["status"] == "RESCUE"
    guest = lab.cloud.reality.hosts.find_guest(lab.server)[1]
    assert [disk.disk_id for disk in guest.spec.disks] == [f"{lab.server}.rescue", lab.server, *_local(lab)]

    assert _act(lab, unrescue=None)["status"] == "ACTIVE"
    assert _written(lab) == "a diary"


def test_an_image_with_a_rescue_device_comes_after_the_servers_own_disks(lab: Lab) -> None:
    image = {"name": "stick", "disk_format": "raw", "container_format": "bare", "hw_rescue_bus": "usb"}
    image_id = lab.cloud.ask("POST", "/image/v2/images", image)["id"]
    octets = {"content-type": "application/octet-stream"}
    lab.cloud.ask("PUT", f"/image/v2/images/{image_id}/file", bytes(65536), headers=octets)

    _act(lab, rescue={"rescue_image_ref": image_id})

    spec = lab.cloud.reality.hosts.find_guest(lab.server)[1].spec
    assert [(disk.disk_id, disk.bus) for disk in spec.disks] == [
        (lab.server, "virtio"),
        *((disk_id, "virtio") for disk_id in _local(lab)),
        (f"{lab.server}.rescue", "usb"),
    ]
    assert spec.boot_disk == len(spec.disks) - 1


def test_a_deleted_server_is_restored_while_it_is_kept(lab: Lab) -> None:
    keep_deleted(lab)
    lab.ask("DELETE", f"/servers/{lab.server}")
    _work(lab)
    assert _see(lab)["status"] == "SOFT_DELETED"

    assert _act(lab, restore=None)["status"] == "ACTIVE"
    assert _written(lab) == "a diary"

    lab.ask("DELETE", f"/servers/{lab.server}")
    _work(lab)
    lab.clock.move(3601)
    lab.cloud.forget_tokens()
    lab.cloud.plane.upkeep.run_once("compute.reclaim")
    _work(lab)
    assert lab.ask("GET", "/servers")["servers"] == []


def test_a_backup_takes_the_place_of_the_oldest(lab: Lab) -> None:
    for number in range(3):
        _act(lab, createBackup={"name": f"backup-{number}", "backup_type": "daily", "rotation": 2})
        lab.clock.move(1)

    images = lab.cloud.ask("GET", "/image/v2/images?backup_type=daily")["images"]
    assert sorted(image["name"] for image in images) == ["backup-1", "backup-2"]
    assert {image["status"] for image in images} == {"active"}


def test_an_image_of_a_server_makes_servers_with_what_was_on_its_disk(lab: Lab) -> None:
    made = lab.ask("POST", f"/servers/{lab.server}/action", {"createImage": {"name": "picture"}})
    _work(lab)
    image = lab.cloud.ask("GET", f"/image/v2/images/{made['image_id']}")
    assert (image["status"], image["disk_format"], image["instance_uuid"]) == ("active", "qcow2", lab.server)

    body = {"name": "twin", "flavorRef": lab.cloud.names["small"], "imageRef": image["id"], "networks": "none"}
    lab.server = lab.ask("POST", "/servers", {"server": body})["server"]["id"]
    _work(lab)

    assert _written(lab) == "a diary"


def test_a_claim_of_a_move_is_no_leftover(lab: Lab) -> None:
    _resize(lab)
    held = lab.cloud.plane.cloud.placement.claims.list()

    assert len(held) == 2 and lab.leftovers() == []
    assert any(claim.consumer_id == ConsumerId(lab.server) for claim in held)
