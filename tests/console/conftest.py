"""The web console in Debian's Chromium, driven by Playwright, against a control plane with fake hosts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.console.plane import PASSWORD, Plane

CHROMIUM = "/usr/bin/chromium"
PATIENCE_MS = 30_000
"""For a busy machine; nothing waits so long where all is well."""


@pytest.fixture(scope="session")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plane]:
    plane = Plane(tmp_path_factory.mktemp("state"))
    plane.start()
    try:
        plane.furnish()
        yield plane
    finally:
        plane.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    assert Path(CHROMIUM).exists(), "install the package chromium, or run `./haneul test console`, which does"
    # Containers often have little shared memory.
    arguments = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_MS)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


class Visitor:
    """A person with a browser of their own; what goes wrong inside their pages is kept."""

    def __init__(self, chromium: Browser, plane: Plane, **taste: object) -> None:
        self.context = chromium.new_context(base_url=plane.url, **taste)  # type: ignore[arg-type]
        self.context.set_default_timeout(PATIENCE_MS)
        self.trouble: list[str] = []
        self.page = self.open_tab()

    def open_tab(self) -> Page:
        page = self.context.new_page()
        page.on("console", self._keep)
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        return page

    def _keep(self, message: ConsoleMessage) -> None:
        is_cut_off = "sse:error" in message.text  # A stream ends when its page is left.
        if message.type in ("error", "warning") and not is_cut_off:
            self.trouble.append(message.text)

    def sign_in(self, user: str) -> Page:
        page = self.page
        page.goto("/")
        page.fill("input[name=user]", user)
        page.fill("input[name=password]", PASSWORD)
        page.click("button.main")
        page.wait_for_url("**/console/")
        return page

    def launch(self, name: str) -> str:
        """A server that runs; the address of its page."""
        self.page.goto("/console/launch")
        self.page.fill("input[name=name]", name)
        self.page.click("form#launch button.main")
        self.page.wait_for_url("**/console/servers/*-*")
        expect(self.page.locator("p[id^=state-] .state")).to_have_text("Running")
        return self.page.url


@pytest.fixture
def visit(chromium: Browser, plane: Plane) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors; in the end none of their pages may have had trouble, refused scripts and styles with it."""
    made: list[Visitor] = []

    def make(**taste: object) -> Visitor:
        made.append(Visitor(chromium, plane, **taste))
        return made[-1]

    yield make
    trouble = [each for visitor in made for each in visitor.trouble]
    for visitor in made:
        visitor.context.close()
    assert trouble == []
