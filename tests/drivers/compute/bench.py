"""What the conformance suite needs of a driver under test, beside the driver."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol, TypeVar

from haneul.hostapi import Event, Power, VolumePlace
from haneul.services.compute.driver import Hosts

T = TypeVar("T")


class Bench(Protocol):
    hosts: Hosts
    host_id: str
    events: list[tuple[str, Event]]

    def let_time_pass(self) -> None:
        """Whatever the host has begun gets a chance to finish."""
        ...

    def switch_off(self, server_id: str, power: Power) -> None:
        """The guest goes off by itself."""
        ...

    def is_guarded(self, port_id: str) -> bool:
        """The guest with this card cannot pose as a router."""
        ...

    def make_volume(self, place: VolumePlace) -> None:
        """An empty volume on the host."""
        ...

    def take_away(self) -> None:
        """The host loses its connection for good."""
        ...


def until(bench: Bench, question: Callable[[], T], deadline_s: float = 10.0) -> T:
    """The first true answer to `question`."""
    end = time.monotonic() + deadline_s
    while True:
        answer = question()
        if answer:
            return answer
        assert time.monotonic() < end, "it did not become true in time"
        bench.let_time_pass()
