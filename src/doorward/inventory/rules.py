"""Settings of inventory."""

from __future__ import annotations

import msgspec


class InventoryRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How demand is foreseen, what is bought, where it lies."""

    # forecast
    forecast_days: int = 7
    """Horizon of the nightly forecast, and of the errors by which methods are chosen."""
    history_days: int = 182
    """Closed days that the forecast looks back on."""
    origins: int = 8
    """Past origins, a week apart where history is long enough, at which every method is judged."""
    prior_cv_pm: int = 500
    """How far the catalogue's expected demand may be off: coefficient of variation, per mille."""
    memory_days: int = 60
    """Demand this long ago counts 1/e of today's in the Bayesian rate."""
    spread_pm: int = 1300
    """Variance over mean of daily demand before any was seen, per mille (1000: Poisson)."""
    unknown_upm: int = 1
    """Expected demand of a SKU of which neither the catalogue nor history says anything, pieces per million seconds."""

    # replenishment
    review_days: int = 1
    """Days between two nights of buying."""
    cycle_days: int = 5
    """A purchase brings this many days of demand beyond the reorder point."""
    lead_days_lo: int = 2
    """Lead time of the fastest supplier ..."""
    lead_days_hi: int = 5
    """... and of the slowest."""
    dock_s: int = 8 * 3_600
    """Suppliers are due at this second of the local day."""
    suppliers: int = 200
    """Suppliers; a SKU's is a fixed function of its number."""
    margin_pm: int = 250
    """Lost when a piece is missing, per mille of its price."""
    holding_pm: int = 20
    """Lost when a piece is left over at the end of a review period (capital, space, ageing), per mille of its price."""
    case_ml: int = 20_000
    """A supplier's case holds this much ..."""
    case_units: int = 12
    """... and at most this many pieces; slow movers are sold by the piece."""
    case_cover_days: int = 45
    """A case that would last longer than this is broken up."""
    least_order_c: int = 5_000
    """A supplier delivers no order below this value in all, cents."""
    least_units: int = 1
    """Every SKU that is sold has at least this many pieces in the network."""

    # opening stock
    open_cover_days: int = 10
    """Days of expected demand on the shelves when the network opens."""
    thin_pm: int = 20
    """Share of SKUs that open with thin stock, per mille ..."""
    thin_cover_days: int = 2
    """... of this many days."""

    spare_pm: int = 100
    """A replayed file's SKUs open with at least what it asks for and this share more, per mille; none of them thin."""

    # placement
    bay_ml: int = 3_000_000
    """What one storage position of a floor holds on all its levels."""
    fill_pm: int = 850
    """A floor is full at this share of its volume, per mille."""
    haul_mc_km: int = 60
    """Carrying one piece one kilometre towards its buyer, thousandths of a cent ..."""
    haul_mc_kg_km: int = 25
    """... plus this for each kilogram (at least 1 kg for 5 litres) and kilometre."""
    cross_mc: int = 15_000
    """One piece that leaves its region: the extra line haul and sort."""
    slot_mc: int = 12_000
    """One more building that holds a SKU until it is next bought: its slot, its receipt, its own safety stock."""
    price_steps: int = 120
    """Iterations of the price search for full buildings."""

    # counting
    count_every_days: int = 30
    """Each bin that holds something is counted this often."""
