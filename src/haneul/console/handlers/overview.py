"""The first page: what the project uses, what happened lately, and for administrators how the hosts are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from haneul.console.live import Piece, seen_of
from haneul.console.visit import Visit, if_allowed
from haneul.kit.http import Reply, Request
from haneul.services.compute import Hypervisor, QuotaKey

_RECENT = 12
_HOSTS = 12
_MIB_PER_GIB = 1024


@dataclass(frozen=True)
class Gauge:
    """How much of something is used; `limit` -1: there is none."""

    name: str
    used: int
    limit: int
    unit: str = ""


@dataclass(frozen=True)
class HostsAtAGlance:
    total: int
    up: int
    shown: Sequence[Hypervisor]
    """Those that need looking at first: away, then the fullest."""


def show_overview(visit: Visit, request: Request) -> Reply:
    caller, rooms = visit.caller, visit.rooms
    pieces = watch_overview(visit, request)
    return visit.page(
        "overview.html",
        pieces=pieces,
        seen=seen_of(pieces),
        is_new=caller.is_admin and not any(piece.facts for piece in pieces if piece.id == "recent"),
        hosts=if_allowed(lambda: _hosts(visit)),
        work=if_allowed(lambda: rooms.work(caller)),
    )


def watch_overview(visit: Visit, request: Request) -> list[Piece]:
    """What changes while one looks: usage, and what happened."""
    gauges = [*(if_allowed(lambda: _of_servers(visit)) or ()), *(if_allowed(lambda: _of_volumes(visit)) or ())]
    recent = if_allowed(lambda: visit.rooms.compute.actions.recent(visit.caller, _RECENT))
    pieces = [Piece("gauges", gauges, "pieces/gauges.html", {"gauges": gauges})] if gauges else []
    if recent is not None:
        shown = [
            (each.server.name, each.run.id, each.run.outcome, each.run.step, each.run.unwinding) for each in recent
        ]
        pieces.append(Piece("recent", shown, "pieces/recent.html", {"recent": recent}))
    return pieces


def _of_servers(visit: Visit) -> list[Gauge]:
    view = visit.rooms.compute.quotas.limits(visit.caller)
    memory_limit = view.limits.of(QuotaKey.RAM)
    return [
        Gauge("Servers", view.usage.instances, view.limits.of(QuotaKey.INSTANCES)),
        Gauge("Virtual CPUs", view.usage.cores, view.limits.of(QuotaKey.CORES)),
        Gauge("Memory", view.usage.ram_mib // _MIB_PER_GIB, max(-1, memory_limit // _MIB_PER_GIB), "GiB"),
    ]


def _of_volumes(visit: Visit) -> list[Gauge]:
    view = visit.rooms.volume.quotas.limits(visit.caller)
    return [
        Gauge("Volumes", view.used.get("volumes", 0), view.limits["volumes"]),
        Gauge("Volume space", view.used.get("gigabytes", 0), view.limits["gigabytes"], "GiB"),
    ]


def _hosts(visit: Visit) -> HostsAtAGlance:
    found = visit.rooms.compute.hosts.hypervisors(visit.caller, "list-detail")
    first = sorted(found, key=lambda each: (each.is_up, -each.memory_mib_used))
    return HostsAtAGlance(len(found), sum(each.is_up for each in found), first[:_HOSTS])
