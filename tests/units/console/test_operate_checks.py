"""The operator's page of what the cloud tells of its own health."""

from __future__ import annotations

from dataclasses import replace

import pytest

from haneul.console.handlers.operate import listing
from haneul.kit.errors import Unavailable
from haneul.services.network import Foreign
from tests.clouds import OpenCloud
from tests.units.console.browser import Browser, told
from tests.units.console.queries import queries_of
from tests.units.console.test_servers import HOSTILE, launch

CHECKS = "/console/operate/checks"


@pytest.fixture
def browser(cloud: OpenCloud) -> Browser:
    cloud.work(20)
    return Browser(cloud).sign_in("admin")


def test_a_cloud_that_is_well_says_so(browser: Browser) -> None:
    words = told(browser.open(CHECKS))
    assert "Every host is heard of." in words
    assert "No run is stuck." in words
    assert "network.mend" in words
    assert "all that is there is the cloud's own" in words


def test_what_keeps_it_from_serving_is_told_as_readyz_tells_it(cloud: OpenCloud, browser: Browser) -> None:
    trouble = cloud.http.get("/readyz").json()["trouble"]
    assert trouble, "no engine is at work in this test"
    words = told(browser.open(CHECKS))
    for part, sentence in trouble.items():
        assert f"{part} : {sentence}" in words


def test_hosts_that_are_away_are_named(cloud: OpenCloud, browser: Browser) -> None:
    cloud.clock.move(300)
    words = told(browser.open(CHECKS))
    assert words.count("Away Last heard of") == 2


def test_what_others_wrote_is_listed_and_is_only_text(
    cloud: OpenCloud, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = Foreign("Logical_Switch", "id-1", HOSTILE)
    cloud.reality.networks.foreign = (row, replace(row, id="id-2"), replace(row, id="id-3"))
    monkeypatch.setattr(listing, "PAGE", 2)
    monkeypatch.setattr("haneul.console.handlers.operate.checks.PAGE", 2)
    page = browser.open(CHECKS)
    assert "3 rows of OVN's northbound database are not the cloud's" in told(page)
    assert "<script>alert" not in page
    assert ("id-2</code>" in page, "id-3</code>" in page) == (True, False)
    assert "marker=id-2" in page
    rest = browser.open(f"{CHECKS}?marker=id-2")
    assert ("id-2</code>" in rest, "id-3</code>" in rest) == (False, True)


def test_a_network_that_does_not_answer_is_no_failure_of_the_page(
    cloud: OpenCloud, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> tuple[Foreign, ...]:
        raise Unavailable("network.away", "OVN does not answer: look at its service.")

    monkeypatch.setattr(cloud.reality.networks, "list_foreign", fails)
    assert "OVN does not answer: look at its service." in told(browser.open(CHECKS))


def test_more_servers_ask_the_database_no_more(cloud: OpenCloud, browser: Browser) -> None:
    with queries_of(cloud) as few:
        browser.open(CHECKS)
    for name in ("a", "b", "c"):
        launch(cloud, name)
    with queries_of(cloud) as many:
        browser.open(CHECKS)
    assert len(many) == len(few)
