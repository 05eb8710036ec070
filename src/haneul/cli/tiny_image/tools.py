"""Running the tools of the build, and saying clearly what is missing or went wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from haneul.cli.tiny_image.contents import BUILD_TOOLS, MASTER_BOOT_CODE
from haneul.kit.errors import Unavailable

SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
EPOCH_S = 1_700_000_000
"""The time that every file of the image bears, so that the same packages make the same image."""


def check_tools() -> None:
    """Raise Unavailable naming the Debian packages to install if a tool of the build is missing."""
    missing = {package for tool, package in BUILD_TOOLS.items() if not shutil.which(tool, path=SEARCH_PATH)}
    if not Path(MASTER_BOOT_CODE).exists():
        missing.add("syslinux-common")
    if missing:
        raise Unavailable(
            "tiny_image.tools_missing",
            f"Install the tools first: apt-get install -y {' '.join(sorted(missing))}",
        )


def run(command: Sequence[str | Path], cwd: Path | None = None, given: str | None = None) -> str:
    """What `command` prints, `given` on its standard input; Unavailable with its complaint if it fails."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        input=given if given is not None else "",
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip())[-2000:]
        raise Unavailable("tiny_image.tool_failed", f"{command[0]} ended with status {done.returncode}: {said}")
    return done.stdout


def _environment() -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")},
        "PATH": SEARCH_PATH,
        "LC_ALL": "C",
        "TZ": "UTC",
        "MTOOLS_SKIP_CHECK": "1",
        "SOURCE_DATE_EPOCH": str(EPOCH_S),
        "E2FSPROGS_FAKE_TIME": str(EPOCH_S),
        "DEBIAN_FRONTEND": "noninteractive",
    }
