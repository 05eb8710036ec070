"""Who may see the console's pages, and what a browser is told and keeps."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from haneul.console.routes import ROUTES, PageRoute
from haneul.console.visit import PREFIX
from tests.clouds import PASSWORD, OpenCloud
from tests.units.console.browser import Browser, told


@pytest.fixture
def browser(cloud: OpenCloud) -> Browser:
    return Browser(cloud)


def test_a_browser_finds_the_console_at_the_clouds_own_address(cloud: OpenCloud, browser: Browser) -> None:
    answer = browser.http.get("/", headers={"accept": "text/html,*/*;q=0.8"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/")
    assert "apis" in browser.http.get("/", headers={"accept": "application/json"}).json()
    assert "apis" in browser.http.get("/").json()


def test_a_stranger_is_asked_to_sign_in_and_comes_back(browser: Browser) -> None:
    answer = browser.http.get("/console/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in?back=%2Fconsole%2F")


@pytest.mark.parametrize("route", [route for route in ROUTES if not route.public], ids=lambda route: route.name)
def test_every_page_and_form_refuses_a_stranger(browser: Browser, route: PageRoute) -> None:
    path = PREFIX + re.sub(r"\{[^}]*\}", "11111111-2222-4333-8444-555555555555", route.path)
    browser.open("/console/sign-in")
    answer = browser.http.request(route.method, path, data={"guard": browser.guard()})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/console/sign-in?back=")


def test_signing_in_takes_domain_user_and_password(browser: Browser) -> None:
    browser.open("/console/sign-in?back=/console/")
    answer = browser.send("/console/sign-in", domain="Default", user="demo", password=PASSWORD, back="/console/")
    assert answer.headers["location"] == "/console/"
    assert "Overview demo" in told(browser.open("/console/"))


def test_the_session_is_out_of_reach_for_scripts_and_other_sites(cloud: OpenCloud, browser: Browser) -> None:
    browser.open("/console/sign-in")
    answer = browser.send("/console/sign-in", domain="Default", user="demo", password=PASSWORD)
    kept = answer.headers["set-cookie"]
    assert kept.startswith("haneul_session=")
    for word in ("HttpOnly", "SameSite=Strict", "Path=/console"):
        assert word in kept
    assert "Secure" not in kept, "the cloud of this test is reached by http"
    text = kept.partition("=")[2].partition(";")[0]
    assert cloud.http.get("/compute/v2.1/servers", headers={"x-auth-token": text}).status_code == 401


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "/console//evil", "javascript:alert(1)"])
def test_signing_in_leads_to_no_other_site(browser: Browser, where: str) -> None:
    browser.open("/console/sign-in")
    answer = browser.send("/console/sign-in", domain="Default", user="demo", password=PASSWORD, back=where)
    assert answer.headers["location"] == "/console/"


@pytest.mark.parametrize(
    "wrong", [{"password": "guessed"}, {"user": "nobody"}, {"domain": "Elsewhere"}], ids=["password", "user", "domain"]
)
def test_whatever_is_wrong_the_refusal_is_the_same(browser: Browser, wrong: dict[str, str]) -> None:
    browser.open("/console/sign-in")
    fields = {"domain": "Default", "user": "demo", "password": PASSWORD} | wrong
    answer = browser.send("/console/sign-in", 401, **fields)
    assert "Domain, user and password do not belong together." in told(answer.text)
    assert fields["password"] not in answer.text


def test_guessing_is_throttled_as_at_the_api(cloud: OpenCloud) -> None:
    with cloud.restarted(tuned={"sign_in_failures": 2}) as strict:
        browser = Browser(strict)
        browser.open("/console/sign-in")
        guess = {"guard": browser.guard(), "domain": "Default", "user": "x", "password": "y"}
        answers = [browser.http.post("/console/sign-in", data=guess) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert "try again in" in told(answers[-1].text)


def test_somebody_without_a_project_is_told_whom_to_ask(cloud: OpenCloud, browser: Browser) -> None:
    person = {"name": "newcomer", "password": PASSWORD}
    cloud.ask("POST", "/identity/v3/users", {"user": person}, user="admin")
    browser.open("/console/sign-in")
    answer = browser.send("/console/sign-in", 401, domain="Default", user="newcomer", password=PASSWORD)
    assert "You have no role in any project: ask an administrator for one." in told(answer.text)


@pytest.mark.parametrize("guard", ["", "guessed", None])
def test_a_form_of_another_session_does_nothing(cloud: OpenCloud, browser: Browser, guard: str | None) -> None:
    browser.sign_in()
    stolen = guard if guard is not None else Browser(cloud).sign_in("other").guard()
    browser.send("/console/sign-out", 403, guard=stolen)
    browser.open("/console/")


@pytest.mark.parametrize(
    "headers", [{"origin": "http://evil.example"}, {"origin": "http://["}, {"sec-fetch-site": "cross-site"}]
)
def test_a_form_from_another_site_does_nothing(browser: Browser, headers: dict[str, str]) -> None:
    browser.sign_in()
    answer = browser.send("/console/sign-out", 403, headers=headers)
    assert "reload and try again" in told(answer.text)
    browser.open("/console/")


def test_signing_in_itself_needs_a_form_of_this_browser(cloud: OpenCloud, browser: Browser) -> None:
    fields = {"domain": "Default", "user": "demo", "password": PASSWORD}
    assert browser.http.post("/console/sign-in", data=fields).status_code == 403


def test_signing_out_ends_the_token_too(cloud: OpenCloud, browser: Browser) -> None:
    browser.sign_in()
    cookie = browser.http.cookies["haneul_session"]
    browser.send("/console/sign-out")
    browser.open("/console/", 303)

    thief = Browser(cloud)
    thief.http.cookies.set("haneul_session", cookie, path="/console")
    thief.open("/console/", 303)


def test_a_session_ends_with_its_token(cloud: OpenCloud, browser: Browser) -> None:
    browser.sign_in()
    cloud.work(cloud.plane.ground.settings.token_lifetime_s + 1)
    browser.open("/console/", 303)
    assert "Sign in" in browser.open("/console/sign-in")


def test_a_session_that_has_ended_is_told_and_leads_back(cloud: OpenCloud, browser: Browser) -> None:
    browser.open("/console/sign-in")
    assert "Your session has ended" not in told(browser.page.text)
    browser.sign_in()
    cloud.work(cloud.plane.ground.settings.token_lifetime_s + 1)
    where = browser.http.get("/console/servers?search=a%26b&sort=name").headers["location"]
    assert "Your session has ended: sign in again." in told(browser.open(where))
    assert "Your session has ended" not in told(browser.open(where)), "it is told once"

    back = re.search(r'name="back" value="([^"]+)"', browser.page.text)
    assert back
    fields = {"domain": "Default", "user": "demo", "password": PASSWORD, "back": back[1].replace("&amp;", "&")}
    answer = browser.send("/console/sign-in", **fields)
    assert answer.headers["location"] == "/console/servers?search=a%26b&sort=name"


@pytest.mark.parametrize(
    ("fields", "referer", "back"),
    [
        ({"back": "/console/servers?state=active"}, "", "/console/servers?state=active"),
        ({"back": "https://evil.example/"}, "", "/console/"),
        ({}, "http://cloud.test/console/servers?search=x", "/console/servers?search=x"),
        ({}, "http://cloud.test/console/project", "/console/"),
        ({}, "http://evil.example/console/servers", "/console/"),
        ({}, "http://[", "/console/"),
        ({}, "", "/console/"),
    ],
    ids=["named", "foreign", "sender", "no page", "foreign sender", "no address", "nothing"],
)
def test_a_form_that_came_too_late_leads_back_to_its_page(
    cloud: OpenCloud, browser: Browser, fields: dict[str, str], referer: str, back: str
) -> None:
    browser.sign_in()
    cloud.work(cloud.plane.ground.settings.token_lifetime_s + 1)
    headers = {"referer": referer} if referer else {}
    answer = browser.send("/console/servers/delete", headers=headers, **fields)
    assert answer.headers["location"] == f"/console/sign-in?back={quote(back, safe='')}"


def test_signing_out_is_no_end_that_is_told_of(browser: Browser) -> None:
    browser.sign_in()
    browser.send("/console/sign-out")
    assert "Your session has ended" not in told(browser.open("/console/sign-in"))


def test_a_cookie_that_was_tampered_with_is_nobodys(browser: Browser) -> None:
    browser.sign_in()
    cookie = browser.http.cookies["haneul_session"]
    browser.http.cookies.clear()
    browser.http.cookies.set("haneul_session", cookie[:-2] + "AA", path="/console")
    browser.open("/console/", 303)


def test_whoever_has_several_projects_chooses(cloud: OpenCloud, browser: Browser) -> None:
    member = cloud.ask("GET", "/identity/v3/roles?name=member", user="admin")["roles"][0]["id"]
    names = cloud.names
    grant = f"/identity/v3/projects/{names['other_project']}/users/{names['demo_user']}/roles/{member}"
    cloud.ask("PUT", grant, user="admin")
    page = browser.sign_in().page.text
    assert f'<option value="{names["other_project"]}"' in page

    browser.send("/console/project", project=names["other_project"])
    assert "Overview other" in told(browser.open("/console/"))

    browser.send("/console/project", 400, project=names["admin_project"])
    assert "Overview other" in told(browser.open("/console/"))


@pytest.mark.parametrize("path", ["servers?search=%00", "servers?marker=%00", "servers/%00", "servers/%00/log"])
def test_a_nul_is_refused_wherever_it_stands(browser: Browser, path: str) -> None:
    browser.sign_in()
    assert "leave it out" in told(browser.open(f"/console/{path}", 400))
    browser.send("/console/look", 400, back="\x00")


def test_every_answer_forbids_foreign_and_inline_content(browser: Browser) -> None:
    browser.open("/console/sign-in")
    pages = [browser.page, browser.http.get("/console/nowhere")]
    browser.sign_in()
    pages += [browser.page, browser.http.get("/console/nowhere")]
    for page in pages:
        rules = page.headers["content-security-policy"]
        assert "default-src 'none'" in rules
        assert "unsafe" not in rules
        assert "http" not in rules
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["cache-control"] == "no-store"
        assert "<script>" not in page.text
        assert " style=" not in page.text
        assert "<style" not in page.text
        assert " onclick" not in page.text


def test_pages_speak_the_browsers_language_until_another_is_chosen(cloud: OpenCloud) -> None:
    browser = Browser(cloud, **{"accept-language": "fr, ko-KR;q=0.9, en;q=0.5"})
    assert "로그인" in browser.open("/console/sign-in")
    assert '<html lang="ko"' in browser.page.text

    browser.send("/console/look", language="en", theme="dark", back="/console/sign-in")
    page = browser.open("/console/sign-in")
    assert '<html lang="en" data-theme="dark"' in page
    assert "로그인" not in page


def test_a_look_that_there_is_not_changes_nothing(browser: Browser) -> None:
    browser.open("/console/sign-in")
    browser.send("/console/look", language='"><script>', theme="purple", back="/console/sign-in")
    assert '<html lang="en" data-theme="auto"' in browser.open("/console/sign-in")


def test_signing_in_is_in_the_audit_log(cloud: OpenCloud, browser: Browser) -> None:
    browser.sign_in()
    cloud.work()
    found = cloud.ask("GET", "/haneul/v1/audit?path=/console/sign-in", user="admin")["records"]
    assert [(each["operation"], each["user_name"], each["status"]) for each in found] == [("sign_in", "demo", 303)]
