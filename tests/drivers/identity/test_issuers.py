"""Where issuers' keys come from: one suite for all, and what the web may not do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from haneul.drivers.identity.fake import FakeIssuers
from haneul.drivers.identity.web import WebIssuers
from haneul.kit.clock import SteppedClock
from haneul.kit.errors import Unavailable
from haneul.services.identity import Issuers, TrustedIssuer


@dataclass
class Site:
    """What an issuer publishes; a loopback web server answers with it."""

    pages: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            page = site.pages.get(self.path)
            if isinstance(page, str):
                self.send_response(302)
                self.send_header("location", page)
                self.end_headers()
                return
            self.send_response(404 if page is None else 200)
            self.end_headers()
            self.wfile.write(page if isinstance(page, bytes) else json.dumps(page).encode())

        def log_message(self, *_args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    Thread(target=server.serve_forever, daemon=True).start()
    site.url = f"http://127.0.0.1:{server.server_port}"
    yield site
    server.shutdown()
    server.server_close()


class Publisher:
    """An issuer outside, with keys that it tells in one way or another."""

    def __init__(self, publish: Callable[[Mapping[str, Any]], None]) -> None:
        self._publish = publish
        self._keys: list[ECKey] = []
        self.rotate()

    def rotate(self) -> None:
        self._keys.append(ECKey.generate_key("P-256", {"kid": f"key-{len(self._keys)}", "use": "sig"}))
        self._publish({"keys": [key.as_dict(private=False) for key in self._keys]})

    def token(self, **claims: Any) -> str:
        return jwt.encode({"alg": "ES256", "kid": str(self._keys[-1].kid)}, claims, self._keys[-1])


@dataclass
class Case:
    issuers: Issuers
    source: Any
    """It has `token` and `rotate`."""
    clock: SteppedClock


def publish(site: Site, keys: Mapping[str, Any]) -> None:
    site.pages["/.well-known/openid-configuration"] = {"issuer": site.url, "jwks_uri": site.url + "/keys"}
    site.pages["/keys"] = keys


@pytest.fixture(params=["fake", "file", "web"])
def case(request: pytest.FixtureRequest, tmp_path: Path, site: Site) -> Case:
    clock = SteppedClock()
    if request.param == "fake":
        fake = FakeIssuers(clock)
        return Case(fake, fake, clock)
    if request.param == "file":
        file = tmp_path / "keys.json"
        source = Publisher(lambda keys: file.write_text(json.dumps(keys)) and None)
        return Case(WebIssuers([TrustedIssuer("https://sso.test", ("a",), str(file))], clock), source, clock)
    source = Publisher(lambda keys: publish(site, keys))
    return Case(WebIssuers([TrustedIssuer(site.url, ("a",))], clock), source, clock)


def opens(case: Case, text: str, *, fresh: bool = False) -> bool:
    keys = KeySet.import_key_set(dict(case.issuers.keys(case.issuers.trusted()[0], fresh=fresh)))  # type: ignore[arg-type]
    try:
        jwt.decode(text, keys, algorithms=["ES256"])
    except JoseError:
        return False
    return True


def test_the_keys_open_what_the_issuer_signed(case: Case) -> None:
    assert opens(case, case.source.token(sub="ada"))
    assert not opens(case, Publisher(lambda _: None).token(sub="ada")[:-5] + "AAAAA")


def test_keys_are_public_ones(case: Case) -> None:
    for key in case.issuers.keys(case.issuers.trusted()[0])["keys"]:
        assert "d" not in key


def test_new_keys_are_found_when_they_are_looked_for(case: Case) -> None:
    before = case.source.token(sub="ada")
    assert opens(case, before)

    case.source.rotate()
    case.clock.move(61)

    assert opens(case, case.source.token(sub="ada"), fresh=True)
    assert opens(case, before)


def test_an_issuer_is_not_asked_more_than_once_a_minute(site: Site) -> None:
    clock = SteppedClock()
    source = Publisher(lambda keys: publish(site, keys))
    issuers = WebIssuers([TrustedIssuer(site.url, ("a",))], clock)
    for _ in range(10):
        issuers.keys(issuers.trusted()[0], fresh=True)
    assert site.asked == ["/.well-known/openid-configuration", "/keys"]
    clock.move(61)
    issuers.keys(issuers.trusted()[0])
    assert len(site.asked) == 2
    source.rotate()
    assert len(issuers.keys(issuers.trusted()[0], fresh=True)["keys"]) == 2


def test_known_keys_stay_good_while_their_issuer_is_away(site: Site) -> None:
    clock = SteppedClock()
    Publisher(lambda keys: publish(site, keys))
    issuers = WebIssuers([TrustedIssuer(site.url, ("a",))], clock)
    known = issuers.keys(issuers.trusted()[0])
    site.pages.clear()

    clock.move(7200)

    assert issuers.keys(issuers.trusted()[0]) == known


@pytest.mark.parametrize(
    "pages",
    [
        {},
        {"/.well-known/openid-configuration": {"issuer": "https://else.test", "jwks_uri": "SITE/keys"}},
        {"/.well-known/openid-configuration": {"issuer": "SITE", "jwks_uri": "http://192.0.2.1/keys"}},
        {"/.well-known/openid-configuration": {"issuer": "SITE", "jwks_uri": "file:///etc/passwd"}},
        {"/.well-known/openid-configuration": "/elsewhere", "/elsewhere": {"issuer": "SITE", "jwks_uri": "SITE/keys"}},
        {"/.well-known/openid-configuration": {"issuer": "SITE"}},
        {"/.well-known/openid-configuration": b"<html>"},
        {"/.well-known/openid-configuration": {"issuer": "SITE", "jwks_uri": "SITE/keys"}, "/keys": {"no": "keys"}},
        {"/.well-known/openid-configuration": {"issuer": "SITE", "jwks_uri": "SITE/keys"}, "/keys": b"x" * (2 << 20)},
    ],
)
def test_what_is_published_wrongly_is_refused(site: Site, pages: dict[str, Any]) -> None:
    site.pages = {"/keys": {"keys": []}} | {
        path: json.loads(json.dumps(page).replace("SITE", site.url)) if isinstance(page, dict) else page
        for path, page in pages.items()
    }
    issuers = WebIssuers([TrustedIssuer(site.url, ("a",))], SteppedClock())

    for _ in range(3):
        with pytest.raises(Unavailable) as refusal:
            issuers.keys(issuers.trusted()[0])
        assert refusal.value.code == "federation.keys"

    assert len(site.asked) <= 2, "a failure is remembered for a minute"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    issuers = WebIssuers([TrustedIssuer("https://sso.test", ("a",), str(tmp_path / "none"))], SteppedClock())

    with pytest.raises(Unavailable, match="none"):
        issuers.keys(issuers.trusted()[0])
