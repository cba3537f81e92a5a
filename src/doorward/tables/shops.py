"""Shops that send us their orders by webhook. Secrets and what was wrong are in the vault (kinds `shop`, `reject`)."""

from __future__ import annotations

from enum import IntEnum

from doorward.core.table import I1, I4, I8, Table


class ShopKind(IntEnum):
    """Whose webhooks they are."""

    SHOPIFY = 0
    WOOCOMMERCE = 1


class Connections(Table):
    """Connections to shops, row = connection.

    org      (n,)  row in Organisations whose orders they become
    kind     (n,)  ShopKind
    made_s   (n,)  ended_s (n,) -1: it holds
    keyed_s  (n,)  when its secret last changed; made_s if never
    """

    org: I4
    kind: I1
    made_s: I8
    ended_s: I8
    keyed_s: I8


class Rejects(Table):
    """Orders of shops that could not be taken, row = reject; one row for an order however often it is sent.

    connection  (n,)
    at_s        (n,)  when it last came
    times       (n,)  how often
    done_s      (n,)  when it was taken after all, or called off; -1 it waits for a person
    """

    connection: I4
    at_s: I8
    times: I4
    done_s: I8


# ---- facts -----------------------------------------------------------------------------------------------------


class Connected(Table):
    """Fact (hooks): connections; numbers continue Connections. by: grant, -1 doorward itself."""

    connection: I4
    org: I4
    kind: I1
    by: I8


class ConnectionKeyed(Table):
    """Fact (hooks): another secret verifies from now on."""

    connection: I4
    by: I8


class Disconnected(Table):
    """Fact (hooks): nothing is taken from there any more."""

    connection: I4
    by: I8


class OrderRejected(Table):
    """Fact (hooks): a shop's order could not be taken; a new reject's number continues Rejects, a known one came again.

    done: 1 nothing is left to do about it (it was called off before it came)
    """

    reject: I4
    connection: I4
    done: I1


class RejectSettled(Table):
    """Fact (hooks): it was taken after all, or called off."""

    reject: I4
