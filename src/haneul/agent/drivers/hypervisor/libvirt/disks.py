"""Volumes of a running domain: plugged in, pulled out, grown."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import libvirt

from haneul.agent.drivers.disk.base import DiskFile
from haneul.agent.drivers.hypervisor.libvirt.domain_xml import add_disk
from haneul.agent.drivers.hypervisor.libvirt.unplug import BOTH, detach
from haneul.kit.errors import NotFound


def set_volumes(domain: Any, own: tuple[DiskFile, ...], volumes: tuple[DiskFile, ...]) -> bool:
    """True once the running domain has just these beside its `own`; letting go takes the guest's consent.

    A domain that has not all of its own disks was defined for something else, and is left as it is.
    """
    kept, wanted = {str(disk.path) for disk in own}, {str(disk.path): disk for disk in volumes}
    there = _disks(domain)
    if not kept <= set(there):
        return True
    for path, element in there.items():
        if path not in wanted and path not in kept:
            detach(domain, element)
    for path, disk in wanted.items():
        if path not in there:
            holder = Element("devices")
            add_disk(holder, disk, disk.target, is_boot=False)
            domain.attachDeviceFlags(ElementTree.tostring(holder[0], encoding="unicode"), BOTH)
    return set(_disks(domain)) == kept | set(wanted)


def grow_disk(domain: Any, path: Path, size_bytes: int) -> None:
    domain.blockResize(_target(domain, path), size_bytes, libvirt.VIR_DOMAIN_BLOCK_RESIZE_BYTES)


def _disks(domain: Any) -> dict[str, Element]:
    """The disks by the paths of their files; no cdrom."""
    found = {}
    for element in ElementTree.fromstring(domain.XMLDesc(0)).iterfind("./devices/disk[@device='disk']"):
        source = element.find("source")
        if source is not None and source.get("file"):
            found[str(source.get("file"))] = element
    return found


def find_disk(domain: Any, path: Path) -> Element | None:
    """What the running domain says of its disk in that file."""
    return _disks(domain).get(str(path))


def _target(domain: Any, path: Path) -> str:
    element = _disks(domain).get(str(path))
    target = None if element is None else element.find("target")
    if target is None:
        raise NotFound("volume.no_source", f"The guest has no disk {path}: it was pulled out")
    return str(target.get("dev"))
