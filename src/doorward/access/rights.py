"""Pure rules: which grants hold, and which rows of the network an organisation sees."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from doorward.ledger.state import State
from doorward.tables.fleet import Runs, RunStatus, Stops
from doorward.tables.journey import ENDED, Status
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages
from doorward.tables.people import (
    EVERY_PART,
    Grants,
    Organisations,
    OrgKind,
    Part,
    Principal,
    Responsible,
    Scope,
    Serving,
)

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


def ends_of(grants: Grants, row: int) -> int:
    """When a principal ends, -1 never; of a session: when its user does."""
    if grants.kind[row] == Principal.SESSION:
        return ends_of(grants, int(grants.about[row]))
    return int(grants.ends_s[row])


def person_behind(grants: Grants, row: int) -> int:
    """The user whose session it is; -1 for a key, and for a session that was opened with one."""
    user = int(grants.about[row]) if grants.kind[row] == Principal.SESSION else -1
    return user if user >= 0 and grants.kind[user] == Principal.USER else -1


def order_of(grants: Grants, row: int, now_s: int) -> int:
    """The order that a customer's tracking link shows; -1 if it is no link, or does not hold."""
    if not holds(grants, row, now_s) or grants.kind[row] != Principal.LINK:
        return -1
    return int(grants.about[row])


def scopes(grants: Grants, row: int) -> Scope:
    """What a grant may; a session what its user may. Who may write plans may those of single runs."""
    if grants.kind[row] == Principal.SESSION:
        return scopes(grants, int(grants.about[row]))
    found = Scope(int(grants.scopes[row]))
    return found | Scope.PLANS_OWN if Scope.PLANS_WRITE in found else found


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
    """(rows,) those of orders that it sees; a contractor: on its planned or running runs, not after; a carrier: those
    that were handed over to its services, not after their end."""
    packages, kind = state.table(Packages), kind_of(state, org)
    if kind == OrgKind.CONTRACTOR:
        return _on_runs(state, org, rows, (RunStatus.PLANNED, RunStatus.LEFT))
    if kind == OrgKind.CARRIER:
        owner, service = state.table(Serving).org, packages.carrier[rows]
        seen = np.asarray((service >= 0) & (service < len(owner)))
        seen &= packages.status[rows] == Status.WITH_CARRIER
        seen[seen] = owner[service[seen]] == org
        return seen
    return orders_seen(state, org, packages.order[rows])


def packages_told(state: State, org: int, rows: NDArray[np.int64]) -> Flags:
    """(rows,) packages of which an organisation may report what happened, also late: the operator all, a contractor
    those that a run of its vehicles carries or carried last, a carrier those given to its services."""
    packages, kind = state.table(Packages), kind_of(state, org)
    if kind == OrgKind.CONTRACTOR:
        stop = packages.stop[rows]
        told = np.asarray(stop >= 0)
        told[told] = runs_seen(state, org)[state.table(Stops).run[stop[told]]]
        return told
    if kind == OrgKind.CARRIER:
        owner, service = state.table(Serving).org, packages.carrier[rows]
        told = np.asarray((service >= 0) & (service < len(owner)))
        told[told] = owner[service[told]] == org
        return told
    return np.full(len(rows), kind == OrgKind.OPERATOR)


def _on_runs(state: State, org: int, rows: NDArray[np.int64], stands: tuple[RunStatus, ...]) -> Flags:
    """(rows,) on their way to the door with a run of the contractor's vehicles that stands so."""
    packages, runs = state.table(Packages), state.table(Runs)
    stop, status = packages.stop[rows], packages.status[rows]
    seen = (stop >= 0) & ~np.isin(status, NOT_TO_THE_DOOR)
    run = state.table(Stops).run[stop[seen]]
    seen[seen] = runs_seen(state, org)[run] & np.isin(runs.status[run], stands)
    return seen


NOT_TO_THE_DOOR = (*ENDED, Status.AT_LOCKER, Status.RETURNING)
FIELDS = {
    "name": Part.NAME, "street": Part.STREET, "postcode": Part.TOWN, "city": Part.TOWN, "country": Part.TOWN,
    "phone": Part.PHONE, "email": Part.EMAIL, "note": Part.NOTE,
}  # fmt: skip
"""Which part each field of a recipient is."""
TO_PLAN = Part.NAME | Part.STREET | Part.TOWN | Part.NOTE
ON_LABEL = Part.NAME | Part.STREET | Part.TOWN | Part.PHONE


def parts_seen(state: State, org: int, rows: NDArray[np.int64]) -> NDArray[np.int32]:
    """(rows,) bits of Part: what an organisation sees of the recipient of each package, as things stand.

    Operator and the order's shipper: all. A contractor: what it takes to plan while the run is planned, the telephone
    too while it is under way, nothing after. A carrier: what stands on the label, from hand-over to the end.
    """
    kind = kind_of(state, org)
    seen = packages_seen(state, org, rows)
    if kind == OrgKind.CONTRACTOR:
        under_way = _on_runs(state, org, rows, (RunStatus.LEFT,))
        bits = np.where(under_way, int(TO_PLAN | Part.PHONE), int(TO_PLAN))
    else:
        bits = np.full(len(rows), int(ON_LABEL if kind == OrgKind.CARRIER else EVERY_PART))
    return np.where(seen, bits, 0).astype(np.int32)


def redacted(recipient: Mapping[str, str], parts: Part) -> dict[str, str]:
    """The fields of a recipient that belong to these parts; a field that nobody declared belongs to none."""
    return {name: text for name, text in recipient.items() if FIELDS.get(name, Part(0)) & parts}
