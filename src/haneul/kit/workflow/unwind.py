"""A run on its way backwards: every step that was begun is taken back, the last one first."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from haneul.kit.workflow import backoff, codec
from haneul.kit.workflow.leave import EndOfJournal, Parked
from haneul.kit.workflow.model import CANCELLED, TROUBLED_AFTER, Outcome, Park, StepRow
from haneul.kit.workflow.run import Call, Handler, Run
from haneul.kit.workflow.site import Site

log = logging.getLogger(__name__)

_LONGEST_PAUSE_S = 60.0


class Unwinding:
    """One claim on its way to the run's beginning; undoing is tried again for ever."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._run = Run(self)

    def go(self) -> None:
        self._replay()
        for call in reversed(self._run.calls):
            self._undo(call)
        for handler in reversed(self._run.handlers):
            self._tell(handler)
        is_cancelled = self._site.reason.code == CANCELLED.code
        self._site.end(Outcome.CANCELLED if is_cancelled else Outcome.FAILED)

    def perform(self, call: Call) -> Any:
        """Only what the journal knows."""
        row = self._site.rows.get(call.name)
        if row is None or row.finished_at is None:
            raise EndOfJournal
        return codec.decode_result(call.fn, row.result or "null")

    def _replay(self) -> None:
        """Learn from the workflow and its journal what was begun with what, and who is to be told."""
        bug: Exception | None = None
        try:
            self._site.call_workflow(self._run)
        except EndOfJournal:
            pass  # Everything that was begun has been met.
        except Exception as error:  # noqa: BLE001 - the engine's edge: what was met can be undone all the same
            bug = error
        met = {call.name for call in self._run.calls}
        unknown = [name for name, row in self._site.rows.items() if name not in met and not row.is_handler]
        if unknown and bug is not None:
            log.error("%s cannot be unwound yet, its code fails", self._site.title, exc_info=bug)
            raise Parked(Park(self._site.now() + backoff.after_failure(16, _LONGEST_PAUSE_S)))
        if unknown:
            log.error("%s: this release does not know how to undo %s", self._site.title, ", ".join(unknown))

    def _undo(self, call: Call) -> None:
        row = self._site.rows.get(call.name)
        if call.undo is None or row is None or row.undone_at is not None:
            return
        self._do(row, call.undo, call.args, call.limit_s)
        row.undone_at = self._site.now()
        self._write(row)

    def _tell(self, handler: Handler) -> None:
        name = StepRow.handler_name(handler.name)
        row = self._site.rows.setdefault(name, StepRow(name, len(self._site.rows), self._site.now()))
        if row.finished_at is None:
            self._do(row, handler.fn, (*handler.args, self._site.reason), handler.limit_s)
            row.finished_at = self._site.now()
            self._write(row)

    def _do(self, row: StepRow, fn: Callable[..., Any], args: tuple[Any, ...], limit_s: float) -> None:
        site = self._site
        if site.is_stopping():
            raise Parked(Park(site.now()))
        site.step, site.unsaved = row.name, [row]
        self._after_interruption(row)
        try:
            with site.doing(row, limit_s):
                fn(site.parts, *args)
        except Exception as error:
            row.fail_to_undo()
            level = logging.ERROR if row.undo_tries >= TROUBLED_AFTER else logging.WARNING
            what = f"{fn.__name__} of {site.title} failed, try {row.undo_tries}: it will be tried again"
            log.log(level, what, exc_info=error if row.undo_tries in (1, TROUBLED_AFTER) else None)
            pause = backoff.after_failure(row.undo_tries, _LONGEST_PAUSE_S)
            raise Parked(Park(site.now() + pause)) from error

    def _after_interruption(self, row: StepRow) -> None:
        """Have the journal know of an interruption before it is tried again, and pause if there were several."""
        site = self._site
        if not site.count_interruption(row):
            return
        pause = backoff.after_interruption(row.interruptions_in_a_row)
        if pause:
            raise Parked(Park(site.now() + pause, attempts=site.claim.attempts))
        self._write(row)
        site.unsaved = [row]

    def _write(self, row: StepRow) -> None:
        with self._site.committing(row.name):
            self._site.journal.write(self._site.claim, self._site.now(), [row], row.function)
        self._site.unsaved = []
