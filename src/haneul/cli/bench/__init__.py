"""`haneul bench`: what a cloud costs and how fast it is, against what is promised."""

from __future__ import annotations

import argparse

from haneul.cli.bench import pretended, running


def run(args: argparse.Namespace) -> int:
    """The running cloud is measured; with --fake one with fake hosts, started for it alone."""
    return pretended.run(args) if args.fake else running.run(args)
