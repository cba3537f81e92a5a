"""Settings of delivery: section `[delivery]` of a network file."""

from __future__ import annotations

import msgspec


class DeliveryRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often we try, how long lockers keep, when a proof must be signed for."""

    max_attempts: int = 3
    """Failed attempts after which a package goes back to its sender."""
    locker_after: int = 2
    """Failed attempts after which a customer who allows lockers gets one."""
    locker_hold_s: int = 3 * 86_400
    """A locker keeps a package this long."""
    another_day_lo_s: int = 28_800
    another_day_hi_s: int = 72_000
    """A recipient who wants it on another day is promised this window, seconds of the local day (08:00 to 20:00)."""
    another_day_days: int = 7
    """A recipient may put it off until so many days from today."""
    signature_value_c: int = 20_000
    """Packages worth at least this need a signature or a code, not only a photo."""
    return_s: int = 2 * 86_400
    """From the start of a return to the building."""
    ask_returns_every_s: int = 21_600
    """How often delivered packages are looked over for returns by the customer."""
    return_window_s: int = 30 * 86_400
    """Customers may send back within this time."""
