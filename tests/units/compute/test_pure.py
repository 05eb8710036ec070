"""The pure parts of compute: names, states, limits, the ladder."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from haneul.dialects.openstack.compute.forms import Remembering, parse_time
from haneul.dialects.openstack.compute.routes import ROUTES
from haneul.dialects.openstack.compute.server_states import words
from haneul.dialects.openstack.compute.versions import LADDER
from haneul.kit.errors import Invalid, OverQuota
from haneul.kit.http import Version
from haneul.services.compute import FlavorSnapshot, Limits, QuotaKey, Server, ServerId, ServerState, ServerView, Task
from haneul.services.compute.model import DEFAULT_LIMITS, MOVES, Fault, Usage, may_move
from haneul.services.compute.verbs.keypairs import fingerprint
from haneul.services.compute.verbs.limits import how_many_fit, require_room
from haneul.services.compute.verbs.servers.names import host_name, numbered

NOW = datetime(2030, 1, 1, tzinfo=UTC)
FLAVOR = FlavorSnapshot("1", "small", 2, 512, 1)


def server(state: ServerState, **more: Any) -> Server:
    return Server(ServerId("s"), "web", "p", "u", state, FLAVOR, "web", NOW, NOW, **more)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("web", "web"),
        ("Web Server_1", "web-server-1"),
        ("guest-instance-1.domain.com", "guest-instance-1-domain-com"),
        ("ünïcode", "ncode"),
        ("하늘", "server-x"),
        ("x" * 80, "x" * 63),
        ("-a-", "a"),
    ],
)
def test_a_host_name_follows_from_the_servers_name(name: str, wanted: str) -> None:
    assert host_name(name, "server-x") == wanted


def test_several_servers_are_numbered_from_one() -> None:
    assert numbered("web", 0, 1) == "web"
    assert [numbered("web", index, 2) for index in range(2)] == ["web-1", "web-2"]


def test_every_state_has_its_moves_and_the_buried_have_none() -> None:
    assert set(MOVES) == set(ServerState)
    assert MOVES[ServerState.DELETED] == frozenset()
    assert not may_move(ServerState.DELETING, ServerState.ACTIVE)
    assert may_move(ServerState.ERROR, ServerState.ACTIVE)


@pytest.mark.parametrize(
    ("view", "wanted"),
    [
        (ServerView(server(ServerState.BUILDING)), ("BUILD", "building", "scheduling", 0)),
        (
            ServerView(server(ServerState.BUILDING), Task("create_server", "guest_runs")),
            ("BUILD", "building", "spawning", 0),
        ),
        (ServerView(server(ServerState.ACTIVE)), ("ACTIVE", "active", None, 1)),
        (
            ServerView(server(ServerState.ACTIVE), Task("reboot_server", "guest_rebooted")),
            ("REBOOT", "active", "rebooting", 1),
        ),
        (
            ServerView(server(ServerState.STOPPED), Task("hard_reboot_server", "")),
            ("HARD_REBOOT", "stopped", "rebooting_hard", 4),
        ),
        (
            ServerView(server(ServerState.ERROR), Task("rebuild_server", "new_disk_ready")),
            ("REBUILD", "error", "rebuilding", 0),
        ),
        (ServerView(server(ServerState.DELETING, launched_at=NOW)), ("ACTIVE", "active", "deleting", 1)),
        (ServerView(server(ServerState.DELETING)), ("BUILD", "building", "deleting", 0)),
        (
            ServerView(server(ServerState.DELETING, fault=Fault("c", "m", "d", NOW))),
            ("ERROR", "error", "deleting", 0),
        ),
        (ServerView(server(ServerState.DELETED)), ("DELETED", "deleted", None, 0)),
    ],
)
def test_what_is_shown_of_a_state(view: ServerView, wanted: tuple[str, str, str | None, int]) -> None:
    shown = words(view)
    assert (shown.status, shown.standing.value, shown.task_state, shown.power_state) == wanted


def test_room_is_counted_for_every_resource() -> None:
    limits = Limits({**DEFAULT_LIMITS, QuotaKey.CORES: 7, QuotaKey.INSTANCES: 10, QuotaKey.RAM: -1})
    usage = Usage(instances=1, cores=1)

    assert how_many_fit(limits, usage, FLAVOR) == 3
    require_room(limits, usage, FLAVOR, 3)
    with pytest.raises(OverQuota, match="Quota exceeded for cores: Requested 8, but already used 1 of 7 cores"):
        require_room(limits, usage, FLAVOR, 4)


def test_what_is_no_key_has_no_fingerprint() -> None:
    from haneul.services.compute import KeyType

    for text in ("", "ssh-rsa", "ssh-rsa AAAA", "nonsense in three"):
        with pytest.raises(Invalid, match="failed to generate fingerprint"):
            fingerprint(text, KeyType.SSH)
    with pytest.raises(Invalid, match="certificate in PEM"):
        fingerprint("-----BEGIN CERTIFICATE-----", KeyType.X509)


def test_times_are_utc_unless_they_say_otherwise() -> None:
    assert parse_time("2030-01-01T01:00:00+01:00", "x") == NOW
    assert parse_time("2030-01-01", "x") == NOW
    assert parse_time("2030-01-01T00:00:00Z", "x") == NOW
    with pytest.raises(Invalid):
        parse_time("tomorrow", "x")


def test_every_rung_is_about_handlers_that_exist() -> None:
    from haneul.dialects.openstack.compute.actions import ACTIONS

    known = {route.name for route in ROUTES} | {action.fn.__name__ for action in ACTIONS.values()}
    assert {name for rung in LADDER.rungs for name in rung.changes} <= known


def test_an_older_answer_remembers_what_the_newer_one_left_out() -> None:
    shown = {"flavor": Remembering({"vcpus": 1}, {"id": "1", "links": []}), "tags": [], "description": None}
    body = {"server": {**shown, "hostname": "web"}}

    lowered = LADDER.lower("get_server", Version(2, 18), body)

    assert lowered == {"server": {"flavor": {"id": "1", "links": []}, "hostname": "web"}}
