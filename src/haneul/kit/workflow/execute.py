"""One claim of one run: forwards as far as it goes, or backwards to its beginning."""

from __future__ import annotations

import logging
from datetime import datetime

from haneul.kit.workflow.forwards import Forwards
from haneul.kit.workflow.journal import Claim
from haneul.kit.workflow.leave import Parked
from haneul.kit.workflow.model import CANCELLED
from haneul.kit.workflow.site import Registration, Site, Surroundings
from haneul.kit.workflow.unwind import Unwinding

log = logging.getLogger(__name__)


def execute(around: Surroundings, registration: Registration, claim: Claim) -> datetime | None:
    """Work on a claim until its run is over or has to lie still; when it is due again, None when it is over.

    Raises LeaseLost when another worker has it by now, JournalFailed when the database does not take it.
    """
    site = Site(around, registration, claim)
    try:
        if not site.undoing:
            reason = CANCELLED if claim.cancel else Forwards(site).go()
            if reason is None:
                return None
            log.info("Unwinding %s: %s (%s)", site.title, reason.message, reason.code)
            site.turn_round(reason)
        Unwinding(site).go()
    except Parked as parked:
        with site.committing():
            return site.journal.park(claim, site.now(), parked.park, site.unsaved)
    return None
