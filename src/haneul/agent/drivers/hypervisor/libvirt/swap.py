"""A disk of a running domain exchanged for another file: by libvirt's block copy, and its pivot once both are equal."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import libvirt

from haneul.agent.drivers.disk.base import DiskFile
from haneul.agent.drivers.hypervisor.libvirt.disks import find_disk
from haneul.agent.drivers.hypervisor.libvirt.domain_xml import add_disk
from haneul.kit.errors import Conflict, NotFound

_LOOK_EVERY_S = 0.2
_COPY = libvirt.VIR_DOMAIN_BLOCK_COPY_REUSE_EXT | libvirt.VIR_DOMAIN_BLOCK_COPY_TRANSIENT_JOB


def swap_disk(domain: Any, old: Path, new: DiskFile) -> None:
    """A copy that an earlier process has begun is gone on with."""
    pause, has_begun = threading.Event(), False
    while find_disk(domain, new.path) is None:
        element = find_disk(domain, old)
        mirror = None if element is None else element.find("mirror")
        if element is None and not has_begun:
            raise NotFound("volume.no_source", f"The guest has no disk {old}: it was pulled out")
        if element is not None and mirror is None and not has_begun and domain.isActive():
            domain.blockCopy(_target(element), _destination(new), None, _COPY)
        elif element is None or mirror is None or not domain.isActive():
            raise _failed(domain, old)
        elif not _is_to(mirror, new.path):
            domain.blockJobAbort(_target(element), 0)
        elif mirror.get("ready") == "yes":
            domain.blockJobAbort(_target(element), libvirt.VIR_DOMAIN_BLOCK_JOB_ABORT_PIVOT)
        has_begun = has_begun or mirror is None
        pause.wait(_LOOK_EVERY_S)
    _define(domain, new)


def give_up_swap(domain: Any, old: Path) -> None:
    element = find_disk(domain, old)
    if element is not None and element.find("mirror") is not None:
        domain.blockJobAbort(_target(element), 0)


def _define(domain: Any, new: DiskFile) -> None:
    """The domain has it too when it is started the next time."""
    holder = Element("devices")
    add_disk(holder, new, new.target, is_boot=False)
    disk = ElementTree.tostring(holder[0], encoding="unicode")
    domain.updateDeviceFlags(disk, libvirt.VIR_DOMAIN_AFFECT_CONFIG)


def _destination(new: DiskFile) -> str:
    disk = Element("disk", type="file")
    SubElement(disk, "driver", name="qemu", type=new.format)
    SubElement(disk, "source", file=str(new.path))
    return ElementTree.tostring(disk, encoding="unicode")


def _is_to(mirror: Element, path: Path) -> bool:
    source = mirror.find("source")
    return (mirror.get("file") if source is None else source.get("file")) == str(path)


def _target(element: Element) -> str:
    target = element.find("target")
    return "" if target is None else str(target.get("dev"))


def _failed(domain: Any, old: Path) -> Conflict:
    message = f"Look whether the host's disk is full: {old.stem} of {domain.name()} was not copied to its end"
    return Conflict("guest.swap_failed", message)
