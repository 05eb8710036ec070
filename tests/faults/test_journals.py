"""A run begun by yesterday's release finishes under today's: the names of steps stay."""

from __future__ import annotations

from pathlib import Path

import yaml

from haneul.kit.workflow import Outcome
from tests.clouds import OpenCloud
from tests.faults.drill import settle
from tests.faults.lab import SCENARIOS, furnish, prepare

RECORDED = Path(__file__).with_name("journals.yaml")


def _names(cloud: OpenCloud) -> dict[str, list[str]]:
    """Of every scenario's run, undisturbed, its steps in order."""
    lab = furnish(cloud)
    names = {}
    for name in [name for name in SCENARIOS if " " not in name]:
        prepare(lab, name)
        SCENARIOS[name][1](lab)
        settle(lab, lab.engine, lab.turn)
        run = lab.runs.history(lab.server)[-1]
        assert run.outcome is Outcome.DONE, f"{name}: {run.error}"
        names[run.kind] = [step.name for step in run.steps]
    return names


def test_steps_keep_their_names(cloud: OpenCloud) -> None:
    """Steps may be added. One that is gone strands the runs that are past it when the release changes.

    Where that is meant, and the notes of the release say so, write the new list into journals.yaml.
    """
    today = _names(cloud)

    for kind, steps in yaml.safe_load(RECORDED.read_text()).items():
        gone = [step for step in steps if step not in today.get(kind, [])]
        assert gone == [], f"{kind}: today's code has {today.get(kind)}"
