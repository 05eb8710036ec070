"""Operators forget hosts that are gone, and none that lives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from haneul.kit.errors import Conflict, Forbidden
from tests.stories.network.conftest import ADMIN, DEMO, Bench


def test_a_dead_host_is_forgotten_with_all_its_agents(bench: Bench) -> None:
    agents = bench.face.agents
    living = bench.world.chassis[0]
    dead = replace(living, name="gone", hostname="gone", is_alive=False)
    bench.world.chassis = (living, dead)
    controller, metadata = (agent for agent in agents.list(ADMIN) if agent.host == "gone")
    agents.describe(ADMIN, controller.id, "burnt down")
    with pytest.raises(Forbidden):
        agents.delete(DEMO, metadata.id)
    with pytest.raises(Conflict) as refused:
        agents.delete(ADMIN, living.name)
    assert refused.value.code == "agent.alive"

    agents.delete(ADMIN, metadata.id)

    assert {agent.host for agent in agents.list(ADMIN)} == {living.hostname}
    assert bench.parts.store.agents.descriptions() == {}
