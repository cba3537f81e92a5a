"""Which partner services a promise counts on: those that will be booked."""

from __future__ import annotations

import numpy as np

from doorward.core.units import DAY_S
from doorward.promise.fares import DEAR, fares_c, plan_fares, worth_it
from doorward.promise.plan import last_pickup
from doorward.promise.terms import Times
from doorward.tables.cards import CardRates, Cards

ZONES = np.array([[1, 2], [1, -1]], np.int16)  # two services; one FC, two doors


def fares() -> object:
    cards = Cards.fill(2, name=["a", "b"], divisor_mm3_g=[5_000, 0], dim_above_ml=0, minimum_c=500, fuel_bp=[1_000, 0])
    rates = CardRates(
        card=[0, 0, 0, 0, 1, 1],
        zone=[1, 1, 2, 2, 1, 1],
        up_to_g=[1_000, 9_000, 1_000, 9_000, 2_000, 4_000],
        cents=[400, 900, 700, 1_500, 2_000, 2_600],
    )
    return fares_c(
        plan_fares(ZONES, np.array([0, 1]), cards, rates, 1),
        np.array([0, 0, 1, 0]),
        np.array([800, 1_000, 800, 5_000]),
        np.array([1_000, 20_000, 1_000, 1_000]),
    )


def test_rates_by_hand() -> None:
    assert fares()[:, 0].tolist() == [[550, 2_000], [990, 2_000], [770, DEAR], [990, DEAR]]


def test_a_faster_service_is_counted_on_if_it_is_worth_it() -> None:
    takes = np.ones((4, 2), bool)
    good = worth_it(fares(), takes, np.array([1_200, 1_010, 1_200, 1_200]))
    assert good[:, 0].tolist() == [[True, False], [True, True], [True, False], [True, False]]
    only = worth_it(fares(), takes & [False, True], np.zeros(4, np.int64))
    assert only[:2, 0].tolist() == [[False, True]] * 2, "the only one that takes it is the cheapest"
    assert only[2:, 0].all(axis=1).tolist() == [False, False]


def test_the_last_pickup_is_the_latest_that_still_holds() -> None:
    pick_s, transit_s = 100 * DAY_S + 3_600, 2 * DAY_S
    t = Times(
        0, 100, 0, 5, 1, 3, 0, 0, *([np.zeros((1, 1, 1), np.int64)] * 4), np.full((1, 1, 1), pick_s),
        np.full((1, 1, 1), transit_s), *([np.zeros(1, np.int64)] * 4), np.ones(7, bool),
    )  # fmt: skip
    for spare, days in ((0, 0), (DAY_S - 1, 0), (DAY_S, 1), (3 * DAY_S + 5, 3)):
        row = np.array([[0, pick_s + transit_s + 9_000 + spare, 5, 9_000, 0, -1, -1, -1, 0, 0, 1]])
        assert last_pickup(row, t, np.zeros(1, np.int32), 4).tolist() == [pick_s + days * DAY_S]
        row[0, 2] = 4
        assert last_pickup(row, t, np.zeros(1, np.int32), 4).tolist() == [-1]
