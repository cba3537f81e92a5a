"""Shared fixtures: real data where it is at hand, small worlds by seed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postgres import Server, running

# Kernels compile at their first call, and the machine may be busy: tests never time. Same examples every time.
settings.register_profile("doorward", deadline=None, derandomize=True)
settings.load_profile("doorward")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the checkout; tests that need it skip where it is absent."""
    path = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not path.is_dir():
        pytest.skip("real data not at hand (../shared/data)")
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server of the session's own."""
    with running() as server:
        yield server
