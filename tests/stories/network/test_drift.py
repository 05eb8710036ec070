"""What differs between the network and what is written of it: told, and mended by the loop that is named."""

from __future__ import annotations

from haneul.kit.drift import Drift, Parting
from haneul.services.network import Foreign, Kind, NetworkIntent, Owned
from tests.stories.network.conftest import Bench


def told(drift: Drift) -> list[tuple[str, str, str]]:
    return [(each.parting.value, each.what, each.id) for each in drift.differences]


def test_a_port_that_somebody_deleted_or_changed_is_told_and_mended(bench: Bench) -> None:
    network = bench.network()
    bench.subnet(network)
    gone = bench.port(network)
    assert told(bench.face.differences()) == []
    bench.world.remove([Owned(Kind.PORT, gone.id)])
    bench.world.ensure([NetworkIntent(network.id, "another name", 1400)])

    found = bench.face.differences()

    assert told(found) == [("changed", "network", network.id), ("missing", "port", gone.id)]
    assert {each.loop for each in found.differences} == {"network.mend"}
    assert all(each.within_s < 60 for each in found.differences)
    bench.mend()
    assert told(bench.face.differences()) == []


def test_what_is_tagged_and_written_nowhere_is_left_over_and_what_is_not_is_somebodys(bench: Bench) -> None:
    bench.world.ensure([NetworkIntent("4711", "old", 1400)])
    bench.world.foreign = (Foreign("Logical_Switch", "1", "theirs"),)

    left_over, foreign = bench.face.differences().differences

    assert (left_over.parting, left_over.id, left_over.loop) == (Parting.LEFT_OVER, "4711", "network.mend")
    assert (foreign.parting, foreign.name, foreign.loop) == (Parting.FOREIGN, "theirs", "")


def test_of_a_network_that_does_not_answer_nothing_is_said(bench: Bench) -> None:
    bench.world.ensure([NetworkIntent("4711", "old", 1400)])
    bench.world.is_reachable = False

    drift = bench.face.differences()

    assert told(drift) == []
    assert [(each.service, "does not answer" in each.reason) for each in drift.unseen] == [("network", True)]
