"""The audit log: who asked for what change, and whether the record of it was altered."""

from __future__ import annotations

from haneul.console.handlers.operate.listing import asked_of, sheet_of
from haneul.console.tables import PAGE
from haneul.console.visit import PREFIX, Visit
from haneul.kit.audit import RecordFilter, moment_of
from haneul.kit.http import Reply, Request

AUDIT = f"{PREFIX}/operate/audit"
_FIELDS = ("user_id", "project_id", "request_id", "path", "since", "until")


def list_records(visit: Visit, request: Request) -> Reply:
    """The newest first. What was asked for in the last seconds may be missing."""
    asked = asked_of(request.query, *_FIELDS)
    which = RecordFilter(
        user_id=asked["user_id"] or None,
        project_id=asked["project_id"] or None,
        request_id=asked["request_id"] or None,
        path=asked["path"] or None,
        since=moment_of("since", asked["since"] or None),
        until=moment_of("until", asked["until"] or None),
    )
    found = visit.rooms.audit.page(visit.caller, which, PAGE + 1, asked["marker"] or None)
    sheet = sheet_of(AUDIT, asked, found, lambda record: record.id)
    is_chosen = any(asked[name] for name in _FIELDS)
    return visit.page("operate/audit.html", sheet=sheet, asked=asked, is_chosen=is_chosen)


def prove_records(visit: Visit, request: Request) -> Reply:
    """Every record is looked at."""
    return visit.page("operate/proof.html", proof=visit.rooms.audit.prove(visit.caller))
