"""What the control plane tells of itself: figures for Prometheus, and whether it can serve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from haneul.dialects.openstack.cloud import Cloud
from haneul.kit.audit import Asked, AuditLog
from haneul.kit.db import Database
from haneul.kit.http import Exchange
from haneul.kit.metrics import Metrics, Values, watch_database, watch_loops, watch_runs
from haneul.kit.policy import INTERNAL
from haneul.kit.upkeep import Scheduler
from haneul.kit.workflow import Engine
from haneul.main.ground import Ground


def watched(ground: Ground, cloud: Cloud, upkeep: Scheduler) -> Metrics:
    """Figures of this control plane."""
    metrics = Metrics()
    watch_database(metrics, lambda: _ping(ground.db))
    watch_runs(metrics, ground.runs.counts, ground.runs.troubled)
    watch_loops(metrics, upkeep.reports)
    metrics.gauge("haneul_hosts", "Hosts, by whether they are heard of.", ("state",), lambda: _hosts(cloud))
    metrics.gauge(
        "haneul_network_untold",
        "Networks, ports, routers and the like whose newest state OVN has not been told yet.",
        (),
        lambda: {(): float(cloud.network.untold())},
    )
    metrics.gauge(
        "haneul_leads",
        "1 in the process that runs the loops of which one is enough.",
        (),
        lambda: {(): float(ground.leadership.leads())},
    )
    return metrics


_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def record(audit: AuditLog, exchange: Exchange) -> None:
    """Keep in the audit log what changes something: who asked, and what came of it.

    Of those who have not signed in only attempts to do so are kept.
    """
    caller = exchange.caller
    if exchange.method in _READING or (caller.is_anonymous and not exchange.claims):
        return
    asked = Asked(
        request_id=exchange.request_id,
        user_id=caller.user_id,
        user_name=caller.user_name or exchange.claims[:255],
        project_id=caller.project_id,
        token_id=caller.token_id,
        address=exchange.address,
        api=exchange.api,
        operation=exchange.operation,
        method=exchange.method,
        path=exchange.path,
        status=exchange.status,
    )
    audit.record(asked)


def why_not_ready(ground: Ground, engine: Engine) -> Mapping[str, str]:
    """What keeps this process from serving, in words, by part; empty when it is ready."""
    trouble = {}
    try:
        _ping(ground.db)
    except SQLAlchemyError as error:
        trouble["database"] = f"it does not answer: {error}"
    if not engine.is_at_work():
        trouble["work"] = "it does not take up runs: it is starting or stopping"
    return trouble


def _ping(db: Database) -> None:
    with db.read() as connection:
        connection.execute(text("SELECT 1"))


def _hosts(cloud: Cloud) -> Values:
    hosts = cloud.compute.hosts
    states = Counter("up" if hosts.is_up(each) else "down" for each in hosts.list(INTERNAL))
    return {(state,): float(states[state]) for state in ("up", "down")}
