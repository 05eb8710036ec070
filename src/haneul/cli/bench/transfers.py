"""How fast images go in and out, beside what this machine's hashes and its disk alone give in the same run."""

from __future__ import annotations

import hashlib
import http.client
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from haneul.cli.bench.cloud import BenchCloud
from haneul.cli.bench.figures import Figure
from haneul.cli.bench.requests import must
from haneul.kit.digests import Digests

SIZE_MIB = 512
PROMISED_MIB_S = 500
FLAT_MIB = 32
"""So much may memory grow while an image of any size goes through."""
_MIB = 1 << 20


def measure_transfers(cloud: BenchCloud, folder: Path) -> list[Figure]:
    """An image of noise goes up and comes down; what comes must be what went."""
    noise = [os.urandom(_MIB) for _ in range(8)]
    hashes, disk = _speed(lambda: _hash(noise)), _speed(lambda: _write(noise, folder / "disk-alone"))
    before = cloud.memory_mib()
    cloud.forget_peak()
    up, image = _upload(cloud, noise)
    down = _download(cloud, image, _sha256(noise))
    possible = min(PROMISED_MIB_S, disk)
    return [
        Figure("SHA-256 and MD5 alone, side by side", hashes, "MiB/s"),
        Figure("the disk alone, written and synced", disk, "MiB/s"),
        Figure(f"upload of {SIZE_MIB} MiB", up, "MiB/s", possible, is_floor=True),
        Figure(f"download of {SIZE_MIB} MiB", down, "MiB/s", PROMISED_MIB_S, is_floor=True),
        Figure("memory on top of idle while they last, at most", cloud.peak_mib() - before, "MiB", FLAT_MIB),
    ]


def _pieces(noise: list[bytes]) -> Iterator[bytes]:
    for number in range(SIZE_MIB):
        yield noise[number % len(noise)]


def _speed(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return SIZE_MIB / (time.monotonic() - began)


def _hash(noise: list[bytes]) -> None:
    with Digests("sha256", "md5") as digests:
        for piece in _pieces(noise):
            digests.feed(piece)
        digests.hexdigests()


def _write(noise: list[bytes], file: Path) -> None:
    with file.open("wb", buffering=0) as opened:
        for piece in _pieces(noise):
            opened.write(piece)
        os.fsync(opened.fileno())
    file.unlink()


def _sha256(noise: list[bytes]) -> bytes:
    digest = hashlib.sha256()
    for piece in _pieces(noise):
        digest.update(piece)
    return digest.digest()


def _upload(cloud: BenchCloud, noise: list[bytes]) -> tuple[float, str]:
    body = {"name": "noise", "disk_format": "raw", "container_format": "bare"}
    image = str(cloud.ask("POST", "/image/v2/images", body, expect=201)[1]["id"])
    headers = {
        "X-Auth-Token": cloud.token,
        "Content-Type": "application/octet-stream",
        "Content-Length": str(SIZE_MIB * _MIB),
    }
    connection = cloud.connect()

    def send() -> None:
        connection.request("PUT", f"/image/v2/images/{image}/file", _pieces(noise), headers)
        reply = connection.getresponse()
        reply.read()
        must(reply.status == http.client.NO_CONTENT)

    return _speed(send), image


def _download(cloud: BenchCloud, image: str, sha256: bytes) -> float:
    connection = cloud.connect()
    room = bytearray(_MIB)

    def fetch() -> None:
        connection.request("GET", f"/image/v2/images/{image}/file", headers={"X-Auth-Token": cloud.token})
        reply, size = connection.getresponse(), 0
        while count := reply.readinto(room):
            size += count
        must(size == SIZE_MIB * _MIB)

    speed = _speed(fetch)
    connection.request("GET", f"/image/v2/images/{image}/file", headers={"X-Auth-Token": cloud.token})
    reply, digest = connection.getresponse(), hashlib.sha256()
    while count := reply.readinto(room):
        digest.update(memoryview(room)[:count])
    must(digest.digest() == sha256)
    return speed
