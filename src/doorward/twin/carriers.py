"""Simulated partner carriers: transit with a log-normal spread through p50 and p90, hub scans, failures, losses.

Everything about a package follows from its number, the hour it was handed over and the seed; nothing is remembered.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from doorward.core import seed as draws
from doorward.core.hours import day_start, second_of_day
from doorward.core.units import DAY_S, HOUR_S
from doorward.ports.carrier import CarrierEvents
from doorward.tables.journey import Event
from doorward.tables.remarks import Reason

I64 = NDArray[np.int64]
DECILE = 1.2815515655446004
MOST_HUBS = 4


class TwinCarriersRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How partners behave. Shares per ten thousand packages."""

    lost_pt: int = 8  # never seen again; reported after three times the ninth decile
    returned_pt: int = 60  # undeliverable, sent back
    missed_pt: int = 380  # first attempt fails, delivered a day later
    late_pt: int = 150  # something went wrong inside: a day more
    opens_s: int = 28_800  # deliveries of slow services happen between these seconds of the local day
    closes_s: int = 72_000


class TwinCarriers:
    """A CarrierPort whose partners are drawn from the seed."""

    def __init__(self, seed: int, utc_offset_s: int = 0, rules: TwinCarriersRules | None = None) -> None:
        self.seed, self.utc_offset_s, self.rules = seed, utc_offset_s, rules or TwinCarriersRules()

    def tracking(
        self,
        package: I64,
        service: NDArray[np.int32],
        handed_s: I64,
        transit_p50_s: I64,
        transit_p90_s: I64,
        after_s: int,
        now_s: int,
    ) -> CarrierEvents:
        """Messages dated in (after_s, now_s], by time, then package; nothing of a package after its end."""
        fate = draws.uniform(self.seed, "carrier/fate", package) * 10_000
        r = self.rules
        lost = fate < r.lost_pt
        back = ~lost & (fate < r.lost_pt + r.returned_pt)
        missed = back | (draws.uniform(self.seed, "carrier/missed", package) * 10_000 < r.missed_pt) & ~lost
        first = self._first_attempt(package, handed_s, transit_p50_s, transit_p90_s)
        end = first + np.where(back, 2 * DAY_S, np.where(missed, DAY_S, 0))
        end = np.where(lost, handed_s + 3 * transit_p90_s, end)
        final = np.where(
            lost, int(Event.LOST), np.where(back, int(Event.RETURN_STARTED), int(Event.DELIVERED))
        )
        why = np.where(lost, int(Reason.CARRIER_LOST), np.where(back, int(Reason.NOT_HOME), 0))
        parts: list[tuple[I64, ArrayLike, I64, ArrayLike]] = [(package, final, end, why)]
        parts.append((package[missed], int(Event.CARRIER_MOVED), first[missed], int(Reason.NOT_HOME)))
        hubs = np.clip(1 + transit_p50_s // DAY_S, 1, MOST_HUBS)
        for hub in range(1, MOST_HUBS + 1):
            go = (hubs >= hub) & (transit_p50_s >= 6 * HOUR_S)
            if lost.any():
                go &= ~lost | (hub == 1)
            at = handed_s + (first - handed_s) * hub // (hubs + 1)
            parts.append((package[go], int(Event.CARRIER_MOVED), at[go], 0))
        every = [CarrierEvents.fill(len(p), package=p, event=e, at_s=at, reason=w) for p, e, at, w in parts]
        told = CarrierEvents.concat(e.take((e.at_s > after_s) & (e.at_s <= now_s)) for e in every)
        return told.take(np.lexsort((told.package, told.at_s)))

    def _first_attempt(self, package: I64, handed_s: I64, p50: I64, p90: I64) -> I64:
        """When the door is first reached; slow services come in delivery hours of that local day."""
        sigma = np.log(np.maximum(p90, p50 + 1) / p50) / DECILE
        transit = p50 * np.exp(sigma * draws.normal(self.seed, "carrier/transit", package, handed_s))
        slip = draws.below(self.seed, "carrier/slip", self.rules.late_pt / 10_000, package) & (
            p50 >= DAY_S // 2
        )
        at = handed_s + np.maximum(HOUR_S // 2, np.rint(transit).astype(np.int64)) + np.where(slip, DAY_S, 0)
        opens, closes = self.rules.opens_s, self.rules.closes_s
        midnight, second = day_start(at, self.utc_offset_s), second_of_day(at, self.utc_offset_s)
        hours = midnight + opens + second * (closes - opens) // DAY_S
        return np.where(p50 >= DAY_S // 2, np.maximum(hours, handed_s + HOUR_S), at).astype(np.int64)
