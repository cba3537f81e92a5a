"""Routing files: read, written, read again; what is wrong is told with its line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from doorward.adapters.vrplib import read, read_solution, solution
from doorward.apps.cli.main import app
from doorward.core.errors import BadInput

GOOD = """NAME : tiny
COMMENT : (four corners)
TYPE : CVRP
DIMENSION : 5
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 10
NODE_COORD_SECTION
1 50 50
2 0 0
3\t100 0
4 100 100
5 0 100
DEMAND_SECTION
1 0
2 5
3 5
4 5
5 5
DEPOT_SECTION
 1
 -1
EOF
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.vrp"
    path.write_text(GOOD)
    return path


def test_a_file_is_read(file: Path) -> None:
    found = read(file)
    assert (found.name, found.capacity, found.depot, found.demand.tolist()) == (
        "tiny",
        10,
        0,
        [0, 5, 5, 5, 5],
    )
    assert found.xy.tolist() == [[50, 50], [0, 0], [100, 0], [100, 100], [0, 100]]
    assert found.customers.tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("4 100 100\n", "4 100 ten\n", "line 11: 'ten' is no number"),
        ("4 100 100\n", "4 100\n", "line 11: 2 values"),
        ("4 100 100\n", "3 100 100\n", "line 11: node 3 once more"),
        ("4 100 100\n", "", "node 4 has a place or a demand, but not both"),
        ("4 100 100\n", "4 100 100.5\n", "places with decimals"),
        ("4 100 100\n", "4 100 1e300\n", "line 11: 1e300 is too large"),
        ("3 5\n", "3 11\n", "node 3 has a demand of 11"),
        ("CAPACITY : 10", "CAPACITY : ten", "CAPACITY is 'ten'"),
        ("TYPE : CVRP", "TYPE : TSP", "TYPE is TSP"),
        ("EUC_2D", "GEO", "EDGE_WEIGHT_TYPE is GEO"),
        (" 1\n -1", " 9\n -1", "depots: 9"),
        ("NODE_COORD_SECTION", "NODES", "no NODE_COORD_SECTION"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(file: Path, old: str, new: str, words: str) -> None:
    assert old in GOOD
    file.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(BadInput, match="rule: ") as told:
        read(file)
    assert words in str(told.value)


def test_bytes_that_are_no_text_are_refused(file: Path) -> None:
    file.write_bytes(b"NAME : \xff\xfe")
    with pytest.raises(BadInput, match="no text"):
        read(file)


def test_solutions_are_written_and_read_again(tmp_path: Path) -> None:
    path, routes = tmp_path / "a.sol", [np.array([2, 1]), np.array([4, 3])]
    path.write_text(solution(routes, 483))
    assert path.read_text() == "Route #1: 2 1\nRoute #2: 4 3\nCost 483\n"
    again, cost = read_solution(path)
    assert [route.tolist() for route in again] == [[2, 1], [4, 3]] and cost == 483


def test_a_persons_own_file_gets_its_routes(file: Path, tmp_path: Path) -> None:
    out = tmp_path / "tiny.sol"
    told = CliRunner().invoke(app, ["route", str(file), "--iterations", "500", "--out", str(out), "--json"])
    assert told.exit_code == 0, told.output
    assert '"cost":484' in told.output.replace(" ", ""), told.output
    routes, cost = read_solution(out)
    assert cost == 484 and sorted(np.concatenate(routes).tolist()) == [1, 2, 3, 4]
    both = ["route", str(file), "--iterations", "500", "--threads", "2", "--json"]
    assert '"cost":484' in CliRunner().invoke(app, both).output.replace(" ", "")
    assert CliRunner().invoke(app, [*both, "--cpu-seconds", "1"]).exit_code != 0
    shown = CliRunner().invoke(app, ["route", str(file), "--iterations", "500", "--known", "480"])
    assert shown.exit_code == 0 and "0.83 %" in shown.output
