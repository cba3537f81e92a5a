"""Settings of the carbon ledger and of the chargers."""

from __future__ import annotations

import msgspec

METHODS = ("item", "mass", "mass_distance")
"""Values of `FootprintRules.method`, in the order of tables.footprint.Split."""
NIGHT_GRID = (
    210, 205, 200, 198, 200, 212, 238, 262, 270, 262, 250, 240,
    232, 228, 230, 242, 268, 296, 305, 298, 280, 258, 238, 222,
)  # fmt: skip
"""An invented grid by local hour, mg CO2e per Wh (= g per kWh): a trough at night, a peak in the evening."""


class FootprintRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How legs are accounted and split, and what the chargers can do."""

    method: str = "item"
    """How a leg is split: "item" (equally per package, as EN 17837 does for parcels), "mass", or "mass_distance" (GLEC:
    tonne-kilometres from the station straight to the door; legs that are not rounds are then split by mass)."""
    sort_wh_per_package: int = 60
    """Electricity of a sort center for one package."""
    station_wh_per_package: int = 90
    """Electricity of a delivery station for one package passing through, Wh; one brought back passes again."""
    fc_fill_pm: int = 700
    """Share of its capacity that an FC passes over a year, per mille: a package bears kwh_day / (capacity x this), the
    hub intensity of a whole year as ISO 14083 wants it; see report.fc_energy for what is drawn and not borne. 0:
    packages bear all that the building drew while it was simulated or operated, idle days included."""
    fc_close_hours: int = 24
    """With fc_fill_pm 0: what an FC drew is split over all that was packed within so many hours, from midnight."""
    truck_wh_m: int = 1
    """Battery truck: watt hours per metre."""
    van_wh_km: int = 430
    """Battery vehicle whose own draw is not known, Wh per km (what DEFRA's class III battery van implies)."""
    charging_loss_pm: int = 100
    """Energy lost between meter and battery, per mille of what the vehicle uses."""
    empty_return_pm: int = 1_000
    """Share of a lane's distance that the truck drives back empty on account of its trip, per mille."""
    renewable_pm: int = 0
    """Share of electricity under renewable contracts: for the market-based view only, never netted in the ledger."""
    charger_w: int = 7_400
    """Power of one charger at its meter, W; every van of a station has one."""
    site_limit_w: int = 150_000
    """Power that a station may give to all chargers together, W."""
    charge_hours: int = 24
    """How far a night's plan reaches at most, hours."""
    charge_by: str = "cost"
    """What fills the slots: "cost" (carbon breaks ties) or "carbon" (cost breaks ties)."""
    grid_mg_wh: tuple[int, ...] = NIGHT_GRID
    """Carbon intensity of the grid by local hour (24 values), mg/Wh: for decisions only; the ledger takes the year's
    mean. The default is invented."""
    tariff_mc_kwh: tuple[int, ...] = (14_000,) * 7 + (22_000,) * 16 + (14_000,)
    """Price of electricity by local hour (24 values), thousandths of a cent per kWh. The default is invented."""

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ValueError(f"method is one of {', '.join(METHODS)}, not {self.method!r}")
        if self.charge_by not in ("cost", "carbon"):
            raise ValueError(f"charge_by is cost or carbon, not {self.charge_by!r}")
        if self.fc_fill_pm < 0:
            raise ValueError(f"fc_fill_pm is at least 0, not {self.fc_fill_pm}")
        if not 1 <= self.fc_close_hours <= 24:
            raise ValueError(f"fc_close_hours is between 1 and 24, not {self.fc_close_hours}")
        if len(self.grid_mg_wh) != 24 or len(self.tariff_mc_kwh) != 24:
            raise ValueError("grid_mg_wh and tariff_mc_kwh have 24 values, one for each local hour")
