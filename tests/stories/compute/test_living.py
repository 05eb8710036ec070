"""What is done to servers, and what they do by themselves."""

from __future__ import annotations

import json

import pytest

from haneul.hostapi import Power
from haneul.kit.errors import Conflict, Forbidden, NotFound
from haneul.kit.workflow import Moment, Point
from haneul.services.compute import InjectedFile, RebuildWish, ServerState, WantedNic
from tests.faults.drill import another_engine, settle
from tests.stories.compute.conftest import ADMIN, DEMO, OTHER, READER, Bench


def test_a_server_is_stopped_and_started(bench: Bench) -> None:
    server_id = bench.make().server.id

    bench.face.servers.stop(DEMO, server_id)
    bench.work()
    assert bench.see(server_id).server.state is ServerState.STOPPED
    assert bench.world.find_guest(server_id)[1].power is Power.STOPPED

    bench.face.servers.start(DEMO, server_id)
    bench.work()
    assert bench.see(server_id).server.state is ServerState.ACTIVE


def test_every_reboot_is_counted(bench: Bench) -> None:
    server_id = bench.make().server.id

    bench.face.servers.reboot(DEMO, server_id, is_hard=False)
    bench.work()
    bench.face.servers.reboot(DEMO, server_id, is_hard=True)
    bench.work()

    assert bench.world.find_guest(server_id)[1].reboots_done == 2
    assert bench.see(server_id).server.state is ServerState.ACTIVE


def test_a_hard_reboot_starts_what_is_stopped(bench: Bench) -> None:
    server_id = bench.make().server.id
    bench.face.servers.stop(DEMO, server_id)
    bench.work()

    bench.face.servers.reboot(DEMO, server_id, is_hard=True)
    bench.work()

    assert bench.see(server_id).server.state is ServerState.ACTIVE


def test_a_paused_server_goes_on(bench: Bench) -> None:
    server_id = bench.make().server.id

    bench.face.servers.pause(DEMO, server_id)
    bench.work()
    assert bench.see(server_id).server.state is ServerState.PAUSED

    bench.face.servers.unpause(DEMO, server_id)
    bench.work()
    assert bench.see(server_id).server.state is ServerState.ACTIVE


def test_a_server_is_rebuilt_with_its_address(bench: Bench) -> None:
    view = bench.make()
    old = bench.world.find_guest(view.server.id)[0].disks[view.server.id]

    bench.face.servers.rebuild(DEMO, view.server.id, RebuildWish(bench.image_id, {"name": "anew"}))
    bench.work()

    host, guest = bench.world.find_guest(view.server.id)
    assert bench.see(view.server.id).server.state is ServerState.ACTIVE
    assert guest.spec.name == "anew"
    assert host.disks[view.server.id] is not old
    assert bench.see(view.server.id).addresses == view.addresses
    assert bench.leftovers() == []


def test_what_the_state_forbids_is_refused_and_changes_nothing(bench: Bench) -> None:
    server_id = bench.make().server.id

    with pytest.raises(Conflict, match="Cannot 'start'"):
        bench.face.servers.start(DEMO, server_id)
    with pytest.raises(Conflict, match="Cannot 'unpause'"):
        bench.face.servers.unpause(DEMO, server_id)

    assert bench.see(server_id).server.state is ServerState.ACTIVE
    assert bench.runs.unfinished() == []


def test_one_thing_at_a_time_is_done_to_a_server(bench: Bench) -> None:
    server_id = bench.make().server.id
    bench.face.servers.stop(DEMO, server_id)

    with pytest.raises(Conflict, match="being worked on"):
        bench.face.servers.reboot(DEMO, server_id, is_hard=True)


def test_a_guest_that_switches_itself_off_is_seen(bench: Bench) -> None:
    server_id = bench.make().server.id

    bench.world.switch_off(server_id)
    bench.loop("compute.guests.told")

    assert bench.see(server_id).server.state is ServerState.STOPPED


def test_a_guest_that_died_unnoticed_is_found_by_the_sweep(bench: Bench) -> None:
    server_id = bench.make().server.id
    _host, guest = bench.world.find_guest(server_id)
    guest.power = guest.next_power = Power.CRASHED

    bench.loop("compute.guests")

    assert bench.see(server_id).server.state is ServerState.STOPPED


def test_a_locked_server_is_left_alone(bench: Bench) -> None:
    server_id = bench.make().server.id
    bench.face.servers.lock(DEMO, server_id, "important")

    with pytest.raises(Conflict, match="is locked"):
        bench.face.servers.delete(DEMO, server_id)
    bench.face.servers.unlock(DEMO, server_id)
    bench.face.servers.delete(DEMO, server_id)


def test_an_administrators_lock_is_not_the_owners_to_lift(bench: Bench) -> None:
    server_id = bench.make().server.id
    bench.face.servers.lock(ADMIN, server_id)

    with pytest.raises(Forbidden):
        bench.face.servers.unlock(DEMO, server_id)
    bench.face.servers.unlock(ADMIN, server_id)


def test_somebody_elses_server_is_not_there(bench: Bench) -> None:
    server_id = bench.make().server.id

    with pytest.raises(NotFound):
        bench.face.servers.get(OTHER, server_id)
    with pytest.raises(NotFound):
        bench.face.servers.delete(OTHER, server_id)
    with pytest.raises(Forbidden):
        bench.face.servers.delete(READER, server_id)


def test_a_card_is_plugged_and_pulled_while_it_runs(bench: Bench) -> None:
    server_id = bench.make().server.id

    made = bench.face.servers.attach_interface(DEMO, server_id, WantedNic(bench.net.id, tag="lan"))
    bench.work()
    spec = bench.world.find_guest(server_id)[1].spec
    assert len(spec.nics) == 2
    (told,) = json.loads(spec.metadata.meta_data)["devices"]
    assert (told["type"], told["mac"], told["tags"]) == ("nic", made.mac, ["lan"])
    tags = {each.mac: each.tag for each in bench.face.servers.interfaces(DEMO, server_id)}
    assert (len(tags), tags[made.mac]) == (2, "lan")

    bench.face.servers.detach_interface(DEMO, server_id, made.port_id)
    bench.work()
    spec = bench.world.find_guest(server_id)[1].spec
    assert len(spec.nics) == 1
    assert json.loads(spec.metadata.meta_data)["devices"] == []
    assert len(bench.ports()) == 1


def test_files_are_told_to_the_guest_and_a_rebuild_may_bring_others(bench: Bench) -> None:
    def told() -> tuple[list[str], list[bytes]]:
        metadata = bench.world.find_guest(server_id)[1].spec.metadata
        return [file["path"] for file in json.loads(metadata.meta_data)["files"]], list(metadata.content)

    server_id = bench.make(files=(InjectedFile("/etc/motd", "aGVsbG8="),)).server.id
    assert told() == (["/etc/motd"], [b"hello"])

    bench.face.servers.rebuild(DEMO, server_id, RebuildWish(bench.image_id, {}))
    bench.work()
    assert told() == (["/etc/motd"], [b"hello"])

    others = (InjectedFile("/a", "YQ=="), InjectedFile("/b", "Yg=="))
    bench.face.servers.rebuild(DEMO, server_id, RebuildWish(bench.image_id, {}, files=others))
    bench.work()
    assert told() == (["/a", "/b"], [b"a", b"b"])


def test_a_server_is_deleted_while_its_host_is_away_and_cleared_away_later(bench: Bench) -> None:
    view = bench.make()
    bench.world.take_away(view.server.host_id or "")

    bench.face.servers.delete(DEMO, view.server.id)
    bench.work()
    assert bench.names() == []

    bench.world.bring_back(view.server.host_id or "")
    assert bench.world.leftovers() != []
    bench.loop("compute.leftovers")
    bench.clock.move(61)
    bench.loop("compute.leftovers")
    bench.loop("compute.leftovers")

    assert bench.world.leftovers() == []
    assert bench.leftovers() == []


def test_a_deletion_waits_for_a_host_whose_connection_was_lost_just_now(bench: Bench) -> None:
    view = bench.make()
    bench.world.take_away(view.server.host_id or "")

    bench.face.servers.delete(DEMO, view.server.id)
    bench.engine.run_due()
    assert bench.names() == ["web"]

    bench.world.bring_back(view.server.host_id or "")
    bench.work()
    assert bench.names() == []
    assert bench.world.leftovers() == []


def test_nothing_young_is_cleared_away(bench: Bench) -> None:
    view = bench.make()
    bench.world.take_away(view.server.host_id or "")
    bench.face.servers.delete(DEMO, view.server.id)
    bench.work()
    bench.world.bring_back(view.server.host_id or "")

    bench.loop("compute.leftovers")

    assert bench.world.leftovers() != []


def test_a_host_that_is_not_heard_of_takes_no_servers(bench: Bench) -> None:
    for host in bench.face.hosts.list(ADMIN):
        bench.world.take_away(host.id)
    bench.clock.move(61)
    bench.look()

    view = bench.make()

    assert view.server.fault is not None
    assert view.server.fault.message == "No valid host was found. No host takes new servers now: try again later."


def test_a_host_that_leaves_takes_no_servers_from_then_on(bench: Bench) -> None:
    first, second = bench.face.hosts.list(ADMIN)
    bench.world.take_away(first.id)

    assert {bench.make(f"web{number}").server.host_id for number in range(3)} == {second.id}

    bench.world.bring_back(first.id)
    bench.world.take_away(second.id)
    assert bench.make("back").server.host_id == first.id


def test_a_server_whose_host_is_lost_while_it_is_built_says_so(bench: Bench) -> None:
    bench.world.fetch_s = 20
    server = bench.ask()
    bench.engine.run_due()
    bench.world.take_away(bench.see(server.id).server.host_id or "")

    bench.work()

    view = bench.see(server.id)
    assert view.server.state is ServerState.ERROR
    assert view.server.fault is not None
    assert view.server.fault.code == "host.lost"


def test_a_host_that_is_back_in_the_midst_of_a_deletion_does_not_make_it_fail(bench: Bench) -> None:
    view = bench.make()
    host_id = view.server.host_id or ""
    bench.world.take_away(host_id)
    bench.clock.move(61)

    def come_back(moment: Moment) -> None:
        if moment.point is Point.BEFORE_STEP and moment.step == "root_disk_gone":
            bench.world.bring_back(host_id)

    bench.face.servers.delete(DEMO, view.server.id)
    settle(bench, another_engine(bench, come_back))

    assert bench.names() == []
    assert bench.world.leftovers() == [] and bench.leftovers() == []
