"""One small live network for all tests that only talk to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.server import Server, running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A twin of a tenth of metro's orders, half a day old, going on at 20 times."""
    folder = tmp_path_factory.mktemp("live") / "metro"
    with running(folder, "--scale", "0.05", "--begin", "1 12:00", "--speed", "20") as made:
        yield made
