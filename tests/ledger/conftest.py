"""What holds for a journal holds for both stores: tests that ask for `places` run on each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.postgres import Server

Places = Callable[[str], Path | str]
"""A place for a new journal, or the same one under the same name."""


@pytest.fixture(params=["sqlite", "postgres"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Places:
    """Files in a folder, or schemas in a server."""
    if request.param == "sqlite":
        return lambda name: tmp_path / f"{name}.db"
    server: Server = request.getfixturevalue("postgres")
    known: dict[str, str] = {}
    return lambda name: known.setdefault(name, server.url())
