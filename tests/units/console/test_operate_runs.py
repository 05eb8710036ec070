"""The operator's pages of long work; and that all of the operator's pages are theirs alone."""

from __future__ import annotations

import asyncio
import re

import pytest
from sqlalchemy import update

from haneul.console.handlers.operate import listing
from haneul.console.routes import ROUTES
from haneul.console.visit import PREFIX
from haneul.kit.errors import Conflict
from haneul.kit.workflow.tables import run_steps
from tests.clouds import OpenCloud
from tests.units.console.browser import Browser, told
from tests.units.console.queries import queries_of
from tests.units.console.test_servers import HOSTILE, Tab, launch, stream_of


@pytest.fixture
def browser(cloud: OpenCloud) -> Browser:
    return Browser(cloud).sign_in("admin")


def begin(cloud: OpenCloud, name: str = "web") -> str:
    """A server whose building has not begun; its id."""
    names = cloud.names
    body = {"name": name, "flavorRef": names["small"], "imageRef": names["tiny"], "networks": "none"}
    return str(cloud.ask("POST", "/compute/v2.1/servers", {"server": body})["server"]["id"])


def run_of(cloud: OpenCloud, server: str) -> str:
    return str(cloud.ask("GET", f"/haneul/v1/runs?subject={server}", user="admin")["runs"][0]["id"])


def test_a_tenant_neither_sees_nor_reaches_an_operators_page(cloud: OpenCloud) -> None:
    tenant = Browser(cloud).sign_in()
    assert "/console/operate" not in tenant.page.text
    routes = [route for route in ROUTES if route.path.startswith("/operate")]
    assert routes
    for route in routes:
        assert route.for_operators, route.path
        path = PREFIX + re.sub(r"\{[^}]*\}", "11111111-2222-4333-8444-555555555555", route.path)
        answer = tenant.http.request(route.method, path, data={"guard": tenant.guard()})
        assert answer.status_code == 403, path
        assert "for administrators" in told(answer.text)


def test_an_operator_finds_them_in_the_bar(browser: Browser) -> None:
    for address in re.findall(r'<a href="(/console/operate/[^"]+)"', browser.page.text):
        browser.open(address)
    assert 'href="/console/operate/runs"' in browser.page.text


def test_runs_are_told_by_state_and_subject(cloud: OpenCloud, browser: Browser) -> None:
    done = launch(cloud, "done")
    cloud.reality.hosts.fail_next("ensure_guest", Conflict("guest.refused", HOSTILE))
    failed = launch(cloud, "failed")
    waiting = begin(cloud)

    def found(query: str) -> set[str]:
        page = browser.open(f"/console/operate/runs?{query}")
        assert "<script>alert" not in page
        return {each for each in (done, failed, waiting) if f"<code>{each}</code>" in page}

    assert found("") == {done, failed, waiting}
    assert found("state=failed") == {failed}
    assert "&lt;script&gt;alert(1)" in browser.page.text
    assert found("state=ended") == {done, failed}
    assert found("state=unfinished") == {waiting}
    assert found("state=stuck") == set()
    assert "No run fits." in told(browser.page.text)
    assert found(f"subject={done}") == {done}
    assert found("state=nonsense") == {done, failed, waiting}


def test_pages_of_runs_follow_each_other(cloud: OpenCloud, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    monkeypatch.setattr("haneul.console.handlers.operate.runs.PAGE", 2)
    begun = [begin(cloud, f"s{number}") for number in range(3)]
    first = browser.open("/console/operate/runs?state=unfinished")
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    second = browser.open(following[1].replace("&amp;", "&"))
    told_of = [[each for each in begun if f"<code>{each}</code>" in page] for page in (first, second)]
    assert told_of == [begun[1:], begun[:1]]
    assert "From the beginning" in second
    browser.open("/console/operate/runs?marker=nobody", 404)


def test_a_run_is_told_with_its_steps_and_why_it_failed(cloud: OpenCloud, browser: Browser) -> None:
    cloud.reality.hosts.fail_next("ensure_guest", Conflict("guest.refused", f"It refuses {HOSTILE}"))
    server = launch(cloud, HOSTILE)
    page = browser.open(f"/console/operate/runs/{run_of(cloud, server)}")
    words = told(page)
    assert "ended as failed" in words
    assert "It refuses" in words
    assert "(guest.refused)" in words
    assert "Claim host taken back" in words
    assert "<script>alert" not in page
    assert "Cancel the run" not in words, "it has ended"


def test_a_stuck_run_is_found_and_told_on_the_overview(cloud: OpenCloud, browser: Browser) -> None:
    server = begin(cloud)
    run = run_of(cloud, server)
    step = {"run_id": run, "name": "claim_host", "position": 0, "started_at": cloud.clock.now(), "tries": 4}
    counts = {"failures": 0, "interruptions": 3, "interruptions_in_a_row": 3, "undo_tries": 0}
    with cloud.plane.ground.db.write() as c:
        c.execute(run_steps.insert().values(**step, **counts))

    assert server in browser.open("/console/operate/runs?state=stuck")
    assert "Claim host was interrupted 3 times in a row" in told(browser.open("/console/"))
    [stuck] = cloud.ask("GET", "/haneul/v1/work", user="admin")["work"]["interrupted"]
    assert (stuck["id"], stuck["step"], stuck["interruptions_in_a_row"]) == (run, "claim_host", 3)

    with cloud.plane.ground.db.write() as c:
        c.execute(update(run_steps).values(interruptions_in_a_row=2))
    assert server not in browser.open("/console/operate/runs?state=stuck")


def test_a_run_is_hurried_and_taken_back(cloud: OpenCloud, browser: Browser) -> None:
    server = begin(cloud)
    page = f"/console/operate/runs/{run_of(cloud, server)}"
    browser.open(page)
    browser.send(f"{page}/retry")
    assert "It is looked at now." in told(browser.open(page))

    browser.send(f"{page}/cancel")
    assert "Tick first" in told(browser.open(page))
    browser.send(f"{page}/cancel", sure="yes")
    cloud.work()
    assert "ended as cancelled" in told(browser.open(page))

    browser.open("/console/operate/runs")
    browser.send(f"{page}/cancel", sure="yes")
    browser.send(f"{page}/retry")
    words = told(browser.open(page))
    assert "It has ended" in words
    browser.open("/console/operate/runs/nothing", 404)


def test_the_page_of_a_run_is_kept_true_while_it_is_looked_at(cloud: OpenCloud, browser: Browser) -> None:
    run = run_of(cloud, begin(cloud))
    tab = Tab(cloud, browser, stream_of(browser.open(f"/console/operate/runs/{run}")))
    heard = asyncio.run(tab.follow([(cloud.work, "ended as done")]))
    assert f"#run-{run}" in "".join(heard)
    assert "hx-sse:connect" not in browser.open(f"/console/operate/runs/{run}"), "what has ended changes no more"


def test_a_tenant_follows_no_run(cloud: OpenCloud) -> None:
    run = run_of(cloud, begin(cloud))
    tab = Tab(cloud, Browser(cloud).sign_in(), f"/console/live/run?id={run}")
    heard = asyncio.run(tab.follow([(lambda: None, "event: ended")]))
    assert heard[1:] == ["event: ended\ndata: ended\n\n"]


def test_more_runs_ask_the_database_no_more(cloud: OpenCloud, browser: Browser) -> None:
    begin(cloud, "first")
    with queries_of(cloud) as few:
        browser.open("/console/operate/runs")
    for number in range(5):
        begin(cloud, f"s{number}")
    with queries_of(cloud) as many:
        browser.open("/console/operate/runs")
    assert len(many) == len(few)
