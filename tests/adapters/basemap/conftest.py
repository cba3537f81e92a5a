"""A small map, built once."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorward.adapters.basemap.build import Built, build
from doorward.adapters.basemap.tiles import Tiles
from tests.adapters.basemap import world


def quiet(stage: str, done: int, total: int, words: str) -> None:
    """A progress that nobody watches."""


@pytest.fixture(scope="session")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return world.write(tmp_path_factory.mktemp("osm") / "world.osm.pbf")


@pytest.fixture(scope="session")
def built(extract: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(extract, tmp_path_factory.mktemp("map") / "basemap.pmtiles", quiet)


@pytest.fixture(scope="session")
def tiles(built: Built) -> Tiles:
    return Tiles(Path(built.path))
