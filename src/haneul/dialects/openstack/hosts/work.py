"""How the cloud gets on with its work: what is unfinished, what cannot be taken back, what mends."""

from __future__ import annotations

from typing import Any

from haneul.dialects.openstack.cloud import Cloud
from haneul.kit.http import Reply, Request
from haneul.kit.upkeep import LoopReport
from haneul.kit.workflow import Interruption, RunView, Trouble


def show_work(cloud: Cloud, req: Request) -> Reply:
    work = cloud.work(req.caller)
    body = {
        "unfinished": [shown_run(run) for run in work.unfinished],
        "troubled": [_shown_trouble(trouble) for trouble in work.troubled],
        "interrupted": [_shown_interruption(each) for each in work.interrupted],
        "loops": [_shown_loop(loop) for loop in work.loops],
    }
    return Reply(200, {"work": body})


def shown_run(run: RunView) -> dict[str, Any]:
    return {
        "id": run.id,
        "kind": run.kind,
        "subject": run.subject,
        "request_id": run.request_id,
        "created_at": run.created_at.isoformat(),
        "step": run.step,
        "unwinding": run.unwinding,
        "outcome": run.outcome,
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "error": None if run.error is None else {"code": run.error.code, "message": run.error.message},
    }


def _shown_trouble(trouble: Trouble) -> dict[str, Any]:
    return {**shown_run(trouble.run), "step": trouble.step, "tries": trouble.tries}


def _shown_interruption(each: Interruption) -> dict[str, Any]:
    return {**shown_run(each.run), "step": each.step, "interruptions_in_a_row": each.in_a_row}


def _shown_loop(loop: LoopReport) -> dict[str, Any]:
    return {
        "name": loop.name,
        "last_run_at": loop.last_run_at.isoformat() if loop.last_run_at else None,
        "last_took_s": loop.last_took_s,
        "failures": loop.failures,
        "error": loop.error,
    }
