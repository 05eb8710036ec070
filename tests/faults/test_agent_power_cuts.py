"""The power goes off at every single thing that the agent does to its machine; asked again, it finishes the work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from haneul.agent import verbs
from haneul.agent.copies import Copies
from haneul.agent.drivers.disk.fake import FakeDisks
from haneul.agent.drivers.hypervisor.fake import FakeHypervisor
from haneul.agent.drivers.nic.fake import FakeNics
from haneul.agent.drivers.volume.fake import FakeVolumeFiles
from haneul.agent.images import Images
from haneul.agent.journal import Journal
from haneul.agent.parts import Parts
from haneul.agent.verbs.ensure_guest import go_on
from haneul.hostapi import HostInventory, Leftovers, MetadataPort, Power
from haneul.kit.clock import SteppedClock
from tests.drivers.compute.specs import SERVER, Wanted, disk_spec, guest_spec

PORT = MetadataPort("md-port", "net-1", "fa:16:3e:00:00:02", ("10.0.0.2/24",))


class PowerCut(BaseException):
    """Nothing may catch it, as nothing catches a power cut."""


class Fuse:
    """Blows at the given touch of the machine, just before or just after it."""

    def __init__(self, touch: int, is_late: bool) -> None:
        self.left = touch
        self.is_late = is_late

    def guard(self, thing: Any) -> Any:
        return _Guarded(thing, self)

    def around(self, act: Callable[[], Any]) -> Any:
        self.left -= 1
        if self.left == 0 and not self.is_late:
            raise PowerCut
        result = act()
        if self.left == 0:
            raise PowerCut
        return result


class _Guarded:
    def __init__(self, thing: Any, fuse: Fuse) -> None:
        self._thing = thing
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._thing, name)
        return lambda *args, **kwargs: self._fuse.around(lambda: method(*args, **kwargs))


class BareService:
    """The metadata service's ports, without anybody who listens there."""

    def __init__(self, nics: Any) -> None:
        self._nics = nics

    def ensure(self, port: MetadataPort) -> None:
        self._nics.ensure_metadata(port)

    def remove(self, network_id: str) -> None:
        """Nobody listens."""


@dataclass(frozen=True)
class Host:
    """A machine that outlives its agents."""

    folder: Path
    hypervisor: FakeHypervisor
    disks: FakeDisks
    nics: FakeNics
    clock: SteppedClock

    def agent(self, fuse: Fuse | None = None) -> Parts:
        """A new agent over what the one before has left."""
        guard = fuse.guard if fuse else lambda thing: thing
        return Parts(
            journal=guard(Journal(self.folder / "journal")),
            hypervisor=guard(self.hypervisor),
            disks=guard(self.disks),
            nics=guard(self.nics),
            images=Images(self.disks, lambda image_id, offset, length: b"", lambda event: None),
            volumes=FakeVolumeFiles(),
            copies=Copies(lambda event: None),
            read_stream=lambda name, offset, length: b"",
            metadata=BareService(guard(self.nics)),
            consoles=NoConsoles(),
            clock=self.clock,
            inventory=_no_inventory,
            tell=lambda event: None,
            folder=self.folder,
        )


class NoConsoles:
    """Nobody looks at a guest here."""

    def open(self, address: str, stream: str) -> None:
        raise AssertionError("nobody opens a console")


def _no_inventory() -> HostInventory:
    raise AssertionError("nobody asks for it")


@pytest.fixture
def host(tmp_path: Path) -> Host:
    host = Host(tmp_path, FakeHypervisor(), FakeDisks(), FakeNics(), SteppedClock())
    verbs.ensure_disk(host.agent(), disk_spec())
    return host


def spec(wanted: Wanted | None = None) -> Any:
    plain = guest_spec(wanted)
    return replace(plain, nics=tuple(replace(nic, metadata=PORT) for nic in plain.nics))


Work = Callable[[Parts], Any]


def make(parts: Parts) -> None:
    assert verbs.ensure_guest(parts, spec()).is_settled


def stop(parts: Parts) -> None:
    assert verbs.ensure_guest(parts, spec(Wanted(power=Power.STOPPED))).is_settled


def reboot(parts: Parts) -> None:
    assert verbs.ensure_guest(parts, spec(Wanted(reboots=1))).is_settled


def reboot_hard(parts: Parts) -> None:
    assert verbs.ensure_guest(parts, spec(Wanted(reboots=1, is_hard=True))).is_settled


def remove(parts: Parts) -> None:
    assert verbs.remove_guest(parts, SERVER).power is Power.ABSENT


CASES: dict[str, tuple[tuple[Work, ...], Work, Power]] = {
    "make": ((), make, Power.RUNNING),
    "make again": ((make,), make, Power.RUNNING),
    "stop": ((make,), stop, Power.STOPPED),
    "start": ((make, stop), make, Power.RUNNING),
    "reboot": ((make,), reboot, Power.RUNNING),
    "reboot hard": ((make,), reboot_hard, Power.RUNNING),
    "remove": ((make,), remove, Power.ABSENT),
    "remove stopped": ((make, stop), remove, Power.ABSENT),
}


@pytest.mark.parametrize("is_late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("case", CASES)
def test_a_power_cut_at_every_touch_of_the_machine(host: Host, case: str, is_late: bool) -> None:
    before, work, power = CASES[case]
    for touch in range(1, 200):
        for step in before:
            step(host.agent())
        starts = host.hypervisor.starts

        is_over = not _is_cut(host, work, Fuse(touch, is_late))
        work(host.agent())

        _assert_right(host, power)
        if case.startswith("reboot"):
            assert host.hypervisor.starts == starts + 1, f"rebooted twice, cut at touch {touch}"
        remove(host.agent())
        assert verbs.list_leftovers(host.agent()) == Leftovers((), (SERVER,), (), (), present=(), plugged=())
        if is_over:
            return
    raise AssertionError("it touches the machine too often")


def _is_cut(host: Host, work: Work, fuse: Fuse) -> bool:
    try:
        work(host.agent(fuse))
    except PowerCut:
        return True
    return False


def _assert_right(host: Host, power: Power) -> None:
    assert host.hypervisor.find(SERVER) is power
    left = verbs.list_leftovers(host.agent())
    is_there = power is not Power.ABSENT
    assert (left.guests, left.disks) == ((SERVER,) if is_there else (), (SERVER,))
    assert (len(left.ports), len(left.metadata_networks)) == ((1, 1) if is_there else (0, 0))


@pytest.mark.parametrize("is_late", [False, True], ids=["before", "after"])
def test_a_guest_that_ignores_its_button_goes_off_in_time_whatever_is_cut(host: Host, is_late: bool) -> None:
    deaf = spec(Wanted(power=Power.STOPPED, stop_timeout_s=30))
    host.hypervisor.heeds_button = False
    for touch in range(1, 200):
        make(host.agent())
        is_over = not _is_cut(host, lambda parts: verbs.ensure_guest(parts, deaf), Fuse(touch, is_late))
        verbs.ensure_guest(host.agent(), deaf)

        host.clock.move(31)
        is_over &= not _is_cut(host, lambda parts: go_on(parts, SERVER), Fuse(touch, is_late))
        go_on(host.agent(), SERVER)

        assert verbs.get_guest(host.agent(), SERVER).is_settled
        _assert_right(host, Power.STOPPED)
        remove(host.agent())
        if is_over:
            return
    raise AssertionError("it touches the machine too often")
