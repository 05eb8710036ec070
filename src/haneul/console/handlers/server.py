"""One server: all that is known of it, what was done to it, its log and its consoles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from haneul.console.consoles import page_of
from haneul.console.handlers.servers import SERVERS, pieces_of
from haneul.console.live import Piece, seen_of
from haneul.console.visit import Visit, if_allowed
from haneul.kit.errors import Conflict, Invalid, NotFound, Unavailable
from haneul.kit.http import Reply, Request
from haneul.services.compute import ConsoleKind, RunView, ServerView, StepView

_RUNS = 20
_LOG_LINES = 500


def show_server(visit: Visit, request: Request) -> Reply:
    view = visit.rooms.compute.servers.get(visit.caller, request.params["server_id"])
    pieces = _pieces(visit, view)
    server = view.server
    return visit.page(
        "server.html",
        view=view,
        server=server,
        image=visit.rooms.image.images.find(visit.caller, server.image_id) if server.image_id else None,
        pieces={piece.id.partition("-")[0]: piece for piece in pieces},
        kinds=tuple(ConsoleKind),
        seen=seen_of(pieces),
        back=f"{SERVERS}/{server.id}",
    )


def watch_server(visit: Visit, request: Request) -> Sequence[Piece]:
    """State, addresses, volumes, what may be done and what was done."""
    server_id = request.query.get("id") or ""
    try:
        return _pieces(visit, visit.rooms.compute.servers.get(visit.caller, server_id))
    except NotFound:
        # It is gone: what was done to it is told as long as its tombstone stands.
        words = {"timeline": visit.rooms.compute.actions.list(visit.caller, server_id)[:_RUNS]}
        return [
            Piece(f"state-{server_id}", "gone", "pieces/server_gone.html"),
            Piece(f"acts-{server_id}", "gone", "pieces/nothing.html"),
            Piece(f"timeline-{server_id}", _facts(words["timeline"]), "pieces/timeline.html", words),
        ]


def _pieces(visit: Visit, view: ServerView) -> list[Piece]:
    server_id = view.server.id
    runs = if_allowed(lambda: visit.rooms.compute.actions.list(visit.caller, server_id)) or ()
    words = {"timeline": runs[:_RUNS]}
    return [
        *pieces_of(view),
        Piece(f"volumes-{server_id}", view.volumes, "pieces/server_volumes.html", {"view": view}),
        Piece(f"timeline-{server_id}", _facts(words["timeline"]), "pieces/timeline.html", words),
    ]


def _facts(runs: Sequence[RunView]) -> list[Any]:
    """What the timeline shows; not when a run is looked at next, which changes all the time."""
    return [(run.id, run.outcome, run.unwinding, run.error, [_step_facts(step) for step in run.steps]) for run in runs]


def _step_facts(step: StepView) -> tuple[Any, ...]:
    return step.name, step.finished_at, step.undone_at, step.error


def show_log(visit: Visit, request: Request) -> Reply:
    """What the guest wrote on its serial line; a host that is away is a reason, not a failure of the page."""
    server = visit.rooms.compute.servers.get(visit.caller, request.params["server_id"]).server
    text, reason = "", ""
    try:
        text = visit.rooms.compute.servers.console_log(visit.caller, server.id, _LOG_LINES)
    except (Unavailable, Conflict) as error:
        reason = error.message
    return visit.page("server_log.html", server=server, text=text, reason=reason, lines=_LOG_LINES)


def open_console(visit: Visit, request: Request) -> Reply:
    """The screen or the serial line, by an address that is good once."""
    kind = visit.field("kind")
    if kind not in {each.value for each in ConsoleKind}:
        raise Invalid("console.no_such_type", f"Unavailable console type {kind}: ask for vnc or serial.")
    grant = visit.rooms.compute.consoles.grant(visit.caller, request.params["server_id"], ConsoleKind(kind))
    return visit.go(page_of(grant))
