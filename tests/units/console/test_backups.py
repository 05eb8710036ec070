"""The pages of backups."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from haneul.console import tables
from tests.clouds import OpenCloud
from tests.units.console.browser import Browser, queries_of, reader_of, told
from tests.units.console.test_networks import id_of
from tests.units.console.test_servers import HOSTILE, Tab, stream_of
from tests.units.console.test_volumes import make_volume, volume_of


@pytest.fixture
def browser(cloud: OpenCloud) -> Browser:
    return Browser(cloud).sign_in()


def make_backup(cloud: OpenCloud, volume: str, name: str, user: str = "demo", **more: Any) -> str:
    body = {"backup": {"name": name, "volume_id": volume, **more}}
    made: str = cloud.ask("POST", "/volume/v3/backups", body, user=user)["backup"]["id"]
    cloud.work()
    cloud.clock.move(1)
    return made


def backups_of(cloud: OpenCloud) -> dict[str, Any]:
    return {each["name"]: each for each in cloud.ask("GET", "/volume/v3/backups/detail")["backups"]}


def test_backups_are_made_whole_and_of_what_changed(cloud: OpenCloud, browser: Browser) -> None:
    assert "There is no backup in this project yet" in told(browser.open("/console/backups"))
    volume = make_volume(cloud, "data")
    page = f"/console/volumes/{volume}"
    browser.open(page)
    early = browser.send(f"{page}/backups", 400, name="first", incremental="yes")
    assert "make a full one first" in told(early.text)
    browser.send(f"{page}/backups", name="first")
    cloud.work()
    cloud.clock.move(1)
    browser.send(f"{page}/backups", name="second", incremental="yes")
    cloud.work()

    made = backups_of(cloud)
    assert {name: each["is_incremental"] for name, each in made.items()} == {"first": False, "second": True}
    words = told(browser.open("/console/backups"))
    assert "first data Available Everything 1 GiB" in words
    assert "second data Available What changed since the backup before 1 GiB" in words
    assert "Available, What changed since" in told(browser.open(page))
    assert made["first"]["id"] in browser.open(f"/console/backups/{made['second']['id']}"), "it builds on that"
    assert "Built upon by other backups" in told(browser.open(f"/console/backups/{made['first']['id']}"))


def test_a_backup_becomes_a_new_volume(cloud: OpenCloud, browser: Browser) -> None:
    backup = make_backup(cloud, make_volume(cloud, "data"), "first")
    page = f"/console/backups/{backup}"
    browser.open(page)
    made = id_of(browser.send(f"{page}/restore", name="copied"))
    cloud.work()
    restored = volume_of(cloud, made)
    assert (restored["name"], restored["status"]) == ("copied", "available")
    assert "The backup is being restored." in told(browser.open(f"/console/volumes/{made}"))


def test_a_backup_goes_over_a_volume_whose_name_is_written(cloud: OpenCloud, browser: Browser) -> None:
    volume = make_volume(cloud, "data")
    backup = make_backup(cloud, volume, "first")
    page = f"/console/backups/{backup}"
    assert f'value="{volume}" selected' in browser.open(page)
    for wrong in ("", "first", "dat"):
        refused = browser.send(f"{page}/restore", 400, volume=volume, proof=wrong)
        assert "nothing was restored" in told(refused.text)
    assert volume_of(cloud, volume)["status"] == "available"
    answer = browser.send(f"{page}/restore", volume=volume, proof="data")
    assert id_of(answer) == volume
    assert volume_of(cloud, volume)["status"] == "restoring-backup"
    cloud.work()
    assert volume_of(cloud, volume)["status"] == "available"
    assert len(cloud.ask("GET", "/volume/v3/volumes")["volumes"]) == 1


def test_a_backup_is_deleted_by_its_name_after_those_that_build_on_it(cloud: OpenCloud, browser: Browser) -> None:
    volume = make_volume(cloud, "data")
    first = make_backup(cloud, volume, HOSTILE)
    second = make_backup(cloud, volume, "second", incremental=True)
    for address in ("backups", f"backups/{first}", f"backups/{first}/delete", f"volumes/{volume}"):
        shown = browser.open(f"/console/{address}")
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert(1)" in shown, address
    browser.open(f"/console/backups/{first}/delete")
    browser.send(f"/console/backups/{first}/delete", 400, proof="first")
    refused = browser.send(f"/console/backups/{first}/delete", 409, proof=HOSTILE)
    assert "delete those first" in told(refused.text)
    browser.send(f"/console/backups/{second}/delete", proof="second")
    cloud.work()
    browser.send(f"/console/backups/{first}/delete", proof=HOSTILE)
    cloud.work()
    assert "There is no backup in this project yet" in told(browser.open("/console/backups"))
    assert cloud.leftovers() == []


def test_others_backups_are_not_there_and_readers_change_nothing(cloud: OpenCloud, browser: Browser) -> None:
    theirs = make_backup(cloud, make_volume(cloud, "theirs", "other"), "theirs", "other")
    volume = make_volume(cloud, "data")
    mine = make_backup(cloud, volume, "mine")
    assert "theirs" not in told(browser.open("/console/backups"))
    for page in (f"/console/backups/{theirs}", f"/console/backups/{theirs}/delete"):
        assert "theirs" not in told(browser.open(page, 404))
    browser.open("/console/backups")
    browser.send(f"/console/backups/{theirs}/restore", 404, name="x")
    browser.send(f"/console/backups/{theirs}/delete", 404, proof="theirs")
    heard = asyncio.run(Tab(cloud, browser, f"/console/live/backups?ids={theirs}").follow([(lambda: None, "Deleted")]))
    assert "theirs" not in "".join(heard)

    reader = reader_of(cloud)
    assert "mine" in told(reader.open("/console/backups"))
    reader.send(f"/console/volumes/{volume}/backups", 403, name="x")
    reader.send(f"/console/backups/{mine}/restore", 403, name="x")
    reader.send(f"/console/backups/{mine}/delete", 403, proof="mine")


def test_a_change_reaches_the_page_that_is_looked_at(cloud: OpenCloud, browser: Browser) -> None:
    volume = make_volume(cloud, "data")
    body = {"backup": {"name": "first", "volume_id": volume}}
    cloud.ask("POST", "/volume/v3/backups", body)
    stream = stream_of(browser.open("/console/backups"))
    assert "Available" not in told(browser.page.text)
    asyncio.run(Tab(cloud, browser, stream).follow([(cloud.work, "Available")]))


def test_the_listing_is_paged_and_no_query_is_made_for_a_row(
    cloud: OpenCloud, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def counts() -> list[int]:
        pages = ("backups", f"backups/{first}")
        return [queries_of(cloud, lambda page=page: browser.open(f"/console/{page}")) for page in pages]

    first = make_backup(cloud, make_volume(cloud, "v0"), "b0")
    few = counts()
    for number in (1, 2):
        make_backup(cloud, make_volume(cloud, f"v{number}"), f"b{number}")
    assert counts() == few
    monkeypatch.setattr(tables, "PAGE", 2)
    page = browser.open("/console/backups")
    assert re.findall(r'<th scope="row"><a[^>]*>(b\d)<', page) == ["b2", "b1"]
    assert 'rel="next"' in page
