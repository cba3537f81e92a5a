"""Settings of the dispatcher's board: section [lastmile.board] of a network file."""

from __future__ import annotations

import msgspec


class BoardRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long a proposal is searched for, and how much one may ask for at once."""

    iterations_stop: int = 100
    """Ruin-and-recreate iterations for each door of the selection ..."""
    iterations_least: int = 2_000
    """... at least ..."""
    iterations_most: int = 40_000
    """... and at most: about a second."""
    most_packages: int = 500
    """Packages that one command moves, takes off, puts or locks."""
    most_runs: int = 40
    """Runs that one proposal may be asked for."""
    detour_m: int = 300
    """A leg planned this much longer than the road between its doors leads past something else (a broken van)."""
