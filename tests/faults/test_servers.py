"""A server's life under power cuts and failures at every step."""

from __future__ import annotations

import pytest

from tests.clouds import OpenCloud
from tests.faults.drill import Scenario, sampled
from tests.faults.lab import SCENARIOS, Lab, furnish, prepare
from tests.faults.volume_lab import VOLUME_SCENARIOS

ELSEWHERE = {"import_image", "copy_image"}
"""Workflows drilled in a file of their own."""


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_is_stuck_or_left_over(cloud: OpenCloud, name: str) -> None:
    lab = furnish(cloud)
    start = SCENARIOS[name][1]
    scenario = Scenario(name, lambda: lab, start, lambda lab: prepare(lab, name), Lab.turn, Lab.restart)
    for trial in sampled(scenario):
        trial.run()


def test_every_workflow_is_drilled(cloud: OpenCloud) -> None:
    known = {registration.fn.__name__ for registration in cloud.plane.engine.registrations}

    assert known - ELSEWHERE <= {name.partition(" ")[0] for name in (*SCENARIOS, *VOLUME_SCENARIOS)}
