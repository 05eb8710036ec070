"""A run on its way forwards: what the journal knows is skipped, the rest is done."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from haneul.kit.errors import CloudError, Unavailable
from haneul.kit.workflow import backoff, codec
from haneul.kit.workflow.leave import CancelSeen, Failed, Parked
from haneul.kit.workflow.model import CANCELLED, Fault, Outcome, Park, StepRow
from haneul.kit.workflow.run import Call, Run
from haneul.kit.workflow.site import Site

log = logging.getLogger(__name__)

MOST_INTERRUPTIONS = 100
"""So often in a row a step may be interrupted before its run is given up.

Interruptions are no fault of the step, as long as it is not the step itself that takes the process down. No series of
restarts, upgrades or power cuts hits the same step a hundred times running; one that ends its process each time is
given up a quarter of an hour after its first try, in which everything else has got ahead.
"""
_CODE_TRIES = 3
"""How often the code between the steps may raise before the run unwinds."""


class Forwards:
    """One claim on its way to the workflow's end."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def go(self) -> Fault | None:
        """Run the workflow; None when it came to its end, else why it has to be unwound."""
        try:
            self._site.call_workflow(Run(self))
            self._site.end(Outcome.DONE)
        except Failed as failed:
            return failed.fault
        except CancelSeen:
            return CANCELLED
        except Exception as bug:  # noqa: BLE001 - the engine's edge: a workflow's bug must not stop the engine
            return self._code_failed(bug)
        return None

    def perform(self, call: Call) -> Any:
        """The step's result: from the journal, or by doing it now."""
        site = self._site
        row = site.rows.get(call.name)
        if row is None or row.finished_at is None:
            if site.is_stopping():
                raise Parked(Park(site.now()))
            row = self._begin(call, row)
            row.result = self._attempt(call, row)
            row.finished_at, row.error, row.interruptions_in_a_row = site.now(), None, 0
        return codec.decode_result(call.fn, row.result or "null")

    def _begin(self, call: Call, row: StepRow | None) -> StepRow:
        """Write that the step begins, together with the end of the one before.

        Later looks of a wait write nothing, unless the one before was interrupted.
        """
        site = self._site
        if row is None:
            deadline = None if call.deadline_s is None else site.now() + timedelta(seconds=call.deadline_s)
            row = StepRow(call.name, len(site.rows), site.now(), deadline=deadline)
            site.rows[call.name] = row
        is_interrupted = site.count_interruption(row)
        self._check(call, row, is_interrupted)
        row.tries += 1
        if row.deadline is None or row.tries == 1 or is_interrupted:
            self._write(call, row)
        site.step, site.unsaved = call.name, [row]
        return row

    def _check(self, call: Call, row: StepRow, is_interrupted: bool) -> None:
        """Leave the workflow when the step may not be begun any more, or not yet."""
        site = self._site
        if is_interrupted:
            site.unsaved = [row]
        if row.deadline is None and row.error is not None and row.failures >= call.tries:
            raise Failed(row.error)
        if row.deadline is None and row.interruptions_in_a_row >= MOST_INTERRUPTIONS:
            raise Failed(_hopeless(row))
        pause = backoff.after_interruption(row.interruptions_in_a_row)
        if is_interrupted and pause:
            raise Parked(Park(site.now() + pause, attempts=site.claim.attempts))

    def _write(self, call: Call, row: StepRow) -> None:
        site = self._site
        with site.committing(site.step or call.name):
            cancelled = site.journal.write(site.claim, site.now(), [*site.unsaved, row], call.fn.__name__)
        if cancelled:
            site.unsaved = []
            raise Failed(CANCELLED)

    def _attempt(self, call: Call, row: StepRow) -> str:
        """Call the step's function once; its result as JSON, or leave the workflow."""
        site = self._site
        if row.deadline is not None and row.tries > 1 and site.now() >= row.deadline:
            raise Failed(row.error or _too_late(call))
        try:
            with site.doing(row, call.limit_s):
                value = call.fn(site.parts, *call.args)
                result = codec.encode(value)
        except Exception as error:
            raise self._after_error(call, row, error) from error
        if call.deadline_s is not None and not value:
            row.error, row.interruptions_in_a_row = None, 0
            raise self._look_again(call, row)
        return result

    def _after_error(self, call: Call, row: StepRow, error: Exception) -> Parked | Failed:
        """How to leave after an error: parked for another try, or failed for good."""
        is_bug = not isinstance(error, CloudError)
        traceback = error if is_bug and row.error is None else None
        level = logging.ERROR if is_bug else logging.INFO
        log.log(level, "%s of %s failed: %r", call.name, self._site.title, error, exc_info=traceback)
        fault = _fault(error)
        row.fail(fault)
        may_pass = is_bug or isinstance(error, Unavailable)
        if may_pass and row.deadline is not None:
            return self._look_again(call, row)
        if may_pass and row.failures < call.tries:
            return Parked(Park(self._site.now() + backoff.after_failure(row.failures)))
        return Failed(fault)

    def _look_again(self, call: Call, row: StepRow) -> Parked | Failed:
        now = self._site.now()
        if row.deadline is None or now >= row.deadline:
            return Failed(row.error or _too_late(call))
        return Parked(Park(min(now + backoff.between_looks(row.tries), row.deadline), is_wait=True))

    def _code_failed(self, bug: Exception) -> Fault:
        """The code between the steps raised: lie still and try again, or say why it has to be unwound."""
        attempts = self._site.claim.attempts + 1
        traceback = bug if attempts == 1 else None
        log.error("The code of %s failed: %r", self._site.title, bug, exc_info=traceback)
        if attempts < _CODE_TRIES:
            raise Parked(Park(self._site.now() + backoff.after_failure(attempts), attempts=attempts))
        return _fault(bug)


def _fault(error: Exception) -> Fault:
    if isinstance(error, CloudError):
        return Fault(error.code, error.message)
    return Fault("internal", "Something failed inside the cloud that should not: its log says what")


def _hopeless(row: StepRow) -> Fault:
    return Fault(
        "run.abandoned",
        f"{row.name} was interrupted {row.interruptions} times and never came to an end: does it end its process?",
    )


def _too_late(call: Call) -> Fault:
    return Fault("run.deadline", f"{call.name} did not come true within {call.deadline_s:.0f} s")
