"""The pages of key pairs and of the access to the APIs."""

from __future__ import annotations

import re
import subprocess
from html import unescape
from pathlib import Path

import pytest
import yaml
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from haneul.console import tables
from tests.clouds import PASSWORD, URL, OpenCloud
from tests.units.console.browser import Browser, queries_of, told
from tests.units.console.test_servers import HOSTILE

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f somebody@example.org"


@pytest.fixture
def browser(cloud: OpenCloud) -> Browser:
    return Browser(cloud).sign_in()


def import_key(cloud: OpenCloud, name: str, user: str = "demo") -> None:
    body = {"keypair": {"name": name, "type": "ssh", "public_key": KEY}}
    cloud.ask("POST", "/compute/v2.1/os-keypairs", body, user=user)


def test_a_private_key_is_shown_once(cloud: OpenCloud, browser: Browser) -> None:
    assert "You have no key pair yet." in told(browser.open("/console/keys"))
    made = browser.send("/console/keys", 200, name="mine")
    found = re.search(r"<textarea[^>]*>([^<]+)</textarea>", made.text)
    assert found
    private = load_pem_private_key(unescape(found[1]).encode(), None)
    assert made.headers["cache-control"] == "no-store"
    kept = cloud.ask("GET", "/compute/v2.1/os-keypairs/mine")["keypair"]
    assert "PRIVATE KEY" not in browser.open("/console/keys")
    assert kept["fingerprint"] in told(browser.page.text)
    assert private is not None
    twice = browser.send("/console/keys", 409, name="mine")
    assert "PRIVATE KEY" not in twice.text


def test_a_public_key_is_imported(cloud: OpenCloud, browser: Browser) -> None:
    browser.open("/console/keys")
    browser.send("/console/keys", name="a b@c.d_e-f", public_key=f"  {KEY}\r\n")
    assert cloud.ask("GET", "/compute/v2.1/os-keypairs/a%20b@c.d_e-f")["keypair"]["public_key"] == KEY
    wrong = browser.send("/console/keys", 400, name="other", public_key=HOSTILE)
    assert "Give a whole OpenSSH public key" in told(wrong.text)
    assert "<script>alert" not in wrong.text
    assert "&lt;script&gt;alert(1)" in wrong.text, "what was written is kept"


@pytest.mark.parametrize("name", ["", HOSTILE, "x" * 256, "slash/name"])
def test_what_is_no_name_is_refused(cloud: OpenCloud, browser: Browser, name: str) -> None:
    browser.open("/console/keys")
    answer = browser.send("/console/keys", 400, name=name)
    assert "is no name of a key pair" in told(answer.text)
    assert "<script>alert" not in answer.text
    assert cloud.ask("GET", "/compute/v2.1/os-keypairs")["keypairs"] == []


def test_a_key_is_deleted_by_its_name(cloud: OpenCloud, browser: Browser) -> None:
    import_key(cloud, "a b@c")
    page = browser.open("/console/keys")
    found = re.search(r'href="(/console/keys/[^"]+/delete)"', page)
    assert found
    browser.open(found[1])
    browser.send(found[1], 400, proof="a b")
    browser.send(found[1], proof="a b@c")
    assert "Deleted: a b@c" in told(browser.open("/console/keys"))
    browser.open(found[1], 404)


def test_others_keys_are_not_there(cloud: OpenCloud, browser: Browser) -> None:
    import_key(cloud, "theirs", "other")
    assert "theirs" not in told(browser.open("/console/keys"))
    browser.send("/console/keys/theirs/delete", 404, proof="theirs")
    admin = Browser(cloud).sign_in("admin")
    assert "theirs" not in told(admin.open("/console/keys"))
    assert len(cloud.ask("GET", "/compute/v2.1/os-keypairs", user="other")["keypairs"]) == 1


def test_keys_are_paged_and_no_query_is_made_for_a_row(
    cloud: OpenCloud, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = queries_of(cloud, lambda: browser.open("/console/keys"))
    for number in range(3):
        import_key(cloud, f"k {number}")
    assert queries_of(cloud, lambda: browser.open("/console/keys")) == few
    monkeypatch.setattr(tables, "PAGE", 2)
    page = browser.open("/console/keys")
    found = re.search(r'rel="next" href="([^"]+)"', page)
    assert found
    assert ("k 1" in told(page), "k 2" in told(page)) == (True, False)
    assert "k 2" in told(browser.open(found[1]))


def test_the_apis_are_told_as_the_catalogue_has_them(cloud: OpenCloud, browser: Browser) -> None:
    words = told(browser.open("/console/api"))
    assert f"Sign in at {URL}/identity/v3" in words
    catalogue = cloud.ask("GET", "/identity/v3/auth/catalog")["catalog"]
    urls = [each["url"] for entry in catalogue for each in entry["endpoints"] if each["interface"] == "public"]
    assert len(urls) > 4
    assert all(url in words for url in urls)


def test_clouds_yaml_holds_who_one_is_and_no_secret(cloud: OpenCloud, browser: Browser) -> None:
    text = browser.open("/console/api/clouds.yaml")
    assert browser.page.headers["content-disposition"] == 'attachment; filename="clouds.yaml"'
    assert browser.page.headers["content-type"].startswith("application/yaml")
    (entry,) = yaml.safe_load(text)["clouds"].values()
    assert entry["auth"] == {
        "auth_url": f"{URL}/identity/v3",
        "username": "demo",
        "user_domain_name": "Default",
        "project_id": cloud.names["demo_project"],
        "project_name": "demo",
    }
    regions = cloud.ask("GET", "/identity/v3/regions")["regions"]
    assert entry["region_name"] == regions[0]["id"]
    for secret in (PASSWORD, "gAAAA", "token"):
        assert secret not in text


def test_openrc_asks_for_the_password_and_runs_nothing_of_a_name(cloud: OpenCloud, tmp_path: Path) -> None:
    hostile = "$(touch one) `touch two` '; touch three; \"; touch four &"
    change = {"project": {"name": hostile}}
    cloud.ask("PATCH", f"/identity/v3/projects/{cloud.names['demo_project']}", change, user="admin")
    text = Browser(cloud).sign_in().open("/console/api/openrc")
    assert PASSWORD not in text
    home = tmp_path / "home"
    home.mkdir()
    (home / "openrc").write_text(text)
    shell = '. ./openrc; printf "%s|%s|%s" "$OS_PROJECT_NAME" "$OS_PASSWORD" "$OS_AUTH_URL"'
    told_by_shell = subprocess.run(
        ["/bin/sh", "-c", shell], cwd=home, input=" p w\\\n", capture_output=True, text=True, check=True
    )
    assert told_by_shell.stdout == f"{hostile}| p w\\|{URL}/identity/v3"
    assert sorted(file.name for file in home.iterdir()) == ["openrc"]


def test_a_stranger_downloads_nothing(cloud: OpenCloud) -> None:
    stranger = Browser(cloud)
    for name in ("clouds.yaml", "openrc"):
        assert stranger.http.get(f"/console/api/{name}").status_code == 303
