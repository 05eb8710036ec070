"""What people do in the web console, and that everybody can."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.console.conftest import Visitor
from tests.console.plane import PASSWORD, Plane

VENDOR = Path(__file__).parent / "vendor"
AXE = (VENDOR / "axe-core" / "axe.min.js").read_text()
Visit = Callable[..., Visitor]


def test_the_judge_of_pages_is_as_it_was_published() -> None:
    (package,) = json.loads((VENDOR / "vendored.json").read_text())
    here = {
        str(file.relative_to(VENDOR)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in (VENDOR / "axe-core").iterdir()
    }
    assert here == package["files"]


def test_a_server_from_its_launch_to_its_end(visit: Visit) -> None:
    visitor = visit()
    page = visitor.sign_in("demo")
    page.goto("/console/launch")
    expect(page.locator("#outlook")).to_contain_text("There is room for it.")
    page.get_by_label("huge").check()
    expect(page.locator("#outlook")).to_contain_text("There are only hosts with less than 64 VCPU free")
    page.get_by_label("small").check()
    expect(page.locator("#outlook")).to_contain_text("There is room for it.")
    visitor.launch("web")

    page.click("button[value^='stop:']")
    expect(page.locator("p[id^=state-] .state")).to_have_text("Stopped")
    page.click("button[value^='start:']")
    expect(page.locator("p[id^=state-] .state")).to_have_text("Running")
    expect(page.locator("[id^=timeline-]")).to_contain_text("Stop")

    page.click("button[value^='delete:']")
    page.fill("input[name=proof]", "we")
    page.click("button.danger")
    expect(page.locator("[role=alert]")).to_have_text("That is something else: nothing was deleted.")
    visitor.trouble.clear()  # Chromium notes the refusal's status.
    page.fill("input[name=proof]", "web")
    page.click("button.danger")
    expect(page.locator("main")).to_contain_text("Deleting: web")


def test_the_consoles_open_and_answer(visit: Visit) -> None:
    visitor = visit()
    page = visitor.sign_in("demo")
    visitor.launch("typed-into")
    with visitor.context.expect_page() as opened:
        page.click("button[value=serial]")
    line = opened.value
    expect(line.locator("#status")).to_contain_text("Connected")
    expect(line.locator("#screen")).to_contain_text("typed-into login:")
    line.keyboard.type("root")
    expect(line.locator("#screen")).to_contain_text("login: root")
    with visitor.context.expect_page() as opened:
        page.click("button[value=vnc]")
    expect(opened.value.locator("#status")).to_have_text("Connected")


def test_what_one_tab_does_another_shows(visit: Visit) -> None:
    visitor = visit()
    page = visitor.sign_in("demo")
    visitor.launch("shared")
    page.goto("/console/servers?search=shared")
    page.wait_for_selector("html[data-live=yes]")
    other = visitor.open_tab()
    other.goto("/console/servers?search=shared")
    other.click("button[value^='stop:']")
    page.bring_to_front()
    expect(page.locator("tbody .state")).to_have_text("Stopped")
    expect(page.locator("button[value^='start:']")).to_be_visible()


def test_the_map_shows_a_server_as_it_comes_and_leads_to_it(visit: Visit) -> None:
    visitor = visit()
    page = visitor.sign_in("demo")
    page.goto("/console/topology")
    page.wait_for_selector("html[data-live=yes]")
    before = page.locator("#map svg a[href^='/console/servers/']").count()
    other = visitor.open_tab()
    other.goto("/console/topology")
    other.locator("#map svg a", has_text="Launch a server here").first.click()
    expect(other.locator("input[name=networks]:checked")).to_have_count(1)
    other.fill("input[name=name]", "a-mapped")
    other.click("form#launch button.main")
    page.bring_to_front()
    expect(page.locator("#map svg")).to_contain_text("a-mapped")
    expect(page.locator("#map svg a[href^='/console/servers/']")).to_have_count(before + 1)
    _judge(page)
    page.locator("#map svg a", has_text="a-mapped").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/servers/*-*")
    expect(page.locator("h1")).to_contain_text("a-mapped")


def test_a_file_is_uploaded_while_one_is_told_how_far(visit: Visit, tmp_path: Path) -> None:
    file = tmp_path / "disk.img"
    file.write_bytes(bytes(24 << 20))
    visitor = visit()
    page = visitor.sign_in("demo")
    page.goto("/console/images")
    page.set_input_files("input[name=file]", file)
    expect(page.locator("form[data-upload] input[name=name]")).to_have_value("disk")
    expect(page.locator("form[data-upload] select")).to_have_value("raw")
    page.select_option("form[data-upload] select", "qcow2")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("[data-progress] [role=status]")).to_contain_text("but the data is raw")
    _judge(page)
    visitor.trouble.clear()  # Chromium notes the refusal's status.

    network = page.context.new_cdp_session(page)  # Slow enough that Chromium tells more than the end of it.
    network.send("Network.enable")
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 24 << 20}
    network.send("Network.emulateNetworkConditions", limits)
    page.select_option("form[data-upload] select", "raw")
    page.evaluate("""() => new MutationObserver(() => {
      const words = document.querySelector("[data-progress] [role=status]");
      sessionStorage.told = (sessionStorage.told ?? "") + words.textContent + "\\n";
    }).observe(document.querySelector("[data-progress]"), {subtree: true, childList: true, characterData: true})""")
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/console/images/*-*")
    expect(page.locator("p[id^=state-]")).to_have_text("Ready")
    told = page.evaluate("sessionStorage.told")
    assert "It has arrived" in told
    assert "of 24.0 MiB" in told


def test_a_tenant_sees_no_operators_part(visit: Visit) -> None:
    expect(visit().sign_in("admin").locator("main")).to_contain_text("The cloud's own work")
    page = visit().sign_in("demo")
    expect(page.locator("h1")).to_contain_text("Overview demo")
    for word in ("Hosts", "own work", "fake-"):
        expect(page.locator("main")).not_to_contain_text(word)


def test_the_keyboard_is_enough(visit: Visit) -> None:
    page = visit().page
    page.goto("/")
    expect(page.locator("input[name=user]")).to_be_focused()
    page.keyboard.type("demo")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_language_and_colours_are_chosen(visit: Visit) -> None:
    page = visit(locale="ko-KR", color_scheme="light").sign_in("demo")
    expect(page.locator("h1")).to_contain_text("개요")
    assert _brightness(page) > 600
    page.click("summary")
    page.select_option("select[name=language]", "en")
    page.select_option("select[name=theme]", "dark")
    page.get_by_role("button", name="적용").click()
    expect(page.locator("h1")).to_contain_text("Overview")
    assert _brightness(page) < 150


def _brightness(page: Page) -> int:
    """Red, green and blue of the ground together: 0 is black, 765 white."""
    told: list[float] = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/[0-9.]+/g).map(Number)")
    return int(sum(told[:3]))


LISTINGS = (
    "networks",
    "topology",
    "routers",
    "floating-ips",
    "security-groups",
    "reach",
    "volumes",
    "snapshots",
    "backups",
    "images",
    "keys",
    "api",
)


TASTES: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"color_scheme": "light", "viewport": {"width": 360, "height": 740}},
}


@pytest.mark.parametrize("taste", TASTES)
def test_no_page_keeps_anybody_out(visit: Visit, taste: str) -> None:
    visitor = visit(**TASTES[taste])
    visitor.page.goto("/")
    _judge(visitor.page)
    page = visitor.sign_in("demo")
    server = visitor.launch(f"for-everybody-with-{taste}-and-a-rather-long-name")
    _judge(page)
    listings = [f"/console/{listing}" for listing in LISTINGS]
    for path in ("/console/", "/console/servers", "/console/launch", f"{server}/log", *listings):
        page.goto(path)
        _judge(page)
    page.click("summary")
    _judge(page)
    page.goto(server)
    page.click("button[value^='delete:']")
    page.wait_for_selector("input[name=proof]")
    _judge(page)


_TOO_WIDE = """[...document.querySelectorAll("main *")]
  .filter((each) => each.getBoundingClientRect().right > innerWidth)
  .map((each) => each.outerHTML.slice(0, 80)).slice(0, 8)"""
"""What reaches over the right edge."""


def _judge(page: Page) -> None:
    """No violation that axe-core finds, and nothing that has to be scrolled sideways."""
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document)")
    wrong = [(each["id"], each["impact"], [node["target"] for node in each["nodes"]]) for each in found["violations"]]
    assert wrong == [], page.url
    wide = page.evaluate(_TOO_WIDE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} is too wide: {wide}"


def test_a_project_is_furnished_by_hand(visit: Visit) -> None:
    visitor = visit(viewport={"width": 360, "height": 740})
    page = visitor.sign_in("demo")
    page.goto("/console/networks")
    page.fill("input[name=name]", "by-hand-on-a-phone-and-with-a-rather-long-name")
    page.fill("input[name=cidr]", "10.77.0.0/24")
    page.click("main button.main")
    expect(page.locator("main")).to_contain_text("10.77.0.0/24")
    _judge(page)

    page.goto("/console/security-groups")
    page.fill("input[name=name]", "web")
    page.get_by_label("SSH").check()
    page.click("main button.main")
    expect(page.locator("main")).to_contain_text("anywhere")
    page.click("button[value=HTTPS]")
    expect(page.locator("main")).to_contain_text("443")
    _judge(page)

    page.goto("/console/volumes")
    page.fill("input[name=name]", "data")
    page.fill("input[name=size]", "2")
    page.click("main button.main")
    expect(page.locator("p[id^=state-] .state")).to_have_text("Available")
    _judge(page)
    page.fill("input[name=size]", "4")
    page.get_by_role("button", name="Enlarge").click()
    expect(page.locator("p[id^=state-]")).to_contain_text("4 GiB")
    page.get_by_role("link", name="Delete").click()
    _judge(page)
    page.fill("input[name=proof]", "data")
    page.click("button.danger")
    expect(page.locator("main")).to_contain_text("Deleted: data")

    page.goto("/console/keys")
    page.fill("input[name=name]", "mine")
    page.click("main button.main")
    expect(page.locator("textarea")).to_have_value(re.compile("BEGIN RSA PRIVATE KEY"))
    _judge(page)

    page.goto("/console/networks")
    page.get_by_role("link", name="by-hand").click()
    page.get_by_role("link", name="Delete").first.click()
    page.fill("input[name=proof]", "by-hand-on-a-phone-and-with-a-rather-long-name")
    page.click("button.danger")
    expect(page.locator("main")).to_contain_text("Deleted: by-hand")


def test_an_open_page_outlives_the_control_plane(visit: Visit, plane: Plane) -> None:
    """The last test: fake hosts forget their guests with the process."""
    visitor = visit()
    page = visitor.sign_in("demo")
    page.goto("/console/servers")
    page.wait_for_selector("html[data-live=yes]")
    plane.kill()
    expect(page.locator("#cut")).to_be_visible()
    plane.start()
    expect(page.locator("#cut")).to_be_hidden()
    page.goto("/console/")
    expect(page.locator("h1")).to_contain_text("Overview demo")
    visitor.trouble.clear()  # It was cut off, and said so.

    page.goto("/console/servers")
    page.wait_for_selector("html[data-live=yes]")
    plane.stop(within_s=9)
    plane.start()
    visitor.trouble.clear()
