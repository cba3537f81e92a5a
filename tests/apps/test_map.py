"""`doorward map build` as a person types it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from doorward.adapters.basemap.tiles import Tiles
from doorward.apps.cli.main import app
from doorward.core.errors import BadInput
from tests.adapters.basemap import world


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return world.write(tmp_path_factory.mktemp("osm") / "world.osm.pbf")


def test_build_answers_in_one_line(extract: Path, tmp_path: Path) -> None:
    out = tmp_path / "basemap.pmtiles"
    result = CliRunner().invoke(app, ["map", "build", str(extract), "--out", str(out), "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout.splitlines()[-1])
    assert told["attribution"] == "© OpenStreetMap contributors"
    assert told["bytes"] == out.stat().st_size
    assert told["tiles"] > 0
    assert Tiles(out).dated == told["dated"] == "2026-02-28"


def test_build_shows_a_table_and_the_words_of_the_licence(extract: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["map", "build", str(extract), "--out", str(tmp_path / "m.pmtiles")])
    assert result.exit_code == 0, result.output
    assert "2026-02-28" in result.output
    assert "OpenStreetMap contributors" in result.output


def test_a_network_elsewhere_is_refused(extract: Path, tmp_path: Path) -> None:
    out = tmp_path / "m.pmtiles"
    result = CliRunner().invoke(app, ["map", "build", str(extract), "--network", "metro", "--out", str(out)])
    assert isinstance(result.exception, BadInput)
    assert not out.exists()


def test_without_the_extra_a_sentence_says_how_to_get_it(
    extract: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "osmium", None)
    monkeypatch.delitem(sys.modules, "doorward.adapters.basemap.source")
    monkeypatch.delitem(sys.modules, "doorward.adapters.basemap.build")
    result = CliRunner().invoke(app, ["map", "build", str(extract), "--out", str(tmp_path / "m.pmtiles")])
    assert isinstance(result.exception, BadInput)
    assert "doorward[map]" in str(result.exception)
