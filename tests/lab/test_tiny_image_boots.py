"""Ways in which the tiny guest image comes up: metadata by network, again, as a copy, on other disks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.lab.plain_guest import Hardware, Key, PlainGuest, make_overlay, plain_guest, write_config_drive

INSTANCE = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
OTHER_INSTANCE = "550e8400-e29b-41d4-a716-446655440000"
SCRIPT = "#!/bin/sh\necho ran >> /root/runs\n"
ANSWERER = Path(__file__).parent / "answer_metadata.py"


def _config_drive(folder: Path, instance: str, keys: list[Key]) -> Path:
    file = folder / f"{instance}.iso"
    document = {"uuid": instance, "hostname": f"host-{instance[:4]}", "public_keys": {"k": keys[0].public}}
    write_config_drive(file, document, SCRIPT)
    return file


def _metadata_network(folder: Path) -> str:
    # QEMU's user network starts the command for each connection to the address, as inetd does.
    service = f"guestfwd=tcp:169.254.169.254:80-cmd:{sys.executable} {ANSWERER} {folder}"
    return f",net=169.254.0.0/16,dhcpstart=169.254.1.15,{service}"


@contextmanager
def _booted(disk: Path, folder: Path, keys: list[Key], hardware: Hardware) -> Iterator[PlainGuest]:
    with plain_guest(disk, folder, keys, hardware) as guest:
        guest.wait_for_login()
        guest.wait_until(lambda: "configuration finished" in guest.console(), "configuration does not end")
        yield guest


def _power_off(guest: PlainGuest) -> None:
    guest.tell_monitor("system_powerdown")
    assert guest.process.wait(timeout=60) == 0


def test_without_a_config_drive_openstacks_metadata_service_is_asked(
    tiny_image: Path, keys: list[Key], tmp_path: Path
) -> None:
    latest = tmp_path / "served/openstack/latest"
    latest.mkdir(parents=True)
    document = {"uuid": INSTANCE, "hostname": "by-network", "public_keys": {"k": keys[0].public}}
    (latest / "meta_data.json").write_text(json.dumps(document))
    (latest / "user_data").write_text(SCRIPT)
    disk = make_overlay(tiny_image, tmp_path / "disk.qcow2", "1G")

    hardware = Hardware(INSTANCE, network=_metadata_network(tmp_path / "served"))
    with _booted(disk, tmp_path, keys, hardware) as guest:
        assert guest.run("hostname") == "by-network"
        assert guest.run("sudo cat /root/runs") == "ran"
        assert guest.run("curl -s http://169.254.169.254/openstack/latest/user_data") == SCRIPT.strip()
        assert "source=openstack-metadata" in guest.console()


def test_a_metadata_service_that_speaks_ec2_only_is_understood(
    tiny_image: Path, keys: list[Key], tmp_path: Path
) -> None:
    latest = tmp_path / "served/latest"
    for number, key in enumerate(keys):
        (latest / f"meta-data/public-keys/{number}").mkdir(parents=True)
        (latest / f"meta-data/public-keys/{number}/openssh-key").write_text(key.public + "\n")
    (latest / "meta-data/public-keys/index").write_text("0=first\n1=second\n2=third")
    (latest / "meta-data/instance-id").write_text("i-00000001")
    (latest / "meta-data/hostname").write_text("elastic.internal")
    disk = make_overlay(tiny_image, tmp_path / "disk.qcow2", "1G")

    hardware = Hardware(INSTANCE, network=_metadata_network(tmp_path / "served"))
    with _booted(disk, tmp_path, keys, hardware) as guest:
        assert guest.run("hostname", key=keys[2]) == "elastic"
        assert "source=ec2-metadata" in guest.console()


def test_a_second_boot_keeps_what_the_user_made_and_a_copy_becomes_another_machine(
    tiny_image: Path, keys: list[Key], tmp_path: Path
) -> None:
    disk = make_overlay(tiny_image, tmp_path / "disk.qcow2", "1G")
    first = Hardware(INSTANCE, extra=("-cdrom", str(_config_drive(tmp_path, INSTANCE, keys[:1]))))
    with _booted(disk, tmp_path / "first", keys, first) as guest:
        host_key = guest.run("sudo sha256sum /etc/dropbear/dropbear_ed25519_host_key")
        guest.run(f"echo '{keys[2].public}' >> .ssh/authorized_keys; sync")
        _power_off(guest)

    with _booted(disk, tmp_path / "second", keys, first) as guest:
        assert guest.run("sudo cat /root/runs", key=keys[2]) == "ran"
        assert guest.run("sudo sha256sum /etc/dropbear/dropbear_ed25519_host_key") == host_key
        _power_off(guest)

    copy = make_overlay(disk, tmp_path / "copy.qcow2", "2G")
    other = Hardware(OTHER_INSTANCE, extra=("-cdrom", str(_config_drive(tmp_path, OTHER_INSTANCE, keys[1:]))))
    with _booted(copy, tmp_path / "copy", keys[1:], other) as guest:
        assert guest.run("sudo cat /root/runs") == "ran\nran"
        assert guest.run("hostname") == f"host-{OTHER_INSTANCE[:4]}"
        assert guest.run("sudo sha256sum /etc/dropbear/dropbear_ed25519_host_key") != host_key
        assert guest.try_run("true", key=keys[0]).returncode != 0
        assert guest.try_run("true", key=keys[2]).returncode != 0
        assert int(guest.run("df -m / | awk 'NR == 2 { print $2 }'")) > 1900


def test_a_scsi_disk_boots_and_a_config_drive_may_be_a_plain_disk(
    tiny_image: Path, keys: list[Key], tmp_path: Path
) -> None:
    drive = f"file={_config_drive(tmp_path, INSTANCE, keys)},if=none,id=config,format=raw,readonly=on"
    config = ("-drive", drive, "-device", "virtio-blk-pci,drive=config")
    hardware = Hardware(INSTANCE, "scsi-hd", ("-device", "virtio-scsi-pci"), extra=config)
    file = make_overlay(tiny_image, tmp_path / "disk.qcow2", "1G")
    with _booted(file, tmp_path, keys, hardware) as guest:
        assert "sda" in guest.run("lsblk --nodeps --noheadings --output NAME")
        assert "source=config-drive" in guest.console()


def test_the_password_that_testers_expect_logs_in(tiny_image: Path, keys: list[Key], tmp_path: Path) -> None:
    answer = tmp_path / "answer"
    answer.write_text("#!/bin/sh\necho gocubsgo\n")
    answer.chmod(0o700)
    disk = make_overlay(tiny_image, tmp_path / "disk.qcow2", "1G")
    hardware = Hardware(INSTANCE, extra=("-cdrom", str(_config_drive(tmp_path, INSTANCE, keys))))
    with _booted(disk, tmp_path, keys, hardware) as guest:
        options = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "PubkeyAuthentication=no")
        words = [word for option in options for word in ("-o", option)]
        done = subprocess.run(
            ["ssh", *words, "-p", str(guest.port), "cirros@127.0.0.1", "id -un"],
            env={**os.environ, "SSH_ASKPASS": str(answer), "SSH_ASKPASS_REQUIRE": "force"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.stdout == "cirros\n", done.stderr


@pytest.mark.parametrize("rescue_bus", ["virtio-blk-pci", "scsi-hd"])
def test_of_two_disks_of_one_image_the_one_that_the_bios_boots_is_the_root(
    tiny_image: Path, keys: list[Key], tmp_path: Path, rescue_bus: str
) -> None:
    server = make_overlay(tiny_image, tmp_path / "server.qcow2", "1G")
    rescue = make_overlay(tiny_image, tmp_path / "rescue.qcow2", "2G")
    drive = f"file={rescue},if=none,id=rescue,format=qcow2"
    last = ("-device", "virtio-scsi-pci", "-drive", drive, "-device", f"{rescue_bus},drive=rescue,bootindex=1")
    hardware = Hardware(INSTANCE, extra=(*last, "-cdrom", str(_config_drive(tmp_path, INSTANCE, keys))))
    with _booted(server, tmp_path, keys, hardware) as guest:
        assert int(guest.run("df -m / | awk 'NR == 2 { print $2 }'")) > 1900
