"""Bad days asked for by fork: a station closed, a partner that stays away, a storm; nothing is lost, and it recovers.

One run in another process and one fork of it serve all tests here: the fork has a partner that does not collect, then a
closed station and a storm on the second day.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from doorward.core.errors import BadInput
from doorward.ledger.read import Reader
from doorward.runtime.build import open_state
from doorward.runtime.fork import fork_run
from doorward.runtime.run import resume_run
from doorward.runtime.rundir import RunDir
from doorward.tables.fleet import Runs, RunStatus
from doorward.tables.journey import Event
from doorward.tables.outages import Outages, What
from doorward.tables.packages import Packages, Scans
from doorward.tables.sites import Sites
from doorward.tables.ways import Way
from tests.runtime.conftest import silent

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
CLOSED, STOPPED, STORM = (
    EXAMPLES / f"{name}.toml" for name in ("station-closed", "carrier-stopped", "storm")
)


SCALE, SEED = 0.01, 1


class BadDay(NamedTuple):
    """A run, its result as the process told it, the fork taken while it was being written, and the fork's result."""

    calm: RunDir
    before: dict[str, Any]
    out: RunDir
    after: dict[str, Any]


@pytest.fixture(scope="module")
def bad_day(tmp_path_factory: pytest.TempPathFactory) -> BadDay:
    """Another process writes the journal; the fork takes what is durable by then."""
    folder = tmp_path_factory.mktemp("bad")
    live, change = folder / "live", folder / "change.toml"
    change.write_text("\n".join(each.read_text() for each in (CLOSED, STOPPED, STORM)))
    command = [sys.executable, "-c", "from doorward.apps.cli.main import main; main()", "run", "metro"]
    command += ["--scale", str(SCALE), "--seed", str(SEED), "--out", str(live), "--json"]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    with subprocess.Popen(command, **pipes) as process, contextlib.ExitStack() as at_end:
        at_end.callback(process.kill)
        at_s = -1
        while process.poll() is None and at_s < 0:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.02)
            if (live / "journal.db").exists():
                with contextlib.suppress(Exception), Reader(live / "journal.db") as reader:
                    newest = reader.newest()
                    start_s = RunDir(live).settings.start_s
                    at_s = newest[1] if newest and newest[1] > start_s + 12 * 3600 else -1
        assert process.poll() is None, "the run was over before it could be forked"
        _, after = fork_run(live, "12:00", change, folder / "fork", silent)
        told, _ = process.communicate()
    return BadDay(RunDir(live), json.loads(told.splitlines()[-1]), RunDir(folder / "fork"), after)


def test_fork_from_a_run_that_is_still_being_written(bad_day: BadDay) -> None:
    """The run ends as if nobody had looked, and the fork stands on its own."""
    assert bad_day.before["violations"] == [] and bad_day.after["violations"] == []
    again = resume_run(bad_day.out.root, silent)
    assert again["journal_digest"] == bad_day.after["journal_digest"]


def test_everything_comes_to_its_end_all_the_same(bad_day: BadDay) -> None:
    assert bad_day.after["open"] == bad_day.before["open"]
    assert bad_day.after["orders"] == bad_day.before["orders"]


def northgate(sites: Sites) -> int:
    return int(np.flatnonzero(sites.name == "Northgate")[0])


def test_a_station_closed_for_six_hours(bad_day: BadDay) -> None:
    with open_state(bad_day.out) as state:
        seen, station = state.table(Outages), northgate(state.table(Sites))
        mine = np.flatnonzero((seen.site == station) & (seen.what == What.CLOSED))
        assert len(mine) == 1
        lo, hi = int(seen.from_s[mine[0]]), int(seen.until_s[mine[0]])
        assert hi - lo == 6 * 3600
        scans, packages, runs = state.table(Scans), state.table(Packages), state.table(Runs)
        here = packages.station[scans.package] == station
        still = here & (scans.at_s > lo + 300) & (scans.at_s < hi)
        assert not (still & np.isin(scans.event, (Event.INDUCTED, Event.OUT_FOR_DELIVERY))).any()
        arrived = still & (scans.event == Event.ARRIVED) & (scans.site == station)
        assert not arrived.any(), "trailers wait at the gate"
        left = runs.left_s[(runs.station == station) & (runs.left_s > lo)]
        assert len(left) and left.min() >= hi, "and the vans go out when it is over"


def test_a_partner_that_does_not_collect(bad_day: BadDay) -> None:
    with open_state(bad_day.out) as state:
        seen, scans = state.table(Outages), state.table(Scans)
        row = int(np.flatnonzero(seen.what == What.PICKUPS)[0])
        given = scans.take((scans.event == Event.HANDED_OVER) & (scans.ref == seen.service[row]))
        inside = (given.at_s >= seen.from_s[row]) & (given.at_s < seen.until_s[row])
        assert not inside.any()
        assert (given.at_s == seen.until_s[row]).any(), "the missed round is made up for"


def test_a_storm_that_nobody_foresaw(bad_day: BadDay) -> None:
    start_s = bad_day.calm.settings.start_s + 86_400
    lo, hi = start_s + 11 * 3600, start_s + 19 * 3600
    with open_state(bad_day.calm) as calm, open_state(bad_day.out) as wet:
        done = []
        for state in (calm, wet):
            runs = state.table(Runs)
            mine = (runs.way == Way.OWN) & (runs.depart_s >= lo - 4 * 3600) & (runs.back_s < hi)
            mine &= runs.station != northgate(state.table(Sites))  # which was closed meanwhile
            done.append((runs.ended_s - runs.left_s)[mine & (runs.status == RunStatus.DONE)].mean())
    assert done[1] > done[0], "vans take longer"


@pytest.mark.parametrize(
    ("at", "text", "words"),
    [
        ("2 08:00", '[[outages]]\nsite = "Nowhere"\nfrom = "2 09:00"\nuntil = "2 10:00"\n', "no 'Nowhere'"),
        (
            "2 08:00",
            '[[outages]]\nsite = "Northgate"\nfrom = "2 07:00"\nuntil = "2 10:00"\n',
            "before the fork",
        ),
        (
            "2 08:00",
            '[[outages]]\nsite = "Northgate"\nfrom = "2 11:00"\nuntil = "2 10:00"\n',
            "begins before it ends",
        ),
        ("2 08:00", '[[outages]]\nsite = "Northgate"\nfrom = "9"\nuntil = "2 10:00"\n', "cannot read"),
        ("2 08:00", '[[outages]]\nfrom = "2 09:00"\nuntil = "2 10:00"\n', "neither site nor carrier"),
        ("2 08:00", '[[outages]]\nsite = "Northgate"\nfrom = "2 09:00"\nuntil = "2 10:00"\nwho = 1\n', "who"),
        ("2 08:00", '[[storm]]\nfrom = "2 09:00"\nuntil = "2 10:00"\n', "no weather"),
        (
            "2 08:00",
            '[[storm]]\nregion = "Mars"\nfrom = "2 09:00"\nuntil = "2 10:00"\nrain_mm_h = 5\n',
            "no 'Mars'",
        ),
        ("2 08:00", '[[storm]]\nfrom = "2 09:00"\nuntil = "2 10:00"\nrain = 5\n', "rain"),
        ("2 08:00", "[outage]\n", "unknown section"),
        ("2 08:00", "[twin.wether]\n", "unknown section"),
        ("60 08:00", "[orders]\nfactor_pm = 1300\n", "outside the run"),
        ("2020-01-01 08:00", "[orders]\nfactor_pm = 1300\n", "outside the run"),
    ],
)
def test_what_cannot_be_is_said_clearly_and_nothing_is_made(
    at: str, text: str, words: str, bad_day: BadDay, tmp_path: Path
) -> None:
    change = tmp_path / "change.toml"
    change.write_text(text)
    with pytest.raises(BadInput) as error:
        fork_run(bad_day.calm.root, at, change, tmp_path / "out", silent)
    assert words in str(error.value)
    assert not (tmp_path / "out").exists()
