"""Fold the facts of the access room."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import Table
from doorward.ledger.state import Fold, State
from doorward.tables.people import (
    Erased,
    Granted,
    Grants,
    OrganisationMade,
    Organisations,
    PasskeyAdded,
    PasskeyRemoved,
    Passkeys,
    PasskeyUsed,
    PasswordSet,
    Principal,
    Responsible,
    Revoked,
    ServiceGiven,
    Serving,
    SubjectLinked,
    VehicleGiven,
)

Rows = NDArray[np.int64]
NONE: Rows = np.empty(0, np.int64)


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


def fold_passkey_added(state: State, rows: PasskeyAdded, at_s: int) -> None:
    """New passkeys, never used."""
    state.append(Passkeys.fill(len(rows), grant=rows.grant, count=rows.count, made_s=at_s))


def fold_passkey_used(state: State, rows: PasskeyUsed, at_s: int) -> None:
    """The counter goes on."""
    state.put(Passkeys, rows.passkey, count=rows.count, used_s=at_s)


def fold_passkey_removed(state: State, rows: PasskeyRemoved, at_s: int) -> None:
    """Whoever may have signed in with it signs in anew."""
    state.put(Passkeys, rows.passkey, removed_s=at_s)
    _end_sessions(state, state.table(Passkeys).grant[rows.passkey], at_s, but=rows.by)


def fold_subject(state: State, rows: SubjectLinked, at_s: int) -> None:
    """Nothing to fold: who it is to the provider is a reference in the vault."""


def _end_sessions(state: State, users: Rows, at_s: int, but: Rows = NONE) -> None:
    grants = state.table(Grants)
    theirs = (grants.kind == Principal.SESSION) & np.isin(grants.about, users) & (grants.revoked_s < 0)
    theirs[but[but >= 0]] = False
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
    PasskeyAdded: fold_passkey_added,
    PasskeyUsed: fold_passkey_used,
    PasskeyRemoved: fold_passkey_removed,
    SubjectLinked: fold_subject,
    VehicleGiven: fold_vehicle,
    ServiceGiven: fold_service,
    Erased: fold_erased,
}
"""Facts folded here."""
