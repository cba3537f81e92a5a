"""What the twin's customers ask for: an invented catalogue from a seed, or an operator's own articles.

Demand inside a category falls by the law of Zipf and Mandelbrot, p(k) ~ 1 / (k + q)^s (Mandelbrot 1953). Volume is
log-normal, density is log-normal, weight is their product; sides are the cube root of the volume times log-normal
factors. Own articles are asked for by the demand that is expected of them; without any figure, by that law.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from doorward.core.errors import BadInput
from doorward.core.seed import generator, uniform
from doorward.ports.orderbook import Articles
from doorward.tables.items import FRAGILE, HAZMAT, UPRIGHT, Items
from doorward.twin.demand_rules import CatalogueRules

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


@dataclass(frozen=True)
class Catalogue:
    """Items (rate_upm still unknown) and how they are asked for.

    edges      (categories + 1,)  categories lie one after the other: category c is rows edges[c] .. edges[c + 1]
    upto       (skus + 1,)        running share of demand; upto[0] = 0, upto[-1] = 1
    companion  (skus,)            the SKU that goes with each, of the same category
    names      (categories,)      what the categories are called
    """

    items: Items
    edges: Longs
    upto: Floats
    companion: Longs
    names: tuple[str, ...]

    @property
    def share(self) -> Floats:
        """Share of first lines by SKU; sums to 1."""
        return np.diff(self.upto)

    def drawn(self, u: Floats, category: Longs | None = None) -> Longs:
        """SKUs for draws in [0, 1), from the whole catalogue or from a category each."""
        if category is not None:
            lo, hi = self.upto[self.edges[category]], self.upto[self.edges[category + 1]]
            u = lo + u * (hi - lo)
        sku = np.searchsorted(self.upto, u, side="right") - 1
        if category is None:
            return np.clip(sku, 0, len(self.items) - 1)
        return np.clip(sku, self.edges[category], self.edges[category + 1] - 1)

    def category(self, sku: Longs) -> Longs:
        """The category of each SKU."""
        return np.searchsorted(self.edges, sku, side="right") - 1


def make_catalogue(rules: CatalogueRules, seed: int) -> Catalogue:
    """The catalogue of a seed; the same for every day and scale."""
    kinds = rules.category
    n = rules.skus
    share = np.array([c.sku_pm for c in kinds], np.float64)
    edges = np.rint(np.r_[0.0, np.cumsum(share)] / share.sum() * n).astype(np.int64)
    kind = np.repeat(np.arange(len(kinds)), np.diff(edges))
    rng = generator(seed, "catalogue")
    weight = np.zeros(n)
    for c, each in enumerate(kinds):
        size = int(edges[c + 1] - edges[c])
        law = _zipf(rules, size)
        if size:
            weight[edges[c] : edges[c + 1]] = rng.permutation(law) * (each.demand_pm / law.sum())
    return _coupled(_items(rules, kind, rng), edges, weight, tuple(c.name for c in kinds), seed)


def own_catalogue(articles: Articles, rules: CatalogueRules, seed: int) -> Catalogue:
    """The operator's articles, sorted by category; those of unknown demand sell like the median of the known ones.

    BadInput if none of them is expected to be bought.
    """
    kinds = sorted(set(articles.category.tolist()))
    at = {name: row for row, name in enumerate(kinds)}
    kind = np.array([at[name] for name in articles.category.tolist()], np.int64)
    by = np.argsort(kind, kind="stable")
    per_day, n = articles.per_day[by], len(articles)
    known = per_day >= 0
    if known.any():
        weight = np.where(known, per_day, np.median(per_day[known]))
    else:
        weight = generator(seed, "catalogue/own").permutation(_zipf(rules, n))
    if not weight.sum() > 0:
        raise BadInput(
            "no article is expected to be bought", where=articles.source, rule="per_day is above zero somewhere",
            remedy="give per_day, or leave the column out",
        )  # fmt: skip
    edges = np.r_[0, np.cumsum(np.bincount(kind, minlength=len(kinds)))].astype(np.int64)
    return _coupled(articles.items.take(by), edges, weight, tuple(kinds), seed)


def _zipf(rules: CatalogueRules, size: int) -> Floats:
    return np.asarray((np.arange(1, size + 1) + rules.zipf_q) ** (-rules.zipf_s_pm / 1000), np.float64)


def _coupled(items: Items, edges: Longs, weight: Floats, names: tuple[str, ...], seed: int) -> Catalogue:
    """The catalogue with a companion for each SKU, drawn from its category by weight."""
    n = len(items)
    upto = np.r_[0.0, np.cumsum(weight)]
    upto /= upto[-1]
    upto[-1] = 1.0
    catalogue = Catalogue(items, edges, upto, np.zeros(n, np.int64), names)
    kind = np.repeat(np.arange(len(names)), np.diff(edges))
    partner = catalogue.drawn(uniform(seed, "catalogue/companion", np.arange(n)), kind)
    return replace(catalogue, companion=partner)


def _items(rules: CatalogueRules, kind: Longs, rng: np.random.Generator) -> Items:
    kinds, n = rules.category, len(kind)

    def figure(name: str) -> Floats:
        return np.array([getattr(c, name) for c in kinds], np.float64)[kind]

    def lognormal(median: str, spread: str) -> Floats:
        return figure(median) * np.exp(figure(spread) / 1000 * rng.standard_normal(n))

    volume = lognormal("volume_ml", "volume_spread_pm")
    density = lognormal("density_g_l", "density_spread_pm")
    value = lognormal("value_c", "value_spread_pm")
    bend = np.exp(figure("flatness_pm")[:, None] / 1000 * rng.standard_normal((n, 3)))
    bend /= np.cbrt(bend.prod(axis=1))[:, None]
    sides = np.cbrt(volume * 1000)[:, None] * bend
    sides = -np.sort(-np.clip(np.rint(sides), rules.smallest_mm, rules.largest_mm), axis=1).astype(np.int32)
    litres = sides.astype(np.float64).prod(axis=1) / 1e6
    flags = np.zeros(n, np.int8)
    for name, bit in (("fragile_pm", FRAGILE), ("hazmat_pm", HAZMAT), ("upright_pm", UPRIGHT)):
        flags |= np.where(rng.random(n) * 1000 < figure(name), bit, 0).astype(np.int8)
    digits = max(5, len(str(n)))
    names = [f"{kinds[k].name}-{i:0{digits}d}" for i, k in enumerate(kind)]
    return Items.fill(
        n,
        name=np.array(names, object),
        weight_g=np.clip(np.rint(litres * density), 5, rules.heaviest_g).astype(np.int32),
        length_mm=sides[:, 0],
        width_mm=sides[:, 1],
        height_mm=sides[:, 2],
        value_c=np.maximum(99, (np.rint(value / 100) * 100 - 1)).astype(np.int64),
        flags=flags,
    )
