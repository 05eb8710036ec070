"""Servers on volumes under power cuts and failures at every step: nothing stuck, nothing left over, no data lost."""

from __future__ import annotations

import pytest

from tests.clouds import OpenCloud
from tests.faults.boot_lab import BOOT_SCENARIOS, prepare_boot
from tests.faults.drill import Scenario, trials
from tests.faults.lab import Lab
from tests.faults.test_volumes import EVERY
from tests.faults.volume_lab import furnish_volumes


@pytest.mark.parametrize("name", BOOT_SCENARIOS)
def test_nothing_is_stuck_or_left_over(cloud: OpenCloud, name: str) -> None:
    lab = furnish_volumes(cloud)
    start = BOOT_SCENARIOS[name][1]
    scenario = Scenario(name, lambda: lab, start, lambda lab: prepare_boot(lab, name), Lab.turn, Lab.restart)
    on_the_way_back = 0
    for trial in trials(scenario):
        on_the_way_back += len(trial.blows) == 2
        if len(trial.blows) < 2 or on_the_way_back % EVERY == 0:
            trial.run()
