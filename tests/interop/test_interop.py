"""What a cloud has to pass that calls itself OpenStack: every test of the last interop guideline, on real guests."""

from __future__ import annotations

import pytest

from tests.interop import tempest


@pytest.mark.parametrize("name", tempest.wanted())
def test_interop(name: str, outcomes: dict[str, tempest.Outcome]):
    outcome = outcomes[name]

    assert outcome.status == "success", f"{outcome.status}: {outcome.reason}"
