"""`haneul image build tiny`: a guest image from Debian's packages."""

from __future__ import annotations

import argparse

from haneul.cli import tiny_image
from haneul.cli.progress import Progress


def run(args: argparse.Namespace) -> int:
    progress = Progress()
    built = tiny_image.build(args.out.absolute(), args.state / "cache" / "tiny", progress.note)
    progress.note(f"built {built}")
    return 0
