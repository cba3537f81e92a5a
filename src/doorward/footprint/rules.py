"""Settings of the carbon ledger."""

from __future__ import annotations

import msgspec


class FootprintRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How legs are accounted and split."""

    method: str = "item"
    """How a leg is split: "item" (equally per package, as EN 17837 does for parcels) or "mass"."""
    sort_wh_per_package: int = 60
    """Electricity of a sort center for one package."""
    station_wh_per_package: int = 90
    """Electricity of a delivery station for one package."""
    truck_wh_m: int = 1
    """Battery truck: watt hours per metre."""
    charging_loss_pm: int = 100
    """Energy lost between meter and battery, per mille of what the vehicle uses."""
    renewable_pm: int = 0
    """Share of electricity under renewable contracts: for the market-based view only, never netted in the ledger."""
