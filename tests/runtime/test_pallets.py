"""Pallets of a whole small day, from the button to the door, told by its journal."""

from __future__ import annotations

from typing import Any

from doorward.fulfillment.pallets.lint import FACTS, lint_pallets
from doorward.fulfillment.rules import FulfillmentRules
from doorward.ledger.read import Reader
from doorward.runtime.build import open_state
from doorward.runtime.rundir import RunDir
from doorward.tables.linehaul import Pallets
from doorward.tables.packages import Packages


def test_pallets_of_a_whole_day_are_sound(small_day: tuple[RunDir, dict[str, Any]]) -> None:
    where, _ = small_day
    assert pallet_faults(where) == []


def pallet_faults(where: RunDir) -> list[str]:
    """What the linter finds in a run directory."""
    kinds = {kind.__name__: kind for kind in FACTS}
    reader = Reader(where.journal)
    turns = [
        [fact.table(kinds[fact.fact]) for fact in turn.facts if fact.fact in kinds] for turn in reader.turns()
    ]
    reader.close()
    rules = FulfillmentRules()
    with open_state(where) as state:
        packages = state.table(Packages)
        assert (
            state.count(Pallets)
            == sum(len(f) for t in turns for f in t if type(f).__name__ == "PalletsBuilt")
            > 20
        )
        return lint_pallets(turns, packages, most_ml=rules.pallet_ml, most_g=rules.pallet_g)
