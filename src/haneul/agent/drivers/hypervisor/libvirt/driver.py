"""The driver: what the agent asks, in libvirt's words."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import libvirt

from haneul.agent.drivers.disk.base import DiskFile
from haneul.agent.drivers.hypervisor.base import GuestPlan, HypervisorFacts
from haneul.agent.drivers.hypervisor.libvirt import cards, live, swap
from haneul.agent.drivers.hypervisor.libvirt import disks as plugged
from haneul.agent.drivers.hypervisor.libvirt.connection import Connection
from haneul.agent.drivers.hypervisor.libvirt.domain_xml import NAMESPACE, domain_name, domain_xml
from haneul.agent.drivers.hypervisor.libvirt.usage import usage_of
from haneul.agent.drivers.nic.base import Plug
from haneul.hostapi import GuestUse, Power
from haneul.kit.errors import Conflict, NotFound

_POWERS = {
    libvirt.VIR_DOMAIN_NOSTATE: Power.STOPPED,
    libvirt.VIR_DOMAIN_RUNNING: Power.RUNNING,
    libvirt.VIR_DOMAIN_BLOCKED: Power.RUNNING,
    libvirt.VIR_DOMAIN_PAUSED: Power.PAUSED,
    libvirt.VIR_DOMAIN_SHUTDOWN: Power.RUNNING,
    libvirt.VIR_DOMAIN_SHUTOFF: Power.STOPPED,
    libvirt.VIR_DOMAIN_CRASHED: Power.CRASHED,
    libvirt.VIR_DOMAIN_PMSUSPENDED: Power.PAUSED,
}
_LIBRARY = "/var/lib/libvirt"
_OFF = (Power.STOPPED, Power.CRASHED)
_SILENT = (*_OFF, Power.SUSPENDED)
_UNDEFINE = (
    libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE
    | libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
    | libvirt.VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA
    | libvirt.VIR_DOMAIN_UNDEFINE_NVRAM
)


class LibvirtHypervisor:
    """Domains whose UUID is the server's id and whose metadata bear our mark; others do not exist for it."""

    def __init__(self, uri: str, accelerator: str) -> None:
        self._listeners: list[Callable[[str], None]] = []
        self._accelerator = accelerator
        self._uri = uri
        self._guard = threading.Lock()
        self._jobs: dict[str, threading.Lock] = {}
        self._connection = Connection(uri, self._changed, self._tell_of_all)

    def facts(self) -> HypervisorFacts:
        with self._connection.open() as connection:
            return HypervisorFacts("QEMU", connection.getVersion(), self._accelerator)

    def define(self, plan: GuestPlan) -> None:
        with self._connection.open() as connection:
            if _find(connection, plan.server_id) is None and _lookup(connection, plan.server_id) is not None:
                message = f"Remove the domain with UUID {plan.server_id} from the host's libvirt: it is not ours"
                raise Conflict("guest.foreign", message)
            connection.defineXMLFlags(domain_xml(plan, self._accelerator), libvirt.VIR_DOMAIN_DEFINE_VALIDATE)

    def find(self, server_id: str) -> Power:
        with self._connection.open() as connection:
            domain = _find(connection, server_id)
            return _power(domain) if domain is not None else Power.ABSENT

    def start(self, server_id: str) -> None:
        with self._connection.open() as connection:
            domain = _get(connection, server_id)
            if _power(domain) in (*_OFF, Power.SUSPENDED):
                domain.create()

    def ask_to_stop(self, server_id: str) -> None:
        with self._connection.open() as connection:
            _unless_off(_get(connection, server_id), _press_power_button)

    def power_off(self, server_id: str) -> None:
        with self._connection.open() as connection:
            domain = _get(connection, server_id)
            _unless_off(domain, _destroy)
            if _power(domain) is Power.SUSPENDED:
                domain.managedSaveRemove()

    def set_volumes(self, server_id: str, own: tuple[DiskFile, ...], volumes: tuple[DiskFile, ...]) -> bool:
        with self._connection.open() as connection:
            return plugged.set_volumes(_get(connection, server_id), own, volumes)

    def set_cards(self, server_id: str, plugs: tuple[Plug, ...]) -> bool:
        with self._connection.open() as connection:
            return cards.set_cards(_get(connection, server_id), plugs)

    def list_cards(self, server_id: str) -> frozenset[str]:
        with self._connection.open() as connection:
            return cards.list_cards(_get(connection, server_id))

    def grow_disk(self, server_id: str, path: Path, size_bytes: int) -> None:
        with self._connection.open() as connection:
            plugged.grow_disk(_get(connection, server_id), path, size_bytes)

    def pause(self, server_id: str) -> None:
        with self._connection.open() as connection:
            domain = _get(connection, server_id)
            if _power(domain) is Power.RUNNING:
                domain.suspend()

    def resume(self, server_id: str) -> None:
        with self._connection.open() as connection:
            domain = _get(connection, server_id)
            if _power(domain) is Power.PAUSED:
                domain.resume()

    def suspend(self, server_id: str) -> None:
        with self._connection.open() as connection:
            live.suspend(_get(connection, server_id))

    def copy_disk(self, server_id: str, disk: Path, to: Path) -> bool:
        with self._one_job(server_id), self._connection.open() as connection:
            return live.copy_disk(_get(connection, server_id), disk, to)

    def swap_disk(self, server_id: str, old: Path, new: DiskFile) -> None:
        with self._connection.open() as connection:
            swap.swap_disk(_get(connection, server_id), old, new)

    def give_up_swap(self, server_id: str, old: Path) -> None:
        with self._connection.open() as connection:
            swap.give_up_swap(_get(connection, server_id), old)

    def _one_job(self, server_id: str) -> threading.Lock:
        """A domain does one job at a time: a job that is found at work there was left by an earlier process."""
        with self._guard:
            return self._jobs.setdefault(server_id, threading.Lock())

    def set_password(self, server_id: str, user: str, password: str) -> None:
        with self._connection.open() as connection:
            live.set_password(_get(connection, server_id), user, password)

    def remove(self, server_id: str) -> None:
        with self._connection.open() as connection:
            domain = _find(connection, server_id)
            if domain is not None:
                _unless_off(domain, _destroy)
                domain.undefineFlags(_UNDEFINE)
        with self._guard:
            self._jobs.pop(server_id, None)

    def list_guests(self) -> tuple[str, ...]:
        with self._connection.open() as connection:
            domains = connection.listAllDomains(0)
            return tuple(sorted(domain.UUIDString() for domain in domains if _is_ours(domain)))

    def console(self, server_id: str, kind: str) -> str:
        with self._connection.open() as connection:
            devices = ElementTree.fromstring(_get(connection, server_id).XMLDesc(0))
        if kind == "vnc":
            for listen in devices.iterfind("./devices/graphics[@type='vnc']/listen[@socket]"):
                return f"unix:{self._seen_from_here(str(listen.get('socket')))}"
        if kind == "serial":
            for source in devices.iterfind("./devices/serial[@type='pty']/source[@path]"):
                return str(source.get("path"))
        raise Conflict("guest.no_console", f"Ask for vnc or serial: guests of this host have no {kind} console")

    def _seen_from_here(self, path: str) -> str:
        """A private libvirt has its folder `lib` bound over /var/lib/libvirt, where only it and its guests see it."""
        socket = parse_qs(urlsplit(self._uri).query).get("socket", [""])[0]
        folder = Path(socket).parent.parent / "lib"
        is_private = bool(socket) and folder.is_dir() and path.startswith(f"{_LIBRARY}/")
        return f"{folder}{path.removeprefix(_LIBRARY)}" if is_private else path

    def usage(self, server_id: str) -> GuestUse:
        with self._connection.open() as connection:
            return usage_of(connection, _get(connection, server_id), server_id)

    def instance_name(self, server_id: str) -> str:
        return domain_name(server_id)

    def on_change(self, callback: Callable[[str], None]) -> None:
        self._listeners.append(callback)

    def close(self) -> None:
        self._listeners.clear()
        self._connection.close()

    def _changed(self, server_id: str) -> None:
        for listener in list(self._listeners):
            listener(server_id)

    def _tell_of_all(self) -> None:
        if self._listeners:
            for server_id in self.list_guests():
                self._changed(server_id)


def _lookup(connection: Any, server_id: str) -> Any:
    try:
        return connection.lookupByUUIDString(server_id)
    except libvirt.libvirtError as error:
        if error.get_error_code() in (libvirt.VIR_ERR_NO_DOMAIN, libvirt.VIR_ERR_INVALID_ARG):
            return None
        raise


def _find(connection: Any, server_id: str) -> Any:
    domain = _lookup(connection, server_id)
    return domain if domain is not None and _is_ours(domain) else None


def _get(connection: Any, server_id: str) -> Any:
    domain = _find(connection, server_id)
    if domain is None:
        raise NotFound("guest.absent", f"The host has no guest for server {server_id}")
    return domain


def _is_ours(domain: Any) -> bool:
    try:
        domain.metadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, NAMESPACE)
    except libvirt.libvirtError as error:
        if error.get_error_code() in (libvirt.VIR_ERR_NO_DOMAIN_METADATA, libvirt.VIR_ERR_NO_DOMAIN):
            return False
        raise
    return True


def _power(domain: Any) -> Power:
    state, reason = domain.state()
    if state == libvirt.VIR_DOMAIN_SHUTOFF and reason == libvirt.VIR_DOMAIN_SHUTOFF_CRASHED:
        return Power.CRASHED
    if state == libvirt.VIR_DOMAIN_SHUTOFF and domain.hasManagedSaveImage(0):
        return Power.SUSPENDED
    return _POWERS[state]


def _unless_off(domain: Any, act: Callable[[Any], None]) -> None:
    """The guest may go off between the look and the act."""
    if _power(domain) in _SILENT:
        return
    try:
        act(domain)
    except libvirt.libvirtError:
        if _power(domain) not in _SILENT:
            raise


def _press_power_button(domain: Any) -> None:
    domain.shutdownFlags(libvirt.VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN)


def _destroy(domain: Any) -> None:
    domain.destroy()
