"""How the cloud gets on with its work, as it tells administrators."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from haneul.cli import rest
from haneul.cli.doctor.findings import Finding, fine, weak, wrong
from haneul.cli.machine.daemons import Keeper
from haneul.settings import Settings

_LONG = timedelta(hours=1)
_FAILURES = 3
"""So many failures of a loop in a row are no accident."""


def work(settings: Settings, keeper: Keeper) -> Iterator[Finding]:
    """Whether long work ends and what drifts is mended."""
    file = settings.state / "keys" / "admin-password"
    if not (file.exists() and rest.answers(settings.url)):
        return
    admin = rest.as_admin(settings)
    try:
        told = admin.get("/haneul/v1/work")
        drift = admin.get("/haneul/v1/drift/network")
    except rest.RefusedError as refusal:
        yield weak(
            f"How the cloud gets on could not be asked: {refusal}", "Was admin's password changed? Then ask the API."
        )
        return
    yield from findings(told["work"], datetime.now(UTC))
    yield from foreign_findings(drift["drift"])


def findings(told: rest.Json, now: datetime) -> Iterator[Finding]:
    """What there is to say of an answer of GET /haneul/v1/work."""
    for run in told["troubled"]:
        what = f"{run['kind']} of {run['subject']} cannot take back {run['step']}, after {run['tries']} tries."
        yield wrong(what, f"It is still tried; `haneul logs control` says why (request {run['request_id']}).")
    for run in told["interrupted"]:
        what = f"{run['kind']} of {run['subject']} was interrupted {run['interruptions_in_a_row']} times in a row"
        remedy = f"`haneul logs control` says what ended its process; `haneul runs cancel {run['id']}` takes it back."
        yield wrong(f"{what} at {run['step']}.", remedy)
    for run in told["unfinished"]:
        if now - datetime.fromisoformat(run["created_at"]) > _LONG:
            since, step = run["created_at"][:16], run["step"]
            what = f"{run['kind']} of {run['subject']} has been at work since {since}, now at {step}."
            yield weak(what, f"haneul logs control, for request {run['request_id']}")
    for loop in told["loops"]:
        if loop["failures"] >= _FAILURES:
            yield wrong(f"{loop['name']} fails: {loop['error']}.", "haneul logs control")
    yield fine(f"{len(told['unfinished'])} runs are at work, {len(told['loops'])} loops mend.")


def foreign_findings(drift: list[rest.Json]) -> Iterator[Finding]:
    """What there is to say of an answer of GET /haneul/v1/drift/network."""
    if drift:
        inside = sum(each["within"] is not None for each in drift)
        what = (
            f"{len(drift)} rows in OVN's northbound database are not the cloud's, {inside} of them in its own things."
        )
        yield weak(what, "haneul net foreign")


EXAMINATIONS = (work,)
