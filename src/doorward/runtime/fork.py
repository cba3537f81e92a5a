"""What if: take a run's journal up to a moment, change something, let the twin go on, compare."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import msgspec

from doorward.core.errors import BadInput
from doorward.ledger.fork import fork as fork_journal
from doorward.ledger.journal import must_be_free
from doorward.ledger.read import Reader
from doorward.runtime.book import load_book
from doorward.runtime.change import Change, change_network, change_orders, read_change
from doorward.runtime.config import Network, load_network, rules_from
from doorward.runtime.moments import moment, spoken
from doorward.runtime.network_outages import make_outages, make_storms
from doorward.runtime.problems import Problems
from doorward.runtime.request import Tell
from doorward.runtime.rules import RULES
from doorward.runtime.run import resume_run
from doorward.runtime.rundir import RunDir, Settings


def _within(reader: Reader, at_s: int, settings: Settings, at: str) -> None:
    """Raise BadInput unless the run has come to this moment."""
    newest = reader.newest()
    last_s = newest[1] if newest else settings.start_s - 1
    if settings.start_s <= at_s <= last_s:
        return
    days = f"{spoken(settings.start_s, settings.start_s)} to {spoken(last_s, settings.start_s)}"
    raise BadInput(
        f"{at!r} is outside the run",
        where="--at",
        rule=f"a fork begins at a moment that the run has come to: {days}",
        remedy="choose one of these, or wait until the run is there",
    )


def check_fork(network: Network, asked: Change, path: Path, at_s: int, settings: Settings) -> None:
    """Raise BadInput for names, settings and times of a change that cannot be, before anything is copied."""
    changed = change_network(network, asked)
    rules_from(changed, RULES)
    problems = Problems(str(path))
    start_s, offset = settings.start_s, settings.utc_offset_s
    every, _ = make_outages(problems, asked.outages, network.sites, network.services, start_s, offset)
    storms = make_storms(problems, asked.storm, network.regions, start_s, offset)
    problems.stop()
    begins = [("outages", i, s) for i, s in enumerate(every.from_s.tolist())]
    begins += [("storm", i, each.from_s) for i, each in enumerate(storms)]
    for section, i, from_s in begins:
        if from_s < at_s:
            raise BadInput(
                f"begins {spoken(from_s, start_s)}, before the fork",
                where=f"{path} [[{section}]] {i + 1}",
                rule="what has happened stays: a change begins at --at or later",
                remedy="begin it later, or fork earlier",
            )


def fork_run(
    source: Path, at: str, change: Path, out: Path | None, tell: Tell
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fork a run; returns the results of the original (empty if it has none yet) and of the fork."""
    old = RunDir(source)
    settings = old.settings
    at_s = moment(at, settings.start_s, settings.utc_offset_s)
    asked = read_change(change)
    check_fork(load_network(old.network), asked, change, at_s, settings)
    with Reader(old.journal) as reader:
        _within(reader, at_s, settings, at)
    new = RunDir(out or source.with_name(f"{source.name}-fork-{change.stem}"))
    if new.root.exists():
        if new.root.resolve() in (source.resolve(), *source.resolve().parents):
            raise BadInput(
                "is the run that is forked, or holds it",
                where=f"--out {new.root}",
                rule="a fork is a run of its own",
                remedy="give another --out",
            )
        if not (new.root / "settings.json").exists():
            raise BadInput(
                "the directory holds something else", where=str(new.root), remedy="give another --out"
            )
        must_be_free(new.journal)
        shutil.rmtree(new.root)
    new.root.mkdir(parents=True)
    shutil.copytree(old.root / "network", new.root / "network")
    shutil.copytree(old.root / "book", new.root / "book")
    shutil.copyfile(change, new.root / "change.toml")
    with Reader(old.journal) as reader:
        turn = reader.turn_at(at_s)
        fork_journal(reader, new.journal, turn).close()
    forked = msgspec.structs.replace(settings, forked_from=str(source), forked_at_s=at_s, change=change.name)
    new.write_settings(forked)
    book = change_orders(load_book(new), asked, at_s, settings.seed)
    for table in (book.orders, book.lines, book.refs):
        new.save(table)
    result = resume_run(new.root, tell)
    before = old.root / "result.json"
    return (msgspec.json.decode(before.read_bytes()) if before.exists() else {}), result
