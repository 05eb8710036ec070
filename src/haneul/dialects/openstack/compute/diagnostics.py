"""Diagnostics of servers: what their guests have used, and how they are laid out."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.compute.forms import Remembering
from haneul.dialects.openstack.compute.server_states import power_state
from haneul.hostapi import DiskUse, NicUse
from haneul.kit.http import Reply, Request
from haneul.services.compute import ServerUse

_STATES = {1: "running", 3: "paused", 4: "shutdown", 6: "crashed", 7: "suspended"}
"""By Nova's number of the power state."""
_KIB_PER_MIB = 1024


def get_server_diagnostics(cloud: Cloud, req: Request) -> Reply:
    use = cloud.compute.servers.usage(req.caller, req.params["server_id"])
    return Reply(200, Remembering(_shown(use), _older(use)))


def get_server_topology(cloud: Cloud, req: Request) -> Reply:
    """Its NUMA nodes and the size of its pages: guests have none of their own, and pages as the host gives them."""
    cloud.compute.servers.get(req.caller, req.params["server_id"])
    return Reply(200, {"nodes": [], "pagesize_kb": None})


def _shown(use: ServerUse) -> dict[str, Any]:
    usage, inventory = use.usage, use.host.inventory if use.host else None
    cpus = [{"id": n, "time": time_ns, "utilisation": None} for n, time_ns in enumerate(usage.cpu_times_ns)]
    return {
        "state": _STATES.get(power_state(use.server), "pending"),
        "driver": "libvirt",
        "hypervisor": inventory.accelerator.replace("tcg", "qemu") if inventory else None,
        "hypervisor_os": "linux",
        "uptime": use.up_s,
        "config_drive": use.server.has_config_drive,
        "num_cpus": len(cpus),
        "num_nics": len(usage.nics),
        "num_disks": len(usage.disks),
        "memory_details": {"maximum": usage.memory_mib, "used": usage.memory_used_mib},
        "cpu_details": cpus,
        "nic_details": [_nic(nic) for nic in usage.nics],
        "disk_details": [_disk(disk) for disk in usage.disks],
    }


def _nic(nic: NicUse) -> dict[str, Any]:
    return {
        "mac_address": nic.mac,
        "rx_octets": nic.rx_bytes,
        "rx_packets": nic.rx_packets,
        "rx_errors": nic.rx_errors,
        "rx_drop": nic.rx_drops,
        "rx_rate": None,
        "tx_octets": nic.tx_bytes,
        "tx_packets": nic.tx_packets,
        "tx_errors": nic.tx_errors,
        "tx_drop": nic.tx_drops,
        "tx_rate": None,
    }


def _disk(disk: DiskUse) -> dict[str, Any]:
    return {
        "read_bytes": disk.read_bytes,
        "read_requests": disk.reads,
        "write_bytes": disk.written_bytes,
        "write_requests": disk.writes,
        "errors_count": None,
    }


def _older(use: ServerUse) -> dict[str, int]:
    """As the libvirt driver named it all until 2.47."""
    usage = use.usage
    told = {f"cpu{n}_time": time_ns for n, time_ns in enumerate(usage.cpu_times_ns)}
    told["memory"] = usage.memory_mib * _KIB_PER_MIB
    if usage.memory_used_mib is not None:
        told["memory-rss"] = usage.memory_used_mib * _KIB_PER_MIB
    for disk in usage.disks:
        told |= {
            f"{disk.device}_read": disk.read_bytes,
            f"{disk.device}_read_req": disk.reads,
            f"{disk.device}_write": disk.written_bytes,
            f"{disk.device}_write_req": disk.writes,
            f"{disk.device}_errors": -1,
        }
    for nic in usage.nics:
        told |= {
            f"{nic.device}_rx": nic.rx_bytes,
            f"{nic.device}_rx_packets": nic.rx_packets,
            f"{nic.device}_rx_errors": nic.rx_errors,
            f"{nic.device}_rx_drop": nic.rx_drops,
            f"{nic.device}_tx": nic.tx_bytes,
            f"{nic.device}_tx_packets": nic.tx_packets,
            f"{nic.device}_tx_errors": nic.tx_errors,
            f"{nic.device}_tx_drop": nic.tx_drops,
        }
    return told
