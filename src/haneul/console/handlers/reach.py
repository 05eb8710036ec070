"""Who reaches whom: whether a packet of a server arrives, and what stops it."""

from __future__ import annotations

from dataclasses import dataclass

from haneul.console.handlers.floating_ips import Target, targets_of
from haneul.console.handlers.networks import of_project, server_names
from haneul.console.visit import Visit, status_of
from haneul.kit.errors import CloudError, Invalid
from haneul.kit.http import Query, Reply, Request
from haneul.services.network import Explanation, Question

PROTOCOLS = ("tcp", "udp", "icmp")
_LONGEST = 64


@dataclass(frozen=True)
class Asked:
    """What the address of the page asks."""

    port_id: str = ""
    address: str = ""
    protocol: str = "tcp"
    number: str = ""

    def question(self) -> Question:
        """Raises Invalid for a number that is none."""
        if self.number and not (self.number.isascii() and self.number.isdigit()):
            raise Invalid("explain.no_port", f"{self.number!r:.40} is no port: say one from 1 to 65535.")
        return Question(self.port_id, self.address, self.protocol, int(self.number) if self.number else None)


def show_reach(visit: Visit, request: Request) -> Reply:
    """The question, and its answer once it is asked."""
    asked = _asked(request.query)
    explanation: Explanation | None = None
    error: CloudError | None = None
    if asked.port_id:
        try:
            explanation = visit.rooms.network.explaining.explain(visit.caller, asked.question())
        except CloudError as refusal:
            error = refusal
    senders = _senders(visit)
    return visit.page(
        "reach.html",
        200 if error is None else status_of(error),
        asked=asked,
        senders=senders,
        explanation=explanation,
        protocols=PROTOCOLS,
        message=error.message if error else "",
    )


def _senders(visit: Visit) -> list[Target]:
    """The addresses of the project's servers."""
    ports = visit.rooms.network.ports.list(visit.caller, of_project(visit))
    plugged = [port for port in ports if port.device_owner.startswith("compute:")]
    return targets_of(plugged, server_names(visit, plugged), also_ipv6=True)


def _asked(query: Query) -> Asked:
    def said(name: str) -> str:
        return (query.get(name) or "").strip()[:_LONGEST]

    protocol = said("protocol")
    return Asked(said("from"), said("to"), protocol if protocol in PROTOCOLS else "tcp", said("port"))
