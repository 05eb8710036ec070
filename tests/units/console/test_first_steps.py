"""What leads an operator from an empty cloud to its first server."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.clouds import PASSWORD, OpenCloud
from tests.units.console.browser import Browser, queries_of, told
from tests.units.console.test_networks import NETWORK
from tests.units.console.test_servers import HOSTILE, launch

PAGE = "/console/operate/first-steps"
OUTSIDE = {
    "name": "world",
    "wire": "physnet1",
    "cidr": "203.0.113.0/24",
    "gateway": "203.0.113.254",
    "first": "203.0.113.10",
    "last": "203.0.113.20",
}
NEWCOMER = {"name": "plans", "user": "ada", "password": PASSWORD, "again": PASSWORD}


@pytest.fixture
def browser(cloud: OpenCloud) -> Browser:
    return Browser(cloud).sign_in("admin")


def step_of(page: str) -> str:
    """At which step the page is."""
    found = re.search(r'step=(\w+)" aria-current="step"', page)
    return found[1] if found else ""


def bare(cloud: OpenCloud) -> None:
    """Without an external network, as no `up` has prepared it."""
    for subnet in cloud.ask("GET", f"{NETWORK}/subnets", user="admin")["subnets"]:
        cloud.ask("DELETE", f"{NETWORK}/subnets/{subnet['id']}", user="admin")
    for network in cloud.ask("GET", f"{NETWORK}/networks", user="admin")["networks"]:
        cloud.ask("DELETE", f"{NETWORK}/networks/{network['id']}", user="admin")


def test_the_first_step_that_is_not_done_is_shown(cloud: OpenCloud, browser: Browser) -> None:
    assert "This cloud is new." in told(browser.open("/console/"))
    page = browser.open(PAGE)
    assert step_of(page) == "server", "the tests' clouds have a network, hosts and projects"
    assert told(page).count("Done") == 3
    launch(cloud, "web")
    page = browser.open(PAGE)
    assert step_of(page) == ""
    assert "Every first step is done." in told(page)
    assert "This cloud is new." not in Browser(cloud).sign_in().open("/console/")


def test_every_step_is_explained_skippable_and_a_command_line_too(cloud: OpenCloud, browser: Browser) -> None:
    bare(cloud)
    step, seen = step_of(browser.open(PAGE)), []
    while step:
        page = browser.open(f"{PAGE}?step={step}")
        seen.append(step)
        command = re.search(r"<pre[^>]*>([^<]+)</pre>", page)
        assert command
        assert "openstack " in unescape(command[1])
        assert "\\n" not in command[1]
        further = re.search(rf'class="button[^"]*" href="{PAGE}\?step=(\w+)"', page)
        step = further[1] if further else ""
    assert seen == ["network", "hosts", "project", "server"]
    assert 'href="/console/">To the overview' in browser.page.text


def test_the_external_network_is_made_with_its_addresses(cloud: OpenCloud, browser: Browser) -> None:
    bare(cloud)
    assert step_of(browser.open(PAGE)) == "network"
    answer = browser.send(f"{PAGE}/network", **OUTSIDE)
    assert answer.headers["location"] == f"{PAGE}?step=hosts"
    (network,) = cloud.ask("GET", f"{NETWORK}/networks", user="admin")["networks"]
    assert (network["name"], network["router:external"]) == ("world", True)
    assert (network["provider:network_type"], network["provider:physical_network"]) == ("flat", "physnet1")
    (subnet,) = cloud.ask("GET", f"{NETWORK}/subnets", user="admin")["subnets"]
    assert subnet["gateway_ip"] == "203.0.113.254"
    assert subnet["allocation_pools"] == [{"start": "203.0.113.10", "end": "203.0.113.20"}]
    assert subnet["enable_dhcp"] is False


@pytest.mark.parametrize(
    "wrong", [{"cidr": "203.0.113.0/99"}, {"wire": "elsewhere"}, {"last": ""}, {"gateway": "nowhere"}], ids=str
)
def test_of_a_network_that_is_refused_nothing_stays(cloud: OpenCloud, browser: Browser, wrong: dict[str, str]) -> None:
    bare(cloud)
    browser.open(PAGE)
    answer = browser.send(f"{PAGE}/network", 400, **(OUTSIDE | {"name": HOSTILE} | wrong))
    assert re.search(r'role="alert">[^<]+<', answer.text)
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text, "what was written is kept"
    assert step_of(answer.text) == "network"
    assert cloud.ask("GET", f"{NETWORK}/networks", user="admin")["networks"] == []


def test_a_project_is_made_with_somebody_who_works_in_it(cloud: OpenCloud, browser: Browser) -> None:
    page = browser.open(f"{PAGE}?step=project")
    assert PASSWORD not in page
    answer = browser.send(f"{PAGE}/project", **NEWCOMER)
    assert answer.headers["location"] == f"{PAGE}?step=server"
    newcomer = Browser(cloud).sign_in("ada")
    assert "Overview plans" in told(newcomer.page.text)
    newcomer.open(PAGE, 403)


@pytest.mark.parametrize(
    ("wrong", "status"),
    [({"again": "other"}, 400), ({"user": "demo"}, 409), ({"user": " "}, 400), ({"name": " "}, 400)],
)
def test_of_a_project_that_is_refused_nothing_stays(
    cloud: OpenCloud, browser: Browser, wrong: dict[str, str], status: int
) -> None:
    browser.open(f"{PAGE}?step=project")
    answer = browser.send(f"{PAGE}/project", status, **(NEWCOMER | wrong))
    assert re.search(r'role="alert">[^<]+<', answer.text)
    assert PASSWORD not in answer.text
    assert cloud.ask("GET", "/identity/v3/projects?name=plans", user="admin")["projects"] == []
    assert cloud.ask("GET", "/identity/v3/users?name=ada", user="admin")["users"] == []


def test_nobody_else_is_led(cloud: OpenCloud) -> None:
    demo = Browser(cloud).sign_in()
    assert PAGE not in demo.page.text
    demo.open(PAGE, 403)
    demo.open("/console/networks")
    for path in ("network", "project"):
        demo.send(f"{PAGE}/{path}", 403, **NEWCOMER)


def test_what_grows_costs_no_more_queries(cloud: OpenCloud, browser: Browser) -> None:
    launch(cloud, "web")
    few = queries_of(cloud, lambda: browser.open(f"{PAGE}?step=hosts"))
    for number in range(3):
        body = {"project": {"name": f"p{number}"}}
        cloud.ask("POST", "/identity/v3/projects", body, user="admin")
    launch(cloud, "db")
    launch(cloud, "cache")
    browser.open("/console/")  # Whoever asks is looked up anew after a change of identity.
    assert queries_of(cloud, lambda: browser.open(f"{PAGE}?step=hosts")) == few
