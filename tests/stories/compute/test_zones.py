"""Aggregates and zones: where servers may go, and why one found no place."""

from __future__ import annotations

import pytest

from haneul.kit.errors import Conflict, Forbidden, Invalid, NotFound
from haneul.services.compute import Aggregate, AggregateChanges, Flavor, ServerView
from tests.stories.compute.conftest import ADMIN, DEMO, Bench


def _aggregate(bench: Bench, name: str, *hosts: str, zone: str | None = None, **metadata: str) -> Aggregate:
    made = bench.face.aggregates.create(ADMIN, name, zone)
    if metadata:
        bench.face.aggregates.set_metadata(ADMIN, made.number, metadata)
    for host in hosts:
        bench.face.aggregates.add_host(ADMIN, made.number, host)
    return bench.face.aggregates.get(ADMIN, made.number)


def _host(view: ServerView) -> str | None:
    return view.host.name if view.host else None


def _fault(view: ServerView) -> tuple[str, str]:
    assert view.server.fault is not None
    return view.server.fault.message, view.server.fault.details


def test_a_server_goes_to_the_zone_it_asks_for(bench: Bench) -> None:
    _aggregate(bench, "north", "fake-2", zone="north")

    for _ in range(3):
        view = bench.make(zone="north")
        assert (_host(view), view.zone) == ("fake-2", "north")
    assert {_host(bench.make(zone="nova")) for _ in range(3)} == {"fake-1"}
    assert [(zone.name, zone.is_available) for zone in bench.face.zones.list(DEMO)] == [("north", True), ("nova", True)]


def test_a_zone_that_is_not_there_is_refused(bench: Bench) -> None:
    with pytest.raises(Invalid, match="availability zone is not available: south"):
        bench.ask(zone="south")


def test_a_zone_whose_hosts_are_all_disabled_is_not_available(bench: Bench) -> None:
    _aggregate(bench, "north", "fake-2", zone="north")
    host = next(host for host in bench.face.hosts.list(ADMIN) if host.name == "fake-2")
    bench.face.hosts.disable(ADMIN, host.id, "repair")

    assert {zone.name: zone.is_available for zone in bench.face.zones.list(DEMO)} == {"north": False, "nova": True}
    with pytest.raises(Invalid, match="not available"):
        bench.ask(zone="north")


def test_a_full_zone_tells_the_owner_and_the_administrator_why(bench: Bench) -> None:
    _aggregate(bench, "north", "fake-2", zone="north")

    message, details = _fault(bench.make(zone="north", flavor_id="huge"))

    assert "outside of zone north or with less than 64 VCPU free" in message
    assert "fake" not in message
    assert "Of 2: 1 outside of the zone north, 1 with less than 64 VCPU free." in details
    assert "Nearest: fake-2 has room for 16 VCPU instead of 64." in details


def test_a_flavor_goes_where_its_extra_specs_point(bench: Bench) -> None:
    _aggregate(bench, "fast", "fake-1", ssd="true, nvme")
    specs = {"aggregate_instance_extra_specs:ssd": "<or> nvme <or> optane"}
    bench.face.flavors.create(ADMIN, Flavor("fast", "fast", 1, 512, 1, extra_specs=specs))

    assert {_host(bench.make(flavor_id="fast")) for _ in range(3)} == {"fake-1"}


def test_extra_specs_that_no_aggregate_meets_leave_no_host(bench: Bench) -> None:
    specs = {"aggregate_instance_extra_specs:gpu": "true", "hw:cpu_policy": "shared", "note": "free text"}
    bench.face.flavors.create(ADMIN, Flavor("gpu", "gpu", 1, 512, 1, extra_specs=specs))

    message, details = _fault(bench.make(flavor_id="gpu"))

    assert "other than the flavor is made for" in message
    assert "2 in no aggregate with gpu true" in details


def test_placement_knows_who_belongs_where(bench: Bench) -> None:
    made = _aggregate(bench, "north", "fake-2", zone="north")
    host_id = next(iter(made.host_names_by_id))

    known = bench.placement.provider_aggregates.get(ADMIN, host_id)  # type: ignore[arg-type]
    assert known.names == (made.id,)
    bench.face.aggregates.remove_host(ADMIN, made.number, "fake-2")
    assert bench.placement.provider_aggregates.get(ADMIN, host_id).names == ()  # type: ignore[arg-type]


def test_a_host_is_in_one_zone_only(bench: Bench) -> None:
    _aggregate(bench, "north", "fake-2", zone="north")
    south = _aggregate(bench, "south", zone="south")
    plain = _aggregate(bench, "plain", "fake-2")

    with pytest.raises(Conflict, match="already in availability zone north"):
        bench.face.aggregates.add_host(ADMIN, south.number, "fake-2")
    with pytest.raises(Invalid, match="already in availability zone north"):
        bench.face.aggregates.update(ADMIN, plain.number, AggregateChanges(zone="south"))
    bench.face.aggregates.update(ADMIN, plain.number, AggregateChanges(zone="north"))


def test_a_host_with_servers_does_not_change_its_zone(bench: Bench) -> None:
    name = _host(bench.make())
    assert name is not None
    north = _aggregate(bench, "north", zone="north")

    with pytest.raises(Conflict, match="contains instances"):
        bench.face.aggregates.add_host(ADMIN, north.number, name)
    _aggregate(bench, "plain", name, ssd="true")


def test_an_aggregate_with_hosts_stays(bench: Bench) -> None:
    made = _aggregate(bench, "plain", "fake-1")

    with pytest.raises(Invalid, match="not empty"):
        bench.face.aggregates.remove(ADMIN, made.number)
    bench.face.aggregates.remove_host(ADMIN, made.number, "fake-1")
    bench.face.aggregates.remove(ADMIN, made.number)
    with pytest.raises(NotFound):
        bench.face.aggregates.get(ADMIN, made.number)


def test_aggregates_are_for_administrators(bench: Bench) -> None:
    with pytest.raises(Forbidden):
        bench.face.aggregates.list(DEMO)
    with pytest.raises(Forbidden):
        bench.face.aggregates.create(DEMO, "mine")


def test_a_hint_keeps_servers_together_or_apart(bench: Bench) -> None:
    first = bench.make()

    near = bench.make(scheduler_hints={"same_host": [first.server.id]})
    apart = bench.make(scheduler_hints={"different_host": first.server.id})

    assert near.server.host_id == first.server.host_id
    assert apart.server.host_id not in (None, first.server.host_id)
    message, details = _fault(
        bench.make(scheduler_hints={"different_host": [first.server.id, apart.server.id]}),
    )
    assert "against the scheduler hint different_host" in message
    assert "2 against the scheduler hint different_host" in details


def test_a_hint_may_ask_for_what_a_host_has(bench: Bench) -> None:
    query = '["and", [">=", "$free_ram_mb", 1024], ["=", "$hypervisor_hostname", "fake-2"]]'

    assert {_host(bench.make(scheduler_hints={"query": query})) for _ in range(3)} == {"fake-2"}
    with pytest.raises(Invalid, match="no operator"):
        bench.ask(scheduler_hints={"query": '["~", 1, 2]'})


def test_a_hint_may_ask_for_a_host_near_an_address(bench: Bench) -> None:
    hosts = bench.face.hosts.list(ADMIN)
    assert hosts[1].inventory is not None
    hints = {"build_near_host_ip": hosts[1].inventory.address, "cidr": "/32"}

    assert {_host(bench.make(scheduler_hints=hints)) for _ in range(3)} == {hosts[1].name}
    with pytest.raises(Invalid, match="name no network"):
        bench.ask(scheduler_hints={"build_near_host_ip": "10.0.0.1", "cidr": "/99"})


def test_the_hosts_of_an_aggregate_fetch_images_ahead(bench: Bench) -> None:
    bench.world.fetch_s = 40.0
    made = _aggregate(bench, "north", "fake-1", "fake-2")

    bench.face.aggregates.cache_images(ADMIN, made.number, [bench.image_id])
    bench.face.aggregates.cache_images(ADMIN, made.number, [bench.image_id])
    bench.work()

    assert all(len(host.bases) == 1 for host in bench.world.hosts.values())
    before = bench.clock.monotonic()
    bench.make()
    assert bench.clock.monotonic() - before < 40


def test_only_images_that_are_there_are_fetched(bench: Bench) -> None:
    made = _aggregate(bench, "north", "fake-1")

    with pytest.raises(Invalid):
        bench.face.aggregates.cache_images(ADMIN, made.number, ["5d1e3d0c-0000-4000-8000-000000000000"])
    with pytest.raises(Forbidden):
        bench.face.aggregates.cache_images(DEMO, made.number, [bench.image_id])
