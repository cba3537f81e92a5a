"""Bad days asked for by fork: a station closed, a partner that stays away; nothing is lost, and it recovers."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

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
from tests.runtime.conftest import SCALE, SEED, silent

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


def test_a_station_closed_for_six_hours(small_day: tuple[RunDir, dict[str, Any]], tmp_path: Path) -> None:
    source, _ = small_day
    out = tmp_path / "closed"
    before, after = fork_run(source.root, "2 08:00", EXAMPLES / "station-closed.toml", out, silent)
    assert after["violations"] == [] and after["open"] == before["open"]
    with open_state(RunDir(out)) as state:
        seen, sites = state.table(Outages), state.table(Sites)
        station = int(np.flatnonzero(sites.name == "Northgate")[0])
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


def test_a_partner_that_does_not_collect(small_day: tuple[RunDir, dict[str, Any]], tmp_path: Path) -> None:
    source, _ = small_day
    out = tmp_path / "stopped"
    before, after = fork_run(source.root, "12:00", EXAMPLES / "carrier-stopped.toml", out, silent)
    assert after["violations"] == [] and after["open"] == before["open"]
    with open_state(RunDir(out)) as state:
        seen, scans = state.table(Outages), state.table(Scans)
        row = int(np.flatnonzero(seen.what == What.PICKUPS)[0])
        given = scans.take((scans.event == Event.HANDED_OVER) & (scans.ref == seen.service[row]))
        inside = (given.at_s >= seen.from_s[row]) & (given.at_s < seen.until_s[row])
        assert not inside.any()
        assert (given.at_s == seen.until_s[row]).any(), "the missed round is made up for"


@pytest.mark.parametrize(
    ("at", "text", "words"),
    [
        ("2 08:00", '[[outages]]\nsite = "Nowhere"\nfrom = "2 09:00"\nuntil = "2 10:00"\n', "no 'Nowhere'"),
        ("2 08:00", '[[outages]]\nsite = "Northgate"\nfrom = "2 07:00"\nuntil = "2 10:00"\n', "before the fork"),
        ("2 08:00", '[[outages]]\nsite = "Northgate"\nfrom = "2 11:00"\nuntil = "2 10:00"\n', "begins before it ends"),
        ("2 08:00", '[[outages]]\nsite = "Northgate"\nfrom = "9"\nuntil = "2 10:00"\n', "cannot read"),
        ("2 08:00", '[[outages]]\nfrom = "2 09:00"\nuntil = "2 10:00"\n', "neither site nor carrier"),
        ("2 08:00", '[[outages]]\nsite = "Northgate"\nfrom = "2 09:00"\nuntil = "2 10:00"\nwho = 1\n', "who"),
        ("2 08:00", '[[storm]]\nfrom = "2 09:00"\nuntil = "2 10:00"\n', "no weather"),
        ("2 08:00", '[[storm]]\nregion = "Mars"\nfrom = "2 09:00"\nuntil = "2 10:00"\nrain_mm_h = 5\n', "no 'Mars'"),
        ("2 08:00", '[[storm]]\nfrom = "2 09:00"\nuntil = "2 10:00"\nrain = 5\n', "rain"),
        ("2 08:00", "[outage]\n", "unknown section"),
        ("2 08:00", "[twin.wether]\n", "unknown section"),
        ("60 08:00", "[orders]\nfactor_pm = 1300\n", "outside the run"),
        ("2020-01-01 08:00", "[orders]\nfactor_pm = 1300\n", "outside the run"),
    ],
)
def test_what_cannot_be_is_said_clearly_and_nothing_is_made(
    at: str, text: str, words: str, small_day: tuple[RunDir, dict[str, Any]], tmp_path: Path
) -> None:
    change = tmp_path / "change.toml"
    change.write_text(text)
    with pytest.raises(BadInput) as error:
        fork_run(small_day[0].root, at, change, tmp_path / "out", silent)
    assert words in str(error.value)
    assert not (tmp_path / "out").exists()


def test_a_storm_that_nobody_foresaw(small_day: tuple[RunDir, dict[str, Any]], tmp_path: Path) -> None:
    source, _ = small_day
    out = tmp_path / "storm"
    before, after = fork_run(source.root, "2 08:00", EXAMPLES / "storm.toml", out, silent)
    assert after["violations"] == [] and after["open"] == before["open"]
    lo, hi = (source_s(source, hour) for hour in (11, 19))
    with open_state(source) as calm, open_state(RunDir(out)) as wet:
        done = []
        for state in (calm, wet):
            runs = state.table(Runs)
            mine = (runs.way == Way.OWN) & (runs.depart_s >= lo - 4 * 3600) & (runs.back_s < hi)
            done.append((runs.ended_s - runs.left_s)[mine & (runs.status == RunStatus.DONE)].mean())
    assert done[1] > done[0], "vans take longer"


def source_s(run: RunDir, hour: int) -> int:
    return run.settings.start_s + 86_400 + hour * 3600


def test_fork_from_a_run_that_is_still_being_written(tmp_path: Path) -> None:
    """Another process writes the journal; the fork takes what is durable, and the run ends as if nobody had looked."""
    out = tmp_path / "live"
    command = [sys.executable, "-c", "from doorward.apps.cli.main import main; main()", "run", "metro"]
    command += ["--scale", str(SCALE), "--seed", str(SEED), "--out", str(out), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        at_s = -1
        while process.poll() is None and at_s < 0:
            if (out / "journal.db").exists():
                with contextlib.suppress(Exception), Reader(out / "journal.db") as reader:
                    newest = reader.newest()
                    start_s = RunDir(out).settings.start_s
                    at_s = newest[1] if newest and newest[1] > start_s + 13 * 3600 else -1
        assert process.poll() is None, "the run was over before it could be forked"
        change = tmp_path / "closed.toml"
        change.write_text('[[outages]]\nsite = "Northgate"\nfrom = "14:00"\nuntil = "18:00"\n')
        _, after = fork_run(out, "13:00", change, tmp_path / "fork", silent)
        told, _ = process.communicate()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    assert after["violations"] == []
    again = resume_run(tmp_path / "fork", silent)
    assert again["journal_digest"] == after["journal_digest"]
    assert json.loads(told.splitlines()[-1])["violations"] == []
