"""What differs between what is written and hosts: told, mended where it can be, never judged unseen."""

from __future__ import annotations

from haneul.kit.drift import Difference, Parting
from haneul.services.placement import ConsumerId
from tests.stories.compute.conftest import DEMO, Bench


def told(bench: Bench) -> list[tuple[str, str, str]]:
    return [(each.parting.value, each.what, each.id) for each in bench.face.drift().differences]


def only(bench: Bench) -> Difference:
    (difference,) = bench.face.drift().differences
    return difference


def test_where_all_is_as_written_nothing_is_told(bench: Bench) -> None:
    bench.make()

    drift = bench.face.drift()

    assert (list(drift.differences), list(drift.unseen)) == ([], [])


def test_a_guest_that_is_gone_is_told(bench: Bench) -> None:
    server = bench.make().server
    bench.world.hosts[server.host_id or ""].guests.clear()

    assert (Parting.MISSING, "guest", server.id) in {(e.parting, e.what, e.id) for e in bench.face.drift().differences}


def test_a_disk_that_is_gone_is_told_and_that_nothing_brings_it_back(bench: Bench) -> None:
    server = bench.make().server
    bench.world.hosts[server.host_id or ""].disks.clear()

    found = only(bench)

    assert (found.what, found.id, found.place, found.name) == ("disk", server.id, server.host_id, "web")
    assert found.loop == "" and "rebuild" in found.remedy


def test_a_guest_of_nobody_is_told_and_removed_by_then(bench: Bench) -> None:
    server = bench.make().server
    host = bench.world.hosts[server.host_id or ""]
    kept = dict(host.guests), dict(host.disks)
    bench.face.servers.delete(DEMO, server.id)
    bench.work()
    host.guests, host.disks = kept

    found = bench.face.drift().differences
    assert {(each.parting, each.what) for each in found} == {
        (Parting.LEFT_OVER, "guest"),
        (Parting.LEFT_OVER, "disk"),
    }
    bench.loop("compute.leftovers")
    bench.clock.move(bench.face.parts.tuning.leftover_grace_s)
    bench.loop("compute.leftovers")
    bench.loop("compute.leftovers")
    assert found[0].loop == "compute.leftovers" and found[0].within_s >= bench.face.parts.tuning.leftover_grace_s
    assert told(bench) == [] and bench.world.leftovers() == []


def test_a_claim_of_nobody_and_a_server_without_one_are_told(bench: Bench) -> None:
    server = bench.make().server
    claims = bench.placement.claims
    claims.release(ConsumerId(server.id))
    claims.claim(ConsumerId("nobody"), server.host_id, {"VCPU": 1}, "demo", "user")  # type: ignore[arg-type]

    assert told(bench) == [("left_over", "claim", "nobody"), ("missing", "claim", server.id)]


def test_of_a_host_that_is_away_nothing_is_said_but_that(bench: Bench) -> None:
    server = bench.make().server
    bench.world.hosts[server.host_id or ""].guests.clear()
    bench.world.take_away(server.host_id or "")

    drift = bench.face.drift()

    assert [(each.parting, each.what, each.id) for each in drift.differences] == [
        (Parting.AWAY, "agent", server.host_id)
    ]
    assert [each.place for each in drift.unseen] == [server.host_id]


def test_a_server_that_somebody_is_at_work_on_is_left_for_another_time(bench: Bench) -> None:
    server = bench.make().server
    bench.world.hosts[server.host_id or ""].guests.clear()
    bench.face.servers.reboot(DEMO, server.id, is_hard=True)

    assert told(bench) == []
