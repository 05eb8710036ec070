"""The tiny guest image, built and booted for real."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.plain_guest import Hardware, Key, PlainGuest, make_overlay, plain_guest, write_config_drive

INSTANCE = "0f3c1b52-5d6e-4b1c-9d0e-2f1d3c4b5a69"
FILES = {"/test.txt": b"This is a test file.", "deep/down/odd": bytes(range(256)), "/root/empty file": b""}
TEMPEST_PROLOGUE = "set -eu -o pipefail; PATH=$PATH:/sbin:/usr/sbin;"


@pytest.fixture(scope="module")
def guest(tiny_image: Path, keys: list[Key], tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlainGuest]:
    folder = tmp_path_factory.mktemp("guest")
    document = {
        # The nested names must not be mistaken for the instance's own.
        "meta": {"hostname": "wrong", "uuid": "wrong"},
        "uuid": INSTANCE,
        "hostname": "web.example.org",
        "public_keys": {f"k{number}": key.public + "\n" for number, key in enumerate(keys)},
        "files": [{"path": path, "content_path": f"/content/{number:04}"} for number, path in enumerate(FILES)],
    }
    script = "#!/bin/sh\nid -un > /root/ran-as\necho ran >> /root/runs\n"
    write_config_drive(folder / "config.iso", document, script, tuple(FILES.values()))
    disk = make_overlay(tiny_image, folder / "disk.qcow2", "2G")
    subprocess.run(["qemu-img", "create", "-q", "-f", "raw", folder / "spare.raw", "256M"], check=True)
    spare_disk = f"file={folder / 'spare.raw'},if=none,id=spare,format=raw"
    second = ("-drive", spare_disk, "-device", "virtio-blk-pci,drive=spare,serial=0123456789abcdef0123")
    cards = ("-netdev", "user,id=net1,restrict=on,net=10.9.8.0/24", "-device", "virtio-net-pci,netdev=net1")
    hardware = Hardware(INSTANCE, extra=("-cdrom", str(folder / "config.iso"), *second, *cards))
    with plain_guest(disk, folder, keys, hardware) as running:
        running.wait_for_login()
        yield running


def test_files_that_the_server_was_given_are_there(guest: PlainGuest) -> None:
    for path, data in FILES.items():
        assert guest.run(f"sudo md5sum '/{path.lstrip('/')}'").split()[0] == hashlib.md5(data).hexdigest()


def test_each_kind_of_key_logs_in_as_cirros_and_as_root(guest: PlainGuest, keys: list[Key]) -> None:
    for key in keys:
        assert guest.run("id -un", "cirros", key) == "cirros"
        assert guest.run("id -un", "root", key) == "root"


def test_the_guest_bears_the_name_of_its_server(guest: PlainGuest) -> None:
    assert guest.run("hostname") == "web"


def test_sudo_asks_for_no_password(guest: PlainGuest) -> None:
    assert guest.run("sudo -n id -u") == "0"


def test_the_login_shell_takes_tempests_prologue(guest: PlainGuest) -> None:
    assert guest.run(f"{TEMPEST_PROLOGUE} grep -c ^processor /proc/cpuinfo") == "1"


def test_the_script_of_the_user_runs_once_as_root(guest: PlainGuest) -> None:
    guest.wait_until(lambda: "configuration finished" in guest.console(), "configuration does not end")
    assert guest.run("sudo cat /root/ran-as /root/runs") == "root\nran"


def test_the_root_filesystem_fills_its_disk(guest: PlainGuest) -> None:
    guest.wait_until(lambda: "configuration finished" in guest.console(), "configuration does not end")
    assert int(guest.run("df -m / | awk 'NR == 2 { print $2 }'")) > 1900


def test_a_second_disk_takes_a_filesystem(guest: PlainGuest) -> None:
    disks = guest.run(f"{TEMPEST_PROLOGUE} lsblk -lb --nodeps").splitlines()
    assert any(line.split()[0] == "vdb" and str(256 * 2**20) in line for line in disks)
    assert guest.run("cat /sys/block/vdb/serial") == "0123456789abcdef0123"
    guest.run("sudo mkfs -t ext4 /dev/vdb && sudo mount /dev/vdb /mnt && sudo sh -c 'echo kept > /mnt/file'")
    assert guest.run("sync; cat /mnt/file; sudo umount /mnt") == "kept"


def test_the_config_drive_is_found_by_its_label(guest: PlainGuest) -> None:
    device = guest.run(f"{TEMPEST_PROLOGUE} blkid -L config-2 -o device")
    document = guest.run(f"sudo mount {device} /mnt; cat /mnt/openstack/latest/meta_data.json; sudo umount /mnt")
    assert INSTANCE in document


def test_every_card_has_an_address_and_the_first_keeps_the_default_route(guest: PlainGuest) -> None:
    guest.wait_until(lambda: "10.9.8." in guest.run("ip -o addr"), "the second card has no address")
    assert "10.0.2.15" in guest.run("ip -o addr show eth0")


def test_a_lease_is_renewed_on_request(guest: PlainGuest) -> None:
    guest.run("sudo rm /run/resolv/eth0; sudo sh -c 'kill -USR1 $(cat /var/run/udhcpc.eth0.pid)'")
    guest.wait_until(lambda: guest.try_run("test -e /run/resolv/eth0").returncode == 0, "no renewal")


def test_routes_of_a_lease_beat_its_router_and_go_when_the_lease_changes(guest: PlainGuest) -> None:
    guest.run("sudo modprobe dummy numdummies=0; sudo ip link add lease0 type dummy && sudo ip link set lease0 up")
    lease = "sudo env interface=lease0 ip=10.5.0.9 mask=24 mtu=1400 router=10.5.0.1"
    routes = "staticroutes='169.254.169.254/32 10.5.0.2 0.0.0.0/0 10.5.0.3 10.6.0.0/16 0.0.0.0'"

    guest.run(f"sudo mkdir /run/lease/lease0; {lease} {routes} /usr/lib/tiny/lease bound")

    table = guest.run("ip route show dev lease0")
    assert "169.254.169.254 via 10.5.0.2" in table
    assert "default via 10.5.0.3" in table
    assert "10.6.0.0/16 dev lease0" in table
    assert "via 10.5.0.1" not in table
    assert guest.run("cat /sys/class/net/lease0/mtu") == "1400"

    guest.run(f"{lease} /usr/lib/tiny/lease renew")

    table = guest.run("ip route show dev lease0")
    assert "default via 10.5.0.1" in table
    assert "10.5.0.2" not in table
    guest.run("sudo ip link del lease0")


def test_name_servers_of_all_cards_are_asked_and_old_ones_forgotten(guest: PlainGuest) -> None:
    guest.run("sudo modprobe dummy numdummies=0; sudo mkdir /run/lease/names0 /run/lease/names1")
    for card, server in (("names0", "10.5.0.53"), ("names1", "10.5.1.53"), ("names0", "10.5.0.54")):
        guest.run(f"test -e /sys/class/net/{card} || sudo ip link add {card} type dummy")
        lease = f"interface={card} ip=10.5.1.9 mask=24 dns={server} domain=example.org"
        guest.run(f"sudo env {lease} /usr/lib/tiny/lease renew")
    resolver = guest.run("cat /etc/resolv.conf")
    assert "nameserver 10.5.0.54" in resolver
    assert "nameserver 10.5.1.53" in resolver
    assert "10.5.0.53" not in resolver

    guest.run("sudo ip link del names0; sudo ip link del names1")
    guest.wait_until(lambda: "10.5.1.53" not in guest.run("cat /etc/resolv.conf"), "a card that went is still asked")


def test_nc_serves_again_and_again(guest: PlainGuest) -> None:
    for kind in ("", "-u"):
        # The way of Tempest: nothing is redirected, and ssh must come back all the same.
        guest.run(f"{TEMPEST_PROLOGUE} sudo nc {kind} -p 80 -lk -e echo foolish &")
        ask = f'{TEMPEST_PROLOGUE} echo "bar" | nc -w 1 {kind} 127.0.0.1 80'
        for _ in range(2):
            guest.wait_until(lambda ask=ask: guest.try_run(ask).stdout.strip() == "foolish", f"{ask}: no answer")
        guest.run("sudo killall nc")


def test_anybody_may_ping(guest: PlainGuest) -> None:
    guest.run("ping -c1 -w5 -s 56 127.0.0.1 && ping6 -c1 -w5 ::1 && sudo ping -I lo -c1 -w5 127.0.0.1")


def test_curl_and_wget_survive_a_refused_connection(guest: PlainGuest) -> None:
    assert guest.try_run("curl -s http://127.0.0.1:9/").returncode == 7
    assert guest.try_run("wget -q http://127.0.0.1:9/").returncode == 1


def test_a_disk_and_a_card_can_be_plugged_in(guest: PlainGuest, tmp_path: Path) -> None:
    guest.wait_until(lambda: "configuration finished" in guest.console(), "configuration does not end")
    subprocess.run(["qemu-img", "create", "-q", "-f", "raw", tmp_path / "hot.raw", "64M"], check=True)
    file = {"driver": "file", "filename": str(tmp_path / "hot.raw")}
    guest.tell_monitor("blockdev-add", **{"driver": "raw", "node-name": "hot", "file": file})
    guest.tell_monitor("device_add", driver="virtio-blk-pci", drive="hot", id="hotdisk")
    guest.tell_monitor("netdev_add", type="user", id="net2", restrict=True, net="10.9.7.0/24")
    guest.tell_monitor("device_add", driver="virtio-net-pci", netdev="net2", id="hotcard")
    guest.wait_until(lambda: "vdc" in guest.run("cat /proc/partitions"), "the disk does not show")
    guest.wait_until(lambda: "10.9.7." in guest.run("ip -o addr"), "the card has no address")


def test_the_guest_agent_answers_and_sets_a_password(guest: PlainGuest) -> None:
    guest.wait_until(lambda: "configuration finished" in guest.console(), "configuration does not end")
    assert guest.tell_agent("guest-ping") == {}
    before = guest.run("sudo grep ^cirros: /etc/shadow")
    # base64 of "new secret"
    guest.tell_agent("guest-set-user-password", username="cirros", password="bmV3IHNlY3JldA==", crypted=False)
    assert guest.run("sudo grep ^cirros: /etc/shadow") != before


def test_the_console_tells_of_the_boot_and_offers_a_login(guest: PlainGuest) -> None:
    assert "Linux version" in guest.console()
    assert "login:" in guest.console()
    guest.run("sudo sh -c 'echo a word from inside >/dev/console'")
    guest.wait_until(lambda: "a word from inside" in guest.console(), "the console stays silent")


def test_the_power_button_shuts_the_guest_down(guest: PlainGuest) -> None:
    guest.tell_monitor("system_powerdown")
    assert guest.process.wait(timeout=60) == 0
    assert "reboot: Power down" in guest.console()
