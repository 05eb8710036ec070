"""The seed and the size of what is generated."""

from __future__ import annotations

import os

import pytest

SEED = os.environ.get("HANEUL_HOSTILE_SEED", "1")
ATTACKS = int(os.environ.get("HANEUL_HOSTILE_ATTACKS", "12"))


def pytest_report_header() -> str:
    return f"hostile input: seed {SEED}, {ATTACKS} attacks a request (HANEUL_HOSTILE_SEED, HANEUL_HOSTILE_ATTACKS)"


@pytest.fixture
def seed() -> str:
    return SEED


@pytest.fixture
def attacks() -> int:
    return ATTACKS
