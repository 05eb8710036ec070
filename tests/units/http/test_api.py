"""An API from bytes to bytes, with a toy behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from haneul.dialects.openstack import errors
from haneul.dialects.openstack.api import ApiSpec
from haneul.dialects.openstack.app import build
from haneul.kit.errors import Conflict, Unauthenticated
from haneul.kit.http import Change, Ladder, Many, Reply, Request, Route, Rung
from haneul.kit.policy import Caller

NAME = {"type": "object", "properties": {"name": {"type": "string", "maxLength": 5}}, "required": ["name"]}


def create_thing(_toy: Toy, req: Request) -> Reply:
    return Reply(201, {"name": req.body["name"], "tags": req.body.get("tags", []), "by": req.caller.user_name})


def show_thing(_toy: Toy, req: Request) -> Reply:
    if req.params["id"] == "busy":
        raise Conflict("thing.busy", "Wait for it.")
    return Reply(body={"id": req.params["id"]})


def break_down(_toy: Toy, _req: Request) -> Reply:
    raise RuntimeError("secret detail")


def upload(toy: Toy, req: Request) -> Reply:
    toy.path.write_bytes(b"".join(req.chunks()))
    return Reply(204)


def download(toy: Toy, _req: Request) -> Reply:
    return Reply(body=toy.path)


def greet(_toy: Toy, _req: Request) -> Reply:
    return Reply(body={"hello": "world"})


def list_things(_toy: Toy, _req: Request) -> Reply:
    return Reply(body=Many("things", ({"id": n, "tags": []} for n in range(2)), {"links": ["next"]}))


class Tokens:
    def authenticate(self, token: str) -> Caller:
        if token != "good":
            raise Unauthenticated("token.invalid", "Sign in again.")
        return Caller(user_id="u", user_name="ann")


class Toy:
    public_url = "http://cloud"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.identity = self
        self.tokens = Tokens()


ROUTES = (
    Route("POST", "/things", create_thing, schema=NAME),
    Route("GET", "/things", list_things),
    Route("GET", "/things/{id}", show_thing),
    Route("GET", "/broken", break_down, since="1.2"),
    Route("PUT", "/file", upload, raw=True),
    Route("GET", "/file", download),
    Route("GET", "/", greet, public=True),
)


def _without_tags(body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != "tags"}


LADDER = Ladder(
    "toy",
    "1.0",
    "1.3",
    (
        Rung(
            "1.1",
            "Things have tags.",
            {
                "create_thing": Change(lower=_without_tags, status=200),
                "list_things": Change(lower=lambda body: {"things": [_without_tags(each) for each in body["things"]]}),
            },
        ),
    ),
)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    spec = ApiSpec("toy", "/toy", ROUTES, errors.COMPUTE, LADDER)
    with TestClient(build(Toy(tmp_path / "file"), (spec,)), raise_server_exceptions=False) as client:
        client.headers["x-auth-token"] = "good"
        yield client


def test_the_newest_version_is_served_as_the_handler_wrote_it(client: TestClient) -> None:
    reply = client.post("/toy/things", json={"name": "a"}, headers={"OpenStack-API-Version": "toy latest"})

    assert (reply.status_code, reply.json()) == (201, {"name": "a", "tags": [], "by": "ann"})
    assert reply.headers["openstack-api-version"] == "toy 1.3"
    assert reply.headers["x-openstack-request-id"].startswith("req-")


def test_an_older_version_is_served_by_the_ladder(client: TestClient) -> None:
    reply = client.post("/toy/things", json={"name": "a"})

    assert (reply.status_code, reply.json()) == (200, {"name": "a", "by": "ann"})


def test_a_listing_is_lowered_thing_by_thing(client: TestClient) -> None:
    newest = client.get("/toy/things", headers={"OpenStack-API-Version": "toy latest"}).json()
    oldest = client.get("/toy/things").json()

    assert newest == {"things": [{"id": 0, "tags": []}, {"id": 1, "tags": []}], "links": ["next"]}
    assert oldest == {"things": [{"id": 0}, {"id": 1}], "links": ["next"]}


@pytest.mark.parametrize(("asked", "status"), [("toy 9.9", 406), ("toy x", 400), ("other 9.9", 200)])
def test_a_version_out_of_range_is_refused(client: TestClient, asked: str, status: int) -> None:
    assert client.get("/toy/things/1", headers={"OpenStack-API-Version": asked}).status_code == status


def test_a_version_may_be_asked_beside_those_of_other_services(client: TestClient) -> None:
    headers = [("x-auth-token", "good"), ("openstack-api-version", "toy 1.2"), ("openstack-api-version", "other 7.1")]

    answer = client.get("/toy/things/5", headers=headers)

    assert answer.headers["openstack-api-version"] == "toy 1.2"


def test_a_route_of_a_later_version_is_not_there_before_it(client: TestClient) -> None:
    assert client.get("/toy/broken").status_code == 404
    reply = client.get("/toy/broken", headers={"OpenStack-API-Version": "toy 1.2"})
    assert reply.status_code == 500
    assert "secret" not in reply.text
    assert reply.headers["x-openstack-request-id"] in reply.text


@pytest.mark.parametrize(
    ("content", "status"),
    [('{"name": "too long"}', 400), ("{", 400), ("", 400), ("\xff", 400), ('{"name": "' + "x" * 2**20 + '"}', 413)],
)
def test_a_bad_body_is_refused(client: TestClient, content: str, status: int) -> None:
    reply = client.post("/toy/things", content=content.encode("latin-1"))
    assert reply.status_code == status
    assert next(iter(reply.json().values()))["message"]


def test_strangers_are_refused_even_where_nothing_is(client: TestClient) -> None:
    client.headers["x-auth-token"] = "bad"
    for path in ("/toy/things/1", "/toy/nothing"):
        reply = client.get(path)
        assert (reply.status_code, "unauthorized" in reply.json()) == (401, True)
        assert "www-authenticate" in reply.headers


def test_a_public_route_needs_no_token(client: TestClient) -> None:
    del client.headers["x-auth-token"]
    assert client.get("/toy").json() == {"hello": "world"}


def test_a_wrong_method_names_the_right_ones(client: TestClient) -> None:
    reply = client.delete("/toy/things/1")
    assert (reply.status_code, reply.headers["allow"]) == (405, "GET")


def test_a_refusal_has_the_form_of_the_api(client: TestClient) -> None:
    reply = client.get("/toy/things/busy")
    assert (reply.status_code, reply.json()) == (409, {"conflictingRequest": {"code": 409, "message": "Wait for it."}})


def test_a_large_file_goes_in_and_out_in_pieces(client: TestClient) -> None:
    content = bytes(range(256)) * 20_000
    assert client.put("/toy/file", content=content).status_code == 204
    assert client.get("/toy/file").content == content


def test_an_encoded_slash_stays_within_its_segment(client: TestClient) -> None:
    assert client.get("/toy/things/a%2Fb").json() == {"id": "a/b"}


def test_the_prefix_itself_needs_no_slash(client: TestClient) -> None:
    assert client.get("/toy", follow_redirects=False).json() == {"hello": "world"}


def test_a_nul_is_refused_wherever_it_stands(client: TestClient) -> None:
    assert client.get("/toy/things/a%00b").status_code == 400
    assert client.get("/toy/things/a?x=%00").status_code == 400
    assert client.post("/toy/things", json={"name": "\x00"}).status_code == 400
    assert client.post("/toy/things", json={"name": "\\u00"}).status_code == 200
