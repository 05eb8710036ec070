"""A bare Debian 12 as its installer leaves it, with systemd, and all that may be installed on it, to be had offline."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from haneul.cli.machine.packages import PACKAGES, WITH_SYSTEMD
from haneul.cli.tiny_image.packages import ASK_OPTIONS, Package, download, read_offers
from haneul.cli.tiny_image.tools import run
from haneul.kit.errors import Unavailable
from tests.lab.enclosure import ROOT

_RELEASE = "bookworm"
_BARE = ("apt", "ca-certificates", "dbus", "python3-minimal", "sudo", "systemd-sysv")
_LATER = ("python3", "python3-venv", *(package.name for package in PACKAGES + WITH_SYSTEMD))
_BUILD_BACKENDS = ("setuptools", "wheel")
"""What pip fetches by itself for packages that come as source."""


@dataclass(frozen=True)
class Debian:
    """What is at hand, all of it in the lab's cache."""

    root: Path
    """A tar file with the whole of a bare machine."""
    packages: Path
    """A repository for apt, with whatever `haneul up` may install."""
    wheels: Path
    """Whatever pip may install."""


def prepare(cache: Path) -> Debian:
    """Fetch what is not in the cache yet, by the ways in which this machine gets its own packages."""
    repository, wheels = cache / "debian", cache / "wheels"
    stamp = _fill_repository(repository)
    _fill_wheels(wheels)
    root = cache / f"debian-{stamp}.tar"
    if not root.exists():
        for older in cache.glob("debian-*.tar"):
            older.unlink()
        _make_root(repository, root)
    return Debian(root, repository, wheels)


def _fill_repository(folder: Path) -> str:
    """Have every package and an index of them; a name for just this selection."""
    try:
        offers = _offers()
        download(offers, folder, lambda text: None)
    except Unavailable:  # The lists are older than what the mirror holds now.
        run(["apt-get", "-q", "update"])
        offers = _offers()
        download(offers, folder, lambda text: None)
    wanted = {offer.file for offer in offers}
    for path in folder.glob("*.deb"):
        if path.name not in wanted:
            path.unlink()
    names = "\n".join(sorted(offer.sha256 for offer in offers)) + "\n".join(_BARE)
    stamp = hashlib.sha256(names.encode()).hexdigest()[:12]
    if not (folder / f"for-{stamp}").exists():
        for older in folder.glob("for-*"):
            older.unlink()
        _write_index(folder, offers)
        (folder / f"for-{stamp}").touch()
    return stamp


def _offers() -> list[Package]:
    ask = ["apt-get", "-q", "-y", "--no-install-recommends", "--print-uris"]
    options = [word for option in ASK_OPTIONS for word in ("-o", option)]
    names = ["?priority(required)", "?essential", *_BARE, *_LATER]
    return read_offers(run([*ask, *options, "install", *names]))


def _write_index(folder: Path, offers: Iterable[Package]) -> None:
    """`Packages` and `Release`, as apt reads them in a repository of one folder."""
    stanzas = []
    for offer in offers:
        control = run(["dpkg-deb", "-f", folder / offer.file]).rstrip()
        stanzas.append(f"{control}\nFilename: ./{offer.file}\nSize: {offer.size_bytes}\nSHA256: {offer.sha256}\n")
    index = "\n".join(stanzas).encode()
    (folder / "Packages").write_bytes(index)
    told = f"Suite: {_RELEASE}\nCodename: {_RELEASE}\nArchitectures: amd64\nSHA256:\n"
    (folder / "Release").write_text(f"{told} {hashlib.sha256(index).hexdigest()} {len(index)} Packages\n")


def _fill_wheels(folder: Path) -> None:
    lock = ROOT / "requirements.lock"
    stamp = folder / f"for-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    if stamp.exists():
        return
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--disable-pip-version-check",
        "--no-input",
        "-d",
        str(folder),
    ]
    for what in (["--no-deps", "--require-hashes", "-r", str(lock)], list(_BUILD_BACKENDS)):
        done = subprocess.run([*pip, *what], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    stamp.touch()


def _make_root(repository: Path, out: Path) -> None:
    source = f"deb [trusted=yes] copy:{repository} ./"
    chosen = f"--include={','.join(_BARE)}"
    draft = out.with_suffix(".draft.tar")
    command = ["mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", chosen, _RELEASE, str(draft), source]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    draft.rename(out)
