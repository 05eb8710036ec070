"""Kernel modules: those that are asked for and those that they lean on."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from haneul.cli.tiny_image.tools import run
from haneul.kit.errors import Unavailable

INDEXES = ("modules.order", "modules.builtin", "modules.builtin.modinfo")


def install_modules(stage: Path, root: Path, kernel_version: str, names: Iterable[str]) -> None:
    """Copy the modules called `names` and what they need from `stage` to `root`; index them for modprobe."""
    source = stage / "lib/modules" / kernel_version
    if not (source / "modules.dep").exists():
        run(["depmod", "-b", stage, kernel_version])
    target = root / "usr/lib/modules" / kernel_version
    for file in with_needs(read_dependencies((source / "modules.dep").read_text()), names):
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / file, target / file)
    for index in INDEXES:
        shutil.copy(source / index, target / index)
    run(["depmod", "-b", root, kernel_version])


def read_dependencies(modules_dep: str) -> dict[str, tuple[str, ...]]:
    """Module file -> all module files that it needs, from depmod's `modules.dep` (see modules.dep(5))."""
    lines = (line.partition(":") for line in modules_dep.splitlines() if ":" in line)
    return {file: tuple(needs.split()) for file, _, needs in lines}


def with_needs(dependencies: Mapping[str, tuple[str, ...]], names: Iterable[str]) -> list[str]:
    """The files of the modules called `names` and of all that they need; Unavailable if one is not there."""
    file_by_name = {_module_name(file): file for file in dependencies}
    wanted: set[str] = set()
    for name in names:
        file = file_by_name.get(name.replace("-", "_"))
        if file is None:
            raise Unavailable("tiny_image.module_missing", f"The kernel package has no module {name}")
        wanted |= {file, *dependencies[file]}
    return sorted(wanted)


def _module_name(file: str) -> str:
    return Path(file).name.split(".ko")[0].replace("-", "_")
