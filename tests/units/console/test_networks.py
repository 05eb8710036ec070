"""The pages of networks, routers and floating IPs."""

from __future__ import annotations

import re
from typing import Any

import pytest

from haneul.console import tables
from tests.clouds import OpenCloud
from tests.units.console.browser import Browser, queries_of, reader_of, told
from tests.units.console.test_servers import HOSTILE

NETWORK = "/network/v2.0"


@pytest.fixture
def browser(cloud: OpenCloud) -> Browser:
    return Browser(cloud).sign_in()


def make_network(cloud: OpenCloud, name: str, cidr: str = "10.7.0.0/24", user: str = "demo") -> tuple[str, str]:
    """Its id and its subnet's."""
    made = cloud.ask("POST", f"{NETWORK}/networks", {"network": {"name": name}}, user=user)["network"]["id"]
    subnet = {"network_id": made, "cidr": cidr, "ip_version": 4, "name": name}
    return made, cloud.ask("POST", f"{NETWORK}/subnets", {"subnet": subnet}, user=user)["subnet"]["id"]


def make_router(cloud: OpenCloud, name: str, user: str = "demo") -> str:
    body = {"router": {"name": name, "external_gateway_info": {"network_id": cloud.names["public"]}}}
    return str(cloud.ask("POST", f"{NETWORK}/routers", body, user=user)["router"]["id"])


def launch_on(cloud: OpenCloud, name: str, network: str, user: str = "demo") -> dict[str, Any]:
    """The port of a new server there."""
    body = {"name": name, "flavorRef": cloud.names["small"], "imageRef": cloud.names["tiny"]}
    body |= {"networks": [{"uuid": network}]}
    server = cloud.ask("POST", "/compute/v2.1/servers", {"server": body}, user=user)["server"]["id"]
    cloud.work()
    port: dict[str, Any] = cloud.ask("GET", f"{NETWORK}/ports?device_id={server}", user=user)["ports"][0]
    return port


def id_of(answer: Any) -> str:
    return str(answer.headers["location"].rpartition("/")[2])


def test_a_network_is_made_with_its_subnet_on_a_router(cloud: OpenCloud, browser: Browser) -> None:
    browser.open("/console/routers")
    router = id_of(browser.send("/console/routers", name="way", outside=cloud.names["public"], subnet=""))
    browser.open("/console/networks")
    made = id_of(
        browser.send("/console/networks", name="inside", cidr="10.9.0.0/24", dns="9.9.9.9, 1.1.1.1", router=router)
    )

    words = told(browser.open(f"/console/networks/{made}"))

    assert "It is there: inside" in words
    assert "10.9.0.0/24" in words
    assert "10.9.0.1 way" in words, "the router's foot is a port of it"
    (subnet,) = cloud.ask("GET", f"{NETWORK}/subnets?network_id={made}")["subnets"]
    assert subnet["dns_nameservers"] == ["9.9.9.9", "1.1.1.1"]
    listing = told(browser.open("/console/networks"))
    assert "inside 10.9.0.0/24" in listing
    assert "public 172.24.4.0/24" in listing.partition("The outside")[2]
    assert "10.9.0.0/24 10.9.0.1" in told(browser.open(f"/console/routers/{router}")).replace(" inside", "")


def test_what_cannot_be_made_whole_is_not_made_at_all(cloud: OpenCloud, browser: Browser) -> None:
    browser.open("/console/networks")
    answer = browser.send("/console/networks", 400, name=HOSTILE, cidr="10.9.0.0/99")
    assert "<script>alert" not in answer.text
    assert answer.text.count("&lt;script&gt;alert(1)") == 1, "what was written is kept"
    assert "10.9.0.0/99" in told(answer.text)
    answer = browser.send("/console/networks", 404, name="x", cidr="10.9.0.0/24", router="nothing")
    assert "Router nothing could not be found" in told(answer.text)
    assert cloud.ask("GET", f"{NETWORK}/networks?router:external=False")["networks"] == []


def test_an_ipv6_range_gives_guests_their_addresses(cloud: OpenCloud, browser: Browser) -> None:
    network, _ = make_network(cloud, "inside")
    browser.open(f"/console/networks/{network}")
    browser.send(f"/console/networks/{network}/subnets", cidr="fd00:1::/64", subnet_name="six")
    modes = {
        each["name"]: each["ipv6_address_mode"]
        for each in cloud.ask("GET", f"{NETWORK}/subnets?network_id={network}")["subnets"]
    }
    assert modes == {"inside": None, "six": "slaac"}
    answer = browser.send(f"/console/networks/{network}/subnets", 400, cidr="10.7.0.0/25")
    assert "overlap" in told(answer.text)


def test_networks_subnets_and_ports_are_deleted_by_name(cloud: OpenCloud, browser: Browser) -> None:
    network, subnet = make_network(cloud, "inside")
    body = {"port": {"network_id": network, "name": "loose"}}
    port = cloud.ask("POST", f"{NETWORK}/ports", body)["port"]["id"]
    browser.open(f"/console/networks/{network}/delete")
    wrong = browser.send(f"/console/networks/{network}/delete", 400, proof="outside")
    assert "nothing was deleted" in told(wrong.text)
    refused = browser.send(f"/console/networks/{network}/delete", 409, proof="inside")
    assert "delete them first" in told(refused.text)

    browser.send(f"/console/ports/{port}/delete", proof="loose")
    browser.send(f"/console/subnets/{subnet}/delete", proof="inside")
    assert "It has no subnet yet" in told(browser.open(f"/console/networks/{network}"))
    browser.open(f"/console/networks/{network}/delete")
    browser.send(f"/console/networks/{network}/delete", proof="inside")
    assert "Deleted: inside" in told(browser.open("/console/networks"))
    browser.open(f"/console/networks/{network}", 404)


def test_a_router_gets_and_loses_its_way_out_and_its_subnets(cloud: OpenCloud, browser: Browser) -> None:
    _, subnet = make_network(cloud, "inside")
    router = make_router(cloud, "way")
    page = f"/console/routers/{router}"
    browser.open(page)
    browser.send(f"{page}/interfaces", subnet=subnet)
    assert "10.7.0.1" in told(browser.open(page))
    again = browser.send(f"{page}/interfaces", 400, subnet=subnet)
    assert "already has a port on subnet" in told(again.text)
    held = browser.send(f"{page}/delete", 409, proof="way")
    assert "remove its subnets from it first" in told(held.text)

    (port,) = cloud.ask("GET", f"{NETWORK}/ports?device_owner=network:router_interface")["ports"]
    browser.send(f"{page}/interfaces/remove", port=port["id"])
    browser.send(f"{page}/gateway", outside="")
    assert "nothing leaves its networks" in told(browser.open(page))
    browser.send(f"{page}/gateway", outside=cloud.names["public"])
    assert "public: 172.24.4." in told(browser.open(page))
    browser.send(f"{page}/delete", proof="way")
    assert "This project has no router yet" in told(browser.open("/console/routers"))


def test_a_floating_ip_is_taken_led_let_go_and_given_back(cloud: OpenCloud, browser: Browser) -> None:
    network, subnet = make_network(cloud, "inside")
    router = make_router(cloud, "way")
    cloud.ask("PUT", f"{NETWORK}/routers/{router}/add_router_interface", {"subnet_id": subnet})
    port = launch_on(cloud, HOSTILE, network)
    address = port["fixed_ips"][0]["ip_address"]

    browser.open("/console/floating-ips")
    browser.send("/console/floating-ips", outside=cloud.names["public"])
    (floating,) = cloud.ask("GET", f"{NETWORK}/floatingips")["floatingips"]
    outside = floating["floating_ip_address"]
    browser.send("/console/floating-ips/lead", floating_ip=floating["id"], target=f"{port['id']}/{address}")
    page = browser.open("/console/floating-ips")
    assert f"{outside} leads to {address}." in told(page)
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)") == 2, "where it leads, and where it may lead"

    browser.send(f"/console/floating-ips/{floating['id']}/let-go")
    assert cloud.ask("GET", f"{NETWORK}/floatingips/{floating['id']}")["floatingip"]["port_id"] is None
    nowhere = browser.send("/console/floating-ips/lead", 400, floating_ip=floating["id"], target="")
    assert "choose a server" in told(nowhere.text)
    browser.send(f"/console/floating-ips/{floating['id']}/release", 400, proof="")
    browser.send(f"/console/floating-ips/{floating['id']}/release", proof=outside)
    assert "This project has no floating IP yet." in told(browser.open("/console/floating-ips"))


def test_a_hostile_name_is_only_a_name(cloud: OpenCloud, browser: Browser) -> None:
    network, subnet = make_network(cloud, HOSTILE)
    router = make_router(cloud, HOSTILE)
    cloud.ask("PUT", f"{NETWORK}/routers/{router}/add_router_interface", {"subnet_id": subnet})
    launch_on(cloud, HOSTILE, network)
    things = ["networks", f"networks/{network}", f"networks/{network}/delete", f"subnets/{subnet}/delete"]
    things += ["routers", f"routers/{router}", f"routers/{router}/delete"]
    for thing in things:
        page = browser.open(f"/console/{thing}")
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page, thing


def test_another_projects_things_are_not_there(cloud: OpenCloud, browser: Browser) -> None:
    network, subnet = make_network(cloud, "theirs", user="other")
    router = make_router(cloud, "theirs", user="other")
    body = {"floatingip": {"floating_network_id": cloud.names["public"]}}
    floating = cloud.ask("POST", f"{NETWORK}/floatingips", body, user="other")["floatingip"]["id"]
    port = launch_on(cloud, "theirs", network, "other")["id"]
    pages = [f"networks/{network}", f"networks/{network}/delete", f"subnets/{subnet}/delete", f"ports/{port}/delete"]
    pages += [f"routers/{router}", f"routers/{router}/delete", f"floating-ips/{floating}/release"]
    for page in pages:
        assert "theirs" not in told(browser.open(f"/console/{page}", 404))
    for page in ("networks", "routers", "floating-ips"):
        assert "theirs" not in told(browser.open(f"/console/{page}"))
    for page in (*(page for page in pages if page.endswith(("delete", "release"))), f"routers/{router}/gateway"):
        browser.send(f"/console/{page}", 404, proof="theirs", outside="")
    browser.send(f"/console/floating-ips/{floating}/let-go", 404)
    browser.send("/console/routers", 404, name="mine", outside="", subnet=subnet)
    browser.send(f"/console/networks/{cloud.names['public']}/delete", 404, proof="public")
    assert cloud.ask("GET", f"{NETWORK}/networks/{network}", user="other")["network"]["subnets"] == [subnet]


def test_an_administrator_is_shown_the_own_projects_things(cloud: OpenCloud) -> None:
    make_network(cloud, "theirs")
    make_router(cloud, "theirs")
    admin = Browser(cloud).sign_in("admin")
    for page in ("networks", "routers", "floating-ips"):
        assert "theirs" not in told(admin.open(f"/console/{page}"))


def test_readers_are_refused_in_a_sentence(cloud: OpenCloud) -> None:
    network, subnet = make_network(cloud, "inside")
    router = make_router(cloud, "way")
    body = {"floatingip": {"floating_network_id": cloud.names["public"]}}
    floating = cloud.ask("POST", f"{NETWORK}/floatingips", body)["floatingip"]
    reader = reader_of(cloud)
    assert "inside" in told(reader.open("/console/networks"))
    asked = [
        ("networks", {"name": "mine"}),
        (f"networks/{network}/subnets", {"cidr": "10.8.0.0/24"}),
        (f"networks/{network}/delete", {"proof": "inside"}),
        (f"subnets/{subnet}/delete", {"proof": "inside"}),
        ("routers", {"name": "mine"}),
        (f"routers/{router}/gateway", {"outside": ""}),
        (f"routers/{router}/interfaces", {"subnet": subnet}),
        (f"routers/{router}/delete", {"proof": "way"}),
        ("floating-ips", {"outside": cloud.names["public"]}),
        (f"floating-ips/{floating['id']}/let-go", {}),
        (f"floating-ips/{floating['id']}/release", {"proof": floating["floating_ip_address"]}),
    ]
    for page, fields in asked:
        answer = reader.send(f"/console/{page}", 403, **fields)
        assert re.search(r'role="alert">[^<]+<', answer.text), page


def test_listings_are_paged(cloud: OpenCloud, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "PAGE", 2)
    for number in range(5):
        make_network(cloud, f"n{number}")
    seen, address = [], "/console/networks"
    while address:
        page = browser.open(address)
        seen.append(re.findall(r'<th scope="row"><a[^>]*>(n\d)<', page))
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found[1] if found else ""
    assert seen == [["n0", "n1"], ["n2", "n3"], ["n4"]]


def test_no_query_is_made_for_a_row(cloud: OpenCloud, browser: Browser) -> None:
    network, subnet = make_network(cloud, "first")
    router = make_router(cloud, "way")
    cloud.ask("PUT", f"{NETWORK}/routers/{router}/add_router_interface", {"subnet_id": subnet})
    pages = ["networks", f"networks/{network}", "routers", f"routers/{router}", "floating-ips"]

    def counts() -> list[int]:
        return [queries_of(cloud, lambda page=page: browser.open(f"/console/{page}")) for page in pages]

    def more(number: int) -> None:
        _, another = make_network(cloud, f"n{number}", f"10.{number}.0.0/24")
        cloud.ask("PUT", f"{NETWORK}/routers/{router}/add_router_interface", {"subnet_id": another})
        make_router(cloud, f"r{number}")
        port = launch_on(cloud, f"s{number}", network)
        body = {"floatingip": {"floating_network_id": cloud.names["public"], "port_id": port["id"]}}
        cloud.ask("POST", f"{NETWORK}/floatingips", body)

    more(20)
    few = counts()
    more(21)
    more(22)
    assert counts() == few
