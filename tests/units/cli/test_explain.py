"""`haneul explain` says in words what the cloud knows of a server's placement."""

from __future__ import annotations

from typing import Any

from haneul.cli.explain import lines


def told(**more: Any) -> dict[str, Any]:
    return {
        "server_id": "s1",
        "host_id": None,
        "candidates": [],
        "removed": [{"reason": "outside of the zone north", "count": 2}],
        "message": "No host fits. Of 2: 2 outside of the zone north.",
    } | more


def test_a_server_without_a_place() -> None:
    assert list(lines(told())) == [
        "Server s1, now on no host.",
        "No host fits. Of 2: 2 outside of the zone north.",
    ]


def test_a_server_that_has_places() -> None:
    candidates = [{"id": "h1", "name": "rack-1", "free": {"VCPU": 4, "MEMORY_MB": 512}}]

    assert list(lines(told(host_id="h2", candidates=candidates, message="One host fits."))) == [
        "Server s1, now on h2.",
        "One host fits.",
        "  rack-1: 512 MEMORY_MB, 4 VCPU free",
        "  not 2 outside of the zone north",
    ]
