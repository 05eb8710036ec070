"""What is done with a guest while it runs: memory saved, disks copied, passwords set."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import libvirt

from haneul.agent.files import disk_full
from haneul.kit.errors import Conflict, Unavailable

log = logging.getLogger(__name__)

_AGENT = "./devices/channel/target[@name='org.qemu.guest_agent.0'][@state='connected']"
_AGENT_ANSWERS_S = 10
_LOOK_EVERY_S = 0.2
_NO_ROOM = ("No space left", "Disk quota exceeded")


def suspend(domain: Any) -> None:
    """Fine if it is off: whoever asked sees that it has no saved memory."""
    if not domain.isActive():
        return
    try:
        domain.managedSave(libvirt.VIR_DOMAIN_SAVE_RUNNING)
    except libvirt.libvirtError as error:
        if any(words in str(error) for words in _NO_ROOM):
            raise disk_full() from error
        raise


def set_password(domain: Any, user: str, password: str) -> None:
    if not domain.isActive() or not _has_agent(domain):
        raise _no_agent(domain)
    domain.agentSetResponseTimeout(_AGENT_ANSWERS_S, 0)
    try:
        domain.setUserPassword(user, password, 0)
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_AGENT_UNRESPONSIVE:
            raise _no_agent(domain) from error
        message = f"Name a user that the guest has: its agent says {error.get_error_message()}"
        raise Conflict("guest.password_refused", message) from error


def copy_disk(domain: Any, disk: Path, to: Path) -> bool:
    """By a backup job in push mode: the copy is of the moment in which it begins, whatever the guest does later."""
    if _is_busy(domain):
        log.warning("giving up the job that %s was left with", domain.name())
        domain.abortJob()
        _wait(domain)
    with _held_still(domain) as is_quiet:
        domain.backupBegin(_backup_xml(_target_of(domain, disk), to), None, 0)
    _wait(domain)
    _require_success(domain)
    return is_quiet


def _target_of(domain: Any, disk: Path) -> str:
    devices = ElementTree.fromstring(domain.XMLDesc(0))
    for element in devices.iterfind("./devices/disk"):
        source, target = element.find("source"), element.find("target")
        if source is not None and target is not None and source.get("file") == str(disk):
            return str(target.get("dev"))
    raise Unavailable("guest.copy_failed", f"Ask again once the guest has the disk {disk.stem}: it has not")


def _backup_xml(target: str, to: Path) -> str:
    backup = Element("domainbackup", mode="push")
    disk = SubElement(SubElement(backup, "disks"), "disk", name=target, backup="yes", type="file")
    SubElement(disk, "driver", type="qcow2")
    SubElement(disk, "target", file=str(to))
    return ElementTree.tostring(backup, encoding="unicode")


@contextmanager
def _held_still(domain: Any) -> Iterator[bool]:
    """The guest's file systems write nothing inside, if its agent answers; True then."""
    is_quiet = _freeze(domain)
    try:
        yield is_quiet
    finally:
        if is_quiet:
            domain.fsThaw()


def _freeze(domain: Any) -> bool:
    state, _ = domain.state()
    if state != libvirt.VIR_DOMAIN_RUNNING or not _has_agent(domain):
        return False
    try:
        domain.agentSetResponseTimeout(_AGENT_ANSWERS_S, 0)
        domain.fsFreeze()
    except libvirt.libvirtError as error:
        log.info("%s is copied as it runs: its agent does not hold it still (%s)", domain.name(), error)
        return False
    return True


def _has_agent(domain: Any) -> bool:
    return ElementTree.fromstring(domain.XMLDesc(0)).find(_AGENT) is not None


def _is_busy(domain: Any) -> bool:
    return bool(domain.jobInfo()[0] != libvirt.VIR_DOMAIN_JOB_NONE)


def _wait(domain: Any) -> None:
    pause = threading.Event()
    while _is_busy(domain):
        pause.wait(_LOOK_EVERY_S)


def _require_success(domain: Any) -> None:
    """Raises unless the job that has just ended did what it should."""
    try:
        said = domain.jobStats(libvirt.VIR_DOMAIN_JOB_STATS_COMPLETED)
    except libvirt.libvirtError as error:
        raise Unavailable("guest.copy_failed", f"Ask again: the guest went off meanwhile ({error})") from error
    if said.get("success"):
        return
    why = said.get("errmsg", "the guest went off meanwhile")
    if any(words in why for words in _NO_ROOM):
        raise disk_full()
    raise Unavailable("guest.copy_failed", f"Ask again: copying the disk failed ({why})")


def _no_agent(domain: Any) -> Conflict:
    text = f"Install and start qemu-guest-agent in the guest {domain.name()}: nobody answers there"
    return Conflict("guest.no_agent", text)
