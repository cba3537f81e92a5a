"""What if: take a run's journal up to a moment, change something, let the twin go on, compare."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from doorward.core.errors import BadInput
from doorward.core.units import DAY_S
from doorward.ledger.fork import fork as fork_journal
from doorward.ledger.read import Reader
from doorward.runtime.book import load_book
from doorward.runtime.change import change_orders, read_change
from doorward.runtime.request import Tell
from doorward.runtime.run import resume_run
from doorward.runtime.rundir import RunDir


def moment(text: str, start_s: int, utc_offset_s: int) -> int:
    """Unix seconds of "14:05" (first day), "2 14:05" (second day) or "2026-03-02 14:05", local time."""
    found = re.fullmatch(r"(?:(\d{1,3})[ d]+)?(\d{1,2}):(\d{2})", text.strip())
    if found and int(found[2]) < 24 and int(found[3]) < 60:
        return start_s + (int(found[1] or 1) - 1) * DAY_S + int(found[2]) * 3600 + int(found[3]) * 60
    try:
        local = datetime.fromisoformat(text.strip()).replace(tzinfo=UTC)
    except ValueError as error:
        raise BadInput(
            f"cannot read the time {text!r}",
            where="--at",
            rule='"14:05" (first day), "2 14:05" (second day) or "2026-03-02 14:05"',
            remedy="write it so",
        ) from error
    return int(local.timestamp()) - utc_offset_s


def fork_run(
    source: Path, at: str, change: Path, out: Path | None, tell: Tell
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Fork a run; returns the results of the original (empty if it has none yet) and of the fork."""
    old = RunDir(source)
    settings = old.settings
    at_s = moment(at, settings.start_s, settings.utc_offset_s)
    asked = read_change(change)
    new = RunDir(out or source.with_name(f"{source.name}-fork-{change.stem}"))
    if new.root.exists():
        if not (new.root / "settings.json").exists():
            raise BadInput(
                "the directory holds something else", where=str(new.root), remedy="give another --out"
            )
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
