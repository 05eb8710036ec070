"""Runs: long work, each piece with its steps, tries and waits; for administrators."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.hosts.work import shown_run
from haneul.kit.errors import Conflict, Forbidden, Invalid, NotFound
from haneul.kit.http import Reply, Request
from haneul.kit.workflow import RunId, Runs, RunView, StepView, explained

_MOST = 1000
_STATES = {None: None, "unfinished": False, "ended": True}


def list_runs(cloud: Cloud, req: Request) -> Reply:
    """The newest first; `subject`, `state` (unfinished, ended), `limit` and `marker` choose."""
    runs, query = _runs(cloud, req), req.query
    state = query.get("state")
    if state not in _STATES:
        raise Invalid("runs.bad_state", f"There is no state {state}: ask for unfinished or ended")
    limit = query.get_int("limit", 100) or _MOST
    marker = query.get("marker")
    found = runs.page(
        subject=query.get("subject"),
        is_done=_STATES[state],
        limit=min(limit, _MOST),
        marker=RunId(marker) if marker else None,
    )
    return Reply(200, {"runs": [shown_run(run) for run in found]})


def get_run(cloud: Cloud, req: Request) -> Reply:
    runs = _runs(cloud, req)
    return Reply(200, {"run": _shown_whole(_get(runs, req), runs.clock.now())})


def retry_run(cloud: Cloud, req: Request) -> Reply:
    """What waits for its next try, or for something to happen, is looked at now."""
    runs = _runs(cloud, req)
    run = _get(runs, req)
    if not runs.retry(run.id):
        raise Conflict("run.not_idle", "It has ended, waits for another run, or is being worked on: look at it again")
    return Reply(202, {"run": _shown_whole(_get(runs, req), runs.clock.now())})


def cancel_run(cloud: Cloud, req: Request) -> Reply:
    """What the run has done is taken back; what it works on ends as if the run had failed."""
    runs = _runs(cloud, req)
    run = _get(runs, req)
    if run.outcome is not None:
        raise Conflict("run.ended", f"The run has ended as {run.outcome}: there is nothing to cancel")
    runs.cancel(run.subject)
    return Reply(202, {"run": _shown_whole(_get(runs, req), runs.clock.now())})


def _runs(cloud: Cloud, req: Request) -> Runs:
    if not req.caller.is_admin:
        raise Forbidden("work.admin_only", "How the cloud gets on is told to administrators only.")
    return cloud.runs


def _get(runs: Runs, req: Request) -> RunView:
    run = runs.find(RunId(req.params["run_id"]))
    if run is None:
        raise NotFound("run.not_found", "There is no such run; those that ended long ago are forgotten")
    return run


def _shown_whole(run: RunView, now: datetime) -> dict[str, Any]:
    return shown_run(run) | {
        "next_at": None if run.outcome else run.next_at.isoformat(),
        "waiting": run.is_waiting,
        "worked_on": run.is_worked_on,
        "follows": run.follows,
        "explanation": explained(run, now),
        "steps": [_shown_step(step) for step in run.steps],
    }


def _shown_step(step: StepView) -> dict[str, Any]:
    return {
        "name": step.name,
        "started_at": step.started_at.isoformat(),
        "finished_at": step.finished_at.isoformat() if step.finished_at else None,
        "undone_at": step.undone_at.isoformat() if step.undone_at else None,
        "deadline": step.deadline.isoformat() if step.deadline else None,
        "tries": step.tries,
        "failures": step.failures,
        "interruptions": step.interruptions,
        "undo_tries": step.undo_tries,
        "error": None if step.error is None else {"code": step.error.code, "message": step.error.message},
    }
