"""The Debian packages that the guest is made of: which they are, having them, unpacking them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from haneul.cli.tiny_image.contents import GUEST_PACKAGES, KERNEL_METAPACKAGE
from haneul.cli.tiny_image.tools import run
from haneul.kit.errors import Unavailable

KERNEL_PACKAGE = re.compile(r"linux-image-(?P<version>\d.*-cloud-amd64)$")
OFFER = re.compile(r"'(?P<url>[^']+)' (?P<file>\S+) (?P<size>\d+) SHA256:(?P<sha256>[0-9a-f]{64})$")

ASK_OPTIONS = (
    # With no status and no archive apt tells all that the packages need, installed or cached here or not.
    "Dir::State::status=/dev/null",
    "Dir::Cache::archives=/nonexistent",
    "Debug::NoLocking=true",
    "Acquire::ForceHash=SHA256",
)


@dataclass(frozen=True)
class Package:
    """One package file that apt would fetch."""

    name: str
    version: str
    file: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class Selection:
    """The packages of one image, and the kernel version among them (`6.1.0-1-cloud-amd64`)."""

    packages: tuple[Package, ...]
    kernel_version: str


def select() -> Selection:
    """What apt's lists offer now for the guest; Unavailable if the lists are missing or too old."""
    kernel, version = _newest_kernel(read_offers(_ask_apt([KERNEL_METAPACKAGE])))
    offers = read_offers(_ask_apt(GUEST_PACKAGES))
    chosen = [package for package in offers if _belongs_to_guest(package)]
    absent = set(GUEST_PACKAGES) - {package.name for package in chosen}
    if absent:
        raise Unavailable(
            "tiny_image.no_package", f"apt does not offer {', '.join(sorted(absent))}: run apt-get update"
        )
    return Selection(tuple(sorted([kernel, *chosen], key=lambda package: package.name)), version)


def read_offers(printed: str) -> list[Package]:
    """The packages in what `apt-get --print-uris install` prints: lines of URL, file, size and hash."""
    offers = []
    for line in printed.splitlines():
        if found := OFFER.match(line.strip()):
            name, version, _ = found["file"].removesuffix(".deb").split("_")
            version = version.replace("%3a", ":")
            offers.append(Package(name, version, found["file"], int(found["size"]), found["sha256"]))
    return offers


def download(packages: Iterable[Package], folder: Path, progress: Callable[[str], None]) -> None:
    """Have every package whole in `folder`; those that are there already are not fetched again."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [package for package in packages if not _is_whole(package, folder)]
    if not missing:
        return
    size_mib = sum(package.size_bytes for package in missing) / 2**20
    progress(f"download {len(missing)} packages, {size_mib:.0f} MiB")
    wanted = [f"{package.name}={package.version}" for package in missing]
    try:
        run(["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", *wanted], cwd=folder)
    except Unavailable as error:
        reason = error.message.strip().splitlines()[-1]
        raise Unavailable(
            "tiny_image.no_packages",
            f"apt cannot download the guest image's packages; its last words: {reason}. "
            "Let this machine reach its package mirror, then run it again: what was fetched is kept.",
        ) from error
    broken = [package.file for package in missing if not _is_whole(package, folder)]
    if broken:
        raise Unavailable("tiny_image.download_broken", f"Not what apt promised: {', '.join(broken)}. Build again")


def unpack(packages: Iterable[Package], folder: Path, stage: Path) -> None:
    """Lay the files of all packages out in `stage`; none of their scripts runs."""
    stage.mkdir(parents=True)
    for package in packages:
        run(["dpkg-deb", "-x", folder / package.file, stage])


def _ask_apt(names: Sequence[str]) -> str:
    command = ["apt-get", "-q", "-y", "--no-install-recommends", "--print-uris"]
    try:
        return run([*command, *(word for option in ASK_OPTIONS for word in ("-o", option)), "install", *names])
    except Unavailable as error:
        raise Unavailable("tiny_image.no_package", f"{error.message}. Run apt-get update, then build again") from error


def _newest_kernel(offers: Iterable[Package]) -> tuple[Package, str]:
    for package in offers:
        if found := KERNEL_PACKAGE.match(package.name):
            return package, found["version"]
    raise Unavailable("tiny_image.no_kernel", f"{KERNEL_METAPACKAGE} names no kernel: run apt-get update")


def _belongs_to_guest(package: Package) -> bool:
    # Of all that apt would install, a guest without package scripts needs the libraries only, none of Perl.
    is_library = package.name.startswith(("lib", "zlib")) and "perl" not in package.name
    return package.name in GUEST_PACKAGES or is_library


def _is_whole(package: Package, folder: Path) -> bool:
    file = folder / package.file
    if not file.exists() or file.stat().st_size != package.size_bytes:
        return False
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest() == package.sha256
