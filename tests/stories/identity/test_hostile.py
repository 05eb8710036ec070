"""Hostile requests to every route: refused in the API's own words, never a breakdown."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from haneul.dialects.openstack.app import build as build_app
from haneul.dialects.openstack.catalog import APIS
from haneul.kit.http import Route
from haneul.services.identity import Ref, Scope

from .conftest import DEFAULT, World

URL = "http://cloud.test:8800"
SPEC = next(spec for spec in APIS if spec.name == "identity")
ROUTES = sorted({(route.method, route.path): route for route in SPEC.routes}.values(), key=lambda r: (r.path, r.method))
TEXTS = ["", " ", "x", "x" * 300, "\x00", "ü\ud7ff", "%(x)s", "'; --", "../..", "default", "null", "-1", "🜲" * 70]
VALUES: list[Any] = [None, True, False, 0, -1, 1.5, 2**31, 2**63, 10**40, [], {}, [[]], [None], {"": None}, *TEXTS]
IDS = ["nothing", "%00", "%FF", "x" * 300, "%C3%BC", "a%2Fb", "'", "%F0%9F%9C%B2"]


@pytest.fixture
def http(world: World) -> Iterator[TestClient]:
    cloud: Any = SimpleNamespace(identity=world.identity, public_url=URL, region="RegionOne")
    with TestClient(build_app(cloud, (SPEC,)), base_url=URL, raise_server_exceptions=False) as client:
        client.headers["x-auth-token"] = world.sign_in(scope=Scope(project=Ref(name="admin", domain=DEFAULT)))
        yield client


def test_no_request_breaks_any_route(http: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("haneul.kit.passwords._LOG2_COST", 4)
    chance = random.Random(20)
    known = list(IDS)
    answered: Counter[int] = Counter()
    strangers = 0
    for route in ROUTES * 12:
        path = "/identity" + _filled(route.path, known, chance)
        content = _content(route, chance)
        answer = http.request(route.method, path, params=_query(chance), content=content, headers=_headers(chance))
        answered[answer.status_code] += 1
        strangers += answer.status_code == 401 and not route.public
        assert answer.status_code < 500, f"{route.method} {path} {content!r}: {answer.text}"
        if answer.status_code >= 400 and route.method != "HEAD":
            assert answer.json()["error"]["code"] == answer.status_code
        elif answer.status_code == 201 and answer.content:
            known += [each["id"] for each in answer.json().values() if isinstance(each, dict) and "id" in each]
    assert answered[200] > 200 and answered[201] > 10, answered
    assert strangers < 40, "the token became void on the way"


def _filled(path: str, known: list[str], chance: random.Random) -> str:
    """The path with ids: of things that were made on the way, or hostile ones."""
    return "/".join(chance.choice(known) if part.startswith("{") else part for part in path.split("/"))


def _headers(chance: random.Random) -> dict[str, bytes]:
    """Now and then what a signature or an identity provider's token might be."""
    if chance.random() < 0.7:
        return {}
    text = chance.choice(TEXTS).encode("utf-8", "replace").replace(b"\x00", b"")
    signed = b'OAuth oauth_consumer_key="%s", oauth_token="%s", oauth_nonce="%s", oauth_version="1.0", '
    signed += b'oauth_timestamp="%s", oauth_signature_method="HMAC-SHA1", oauth_signature="%s", oauth_callback="oob"'
    stamp = chance.choice([b"1234567890", b"-123456789", b"9999999999", text])
    made = [b"Bearer " + text, b"Bearer a.b.c", b"Bearer e30.e30.e30", b"Bearer eyJhbGciOiJSUzI1NiJ9.e30.e30", b"OAuth"]
    made += [signed % (text, text, text, stamp, text), b"OAuth " + text, b"Basic " + text]
    return {"authorization": chance.choice(made), "requested-project-id": text}


def _query(chance: random.Random) -> dict[str, str]:
    names = ["limit", "marker", "name", "name__contains", "enabled", "domain_id", "effective", "tags", "user.id"]
    return {name: chance.choice(TEXTS[:-1]) for name in chance.sample(names, int(chance.random() < 0.3))}


def _content(route: Route, chance: random.Random) -> bytes:
    if route.schema is None and chance.random() < 0.8:
        return b""
    if route.schema is None or chance.random() < 0.1:
        return chance.choice([b"", b"{", b"[]", b"null", b"\xff\xfe", b'"x"', b"[" * 5000])
    return json.dumps(_value(dict(route.schema), chance)).encode()


def _choices(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The schemas one of which a value must fit; none if there is only this one."""
    if "then" in schema:
        return [schema["then"], schema["else"]]
    return [] if "properties" in schema else schema.get("anyOf") or schema.get("oneOf") or []


def _value(schema: dict[str, Any], chance: random.Random) -> Any:
    """Mostly what the schema asks for, now and then anything."""
    if chance.random() < 0.02:
        return chance.choice(VALUES)
    if schema.get("pattern", "").startswith("^/"):
        return "/v3/**"
    if "enum" in schema:
        return chance.choice(schema["enum"])
    if choices := _choices(schema):
        return _value(chance.choice(choices), chance)
    kinds = schema.get("type", "object")
    kind = kinds if isinstance(kinds, str) else chance.choice(kinds)
    if kind == "object":
        properties = dict(schema.get("properties", {}))
        if schema.get("additionalProperties", True) or chance.random() < 0.1:
            properties["surplus"] = {"type": "string"}
        chosen = {name for name in properties if chance.random() < 0.5} | set(schema.get("required", ()))
        return {name: _value(properties[name], chance) for name in sorted(chosen)}
    if kind == "array":
        return [_value(schema.get("items", {"type": "string"}), chance) for _ in range(chance.randrange(3))]
    if kind == "string" and chance.random() < 0.8:
        return chance.choice([f"{chance.randrange(1000):032x}", f"{chance.randrange(1000):032x}", "name", "http://x"])
    return {
        "string": lambda: chance.choice(TEXTS),
        "boolean": lambda: chance.random() < 0.5,
        "integer": lambda: chance.choice([0, 1, -1, 7, 2**31 - 1]),
    }.get(kind, lambda: None)()
