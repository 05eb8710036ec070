"""The page of one server: what it is, what was done to it, its log and its consoles."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest

from haneul.kit.errors import Conflict
from tests.clouds import OpenCloud
from tests.units.console.browser import Browser, told
from tests.units.console.test_servers import HOSTILE, Tab, launch, stream_of


@pytest.fixture
def browser(cloud: OpenCloud) -> Browser:
    return Browser(cloud).sign_in()


def _act(cloud: OpenCloud, server: str, **body: object) -> None:
    cloud.ask("POST", f"/compute/v2.1/servers/{server}/action", body)
    cloud.work()


def test_a_server_is_told_with_all_that_was_done_to_it(cloud: OpenCloud, browser: Browser) -> None:
    server = launch(cloud, "web")
    _act(cloud, server, **{"os-stop": None})

    words = told(browser.open(f"/console/servers/{server}"))

    assert "web Start Delete Stopped" in words
    assert "Image tiny" in words
    assert "small: 1 vCPU, 0.5 GiB, 1 GiB" in words
    assert words.index("Done Stop by you") < words.index("Done Create by you")
    assert "Claim host" in words


def test_a_failure_is_told_where_it_happened(cloud: OpenCloud, browser: Browser) -> None:
    cloud.reality.hosts.fail_next("ensure_guest", Conflict("guest.refused", "The hypervisor refuses it."))
    server = launch(cloud, "web")

    words = told(browser.open(f"/console/servers/{server}"))

    assert "Failed Create by you" in words
    assert words.count("The hypervisor refuses it.") >= 2, "of the whole, and at its step"
    assert "taken back" in words


def test_another_projects_server_is_not_there(cloud: OpenCloud, browser: Browser) -> None:
    server = launch(cloud, "theirs", user="other")
    for page in ("", "/log"):
        words = told(browser.open(f"/console/servers/{server}{page}", 404))
        assert "could not be found" in words
        assert "theirs" not in words
    browser.open("/console/servers")
    browser.send(f"/console/servers/{server}/console", 404, kind="vnc")


def test_only_administrators_see_the_host(cloud: OpenCloud, browser: Browser) -> None:
    server = launch(cloud, "web")
    assert "Host" not in told(browser.open(f"/console/servers/{server}"))
    assert "Host fake-" in told(Browser(cloud).sign_in("admin").open(f"/console/servers/{server}"))


def test_everything_that_its_owner_wrote_is_only_text(cloud: OpenCloud, browser: Browser) -> None:
    server = launch(cloud, HOSTILE)
    cloud.ask("PUT", f"/compute/v2.1/servers/{server}/metadata", {"metadata": {"note": HOSTILE}})
    cloud.ask("PUT", f"/compute/v2.1/servers/{server}", {"server": {"description": HOSTILE}})
    for page in ("", "/log"):
        text = browser.open(f"/console/servers/{server}{page}")
        assert "<script>alert" not in text
        assert "&lt;script&gt;" in text


def test_the_log_is_what_the_guest_wrote(cloud: OpenCloud, browser: Browser) -> None:
    server = launch(cloud, "web")
    log = cloud.ask("POST", f"/compute/v2.1/servers/{server}/action", {"os-getConsoleOutput": {}})["output"]
    assert log
    assert " ".join(log.split()) in told(browser.open(f"/console/servers/{server}/log"))


@pytest.mark.parametrize("kind", ["vnc", "serial"])
def test_a_console_opens_by_a_form(cloud: OpenCloud, browser: Browser, kind: str) -> None:
    server = launch(cloud, "web")
    browser.open(f"/console/servers/{server}")
    where = browser.send(f"/console/servers/{server}/console", kind=kind).headers["location"]
    assert browser.http.get(where).status_code == 200

    parts = urlsplit(where)
    socket = where if kind == "serial" else "/" + parse_qs(parts.query)["path"][0]
    with cloud.http.websocket_connect(socket, subprotocols=["binary"]) as console:
        assert console.receive_bytes()


def test_there_is_no_other_kind_of_console(cloud: OpenCloud, browser: Browser) -> None:
    server = launch(cloud, "web")
    browser.open(f"/console/servers/{server}")
    browser.send(f"/console/servers/{server}/console", 400, kind="spice")


def test_deleting_from_its_own_page_leads_to_the_list(cloud: OpenCloud, browser: Browser) -> None:
    server = launch(cloud, "web")
    browser.open(f"/console/servers/{server}")
    back = f"/console/servers/{server}"
    answer = browser.send("/console/servers/delete", ids=server, proof="web", back=back)
    assert answer.headers["location"] == "/console/servers"


def test_the_page_is_kept_true_to_the_servers_end(cloud: OpenCloud, browser: Browser) -> None:
    server = launch(cloud, "web")
    tab = Tab(cloud, browser, stream_of(browser.open(f"/console/servers/{server}")))

    def delete() -> None:
        cloud.ask("DELETE", f"/compute/v2.1/servers/{server}")
        cloud.work()

    heard = asyncio.run(tab.follow([(lambda: _act(cloud, server, **{"os-stop": None}), "Stop"), (delete, "Deleted")]))

    assert f"#timeline-{server}" in "".join(heard)
