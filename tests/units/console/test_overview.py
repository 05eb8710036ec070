"""The first page: what a project uses, what happened, and what only administrators see."""

from __future__ import annotations

from tests.clouds import OpenCloud
from tests.units.console.browser import Browser, told


def _launch(cloud: OpenCloud, name: str) -> None:
    names = cloud.names
    body = {"name": name, "flavorRef": names["small"], "imageRef": names["tiny"], "networks": "none"}
    cloud.ask("POST", "/compute/v2.1/servers", {"server": body})
    cloud.work()


def test_usage_stands_beside_its_limit(cloud: OpenCloud) -> None:
    _launch(cloud, "web")
    words = told(Browser(cloud).sign_in().page.text)
    assert "Servers 1 / 100" in words
    assert "Virtual CPUs 1 / 200" in words
    assert "Volumes 0 /" in words


def test_a_failure_is_told_in_words(cloud: OpenCloud) -> None:
    large = {"name": "large", "vcpus": 4000, "ram": 512, "disk": 1}
    cloud.ask(
        "PUT", f"/compute/v2.1/os-quota-sets/{cloud.names['demo_project']}", {"quota_set": {"cores": -1}}, user="admin"
    )
    flavor = cloud.ask("POST", "/compute/v2.1/flavors", {"flavor": large}, user="admin")["flavor"]["id"]
    body = {"name": "huge", "flavorRef": flavor, "imageRef": cloud.names["tiny"], "networks": "none"}
    cloud.ask("POST", "/compute/v2.1/servers", {"server": body})
    cloud.work()

    words = told(Browser(cloud).sign_in().page.text)

    assert "Failed huge Create No valid host" in words


def test_a_hostile_name_is_only_a_name(cloud: OpenCloud) -> None:
    _launch(cloud, "<img src=x onerror=alert(1)>\"'&")
    page = Browser(cloud).sign_in().page.text
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_a_tenant_sees_neither_hosts_nor_other_projects(cloud: OpenCloud) -> None:
    _launch(cloud, "mine-alone")
    other = told(Browser(cloud).sign_in("other").page.text)
    assert "mine-alone" not in other
    assert "Hosts" not in other
    assert "own work" not in other


def test_an_administrator_sees_how_the_hosts_are(cloud: OpenCloud) -> None:
    cloud.work(20)
    words = told(Browser(cloud).sign_in("admin").page.text)
    assert "Hosts 2 of 2 are heard of" in words
    assert "pieces of long work are under way" in words
