"""Paths into answers, as conversations use them."""

from __future__ import annotations

from tests.conversations.talk import _MISSING, find

BODY = {"servers": [{"name": "a", "OS-EXT-STS:vm_state": "active"}, {"name": "b"}], "next": None}


def test_paths_lead_to_members_lists_and_lengths() -> None:
    assert find(BODY, "$.servers[0].name") == "a"
    assert find(BODY, "$.servers[*].name") == ["a", "b"]
    assert find(BODY, "$.servers.length") == 2
    assert find(BODY, "$.servers[0].OS-EXT-STS:vm_state") == "active"
    assert find(BODY, "$.next") is None


def test_what_is_not_there_is_not_none() -> None:
    assert find(BODY, "$.servers[7].name") is _MISSING
    assert find(BODY, "$.nothing.below") is _MISSING
