"""Figures for Prometheus: requests as they are answered, everything else as it is when somebody looks.

The format is Prometheus' text exposition; names follow its conventions (base units, `_total`, `_seconds`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from haneul.kit.http import Exchange
from haneul.kit.upkeep import LoopReport
from haneul.kit.workflow import RunCount, Trouble

log = logging.getLogger(__name__)

Values = Mapping[tuple[str, ...], float]
"""The values of a gauge by those of its labels."""
_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


_Kind = tuple[str, str, int]
"""Of requests: API, method, status."""


class _Counted(NamedTuple):
    """What is counted of requests of one kind; to find it by its labels costs as much as to count."""

    requests: Counter
    seconds: Histogram


class Metrics:
    """The figures of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._gauges = _Gauges()
        self._registry.register(self._gauges)
        self._requests = Counter(
            "haneul_requests", "Requests answered.", ("api", "method", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "haneul_request_seconds",
            "Time from a request's head to its answer.",
            ("api",),
            buckets=_BUCKETS_S,
            registry=self._registry,
        )
        self._by_kind: dict[_Kind, _Counted] = {}

    def count(self, exchange: Exchange) -> None:
        """Take in one request."""
        kind = (exchange.api, exchange.method, exchange.status)
        known = self._by_kind.get(kind) or self._learn(kind)
        known.requests.inc()
        known.seconds.observe(exchange.took_s)

    def _learn(self, kind: _Kind) -> _Counted:
        api, method, status = kind
        counted = _Counted(self._requests.labels(api, method, str(status)), self._seconds.labels(api))
        self._by_kind[kind] = counted
        return counted

    def gauge(self, name: str, told: str, labels: tuple[str, ...], read: Callable[[], Values]) -> None:
        """Have `read` asked for the values of a figure whenever somebody looks.

        A figure that cannot be read is left out, and told of by `haneul_figure_unreadable`.
        """
        self._gauges.add(name, told, labels, read)

    def text(self) -> str:
        """All figures as they are now."""
        return generate_latest(self._registry).decode()

    def serve(self, host: str, port: int) -> Callable[[], None]:
        """Answer whoever asks at http://host:port/metrics, on threads of its own; call what comes back to end it."""
        server, thread = start_http_server(port, host, self._registry)

        def stop() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        return stop


class _Gauges(Collector):
    def __init__(self) -> None:
        self._known: list[tuple[str, str, tuple[str, ...], Callable[[], Values]]] = []

    def add(self, name: str, told: str, labels: tuple[str, ...], read: Callable[[], Values]) -> None:
        self._known.append((name, told, labels, read))

    def collect(self) -> Iterator[GaugeMetricFamily]:
        unreadable = GaugeMetricFamily(
            "haneul_figure_unreadable", "1 for each figure that could not be read just now.", labels=("figure",)
        )
        for name, told, labels, read in self._known:
            family = GaugeMetricFamily(name, told, labels=labels)
            try:
                values = read()
            except Exception:
                log.exception("The figure %s could not be read", name)
                unreadable.add_metric((name,), 1)
                continue
            for labelled, value in values.items():
                family.add_metric(labelled, value)
            yield family
        yield unreadable

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Nothing is read only to learn its name."""
        return ()


def watch_runs(
    metrics: Metrics, counts: Callable[[], Iterable[RunCount]], troubled: Callable[[], Iterable[Trouble]]
) -> None:
    """How long work gets on."""
    metrics.gauge(
        "haneul_runs",
        "Runs that have not ended, by workflow and by whether they are being taken back.",
        ("kind", "undoing"),
        lambda: {(each.kind, str(each.unwinding).lower()): float(each.count) for each in counts()},
    )
    metrics.gauge(
        "haneul_runs_stuck",
        "Runs whose undo fails again and again.",
        (),
        lambda: {(): float(len({each.run.id for each in troubled()}))},
    )


def watch_loops(metrics: Metrics, reports: Callable[[], Iterable[LoopReport]]) -> None:
    """How the upkeep loops get on."""
    metrics.gauge(
        "haneul_loop_failures",
        "How many times in a row a loop has failed up to now.",
        ("loop",),
        lambda: {(each.name,): float(each.failures) for each in reports()},
    )
    metrics.gauge(
        "haneul_loop_last_run_timestamp_seconds",
        "When a loop last ran in this process.",
        ("loop",),
        lambda: {(each.name,): each.last_run_at.timestamp() for each in reports() if each.last_run_at},
    )
    metrics.gauge(
        "haneul_loop_duration_seconds",
        "How long its last run took.",
        ("loop",),
        lambda: {(each.name,): each.last_took_s for each in reports() if each.last_took_s is not None},
    )


def watch_database(metrics: Metrics, ping: Callable[[], None]) -> None:
    """How fast the database answers."""

    def answer_s() -> Values:
        began = time.perf_counter()
        ping()
        return {(): time.perf_counter() - began}

    metrics.gauge("haneul_database_answer_seconds", "How long the smallest question takes.", (), answer_s)
