"""`haneul runs show` tells how often each step was tried, and how that ended."""

from __future__ import annotations

from typing import Any

from haneul.cli.runs import step_lines


def step(**more: Any) -> dict[str, Any]:
    return {
        "name": "claim_host",
        "started_at": "2030-01-01T12:00:00.250000+00:00",
        "finished_at": None,
        "undone_at": None,
        "tries": 1,
        "failures": 0,
        "interruptions": 0,
        "undo_tries": 0,
        "error": None,
    } | more


def test_what_went_well_at_once_is_one_line() -> None:
    assert list(step_lines([step(finished_at="2030-01-01T12:00:01+00:00")])) == [
        "  12:00:00.250  done    claim_host",
    ]


def test_failures_and_interruptions_are_told_apart() -> None:
    error = {"code": "run.hung", "message": "claim_host took longer than its limit of 120 s"}
    assert list(step_lines([step(tries=8, failures=2, interruptions=5, error=error)])) == [
        "  12:00:00.250  open    claim_host  (8 tries, 2 failed, 5 interrupted)",
        "                        claim_host took longer than its limit of 120 s (run.hung)",
    ]


def test_what_failed_to_be_taken_back_is_told() -> None:
    assert list(step_lines([step(undo_tries=3)])) == [
        "  12:00:00.250  open    claim_host  (3 failed undos)",
    ]
