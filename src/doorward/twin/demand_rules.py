"""Settings of the generator: sections `[catalogue]` and `[generator]` of a network file. All of it is invented."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Share = Annotated[int, Meta(ge=0, le=1000, description="a share in per mille, 0 to 1000")]
Chance = Annotated[int, Meta(ge=0, le=950, description="a chance in per mille, 0 to 950")]
Positive = Annotated[int, Meta(ge=1, le=2**31 - 1, description="a whole number of at least 1")]


class Category(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A department of the catalogue. Sizes and weights are log-normal about the medians.

    sku_pm of all SKUs, demand_pm of all demand (per mille, relative to the other categories)
    volume_ml, volume_spread_pm  median volume of a piece and standard deviation of its logarithm, per mille
    density_g_l, density_spread_pm  the same of grams per litre: weight follows volume, and is correlated with it
    flatness_pm  how unequal the three sides are: standard deviation of their logarithms, per mille
    value_c, value_spread_pm  the same of the price of a piece
    """

    name: str
    sku_pm: Positive
    demand_pm: Positive
    volume_ml: Positive
    volume_spread_pm: Positive
    density_g_l: Positive
    density_spread_pm: Positive
    flatness_pm: Positive = 450
    value_c: Positive
    value_spread_pm: Positive = 700
    fragile_pm: Share = 20
    hazmat_pm: Share = 0
    upright_pm: Share = 0


def _category(name: str, *figures: int, **more: int) -> Category:
    names = (
        "sku_pm",
        "demand_pm",
        "volume_ml",
        "volume_spread_pm",
        "density_g_l",
        "density_spread_pm",
        "value_c",
    )
    return Category(name=name, **dict(zip(names, figures, strict=True)), **more)


CATEGORIES = (
    #          name            SKUs dem. volume sprd dens. sprd value
    _category("books", 120, 90, 900, 500, 650, 250, 1_400, flatness_pm=700, fragile_pm=0),
    _category("health", 90, 130, 350, 700, 700, 350, 1_300, hazmat_pm=30, upright_pm=60),
    _category("beauty", 90, 90, 250, 600, 550, 350, 1_800, hazmat_pm=60, fragile_pm=90),
    _category("pantry", 60, 130, 1_200, 700, 750, 350, 1_100, upright_pm=120, fragile_pm=50),
    _category("home", 140, 120, 3_200, 900, 230, 500, 2_400, fragile_pm=150),
    _category("kitchen", 80, 70, 3_600, 850, 320, 450, 3_200, fragile_pm=220),
    _category("electronics", 90, 90, 900, 900, 420, 400, 3_900, fragile_pm=160, hazmat_pm=70),
    _category("toys", 80, 70, 2_600, 800, 210, 400, 2_200),
    _category("clothing", 120, 90, 1_500, 600, 180, 300, 2_600, flatness_pm=600, fragile_pm=0),
    _category("sport", 50, 40, 3_000, 900, 330, 600, 3_000),
    _category("pets", 40, 50, 2_800, 900, 480, 450, 1_900),
    _category("tools", 40, 30, 1_800, 900, 700, 500, 2_900, hazmat_pm=40),
)
"""Invented departments, shaped after what such shops commonly sell."""


class CatalogueRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The catalogue: section `[catalogue]`."""

    file: str = ""  # the operator's own articles instead (docs/items-file.md), beside the network file
    skus: Annotated[int, Meta(ge=10, le=2_000_000, description="10 to 2,000,000 SKUs")] = 20_000
    zipf_s_pm: Positive = (
        1_020  # Zipf-Mandelbrot: the k-th SKU of a category sells as 1 / (k + q)^s, s in per mille ...
    )
    zipf_q: Positive = 12  # ... and q
    largest_mm: Positive = 1_400  # no side is longer ...
    smallest_mm: Positive = 6  # ... or shorter
    heaviest_g: Positive = 24_000
    forecast_spread_pm: int = (
        250  # what is known beforehand of a SKU's demand is off by this (log-normal), per mille
    )
    category: tuple[Category, ...] = CATEGORIES


class Promotion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A day on which more is bought than its weekday explains."""

    day: Annotated[int, Meta(ge=0, le=3650, description="day of the run, 0 is the first")]
    orders_pm: Positive = 1_500  # orders of the day, per mille of what they would be
    category: str = ""  # a department in demand on that day ...
    share_pm: Share = 300  # ... takes this share of the order lines


class GeneratorRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who orders what, when: section `[generator]`."""

    orders_per_day: Positive = 20_000  # mean over a week without promotions
    weekday_pm: tuple[Positive, Positive, Positive, Positive, Positive, Positive, Positive] = (
        1080, 1040, 1010, 990, 960, 890, 1030,
    )  # fmt: skip
    """Orders by weekday from Monday, relative."""
    hour_pm: Annotated[
        tuple[Annotated[int, Meta(ge=0)], ...], Meta(min_length=24, max_length=24, description="24 hours")
    ] = (
        11, 6, 4, 3, 4, 8, 18, 32, 45, 56, 62, 63, 62, 60, 58, 56, 55, 56, 60, 66, 71, 66, 49, 29,
    )  # fmt: skip
    """Orders by hour of the local day, relative."""
    promotion: tuple[Promotion, ...] = ()
    more_lines_pm: Chance = 425  # chance of one more line
    most_lines: Annotated[int, Meta(ge=1, le=100, description="1 to 100 lines")] = 10
    more_units_pm: Chance = 120  # chance of one more piece
    most_units: Annotated[int, Meta(ge=1, le=100, description="1 to 100 pieces")] = 6
    affinity_pm: Share = 450  # further lines that come from the department of the first ...
    companion_pm: Share = 150  # ... or are the SKU that goes with the first
    household: Positive = 2  # people behind a door
    flats_pm: Share = 350  # people who live in houses with many doors ...
    doors: Positive = 40  # ... this many
    block_m: Positive = 110  # from street to street
    next_day_pm: Share = 300  # customers who ask for tomorrow
    same_day_pm: Share = 80  # customers who ask for today, if it is still offered ...
    same_day_until_s: Annotated[int, Meta(ge=0, le=86_400)] = 39_600  # ... until this second of the local day
    locker_pm: Share = 350  # customers who would take a locker
    drone_pm: Share = 500  # ... a drone
    robot_pm: Share = 500  # ... a sidewalk robot
    leave_pm: Share = 850  # ... have it left at the door
    parts_pm: Share = 600  # ... take what is there of a line now and the other units later
    gate_code_pm: Share = 200  # houses with many doors behind a gate with a code
    upstairs_pm: Share = 200  # doors in such houses on upper floors without a lift
    sign_in_pm: Share = 60  # such houses with a desk to sign in at
    dog_pm: Share = 50  # doors with a dog, in other houses
    height_limit_pm: Share = 10  # houses that high vehicles cannot reach
    foot_only_pm: Share = 10  # houses in pedestrian streets


class ShopperRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How customers of the twin behave after ordering: section `[twin.customers]`."""

    abandon_pm: Share = 20  # generated customers who leave at checkout; half say no, half say nothing
    think_s: Annotated[int, Meta(ge=0)] = 90  # mean time until a promise is answered
    think_most_s: Annotated[int, Meta(ge=0)] = 840  # nobody who answers takes longer
    collect_lo_s: Positive = 7_200  # lockers are visited this soon ...
    collect_hi_s: Positive = 216_000  # ... to this late
    never_pm: Share = 50  # never collected
    sendback_pm: Share = 40  # delivered packages that are sent back ...
    sendback_lo_s: Positive = 86_400  # ... after this ...
    sendback_hi_s: Positive = 345_600  # ... to this long
