"""`haneul doctor`: what is wrong with this machine, in sentences, each with its remedy."""

from __future__ import annotations

import argparse

from haneul import settings as settings_module
from haneul.cli.doctor import cloud, kernel, resources, work
from haneul.cli.doctor.findings import Examination, Finding, Weight, examine
from haneul.cli.machine.daemons import Places
from haneul.cli.machine.keeping import keeper_for

EXAMINATIONS: tuple[Examination, ...] = (
    *kernel.EXAMINATIONS,
    *resources.EXAMINATIONS,
    *cloud.EXAMINATIONS,
    *work.EXAMINATIONS,
)


def run(args: argparse.Namespace) -> int:
    """0 if nothing is wrong; weaknesses alone are no reason for another exit code."""
    settings = settings_module.read(args.state)
    keeper = keeper_for(Places(args.state))
    findings = [finding for look in EXAMINATIONS for finding in examine(look, settings, keeper)]
    for weight, heading in _HEADINGS.items():
        chosen = [finding for finding in findings if finding.weight is weight]
        if not chosen or (weight is Weight.FINE and not args.all):
            continue
        print(f"{heading}:")
        for finding in chosen:
            print(f"  {finding.sentence}")
            if finding.remedy:
                print(f"      -> {finding.remedy}")
    counts = {weight: sum(finding.weight is weight for finding in findings) for weight in Weight}
    if not counts[Weight.WRONG] and not counts[Weight.WEAK]:
        print("Nothing is wrong with this machine.")
    print(f"{counts[Weight.WRONG]} wrong, {counts[Weight.WEAK]} weak, {counts[Weight.FINE]} in order")
    return 1 if counts[Weight.WRONG] else 0


_HEADINGS = {Weight.WRONG: "Wrong", Weight.WEAK: "Weak, but it works", Weight.FINE: "In order"}

__all__ = ["EXAMINATIONS", "Finding", "Weight", "run"]
