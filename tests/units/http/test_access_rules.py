"""Which requests the access rules of an application credential let through."""

from __future__ import annotations

import pytest

from haneul.dialects.openstack.access_rules import allow
from haneul.kit.policy import Caller


def limited(path: str) -> Caller:
    return Caller(user_id="u", access_rules=(("compute", "GET", path),))


@pytest.mark.parametrize(
    ("pattern", "path", "is_allowed"),
    [
        ("/v2.1/servers", "/v2.1/servers", True),
        ("/v2.1/servers", "/v2.1/servers/1", False),
        ("/v2.1/servers/*", "/v2.1/servers/1", True),
        ("/v2.1/servers/{id}/ips", "/v2.1/servers/1/ips", True),
        ("/v2.1/servers/*", "/v2.1/servers/1/ips", False),
        ("/v2.1/**", "/v2.1/servers/1/ips", True),
        ("/v2.1/a.c", "/v2.1/abc", False),
    ],
)
def test_a_rule_fits_what_its_pattern_says(pattern: str, path: str, is_allowed: bool) -> None:
    assert allow(limited(pattern), "compute", "GET", path) is is_allowed


def test_a_rule_is_for_one_service_and_one_method() -> None:
    assert not allow(limited("/v2.1/servers"), "network", "GET", "/v2.1/servers")
    assert not allow(limited("/v2.1/servers"), "compute", "DELETE", "/v2.1/servers")


def test_a_token_without_rules_may_ask_everything() -> None:
    assert allow(Caller(user_id="u"), "compute", "DELETE", "/anything")
