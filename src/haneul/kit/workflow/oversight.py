"""Long work as administrators look after it: looked at, hurried, taken back."""

from __future__ import annotations

from datetime import datetime

from haneul.kit.errors import Conflict, Forbidden, NotFound
from haneul.kit.policy import Caller
from haneul.kit.workflow.model import RunId, RunState, RunView
from haneul.kit.workflow.runs import Runs


class Oversight:
    """Every verb raises Forbidden `work.admin_only` for others, and NotFound `run.not_found` for a run there is not."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs

    def page(
        self, caller: Caller, subject: str | None, state: RunState | None, limit: int, marker: str | None
    ) -> list[RunView]:
        """The newest first, without their steps; raises NotFound `listing.no_marker`."""
        require_admin(caller)
        return self._runs.page(subject=subject, state=state, limit=limit, marker=RunId(marker) if marker else None)

    def get(self, caller: Caller, run_id: str) -> RunView:
        """With its steps."""
        require_admin(caller)
        run = self._runs.find(RunId(run_id))
        if run is None:
            raise NotFound("run.not_found", "There is no such run; those that ended long ago are forgotten")
        return run

    def retry(self, caller: Caller, run_id: str) -> RunView:
        """What waits for its next try, or for something to happen, is looked at now.

        Raises Conflict `run.not_idle` where there is nothing to hurry.
        """
        run = self.get(caller, run_id)
        if not self._runs.retry(run.id):
            told = "It has ended, waits for another run, or is being worked on: look at it again"
            raise Conflict("run.not_idle", told)
        return self.get(caller, run_id)

    def cancel(self, caller: Caller, run_id: str) -> RunView:
        """What the run has done is taken back; what it works on ends as if the run had failed.

        Raises Conflict `run.ended`.
        """
        run = self.get(caller, run_id)
        if run.outcome is not None:
            raise Conflict("run.ended", f"The run has ended as {run.outcome}: there is nothing to cancel")
        self._runs.cancel(run.subject)
        return self.get(caller, run_id)

    def now(self) -> datetime:
        """By the clock that runs keep to."""
        return self._runs.clock.now()


def require_admin(caller: Caller) -> None:
    """Raises Forbidden `work.admin_only`."""
    if not caller.is_admin:
        raise Forbidden("work.admin_only", "How the cloud gets on is told to administrators only.")
