"""Forecast the demand of every SKU for the coming days.

1. Every method of the pool forecasts the sum of the next `forecast_days` days at past origins, seeing nothing later.
2. A SKU's method is the one with the least squared error, its own record weighed against that of its class (smooth,
   erratic, intermittent, lumpy: Syntetos, Boylan & Croston 2005) as if the class spoke for `POOL` origins.
3. The variance is that of the chosen method's past errors, weighed against its class in the same way, at least Poisson.
   Quantiles are those of the running sums of recent days, scaled to the forecast; negative binomial before.
4. With too little history for one origin: the Bayesian rate, the catalogue's expectation updated by what was seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorward.inventory.forecast import methods
from doorward.inventory.forecast.quantiles import count_quantile
from doorward.inventory.rules import InventoryRules
from doorward.tables.stock import Forecasted

METHODS = ("bayes", "ma28", "ma91", "ses", "ses-fast", "croston", "sba", "tsb", "adida", "weekday", "theta")
"""Names of `Forecasts.method`."""
BAYES, WEEKDAY = METHODS.index("bayes"), METHODS.index("weekday")
POOL = 40.0
"""Origins that the class's record counts for in choosing a method: a handful of a SKU's own tells little."""
POOL_SPREAD = 12.0
"""The same for the variance."""
RECENT = 91
"""Days whose running sums make the quantiles."""
ENOUGH = 28
"""With fewer closed days than this, quantiles are negative binomial."""
SCALE = 3.0
"""Quantiles of the recent past are scaled to the forecast by this factor at most."""
FIRST = 21
"""Days seen at the first past origin: before, methods differ by luck and one promotion misleads them all."""
UPM_DAY = 86_400 / 1e6
"""Pieces a day of one piece per million seconds."""
Grid = NDArray[np.float64]


@dataclass(frozen=True)
class Outlook:
    """Demand of the next `days` days of each SKU, whole network.

    method   (s,)  row in METHODS;  mean, variance (s,) of the sum over `days` days, pieces
    recent   (d, s)  units of the newest days; empty while history is too short for quantiles of its own
    """

    days: int
    method: NDArray[np.int8]
    mean: Grid
    variance: Grid
    recent: methods.F4

    def over(self, days: NDArray[np.int64] | int) -> tuple[Grid, Grid]:
        """Mean and variance over other numbers of days, both in proportion (variance over mean stays)."""
        share = np.asarray(days) / self.days
        return self.mean * share, self.variance * share

    def quantile(
        self, level: NDArray[np.float64] | float, days: NDArray[np.int64] | int
    ) -> NDArray[np.int64]:
        """Pieces that demand over `days` days (a number, or one of each SKU) does not exceed with probability `level`.

        With `ENOUGH` days of history: the empirical quantile of the sums of that many days running,
        scaled to the forecast mean. Else, and where nothing was sold lately: negative binomial by mean and variance.
        """
        span = np.broadcast_to(np.asarray(days, np.int64), self.mean.shape)
        sure = np.broadcast_to(np.asarray(level, np.float64), self.mean.shape)
        mean, variance = self.over(span)
        out = count_quantile(mean, variance, sure)
        for each in np.unique(span):
            if 2 * each >= len(self.recent):
                continue
            column = np.flatnonzero(span == each)
            total = np.cumsum(self.recent[:, column], axis=0, dtype=np.float64)
            sums = np.sort(np.vstack([total[each - 1 : each], total[each:] - total[:-each]]), axis=0)
            middle = sums.mean(axis=0)
            rank = np.ceil(sure[column] * len(sums)).astype(np.int64) - 1
            scale = np.clip(mean[column] / np.maximum(middle, 1e-9), 1 / SCALE, SCALE)
            found = np.rint(sums[rank, np.arange(len(column))] * scale).astype(np.int64)
            out[column] = np.where(middle > 0, found, out[column])
        return out

    def facts(self) -> Forecasted:
        """As a fact, one row a SKU, in thousandths of a piece."""
        q50, q83, q95 = (self.quantile(level, self.days) * 1000 for level in (0.5, 0.83, 0.95))
        return Forecasted.fill(
            len(self.mean),
            sku=np.arange(len(self.mean)),
            method=self.method,
            mean_mu=np.rint(self.mean * 1000).astype(np.int64),
            q50_mu=q50,
            q83_mu=q83,
            q95_mu=q95,
        )


def prior_rate(rate_upm: NDArray[np.int64], rules: InventoryRules) -> Grid:
    """Expected pieces a day by the catalogue; where it says nothing (-1), the median of what it does say.

    A rate of 0 is a rounded one: half a piece per million seconds.
    """
    known = rate_upm[rate_upm >= 0]
    middle = float(np.median(known)) if len(known) else float(rules.unknown_upm)
    upm = np.where(rate_upm < 0, max(middle, 0.5), np.maximum(rate_upm, 0.5))
    return np.asarray(upm * UPM_DAY, np.float64)


def plan_forecast(
    units: NDArray[np.int32], first_weekday: int, rate_upm: NDArray[np.int64], rules: InventoryRules
) -> Outlook:
    """Forecast from units (days, skus) asked for on closed days, oldest first, the newest yesterday.

    first_weekday: of units[0], 0 Monday. rate_upm (skus,): the catalogue's expectation, -1 unknown. Costs O(days skus).
    """
    y = np.ascontiguousarray(units[-rules.history_days :], np.float32)
    skipped = len(units) - len(y)
    prior = prior_rate(rate_upm, rules)
    days, horizon = len(y), rules.forecast_days
    shape, seen_days = methods.gamma_poisson(y, prior, rules.prior_cv_pm / 1000, rules.memory_days)
    at = origins(days, horizon, rules.origins)
    if len(at) == 0:
        return _bayes_only(y, shape, seen_days, rules)
    weekday = (first_weekday + skipped + np.arange(days)) % 7
    ends = np.r_[at, days]
    sums = all_methods(y, weekday, ends, horizon, shape / seen_days)
    total = np.vstack([np.zeros((1, y.shape[1])), np.cumsum(y, axis=0, dtype=np.float64)])
    actual = total[at + horizon] - total[at]
    error2 = (sums[:, :-1] - actual) ** 2
    group = demand_class(y)
    method = choose(error2, group)
    mean = np.take_along_axis(sums[:, -1], method[None], axis=0)[0]
    variance = _variance(error2, sums, method, group, mean)
    recent = y[-RECENT:] if days >= ENOUGH else y[:0]
    return Outlook(days=horizon, method=method.astype(np.int8), mean=mean, variance=variance, recent=recent)


def origins(days: int, horizon: int, most: int) -> NDArray[np.int64]:
    """Numbers of days seen at past origins, ascending, the last `horizon` days before the end.

    A week apart where there is room, closer in short histories, none before `FIRST` days were seen.
    """
    newest = days - horizon
    if newest < FIRST:
        return np.zeros(0, np.int64)
    step = max(1, min(7, (newest - FIRST) // most))
    return np.arange(newest, FIRST - 1, -step)[:most][::-1].astype(np.int64)


def all_methods(
    y: methods.F4, weekday: NDArray[np.int64], ends: NDArray[np.int64], horizon: int, bayes: Grid
) -> Grid:
    """Sums over the `horizon` days after each origin: (methods, len(ends), skus). bayes (days + 1, skus): daily rate.

    Level methods are multiplied by the network's weekday profile over the horizon; the weekday mean has its own.
    """
    last = ends - 1
    cros = methods.croston(y, 0.1)[last]
    level = np.stack(
        [
            bayes[ends],
            methods.moving_average(y, 28)[last],
            methods.moving_average(y, 91)[last],
            methods.smoothed(y, 0.1)[last],
            methods.smoothed(y, 0.3)[last],
            cros,
            0.95 * cros,
            methods.tsb(y, 0.1, 0.05)[last],
            methods.adida(y, ends),
            np.zeros_like(cros),
            methods.theta(y, 0.1, (horizon + 1) / 2)[last],
        ]
    )
    sums = level * (horizon * profile(y, weekday, ends, horizon))[None, :, None]
    by_day = methods.weekday_mean(y, 12)
    for i, end in enumerate(ends):
        ahead = end - 7 + np.arange(horizon) % 7
        rows = by_day[ahead[ahead >= 0]]
        sums[WEEKDAY, i] = rows.mean(axis=0) * horizon if len(rows) else 0.0
    return np.asarray(sums, np.float64)


def profile(y: methods.F4, weekday: NDArray[np.int64], ends: NDArray[np.int64], horizon: int) -> Grid:
    """Mean weekday factor of the network's demand over the horizon after each origin; 1 before three weeks."""
    total = y.sum(axis=1, dtype=np.float64)
    out = np.ones(len(ends))
    for i, end in enumerate(ends):
        if end < 21:
            continue
        recent = total[end - min(end // 7, 12) * 7 : end]
        by_day = recent.reshape(-1, 7).mean(axis=0)
        whole = by_day.mean()
        if whole > 0:  # the next day has the weekday of the oldest of the last seven
            out[i] = by_day[np.arange(horizon) % 7].mean() / whole
    return out


def demand_class(y: methods.F4) -> NDArray[np.int64]:
    """0 smooth, 1 erratic, 2 intermittent, 3 lumpy, by mean interval 1.32 and squared variation 0.49 of sizes."""
    hit = y > 0
    count = np.maximum(hit.sum(axis=0), 1)
    size = y.sum(axis=0, dtype=np.float64) / count
    spread = np.maximum((y.astype(np.float64) ** 2).sum(axis=0) / count - size**2, 0)
    cv2 = spread / np.maximum(size, 1e-9) ** 2
    return np.asarray(2 * (len(y) / count >= 1.32) + (cv2 >= 0.49), np.int64)


def choose(error2: Grid, group: NDArray[np.int64]) -> NDArray[np.int64]:
    """The method of each SKU from squared errors (methods, origins, skus); the earlier of equals."""
    many = error2.shape[1]
    own = error2.mean(axis=1)
    relative = own / np.maximum(own.mean(axis=0), 1e-9)
    pooled = np.empty_like(relative)
    for g in range(4):
        column = group == g
        if column.any():
            pooled[:, column] = relative[:, column].mean(axis=1)[:, None]
    return np.asarray(((many * relative + POOL * pooled) / (many + POOL)).argmin(axis=0), np.int64)


def _variance(
    error2: Grid, sums: Grid, method: NDArray[np.int64], group: NDArray[np.int64], mean: Grid
) -> Grid:
    """Variance of the forecast's error: own past errors weighed with the class's variance over mean."""
    many = error2.shape[1]
    picked = np.take_along_axis(error2, method[None, None], axis=0)[0]
    told = np.take_along_axis(sums[:, :-1], method[None, None], axis=0)[0]
    ratio = np.ones(len(mean))
    for g in range(4):
        column = group == g
        if column.any():
            ratio[column] = picked[:, column].sum() / max(float(told[:, column].sum()), 1e-9)
    pooled = np.maximum(ratio, 1.0) * mean
    return np.asarray(
        np.maximum((many * picked.mean(axis=0) + POOL_SPREAD * pooled) / (many + POOL_SPREAD), mean)
    )


def _bayes_only(y: methods.F4, shape: Grid, seen_days: Grid, rules: InventoryRules) -> Outlook:
    """Negative binomial of the gamma-Poisson rate, wider where days spread more than Poisson.

    Variance over mean of single days: Pearson's statistic of all SKUs so far, weighed with the rule's as if that were
    a week of days.
    """
    before = shape[:-1] / seen_days[:-1]
    pearson = float((((y - before) ** 2) / np.maximum(before * (1 + 1 / seen_days[:-1]), 1e-9)).sum())
    week = 7.0 * y.shape[1]
    spread = max(1.0, (pearson + week * rules.spread_pm / 1000) / max(y.size + week, 1.0))
    horizon = rules.forecast_days
    mean = horizon * shape[-1] / seen_days[-1]
    return Outlook(
        days=horizon,
        method=np.full(y.shape[1], BAYES, np.int8),
        mean=mean,
        variance=mean * (spread + horizon / seen_days[-1]),
        recent=y[:0],
    )
