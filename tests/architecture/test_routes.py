"""Every route of every API: strangers are refused, and what is open to all is named here."""

from __future__ import annotations

import re

import pytest

from haneul.dialects.openstack.api import ApiSpec
from haneul.dialects.openstack.catalog import APIS
from haneul.kit.http import Route
from tests.clouds import OpenCloud

ROUTES = [(spec, route) for spec in APIS for route in spec.routes]
OPEN_TO_ALL = re.compile(
    r"identity (GET / |GET /v3 |POST /v3/auth/tokens |POST /v3/ec2tokens |POST /v3/s3tokens )"
    r"|identity POST /v3/users/{user_id}/password "
    r"|identity POST /v3/OS-OAUTH1/(request|access)_token "
    r"|identity (GET|POST) /v3/OS-FEDERATION/identity_providers/{idp_id}/protocols/{protocol_id}/auth "
    r"|identity (GET|POST) /v3/auth/OS-FEDERATION/(\S+/)?websso(/{protocol_id})? "
    r"|identity POST /v3/auth/OS-FEDERATION/saml2(/ecp)? "
    r"|identity GET /v3/OS-FEDERATION/saml2/metadata "
    r"|image GET /(versions|v2)? "
    r"|(compute|network|placement|volume) GET /(v2(\.0|\.1)?|v3)? "
)
"""Discovery, where a password, a signature or another's token stands for a token, and what is not built."""


def _url(spec: ApiSpec, route: Route) -> str:
    return spec.prefix + re.sub(r"\{[^}]*\}", "11111111-2222-4333-8444-555555555555", route.path)


def _version(spec: ApiSpec, route: Route) -> dict[str, str]:
    number = route.until or "latest"
    return {"openstack-api-version": f"{spec.ladder.service} {number}"} if spec.ladder else {}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> OpenCloud:
    from tests.clouds import open_cloud

    return open_cloud(tmp_path_factory.mktemp("cloud"))


@pytest.mark.parametrize("token", [None, "gAAAAAB-not-a-token"])
def test_every_route_refuses_a_stranger(cloud: OpenCloud, token: str | None) -> None:
    headers = {"x-auth-token": token} if token else {}
    with cloud:
        let_in = [
            f"{answer.status_code} {spec.name} {route.method} {route.path}"
            for spec, route in ROUTES
            if not route.public
            for answer in [cloud.http.request(route.method, _url(spec, route), headers=headers | _version(spec, route))]
            if answer.status_code != 401
        ]
    assert let_in == []


def test_what_is_open_to_all_is_known() -> None:
    opened = [f"{spec.name} {route.method} {route.path} " for spec, route in ROUTES if route.public]
    assert [told for told in opened if not OPEN_TO_ALL.match(told)] == []


def test_no_two_operations_of_an_api_share_path_method_and_version() -> None:
    seen: dict[tuple[str, str, str], list[Route]] = {}
    for spec, route in ROUTES:
        shape = re.sub(r"\{[^}]*\}", "{}", route.path)
        for other in seen.setdefault((spec.name, route.method, shape), []):
            assert (other.since, other.until) != (route.since, route.until), f"{spec.name} {route.method} {route.path}"
        seen[spec.name, route.method, shape].append(route)
