"""The audit log as administrators read it."""

from __future__ import annotations

from datetime import UTC, datetime

from haneul.kit.audit.log import AuditLog
from haneul.kit.audit.model import AuditRecord, Proof, RecordFilter
from haneul.kit.errors import Forbidden, Invalid
from haneul.kit.policy import Caller


class AuditReading:
    """Every verb raises Forbidden `audit.admin_only` for others."""

    def __init__(self, log: AuditLog) -> None:
        self._log = log

    def page(self, caller: Caller, which: RecordFilter, limit: int, marker: str | None = None) -> list[AuditRecord]:
        """See `AuditLog.page`."""
        _require_admin(caller)
        return self._log.page(which, limit, marker)

    def prove(self, caller: Caller) -> Proof:
        """See `AuditLog.prove`."""
        _require_admin(caller)
        return self._log.prove()


def _require_admin(caller: Caller) -> None:
    if not caller.is_admin:
        raise Forbidden("audit.admin_only", "Who asked for what is told to administrators only.")


def moment_of(name: str, text: str | None) -> datetime | None:
    """As it was written, in UTC where that does not say otherwise; raises Invalid `audit.bad_moment`."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("audit.bad_moment", f"{name}={text} is no moment: write 2026-01-31T12:00:00Z.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
