"""Fold the facts of the hooks room."""

from __future__ import annotations

import numpy as np

from doorward.core.table import Table
from doorward.ledger.state import Fold, State
from doorward.tables.hooks import (
    EndpointChanged,
    EndpointDisabled,
    EndpointEnabled,
    EndpointMade,
    Endpoints,
    HookReplayed,
    SecretRotated,
)
from doorward.tables.shops import (
    Connected,
    ConnectionKeyed,
    Connections,
    Disconnected,
    OrderRejected,
    Rejects,
    RejectSettled,
)


def fold_made(state: State, rows: EndpointMade, at_s: int) -> None:
    """New endpoints, enabled."""
    state.append(Endpoints.fill(len(rows), org=rows.org, events=rows.events, made_s=at_s, rotated_s=at_s))


def fold_changed(state: State, rows: EndpointChanged, at_s: int) -> None:
    """Other events from now on."""
    state.put(Endpoints, rows.endpoint, events=rows.events)


def fold_disabled(state: State, rows: EndpointDisabled, at_s: int) -> None:
    """Nothing is sent there."""
    state.put(Endpoints, rows.endpoint, disabled_s=at_s, reason=rows.reason)


def fold_enabled(state: State, rows: EndpointEnabled, at_s: int) -> None:
    """It is told again."""
    state.put(Endpoints, rows.endpoint, disabled_s=-1, reason=-1)


def fold_rotated(state: State, rows: SecretRotated, at_s: int) -> None:
    """When; the secrets are in the vault."""
    state.put(Endpoints, rows.endpoint, rotated_s=at_s)


def fold_replayed(state: State, rows: HookReplayed, at_s: int) -> None:
    """Nothing to fold: the sender reads it in the journal."""


def fold_connected(state: State, rows: Connected, at_s: int) -> None:
    """New connections, open."""
    state.append(Connections.fill(len(rows), org=rows.org, kind=rows.kind, made_s=at_s, keyed_s=at_s))


def fold_keyed(state: State, rows: ConnectionKeyed, at_s: int) -> None:
    """When; the secret is in the vault."""
    state.put(Connections, rows.connection, keyed_s=at_s)


def fold_disconnected(state: State, rows: Disconnected, at_s: int) -> None:
    """Nothing is taken from there."""
    state.put(Connections, rows.connection, ended_s=at_s)


def fold_rejected(state: State, rows: OrderRejected, at_s: int) -> None:
    """New rejects; a known one came again."""
    done_s = np.where(rows.done > 0, at_s, -1)
    new = rows.reject >= state.count(Rejects)
    fresh = rows.take(new)
    state.append(
        Rejects.fill(len(fresh), connection=fresh.connection, at_s=at_s, times=1, done_s=done_s[new])
    )
    known = rows.reject[~new]
    times = state.get(Rejects, "times", known) + 1
    state.put(Rejects, known, at_s=at_s, times=times, done_s=done_s[~new])


def fold_settled(state: State, rows: RejectSettled, at_s: int) -> None:
    """It waits for nobody any more."""
    state.put(Rejects, rows.reject, done_s=at_s)


FOLDS: dict[type[Table], Fold] = {
    EndpointMade: fold_made,
    EndpointChanged: fold_changed,
    EndpointDisabled: fold_disabled,
    EndpointEnabled: fold_enabled,
    SecretRotated: fold_rotated,
    HookReplayed: fold_replayed,
    Connected: fold_connected,
    ConnectionKeyed: fold_keyed,
    Disconnected: fold_disconnected,
    OrderRejected: fold_rejected,
    RejectSettled: fold_settled,
}
"""Facts folded here."""
