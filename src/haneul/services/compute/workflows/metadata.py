"""What a guest is told of itself: OpenStack's meta_data.json and the tree of the EC2 metadata service."""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from haneul.hostapi import GuestMetadata
from haneul.services.compute.model import SWAP, Server, ServerBirth
from haneul.services.compute.parts import Parts

_ROOT_DEVICE = "/dev/vda"


def guest_metadata(parts: Parts, server: Server, birth: ServerBirth) -> GuestMetadata:
    """Everything by which config drive and metadata service answer."""
    return GuestMetadata(
        meta_data=msgspec.json.encode(_meta_data(parts, server, birth)).decode(),
        network_data=parts.network.networks.network_data(server.id),
        user_data=base64.b64decode(birth.user_data),
        ec2=_ec2(parts, server, birth),
        content=tuple(base64.b64decode(file.contents) for file in birth.files),
    )


def _meta_data(parts: Parts, server: Server, birth: ServerBirth) -> dict[str, Any]:
    """As documented in Nova's user guide, "Metadata", version latest."""
    told: dict[str, Any] = {
        "uuid": server.id,
        "name": server.name,
        "hostname": server.hostname,
        "project_id": server.project_id,
        "availability_zone": _zone(parts, server),
        "launch_index": server.launch_index,
        "random_seed": birth.random_seed,
        "devices": _devices(parts, server, birth),
        "dedicated_cpus": [],
    }
    if server.has_config_drive and birth.admin_password:
        told["admin_pass"] = birth.admin_password
    if server.metadata:
        told["meta"] = dict(server.metadata)
    if birth.files:
        told["files"] = [
            {"path": file.path, "content_path": f"/content/{number:04}"} for number, file in enumerate(birth.files)
        ]
    if birth.public_key and server.key_name:
        told["public_keys"] = {server.key_name: birth.public_key}
        told["keys"] = [{"name": server.key_name, "type": birth.key_type, "data": birth.public_key}]
    return told


def _devices(parts: Parts, server: Server, birth: ServerBirth) -> list[dict[str, Any]]:
    """What bears a tag. On which bus it sits is the guest's to find out: by address or serial number."""
    macs = {nic.port_id: nic.mac for nic in parts.network.ports.nics(server.id)} if birth.tagged_nics else {}
    nowhere = {"bus": "none", "address": "none"}
    cards: list[dict[str, Any]] = [
        {"type": "nic", **nowhere, "mac": macs[nic.port_id], "tags": [nic.tag]}
        for nic in birth.tagged_nics
        if nic.port_id in macs
    ]
    return cards + [
        {"type": "disk", **nowhere, "serial": row.volume_id, "path": row.device, "tags": [row.tag]}
        for row in parts.store.volumes.of([server.id])
        if row.tag and not row.is_leaving
    ]


def _ec2(parts: Parts, server: Server, birth: ServerBirth) -> dict[str, str]:
    """Paths below /latest/meta-data/, as the EC2 metadata service of 2009-04-04 names them."""
    addresses = parts.network.ports.of_servers([server.id]).get(server.id, ())
    ipv4 = [address for address in addresses if address.version == 4]
    tree = {
        "ami-id": f"ami-{server.number:08x}",
        "ami-launch-index": str(server.launch_index),
        "block-device-mapping/ami": _ROOT_DEVICE.removeprefix("/dev/"),
        "block-device-mapping/root": _ROOT_DEVICE,
        "hostname": server.hostname,
        "instance-action": "none",
        "instance-id": f"i-{server.number:08x}",
        "instance-type": server.flavor.name,
        "local-hostname": server.hostname,
        "local-ipv4": next((each.address for each in ipv4 if not each.is_floating), ""),
        "placement/availability-zone": _zone(parts, server),
        "public-hostname": server.hostname,
        "public-ipv4": next((each.address for each in ipv4 if each.is_floating), ""),
        "reservation-id": server.reservation_id,
        "security-groups": "default",
    }
    for disk in birth.local_disks:
        tree[f"block-device-mapping/{disk.label or SWAP}"] = disk.device
    if birth.public_key and server.key_name:
        tree["public-keys/0/openssh-key"] = birth.public_key
        tree["public-keys"] = f"0={server.key_name}"
    return tree


def _zone(parts: Parts, server: Server) -> str:
    return parts.store.aggregates.zones_by_host().get(server.host_id or "", parts.tuning.zone)
