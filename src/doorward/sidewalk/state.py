"""Sidewalk folds no fact of its own: RunsPlanned and StopsPlanned are folded by lastmile, WayDropped by carriers."""

from __future__ import annotations

from doorward.core.table import Table
from doorward.ledger.state import Fold

FOLDS: dict[type[Table], Fold] = {}
"""Facts folded here."""
