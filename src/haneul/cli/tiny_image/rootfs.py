"""The guest's root filesystem as a folder: programs, their libraries, kernel modules, our own files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from haneul.cli.tiny_image.contents import (
    ALIASES,
    BUSYBOX,
    CONFIGURATION,
    LIBRARY_FOLDERS,
    LOADER,
    MODULES,
    PLUGINS,
    PROGRAMS,
)
from haneul.cli.tiny_image.modules import install_modules
from haneul.cli.tiny_image.tools import EPOCH_S, run
from haneul.kit.errors import Unavailable

GUEST_FILES = Path(__file__).parent / "guest"
FOLDERS = (
    *("dev", "proc", "sys", "run", "tmp", "root/.ssh", "mnt", "boot", "home/cirros/.ssh", "usr/bin", "usr/lib"),
    *("etc/dropbear", "var/log", "var/lib/tiny", "var/tmp", "usr/local/bin"),
)
LINKS = {
    "bin": "usr/bin",
    "sbin": "usr/bin",
    "usr/sbin": "bin",
    "lib": "usr/lib",
    "lib64": "usr/lib",
    "var/run": "/run",
    "etc/mtab": "/proc/mounts",
    "usr/libexec/nc": "/usr/bin/socat",
    "usr/lib/ld-linux-x86-64.so.2": "x86_64-linux-gnu/ld-linux-x86-64.so.2",
}
EMPTY_FILES = ("etc/resolv.conf", "root/.ssh/authorized_keys", "home/cirros/.ssh/authorized_keys")
MODES = {
    "root": 0o700,
    "root/.ssh": 0o700,
    "root/.ssh/authorized_keys": 0o600,
    "home/cirros/.ssh": 0o700,
    "home/cirros/.ssh/authorized_keys": 0o600,
    "tmp": 0o1777,
    "var/tmp": 0o1777,
    "etc/shadow": 0o600,
    "etc/sudoers": 0o440,
    "usr/bin/sudo": 0o4755,
}
HOMES = {"home/cirros": 1000}
"""To whom all below a folder belongs; whatever is not named here belongs to root."""


def assemble(stage: Path, root: Path, kernel_version: str) -> None:
    """Make `root` the guest's root filesystem from the packages laid out in `stage`."""
    make_skeleton(root)
    install_programs(stage, root, PROGRAMS, PLUGINS)
    link_applets(stage, root / "usr/bin")
    for name, target in ALIASES.items():
        _link(root / "usr/bin" / name, target)
    for file in CONFIGURATION:
        copy_file(find_in(stage, file), root / file)
    install_modules(stage, root, kernel_version, MODULES)
    lay_over(GUEST_FILES / "root", root)
    for file in EMPTY_FILES:
        (root / file).touch()
    settle(root)


def make_skeleton(root: Path) -> None:
    """The folders and links of every guest: all programs live in /usr/bin, all libraries in /usr/lib."""
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    for name, target in LINKS.items():
        _link(root / name, target)


def install_programs(stage: Path, root: Path, programs: Iterable[str], plugins: Iterable[str] = ()) -> None:
    """Copy programs to /usr/bin, plugins to their own places, and every library that one of them needs."""
    loader = find_in(stage, LOADER)
    library_folders = root / "usr/lib/x86_64-linux-gnu"
    copy_file(loader, library_folders / loader.name)
    found = {program: find_in(stage, program) for program in programs}
    for program, source in found.items():
        copy_file(source, root / "usr/bin" / Path(program).name)
    hooked = {plugin: find_in(stage, plugin) for plugin in plugins}
    for plugin, source in hooked.items():
        copy_file(source, root / _usr(plugin))
    for library in _libraries(stage, [*found.values(), *hooked.values()]):
        if not (root / _usr(library.relative_to(stage))).exists():
            copy_file(library, library_folders / library.name)


def link_applets(stage: Path, folder: Path) -> None:
    """Give busybox a name for each of its applets, except where a fuller program has that name already."""
    for applet in run([*_under_loader(stage), find_in(stage, BUSYBOX), "--list"]).split():
        if not (folder / applet).exists():
            _link(folder / applet, "busybox")


def lay_over(source: Path, root: Path) -> None:
    """Copy the files of `source` over `root`; those that begin with `#!` become programs."""
    for file in sorted(path for path in source.rglob("*") if path.is_file()):
        target = root / file.relative_to(source)
        target.unlink(missing_ok=True)
        copy_file(file, target)
        target.chmod(0o755 if file.read_bytes().startswith(b"#!") else 0o644)


def settle(root: Path) -> None:
    """Set owners, modes and times in `root`, so that they do not depend on who builds it and when."""
    for path in sorted([root, *root.rglob("*")]):
        name = str(path.relative_to(root))
        owner = next((owner for home, owner in HOMES.items() if path.is_relative_to(root / home)), 0)
        os.chown(path, owner, owner, follow_symlinks=False)
        if not path.is_symlink():
            path.chmod(MODES.get(name, 0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644))
    for path in sorted([root, *root.rglob("*")], reverse=True):
        os.utime(path, (EPOCH_S, EPOCH_S), follow_symlinks=False)


def find_in(stage: Path, name: str) -> Path:
    """Where `name` lies in `stage`, with or without a leading usr/; Unavailable if no package brought it."""
    bare = name.removeprefix("usr/")
    for candidate in (stage / bare, stage / "usr" / bare):
        if candidate.exists():
            return candidate
    raise Unavailable(
        "tiny_image.file_missing", f"No package brought {name}: this Debian release lays it out otherwise"
    )


def copy_file(source: Path, target: Path) -> None:
    """Copy one file with its mode, following links, making the folders above it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def _libraries(stage: Path, files: Iterable[Path]) -> list[Path]:
    found: set[Path] = set()
    for file in files:
        for line in run([*_under_loader(stage), "--list", file]).splitlines():
            name, arrow, where = line.strip().partition(" => ")
            library = Path(where.rsplit(" (", 1)[0])
            if arrow and not library.is_relative_to(stage):
                raise Unavailable("tiny_image.library_missing", f"{file.name} needs {name}, which no package brought")
            if arrow:
                found.add(library)
    return sorted(found)


def _under_loader(stage: Path) -> list[str | Path]:
    # The guest's own loader and libraries, so that the machine's do not matter.
    folders = ":".join(str(stage / folder) for folder in LIBRARY_FOLDERS)
    return [find_in(stage, LOADER), "--library-path", folders]


def _usr(name: str | Path) -> Path:
    path = Path(name)
    return path if path.parts[0] == "usr" else Path("usr") / path


def _link(path: Path, target: str) -> None:
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)
