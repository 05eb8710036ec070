"""Long work that survives anything: plain functions made durable by a journal.

A workflow is a plain function `(run, *args)`; each `run.step` is journalled with its result and has an undo.
The functions that steps name take the service's parts first, then the arguments given:

    def claim_host(parts: Parts, server_id: ServerId) -> HostId: ...

Steps are matched by the function's name and its count (the second `plug_port` of a run is `plug_port#2`), so
a run begun by yesterday's release finishes under today's. Arguments and results are JSON: strings, numbers,
frozen dataclasses (decoded by the step function's return annotation), tuples and lists of them, None.
docs/howto/write-a-workflow.md shows how one is written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec

from haneul.kit.workflow.engine import Engine
from haneul.kit.workflow.model import (
    Fault,
    Fence,
    Interruption,
    Moment,
    Observer,
    Outcome,
    Point,
    RunCount,
    RunId,
    RunState,
    RunView,
    StepView,
    Trouble,
    silent,
)
from haneul.kit.workflow.oversight import Oversight, require_admin
from haneul.kit.workflow.run import Run
from haneul.kit.workflow.runs import Runs
from haneul.kit.workflow.site import current_fence
from haneul.kit.workflow.tables import METADATA
from haneul.kit.workflow.words import explained

__all__ = [
    "METADATA",
    "Engine",
    "Fault",
    "Fence",
    "Interruption",
    "Moment",
    "Observer",
    "Outcome",
    "Oversight",
    "Point",
    "Run",
    "RunCount",
    "RunId",
    "RunState",
    "RunView",
    "Runs",
    "StepView",
    "Trouble",
    "current_fence",
    "explained",
    "require_admin",
    "silent",
    "workflow",
]

P = ParamSpec("P")


def workflow(function: Callable[Concatenate[Run, P], None]) -> Callable[Concatenate[Run, P], None]:
    """Mark a function as a workflow, so that an engine accepts it. Runs are found by its name: keep it."""
    function.is_workflow = True  # type: ignore[attr-defined]
    return function
