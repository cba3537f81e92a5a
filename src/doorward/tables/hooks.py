"""Webhook endpoints: who wants to be told what. URLs and secrets are in the vault (kind `hook`, row = endpoint)."""

from __future__ import annotations

from enum import IntEnum, IntFlag

from doorward.core.table import I1, I4, I8, Table


class HookEvent(IntFlag):
    """What an endpoint may ask to be told; bits of `Endpoints.events`. `HOOK_TYPES` has the names on the wire."""

    ORDER_PROMISED = 1
    ORDER_REFUSED = 2
    PACKAGE_PACKED = 4
    PACKAGE_OUT = 8
    PACKAGE_ETA = 16
    PACKAGE_DELIVERED = 32
    PACKAGE_FAILED = 64
    PACKAGE_RETURNED = 128
    EXCEPTION_RAISED = 256


HOOK_TYPES: dict[HookEvent, str] = {
    HookEvent.ORDER_PROMISED: "order.promised",
    HookEvent.ORDER_REFUSED: "order.refused",
    HookEvent.PACKAGE_PACKED: "package.packed",
    HookEvent.PACKAGE_OUT: "package.out_for_delivery",
    HookEvent.PACKAGE_ETA: "package.eta_changed",
    HookEvent.PACKAGE_DELIVERED: "package.delivered",
    HookEvent.PACKAGE_FAILED: "package.failed",
    HookEvent.PACKAGE_RETURNED: "package.returned",
    HookEvent.EXCEPTION_RAISED: "exception.raised",
}
"""Names of the events on the wire."""


class Disabled(IntEnum):
    """Why nothing is sent to an endpoint."""

    ASKED = 0  # somebody said so
    GONE = 1  # the receiver answered 410 Gone


class Endpoints(Table):
    """Webhook endpoints, row = endpoint.

    org         (n,)  row in Organisations whose things it is told of; the operator's are told of everything
    events      (n,)  bits of HookEvent
    made_s      (n,)
    disabled_s  (n,)  since when nothing is sent; -1 it is
    reason      (n,)  Disabled; -1 enabled
    rotated_s   (n,)  when its secret last changed; made_s if never
    """

    org: I4
    events: I4
    made_s: I8
    disabled_s: I8
    reason: I1
    rotated_s: I8


# ---- facts -----------------------------------------------------------------------------------------------------


class EndpointMade(Table):
    """Fact (hooks): endpoints; numbers continue Endpoints. by: grant, -1 doorward itself."""

    endpoint: I4
    org: I4
    events: I4
    by: I8


class EndpointChanged(Table):
    """Fact (hooks): an endpoint wants other events from now on (its URL may have changed too)."""

    endpoint: I4
    events: I4
    by: I8


class EndpointDisabled(Table):
    """Fact (hooks): nothing more is sent to it; reason is Disabled."""

    endpoint: I4
    reason: I1
    by: I8


class EndpointEnabled(Table):
    """Fact (hooks): it is told again of what happens from this turn on."""

    endpoint: I4
    by: I8


class SecretRotated(Table):
    """Fact (hooks): another secret signs; the one before signs beside it until `ends_s`."""

    endpoint: I4
    ends_s: I8
    by: I8


class HookReplayed(Table):
    """Fact (hooks): the dead letters of an endpoint from events since `since_s` on are to be sent anew."""

    endpoint: I4
    since_s: I8
    by: I8
