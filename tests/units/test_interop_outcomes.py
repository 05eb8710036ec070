"""A test of the interop list that is lost, skipped or never reached does not count as passed."""

from __future__ import annotations

import pytest

from tests.interop.tempest import Outcome, outcome_of, wanted

NAME, FIXTURE = "tempest.api.Things.test_one", "setUpClass (tempest.api.Things)"


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({NAME: Outcome("success")}, "success"),
        ({NAME: Outcome("fail", "why")}, "fail"),
        ({NAME: Outcome("skip", "why")}, "skip"),
        ({FIXTURE: Outcome("fail", "why")}, "fail"),
        ({FIXTURE: Outcome("skip", "why")}, "skip"),
        ({FIXTURE: Outcome("success")}, "not run"),
        ({}, "not run"),
        ({"tempest.api.Things.test_two": Outcome("success")}, "not run"),
    ],
)
def test_what_became_of_a_test(told: dict[str, Outcome], status: str) -> None:
    assert outcome_of(told, NAME).status == status


def test_the_list_names_each_test_once() -> None:
    names = wanted()

    assert len(names) == len(set(names)) == 281
