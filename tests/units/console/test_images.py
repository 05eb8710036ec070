"""The pages of images."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from haneul.console import tables
from haneul.console.words import IMAGE_STATES, VISIBILITIES
from haneul.services.image import Status, Visibility
from tests.clouds import IMAGE_DATA, OpenCloud
from tests.units.console.browser import Browser, queries_of, reader_of, told
from tests.units.console.test_networks import id_of
from tests.units.console.test_servers import HOSTILE, Tab, stream_of

URL = "https://images.example/tiny.raw"


@pytest.fixture
def browser(cloud: OpenCloud) -> Browser:
    return Browser(cloud).sign_in()


def make_image(cloud: OpenCloud, name: str, user: str = "demo", **more: Any) -> str:
    body = {"name": name, "disk_format": "raw", "container_format": "bare", **more}
    return str(cloud.ask("POST", "/image/v2/images", body, user=user)["id"])


def test_every_state_has_a_word() -> None:
    assert set(IMAGE_STATES) == set(Status)
    assert set(VISIBILITIES) == set(Visibility)


def test_an_image_is_fetched_from_the_web(cloud: OpenCloud, browser: Browser) -> None:
    cloud.reality.web.pages[URL] = IMAGE_DATA
    browser.open("/console/images")
    made = id_of(browser.send("/console/images", name="mine", url=URL, format="raw"))
    page = f"/console/images/{made}"
    assert "Being fetched" in told(browser.open(page))
    stream = Tab(cloud, browser, stream_of(browser.page.text))
    asyncio.run(stream.follow([(cloud.work, "Ready")]))
    words = told(browser.open(page))
    assert "Ready" in words
    assert "64.0 KiB" in words
    listing = told(browser.open("/console/images"))
    assert "mine Ready For this project and those it is shared with raw 64.0 KiB" in listing
    assert "tiny Ready For everybody" in listing


def test_a_file_is_uploaded_with_the_form(cloud: OpenCloud, browser: Browser) -> None:
    data = bytes(range(256)) * 8192
    browser.open("/console/images")
    answer = browser.send("/console/images/upload", name="mine", format="raw", files={"file": ("mine.raw", data)})
    words = told(browser.open(f"/console/images/{id_of(answer)}"))
    assert "Ready" in words
    assert (
        cloud.http.get(
            f"/image/v2/images/{id_of(answer)}/file", headers={"x-auth-token": cloud.token_of("demo")}
        ).content
        == data
    )
    assert cloud.ask("GET", f"/image/v2/images/{id_of(answer)}")["size"] == len(data)


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"format": "qcow2"}, "but the data is raw"),
        ({"name": " "}, "A name has 1 to 255 characters"),
        ({"files": {"other": ("", b"")}}, "No file came"),
        ({"guard": "guessed"}, "This form is not of your session"),
    ],
)
def test_of_an_upload_that_is_refused_nothing_stays(
    cloud: OpenCloud, browser: Browser, wrong: dict[str, Any], word: str
) -> None:
    browser.open("/console/images")
    said: dict[str, Any] = {"name": HOSTILE, "format": "raw", "files": {"file": ("x", IMAGE_DATA)}} | wrong
    status = 403 if "guard" in wrong else 400
    answer = browser.send("/console/images/upload", status, **said)
    assert word in told(answer.text), told(answer.text)
    assert "<script>alert" not in answer.text
    assert [each["name"] for each in cloud.ask("GET", "/image/v2/images")["images"]] == ["tiny"]


def test_an_upload_that_breaks_off_leaves_nothing(cloud: OpenCloud, browser: Browser) -> None:
    browser.open("/console/images")
    fields = {"guard": browser.guard(), "name": "mine", "format": "raw"}
    body = "".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    )
    body += '--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n' + "data" * 100
    kind = {"content-type": "multipart/form-data; boundary=b"}
    answer = browser.http.post("/console/images/upload", content=body.encode(), headers=kind)
    assert answer.status_code == 400
    assert "cannot be read" in told(answer.text)
    assert [each["name"] for each in cloud.ask("GET", "/image/v2/images")["images"]] == ["tiny"]


def test_an_image_that_could_not_be_fetched_says_why(cloud: OpenCloud, browser: Browser) -> None:
    browser.open("/console/images")
    made = id_of(browser.send("/console/images", name="mine", url=URL, format="raw"))
    for _ in range(60):
        cloud.work(60)
        if "Without data" in told(browser.open(f"/console/images/{made}")):
            break
    assert "there is no such page" in told(browser.page.text)


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"name": "x" * 256}, {"format": "floppy"}, {"url": "file:///etc/passwd"}]
)
def test_of_what_is_refused_nothing_stays(cloud: OpenCloud, browser: Browser, wrong: dict[str, str]) -> None:
    browser.open("/console/images")
    answer = browser.send("/console/images", 400, **({"name": HOSTILE, "url": URL, "format": "qcow2"} | wrong))
    assert re.search(r'role="alert">[^<]+<', answer.text)
    assert "<script>alert" not in answer.text
    assert [each["name"] for each in cloud.ask("GET", "/image/v2/images")["images"]] == ["tiny"]


def test_an_image_is_deleted_by_its_name_unless_it_is_protected(cloud: OpenCloud, browser: Browser) -> None:
    image = make_image(cloud, HOSTILE, protected=True)
    page = f"/console/images/{image}"
    for address in ("/console/images", page, f"{page}/delete"):
        shown = browser.open(address)
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert(1)" in shown
    browser.send(f"{page}/delete", 400, proof="script")
    refused = browser.send(f"{page}/delete", 403, proof=HOSTILE)
    assert "protected" in told(refused.text)
    change = [{"op": "replace", "path": "/protected", "value": False}]
    kind = {"content-type": "application/openstack-images-v2.1-json-patch"}
    cloud.ask("PATCH", f"/image/v2/images/{image}", change, headers=kind)
    browser.send(f"{page}/delete", proof=HOSTILE)
    browser.open(page, 404)


def test_others_images_are_not_there_and_public_ones_not_theirs_to_delete(cloud: OpenCloud, browser: Browser) -> None:
    theirs = make_image(cloud, "theirs", "other")
    assert "theirs" not in told(browser.open("/console/images"))
    for page in (f"/console/images/{theirs}", f"/console/images/{theirs}/delete"):
        assert "theirs" not in told(browser.open(page, 404))
    browser.open("/console/images")
    browser.send(f"/console/images/{theirs}/delete", 404, proof="theirs")
    tiny = cloud.names["tiny"]
    assert f"/console/images/{tiny}/delete" not in browser.open(f"/console/images/{tiny}")
    browser.open("/console/images")
    browser.send(f"/console/images/{tiny}/delete", 403, proof="tiny")


def test_readers_change_nothing(cloud: OpenCloud) -> None:
    image = make_image(cloud, "mine")
    reader = reader_of(cloud)
    assert "mine" in told(reader.open("/console/images"))
    reader.send("/console/images", 403, name="x", url=URL, format="raw")
    reader.send("/console/images/upload", 403, name="x", format="raw", files={"file": ("x", IMAGE_DATA)})
    reader.send(f"/console/images/{image}/delete", 403, proof="mine")


def test_listings_are_paged_and_no_query_is_made_for_a_row(
    cloud: OpenCloud, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = queries_of(cloud, lambda: browser.open("/console/images"))
    cloud.clock.move(1)
    for number in range(4):
        make_image(cloud, f"i{number}", tags=["a", "b"])
        cloud.clock.move(1)
    assert queries_of(cloud, lambda: browser.open("/console/images")) == few
    monkeypatch.setattr(tables, "PAGE", 2)
    seen, address = [], "/console/images"
    while address:
        page = browser.open(address)
        seen.append(re.findall(r'<th scope="row"><a[^>]*>(\w+)<', page))
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found[1] if found else ""
    assert seen == [["i3", "i2"], ["i1", "i0"], ["tiny"]]
