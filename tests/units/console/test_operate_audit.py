"""The operator's pages of the audit log."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from haneul.console.handlers.operate import listing
from haneul.kit.audit.tables import audit_records
from tests.clouds import OpenCloud
from tests.units.console.browser import Browser, told
from tests.units.console.queries import queries_of
from tests.units.console.test_servers import HOSTILE, launch

AUDIT = "/console/operate/audit"


@pytest.fixture
def browser(cloud: OpenCloud) -> Browser:
    browser = Browser(cloud).sign_in("admin")
    cloud.work()
    return browser


def rows(page: str) -> int:
    return page.count('<th scope="row">')


def test_it_is_told_who_did_what_from_where_with_what_result(cloud: OpenCloud, browser: Browser) -> None:
    launch(cloud, "web")
    refused = cloud.http.delete("/compute/v2.1/flavors/x", headers={"x-auth-token": cloud.token_of("demo") or ""})
    assert refused.status_code == 403
    cloud.work()
    words = told(browser.open(AUDIT))
    assert re.search(r"demo \w+ \S+ Create server compute POST /compute/v2.1/servers Agreed 202", words)
    assert re.search(r"Delete flavor compute DELETE /compute/v2.1/flavors/x Refused 403", words)


def test_a_stranger_who_names_themselves_with_marks_is_only_named(cloud: OpenCloud, browser: Browser) -> None:
    stranger = Browser(cloud)
    stranger.open("/console/sign-in")
    stranger.send("/console/sign-in", 401, domain="Default", user=HOSTILE, password="guessed")
    cloud.work()
    page = browser.open(AUDIT)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "not signed in" in told(page)


def test_records_are_chosen_by_what_is_known_of_them(cloud: OpenCloud, browser: Browser) -> None:
    launch(cloud, "web")
    every = rows(browser.open(AUDIT))
    mine = rows(browser.open(f"{AUDIT}?user_id={cloud.names['demo_user']}"))
    assert 0 < mine < every
    assert rows(browser.open(f"{AUDIT}?path=/console/sign-in")) == 1
    request = re.search(r"request_id=([^\"]+)", browser.page.text)
    assert request
    assert rows(browser.open(f"{AUDIT}?request_id={request[1]}")) == 1
    assert rows(browser.open(f"{AUDIT}?until=2000-01-01T00:00")) == 0
    assert "No record fits." in told(browser.page.text)
    assert rows(browser.open(f"{AUDIT}?since=2000-01-01")) == every
    assert "is no moment" in told(browser.open(f"{AUDIT}?since=yesterday", 400))


def test_pages_follow_each_other(cloud: OpenCloud, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    every = rows(browser.open(AUDIT))
    monkeypatch.setattr(listing, "PAGE", 1)
    monkeypatch.setattr("haneul.console.handlers.operate.audit.PAGE", 1)
    seen, address = [], AUDIT
    while address:
        page = browser.open(address)
        seen += re.findall(r"<td>(\d{4}-[^<]+)</td>", page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found[1].replace("&amp;", "&") if found else ""
    assert len(seen) == every
    assert seen == sorted(seen, reverse=True)


def test_the_verdict_says_whether_the_record_holds(cloud: OpenCloud, browser: Browser) -> None:
    words = told(browser.open(f"{AUDIT}/proof"))
    assert re.search(r"\d+ records, and the chain holds.", words)

    with cloud.plane.ground.db.write() as c:
        c.execute(update(audit_records).values(user_name=HOSTILE))
    page = browser.open(f"{AUDIT}/proof")
    assert "The record was altered." in told(page)
    assert "what it says was altered" in told(page)


def test_more_records_ask_the_database_no_more(cloud: OpenCloud, browser: Browser) -> None:
    with queries_of(cloud) as few:
        before = rows(browser.open(AUDIT))
    launch(cloud, "web")
    with queries_of(cloud) as many:
        assert rows(browser.open(AUDIT)) > before
    assert len(many) == len(few)
