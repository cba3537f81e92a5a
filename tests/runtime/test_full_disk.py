"""No room on the disk: one sentence, nothing acknowledged is lost, and it goes on to the same end once there is room.

A child process with a limit on the size of its files stands for the full disk: writes beyond it fail.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from doorward.ledger.drafts import whole
from doorward.ledger.read import Reader
from doorward.runtime.request import Request
from doorward.runtime.run import resume_run, start_run
from doorward.runtime.rundir import RunDir
from tests.runtime.conftest import silent

CHILD = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
sys.argv = ["doorward", *sys.argv[2:]]
from doorward.apps.cli.main import main
main()
"""
SCALE, SEED, DRAIN = 0.004, 5, 1


def limited(most_bytes: int, *arguments: str | Path) -> str:
    """What `doorward` says on standard error when no file may grow beyond `most_bytes`: it must end in one sentence."""
    command = [sys.executable, "-c", CHILD, str(most_bytes), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr and done.stderr.count("error ") == 1, done.stderr
    said = done.stderr[done.stderr.index("error ") :].replace("\n", " ")
    assert "to do" in said, said
    return said


def begin(out: Path) -> tuple[str, ...]:
    where = ("--scale", str(SCALE), "--seed", str(SEED), "--drain-days", str(DRAIN), "--out", str(out))
    return ("run", "metro", *where, "--json")


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A whole run of about a hundred orders, and its digest."""
    out = tmp_path_factory.mktemp("whole") / "run"
    asked = Request(network="metro", scale=SCALE, seed=SEED, drain_days=DRAIN, out=out)
    return out, start_run(asked, silent)["journal_digest"]


def test_a_run_goes_on_where_the_journal_found_no_room(day: tuple[Path, str], tmp_path: Path) -> None:
    out = tmp_path / "run"
    said = limited(700_000, *begin(out))
    assert str(out / "journal.db") in said and "resume" in said
    with Reader(out / "journal.db") as reader:
        kept = reader.committed.turn
        chain = reader.committed.chain
    with Reader(day[0] / "journal.db") as reader:
        assert 0 < kept < reader.committed.turn
        assert reader.chain_at(kept) == chain, "what was acknowledged is what the whole run has"
    assert resume_run(out, silent)["journal_digest"] == day[1]


def test_inputs_that_found_no_room_are_written_anew(day: tuple[Path, str], tmp_path: Path) -> None:
    out = tmp_path / "run"
    said = limited(20_000, *begin(out))
    assert str(out / "book") in said and "again" in said
    assert not (out / "settings.json").exists() and not list(out.glob("**/*.new"))
    asked = Request(network="metro", scale=SCALE, seed=SEED, drain_days=DRAIN, out=out)
    assert start_run(asked, silent)["journal_digest"] == day[1]


def test_checkpoint_and_report_without_room(day: tuple[Path, str], tmp_path: Path) -> None:
    out = tmp_path / "run"
    shutil.copytree(day[0], out)
    (out / "report.html").unlink()
    assert "checkpoint-" in limited(40_000, "resume", out)
    most = max(p.stat().st_size for p in out.glob("checkpoint-*/*"))
    drawn = (day[0] / "report.html").stat().st_size
    if most < drawn:
        assert "report.html" in limited((most + drawn) // 2, "resume", out)
    assert not (out / "report.html").exists() and not list(out.glob("*.new"))
    assert resume_run(out, silent)["journal_digest"] == day[1]
    assert (out / "report.html").stat().st_size > 40_000


@pytest.mark.parametrize("form", ["epcis", "labels", "parquet"])
def test_an_export_without_room_leaves_nothing_half(day: tuple[Path, str], tmp_path: Path, form: str) -> None:
    out = tmp_path / "exported"
    before = RunDir(day[0]).journal.read_bytes()
    assert str(out) in limited(32_768, "export", form, "--run", day[0], "--out", out)
    left = list(out.glob("*")) if form == "parquet" else [p for p in tmp_path.iterdir()]
    assert all(p.suffix == ".parquet" for p in left)
    assert RunDir(day[0]).journal.read_bytes() == before


def test_not_even_room_to_open_the_journal(day: tuple[Path, str], tmp_path: Path) -> None:
    """A reader needs an index beside the journal; the journal itself is whole, and nobody is told to replace it."""
    said = limited(4_000, "export", "epcis", "--run", day[0], "--out", tmp_path / "x")
    assert "room" in said and "restore" not in said


def test_a_draft_takes_the_name_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), whole(path) as draft:
        draft.write_text("half")
        raise ZeroDivisionError
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]
    with whole(path) as draft:
        draft.write_text("new")
    assert path.read_text() == "new" and list(tmp_path.iterdir()) == [path]
    with (
        pytest.raises(FileNotFoundError, match="No such file"),
        whole(tmp_path / "nowhere" / "b.txt") as draft,
    ):
        draft.write_text("b")
    with pytest.raises(IsADirectoryError) as error, whole(tmp_path) as draft:
        draft.write_text("c")
    assert error.value.filename == str(tmp_path)
