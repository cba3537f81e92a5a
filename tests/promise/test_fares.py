"""What a promise believes of partner services is what the choice of a way will see."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from doorward.carriers.quote.plan import late_lognormal
from doorward.core.units import DAY_S
from doorward.promise.dates import _booked, late_by
from doorward.promise.fares import DEAR, fares_c, parcel_mm, plan_fares
from doorward.promise.plan import last_pickup
from doorward.promise.terms import Asked, Times
from doorward.tables.cards import (
    CardAreas,
    CardBands,
    CardBook,
    CardRates,
    Cards,
    CardSurcharges,
    CardTransit,
    When,
)
from doorward.tables.sites import Zones


def fares() -> np.ndarray:
    """Two services; one FC, two doors, the second of them remote on the first card and out of the second's zones."""
    cards = Cards.fill(
        2, name=["a", "b"], divisor_mm3_g=[5_000, 0], dim_above_ml=0, round_g=1, minimum_c=500, fuel_bp=[1_000, 0],
        surcharge_cap_c=-1,
    )  # fmt: skip
    book = CardBook(
        cards,
        CardBands(card=[0, 0, 1], from_m=[0, 9_000, 0], to_m=[9_000, 99_000, 9_000], zone=[1, 2, 1]),
        CardRates(
            card=[0, 0, 0, 0, 1, 1],
            zone=[1, 1, 2, 2, 1, 1],
            up_to_g=[1_000, 9_000, 1_000, 9_000, 2_000, 4_000],
            cents=[400, 900, 700, 1_500, 2_000, 2_600],
        ),
        CardSurcharges.fill(
            2, card=0, code=["remote", "peak"], when=[When.AREA, When.ALWAYS], lo=[1, 0], hi=[1, 9],
            from_md=[-1, 1101], to_md=[-1, 1231], amount_c=[300, 80], bp=0, of=0, fuelled=[1, 0], group=-1, cap_c=-1,
        ),
        CardAreas(card=[0], region=[1], rural=[-1], area=[1]),
        CardTransit.empty(),
    )  # fmt: skip
    zones = Zones.fill(2, name=["near", "far"], region=[0, 1], rural=0)
    laid = plan_fares(book, np.array([0, 1]), np.array([5_000, 50_000]), zones, 1)
    size = parcel_mm(np.array([1_000, 20_000, 1_000, 1_000]), np.zeros(4), np.zeros(4))
    weight = np.array([800, 1_000, 800, 5_000])
    may, november = 20_590, 20_770
    return np.stack(
        [fares_c(laid, np.array([0, 0, 1, 0]), weight, size, day)[:, 0] for day in (may, november)]
    )


def test_rates_by_hand() -> None:
    """Minimum, fuel, dimensional weight (20 l: 4,000 g), a remote area under fuel, a season that is not."""
    may, november = fares().tolist()
    assert may == [[550, 2_000], [990, 2_000], [1_100, DEAR], [990, DEAR]]
    assert november == [[630, 2_000], [1_070, 2_000], [1_180, DEAR], [1_070, DEAR]]


@given(st.integers(1, 900_000), st.integers(1, 2_500), st.integers(1, 2_500))
def test_the_box_believed_in_holds_the_pieces(volume_ml: int, one: int, two: int) -> None:
    longest, second = max(one, two), min(one, two)
    a, b, c = parcel_mm(np.array([volume_ml]), np.array([longest]), np.array([second]))[0].tolist()
    assert a >= b >= c >= 1
    assert (a >= longest, b >= second) == (True, True)
    assert a * b * c >= volume_ml * 1_000 * 0.98


@given(st.integers(-5 * DAY_S, 20 * DAY_S), st.integers(3_600, 9 * DAY_S), st.floats(0.02, 1.2))
def test_lateness_is_reckoned_as_the_choice_reckons_it(left_s: int, p50_s: int, sigma: float) -> None:
    p, s = late_lognormal(np.array([left_s]), np.array([p50_s]), np.array([sigma]))
    assert np.allclose(late_by(float(left_s), float(p50_s), sigma), (p[0], s[0]), rtol=1e-6, atol=1e-3)


def test_a_date_is_said_only_if_the_choice_will_keep_it() -> None:
    """Express takes a day and post three; post is booked, and late, where express costs more than that is worth."""
    one = np.zeros((1, 1, 1), np.int64)
    times = Times(
        0, 100, 0, 5, 1, 3, 0, 0, one, one, one, one, one, np.full((1, 1, 2), 100 * DAY_S),
        np.array([[[3 * DAY_S, DAY_S]]]), np.full((1, 1, 2), 0.2), np.zeros((1, 1, 2), np.int64),
        *([np.zeros(1, np.int64)] * 3), np.ones(7, bool), 50, 150,
    )  # fmt: skip
    none = np.zeros(1, np.int64)

    def kept(express_c: int, days: int, service: int = 1) -> bool:
        asked = Asked(
            none, none, none, np.zeros((1, 1), np.int64), np.zeros((1, 1), np.int64), np.ones((1, 1, 2), bool),
            np.array([[[500, express_c]]]), np.array([1_200]), np.ones(1, bool), none, np.zeros(1, bool), none, none,
            none,
        )  # fmt: skip
        return bool(_booked(times, asked, 0, 0, 0, service, (100 + days) * DAY_S))

    assert kept(1_700, 2)  # 1,200 c dearer; post would be late by a day: 1,200 + 150
    assert not kept(2_100, 2)
    assert kept(2_100, 5)  # five days: post keeps it too, whoever is booked
    assert not kept(1_700, 3)  # half of the parcels by post would be in time: express is not worth it
    assert kept(900, 3)
    assert kept(9_999, 2, service=0)  # a date that rests on the service which is booked


def test_the_last_pickup_is_the_latest_that_still_holds() -> None:
    pick_s, transit_s = 100 * DAY_S + 3_600, 2 * DAY_S
    t = Times(
        0, 100, 0, 5, 1, 3, 0, 0, *([np.zeros((1, 1, 1), np.int64)] * 5), np.full((1, 1, 1), pick_s),
        np.full((1, 1, 1), transit_s), np.ones((1, 1, 1)), *([np.zeros(1, np.int64)] * 4), np.ones(7, bool), 50, 150,
    )  # fmt: skip
    for spare, days in ((0, 0), (DAY_S - 1, 0), (DAY_S, 1), (3 * DAY_S + 5, 3)):
        row = np.array([[0, pick_s + transit_s + 9_000 + spare, 5, 9_000, 0, -1, -1, -1, 0, 0, 1]])
        assert last_pickup(row, t, np.zeros(1, np.int32), 4).tolist() == [pick_s + days * DAY_S]
        row[0, 2] = 4
        assert last_pickup(row, t, np.zeros(1, np.int32), 4).tolist() == [-1]
