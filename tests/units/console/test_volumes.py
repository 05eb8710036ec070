"""The pages of volumes and snapshots."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from haneul.console import tables
from haneul.console.words import VOLUME_STATES
from haneul.kit.errors import Conflict
from haneul.services.volume import Status
from tests.clouds import OpenCloud
from tests.units.console.browser import Browser, queries_of, reader_of, told
from tests.units.console.test_networks import id_of
from tests.units.console.test_servers import HOSTILE, Tab, launch, stream_of


@pytest.fixture
def browser(cloud: OpenCloud) -> Browser:
    return Browser(cloud).sign_in()


def make_volume(cloud: OpenCloud, name: str, user: str = "demo") -> str:
    body = {"volume": {"name": name, "size": 1}}
    made: str = cloud.ask("POST", "/volume/v3/volumes", body, user=user)["volume"]["id"]
    cloud.work()
    return made


def make_snapshot(cloud: OpenCloud, volume: str, name: str, user: str = "demo") -> str:
    body = {"snapshot": {"name": name, "volume_id": volume}}
    made: str = cloud.ask("POST", "/volume/v3/snapshots", body, user=user)["snapshot"]["id"]
    cloud.work()
    return made


def volume_of(cloud: OpenCloud, volume: str, user: str = "demo") -> Any:
    return cloud.ask("GET", f"/volume/v3/volumes/{volume}", user=user)["volume"]


def server_near(cloud: OpenCloud, volume: str, name: str) -> str:
    """A server on the volume's host: volumes of a directory do not travel."""
    for number in range(4):
        server = launch(cloud, name)
        host = cloud.ask("GET", f"/compute/v2.1/servers/{server}", user="admin")["server"]["OS-EXT-SRV-ATTR:host"]
        where = volume_of(cloud, volume, "admin")["os-vol-host-attr:host"]
        if where.partition("@")[0] == host:
            return server
        assert number < 3, "no server came to the volume's host"
    raise AssertionError


def test_every_state_has_a_word() -> None:
    assert set(VOLUME_STATES) == set(Status)


def test_volumes_are_made_empty_of_an_image_and_of_a_snapshot(cloud: OpenCloud, browser: Browser) -> None:
    assert "There is no volume in this project yet." in told(browser.open("/console/volumes"))
    empty = id_of(browser.send("/console/volumes", name="empty", size="3"))
    cloud.work()
    snapshot = make_snapshot(cloud, empty, "before")
    browser.open("/console/volumes")
    copied = id_of(browser.send("/console/volumes", name="copied", source=f"snapshot:{snapshot}"))
    imaged = id_of(browser.send("/console/volumes", name="imaged", size="2", source=f"image:{cloud.names['tiny']}"))
    cloud.work()

    sizes = {volume_of(cloud, each)["name"]: volume_of(cloud, each)["size"] for each in (empty, copied, imaged)}
    assert sizes == {"empty": 3, "copied": 3, "imaged": 2}
    words = told(browser.open("/console/volumes"))
    assert "copied Available 3 GiB" in words
    words = told(browser.open(f"/console/volumes/{imaged}"))
    assert "Image tiny Servers may boot from it yes" in words


@pytest.mark.parametrize("size", ["", "0", "-1", "2.5", "many", "9" * 40])
def test_what_is_no_size_is_refused_in_a_sentence(cloud: OpenCloud, browser: Browser, size: str) -> None:
    browser.open("/console/volumes")
    answer = browser.send("/console/volumes", 400, name=HOSTILE, size=size)
    assert 'role="alert"' in answer.text
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text, "what was written is kept"
    assert cloud.ask("GET", "/volume/v3/volumes")["volumes"] == []


def test_a_volume_goes_to_a_server_and_comes_back(cloud: OpenCloud, browser: Browser) -> None:
    volume = make_volume(cloud, "data")
    server = server_near(cloud, volume, HOSTILE)
    page = f"/console/volumes/{volume}"
    browser.open(page)
    browser.send(f"{page}/attach", server=server)
    cloud.work()
    shown = browser.open(page)
    assert "In use" in told(shown)
    assert f"{HOSTILE} /dev/vdb" in told(shown).replace("  ", " ")
    assert "<script>alert" not in shown
    assert "<script>alert" not in browser.open("/console/volumes")
    refused = browser.send(f"{page}/delete", 409, proof="data")
    assert "status must be" in told(refused.text)

    browser.send(f"{page}/detach", server=server)
    cloud.work()
    assert "Available" in told(browser.open(page))
    nothing = browser.send(f"{page}/attach", 400, server="")
    assert "choose one of the list" in told(nothing.text)
    browser.send(f"{page}/detach", 404, server=server)


def test_a_volume_is_enlarged_and_copied(cloud: OpenCloud, browser: Browser) -> None:
    volume = make_volume(cloud, "data")
    page = f"/console/volumes/{volume}"
    browser.open(page)
    browser.send(f"{page}/extend", size="5")
    cloud.work()
    assert volume_of(cloud, volume)["size"] == 5
    smaller = browser.send(f"{page}/extend", 400, size="2")
    assert "must be greater than current size" in told(smaller.text)
    browser.send(f"{page}/snapshots", name=HOSTILE)
    cloud.work()
    for address in (page, "/console/snapshots", "/console/volumes"):
        shown = browser.open(address)
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert(1)" in shown, address


def test_volumes_and_snapshots_are_deleted_by_name(cloud: OpenCloud, browser: Browser) -> None:
    volume = make_volume(cloud, HOSTILE)
    snapshot = make_snapshot(cloud, volume, "before")
    page = f"/console/volumes/{volume}"
    assert "<script>alert" not in browser.open(f"{page}/delete")
    browser.send(f"{page}/delete", 400, proof="before")
    refused = browser.send(f"{page}/delete", 409, proof=HOSTILE)
    assert "has 1 snapshots: delete them first" in told(refused.text)
    browser.send(f"/console/snapshots/{snapshot}/delete", 400, proof="")
    browser.send(f"/console/snapshots/{snapshot}/delete", proof="before")
    cloud.work()
    assert "There is no snapshot in this project yet" in told(browser.open("/console/snapshots"))
    browser.open(page)
    browser.send(f"{page}/delete", proof=HOSTILE)
    cloud.work()
    assert "There is no volume in this project yet." in told(browser.open("/console/volumes"))
    assert cloud.leftovers() == []


def test_a_volume_that_could_not_be_made_says_why(cloud: OpenCloud, browser: Browser) -> None:
    cloud.reality.hosts.fail_next("ensure_volume", Conflict("volume.refused", "The disk is on fire."))
    volume = make_volume(cloud, "data")
    page = browser.open(f"/console/volumes/{volume}")
    assert "Error" in told(page)
    complaints = cloud.ask("GET", f"/volume/v3/messages?resource_uuid={volume}")["messages"]
    assert complaints
    assert complaints[0]["user_message"] in told(page)


def test_another_projects_volumes_are_not_there(cloud: OpenCloud, browser: Browser) -> None:
    volume = make_volume(cloud, "theirs", "other")
    snapshot = make_snapshot(cloud, volume, "theirs", "other")
    server = launch(cloud, "mine")
    for page in ("volumes", "snapshots"):
        assert "theirs" not in told(browser.open(f"/console/{page}"))
    for page in (f"volumes/{volume}", f"volumes/{volume}/delete", f"snapshots/{snapshot}/delete"):
        assert "theirs" not in told(browser.open(f"/console/{page}", 404))
    browser.open("/console/volumes")
    for act in ("attach", "detach", "extend", "snapshots", "delete"):
        browser.send(f"/console/volumes/{volume}/{act}", 404, server=server, size="9", name="x", proof="theirs")
    browser.send(f"/console/snapshots/{snapshot}/delete", 404, proof="theirs")
    browser.send("/console/volumes", 404, name="x", source=f"snapshot:{snapshot}")
    stream = f"/console/live/volumes?ids={volume}"
    heard = asyncio.run(Tab(cloud, browser, stream).follow([(lambda: None, "Deleted")]))
    assert "theirs" not in "".join(heard)
    assert volume_of(cloud, volume, "other")["size"] == 1


def test_readers_change_nothing(cloud: OpenCloud) -> None:
    volume = make_volume(cloud, "data")
    snapshot = make_snapshot(cloud, volume, "before")
    server = launch(cloud, "web")
    reader = reader_of(cloud)
    assert "data" in told(reader.open(f"/console/volumes/{volume}"))
    for act in ("attach", "extend", "snapshots", "delete"):
        answer = reader.send(f"/console/volumes/{volume}/{act}", 403, server=server, size="9", name="x", proof="data")
        assert re.search(r'role="alert">[^<]+<', answer.text), act
    reader.send(f"/console/snapshots/{snapshot}/delete", 403, proof="before")
    reader.send("/console/volumes", 403, name="x", size="1")


def test_a_change_reaches_the_page_that_is_looked_at(cloud: OpenCloud, browser: Browser) -> None:
    volume = make_volume(cloud, HOSTILE)
    tab = Tab(cloud, browser, stream_of(browser.open("/console/volumes")))
    one = Tab(cloud, browser, stream_of(browser.open(f"/console/volumes/{volume}")))

    def extend(size: int) -> None:
        cloud.ask("POST", f"/volume/v3/volumes/{volume}/action", {"os-extend": {"new_size": size}})
        cloud.work()

    heard = asyncio.run(tab.follow([(lambda: extend(7), "7 GiB")]))
    assert f'hx-target="#state-{volume}"' in "".join(heard)
    heard = asyncio.run(one.follow([(lambda: extend(8), "8 GiB")]))
    assert "<script>" not in "".join(heard)


def test_listings_are_paged(cloud: OpenCloud, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "PAGE", 2)
    for number in range(3):
        make_snapshot(cloud, make_volume(cloud, f"v{number}"), f"v{number}")
    for listing in ("volumes", "snapshots"):
        seen, address = [], f"/console/{listing}"
        while address:
            page = browser.open(address)
            seen.append(re.findall(r'<th scope="row">(?:<a[^>]*>)?(v\d)<', page))
            found = re.search(r'rel="next" href="([^"]+)"', page)
            address = found[1] if found else ""
        assert seen == [["v2", "v1"], ["v0"]]


def test_no_query_is_made_for_a_row(cloud: OpenCloud, browser: Browser) -> None:
    def counts() -> list[int]:
        pages = ("volumes", f"volumes/{first}", "snapshots")
        return [queries_of(cloud, lambda page=page: browser.open(f"/console/{page}")) for page in pages]

    def attached(name: str) -> str:
        volume = make_volume(cloud, name)
        make_snapshot(cloud, volume, name)
        body = {"volumeAttachment": {"volumeId": volume}}
        server = server_near(cloud, volume, name)
        cloud.ask("POST", f"/compute/v2.1/servers/{server}/os-volume_attachments", body)
        cloud.work()
        return volume

    first = attached("a")
    few = counts()
    attached("b")
    attached("c")
    make_snapshot(cloud, first, "another")
    assert counts() == few
