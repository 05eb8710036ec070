"""Whether the cloud is well: what it tells of itself, and where the world and what is written of it part."""

from __future__ import annotations

from collections.abc import Sequence

from haneul.console.handlers.operate.listing import asked_of, sheet_of
from haneul.console.tables import PAGE
from haneul.console.visit import PREFIX, Visit
from haneul.kit.errors import Unavailable
from haneul.kit.http import Reply, Request
from haneul.services.compute import Host
from haneul.services.network import Foreign

CHECKS = f"{PREFIX}/operate/checks"
_MOST_AWAY = 50


def show_checks(visit: Visit, request: Request) -> Reply:
    """As /readyz, /work and /drift/network tell it; a network that does not answer is told, and no failure."""
    asked = asked_of(request.query)
    away = _away(visit)
    foreign, reason = _foreign(visit)
    first = next((place + 1 for place, each in enumerate(foreign) if each.id == asked["marker"]), 0)
    return visit.page(
        "operate/checks.html",
        trouble=visit.rooms.trouble(),
        work=visit.rooms.work(visit.caller),
        away=away[:_MOST_AWAY],
        away_count=len(away),
        foreign_count=len(foreign),
        reason=reason,
        sheet=sheet_of(CHECKS, asked, foreign[first : first + PAGE + 1], lambda each: each.id),
    )


def _away(visit: Visit) -> Sequence[Host]:
    hosts = visit.rooms.compute.hosts
    return [host for host in hosts.list(visit.caller) if not hosts.is_up(host)]


def _foreign(visit: Visit) -> tuple[Sequence[Foreign], str]:
    """In a lasting order; else why it cannot be told."""
    try:
        found = visit.rooms.network.drift.foreign(visit.caller)
    except Unavailable as error:
        return (), error.message
    return sorted(found, key=lambda each: (each.table, each.name, each.id)), ""
