"""Servers on volumes under power cuts and failures at every step: nothing stuck, nothing left over, no data lost.

Most of their steps are those of other servers, which are drilled in full: of these trials every so-manieth is done.
"""

from __future__ import annotations

import pytest

from tests.clouds import OpenCloud
from tests.faults.boot_lab import BOOT_SCENARIOS, prepare_boot
from tests.faults.drill import EVERY, Scenario, trials
from tests.faults.lab import Lab
from tests.faults.volume_lab import furnish_volumes


@pytest.mark.parametrize("name", BOOT_SCENARIOS)
def test_nothing_is_stuck_or_left_over(cloud: OpenCloud, name: str) -> None:
    lab = furnish_volumes(cloud)
    start = BOOT_SCENARIOS[name][1]
    scenario = Scenario(name, lambda: lab, start, lambda lab: prepare_boot(lab, name), Lab.turn, Lab.restart)
    for number, trial in enumerate(trials(scenario)):
        if number % EVERY == 0:
            trial.run()
