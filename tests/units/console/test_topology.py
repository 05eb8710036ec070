"""The map of a project's networks."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from xml.etree import ElementTree

import pytest

from haneul.console.topology import WIDTH, Area, Box, Outside, Plug, Topology, Way, drawn, short
from haneul.services.compute import ServerState
from tests.clouds import OpenCloud
from tests.units.console.browser import Browser, queries_of, reader_of, told
from tests.units.console.test_networks import NETWORK, launch_on, make_network, make_router
from tests.units.console.test_servers import HOSTILE, Tab, stream_of


@pytest.fixture
def browser(cloud: OpenCloud) -> Browser:
    return Browser(cloud).sign_in()


def connect(cloud: OpenCloud, router: str, subnet: str) -> None:
    cloud.ask("PUT", f"{NETWORK}/routers/{router}/add_router_interface", {"subnet_id": subnet})


def picture(page: str) -> Any:
    """The drawing; it has to be well formed."""
    found = re.search(r"<svg.*?</svg>", page, re.DOTALL)
    assert found
    return ElementTree.fromstring(found[0])


def links(page: str) -> dict[str, str]:
    """What the drawing's links say, by where they lead."""
    return {str(link.get("href")): str(link.findtext("text")).strip() for link in picture(page).iter("a")}


def test_everything_stands_on_the_map_and_leads_to_its_page(cloud: OpenCloud, browser: Browser) -> None:
    network, subnet = make_network(cloud, "inside")
    router = make_router(cloud, "way")
    connect(cloud, router, subnet)
    port = launch_on(cloud, "web", network)
    floating = {"floating_network_id": cloud.names["public"], "port_id": port["id"]}
    address = cloud.ask("POST", f"{NETWORK}/floatingips", {"floatingip": floating})["floatingip"]["floating_ip_address"]

    page = browser.open("/console/topology")

    where = links(page)
    assert where["/console/networks/" + cloud.names["public"]] == "public"
    assert where[f"/console/routers/{router}"] == "way"
    assert where[f"/console/networks/{network}"] == "inside"
    assert where[f"/console/servers/{port['device_id']}"] == "web"
    assert where[f"/console/launch?network={network}"] == "Launch a server here"
    assert f"/console/topology?connect={network}#connect" not in where
    assert f"10.7.0.2 ← {address}" in re.sub(r"10\.7\.0\.\d+", "10.7.0.2", told(page))
    assert len(picture(page).findall("path")) == 3, "outside to router to network to server"
    for path in where:
        browser.open(path.partition("#")[0])
    browser.open(f"/console/launch?network={network}")
    assert f'value="{network}" checked' in browser.page.text


def test_a_network_is_connected_from_the_map(cloud: OpenCloud, browser: Browser) -> None:
    network, subnet = make_network(cloud, "inside")
    assert "This project has no router yet" in told(browser.open("/console/topology"))
    router = make_router(cloud, "way")
    page = browser.open(f"/console/topology?connect={network}")
    assert links(page)[f"/console/topology?connect={network}#connect"] == "Connect to a router"
    assert f'value="{subnet}" selected' in page
    refused = browser.send("/console/topology/connect", 404, subnet=subnet, router="nothing")
    assert "Router nothing could not be found" in told(refused.text)
    browser.send("/console/topology/connect", subnet=subnet, router=router)
    assert "connected to the router" in told(browser.open("/console/topology"))
    assert 'id="connect"' not in browser.page.text
    ports = cloud.ask("GET", f"{NETWORK}/ports?device_id={router}&device_owner=network:router_interface")["ports"]
    assert [each["network_id"] for each in ports] == [network]


def test_the_map_changes_while_it_is_looked_at(cloud: OpenCloud, browser: Browser) -> None:
    network, _ = make_network(cloud, "inside")
    stream = Tab(cloud, browser, stream_of(browser.open("/console/topology")))
    heard = asyncio.run(stream.follow([(lambda: launch_on(cloud, HOSTILE, network), "Running")]))
    assert "<script>alert" not in "".join(heard)
    assert '<hx-partial hx-target="#map"' in heard[-1]


def test_many_servers_are_told_of_by_their_network(cloud: OpenCloud, browser: Browser) -> None:
    network, _ = make_network(cloud, "inside")
    launch_on(cloud, "s0", network)
    few = queries_of(cloud, lambda: browser.open("/console/topology"))
    for number in range(3, 10):
        launch_on(cloud, f"s{number}0", network)
    launch_on(cloud, "s4", network)
    many = queries_of(cloud, lambda: browser.open("/console/topology"))
    assert many == few
    where = links(browser.page.text)
    drawn_names = [name for path, name in where.items() if path.startswith("/console/servers/")]
    assert drawn_names == ["s0", "s4", "s30", "s40", "s50", "s60"]
    assert where[f"/console/topology?open={network}"] == "3 more"
    opened = links(browser.open(f"/console/topology?open={network}"))
    assert len([path for path in opened if path.startswith("/console/servers/")]) == 9


def test_others_things_are_not_on_the_map(cloud: OpenCloud, browser: Browser) -> None:
    network, _ = make_network(cloud, "theirs", user="other")
    make_router(cloud, "theirs", user="other")
    launch_on(cloud, "theirs", network, "other")
    assert "theirs" not in browser.open("/console/topology")
    assert "theirs" not in Browser(cloud).sign_in("admin").open("/console/topology")


def test_readers_see_it_and_connect_nothing(cloud: OpenCloud) -> None:
    _, subnet = make_network(cloud, HOSTILE)
    router = make_router(cloud, "way")
    reader = reader_of(cloud)
    page = reader.open("/console/topology")
    assert "<script>alert" not in page
    picture(page)
    reader.send("/console/topology/connect", 403, subnet=subnet, router=router)


def test_nothing_is_drawn_over_another() -> None:
    plugs = tuple(Plug(f"s{n}", f"s{n}", ServerState.ACTIVE) for n in range(200))
    areas = (
        Area("a", "a", ("10.0.0.0/24",) * 9, plugs, needs_router=True),
        Area("b", "b"),
        Area("c", "c", ("10.1.0.0/24",), plugs[:6]),
        Area("", "alone", plugs=plugs),
    )
    ways = (Way("r1", "r1", "o", ("a", "c")), Way("r2", "r2", "o", ("b",)), Way("r3", "r3"))
    for opened in ("", "a"):
        drawing = drawn(Topology((Outside("o", "o"), Outside("p", "p")), ways, areas), opened)
        boxes = [box for _, box in (*drawing.outsides, *drawing.ways)]
        boxes += [box for placed in drawing.areas for box in (placed.box, *(box for _, box in placed.chips))]
        assert [pair for pair in _pairs(boxes) if _touch(*pair)] == []
        assert all(box.x >= 0 and box.x + box.width <= WIDTH for box in boxes)
        assert max(box.y + box.height for box in boxes) <= drawing.height
        assert [len(placed.chips) + placed.more for placed in drawing.areas] == [200, 0, 6, 200]
        assert len(drawing.areas[0].chips) == (200 if opened else 6)
        assert len(drawing.areas[3].chips) == 6


def _pairs(boxes: list[Box]) -> list[tuple[Box, Box]]:
    return [(one, other) for place, one in enumerate(boxes) for other in boxes[place + 1 :]]


def _touch(one: Box, other: Box) -> bool:
    beside = one.x + one.width <= other.x or other.x + other.width <= one.x
    return not beside and not (one.y + one.height <= other.y or other.y + other.height <= one.y)


@pytest.mark.parametrize(
    ("text", "cut"),
    [("", ""), ("short", "short"), ("12345678", "12345678"), ("123456789", "1234567…"), ("가나다라마", "가나다…")],
)
def test_long_names_are_cut_to_the_room_they_have(text: str, cut: str) -> None:
    assert short(text, 8) == cut
