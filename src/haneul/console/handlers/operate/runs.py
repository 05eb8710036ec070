"""Runs: the cloud's long work, what troubles it, and what an operator may do about it."""

from __future__ import annotations

from collections.abc import Sequence

from haneul.console.handlers.operate.forms import acted, refused
from haneul.console.handlers.operate.listing import asked_of, sheet_of
from haneul.console.live import Piece, seen_of
from haneul.console.tables import PAGE
from haneul.console.visit import PREFIX, Visit
from haneul.console.words import RUN_STATES
from haneul.kit.http import Reply, Request
from haneul.kit.workflow import RunState, RunView, explained

RUNS = f"{PREFIX}/operate/runs"


def list_runs(visit: Visit, request: Request) -> Reply:
    """The newest first; of one state, or of one subject."""
    asked = asked_of(request.query, "subject", "state")
    state = RunState(asked["state"]) if asked["state"] in set(RunState) else None
    asked["state"] = state.value if state else ""
    subject, marker = asked["subject"] or None, asked["marker"] or None
    found = visit.rooms.runs.page(visit.caller, subject, state, PAGE + 1, marker)
    sheet = sheet_of(RUNS, asked, found, lambda run: run.id)
    return visit.page("operate/runs.html", sheet=sheet, asked=asked, states=RUN_STATES)


def show_run(visit: Visit, request: Request) -> Reply:
    run = visit.rooms.runs.get(visit.caller, request.params["run_id"])
    pieces = [_piece(visit, run)]
    return visit.page("operate/run.html", seen=seen_of(pieces), **pieces[0].words)


def watch_run(visit: Visit, request: Request) -> Sequence[Piece]:
    """State, steps, and what may be done."""
    return [_piece(visit, visit.rooms.runs.get(visit.caller, request.query.get("id") or ""))]


def _piece(visit: Visit, run: RunView) -> Piece:
    ends = [(step.finished_at, step.undone_at, step.tries, step.interruptions, step.undo_tries) for step in run.steps]
    facts = (run.outcome, run.unwinding, run.is_waiting, run.is_worked_on, run.error, ends)
    words = {"run": run, "explanation": explained(run, visit.rooms.runs.now())}
    return Piece(f"run-{run.id}", facts, "operate/run_piece.html", words)


def retry_run(visit: Visit, request: Request) -> Reply:
    run_id = request.params["run_id"]
    done = visit.say("It is looked at now.")
    return acted(visit, f"{RUNS}/{run_id}", lambda: visit.rooms.runs.retry(visit.caller, run_id), done)


def cancel_run(visit: Visit, request: Request) -> Reply:
    """For whoever has ticked that they mean it."""
    run_id = request.params["run_id"]
    where = f"{RUNS}/{run_id}"
    if visit.field("sure") != "yes":
        return refused(visit, where, visit.say("Tick first that what it has done shall be taken back."))
    done = visit.say("It is being taken back.")
    return acted(visit, where, lambda: visit.rooms.runs.cancel(visit.caller, run_id), done)
