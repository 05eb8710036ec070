"""`haneul bridges`: after a reboot, the host's place on the external network and its name in OVN."""

from __future__ import annotations

import argparse

from haneul import settings as settings_module
from haneul.cli.machine.daemons import Places
from haneul.cli.machine.foundations import Foundations
from haneul.cli.machine.keeping import keeper_for
from haneul.cli.progress import Progress


def run(args: argparse.Namespace) -> int:
    settings = settings_module.read(args.state)
    foundations = Foundations(settings, keeper_for(Places(args.state)), Progress())
    foundations.introduce_host()
    foundations.open_external()
    return 0
