"""The command line: every verb has help with an example, answers in tables and JSON, refuses kindly."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.feather as feather
import pytest
from typer.testing import CliRunner

from doorward.apps.cli.main import app
from doorward.ledger.journal import Journal
from doorward.runtime.build import open_state
from doorward.runtime.rundir import RunDir
from doorward.tables.packages import Packages

VERBS = ("run", "demo", "resume", "warm", "track", "order", "journey", "sql", "fork", "export")
run_cli = CliRunner()


def doorward(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The real thing in a process of its own."""
    command = [sys.executable, "-c", "from doorward.apps.cli.main import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example(verb: str) -> None:
    shown = run_cli.invoke(app, [verb, "--help"])
    assert shown.exit_code == 0
    assert "Example: doorward" in shown.output


def test_help_alone_shows_the_way_in() -> None:
    assert "doorward demo" in run_cli.invoke(app, []).output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "nowhere.toml"), "no such network file"),
        (("track", "x", "--run", "nowhere"), "not a run directory"),
        (("resume", "nowhere"), "no such run directory"),
        (("network", "check", "nowhere"), "no such network file"),
        (("run", "metro", "--orders", "nowhere.csv"), "nowhere.csv"),
    ],
)
def test_bad_arguments_end_with_one_sentence_and_exit_code_2(
    arguments: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    done = doorward(*arguments, *(("--out", str(tmp_path / "o")) if arguments[0] == "run" else ()))
    assert done.returncode == 2
    assert words in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr


def test_a_run_of_another_version_ends_with_one_sentence_and_exit_code_2(
    day_dir: Path, tmp_path: Path
) -> None:
    where = tmp_path / "run"
    shutil.copytree(day_dir, where)
    path = where / "book" / "NewOrders.arrow"
    feather.write_feather(feather.read_table(path).drop_columns(["access"]), path)
    done = doorward("track", "3", "--run", str(where))
    assert done.returncode == 2
    assert "NewOrders has no column access" in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr


def test_what_a_package_costs_is_told_with_its_currency(day_dir: Path) -> None:
    story = json.loads(run_cli.invoke(app, ["track", "3", "--run", str(day_dir), "--json"]).output)
    assert " USD to pay" in story["why"][0]


def test_questions_about_a_run(day_dir: Path) -> None:
    where = ["--run", str(day_dir), "--json"]
    story = json.loads(run_cli.invoke(app, ["track", "3", *where]).output)
    assert story["package"] == 3
    assert story["history"]
    order = json.loads(run_cli.invoke(app, ["order", "3", *where]).output)
    assert order["lines"]
    by_ref = json.loads(run_cli.invoke(app, ["order", order["ref"], *where]).output)
    assert by_ref["order"] == 3
    rows = json.loads(
        run_cli.invoke(app, ["sql", "select way, count(*) n from packages group by way", *where]).output
    )
    assert sum(r["n"] for r in rows) > 300
    turns = json.loads(run_cli.invoke(app, ["sql", "select count(*) n from journal", *where]).output)
    assert turns[0]["n"] > 100
    assert len(json.loads(run_cli.invoke(app, ["journey", "--json"]).output)) > 20
    plain = run_cli.invoke(app, ["track", "3", "--run", str(day_dir)]).output
    assert "PACKED" in plain


def test_sql_mistakes_are_explained(day_dir: Path) -> None:
    done = doorward("sql", "select nothing from packages", "--run", str(day_dir))
    assert done.returncode == 2
    assert "doorward sql tables" in done.stderr.replace("\n", " ")


@pytest.mark.parametrize("query", ["", "create table x(a int)", "select 1; select 2", "set threads=1"])
def test_sql_only_asks(query: str, day_dir: Path) -> None:
    done = doorward("sql", query, "--run", str(day_dir))
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "write one query" in done.stderr.replace("\n", " ")


def test_sql_answers_are_json_and_show_brackets(day_dir: Path) -> None:
    ask = ["sql", "select 'nan'::float f, '[/x]' t", "--run", str(day_dir)]
    assert json.loads(run_cli.invoke(app, [*ask, "--json"]).output) == [{"f": None, "t": "[/x]"}]
    assert "[/x]" in doorward(*ask).stdout


def test_files_that_cannot_be_written_or_read_are_told(day_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "wide.csv").write_bytes("order,sku".encode("utf-16"))
    (tmp_path / "n.toml").write_text('[network]\nname = "[/bold]"\n[[foo]]\n')
    run = ("run", "metro", "--scale", "0.01", "--out")
    for arguments, words in (
        ((*run, str(tmp_path / "file")), "is a file"),
        ((*run, str(tmp_path / "file" / "in")), "Not a directory"),
        (("export", "epcis", "--run", str(day_dir), "--out", str(tmp_path)), "Is a directory"),
        ((*run, str(tmp_path / "o"), "--orders", str(tmp_path / "wide.csv")), "UTF-16"),
        (("network", "check", str(tmp_path / "n.toml")), "[foo]"),
    ):
        done = doorward(*arguments)
        assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
        assert words in done.stderr.replace("\n", " ")


def test_a_run_that_goes_on_is_not_overwritten_and_a_fork_not_put_on_its_source(
    day_dir: Path, tmp_path: Path
) -> None:
    change = tmp_path / "more.toml"
    change.write_text("[orders]\nfactor_pm = 1500\n")
    before = sorted(p.name for p in day_dir.iterdir())
    with Journal(day_dir / "journal.db"):
        held = doorward("run", "metro", "--scale", "0.01", "--out", str(day_dir))
    onto = doorward(
        "fork", "--at", "12:00", "--change", str(change), "--run", str(day_dir), "--out", str(day_dir)
    )
    assert (held.returncode, onto.returncode) == (2, 2)
    assert "being written" in held.stderr.replace("\n", " ")
    assert set(before) <= {p.name for p in day_dir.iterdir()}


def test_exports(day_dir: Path, tmp_path: Path) -> None:
    for form in ("epcis", "geojson", "parquet"):
        out = tmp_path / form
        done = run_cli.invoke(app, ["export", form, "--run", str(day_dir), "--out", str(out), "--json"])
        assert done.exit_code == 0, done.output
        assert out.exists()
    shapes = json.loads((tmp_path / "geojson").read_text())
    assert shapes["type"] == "FeatureCollection"
    assert {f["properties"]["kind"] for f in shapes["features"]} >= {"fc", "station", "lane", "route"}


def test_every_weighed_package_has_a_label(day_dir: Path, tmp_path: Path) -> None:
    out = tmp_path / "labels.zpl"
    done = run_cli.invoke(app, ["export", "labels", "--run", str(day_dir), "--out", str(out), "--json"])
    printed = json.loads(done.stdout)["labels"]
    with open_state(RunDir(day_dir)) as state:
        weighed = int((state.table(Packages).packed_g >= 0).sum())
    labels = out.read_text(encoding="ascii").split("^XZ")
    codes = {label.split("(00)")[1][:18] for label in labels[:-1]}
    assert printed == len(codes) == weighed > 0
    missing = run_cli.invoke(
        app, ["export", "labels", "--package", "99999999", "--run", str(day_dir), "--out", str(out)]
    )
    assert missing.exit_code != 0


def test_epcis_events_obey_the_published_schema(day_dir: Path, tmp_path: Path, shared_data: Path) -> None:
    import jsonschema_rs

    out = tmp_path / "events.jsonld"
    run_cli.invoke(app, ["export", "epcis", "--run", str(day_dir), "--out", str(out)])
    document = json.loads(out.read_text())
    schema = json.loads((shared_data / "epcis" / "EPCIS-JSON-Schema.json").read_text())
    validator = jsonschema_rs.validator_for(schema)
    assert validator.is_valid(document), next(iter(validator.iter_errors(document)))
    assert len(document["epcisBody"]["eventList"]) > 1000
    broken: dict[str, Any] = json.loads(out.read_text())
    broken["epcisBody"]["eventList"][0]["action"] = "LOOK"
    assert not validator.is_valid(broken)


def test_fork_answers_what_if(day_dir: Path, tmp_path: Path) -> None:
    change = tmp_path / "more.toml"
    change.write_text("[orders]\nfactor_pm = 1500\n")
    done = run_cli.invoke(
        app,
        [
            "fork",
            "--at",
            "12:00",
            "--change",
            str(change),
            "--run",
            str(day_dir),
            "--out",
            str(tmp_path / "f"),
            "--json",
        ],
    )
    both = json.loads(done.output.splitlines()[-1])
    assert both["difference"]["orders"] > 0
    assert both["after"]["violations"] == []
    assert RunDir(tmp_path / "f").settings.forked_from == str(day_dir)


def test_a_row_too_wide_for_the_terminal_is_shown_by_columns(day_dir: Path) -> None:
    told = run_cli.invoke(app, ["sql", "select * from packages limit 1", "--run", str(day_dir)])
    assert told.exit_code == 0 and told.output.startswith("row 0\n")
    assert any(line.split()[:1] == ["weight_g"] for line in told.output.splitlines())
