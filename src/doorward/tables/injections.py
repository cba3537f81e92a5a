"""What somebody did to the twin while it ran: rain, more orders, a closed building."""

from __future__ import annotations

from enum import IntEnum

from doorward.core.table import I1, I4, I8, Table


class Injection(IntEnum):
    """What is injected. RAIN: amount um an hour; ORDERS: per mille of what would come; CLOSED: a building."""

    RAIN = 0
    ORDERS = 1
    CLOSED = 2


class Injections(Table):
    """Injections, row = injection, by time of asking.

    kind (n,) Injection;  target (n,) RAIN region, CLOSED site; -1 everywhere;  amount (n,) as the kind says, -1 none
    from_s, until_s (n,) Unix seconds
    """

    kind: I1
    target: I4
    amount: I4
    from_s: I8
    until_s: I8


class Injected(Table):
    """Fact (twin): columns as in Injections."""

    kind: I1
    target: I4
    amount: I4
    from_s: I8
    until_s: I8
