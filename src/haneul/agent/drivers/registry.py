"""Names in the settings, and the drivers they stand for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from haneul.agent.drivers.disk.base import Disks
from haneul.agent.drivers.disk.fake import FakeDisks
from haneul.agent.drivers.hypervisor.base import Hypervisor
from haneul.agent.drivers.hypervisor.fake import FakeHypervisor
from haneul.agent.drivers.nic.base import Nics
from haneul.agent.drivers.nic.fake import FakeNics
from haneul.agent.drivers.volume.base import VolumeFiles
from haneul.agent.drivers.volume.fake import FakeVolumeFiles
from haneul.agent.settings import AgentSettings


@dataclass(frozen=True)
class Machine:
    """What the agent works on."""

    hypervisor: Hypervisor
    disks: Disks
    nics: Nics
    volumes: VolumeFiles


def machine_of(settings: AgentSettings) -> Machine:
    return Machine(_hypervisor(settings), _disks(settings), _nics(settings), _volumes(settings))


def _disks(settings: AgentSettings) -> Disks:
    if settings.disk == "fake":
        return FakeDisks()
    from haneul.agent.drivers.disk.qcow2 import Qcow2Disks

    return Qcow2Disks(settings.folder)


def _volumes(settings: AgentSettings) -> VolumeFiles:
    if settings.disk == "fake":
        return FakeVolumeFiles(tuple(settings.volumes))
    from haneul.agent.drivers.volume.directory import VolumeFolders

    own = settings.folder / "volumes"
    return VolumeFolders({name: Path(folder) if folder else own / name for name, folder in settings.volumes.items()})


def _nics(settings: AgentSettings) -> Nics:
    if settings.nic == "fake":
        return FakeNics()
    from haneul.agent.drivers.nic.ovs import OvsNics

    return OvsNics(settings.ovs_db, settings.bridge)


def _hypervisor(settings: AgentSettings) -> Hypervisor:
    if settings.hypervisor == "fake":
        return FakeHypervisor()
    from haneul.agent.drivers.hypervisor.libvirt import LibvirtHypervisor

    return LibvirtHypervisor(settings.libvirt_uri, settings.accelerator)
