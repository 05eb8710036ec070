"""What libvirt counts of a domain (virConnectGetAllDomainStats), in our words."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import libvirt

from haneul.hostapi import DiskUse, GuestUse, NicUse

_KIB_PER_MIB = 1024
_WANTED = (
    libvirt.VIR_DOMAIN_STATS_VCPU
    | libvirt.VIR_DOMAIN_STATS_BALLOON
    | libvirt.VIR_DOMAIN_STATS_INTERFACE
    | libvirt.VIR_DOMAIN_STATS_BLOCK
)


def usage_of(connection: Any, domain: Any, server_id: str) -> GuestUse:
    (_, counted), *_ = connection.domainListGetStats([domain], _WANTED)
    macs = _macs_by_device(domain.XMLDesc(0))
    unused_kib = counted.get("balloon.unused")
    most_kib = counted.get("balloon.current", counted.get("balloon.maximum", 0))
    return GuestUse(
        server_id=server_id,
        cpu_times_ns=tuple(counted.get(f"vcpu.{n}.time", 0) for n in range(counted.get("vcpu.current", 0))),
        memory_mib=counted.get("balloon.maximum", 0) // _KIB_PER_MIB,
        memory_used_mib=None if unused_kib is None else (most_kib - unused_kib) // _KIB_PER_MIB,
        nics=tuple(_nic(counted, f"net.{n}", macs) for n in range(counted.get("net.count", 0))),
        disks=tuple(_disk(counted, f"block.{n}") for n in range(counted.get("block.count", 0))),
    )


def _nic(counted: dict[str, Any], prefix: str, macs: dict[str, str]) -> NicUse:
    device = str(counted.get(f"{prefix}.name", ""))
    amounts = [
        counted.get(f"{prefix}.{way}.{what}", 0) for way in ("rx", "tx") for what in ("bytes", "pkts", "errs", "drop")
    ]
    return NicUse(macs.get(device, ""), device, *amounts)


def _disk(counted: dict[str, Any], prefix: str) -> DiskUse:
    amounts = [counted.get(f"{prefix}.{way}.{what}", 0) for way in ("rd", "wr") for what in ("bytes", "reqs")]
    return DiskUse(str(counted.get(f"{prefix}.name", "")), *amounts)


def _macs_by_device(xml: str) -> dict[str, str]:
    found = {}
    for interface in ElementTree.fromstring(xml).iterfind("./devices/interface"):
        mac, target = interface.find("mac"), interface.find("target")
        if mac is not None and target is not None:
            found[str(target.get("dev"))] = str(mac.get("address"))
    return found
