"""What people get wrong: each ends in an answer that says what to do, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from haneul.cli.rest import Credentials
from tests.lab.cloud import LabCloud
from tests.lab.people import Person, until
from tests.lab.servers import SERVERS, create, delete, floating_ip, give_back, until_status, wanted
from tests.lab.world import World, look

BOOT_S = 180
ABSENT = "7f5c3a9e-0000-4000-8000-000000000000"
LISTINGS = (
    "compute/v2.1/servers",
    "compute/v2.1/flavors",
    "image/v2/images",
    "network/v2.0/networks",
    "network/v2.0/ports",
    "network/v2.0/security-groups",
    "identity/v3/users",
)


@pytest.fixture
def before(cloud: LabCloud) -> Iterator[World]:
    """The world as the test finds it, and has to leave it."""
    world = look(cloud)
    yield world
    until(lambda: not look(cloud).beyond(world), 30, "nothing to be left", lambda: str(look(cloud).beyond(world)))


def test_a_wrong_password_is_refused(cloud: LabCloud):
    stranger = Person(cloud.demo.connect, Credentials("demo", "a guess", "demo"))

    assert stranger.sign_in().status == 401
    said = cloud.machine.sh("openstack token issue", OS_CLOUD="haneul-demo", OS_PASSWORD="a guess")
    assert said.returncode == 1
    assert "requires authentication" in said.stderr


@pytest.mark.parametrize("listing", LISTINGS)
def test_an_unknown_id_is_not_found(cloud: LabCloud, listing: str):
    answer = cloud.admin.try_to("GET", f"/{listing}/{ABSENT}")

    assert answer.status == 404
    assert ABSENT in answer.text


@pytest.mark.parametrize("listing", LISTINGS)
@pytest.mark.parametrize("text", [b"{", b"\xff\xfe", b"[]", b"null", b"[" * 100_000], ids=range(5))
def test_malformed_json_is_refused(cloud: LabCloud, listing: str, text: bytes):
    answer = cloud.demo.try_to("POST", f"/{listing}", text)

    assert answer.status == 400, answer.text


def test_a_name_of_300_characters_is_refused(cloud: LabCloud, before: World):
    said = cloud.machine.sh(f"openstack network create {'n' * 300}", OS_CLOUD="haneul")
    answer = cloud.demo.try_to("POST", SERVERS, wanted(cloud, "n" * 300))

    assert said.returncode == 1
    assert "255" in said.stderr
    assert answer.status == 400
    assert "255" in answer.text


def test_a_range_that_overlaps_is_refused_in_the_network_and_on_the_router(cloud: LabCloud, before: World):
    ask, networks = cloud.demo.ask, "/network/v2.0"
    private = ask("GET", f"{networks}/networks?name=private")["networks"][0]["id"]
    router = ask("GET", f"{networks}/routers")["routers"][0]["id"]
    other = ask("POST", f"{networks}/networks", {"network": {"name": "other"}})["network"]["id"]
    subnet = {"network_id": other, "cidr": "10.0.0.128/25", "ip_version": 4}
    overlapping = ask("POST", f"{networks}/subnets", {"subnet": subnet})["subnet"]["id"]

    twice = cloud.demo.try_to("POST", f"{networks}/subnets", {"subnet": subnet | {"network_id": private}})
    joined = cloud.demo.try_to("PUT", f"{networks}/routers/{router}/add_router_interface", {"subnet_id": overlapping})

    assert (twice.status, joined.status) == (400, 400)
    assert "overlaps" in twice.text
    assert "overlaps" in joined.text
    ask("DELETE", f"{networks}/networks/{other}")


@pytest.mark.parametrize(
    ("made_by", "reason"),
    [
        ("qemu-img create -q -f qcow2 -b /etc/passwd -F raw FILE 1M", "backing file"),
        ("qemu-img create -q -f qcow2 -o data_file=FILE.data,data_file_raw=on FILE 1M", "data_file"),
        ("head -c 300000 tiny.qcow2 > FILE", "truncated|shorter|cut off|end"),
        (": > FILE", "empty"),
        ("head -c 70000 /dev/urandom > FILE", "qcow2"),
    ],
    ids=["backing file", "data file", "truncated", "empty", "noise"],
)
def test_an_image_that_is_not_what_it_claims_is_refused(cloud: LabCloud, before: World, made_by: str, reason: str):
    cloud.machine.ok(made_by.replace("FILE", "bad.qcow2"))
    image = _image(cloud)

    answer = cloud.demo.try_to(
        "PUT", f"/image/v2/images/{image}/file", (cloud.machine.folder / "bad.qcow2").read_bytes()
    )

    assert 400 <= answer.status < 500, answer.text
    assert any(word in answer.text for word in reason.split("|")), answer.text
    shown = cloud.demo.ask("GET", f"/image/v2/images/{image}")
    assert shown["status"] == "queued"
    refused = cloud.demo.try_to("POST", SERVERS, wanted(cloud, "imageless", imageRef=image))
    assert refused.status == 400
    assert "active" in refused.text
    cloud.demo.ask("DELETE", f"/image/v2/images/{image}")


def test_a_flavor_that_fits_no_host_ends_in_a_fault_that_says_why(cloud: LabCloud, before: World):
    with _quota(cloud, ram=-1):
        size = {"name": "giant", "vcpus": 1, "ram": 10_000_000, "disk": 1}
        flavor = cloud.admin.ask("POST", "/compute/v2.1/flavors", {"flavor": size})["flavor"]["id"]

        giant = until_status(cloud, create(cloud, "giant", flavorRef=flavor), "ERROR")

    assert "MEMORY_MB" in giant["fault"]["message"]
    delete(cloud, [giant["id"]])
    cloud.admin.ask("DELETE", f"/compute/v2.1/flavors/{flavor}")


def test_a_full_disk_on_the_host_ends_in_a_fault_that_says_so(cloud: LabCloud, before: World):
    image = _image(cloud, "raw")
    cloud.demo.ask("PUT", f"/image/v2/images/{image}/file", bytes(8 * 2**20))

    with _tiny_filesystem(cloud, cloud.machine.state / "agent" / "bases"):
        server = until_status(cloud, create(cloud, "homeless", imageRef=image), "ERROR")

    assert "full" in server["fault"]["message"]
    delete(cloud, [server["id"]])
    cloud.demo.ask("DELETE", f"/image/v2/images/{image}")


def test_a_full_image_store_refuses_uploads_and_keeps_no_pieces(cloud: LabCloud, before: World):
    image = _image(cloud, "raw")

    with _tiny_filesystem(cloud, cloud.machine.state / "images" / "drafts"):
        answer = cloud.demo.try_to("PUT", f"/image/v2/images/{image}/file", bytes(8 * 2**20))
        assert list((cloud.machine.state / "images" / "drafts").iterdir()) == []

    assert answer.status == 413, answer.text
    assert cloud.demo.ask("GET", f"/image/v2/images/{image}")["status"] == "queued"
    cloud.demo.ask("DELETE", f"/image/v2/images/{image}")


def test_port_22_is_closed_until_a_rule_opens_it(cloud: LabCloud, before: World):
    group = {"security_group": {"name": "closed"}}
    closed = cloud.demo.ask("POST", "/network/v2.0/security-groups", group)["security_group"]["id"]
    server = create(cloud, "shut", security_groups=[{"name": "closed"}])
    until_status(cloud, server, "ACTIVE")
    address = floating_ip(cloud, server)
    until(
        lambda: "login:" in _console(cloud, server), BOOT_S, "the guest to have booted", lambda: _console(cloud, server)
    )

    with pytest.raises(TimeoutError):
        cloud.connect(address, 22, timeout_s=3)
    rule = {"security_group_id": closed, "direction": "ingress", "protocol": "tcp"}
    rule |= {"port_range_min": 22, "port_range_max": 22}
    cloud.demo.ask("POST", "/network/v2.0/security-group-rules", {"security_group_rule": rule})

    until(lambda: _says_ssh(cloud, address), 1, "port 22 to be open")
    delete(cloud, [server])
    cloud.demo.ask("DELETE", f"/network/v2.0/security-groups/{closed}")
    give_back(cloud, address)


def _image(cloud: LabCloud, disk_format: str = "qcow2") -> str:
    """An image that has no data yet."""
    image = {"name": "bad", "disk_format": disk_format, "container_format": "bare"}
    return str(cloud.demo.ask("POST", "/image/v2/images", image)["id"])


@contextmanager
def _quota(cloud: LabCloud, **limits: int) -> Iterator[None]:
    """Other limits for the demo project while it lasts."""
    project = cloud.admin.ask("GET", "/identity/v3/projects?name=demo")["projects"][0]["id"]
    path = f"/compute/v2.1/os-quota-sets/{project}"
    cloud.admin.ask("PUT", path, {"quota_set": limits})
    try:
        yield
    finally:
        cloud.admin.ask("DELETE", path)


@contextmanager
def _tiny_filesystem(cloud: LabCloud, folder: Path) -> Iterator[None]:
    """A file system of 4 MiB in place of the folder."""
    cloud.machine.ok(f"mount -t tmpfs -o size=4m,mode=711 tmpfs {folder}")
    try:
        yield
    finally:
        cloud.machine.ok(f"umount {folder}")


def _console(cloud: LabCloud, server: str) -> str:
    return str(cloud.demo.ask("POST", f"{SERVERS}/{server}/action", {"os-getConsoleOutput": {}})["output"])


def _says_ssh(cloud: LabCloud, address: str) -> bool:
    try:
        with cloud.connect(address, 22, timeout_s=0.3) as connection:
            connection.settimeout(5)
            return connection.recv(4).startswith(b"SSH")
    except TimeoutError:
        return False
