"""The doctor tells of work that does not end and of loops that fail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from haneul.cli.doctor.findings import Weight
from haneul.cli.doctor.work import findings, foreign_findings

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)


def run(minutes: int, **more: Any) -> dict[str, Any]:
    began = (NOW - timedelta(minutes=minutes)).isoformat()
    return {
        "kind": "create_server",
        "subject": "s1",
        "request_id": "req-1",
        "created_at": began,
        "step": "guest_runs",
    } | more


def loop(failures: int) -> dict[str, Any]:
    return {"name": "network.mend", "failures": failures, "error": "OSError('no way')" if failures else ""}


def told(**more: Any) -> list[tuple[Weight, str]]:
    work = {"unfinished": [], "troubled": [], "interrupted": [], "loops": []} | more
    return [(finding.weight, finding.sentence) for finding in findings(work, NOW)]


def test_a_cloud_at_work_is_fine() -> None:
    assert told(unfinished=[run(5)], loops=[loop(0), loop(1)]) == [
        (Weight.FINE, "1 runs are at work, 2 loops mend."),
    ]


def test_what_cannot_be_taken_back_is_wrong() -> None:
    weight, sentence = told(troubled=[run(5, step="claim_host", tries=7)])[0]

    assert weight is Weight.WRONG
    assert sentence == "create_server of s1 cannot take back claim_host, after 7 tries."


def test_what_is_interrupted_again_and_again_is_wrong() -> None:
    interrupted = run(5, id="r1", step="start_guest", interruptions_in_a_row=4)
    [finding, _] = findings({"unfinished": [], "troubled": [], "interrupted": [interrupted], "loops": []}, NOW)

    assert finding.weight is Weight.WRONG
    assert finding.sentence == "create_server of s1 was interrupted 4 times in a row at start_guest."
    assert "haneul runs cancel r1" in finding.remedy


def test_what_lasts_for_hours_is_named() -> None:
    weight, sentence = told(unfinished=[run(150)])[0]

    assert weight is Weight.WEAK
    assert sentence == "create_server of s1 has been at work since 2030-01-01T09:30, now at guest_runs."


def test_a_loop_that_keeps_failing_is_wrong() -> None:
    assert told(loops=[loop(3)])[0] == (Weight.WRONG, "network.mend fails: OSError('no way').")


def test_rows_of_somebody_else_are_told_of() -> None:
    rows = [{"within": None}, {"within": {"kind": "network", "id": "n"}}]

    (finding,) = foreign_findings(rows)

    assert finding.weight is Weight.WEAK and "2 rows" in finding.sentence and "1 of them" in finding.sentence
    assert list(foreign_findings([])) == []
