"""Figures of the carbon ledger: pure functions of the tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorward.core.hours import day_start
from doorward.core.units import DAY_S
from doorward.footprint.plan import factor
from doorward.footprint.rules import FootprintRules
from doorward.ledger.state import State
from doorward.tables.footprint import ChargeSlots, ChargesPlanned, DataClass, Factors, LegKind, Legs, Shares
from doorward.tables.linehaul import Trips, TripStatus
from doorward.tables.packages import Scans
from doorward.tables.sites import Floors


@dataclass(frozen=True)
class Balance:
    """Legs against packages, mg CO2e well-to-wheel.

    legs_mg all legs; shares_mg all shares; unborne_mg legs that no package was on (vehicles that broke down before they
    took any); legs_mg = shares_mg + unborne_mg + off_mg, and off_mg is 0
    """

    legs_mg: int
    shares_mg: int
    unborne_mg: int

    @property
    def off_mg(self) -> int:
        """What does not add up."""
        return self.legs_mg - self.shares_mg - self.unborne_mg


def balance(state: State) -> Balance:
    """The line "vehicles and buildings = packages"."""
    legs = state.table(Legs)
    total = legs.wtt_mg + legs.ttw_mg
    return Balance(
        int(total.sum()), int(state.table(Shares).co2_mg.sum()), int(total[legs.packages == 0].sum())
    )


def by_class(state: State) -> list[tuple[str, int, float]]:
    """(class, mg CO2e, share of all) for primary, modelled and default data; packaging is in it (default factors)."""
    legs = state.table(Legs)
    total = legs.wtt_mg + legs.ttw_mg
    whole = max(1, int(total.sum()))
    sums = [(each.name.lower(), int(total[legs.basis == each].sum())) for each in DataClass]
    return [(name, mg, mg / whole) for name, mg in sums]


def by_view(state: State, rules: FootprintRules) -> list[tuple[str, int, int, int]]:
    """(kind, Wh, location-based mg, market-based mg) by kind of leg and in all.

    Location-based is the ledger: the grid's mean. Market-based (GHG Protocol Scope 2 Guidance) leaves out the
    generation of the share under renewable contracts; losses and upstream stay. Fuel is the same in both.
    """
    legs = state.table(Legs)
    total = legs.wtt_mg + legs.ttw_mg
    generation = sum(factor(state.table(Factors), "grid_generation")) if len(legs) else 0
    market = total - legs.wh * generation * rules.renewable_pm // 1_000_000
    rows: list[tuple[str, int, int, int]] = []
    for kind in LegKind:
        mine = legs.kind == kind
        if mine.any():
            wh, here, bought = (int(column[mine].sum()) for column in (legs.wh, total, market))
            rows.append((kind.name.lower(), wh, here, bought))
    return [*rows, ("all", int(legs.wh.sum()), int(total.sum()), int(market.sum()))]


def fc_energy(state: State, until_s: int, utc_offset_s: int) -> list[tuple[int, int, int]]:
    """(FC, Wh drawn from the day of the first scan until now, Wh borne by packages): the rest was idle."""
    legs, floors, scans = state.table(Legs), state.table(Floors), state.table(Scans)
    began = day_start(int(scans.at_s[0]), utc_offset_s) if len(scans) else until_s
    drawn = floors.kwh_day.astype(np.int64) * 1000 * (until_s - began) // DAY_S
    mine = legs.kind == LegKind.FC
    borne = np.zeros(len(floors), np.int64)
    np.add.at(borne, legs.ref[mine], legs.wh[mine])
    return [(fc, int(d), int(b)) for fc, (d, b) in enumerate(zip(drawn, borne, strict=True))]


def empty_departures(state: State) -> tuple[int, int]:
    """(departures with nothing loaded, all that ended): the ledger takes those as not driven."""
    trips = state.table(Trips)
    done = trips.status == TripStatus.DONE
    return int((done & (trips.packages == 0)).sum()), int(done.sum())


@dataclass(frozen=True)
class Charging:
    """Planned charging: Wh, thousandths of a cent, mg CO2e by the hourly profile, highest slot of any station, W."""

    wh: int
    cost_mc: int
    profile_mg: int
    peak_w: int


def charging(state: State, rules: FootprintRules, utc_offset_s: int, slot_s: int = 900) -> Charging:
    """What the charging plans cost and emit by the rules' hourly profiles (for decisions, never in the ledger)."""
    slots = state.table(ChargeSlots)
    hour = (slots.slot_s + utc_offset_s) % 86_400 // 3_600
    wh = slots.wh.astype(np.int64)
    cost = int((wh * np.array(rules.tariff_mc_kwh)[hour]).sum()) // 1000
    station = state.table(ChargesPlanned).station[slots.charge].astype(np.int64)
    _, place = np.unique(np.stack([station, slots.slot_s]), axis=1, return_inverse=True)
    peak = int(np.bincount(place.ravel(), weights=wh).max(initial=0)) * 3600 // slot_s
    return Charging(int(wh.sum()), cost, int((wh * np.array(rules.grid_mg_wh)[hour]).sum()), peak)
