"""What differs between what is written and hosts: told, mended where it can be, never judged unseen."""

from __future__ import annotations

from haneul.hostapi import Power
from haneul.kit.drift import Difference, Parting
from haneul.kit.errors import Conflict
from haneul.services.compute import ServerState
from haneul.services.compute.upkeep.leftovers import EVERY_S, find_orphans
from haneul.services.network import PortChanges
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


def gone_but_told(bench: Bench, **wanted: object) -> str:
    """A server whose guest somebody took away."""
    server = bench.make(**wanted).server  # type: ignore[arg-type]
    bench.world.hosts[server.host_id or ""].guests.clear()
    return str(server.id)


def mend(bench: Bench, looks: int = 2) -> None:
    for _ in range(looks):
        bench.loop("compute.mend")
        bench.work()
        bench.clock.move(EVERY_S)


def test_a_guest_that_is_gone_is_told_and_made_again(bench: Bench) -> None:
    server_id = gone_but_told(bench)

    found = only(bench)
    assert (found.parting, found.what, found.id) == (Parting.MISSING, "guest", server_id)
    assert (found.loop, found.within_s) == ("compute.mend", 60.0)

    mend(bench, looks=1)
    assert bench.world.hosts[found.place].guests == {}, "one look is no proof"
    mend(bench, looks=1)

    _, guest = bench.world.find_guest(server_id)
    assert (guest.power, told(bench)) == (Power.RUNNING, [])
    assert bench.see(server_id).server.state is ServerState.ACTIVE


def test_a_guest_of_a_stopped_server_is_made_again_and_stays_off(bench: Bench) -> None:
    server = bench.make().server
    bench.face.servers.stop(DEMO, server.id)
    bench.work()
    bench.world.hosts[server.host_id or ""].guests.clear()

    mend(bench)

    assert bench.world.find_guest(server.id)[1].power is Power.STOPPED
    assert bench.see(server.id).server.state is ServerState.STOPPED


def test_what_was_paused_is_told_and_left_to_its_owner(bench: Bench) -> None:
    server = bench.make().server
    bench.face.servers.pause(DEMO, server.id)
    bench.work()
    bench.world.hosts[server.host_id or ""].guests.clear()

    mend(bench)

    assert only(bench).loop == "" and "reboot" in only(bench).remedy


def test_a_guest_on_a_host_that_is_away_is_left_until_it_is_back(bench: Bench) -> None:
    server_id = gone_but_told(bench)
    host_id = bench.see(server_id).server.host_id or ""
    bench.world.take_away(host_id)
    mend(bench, looks=3)
    assert bench.runs.unfinished() == []

    bench.world.bring_back(host_id)
    mend(bench)

    assert told(bench) == []


def test_what_cannot_be_mended_is_tried_less_and_less_often(bench: Bench) -> None:
    server_id = gone_but_told(bench)
    tries = 0
    for _ in range(30):
        bench.world.fail_next("ensure_guest", Conflict("guest.refused", "The host does not want it."))
        before = len(bench.runs.history(server_id))
        mend(bench, looks=1)
        tries += len(bench.runs.history(server_id)) - before

    assert 3 <= tries <= 6, "after 30, 60, 120 and 240 seconds"


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
    assert {each.parting for each in found} == {Parting.LEFT_OVER}
    assert {each.what for each in found} == {"guest", "disk", "tap"}
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

    mend(bench)

    assert told(bench) == [("left_over", "claim", "nobody")]
    assert claims.find(ConsumerId(server.id)) is not None


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


def test_a_port_on_a_host_that_no_server_has_is_told_and_removed(bench: Bench) -> None:
    server = bench.make().server
    host = bench.world.hosts[server.host_id or ""]
    host.stray_ports.add("4711")

    found = only(bench)
    assert (found.parting, found.what, found.id, found.loop) == (
        Parting.LEFT_OVER,
        "tap",
        "4711",
        "compute.leftovers",
    )
    for _ in range(2):
        bench.loop("compute.leftovers")
        bench.clock.move(bench.face.parts.tuning.leftover_grace_s)

    assert host.stray_ports == set() and told(bench) == []
    assert bench.world.find_guest(server.id)[1].power is Power.RUNNING


def test_a_port_that_somebody_calls_another_keeps_its_device(bench: Bench) -> None:
    server = bench.make().server
    port = next(port for port in bench.ports() if port.device_id == server.id)

    bench.network.ports.update(DEMO, port.id, PortChanges(device_owner="compute:rack-7"))

    assert [orphan for orphan in find_orphans(bench.face.parts) if orphan.kind == "tap"] == []
