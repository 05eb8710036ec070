"""The operator's pages of flavors."""

from __future__ import annotations

import re
from typing import Any

import pytest

from haneul.console.handlers.operate import listing
from tests.clouds import OpenCloud
from tests.units.console.browser import Browser, told
from tests.units.console.queries import queries_of
from tests.units.console.test_servers import HOSTILE

FLAVORS = "/console/operate/flavors"


@pytest.fixture
def browser(cloud: OpenCloud) -> Browser:
    browser = Browser(cloud).sign_in("admin")
    browser.open(FLAVORS)
    return browser


def make(browser: Browser, name: str, **more: Any) -> str:
    """The address of the flavor's page."""
    fields = {"name": name, "vcpus": 2, "memory_mib": 2048, "disk_gib": 5, "access": "all"} | more
    return str(browser.send(FLAVORS, **fields).headers["location"])


def test_a_flavor_is_made_shown_and_deleted_by_its_name(cloud: OpenCloud, browser: Browser) -> None:
    page = make(browser, HOSTILE)
    shown = [browser.open(page), browser.open(FLAVORS)]
    assert "2 GiB" in told(shown[0])
    for each in shown:
        assert "<script>alert" not in each
        assert "&lt;script&gt;alert(1)" in each

    browser.open(page)
    browser.send(f"{page}/delete", proof="else")
    assert "nothing was deleted" in told(browser.open(page))
    assert browser.send(f"{page}/delete", proof=HOSTILE).headers["location"] == FLAVORS
    browser.open(page, 404)


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"name": "x" * 256}, {"vcpus": "0"}, {"memory_mib": "much"}, {"disk_gib": "-1"}]
)
def test_what_makes_no_sense_is_told_beside_the_form(browser: Browser, wrong: dict[str, str]) -> None:
    fields = {"name": "odd", "vcpus": "2", "memory_mib": "2048", "disk_gib": "5"} | wrong
    answer = browser.send(FLAVORS, 400, **fields)
    assert re.search("write another|write a whole number", told(answer.text))
    assert 'role="alert"' in answer.text
    assert 'value="2048"' in answer.text or wrong.get("memory_mib"), "what was written stays"


def test_a_name_that_is_taken_is_refused_in_words(browser: Browser) -> None:
    answer = browser.send(FLAVORS, 400, name="small", vcpus="1", memory_mib="1", disk_gib="1")
    assert "already exists" in told(answer.text)


def test_a_flavor_is_given_to_projects_and_taken_away(cloud: OpenCloud, browser: Browser) -> None:
    page = make(browser, "ours", access="chosen")
    flavor = page.rpartition("/")[2]
    assert "No project yet." in told(browser.open(page))

    browser.send(f"{page}/access/add", project="nobody's")
    assert "There is no project nobody's" in told(browser.open(page))
    browser.send(f"{page}/access/add", project="demo")
    assert "demo may use it now." in told(browser.open(page))
    assert cloud.ask("GET", f"/compute/v2.1/flavors/{flavor}")["flavor"]["name"] == "ours"

    browser.send(f"{page}/access/remove", project=cloud.names["demo_project"])
    assert "No project yet." in told(browser.open(page))
    refused = cloud.http.get(f"/compute/v2.1/flavors/{flavor}", headers={"x-auth-token": cloud.token_of("demo") or ""})
    assert refused.status_code == 404


def test_pages_follow_each_other_in_as_many_queries(
    cloud: OpenCloud, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with queries_of(cloud) as few:
        browser.open(FLAVORS)
    for number in range(3):
        make(browser, f"f{number}")
    browser.open(FLAVORS)
    with queries_of(cloud) as many:
        browser.open(FLAVORS)
    assert len(many) == len(few)

    monkeypatch.setattr(listing, "PAGE", 2)
    monkeypatch.setattr("haneul.console.handlers.operate.flavors.PAGE", 2)
    seen, address = [], FLAVORS
    while address:
        page = browser.open(address)
        seen += re.findall(r'<th scope="row"><a[^>]*>([^<]+)<', page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found[1].replace("&amp;", "&") if found else ""
    assert sorted(seen) == sorted({"small", "f0", "f1", "f2", *seen})
    assert {"small", "f0", "f1", "f2"} <= set(seen)
