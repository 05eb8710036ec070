"""Servers of the demo user, as the tests of bad luck and bad input need them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from tests.lab.cloud import LabCloud
from tests.lab.people import until

SERVERS = "/compute/v2.1/servers"
PATIENCE_S = 120


def wanted(cloud: LabCloud, name: str, **more: Any) -> dict[str, Any]:
    """What to ask for: the smallest server, on the network and from the image that `up` has made."""
    network = cloud.demo.ask("GET", "/network/v2.0/networks?name=private")["networks"][0]["id"]
    image = cloud.demo.ask("GET", "/image/v2/images?name=tiny-debian")["images"][0]["id"]
    server = {"name": name, "flavorRef": "42", "imageRef": image, "networks": [{"uuid": network}]}
    server |= {"security_groups": [{"name": "ssh-and-ping"}], "key_name": "first"}
    return {"server": server | more}


def create(cloud: LabCloud, name: str, **more: Any) -> str:
    """Ask for a server; its id."""
    return str(cloud.demo.ask("POST", SERVERS, wanted(cloud, name, **more))["server"]["id"])


def show(cloud: LabCloud, server: str) -> Any:
    return cloud.demo.ask("GET", f"{SERVERS}/{server}")["server"]


def until_status(cloud: LabCloud, server: str, status: str) -> Any:
    """The server, once it has the status; the test fails at once if it ends in ERROR instead."""

    def arrived() -> Any:
        shown = show(cloud, server)
        if status != "ERROR":
            assert shown["status"] != "ERROR", f"{shown['fault']}\n{cloud.machine.last_words()}"
        return shown if shown["status"] == status else None

    return until(arrived, PATIENCE_S, f"server {server} to be {status}", cloud.machine.last_words)


def delete(cloud: LabCloud, servers: Iterable[str]) -> None:
    """Delete them and return when they are gone."""
    ids = list(servers)
    for server in ids:
        cloud.demo.ask("DELETE", f"{SERVERS}/{server}")
    for server in ids:
        until_gone(cloud, server)


def until_gone(cloud: LabCloud, server: str) -> None:
    is_gone = partial(_is_gone, cloud, server)
    until(is_gone, PATIENCE_S, f"server {server} to be gone", cloud.machine.last_words)


def floating_ip(cloud: LabCloud, server: str) -> str:
    """A floating IP by which the server is reached from now on."""
    outside = cloud.demo.ask("GET", "/network/v2.0/networks?name=public")["networks"][0]["id"]
    port = cloud.demo.ask("GET", f"/network/v2.0/ports?device_id={server}")["ports"][0]["id"]
    body = {"floatingip": {"floating_network_id": outside, "port_id": port}}
    return str(cloud.demo.ask("POST", "/network/v2.0/floatingips", body)["floatingip"]["floating_ip_address"])


def give_back(cloud: LabCloud, address: str) -> None:
    """The floating IP is nobody's again."""
    found = cloud.demo.ask("GET", f"/network/v2.0/floatingips?floating_ip_address={address}")["floatingips"]
    cloud.demo.ask("DELETE", f"/network/v2.0/floatingips/{found[0]['id']}")


def _is_gone(cloud: LabCloud, server: str) -> bool:
    return cloud.demo.try_to("GET", f"{SERVERS}/{server}").status == 404
