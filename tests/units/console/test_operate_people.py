"""The operator's pages of projects, users, roles and quotas."""

from __future__ import annotations

import re

import pytest

from haneul.console.handlers.operate import listing
from tests.clouds import PASSWORD, OpenCloud
from tests.units.console.browser import Browser, told
from tests.units.console.queries import queries_of
from tests.units.console.test_servers import HOSTILE, launch

PROJECTS, USERS = "/console/operate/projects", "/console/operate/users"


@pytest.fixture
def browser(cloud: OpenCloud) -> Browser:
    browser = Browser(cloud).sign_in("admin")
    browser.open(PROJECTS)
    return browser


def fields_of(page: str) -> dict[str, str]:
    """The quotas that the form of a project's page holds."""
    return dict(re.findall(r'name="((?:compute|volume|network)\.[^"]+)"[^>]*value="([^"]+)"', page))


def test_somebody_new_is_made_and_works_in_a_new_project(cloud: OpenCloud, browser: Browser) -> None:
    project = browser.send(PROJECTS, name="plans", description=HOSTILE).headers["location"]
    user = browser.send(USERS, name=HOSTILE, password=PASSWORD, again=PASSWORD).headers["location"]
    page = browser.open(user)
    assert "No role is given yet." in told(page)
    member = re.search(r'<option value="([^"]+)" selected>member<', page)
    assert member
    asked = {"user": user.rpartition("/")[2], "project": "plans", "role": member[1], "back": user}
    browser.send("/console/operate/roles/give", **asked)
    assert "is member on plans" in told(browser.open(user))
    pages = [browser.open(each) for each in (user, project, USERS, PROJECTS)]
    for each in pages:
        assert "<script>alert" not in each
        assert "&lt;script&gt;alert(1)" in each
    assert PASSWORD not in "".join(pages)

    newcomer = Browser(cloud).sign_in(HOSTILE)
    assert "Overview plans" in told(newcomer.page.text)
    newcomer.open(PROJECTS, 403)

    taken = {"actor": "user", "actor_id": asked["user"], "project": project.rpartition("/")[2], "role": member[1]}
    browser.open(project)
    browser.send("/console/operate/roles/take", **taken, back=project)
    assert "No role is given yet." in told(browser.open(project))
    browser.send("/console/operate/roles/take", **taken, back=project)
    assert "Could not find role assignment" in told(browser.open(project))


def test_what_makes_no_sense_is_refused_in_words(browser: Browser) -> None:
    assert "write another" in told(browser.send(PROJECTS, 400, name=" ").text)
    assert "write another" in told(browser.send(PROJECTS, 400, name="x" * 65).text)
    answer = browser.send(USERS, 400, name="else", password=PASSWORD, again="other")
    assert "the same once more" in told(answer.text)
    assert PASSWORD not in answer.text
    assert 'value="else"' in answer.text
    browser.send(USERS, 400, name="demo", password=PASSWORD, again=PASSWORD)
    for user, project, says in (("nobody", "demo", "no user nobody"), ("demo", "nowhere", "no project nowhere")):
        browser.send("/console/operate/roles/give", user=user, project=project, role="x", back=PROJECTS)
        assert says in told(browser.open(PROJECTS))
    browser.send("/console/operate/roles/take", actor="host", back="https://evil.example/")
    assert "reload the page" in told(browser.open(PROJECTS))


def test_a_user_is_disabled_enabled_and_given_a_new_password(cloud: OpenCloud, browser: Browser) -> None:
    page = f"{USERS}/{cloud.names['demo_user']}"
    signed_in = Browser(cloud).sign_in("demo")
    browser.open(page)
    browser.send(f"{page}/disable")
    assert "Disabled" in told(browser.open(page))
    signed_in.open("/console/", 303)

    browser.send(f"{page}/enable")
    browser.send(f"{page}/password", password="another one", again="different")
    assert "the same once more" in told(browser.open(page))
    browser.send(f"{page}/password", password="another one", again="another one")
    assert "The new password holds" in told(browser.open(page))
    Browser(cloud).sign_in("demo", "another one")


def test_a_project_is_disabled_and_enabled(cloud: OpenCloud, browser: Browser) -> None:
    page = f"{PROJECTS}/{cloud.names['other_project']}"
    browser.open(page)
    browser.send(f"{page}/disable")
    assert "Nobody can work in it now" in told(browser.open(page))
    stranger = Browser(cloud)
    stranger.open("/console/sign-in")
    stranger.send("/console/sign-in", 401, domain="Default", user="other", password=PASSWORD)
    browser.send(f"{page}/enable")
    Browser(cloud).sign_in("other")


def test_quotas_stand_beside_what_is_used_and_are_changed(cloud: OpenCloud, browser: Browser) -> None:
    launch(cloud, "web")
    page = f"{PROJECTS}/{cloud.names['demo_project']}"
    fields = fields_of(browser.open(page))
    assert "Servers 1" in told(browser.page.text)
    changed = {"compute.instances": "7", "volume.volumes": "8", "network.router": "9"}
    browser.send(f"{page}/quotas", **(fields | changed))
    assert "Changed: Servers, Volumes, Routers" in told(browser.open(page))
    fields = fields_of(browser.page.text)
    assert {key: fields[key] for key in changed} == changed

    browser.send(f"{page}/quotas", **(fields | {"compute.instances": "0", "network.port": "77"}))
    words = told(browser.open(page))
    assert "Changed: Ports" in words
    assert "must be greater than or equal to already used" in words
    browser.send(f"{page}/quotas", **(fields | {"volume.volumes": "many"}))
    assert "write a whole number" in told(browser.open(page))


def test_projects_and_users_are_searched_and_paged_in_as_many_queries(
    cloud: OpenCloud, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with queries_of(cloud) as few:
        browser.open(PROJECTS)
    for number in range(3):
        browser.send(PROJECTS, name=f"Plan {number}")
    browser.open(PROJECTS)
    with queries_of(cloud) as many:
        browser.open(PROJECTS)
    assert len(many) == len(few)
    assert browser.open(f"{PROJECTS}?search=plan").count('<th scope="row">') == 3
    assert "No project fits." in told(browser.open(f"{PROJECTS}?search=%25"))
    assert browser.open(f"{USERS}?search=EMO").count('<th scope="row">') == 1

    monkeypatch.setattr(listing, "PAGE", 2)
    monkeypatch.setattr("haneul.console.handlers.operate.projects.PAGE", 2)
    seen, address = [], f"{PROJECTS}?search=plan"
    while address:
        page = browser.open(address)
        seen += re.findall(r'<th scope="row"><a[^>]*>([^<]+)<', page)
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found[1].replace("&amp;", "&") if found else ""
    assert sorted(seen) == ["Plan 0", "Plan 1", "Plan 2"]
