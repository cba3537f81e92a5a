"""Pure rules: which grants hold, and which rows of the network an organisation sees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from doorward.ledger.state import State
from doorward.tables.fleet import Runs, Stops
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages
from doorward.tables.people import Grants, Organisations, OrgKind, Principal, Responsible, Scope

Flags = NDArray[np.bool_]
OPERATOR = 0
"""Row of the operator in Organisations."""


def holds(grants: Grants, row: int, now_s: int) -> bool:
    """Whether a grant exists, has not ended, and was not revoked; of a session also whether its user's holds."""
    if not 0 <= row < len(grants) or grants.revoked_s[row] >= 0:
        return False
    if 0 <= grants.ends_s[row] <= now_s:
        return False
    if grants.kind[row] == Principal.SESSION:
        return holds(grants, int(grants.about[row]), now_s)
    return True


def scopes(grants: Grants, row: int) -> Scope:
    """What a grant may; a session what its user may."""
    if grants.kind[row] == Principal.SESSION:
        return scopes(grants, int(grants.about[row]))
    return Scope(int(grants.scopes[row]))


def may(grants: Grants, row: int, scope: Scope, now_s: int) -> bool:
    """Whether a grant holds and has all of a scope."""
    return holds(grants, row, now_s) and scope in scopes(grants, row)


def kind_of(state: State, org: int) -> OrgKind:
    """What an organisation is; the operator before there is any."""
    kinds = state.table(Organisations).kind
    return OrgKind(int(kinds[org])) if 0 <= org < len(kinds) else OrgKind.OPERATOR


def runs_seen(state: State, org: int) -> Flags:
    """(runs,) the operator sees all, a contractor those of its own vehicles, others none."""
    runs = state.table(Runs)
    kind = kind_of(state, org)
    if kind != OrgKind.CONTRACTOR:
        return np.full(len(runs), kind == OrgKind.OPERATOR)
    owner = state.table(Responsible).org
    has = (runs.vehicle >= 0) & (runs.vehicle < len(owner))
    seen = np.zeros(len(runs), np.bool_)
    seen[has] = owner[runs.vehicle[has]] == org
    return seen


def orders_seen(state: State, org: int, rows: NDArray[np.int64]) -> Flags:
    """(rows,) the operator sees all, a shipper its own; others see packages, not orders."""
    kind = kind_of(state, org)
    if kind == OrgKind.OPERATOR:
        return np.ones(len(rows), np.bool_)
    if kind == OrgKind.SHIPPER:
        return np.asarray(state.table(Orders).shop[rows] == org)
    return np.zeros(len(rows), np.bool_)


def packages_seen(state: State, org: int, rows: NDArray[np.int64]) -> Flags:
    """(rows,) those of orders that it sees; a contractor: those on its runs now."""
    packages = state.table(Packages)
    if kind_of(state, org) == OrgKind.CONTRACTOR:
        stop = packages.stop[rows]
        seen = np.zeros(len(rows), np.bool_)
        at = stop >= 0
        seen[at] = runs_seen(state, org)[state.table(Stops).run[stop[at]]]
        return seen
    return orders_seen(state, org, packages.order[rows])
