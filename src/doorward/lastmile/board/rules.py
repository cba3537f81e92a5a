"""Settings of the dispatcher's board: section [lastmile.board] of a network file."""

from __future__ import annotations

import msgspec


class BoardRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long a plan is searched for and holds, and how much one may ask for at once."""

    seconds: float = 5.0
    """Of searching, unless it is said otherwise ..."""
    seconds_most: float = 30.0
    """... and at most."""
    iterations_most: int = 2_000_000
    """Ruin-and-recreate iterations at most, where they are the budget."""
    expires_s: int = 1_800
    """A proposal that is not taken by then is void."""
    most_packages: int = 500
    """Packages that one command moves, takes off, puts or locks."""
    most_pool: int = 1_500
    """Packages of the pool that one proposal may be asked for; of the whole pool the most urgent."""
    most_runs: int = 120
    """Runs that one proposal may be asked for."""
    detour_m: int = 300
    """A leg planned this much longer than the road between its doors leads past something else (a broken van)."""
