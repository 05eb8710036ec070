"""A volume's life under power cuts and failures at every step: nothing stuck, nothing left over, no data lost."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from haneul.kit.workflow import Outcome
from tests.clouds import OpenCloud
from tests.faults.drill import Scenario, sampled, settle
from tests.faults.lab import Lab
from tests.faults.volume_lab import VOLUME_SCENARIOS, furnish_volumes, prepare_volumes

RECORDED = Path(__file__).with_name("volume_journals.yaml")


@pytest.mark.parametrize("name", VOLUME_SCENARIOS)
def test_nothing_is_stuck_or_left_over(cloud: OpenCloud, name: str) -> None:
    lab = furnish_volumes(cloud)
    start = VOLUME_SCENARIOS[name][1]
    scenario = Scenario(name, lambda: lab, start, lambda lab: prepare_volumes(lab, name), Lab.turn, Lab.restart)
    for trial in sampled(scenario):
        trial.run()


def test_steps_keep_their_names(cloud: OpenCloud) -> None:
    lab = furnish_volumes(cloud)
    recorded = yaml.safe_load(RECORDED.read_text())
    for name in [name for name in VOLUME_SCENARIOS if " " not in name]:
        prepare_volumes(lab, name)
        VOLUME_SCENARIOS[name][1](lab)
        settle(lab, lab.engine, lab.turn)
        run = lab.runs.history(lab.server)[-1]
        assert (run.outcome, run.kind) == (Outcome.DONE, name), f"{name}: {run.error}"
        steps = [step.name for step in run.steps]
        assert [step for step in recorded.get(name, ["none is recorded"]) if step not in steps] == [], steps
