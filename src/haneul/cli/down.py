"""`haneul down`: the cloud stops; guests keep running, and so does what carries their packets."""

from __future__ import annotations

import argparse

from haneul.cli.machine.daemons import Places
from haneul.cli.machine.keeping import keeper_for
from haneul.cli.machine.programs import AGENT, CONTROL
from haneul.cli.progress import Progress


def run(args: argparse.Namespace) -> int:
    progress = Progress()
    keeper = keeper_for(Places(args.state))
    for name in (AGENT, CONTROL):
        if keeper.stop(name):
            progress.change(f"stopped {name}")
    carriers = keeper.names()
    if args.all:
        for name in reversed(carriers):
            keeper.stop(name)
            progress.change(f"stopped {name}")
    if not keeper.names():
        keeper.close()
    if not progress.changed:
        progress.note("nothing to do: the cloud was down")
    elif carriers and not args.all:
        progress.note(f"guests keep running; so do {', '.join(carriers)}, which they need")
    elif carriers:
        progress.note("guests keep running, but without a network until `haneul up`")
    return 0
