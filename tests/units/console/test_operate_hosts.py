"""The operator's pages of hosts."""

from __future__ import annotations

import re

import pytest

from tests.clouds import OpenCloud
from tests.units.console.browser import Browser, told
from tests.units.console.queries import queries_of
from tests.units.console.test_servers import HOSTILE, launch


@pytest.fixture
def browser(cloud: OpenCloud) -> Browser:
    cloud.work(20)
    return Browser(cloud).sign_in("admin")


def pages_of(browser: Browser) -> list[str]:
    return re.findall(r'<a href="(/console/operate/hosts/[^"]+)">', browser.open("/console/operate/hosts"))


def host_with(browser: Browser, server: str) -> str:
    return next(page for page in pages_of(browser) if server in browser.open(page))


def test_hosts_are_told_with_what_is_taken_of_them(cloud: OpenCloud, browser: Browser) -> None:
    server = launch(cloud, "web")
    assert len(pages_of(browser)) == 2
    assert "Up" in told(browser.page.text)
    host_with(browser, server)
    words = told(browser.page.text)
    assert re.search(r"Virtual CPUs 1 of \d+ are taken by servers", words)
    assert re.search(r"Claims .*VCPU 1", words)
    assert "web Running 1 vCPU" in words
    browser.open("/console/operate/hosts/nothing", 404)


def test_hosts_are_searched_by_name_and_state(browser: Browser) -> None:
    def found(query: str) -> int:
        return browser.open(f"/console/operate/hosts?{query}").count('<th scope="row">')

    assert found("search=FAKE") == 2
    assert found("search=%3Cscript%3E") == 0
    assert "No host fits." in told(browser.page.text)
    assert found("state=away") == 0
    assert found("state=up") == 2
    assert found("state=nonsense") == 2


def test_a_host_is_disabled_with_a_reason_and_enabled_again(cloud: OpenCloud, browser: Browser) -> None:
    page = pages_of(browser)[0]
    browser.open(page)
    browser.send(f"{page}/disable", reason=" ")
    assert "Say first why" in told(browser.open(page))

    browser.send(f"{page}/disable", reason=HOSTILE)
    shown = browser.open(page)
    assert "takes no new servers" in told(shown)
    assert "<script>alert" not in shown
    assert "&lt;script&gt;" in browser.open("/console/operate/hosts?state=disabled")
    services = cloud.ask("GET", "/compute/v2.1/os-services", user="admin")["services"]
    assert [(each["status"], each["disabled_reason"]) for each in services if each["id"] in page] == [
        ("disabled", HOSTILE)
    ]

    browser.open(page)
    browser.send(f"{page}/enable")
    assert "takes new servers again" in told(browser.open(page))
    browser.send("/console/operate/hosts/nothing/enable")
    assert "could not be found" in told(browser.open("/console/operate/hosts"))


def test_more_servers_on_a_host_ask_the_database_no_more(cloud: OpenCloud, browser: Browser) -> None:
    first = launch(cloud, HOSTILE)
    page = host_with(browser, first)
    assert "<script>alert" not in browser.page.text
    other = next(each for each in pages_of(browser) if each != page)
    browser.open(other)
    browser.send(f"{other}/disable", reason="so that all go to one")
    browser.open(page)
    with queries_of(cloud) as few:
        browser.open(page)
    for number in range(4):
        launch(cloud, f"s{number}")
    with queries_of(cloud) as many:
        words = told(browser.open(page))
    assert "s3" in words
    assert len(many) == len(few)
