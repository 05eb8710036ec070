"""Servers are built, and what becomes of those that cannot be."""

from __future__ import annotations

import pytest

from haneul.kit.errors import Conflict, Invalid, OverQuota, Unavailable
from haneul.kit.workflow import Outcome
from haneul.services.compute import Networks, QuotaKey, ServerState, WantedNic
from haneul.services.network import NewPort
from tests.stories.compute.conftest import ADMIN, DEMO, OTHER, Bench


def test_a_server_is_built_on_a_host_with_its_port_and_disk(bench: Bench) -> None:
    view = bench.make("web")

    host, guest = bench.world.find_guest(view.server.id)
    assert view.server.state is ServerState.ACTIVE
    assert view.server.host_id == host.host_id
    assert [address.network_name for address in view.addresses] == ["net"]
    assert guest.spec.nics[0].fixed_ips == (view.addresses[0].address,)
    assert list(host.disks) == [view.server.id]
    assert view.security_groups == ("default",)
    assert bench.leftovers() == []


def test_a_full_cloud_says_so(bench: Bench) -> None:
    view = bench.make("big", flavor_id="huge")

    assert view.server.state is ServerState.ERROR
    assert view.server.fault is not None
    assert view.server.fault.code == "placement.no_host"
    assert view.server.fault.message == (
        "No valid host was found. There are only hosts with less than 64 VCPU free: choose another flavor or try later."
    )
    assert "fake-" not in view.server.fault.message
    assert "Of 2: 2 with less than 64 VCPU free" in view.server.fault.details
    assert bench.ports() == []
    assert bench.leftovers() == []


def test_a_server_in_error_can_be_deleted(bench: Bench) -> None:
    view = bench.make("big", flavor_id="huge")

    bench.face.servers.delete(DEMO, view.server.id)
    bench.work()

    assert bench.names() == []
    assert bench.leftovers() == []


def test_twenty_at_once_all_become_active_and_leave_nothing(bench: Bench) -> None:
    made = bench.face.servers.create(DEMO, bench.wish("many", min_count=20, max_count=20)).servers
    bench.work()

    assert {bench.see(server.id).server.state for server in made} == {ServerState.ACTIVE}
    assert sorted(bench.names()) == sorted(f"many-{number}" for number in range(1, 21))

    for server in made:
        bench.face.servers.delete(DEMO, server.id)
    bench.work()

    assert bench.names() == []
    assert bench.ports() == []
    assert bench.world.leftovers() == []
    assert bench.placement.claims.list() == []
    assert bench.leftovers() == []


def test_deleting_a_server_that_is_being_built_cancels_the_building(bench: Bench) -> None:
    bench.world.fetch_s = 60
    server = bench.ask("web")
    bench.engine.run_due()
    assert bench.runs.current(server.id).step == "root_disk_ready"  # type: ignore[union-attr]

    bench.face.servers.delete(DEMO, server.id)
    bench.work()

    outcomes = {run.kind: run.outcome for run in bench.runs.history(server.id)}
    assert outcomes == {"create_server": Outcome.CANCELLED, "delete_server": Outcome.DONE}
    assert bench.names() == []
    assert bench.leftovers() == []


def test_a_guest_that_cannot_start_leaves_an_error_and_nothing_else(bench: Bench) -> None:
    bench.world.fail_next("ensure_guest", Conflict("guest.refused", "The hypervisor refuses it"))

    view = bench.make("web")

    assert view.server.state is ServerState.ERROR
    assert view.server.fault is not None
    assert view.server.fault.message == "The hypervisor refuses it"
    assert view.server.host_id is None
    assert bench.world.leftovers() == []
    assert bench.leftovers() == []


def test_a_host_that_goes_away_for_a_while_only_delays(bench: Bench) -> None:
    bench.world.fail_next("ensure_disk", Unavailable("host.away", "The host is away"), times=3)

    assert bench.make("web").server.state is ServerState.ACTIVE


def test_servers_go_only_to_hosts_that_take_new_ones(bench: Bench) -> None:
    first, second = bench.face.hosts.list(ADMIN)
    bench.face.hosts.disable(ADMIN, first.id, "repair")

    hosts = {bench.make(f"web{number}").server.host_id for number in range(4)}

    assert hosts == {second.id}


def test_an_administrator_chooses_the_host(bench: Bench) -> None:
    second = bench.face.hosts.list(ADMIN)[1]

    view = bench.make("web", caller=ADMIN, zone=f"nova:{second.name}", networks=Networks.NONE)

    assert view.server.host_id == second.id


def test_a_port_that_was_there_before_stays_when_its_server_goes(bench: Bench) -> None:
    port = bench.network.ports.create(DEMO, NewPort(bench.net.id, name="mine"))
    view = bench.make("web", networks=(WantedNic(port_id=port.id), WantedNic(network_id=bench.net.id)))
    assert next(nic.port_id for nic in bench.world.find_guest(view.server.id)[1].spec.nics) == port.id

    bench.face.servers.delete(DEMO, view.server.id)
    bench.work()

    assert [port.name for port in bench.ports()] == ["mine"]
    assert bench.ports()[0].device_id == ""


def test_a_port_in_use_is_refused(bench: Bench) -> None:
    bench.make("first")
    port = bench.ports()[0]

    with pytest.raises(Conflict, match="still in use"):
        bench.ask("second", networks=(WantedNic(port_id=port.id),))


def test_a_fixed_address_is_the_servers(bench: Bench) -> None:
    view = bench.make("web", networks=(WantedNic(network_id=bench.net.id, fixed_ip="10.7.0.77"),))

    assert [address.address for address in view.addresses] == ["10.7.0.77"]
    with pytest.raises(Invalid, match="already in use"):
        bench.ask("web2", networks=(WantedNic(network_id=bench.net.id, fixed_ip="10.7.0.77"),))


def test_the_quota_is_kept_within_the_transaction_that_adds(bench: Bench) -> None:
    bench.face.quotas.set(ADMIN, "demo", {QuotaKey.INSTANCES: 2}, is_forced=False)

    made = bench.face.servers.create(DEMO, bench.wish("many", min_count=1, max_count=5)).servers

    assert len(made) == 2
    with pytest.raises(OverQuota, match="Requested 1, but already used 2 of 2 instances"):
        bench.ask("more")


def test_what_is_not_there_is_named(bench: Bench) -> None:
    with pytest.raises(Invalid, match="Flavor nope"):
        bench.ask(flavor_id="nope")
    with pytest.raises(Invalid, match="you have no keypair nope"):
        bench.ask(key_name="nope")
    with pytest.raises(Invalid, match="availability zone"):
        bench.ask(zone="mars")
    with pytest.raises(Invalid, match="requested image"):
        bench.ask(image_id="0a3a7bb1-6f1e-4a8b-9a3c-2f8d3c8b2f11")
    with pytest.raises(Invalid, match="valid base 64"):
        bench.ask(user_data="not base 64!")


def test_another_projects_network_is_not_there(bench: Bench) -> None:
    with pytest.raises(Invalid, match="could not be found"):
        bench.ask(caller=OTHER, networks=(WantedNic(network_id=bench.net.id),))


def test_a_port_that_does_not_come_up_in_time_is_an_error(bench: Bench) -> None:
    bench.networks.holds_ports_down = True

    view = bench.make("web")

    assert view.server.state is ServerState.ERROR
    assert bench.world.leftovers() == []
    assert bench.leftovers() == []


@pytest.mark.parametrize("act", ["stop", "reboot"])
def test_a_server_that_is_nowhere_cannot_be_run_and_says_so(bench: Bench, act: str) -> None:
    server = bench.make("big", flavor_id="huge").server
    assert (server.state, server.host_id) == (ServerState.ERROR, None)

    with pytest.raises(Conflict) as refused:
        if act == "stop":
            bench.face.servers.stop(DEMO, server.id)
        else:
            bench.face.servers.reboot(DEMO, server.id, is_hard=True)

    assert refused.value.code == "server.no_host" and bench.runs.unfinished() == []
