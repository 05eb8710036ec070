"""Disks and guests as the control plane would ask for them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from haneul.hostapi import DiskSpec, GuestMetadata, GuestSpec, ImageSource, NicSpec, Power, RebootSpec

MIB = 1024 * 1024
IMAGE = bytes(range(256)) * 4 * 1024 * 3
"""Three MiB of a raw image."""
SERVER = "6a1c3b52-6d5f-4f0c-b6c8-000000000001"


def image_source(data: bytes = IMAGE, image_id: str = "1f6d3a60-0000-4000-8000-000000000001") -> ImageSource:
    return ImageSource(image_id, hashlib.sha512(data).hexdigest(), len(data), "raw")


def disk_spec(server_id: str = SERVER, image: ImageSource | None = None, size_gib: int = 1) -> DiskSpec:
    return DiskSpec(server_id, size_gib, image, serial=server_id[:20])


@dataclass(frozen=True)
class Wanted:
    """What differs between the guests of these tests."""

    server_id: str = SERVER
    power: Power = Power.RUNNING
    reboots: int = 0
    is_hard: bool = False
    stop_timeout_s: int = 60
    nics: tuple[NicSpec, ...] = (
        NicSpec("7d2f4c11-0000-4000-8000-000000000001", "fa:16:3e:00:00:01", 1442, "net-1", ("10.0.0.5",)),
    )


def guest_spec(wanted: Wanted | None = None) -> GuestSpec:
    wanted = wanted or Wanted()
    return GuestSpec(
        server_id=wanted.server_id,
        project_id="0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f",
        name="web",
        vcpus=1,
        memory_mib=128,
        disks=(disk_spec(wanted.server_id),),
        nics=wanted.nics,
        metadata=GuestMetadata(f'{{"uuid": "{wanted.server_id}"}}', "{}", b"#!/bin/sh\n"),
        power=wanted.power,
        reboot=RebootSpec(wanted.reboots, wanted.is_hard),
        stop_timeout_s=wanted.stop_timeout_s,
    )
