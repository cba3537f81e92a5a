"""Forecasts: known values, no look ahead, and no worse than a mean on real demand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.inventory.forecast import methods
from doorward.inventory.forecast.plan import (
    BAYES,
    METHODS,
    all_methods,
    demand_class,
    origins,
    plan_forecast,
    prior_rate,
)
from doorward.inventory.forecast.quantiles import count_quantile
from doorward.inventory.rules import InventoryRules


def column(*units: float) -> methods.F4:
    return np.array(units, np.float32)[:, None]


def test_smoothing_by_hand() -> None:
    path = methods.smoothed(column(10, 20, 30, 0), 0.5)[:, 0]
    assert path.tolist() == [10, 15, 22.5, 11.25]


def test_moving_average_by_hand() -> None:
    assert methods.moving_average(column(1, 2, 6, 7), 2)[:, 0].tolist() == [1, 1.5, 4, 6.5]


def test_croston_by_hand() -> None:
    """Demands 6 on day 2 and 9 on day 5: size 6 then 6 + .5 (9 - 6), interval 2 then 2 + .5 (3 - 2)."""
    path = methods.croston(column(0, 6, 0, 0, 9, 0), 0.5)[:, 0]
    assert path.tolist() == pytest.approx([0, 3, 3, 3, 7.5 / 2.5, 3])


@pytest.mark.parametrize(("size", "gap"), [(3, 1), (4, 2), (10, 5)])
def test_croston_of_regular_demand_is_size_over_interval(size: int, gap: int) -> None:
    """Croston 1972: exact for constant sizes at constant intervals; Syntetos & Boylan take 1 - alpha / 2 of it."""
    y = np.zeros((60, 1), np.float32)
    y[gap - 1 :: gap] = size
    assert methods.croston(y, 0.1)[-1, 0] == pytest.approx(size / gap, rel=1e-5)
    weekday, ends = np.arange(60) % 7, np.array([60])
    sums = all_methods(y, weekday, ends, 7, np.ones((61, 1)))
    croston, sba = sums[METHODS.index("croston"), 0, 0], sums[METHODS.index("sba"), 0, 0]
    assert sba == pytest.approx(0.95 * croston)


def test_croston_is_biased_upwards_by_syntetos_and_boylan() -> None:
    """IJF 21(2), 2005: with geometric intervals the mean of Croston's forecast is about mu/p (1 + a/(2-a) (p-1)/p)."""
    draw = np.random.default_rng(1)
    p, mu, a = 3.0, 5.0, 0.2
    y = (mu * (draw.random((1500, 800)) < 1 / p)).astype(np.float32)
    mean = methods.croston(y, a)[500:].mean()
    assert mean == pytest.approx(mu / p * (1 + a / (2 - a) * (p - 1) / p), rel=0.02)


def test_tsb_fades_when_demand_stops() -> None:
    """Teunter, Syntetos & Babai 2011: each day without demand takes beta of the probability."""
    y = np.r_[np.full(200, 4.0), np.zeros(10)].astype(np.float32)[:, None]
    path = methods.tsb(y, 0.1, 0.05)[:, 0]
    assert path[199] == pytest.approx(4.0)
    assert path[209] == pytest.approx(4.0 * 0.95**10, rel=1e-5)


def test_theta_follows_half_the_slope() -> None:
    """On a straight line y = t: SES lags by (1 - a)/a, half the slope adds (h - 1 + 1/a) / 2; Hyndman & Billah (7)."""
    y = np.arange(400, dtype=np.float32)[:, None]
    expected = 399 - 0.9 / 0.1 + 0.5 * (3 - 1 + 1 / 0.1)
    assert methods.theta(y, 0.1, 3)[-1, 0] == pytest.approx(expected, rel=1e-3)


def test_adida_adds_up_whole_blocks_that_end_at_the_origin() -> None:
    """Demand of 8 each fourth day: blocks of 4, so every block holds 8 and a day 2."""
    y = np.zeros((42, 1), np.float32)
    y[1::4] = 8
    assert methods.adida(y, np.array([40, 42]))[:, 0] == pytest.approx([2, 2])


def test_weekday_mean_is_of_the_same_weekday() -> None:
    y = np.tile(np.arange(7, dtype=np.float32), 3)[:, None]
    assert methods.weekday_mean(y, 12)[-7:, 0].tolist() == [0, 1, 2, 3, 4, 5, 6]


def test_gamma_poisson_without_fading_is_the_textbook_posterior() -> None:
    """Prior gamma(4, 2): after demands 3, 5, 1 in three days gamma(13, 5), mean 2.6."""
    a, b = methods.gamma_poisson(column(3, 5, 1), np.array([2.0]), 0.5, 1e12)
    assert (a[-1, 0], b[-1, 0]) == (pytest.approx(13), pytest.approx(5))


@given(st.integers(0, 2**32 - 1), st.integers(20, 80))
@settings(max_examples=20, deadline=None)
def test_no_method_looks_ahead(seed: int, cut: int) -> None:
    draw = np.random.default_rng(seed)
    y = draw.poisson(0.7, (90, 5)).astype(np.float32)
    other = y.copy()
    other[cut:] = draw.poisson(9, other[cut:].shape)
    ends = np.array([cut])
    weekday = np.arange(90) % 7
    both = [all_methods(x, weekday, ends, 7, np.ones((91, 5))) for x in (y, other)]
    assert np.array_equal(both[0], both[1])


def slow_quantile(mean: float, variance: float, level: float) -> int:
    """By the definition, in plain Python."""
    total, k = 0.0, 0
    if variance <= mean:
        p = np.exp(-mean)
    else:
        r = mean**2 / (variance - mean)
        p = (mean / variance) ** r
    while True:
        total += p
        if total >= level:
            return k
        p *= mean / (k + 1) if variance <= mean else (r + k) / (k + 1) * (variance - mean) / variance
        k += 1


@given(st.floats(0.01, 60), st.floats(1.01, 6), st.sampled_from([0.5, 0.83, 0.95]))
@settings(max_examples=60, deadline=None)
def test_quantiles_equal_the_definition(mean: float, over: float, level: float) -> None:
    assert count_quantile(mean, mean * over, level) == slow_quantile(mean, mean * over, level)


def test_large_quantiles_are_continuous_with_small_ones() -> None:
    for over in (1.0, 3.0):
        lo, hi = (int(count_quantile(m, m * over, 0.95)) for m in (400.0, 400.001))
        assert abs(hi - lo) <= 1


def test_quantile_levels_are_checked() -> None:
    with pytest.raises(ValueError, match="strictly between"):
        count_quantile(1.0, 1.0, 1.0)


def test_without_history_the_catalogue_speaks() -> None:
    """86,400 s at 1,000 pieces per million seconds are 86.4 a day; unknown SKUs take the median."""
    rules = InventoryRules()
    look = plan_forecast(np.zeros((0, 3), np.int32), 0, np.array([1000, -1, 3000]), rules)
    assert look.mean == pytest.approx([7 * 86.4, 7 * 172.8, 7 * 259.2])
    assert (look.method == BAYES).all()
    assert (look.quantile(0.95, 7) > look.mean).all()


def test_a_few_days_move_the_rate_towards_what_was_seen() -> None:
    rules = InventoryRules(memory_days=10**6)
    seen = np.full((3, 2), 4, np.int32)
    rate = np.array([round(2 / 0.0864), -1])
    look = plan_forecast(seen, 0, rate, rules)
    prior = prior_rate(rate, rules)
    assert look.mean / 7 == pytest.approx((4 + 12) / (4 / prior + 3), rel=1e-6)
    assert (look.mean / 7 > 2).all() and (look.mean / 7 < 4).all()


def test_bayesian_quantiles_cover_as_often_as_they_say() -> None:
    """SKUs whose rates are spread around the catalogue's as the rules say; two days of history."""
    draw, rules = np.random.default_rng(3), InventoryRules(spread_pm=1000)
    rate = draw.gamma(4, 0.5, 20_000)
    told = np.full(20_000, round(2 / 0.0864))
    look = plan_forecast(draw.poisson(rate, (2, 20_000)).astype(np.int32), 0, told, rules)
    real = draw.poisson(7 * rate)
    for level in (0.5, 0.83, 0.95):
        share = float((real <= look.quantile(level, 7)).mean())
        assert level - 0.01 <= share <= level + 0.05


def test_origins_never_see_their_own_horizon() -> None:
    assert origins(27, 7, 8).tolist() == []
    assert origins(30, 7, 8).tolist() == [21, 22, 23]
    far = origins(365, 7, 8)
    assert far.tolist() == [309 + 7 * k for k in range(8)] and far[-1] + 7 == 365


def test_classes_by_syntetos_boylan_and_croston() -> None:
    y = np.zeros((40, 4), np.float32)
    y[:, 0] = 5
    y[:, 1] = np.tile([1, 1, 1, 20], 10)
    y[::4, 2] = 5
    y[::4, 3] = np.tile([1, 20], 5)
    assert demand_class(y).tolist() == [0, 1, 2, 3]


def test_selection_finds_the_weekday_and_the_dying() -> None:
    """Weekend-only demand is told day by day; a SKU that died is not bought for any more."""
    draw = np.random.default_rng(0)
    days = np.arange(140)
    y = np.zeros((140, 60), np.int32)
    y[:, :30] = draw.poisson(np.where(days % 7 >= 5, 20.0, 0.2)[:, None], (140, 30))
    y[:70, 30:] = draw.poisson(5.0, (70, 30))
    look = plan_forecast(y, 0, np.full(60, -1), InventoryRules(forecast_days=5))
    assert look.mean[:30].mean() < 12  # Monday to Friday: about 1 of the 41 pieces of a week
    assert look.mean[30:].max() < 2


@pytest.fixture(scope="module")
def retail(shared_data: Path) -> np.ndarray:
    """Daily units (days, SKUs) of UCI Online Retail."""
    parquet = pytest.importorskip("pyarrow.parquet")
    path = shared_data / "retail_uci" / "online_retail.parquet"
    if not path.is_file():
        pytest.skip("retail_uci not at hand")
    table = parquet.read_table(path, columns=["StockCode", "Quantity", "InvoiceDate", "UnitPrice"])
    units, price = table["Quantity"].to_numpy(), table["UnitPrice"].to_numpy()
    day = table["InvoiceDate"].to_numpy().astype("datetime64[D]").astype(int)
    sku = table["StockCode"].combine_chunks().dictionary_encode().indices.to_numpy()
    good = (units > 0) & (price > 0)
    y = np.zeros((int(day.max() - day.min()) + 1, int(sku.max()) + 1), np.int32)
    np.add.at(y, (day[good] - day.min(), sku[good]), units[good])
    return y


@pytest.mark.parametrize("seen", [332, 346, 360])
def test_real_demand_is_foreseen_no_worse_than_by_a_mean(retail: np.ndarray, seen: int) -> None:
    """Mean scaled error of 14-day sums and pinball loss, against simple means and past quantiles."""
    horizon, past = 14, retail[:seen]
    rules = InventoryRules(forecast_days=horizon, history_days=365)
    look = plan_forecast(past, 2, np.full(past.shape[1], -1), rules)
    sold = (past > 0).sum(axis=0) >= 3
    scale = np.sqrt((np.diff(past[:, sold].astype(float), axis=0) ** 2).mean(axis=0))
    real = retail[seen : seen + horizon, sold].sum(axis=0)

    def error(told: np.ndarray) -> float:
        return float((np.abs(told - real) / scale).mean())

    chosen = error(look.mean[sold])
    assert chosen <= error(horizon * past[-28:, sold].mean(axis=0))
    weeks = past[-84:, sold].reshape(12, 7, -1).mean(axis=0).sum(axis=0) * 2
    assert chosen <= error(weeks)
    total = np.cumsum(past[-91:, sold], axis=0)
    sums = total[horizon:] - total[:-horizon]
    for level in (0.5, 0.83, 0.95):
        ours, plain = (
            float((np.maximum(level * (real - q), (level - 1) * (real - q)) / scale).mean())
            for q in (look.quantile(level, horizon)[sold], np.quantile(sums, level, axis=0))
        )
        assert ours <= plain
