"""A writer process for the tests that kill it: commits turns for ever, and says each number once it is acknowledged.

python -m tests.ledger.writer FOLDER URL [WAIT_S]
"""

from __future__ import annotations

import sys

import numpy as np

from doorward.ledger.ledger import Ledger
from doorward.ledger.state import State
from tests.ledger.small import FOLDS, REFERENCE, Appeared, Things


def thing(state: State) -> Appeared:
    """The next one."""
    number = state.count(Things)
    return Appeared(thing=np.array([number]), place=[number % 5])


def main() -> None:
    """Write until killed."""
    folder, url = sys.argv[1:3]
    wait_s = float(sys.argv[3]) if len(sys.argv) > 3 else 0.0
    with Ledger.open(folder, FOLDS, REFERENCE, journal=url, wait_s=wait_s) as ledger:
        while True:
            turn = ledger.post("room.do", 1_000 + ledger.at, [thing(ledger.state)], f"key {ledger.at}")
            ledger.commit()
            print(turn, flush=True)


if __name__ == "__main__":
    main()
