"""Launching a server: what is offered, whether it would fit, and what comes of it."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.clouds import OpenCloud
from tests.units.console.browser import Browser, told
from tests.units.console.test_servers import HOSTILE


@pytest.fixture
def browser(cloud: OpenCloud) -> Browser:
    return Browser(cloud).sign_in()


@pytest.fixture
def network(cloud: OpenCloud) -> str:
    made: str = cloud.ask("POST", "/network/v2.0/networks", {"network": {"name": "inside"}})["network"]["id"]
    subnet = {"network_id": made, "cidr": "10.7.0.0/24", "ip_version": 4}
    cloud.ask("POST", "/network/v2.0/subnets", {"subnet": subnet})
    return made


def _huge(cloud: OpenCloud) -> str:
    flavor = {"name": "huge", "vcpus": 64, "ram": 512, "disk": 1}
    made: str = cloud.ask("POST", "/compute/v2.1/flavors", {"flavor": flavor}, user="admin")["flavor"]["id"]
    return made


def _form(cloud: OpenCloud, **more: Any) -> dict[str, Any]:
    return {"name": "web", "flavor": cloud.names["small"], "image": cloud.names["tiny"]} | more


def test_what_is_offered_is_the_projects_own(cloud: OpenCloud, browser: Browser, network: str) -> None:
    theirs = cloud.ask("POST", "/network/v2.0/networks", {"network": {"name": "foreign"}}, user="other")["network"][
        "id"
    ]
    subnet = {"network_id": theirs, "cidr": "10.8.0.0/24", "ip_version": 4}
    cloud.ask("POST", "/network/v2.0/subnets", {"subnet": subnet}, user="other")

    page = browser.open("/console/launch")

    assert f'value="{network}" checked' in page
    assert theirs not in page
    assert cloud.names["public"] not in page
    assert "small" in told(page)
    assert "There is room for it." in told(page)
    assert theirs not in Browser(cloud).sign_in("admin").open("/console/launch")


def test_a_server_is_launched_as_it_was_chosen(cloud: OpenCloud, browser: Browser, network: str) -> None:
    cloud.ask("POST", "/compute/v2.1/os-keypairs", {"keypair": {"name": "mine", "type": "ssh", "public_key": _KEY}})
    browser.open("/console/launch")
    script = "#cloud-config\nruncmd: [echo <hello>]\n"
    answer = browser.send("/console/launch", **_form(cloud, networks=network, key="mine", user_data=script))
    cloud.work()

    page = browser.open(answer.headers["location"])

    assert "It is being built: web" in told(page)
    assert "Running" in told(page)
    server = answer.headers["location"].rpartition("/")[2]
    shown = cloud.ask("GET", f"/compute/v2.1/servers/{server}", user="admin")["server"]
    assert shown["key_name"] == "mine"
    assert base64.b64decode(shown["OS-EXT-SRV-ATTR:user_data"]).decode() == script
    assert list(shown["addresses"]) == ["inside"]


def test_it_is_told_beforehand_that_there_is_no_room(cloud: OpenCloud, browser: Browser) -> None:
    huge = _huge(cloud)
    browser.open("/console/launch")
    answer = browser.send("/console/launch/check", 200, **_form(cloud, flavor=huge, name=HOSTILE))
    words = told(answer.text)
    assert "It would not work now: No valid host was found. There are only hosts with less than 64 VCPU free" in words
    assert "fake-" not in words, "which hosts there are is nothing for tenants"
    assert "<script>alert" not in answer.text
    assert cloud.ask("GET", "/compute/v2.1/servers")["servers"] == []


def test_administrators_are_told_of_the_hosts(cloud: OpenCloud) -> None:
    huge = _huge(cloud)
    admin = Browser(cloud).sign_in("admin")
    admin.open("/console/launch")
    answer = admin.send("/console/launch/check", 200, **_form(cloud, flavor=huge))
    assert "Nearest: fake-1 has room for 16 VCPU instead of 64." in told(answer.text)


def test_a_script_gets_the_outlook_alone(cloud: OpenCloud, browser: Browser) -> None:
    browser.open("/console/launch")
    answer = browser.send("/console/launch/check", 200, {"hx-request": "true"}, **_form(cloud))
    assert "There is room for it." in answer.text
    assert "<form" not in answer.text


def test_a_quota_is_told_before_the_button_is_pressed(cloud: OpenCloud, browser: Browser) -> None:
    quotas = f"/compute/v2.1/os-quota-sets/{cloud.names['demo_project']}"
    cloud.ask("PUT", quotas, {"quota_set": {"instances": 0}}, user="admin")
    assert "Quota exceeded for instances" in told(browser.open("/console/launch"))


def test_what_is_refused_keeps_what_was_written(cloud: OpenCloud, browser: Browser) -> None:
    browser.open("/console/launch")
    answer = browser.send("/console/launch", 409, **_form(cloud, name=HOSTILE, image="nothing", user_data=HOSTILE))
    assert "Can not find requested image" in told(answer.text)
    assert "<script>alert" not in answer.text
    assert answer.text.count("&lt;script&gt;alert(1)") == 2


def test_another_projects_network_cannot_be_plugged_into(cloud: OpenCloud, browser: Browser, network: str) -> None:
    thief = Browser(cloud).sign_in("other")
    thief.open("/console/launch")
    answer = thief.send("/console/launch", 409, **_form(cloud, networks=network))
    assert "could not be found" in told(answer.text)


def test_a_server_needs_a_name(cloud: OpenCloud, browser: Browser) -> None:
    browser.open("/console/launch")
    answer = browser.send("/console/launch", 409, **_form(cloud, name="  "))
    assert "give it one" in told(answer.text)


_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f somebody@example.org"
