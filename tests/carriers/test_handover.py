"""Pick-ups within capacity, and the simulated partners: every package ends once, times fit the quantiles."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from doorward.carriers.handover.plan import collections, handed_at, pickups_between, plan_handover
from doorward.core.units import DAY_S, HOUR_S
from doorward.ports.carrier import CarrierEvents
from doorward.tables.doorstep import Proofs
from doorward.tables.journey import ENDED, Event, Status
from doorward.tables.outages import Outages, What
from doorward.tables.packages import Packages, Scanned, Scans
from doorward.tables.remarks import Reason, Remarks
from doorward.tables.ways import Services
from doorward.twin.carriers import TwinCarriers, TwinCarriersRules
from tests.carriers.world import MONDAY_S, state_with, turn


def sorted_for(service: int, n: int):
    return state_with(
        1,
        n,
        status=int(Status.SORTED),
        carrier=service,
        way=6,
        leave_s=MONDAY_S + np.arange(n)[::-1],
        holder_kind=0,
    )


def test_pickups_fall_into_exactly_one_turn() -> None:
    services = state_with(1, 1).table(Services)
    for offset in (0, -3 * HOUR_S, 5 * HOUR_S + 1800):
        seen = []
        for now in range(MONDAY_S + 300, MONDAY_S + DAY_S + 300, 300):
            rows, at = pickups_between(services, now - 300, now, offset)
            assert (((at + offset) % DAY_S) == services.pickup_s[rows]).all() and (at <= now).all()
            seen += rows.tolist()
        assert sorted(seen) == [0, 1, 2, 3]


def test_a_pickup_takes_what_it_can_earliest_deadline_first() -> None:
    state = sorted_for(3, 500)  # the courier takes 200 a day at each building
    at = MONDAY_S + 12 * HOUR_S
    scans, remarks = plan_handover(
        state.table(Packages), state.table(Services), np.array([3]), np.array([at]), at + 200
    )
    fc = state.table(Packages).fc
    assert np.bincount(fc[scans.package]).tolist() == [200, 200]
    assert len(scans) + len(remarks) == 500 and not np.isin(remarks.row, scans.package).any()
    for site in (0, 1):
        gone, stays = scans.package[fc[scans.package] == site], remarks.row[fc[remarks.row] == site]
        assert gone.min() > stays.max()  # later rows have the earlier deadline here
    assert sorted(remarks.short[fc[remarks.row] == 0]) == list(range(1, (fc == 0).sum() - 199))
    assert (remarks.reason == Reason.NO_CAPACITY).all()


def test_from_handover_to_the_end_through_the_services() -> None:
    state = sorted_for(0, 400)
    facts = turn(state, "carriers.handover", MONDAY_S + 17 * HOUR_S)
    assert [type(f) for f in facts] == [Scanned]
    assert (state.table(Packages).status == Status.WITH_CARRIER).all()
    assert turn(state, "carriers.handover", MONDAY_S + 17 * HOUR_S + 300) == []
    proofs = 0
    for now in range(MONDAY_S + 17 * HOUR_S + 300, MONDAY_S + 21 * DAY_S, 300):
        posted = turn(state, "carriers.track", now)
        proofs += sum(len(f) for f in posted if type(f) is Proofs)
    packages, scans = state.table(Packages), state.table(Scans)
    over = (*ENDED, Status.RETURNING)
    assert np.isin(packages.status, over).all()
    assert (packages.status == Status.DELIVERED).sum() == proofs > 380
    assert (handed_at(np.arange(400), packages, scans) == MONDAY_S + 17 * HOUR_S).all()
    assert (np.diff(scans.at_s[scans.package == 7]) >= 0).all()
    assert len(state.table(Remarks)) == 0


def ask(twin: TwinCarriers, n: int, p50: int, p90: int, *windows: int) -> CarrierEvents:
    who, full = np.arange(n), np.full(n, 1)
    return CarrierEvents.concat(
        twin.tracking(who, np.zeros(n, np.int32), full * MONDAY_S, full * p50, full * p90, a, b)
        for a, b in pairwise(windows)
    )


def test_the_simulated_spread_fits_the_quantiles() -> None:
    twin = TwinCarriers(3, rules=TwinCarriersRules(lost_pt=0, returned_pt=0, missed_pt=0, late_pt=0))
    p50, p90 = 5 * HOUR_S, 9 * HOUR_S
    told = ask(twin, 20_000, p50, p90, MONDAY_S, MONDAY_S + 30 * DAY_S)
    took = told.at_s[told.event == Event.DELIVERED] - MONDAY_S
    assert len(took) == 20_000
    assert abs(np.quantile(took, 0.5) / p50 - 1) < 0.02 and abs(np.quantile(took, 0.9) / p90 - 1) < 0.02


def test_slow_services_come_in_delivery_hours() -> None:
    twin = TwinCarriers(3, utc_offset_s=-3 * HOUR_S)
    told = ask(twin, 3_000, 2 * DAY_S, 3 * DAY_S, MONDAY_S, MONDAY_S + 60 * DAY_S)
    done = told.at_s[told.event == Event.DELIVERED]
    second = (done - 3 * HOUR_S) % DAY_S
    assert (second >= 8 * HOUR_S).all() and (second <= 20 * HOUR_S).all()


def test_windows_tell_everything_once_and_every_package_ends_once() -> None:
    twin = TwinCarriers(4, rules=TwinCarriersRules(lost_pt=300, returned_pt=500, missed_pt=1_000))
    end = MONDAY_S + 40 * DAY_S
    whole = ask(twin, 800, 2 * DAY_S, 3 * DAY_S, MONDAY_S, end)
    parts = ask(twin, 800, 2 * DAY_S, 3 * DAY_S, *range(MONDAY_S, end + 1, 7 * HOUR_S), end)
    assert whole.equals(parts.take(np.lexsort((parts.package, parts.at_s))))
    final = np.isin(whole.event, (Event.DELIVERED, Event.LOST, Event.RETURN_STARTED))
    assert sorted(whole.package[final]) == list(range(800))
    last = np.zeros(800, np.int64)
    np.maximum.at(last, whole.package, whole.at_s)
    assert (last[whole.package[final]] == whole.at_s[final]).all()  # nothing is told after the end
    assert {Event.LOST, Event.RETURN_STARTED} <= set(whole.event.tolist())


def test_a_missed_round_is_made_up_for_and_only_where_it_was_missed() -> None:
    services = state_with(1, 1).table(Services)
    pickup = int(services.pickup_s[1]) + MONDAY_S
    lo, hi = pickup - HOUR_S, pickup + 2 * HOUR_S
    rows = Outages.fill(
        2, site=[0, 0], service=-1, what=[int(What.CLOSED), int(What.PICKING)], from_s=lo, until_s=hi
    )
    others = [s for s in range(len(services)) if not lo <= MONDAY_S + services.pickup_s[s] < hi]
    seen: dict[tuple[int, int], list[int]] = {}
    for now in range(MONDAY_S + 300, MONDAY_S + DAY_S + 300, 300):
        known = rows.take(rows.from_s <= now)
        known = known.replace(until_s=np.where(known.until_s <= now, known.until_s, -1))
        at = collections(services, 2, known, now - 300, now, 0)
        assert (at <= now).all()
        for site, service in np.argwhere(at >= 0).tolist():
            seen.setdefault((site, service), []).append(int(at[site, service]))
    assert seen[0, 1] == [hi] and seen[1, 1] == [pickup]
    assert all(seen[0, s] == seen[1, s] == [MONDAY_S + int(services.pickup_s[s])] for s in others)
