"""Runs: long work, each piece with its steps, tries and waits; for administrators."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.dialects.openstack.hosts.work import shown_run
from haneul.kit.errors import Invalid
from haneul.kit.http import Query, Reply, Request
from haneul.kit.workflow import RunState, RunView, StepView, explained

_MOST = 1000
_STATES = ", ".join(RunState)


def list_runs(cloud: Cloud, req: Request) -> Reply:
    """The newest first; `subject`, `state` (of RunState), `limit` and `marker` choose."""
    query = req.query
    limit = min(query.get_int("limit", 100) or _MOST, _MOST)
    found = cloud.runs.page(req.caller, query.get("subject"), _state(query), limit, query.get("marker") or None)
    return Reply(200, {"runs": [shown_run(run) for run in found]})


def get_run(cloud: Cloud, req: Request) -> Reply:
    return _answer(cloud, 200, cloud.runs.get(req.caller, req.params["run_id"]))


def retry_run(cloud: Cloud, req: Request) -> Reply:
    return _answer(cloud, 202, cloud.runs.retry(req.caller, req.params["run_id"]))


def cancel_run(cloud: Cloud, req: Request) -> Reply:
    return _answer(cloud, 202, cloud.runs.cancel(req.caller, req.params["run_id"]))


def _answer(cloud: Cloud, status: int, run: RunView) -> Reply:
    return Reply(status, {"run": _shown_whole(run, cloud.runs.now())})


def _state(query: Query) -> RunState | None:
    state = query.get("state")
    if state is not None and state not in set(RunState):
        raise Invalid("runs.bad_state", f"There is no state {state}: ask for one of {_STATES}")
    return RunState(state) if state else None


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
