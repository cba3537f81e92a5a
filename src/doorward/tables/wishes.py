"""What recipients wish for their delivery."""

from __future__ import annotations

from enum import IntEnum

from doorward.core.table import I1, I8, Table


class Wish(IntEnum):
    """Where it may be left. The words to it (which place, which neighbour) stand in the vault, kind `wish`."""

    IN_PERSON = 0
    SAFE_PLACE = 1
    NEIGHBOUR = 2
    LOCKER = 3  # the nearest parcel locker with room
    PICK_UP = 4  # kept at the delivery station's counter


class Wished(Table):
    """Fact (delivery): a recipient's wish for an order (wish: Wish). `Orders.consent` follows."""

    order: I8
    wish: I1


class Wishes(Table):
    """The newest wish of orders that have one, rows by time: order, wish, at_s."""

    order: I8
    wish: I1
    at_s: I8


class Rescheduled(Table):
    """Fact (delivery): a recipient wants it on another day: the promised window of an order, and of all its packages
    that no vehicle has yet, becomes due_lo_s .. due_s (n,)."""

    order: I8
    due_lo_s: I8
    due_s: I8
