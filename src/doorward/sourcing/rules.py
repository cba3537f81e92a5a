"""Settings of the sourcing room: section [sourcing] of a network file."""

from __future__ import annotations

import msgspec


class SourcingRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a parcel costs when buildings are compared, and how long to wait for stock."""

    parcel_c: int = 260
    """Every parcel: carton, packing, label, the door."""
    parcel_km_mc: int = 110
    """Every parcel and kilometre, thousandths of a cent."""
    kg_c: int = 12
    """Every kilogram, cents."""
    kg_km_mc: int = 40
    """Every kilogram and kilometre, thousandths of a cent."""
    pick_c: int = 18
    """Every unit picked, cents."""
    late_c: int = 400
    """A parcel that cannot be at the door as promised."""
    late_hour_c: int = 25
    """The same, for every hour after the promise."""
    load_c: int = 60
    """Shadow price of a unit at a building whose floor is full, cents."""
    load_from_pm: int = 500
    """The price of load begins at this share of `load_hours` of work."""
    load_hours: int = 12
    """A building with this many hours of picking before it is full."""
    cover_days: int = 7
    """Stock is expected to be replenished within so many days: the horizon of the price of scarcity."""
    process_s: int = 10_800
    """From sourcing to staged at the dock: wave, picking, packing, sorting."""
    crossdock_s: int = 3_600
    """Handling where a package changes trucks."""
    door_s: int = 13_500
    """From a station's dock (or a partner's own estimate) to the door."""
    max_wait_s: int = 864_000
    """A line waits for a purchase at most so long."""
    stow_s: int = 21_600
    """From a supplier's date (or the dock) to being for sale."""
    whole_wait_s: int = 86_400
    """An order waits for its missing lines at most so long to be shipped whole, and only if its promise still holds."""
    move_gain_c: int = 40
    """A sourced order is moved only if that saves more than this."""
    reconsider_orders: int = 20_000
    """At most so many orders are looked at again in one turn, the most urgent first."""
