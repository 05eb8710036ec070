"""The pages of security groups, and who reaches whom."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.clouds import OpenCloud
from tests.units.console.browser import Browser, queries_of, reader_of, told
from tests.units.console.test_networks import NETWORK, id_of, launch_on, make_network
from tests.units.console.test_servers import HOSTILE


@pytest.fixture
def browser(cloud: OpenCloud) -> Browser:
    return Browser(cloud).sign_in()


def make_group(cloud: OpenCloud, name: str, user: str = "demo") -> str:
    body = {"security_group": {"name": name, "description": name}}
    return str(cloud.ask("POST", f"{NETWORK}/security-groups", body, user=user)["security_group"]["id"])


def openings(cloud: OpenCloud, group: str) -> set[tuple[Any, ...]]:
    """What the group lets in."""
    rules = cloud.ask("GET", f"{NETWORK}/security-group-rules?security_group_id={group}")["security_group_rules"]
    return {
        (each["ethertype"], each["protocol"], each["port_range_min"], each["port_range_max"], each["remote_group_id"])
        for each in rules
        if each["direction"] == "ingress"
    }


def test_a_group_is_made_with_ready_rules(cloud: OpenCloud, browser: Browser) -> None:
    browser.open("/console/security-groups")
    made = id_of(browser.send("/console/security-groups", name="web", ready=["SSH", "Ping", "All between members"]))
    assert openings(cloud, made) == {
        ("IPv4", "tcp", 22, 22, None),
        ("IPv6", "tcp", 22, 22, None),
        ("IPv4", "icmp", None, None, None),
        ("IPv6", "ipv6-icmp", None, None, None),
        ("IPv4", None, None, None, made),
        ("IPv6", None, None, None, made),
    }
    words = told(browser.open(f"/console/security-groups/{made}"))
    assert "In IPv4 tcp 22 anywhere" in words
    assert "In IPv4 any any members of web" in words
    assert "web 8" in told(browser.open("/console/security-groups"))


def test_a_ready_rule_that_is_there_is_not_made_again(cloud: OpenCloud, browser: Browser) -> None:
    group = make_group(cloud, "web")
    page = f"/console/security-groups/{group}"
    browser.open(page)
    for _ in range(2):
        browser.send(f"{page}/rules", ready="HTTPS")
    assert openings(cloud, group) == {("IPv4", "tcp", 443, 443, None), ("IPv6", "tcp", 443, 443, None)}
    answer = browser.send(f"{page}/rules", 400, ready=HOSTILE)
    assert "choose one of the buttons" in told(answer.text)
    assert "<script>alert" not in answer.text


def test_a_group_that_cannot_be_made_whole_is_not_made(cloud: OpenCloud, browser: Browser) -> None:
    browser.open("/console/security-groups")
    browser.send("/console/security-groups", 400, name="web", ready=["SSH", "nonsense"])
    browser.send("/console/security-groups", 400, name="  ")
    groups = cloud.ask("GET", f"{NETWORK}/security-groups")["security_groups"]
    assert [each["name"] for each in groups] == ["default"]


def test_rules_are_written_and_removed(cloud: OpenCloud, browser: Browser) -> None:
    group = make_group(cloud, "web")
    page = f"/console/security-groups/{group}"
    form = {"direction": "ingress", "ethertype": "IPv4", "protocol": "tcp"}
    browser.open(page)
    browser.send(f"{page}/rules", **form, ports="8000 - 8100", remote="203.0.113.0/24", description=HOSTILE)
    shown = browser.open(page)
    assert "In IPv4 tcp 8000–8100 203.0.113.0/24" in told(shown)
    assert "<script>alert" not in shown

    browser.send(f"{page}/rules", **(form | {"protocol": "icmp"}), ports="8")
    assert ("IPv4", "icmp", 8, None, None) in openings(cloud, group)
    again = browser.send(f"{page}/rules", 409, **(form | {"protocol": "icmp"}), ports="8")
    assert "already exists" in told(again.text)
    wrong = browser.send(f"{page}/rules", 400, **form, ports="many")
    assert "write one, as 22, or a range, as 8000-8100" in told(wrong.text)
    wrong = browser.send(f"{page}/rules", 400, **form, ports="22", remote="everywhere")
    assert 'value="everywhere"' in wrong.text, "what was written is kept"

    other = make_group(cloud, "other")
    foreign = re.findall(r'name="rule" value="([^"]+)"', browser.open(f"/console/security-groups/{other}"))[0]
    assert "is no rule of web" in told(browser.send(f"{page}/rules/remove", 404, rule=foreign).text)
    for rule in re.findall(r'name="rule" value="([^"]+)"', browser.open(page)):
        browser.send(f"{page}/rules/remove", rule=rule)
    assert "It has no rule: nothing passes." in told(browser.open(page))


def test_a_group_is_deleted_by_its_name_unless_it_is_used(cloud: OpenCloud, browser: Browser) -> None:
    group = make_group(cloud, "web")
    network, _ = make_network(cloud, "inside")
    body = {"port": {"network_id": network, "security_groups": [group]}}
    port = cloud.ask("POST", f"{NETWORK}/ports", body)["port"]["id"]
    page = f"/console/security-groups/{group}"
    browser.open(f"{page}/delete")
    browser.send(f"{page}/delete", 400, proof="wob")
    refused = browser.send(f"{page}/delete", 409, proof="web")
    assert "in use" in told(refused.text)
    cloud.ask("DELETE", f"{NETWORK}/ports/{port}")
    browser.send(f"{page}/delete", proof="web")
    assert "Deleted: web" in told(browser.open("/console/security-groups"))
    browser.open(page, 404)


def test_hostile_names_are_only_names(cloud: OpenCloud, browser: Browser) -> None:
    group = make_group(cloud, HOSTILE)
    browser.open(f"/console/security-groups/{group}")
    browser.send(f"/console/security-groups/{group}/rules", ready="All between members")
    network, _ = make_network(cloud, "inside")
    port = launch_on(cloud, HOSTILE, network)
    for page in ("security-groups", f"security-groups/{group}", f"security-groups/{group}/delete", "reach"):
        shown = browser.open(f"/console/{page}")
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert(1)" in shown, page
    asked = browser.open(f"/console/reach?from={port['id']}&to=%3Cscript%3Ealert(1)", 400)
    assert "<script>alert" not in asked


def test_another_projects_group_is_not_there(cloud: OpenCloud, browser: Browser) -> None:
    group = make_group(cloud, "theirs", user="other")
    page = f"/console/security-groups/{group}"
    rules = cloud.ask("GET", f"{NETWORK}/security-group-rules?security_group_id={group}", user="other")
    rule = rules["security_group_rules"][0]["id"]
    own = make_group(cloud, "mine")
    assert "theirs" not in told(browser.open("/console/security-groups"))
    for there in (page, f"{page}/delete"):
        assert "theirs" not in told(browser.open(there, 404))
    browser.open("/console/security-groups")
    browser.send(f"{page}/delete", 404, proof="theirs")
    browser.send(f"{page}/rules", 404, ready="SSH")
    browser.send(f"{page}/rules/remove", 404, rule=rule)
    browser.send(f"/console/security-groups/{own}/rules/remove", 404, rule=rule)
    form = {"direction": "ingress", "ethertype": "IPv4", "remote_group": group}
    browser.send(f"/console/security-groups/{own}/rules", 404, **form)


def test_readers_change_nothing(cloud: OpenCloud) -> None:
    group = make_group(cloud, "web")
    reader = reader_of(cloud)
    page = f"/console/security-groups/{group}"
    rule = re.findall(r'name="rule" value="([^"]+)"', reader.open(page))[0]
    reader.send("/console/security-groups", 403, name="mine")
    reader.send(f"{page}/rules", 403, ready="SSH")
    reader.send(f"{page}/rules/remove", 403, rule=rule)
    reader.send(f"{page}/delete", 403, proof="web")


def test_it_is_told_what_stops_a_packet_and_when_nothing_does(cloud: OpenCloud, browser: Browser) -> None:
    assert "there is nobody to ask about" in told(browser.open("/console/reach"))
    network, _ = make_network(cloud, "inside")
    sender, target = launch_on(cloud, "a", network), launch_on(cloud, "b", network)
    group = make_group(cloud, "closed")
    cloud.ask("PUT", f"{NETWORK}/ports/{target['id']}", {"port": {"security_groups": [group]}})
    cloud.work()
    address = target["fixed_ips"][0]["ip_address"]
    question = f"/console/reach?from={sender['id']}&to={address}&protocol=tcp&port=22"

    words = told(browser.open(question))
    assert "It does not arrive." in words
    assert f"closed ({group})" in words
    assert "What would change it: openstack security group rule create" in words

    browser.open(f"/console/security-groups/{group}")
    browser.send(f"/console/security-groups/{group}/rules", ready="SSH")
    cloud.work()
    words = told(browser.open(question))
    assert "It arrives." in words
    assert "What would change it" not in words


def test_a_question_that_cannot_be_asked_says_why(cloud: OpenCloud, browser: Browser) -> None:
    network, _ = make_network(cloud, "inside")
    port = launch_on(cloud, "a", network)["id"]
    assert "say to which port" in told(browser.open(f"/console/reach?from={port}&to=10.7.0.9", 400))
    assert "say one from 1 to 65535" in told(browser.open(f"/console/reach?from={port}&to=10.7.0.9&port=ssh", 400))
    browser.open(f"/console/reach?from={port}&to=nowhere&port=22", 400)
    theirs, _ = make_network(cloud, "theirs", user="other")
    foreign = launch_on(cloud, "theirs", theirs, "other")["id"]
    words = told(browser.open(f"/console/reach?from={foreign}&to=10.7.0.9&port=22", 404))
    assert "could not be found" in words
    assert "theirs" not in words


def test_no_query_is_made_for_a_row(cloud: OpenCloud, browser: Browser) -> None:
    network, _ = make_network(cloud, "inside")
    group = make_group(cloud, "web")
    pages = ["security-groups", f"security-groups/{group}", "reach"]
    browser.open(f"/console/security-groups/{group}")

    def counts() -> list[int]:
        return [queries_of(cloud, lambda page=page: browser.open(f"/console/{page}")) for page in pages]

    launch_on(cloud, "a", network)
    few = counts()
    for ready in ("SSH", "HTTP"):
        browser.send(f"/console/security-groups/{group}/rules", ready=ready)
        make_group(cloud, ready)
        launch_on(cloud, ready, network)
    assert counts() == few
