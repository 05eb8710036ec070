"""A guest as libvirt's domain XML (https://libvirt.org/formatdomain.html)."""

from __future__ import annotations

import os
from pathlib import Path
from string import ascii_lowercase
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from haneul.agent.drivers.disk.base import DiskFile
from haneul.agent.drivers.hypervisor.base import GuestPlan
from haneul.agent.drivers.nic.base import Plug

NAMESPACE = "https://haneul.cloud/guest/1"
"""Of the element that marks a domain as one of ours."""

_PREFIX_BY_BUS = {"virtio": "vd", "ide": "hd"}
_OFFLOADS = ("csum", "gso", "tso4", "tso6", "ecn", "ufo")


def domain_name(server_id: str) -> str:
    return f"haneul-{server_id}"


def domain_xml(plan: GuestPlan, accelerator: str) -> str:
    domain = Element("domain", type="kvm" if accelerator == "kvm" else "qemu")
    _text(domain, "name", domain_name(plan.server_id))
    _text(domain, "uuid", plan.server_id)
    _text(domain, "title", plan.name)
    _mark(SubElement(domain, "metadata"), plan)
    _text(domain, "memory", str(plan.memory_mib), unit="MiB")
    _text(domain, "vcpu", str(plan.vcpus))
    _system(domain, plan)
    _processor(domain, accelerator)
    for event, action in (("poweroff", "destroy"), ("reboot", "restart"), ("crash", "destroy")):
        _text(domain, f"on_{event}", action)
    devices = SubElement(domain, "devices")
    for disk, target in zip(plan.disks, _targets(plan.disks), strict=True):
        add_disk(devices, disk, target, is_boot=disk is plan.disks[plan.boot_disk])
    if any(disk.bus == "scsi" for disk in plan.disks):
        SubElement(devices, "controller", type="scsi", model="virtio-scsi")
    if plan.config_drive is not None:
        _config_drive(devices, plan.config_drive)
    for plug in plan.plugs:
        add_card(devices, plug)
    _consoles(devices, plan)
    _small_devices(devices, has_usb=any(disk.bus == "usb" for disk in plan.disks))
    return ElementTree.tostring(domain, encoding="unicode")


def _mark(metadata: Element, plan: GuestPlan) -> None:
    ElementTree.register_namespace("haneul", NAMESPACE)
    mark = SubElement(metadata, f"{{{NAMESPACE}}}guest")
    for name, value in (("server", plan.server_id), ("project", plan.project_id), ("name", plan.name)):
        SubElement(mark, f"{{{NAMESPACE}}}{name}").text = value


def _system(domain: Element, plan: GuestPlan) -> None:
    """The product's name is what cloud-init looks for before it asks an OpenStack metadata service."""
    sysinfo = SubElement(SubElement(domain, "sysinfo", type="smbios"), "system")
    entries = {
        "manufacturer": "Haneul",
        "product": "OpenStack Nova",
        "uuid": plan.server_id,
        "family": "Virtual Machine",
    }
    for name, value in entries.items():
        _text(sysinfo, "entry", value, name=name)
    os_element = SubElement(domain, "os")
    _text(os_element, "type", "hvm", arch="x86_64", machine="pc")
    SubElement(os_element, "smbios", mode="sysinfo")


def _processor(domain: Element, accelerator: str) -> None:
    features = SubElement(domain, "features")
    SubElement(features, "acpi")
    SubElement(features, "apic")
    if accelerator == "kvm":
        SubElement(domain, "cpu", mode="host-model", check="partial")
    else:
        _text(SubElement(features, "tcg"), "tb-cache", "64", unit="MiB")
        SubElement(domain, "cpu", mode="maximum", check="none")
    clock = SubElement(domain, "clock", offset="utc")
    if accelerator == "kvm":
        SubElement(clock, "timer", name="pit", tickpolicy="delay")
        SubElement(clock, "timer", name="rtc", tickpolicy="catchup")
    SubElement(clock, "timer", name="hpet", present="no")


def _targets(disks: tuple[DiskFile, ...]) -> list[str]:
    """The names by which libvirt tells them apart: vda, vdb, sda ... The last of IDE is the config drive's.

    Those that have one keep it: a volume at vdb stays there when a rescue disk comes before the others.
    """
    taken = {disk.target for disk in disks}
    names = []
    for disk in disks:
        prefix = _PREFIX_BY_BUS.get(disk.bus, "sd")
        free = (f"{prefix}{letter}" for letter in ascii_lowercase if f"{prefix}{letter}" not in taken)
        names.append(disk.target or next(free))
        taken.add(names[-1])
    return names


def add_disk(devices: Element, disk: DiskFile, target: str, is_boot: bool) -> None:
    element = SubElement(devices, "disk", type="file", device=disk.device)
    SubElement(element, "driver", name="qemu", type=disk.format, cache=_cache_mode(disk.path), discard="unmap")
    SubElement(element, "source", file=str(disk.path))
    SubElement(element, "target", dev=target, bus=disk.bus)
    if disk.device == "cdrom" or disk.is_readonly:
        SubElement(element, "readonly")
    if disk.is_shared:
        SubElement(element, "shareable")
    _limits(element, disk)
    if disk.serial:
        _text(element, "serial", disk.serial[:20])
    if is_boot:
        SubElement(element, "boot", order="1")


def _limits(element: Element, disk: DiskFile) -> None:
    """What the volume's QoS specs allow, each second."""
    limits = disk.limits
    wanted = {
        "total_bytes_sec": limits.total_bytes,
        "read_bytes_sec": limits.read_bytes,
        "write_bytes_sec": limits.write_bytes,
        "total_iops_sec": limits.total_iops,
        "read_iops_sec": limits.read_iops,
        "write_iops_sec": limits.write_iops,
    }
    told = {name: value for name, value in wanted.items() if value}
    if told:
        tune = SubElement(element, "iotune")
        for name, value in told.items():
            _text(tune, name, str(value))


def _config_drive(devices: Element, path: Path) -> None:
    element = SubElement(devices, "disk", type="file", device="cdrom", snapshot="no")
    SubElement(element, "driver", name="qemu", type="raw")
    SubElement(element, "source", file=str(path))
    SubElement(element, "target", dev="hdd", bus="ide")
    SubElement(element, "readonly")


def add_card(devices: Element, plug: Plug) -> None:
    element = SubElement(devices, "interface", type="ethernet")
    SubElement(element, "mac", address=plug.mac)
    SubElement(element, "target", dev=plug.device, managed="no")
    SubElement(element, "model", type="virtio")
    SubElement(element, "mtu", size=str(plug.mtu))
    driver = SubElement(element, "driver", name="qemu")
    if not plug.has_offload:
        SubElement(driver, "host", dict.fromkeys(_OFFLOADS, "off"))
        SubElement(driver, "guest", {name: "off" for name in _OFFLOADS if name != "gso"})


def _consoles(devices: Element, plan: GuestPlan) -> None:
    serial = SubElement(devices, "serial", type="pty")
    SubElement(serial, "log", file=str(plan.console_log), append="on")
    SubElement(serial, "target", port="0")
    graphics = SubElement(devices, "graphics", type="vnc")
    SubElement(graphics, "listen", type="socket")
    SubElement(SubElement(devices, "video"), "model", type="vga")


def _small_devices(devices: Element, has_usb: bool) -> None:
    channel = SubElement(devices, "channel", type="unix")
    SubElement(channel, "target", type="virtio", name="org.qemu.guest_agent.0")
    rng = SubElement(devices, "rng", model="virtio")
    _text(rng, "backend", "/dev/urandom", model="random")
    balloon = SubElement(devices, "memballoon", model="virtio")
    SubElement(balloon, "stats", period="10")
    SubElement(devices, "controller", type="usb", model="qemu-xhci" if has_usb else "none")


def _cache_mode(path: Path) -> str:
    """none (straight to the disk) wherever the file system can do that."""
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_DIRECT))
    except OSError:
        return "writeback"
    return "none"


def _text(parent: Element, tag: str, text: str, **attributes: str) -> None:
    SubElement(parent, tag, attributes).text = text
