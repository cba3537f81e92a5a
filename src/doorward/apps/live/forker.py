"""The process of a fork: `python -m doorward.apps.live.forker FOLDER`. Ends with its parent.

FOLDER has asked.json; base/ and fork/ are made in it, and told.json says how far it is and what came of it.
"""

from __future__ import annotations

import argparse
import os
import traceback
from pathlib import Path

import msgspec

from doorward.apps.live.writer import end_with_parent
from doorward.ledger.drafts import whole
from doorward.ports.clock import steady_s
from doorward.runtime.live.forks import Change, Measure, begin_fork, compared, play
from doorward.runtime.rundir import RunDir

ASKED, TOLD = "asked.json", "told.json"
TELL_S = 0.25


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What to play. source: folder of the network; turn: what it had come to; now_s to until_s is played."""

    name: str
    source: str
    turn: int
    now_s: int
    until_s: int
    change: Change


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """state: running, done, failed. progress_pm: of both days together."""

    state: str
    progress_pm: int = 0
    error: str = ""
    measures: list[Measure] = []


def main(arguments: list[str] | None = None) -> int:
    """Play the day twice."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments).folder
    os.nice(10)  # the network that runs goes first
    end_with_parent()
    asked = msgspec.json.decode((folder / ASKED).read_bytes(), type=Asked)
    span, last = max(1, asked.until_s - asked.now_s), [0.0]

    def tell(told: Told) -> None:
        with whole(folder / TOLD) as draft:
            draft.write_bytes(msgspec.json.encode(told))

    try:
        days = []
        for n, (part, change) in enumerate((("base", Change()), ("fork", asked.change))):

            def told(second: int, first: int = n * 500) -> None:
                if steady_s() - last[0] > TELL_S:
                    last[0] = steady_s()
                    tell(Told(state="running", progress_pm=first + max(0, second - asked.now_s) * 500 // span))

            where = begin_fork(RunDir(Path(asked.source)), asked.turn, folder / part)
            days.append(play(where, change, asked.now_s, asked.until_s, told))
        tell(Told(state="done", progress_pm=1000, measures=list(compared(*days))))
    except Exception as error:
        traceback.print_exc()
        tell(Told(state="failed", error=str(error) or type(error).__name__))
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
