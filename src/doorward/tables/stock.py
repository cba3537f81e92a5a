"""Stock by site and SKU, purchases, demand history and forecasts.

Stock and Demand are dense: the row of (fc, sku) is `fc * len(Items) + sku` since FCs are the first Sites.
Invariant, checked at every level: received + returned = on_hand + shipped + written_off - found, and
reserved <= on_hand.
"""

from __future__ import annotations

from doorward.core.table import I1, I2, I4, I8, Table


class Stock(Table):
    """Units of each SKU in each FC, dense rows.

    on_hand      (n,)  on the shelf, reserved ones included
    reserved     (n,)  promised to sourced lines not yet picked
    dock         (n,)  received, not yet stowed (not for sale yet)
    inbound      (n,)  bought, not yet received
    received, returned, shipped, written_off, found  (n,)  running totals
    """

    on_hand: I4
    reserved: I4
    dock: I4
    inbound: I4
    received: I8
    returned: I8
    shipped: I8
    written_off: I8
    found: I8


class Purchases(Table):
    """Orders to suppliers, row = purchase.

    fc, sku, units (n,); ordered_s (n,); due_s (n,) as the supplier says; received_s (n,) -1 open
    """

    fc: I4
    sku: I4
    units: I4
    ordered_s: I8
    due_s: I8
    received_s: I8


class Forecasts(Table):
    """Latest demand forecast of each SKU for the next `days`, whole network, in thousandths of a piece.

    Dense by SKU. method (n,): number of the method that rolling selection chose.
    mean_mu, q50_mu, q83_mu, q95_mu (n,)  milliunits over the horizon
    """

    method: I1
    mean_mu: I8
    q50_mu: I8
    q83_mu: I8
    q95_mu: I8


class Demand(Table):
    """Units asked for by day, row = (day - first day) * len(Items) + sku; days are appended as they close."""

    units: I4


class DemandDays(Table):
    """The local days that have closed, row = place of the day in `Demand`; they follow each other without a gap."""

    day: I4


class OpeningStock(Table):
    """What a user says lies on the shelves at the start: fc, sku, units (at least 1), by fc and sku, each pair once."""

    fc: I4
    sku: I4
    units: I4


class Replayed(Table):
    """What the orders of a replayed file ask for, dense by SKU; no rows where orders are generated or stock is given.

    asked    (n,)  pieces in all
    largest  (n,)  pieces of the largest order line, which one building must have to send it
    """

    asked: I4
    largest: I4


# ---- facts -----------------------------------------------------------------------------------------------------


class Received(Table):
    """Fact (inventory): units reached a dock; `purchase` -1 for opening stock (which is on the shelf at once)."""

    fc: I4
    sku: I4
    units: I4
    purchase: I8


class Stowed(Table):
    """Fact (inventory): units went from the dock to a shelf."""

    fc: I4
    sku: I4
    units: I4


class Bought(Table):
    """Fact (inventory): purchases; numbers continue Purchases."""

    purchase: I8
    fc: I4
    sku: I4
    units: I4
    due_s: I8


class StockMoved(Table):
    """Fact (inventory, fulfillment): units changed by what happened on the floor.

    why: StockWhy. Positive units always; the kind says which columns move.
    """

    fc: I4
    sku: I4
    units: I4
    why: I1


class Unreserved(Table):
    """Fact (fulfillment, sourcing): a reservation was given back (order cancelled, line moved)."""

    fc: I4
    sku: I4
    units: I4


class Forecasted(Table):
    """Fact (inventory): the nightly forecast, one row a SKU that has one."""

    sku: I4
    method: I1
    mean_mu: I8
    q50_mu: I8
    q83_mu: I8
    q95_mu: I8


class DayClosed(Table):
    """Fact (inventory): demand of one local day, one row a SKU asked for; a day without any has one row of 0 units."""

    day: I4
    sku: I4
    units: I4


PICKED, DAMAGED, COUNT_LESS, COUNT_MORE, RESTOCKED, RELEASED = range(6)
"""StockMoved.why. PICKED: on_hand and reserved fall, shipped grows. DAMAGED, COUNT_LESS: on_hand falls, written_off
grows. COUNT_MORE: on_hand and found grow. RESTOCKED: a customer's return, on_hand and returned grow. RELEASED: units
of a package taken apart go back to the shelf: on_hand grows, shipped falls."""


class Regional(Table):
    """Share of demand by region, per mille, dense by region; sums to 1000."""

    share_pm: I2
