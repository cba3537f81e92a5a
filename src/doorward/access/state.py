"""Fold the facts of the access room."""

from __future__ import annotations

from typing import Any

import numpy as np

from doorward.core.table import Table
from doorward.ledger.state import Fold, State
from doorward.tables.people import (
    Erased,
    Granted,
    Grants,
    OrganisationMade,
    Organisations,
    PasswordSet,
    Principal,
    Responsible,
    Revoked,
    ServiceGiven,
    Serving,
    VehicleGiven,
)


def fold_organisation(state: State, rows: OrganisationMade, at_s: int) -> None:
    """New organisations, open."""
    state.append(Organisations.fill(len(rows), kind=rows.kind, made_s=at_s))


def fold_granted(state: State, rows: Granted, at_s: int) -> None:
    """New principals, valid."""
    same = {name: getattr(rows, name) for name in Granted.columns if name != "grant"}
    state.append(Grants.fill(len(rows), made_s=at_s, **same))


def fold_revoked(state: State, rows: Revoked, at_s: int) -> None:
    """They hold no longer; a user's sessions neither."""
    state.put(Grants, rows.grant, revoked_s=at_s)
    _end_sessions(state, rows.grant, at_s)


def fold_password(state: State, rows: PasswordSet, at_s: int) -> None:
    """Whoever was signed in with the old password signs in anew."""
    _end_sessions(state, rows.grant, at_s)


def _end_sessions(state: State, users: np.ndarray[tuple[int], np.dtype[np.int64]], at_s: int) -> None:
    grants = state.table(Grants)
    theirs = (grants.kind == Principal.SESSION) & np.isin(grants.about, users) & (grants.revoked_s < 0)
    state.put(Grants, np.flatnonzero(theirs), revoked_s=at_s)


def fold_vehicle(state: State, rows: VehicleGiven, at_s: int) -> None:
    """The vehicle's contractor from now on."""
    _give(state, Responsible, rows.vehicle, rows.org)


def fold_service(state: State, rows: ServiceGiven, at_s: int) -> None:
    """The service's carrier from now on."""
    _give(state, Serving, rows.service, rows.org)


def _give(state: State, kind: type[Table], row: np.ndarray[Any, Any], org: np.ndarray[Any, Any]) -> None:
    missing = int(row.max(initial=-1)) + 1 - state.count(kind)
    if missing > 0:
        state.append(kind.fill(missing))
    state.put(kind, row, org=org)


def fold_erased(state: State, rows: Erased, at_s: int) -> None:
    """Nothing to fold: the text was in the vault, the fact says that it is gone."""


FOLDS: dict[type[Table], Fold] = {
    OrganisationMade: fold_organisation,
    Granted: fold_granted,
    Revoked: fold_revoked,
    PasswordSet: fold_password,
    VehicleGiven: fold_vehicle,
    ServiceGiven: fold_service,
    Erased: fold_erased,
}
"""Facts folded here."""
