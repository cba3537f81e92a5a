"""Fold the facts of the hooks room."""

from __future__ import annotations

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


FOLDS: dict[type[Table], Fold] = {
    EndpointMade: fold_made,
    EndpointChanged: fold_changed,
    EndpointDisabled: fold_disabled,
    EndpointEnabled: fold_enabled,
    SecretRotated: fold_rotated,
    HookReplayed: fold_replayed,
}
"""Facts folded here."""
