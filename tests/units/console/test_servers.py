"""The table of servers: found, sorted, paged, acted upon, and kept true while it is looked at."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import event

from haneul.console.handlers import servers as handler
from tests.clouds import OpenCloud
from tests.units.console.browser import Browser, told

HOSTILE = "<script>alert(1)</script>\"'&"


def launch(cloud: OpenCloud, name: str, user: str = "demo") -> str:
    names = cloud.names
    body = {"name": name, "flavorRef": names["small"], "imageRef": names["tiny"], "networks": "none"}
    made: str = cloud.ask("POST", "/compute/v2.1/servers", {"server": body}, user=user)["server"]["id"]
    cloud.work()
    return made


def state_of(cloud: OpenCloud, server: str) -> str:
    return str(cloud.ask("GET", f"/compute/v2.1/servers/{server}")["server"]["status"])


@pytest.fixture
def browser(cloud: OpenCloud) -> Browser:
    return Browser(cloud).sign_in()


def _names(page: str) -> list[str]:
    return re.findall(r'<th scope="row">(?:<a[^>]*>)?([^<]*)<', page)


def test_an_empty_project_says_so(browser: Browser) -> None:
    assert "There is no server in this project yet." in told(browser.open("/console/servers"))


def test_the_newest_server_stands_first(cloud: OpenCloud, browser: Browser) -> None:
    for name in ("one", "two", "three"):
        launch(cloud, name)
    assert _names(browser.open("/console/servers")) == ["three", "two", "one"]
    assert _names(browser.open("/console/servers?sort=name&order=up")) == ["one", "three", "two"]
    assert _names(browser.open("/console/servers?sort=nonsense&state=nonsense")) == ["three", "two", "one"]


def test_a_search_takes_names_as_they_are_written(cloud: OpenCloud, browser: Browser) -> None:
    first = launch(cloud, "web.1")
    launch(cloud, "webx1")
    assert _names(browser.open("/console/servers?search=EB.1")) == ["web.1"]
    assert _names(browser.open(f"/console/servers?search={first}")) == ["web.1"]
    assert "No server fits." in told(browser.open("/console/servers?search=%28"))


def test_the_state_chooses(cloud: OpenCloud, browser: Browser) -> None:
    first = launch(cloud, "off")
    launch(cloud, "on")
    cloud.ask("POST", f"/compute/v2.1/servers/{first}/action", {"os-stop": None})
    cloud.work()
    assert _names(browser.open("/console/servers?state=stopped")) == ["off"]
    assert _names(browser.open("/console/servers?state=active")) == ["on"]


def test_pages_follow_each_other_without_gap_or_repetition(
    cloud: OpenCloud, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handler, "_PAGE", 2)
    for number in range(5):
        launch(cloud, f"s{number}")
    seen, address = [], "/console/servers?sort=name&order=up"
    while address:
        page = browser.open(address)
        seen.append(_names(page))
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found[1].replace("&amp;", "&") if found else ""
    assert seen == [["s0", "s1"], ["s2", "s3"], ["s4"]]


def test_another_projects_servers_are_neither_seen_nor_touched(cloud: OpenCloud, browser: Browser) -> None:
    server = launch(cloud, "theirs", user="other")
    launch(cloud, "mine")
    page = browser.open("/console/servers")
    assert "theirs" not in page
    assert "theirs" not in browser.open(f"/console/servers?search={server}")

    browser.open("/console/servers")
    browser.send("/console/servers/act", 404, one=f"stop:{server}")
    browser.send("/console/servers/act", act="stop", ids=[server, server])
    assert "Tick the servers first." in told(browser.open("/console/servers"))
    browser.send("/console/servers/delete", 404, ids=server, proof="theirs")
    browser.send("/console/servers/delete", ids=[server, server], proof="demo")
    cloud.work()
    assert cloud.ask("GET", f"/compute/v2.1/servers/{server}", user="other")["server"]["status"] == "ACTIVE"


def test_a_hostile_name_is_only_a_name_in_every_place(cloud: OpenCloud, browser: Browser) -> None:
    server = launch(cloud, HOSTILE)
    pages = [browser.open("/console/servers"), browser.open("/console/servers?search=%3Cscript%3E")]
    pages.append(browser.send("/console/servers/act", 200, one=f"delete:{server}").text)
    browser.send("/console/servers/act", one=f"stop:{server}")
    pages.append(browser.open("/console/servers"))
    for page in pages:
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "&#34;&#39;&amp;" in page


def test_servers_are_acted_on_one_by_one_and_together(cloud: OpenCloud, browser: Browser) -> None:
    first, second = launch(cloud, "first"), launch(cloud, "second")
    browser.open("/console/servers")
    browser.send("/console/servers/act", one=f"stop:{first}", back="/console/servers?state=active")
    cloud.work()
    assert (state_of(cloud, first), state_of(cloud, second)) == ("SHUTOFF", "ACTIVE")

    browser.send("/console/servers/act", act="start", ids=[first, second])
    cloud.work()
    words = told(browser.open("/console/servers"))
    assert "Starting: first" in words
    assert "second: Cannot 'start' instance" in words
    assert state_of(cloud, first) == "ACTIVE"
    assert "Starting:" not in told(browser.open("/console/servers")), "it is told once"


def test_an_unknown_action_is_refused(cloud: OpenCloud, browser: Browser) -> None:
    server = launch(cloud, "web")
    browser.open("/console/servers")
    browser.send("/console/servers/act", 400, one=f"explode:{server}")


def test_deleting_asks_for_the_name(cloud: OpenCloud, browser: Browser) -> None:
    server = launch(cloud, "precious")
    browser.open("/console/servers")
    asked = browser.send("/console/servers/act", 200, one=f"delete:{server}")
    assert "To confirm, write: precious" in told(asked.text)

    wrong = browser.send("/console/servers/delete", 400, ids=server, proof="preciou")
    assert "nothing was deleted" in told(wrong.text)
    cloud.work()
    assert state_of(cloud, server) == "ACTIVE"

    browser.send("/console/servers/delete", ids=server, proof="precious")
    cloud.work()
    assert "There is no server" in told(browser.open("/console/servers"))


def test_deleting_several_asks_for_the_projects_name(cloud: OpenCloud, browser: Browser) -> None:
    servers = [launch(cloud, name) for name in ("a", "b")]
    browser.open("/console/servers")
    browser.send("/console/servers/delete", 400, ids=servers, proof="a")
    browser.send("/console/servers/delete", ids=servers, proof="demo")
    cloud.work()
    assert "There is no server" in told(browser.open("/console/servers"))
    assert cloud.leftovers() == []


def test_no_query_is_made_for_a_row(cloud: OpenCloud, browser: Browser) -> None:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(cloud.plane.ground.db.engine, "before_cursor_execute", note)
    counts = []
    for number in range(6):
        launch(cloud, f"s{number}")
        asked.clear()
        browser.open("/console/servers")
        counts.append(len(asked))
    event.remove(cloud.plane.ground.db.engine, "before_cursor_execute", note)
    assert counts[0] > 0
    assert counts == [counts[0]] * 6


def test_only_administrators_see_on_which_host_a_server_is(cloud: OpenCloud) -> None:
    launch(cloud, "ours", user="admin")
    launch(cloud, "mine")
    assert "fake-" in told(Browser(cloud).sign_in("admin").open("/console/servers"))
    assert "fake-" not in told(Browser(cloud).sign_in("demo").open("/console/servers"))


# Kept true while it is looked at.


class Tab:
    """An open stream of events, read on the test's own event loop."""

    def __init__(self, cloud: OpenCloud, browser: Browser, address: str) -> None:
        parts = urlsplit(address)
        cookie = f"haneul_session={browser.http.cookies['haneul_session']}"
        self._scope = {
            "type": "http",
            "method": "GET",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "root_path": "",
            "query_string": parts.query.encode(),
            "headers": [(b"host", b"cloud.test"), (b"cookie", cookie.encode())],
        }
        self._app: Any = cloud.http.app
        self._closed = asyncio.Event()
        self._sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def _receive(self) -> dict[str, Any]:
        await self._closed.wait()
        return {"type": "http.disconnect"}

    async def follow(self, steps: list[tuple[Callable[[], Any], str]], *, closes: bool = True) -> list[str]:
        """Does each thing, and waits until what is expected has been told; all that was told.

        Then the tab is closed, unless it is the other side that shall end it.
        """
        running = asyncio.ensure_future(self._app(self._scope, self._receive, self._sent.put))
        heard = [str((await self._next())["status"])]
        for do, expected in steps:
            await asyncio.get_running_loop().run_in_executor(None, do)
            while expected not in heard[-1]:
                heard.append((await self._next())["body"].decode())
        if closes:
            self._closed.set()
        await asyncio.wait_for(running, 10)
        return heard

    async def _next(self) -> dict[str, Any]:
        return await asyncio.wait_for(self._sent.get(), 20)


def stream_of(page: str) -> str:
    found = re.search(r'hx-sse:connect="([^"]+)"', page)
    assert found
    return found[1].replace("&amp;", "&")


def test_a_change_reaches_the_page_that_is_looked_at(cloud: OpenCloud, browser: Browser) -> None:
    server = launch(cloud, HOSTILE)
    tab = Tab(cloud, browser, stream_of(browser.open("/console/servers")))

    def stop() -> None:
        cloud.ask("POST", f"/compute/v2.1/servers/{server}/action", {"os-stop": None})
        cloud.work()

    def delete() -> None:
        cloud.ask("DELETE", f"/compute/v2.1/servers/{server}")
        cloud.work()

    heard = asyncio.run(tab.follow([(stop, f'value="start:{server}"'), (delete, "Deleted")]))

    assert heard[0] == "200"
    assert f'<hx-partial hx-target="#state-{server}" hx-swap="innerHTML">' in "".join(heard)
    assert "<script>" not in "".join(heard)


def test_a_page_is_not_told_what_it_shows_already(cloud: OpenCloud, browser: Browser) -> None:
    quiet, busy = launch(cloud, "quiet"), launch(cloud, "busy")
    tab = Tab(cloud, browser, stream_of(browser.open("/console/servers")))

    def stop() -> None:
        cloud.ask("POST", f"/compute/v2.1/servers/{busy}/action", {"os-stop": None})
        cloud.work()

    heard = asyncio.run(tab.follow([(lambda: None, ": still here"), (stop, "Stopped")]))

    assert heard[1] == ": still here\n\n"
    assert not any(quiet in told for told in heard)


def test_a_stream_tells_nothing_of_another_projects_servers(cloud: OpenCloud, browser: Browser) -> None:
    theirs = launch(cloud, "theirs", user="other")
    heard = asyncio.run(Tab(cloud, browser, f"/console/live/servers?ids={theirs}").follow([(lambda: None, "Deleted")]))
    assert "theirs" not in "".join(heard)


def test_a_stream_ends_with_the_session(cloud: OpenCloud, browser: Browser) -> None:
    launch(cloud, "web")
    tab = Tab(cloud, browser, stream_of(browser.open("/console/servers")))
    heard = asyncio.run(tab.follow([(lambda: browser.send("/console/sign-out"), "event: ended")]))
    assert heard[-1].startswith("event: ended")


def test_a_stranger_follows_nothing(cloud: OpenCloud) -> None:
    stranger = Browser(cloud)
    stranger.open("/console/sign-in")
    heard = asyncio.run(Tab(cloud, stranger, "/console/live/overview").follow([(lambda: None, "event: ended")]))
    assert heard[1:] == ["event: ended\ndata: ended\n\n"]


def test_streams_do_not_hold_up_the_end_of_the_process(cloud: OpenCloud, browser: Browser) -> None:
    launch(cloud, "web")
    tab = Tab(cloud, browser, stream_of(browser.open("/console/servers")))
    asyncio.run(tab.follow([(cloud.plane.pulse.end, "")], closes=False))
    answer = browser.http.get("/console/live/servers")
    assert answer.status_code == 503
