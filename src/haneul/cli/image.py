"""`haneul image build tiny`: a guest image from Debian's packages."""

from __future__ import annotations

import argparse

from haneul.cli.progress import Progress
from haneul.cli.tiny_image import build


def run(args: argparse.Namespace) -> int:
    progress = Progress()
    built = build(args.out.absolute(), args.state / "cache" / "tiny", progress.note)
    progress.note(
        f"{built.file}: {built.size_bytes / 2**20:.0f} MiB, kernel {built.kernel_version}, sha256 {built.sha256}"
    )
    return 0
