"""What every driver of hosts promises: services/compute/driver.py, held to its words."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from haneul.hostapi import DiskSpec, Event, GuestReport, GuestSpec, Power, VolumeDisk, VolumePlace
from haneul.kit.errors import Conflict, Invalid, NotFound, Unavailable
from haneul.services.compute.driver import ConsoleStream
from tests.drivers.compute.bench import Bench, until
from tests.drivers.compute.specs import SERVER, Wanted, disk_spec, guest_spec, image_source


def settled(bench: Bench, spec: GuestSpec) -> GuestReport:
    def ask() -> GuestReport | None:
        report = bench.hosts.ensure_guest(bench.host_id, spec)
        return report if report.is_settled else None

    return until(bench, ask)


def make_disk(bench: Bench, spec: DiskSpec | None = None) -> None:
    wanted = spec or disk_spec()
    until(bench, lambda: bench.hosts.ensure_disk(bench.host_id, wanted).is_ready)


def make_guest(bench: Bench, wanted: Wanted | None = None) -> GuestReport:
    make_disk(bench)
    return settled(bench, guest_spec(wanted))


def test_an_empty_disk_is_ready_at_once(bench: Bench) -> None:
    assert bench.hosts.ensure_disk(bench.host_id, disk_spec()).is_ready


def test_a_disk_from_an_image_becomes_ready_and_says_so(bench: Bench) -> None:
    spec = disk_spec(image=image_source())

    first = bench.hosts.ensure_disk(bench.host_id, spec)

    assert (first.is_ready, first.total_bytes) == (False, image_source().size_bytes)
    until(bench, lambda: (bench.host_id, Event("disk_ready", SERVER)) in bench.events)
    assert bench.hosts.ensure_disk(bench.host_id, spec).is_ready


def test_an_image_is_fetched_before_any_disk_wants_it(bench: Bench) -> None:
    first = bench.hosts.ensure_base(bench.host_id, image_source(), "waiter")

    assert (first.is_ready, first.disk_id) == (False, "waiter")
    until(bench, lambda: (bench.host_id, Event("disk_ready", "waiter")) in bench.events)
    assert bench.hosts.ensure_base(bench.host_id, image_source(), "waiter").is_ready
    assert bench.hosts.ensure_disk(bench.host_id, disk_spec(image=image_source())).is_ready


def test_an_image_larger_than_its_disk_is_refused(bench: Bench) -> None:
    spec = disk_spec(image=image_source())
    huge = DiskSpec(spec.disk_id, 1, type(image_source())("i", "0" * 128, 2 * 1024**3, "raw"))

    with pytest.raises(Invalid) as refusal:
        bench.hosts.ensure_disk(bench.host_id, huge)

    assert refusal.value.code == "disk.too_small"


def test_removing_a_disk_twice_is_fine(bench: Bench) -> None:
    make_disk(bench)

    bench.hosts.remove_disk(bench.host_id, SERVER)
    bench.hosts.remove_disk(bench.host_id, SERVER)

    assert bench.hosts.list_leftovers(bench.host_id).disks == ()


def test_a_disk_in_use_is_not_removed(bench: Bench) -> None:
    make_guest(bench)

    with pytest.raises(Conflict) as refusal:
        bench.hosts.remove_disk(bench.host_id, SERVER)

    assert refusal.value.code == "disk.in_use"


def test_a_guest_without_its_disk_is_refused(bench: Bench) -> None:
    with pytest.raises(Conflict) as refusal:
        bench.hosts.ensure_guest(bench.host_id, guest_spec())

    assert refusal.value.code == "guest.disk_missing"


def test_a_guest_is_started_once_however_often_it_is_asked_for(bench: Bench) -> None:
    first = make_guest(bench)
    again = bench.hosts.ensure_guest(bench.host_id, guest_spec())

    assert first == again
    assert (again.power, again.is_settled) == (Power.RUNNING, True)
    assert bench.hosts.list_leftovers(bench.host_id).guests == (SERVER,)


def test_a_guest_can_be_made_without_being_started(bench: Bench) -> None:
    assert make_guest(bench, Wanted(power=Power.STOPPED)).power is Power.STOPPED


def test_a_guest_that_nobody_knows_is_absent(bench: Bench) -> None:
    assert bench.hosts.get_guest(bench.host_id, SERVER) == GuestReport(SERVER, Power.ABSENT, True)


def test_a_guest_is_stopped_and_started_again(bench: Bench) -> None:
    make_guest(bench)

    assert settled(bench, guest_spec(Wanted(power=Power.STOPPED))).power is Power.STOPPED
    assert bench.hosts.get_guest(bench.host_id, SERVER).power is Power.STOPPED
    assert settled(bench, guest_spec()).power is Power.RUNNING


@pytest.mark.parametrize("power", [Power.STOPPED, Power.CRASHED])
def test_a_guest_that_goes_off_by_itself_is_left_so(bench: Bench, power: Power) -> None:
    make_guest(bench)

    bench.switch_off(SERVER, power)

    report = bench.hosts.get_guest(bench.host_id, SERVER)
    assert (report.power, report.is_settled) == (power, True)


def test_a_guest_is_paused_and_goes_on(bench: Bench) -> None:
    make_guest(bench)

    assert settled(bench, guest_spec(Wanted(power=Power.PAUSED))).power is Power.PAUSED
    assert settled(bench, guest_spec()).power is Power.RUNNING


@pytest.mark.parametrize("is_hard", [False, True])
def test_a_reboot_ends_with_a_running_guest(bench: Bench, is_hard: bool) -> None:
    make_guest(bench)

    assert settled(bench, guest_spec(Wanted(reboots=1, is_hard=is_hard))).power is Power.RUNNING


def test_a_guest_that_goes_off_by_itself_is_seen_and_stays_off(bench: Bench) -> None:
    make_guest(bench)

    bench.switch_off(SERVER, Power.STOPPED)

    until(bench, lambda: bench.hosts.get_guest(bench.host_id, SERVER).power is Power.STOPPED)
    until(bench, lambda: (bench.host_id, Event("guest_changed", SERVER)) in bench.events)


def test_a_guest_that_crashed_is_started_by_asking_again(bench: Bench) -> None:
    make_guest(bench)
    bench.switch_off(SERVER, Power.CRASHED)
    until(bench, lambda: bench.hosts.get_guest(bench.host_id, SERVER).power is Power.CRASHED)

    assert settled(bench, guest_spec()).power is Power.RUNNING


OLD, NEW = VolumePlace("directory", "old"), VolumePlace("directory", "new")


def make_guest_with_a_volume(bench: Bench, power: Power = Power.RUNNING) -> GuestSpec:
    for place in (OLD, NEW):
        bench.make_volume(place)
    make_disk(bench)
    spec = replace(guest_spec(Wanted(power=power)), volumes=(VolumeDisk(OLD, "vdb"),))
    settled(bench, spec)
    return spec


def test_a_volume_of_a_running_guest_is_exchanged(bench: Bench) -> None:
    spec = make_guest_with_a_volume(bench)
    assert not bench.hosts.keep_volume(bench.host_id, SERVER, OLD, NEW).is_ready

    until(bench, lambda: bench.hosts.swap_volume(bench.host_id, SERVER, OLD, NEW).is_ready)

    assert bench.hosts.swap_volume(bench.host_id, SERVER, OLD, NEW).is_ready
    assert bench.hosts.keep_volume(bench.host_id, SERVER, OLD, NEW).is_ready
    assert settled(bench, replace(spec, volumes=(VolumeDisk(NEW, "vdb"),))).power is Power.RUNNING


def test_a_volume_of_a_guest_that_is_off_is_not_exchanged(bench: Bench) -> None:
    make_guest_with_a_volume(bench, Power.STOPPED)

    with pytest.raises(Conflict) as refusal:
        bench.hosts.swap_volume(bench.host_id, SERVER, OLD, NEW)

    assert refusal.value.code == "guest.not_running"


def test_a_volume_that_the_guest_has_not_is_not_exchanged(bench: Bench) -> None:
    make_guest_with_a_volume(bench)

    with pytest.raises(NotFound) as refusal:
        bench.hosts.swap_volume(bench.host_id, SERVER, replace(OLD, volume_id="nothing"), NEW)

    assert refusal.value.code == "volume.no_source"


def test_removing_a_guest_leaves_only_its_disk(bench: Bench) -> None:
    make_guest(bench)

    bench.hosts.remove_guest(bench.host_id, SERVER)
    report = bench.hosts.remove_guest(bench.host_id, SERVER)

    left = bench.hosts.list_leftovers(bench.host_id)
    assert (report.power, left.guests, left.ports, left.disks) == (Power.ABSENT, (), (), (SERVER,))


def test_the_console_log_is_that_of_the_guest(bench: Bench) -> None:
    make_guest(bench)

    whole = bench.hosts.read_console_log(bench.host_id, SERVER)
    last = bench.hosts.read_console_log(bench.host_id, SERVER, lines=1)

    assert "web" in whole.text
    assert whole.text.endswith(last.text)
    assert len(last.text.splitlines()) == 1


def test_the_console_log_of_no_guest_is_not_found(bench: Bench) -> None:
    with pytest.raises(NotFound) as refusal:
        bench.hosts.read_console_log(bench.host_id, SERVER)

    assert refusal.value.code == "guest.absent"


@pytest.mark.parametrize(("kind", "greeting"), [("vnc", b"RFB 003.008\n"), ("serial", b"login: ")])
def test_a_console_speaks_until_the_guest_is_gone(bench: Bench, kind: str, greeting: bytes) -> None:
    make_guest(bench)

    async def talk() -> None:
        console = bench.hosts.open_console(bench.host_id, SERVER, kind)
        assert await _hear(console, greeting)
        if kind == "serial":
            await console.send(b"root")
            assert await _hear(console, b"root")
        await asyncio.to_thread(bench.hosts.remove_guest, bench.host_id, SERVER)
        while await console.receive():
            pass
        await console.close()

    asyncio.run(asyncio.wait_for(talk(), 20))


async def _hear(console: ConsoleStream, wanted: bytes) -> bool:
    heard = b""
    while wanted not in heard:
        piece = await console.receive()
        if not piece:
            return False
        heard += piece
    return True


def test_a_running_guest_tells_what_it_uses(bench: Bench) -> None:
    make_guest(bench)
    spec = guest_spec()

    usage = bench.hosts.get_usage(bench.host_id, SERVER)

    assert (len(usage.cpu_times_ns), usage.memory_mib) == (spec.vcpus, spec.memory_mib)
    assert [nic.mac for nic in usage.nics] == [nic.mac for nic in spec.nics]
    assert [disk.device for disk in usage.disks] == ["vda"]
    settled(bench, replace(spec, power=Power.STOPPED, stop_timeout_s=0))
    with pytest.raises(Conflict):
        bench.hosts.get_usage(bench.host_id, SERVER)


def test_a_guest_that_is_off_has_no_console_to_open(bench: Bench) -> None:
    make_guest(bench)
    settled(bench, replace(guest_spec(), power=Power.STOPPED, stop_timeout_s=0))

    with pytest.raises(Conflict) as refusal:
        bench.hosts.open_console(bench.host_id, SERVER, "vnc")

    assert refusal.value.code == "guest.not_running"


def test_only_a_running_guest_has_a_console(bench: Bench) -> None:
    make_guest(bench)
    assert bench.hosts.get_console(bench.host_id, SERVER, "vnc").server_id == SERVER
    settled(bench, guest_spec(Wanted(power=Power.STOPPED)))

    with pytest.raises(Conflict) as refusal:
        bench.hosts.get_console(bench.host_id, SERVER, "vnc")

    assert refusal.value.code == "guest.not_running"


def test_a_guest_that_posted_no_password_has_none(bench: Bench) -> None:
    make_guest(bench)

    assert bench.hosts.read_password(bench.host_id, SERVER) == ""


def test_what_a_guest_is_told_changes_without_touching_it(bench: Bench) -> None:
    make_guest(bench)
    told = guest_spec(Wanted()).metadata

    bench.hosts.tell_guest(bench.host_id, SERVER, replace(told, ec2={"public-ipv4": "203.0.113.7"}))

    assert bench.hosts.get_guest(bench.host_id, SERVER).power is Power.RUNNING
    with pytest.raises(NotFound):
        bench.hosts.tell_guest(bench.host_id, "nobody", told)


def test_a_card_is_guarded_otherwise_while_the_guest_runs(bench: Bench) -> None:
    make_guest(bench)
    spec = guest_spec(Wanted())
    opened = tuple(replace(nic, has_port_security=False) for nic in spec.nics)
    until(bench, lambda: bench.is_guarded(opened[0].port_id))

    bench.hosts.tell_guest(bench.host_id, SERVER, spec.metadata, (*opened, replace(opened[0], port_id="stranger")))
    bench.hosts.tell_guest(bench.host_id, SERVER, spec.metadata)

    assert bench.hosts.get_guest(bench.host_id, SERVER).power is Power.RUNNING
    assert not bench.is_guarded(opened[0].port_id)


def test_a_connected_host_is_known_by_its_inventory(bench: Bench) -> None:
    (inventory,) = bench.hosts.connected()

    assert inventory.host_id == bench.host_id
    assert inventory.vcpus > 0


def test_whoever_asks_for_news_late_still_hears_of_connected_hosts(bench: Bench) -> None:
    heard = []

    bench.hosts.on_inventory(heard.append)

    until(bench, lambda: [inventory.host_id for inventory in heard] == [bench.host_id])


def test_a_host_that_is_away_is_unavailable(bench: Bench) -> None:
    gone: list[str] = []
    bench.hosts.on_away(gone.append)

    bench.take_away()

    until(bench, lambda: bench.host_id in gone)
    assert bench.hosts.connected() == ()
    with pytest.raises(Unavailable) as refusal:
        bench.hosts.get_guest(bench.host_id, SERVER)
    assert refusal.value.code == "host.away"


def test_a_forgotten_host_is_hung_up_on(bench: Bench) -> None:
    bench.hosts.forget(bench.host_id)

    until(bench, lambda: bench.hosts.connected() == ())


def test_a_port_in_use_is_not_removed_and_one_of_nobody_may_be(bench: Bench) -> None:
    make_guest(bench)

    with pytest.raises(Conflict) as refusal:
        bench.hosts.remove_port(bench.host_id, guest_spec().nics[0].port_id)
    bench.hosts.remove_port(bench.host_id, "4711")

    assert refusal.value.code == "port.in_use"
    assert bench.hosts.list_leftovers(bench.host_id).ports == (guest_spec().nics[0].port_id,)
