"""Slow, obvious versions: a rate card read row by row, one parcel at a time; an assignment by integer program."""

from __future__ import annotations

import csv
import tomllib
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

import numpy as np


def half_up(x: Fraction) -> int:
    return floor(x + Fraction(1, 2))


class SlowCard:
    """A card folder, read with nothing but the standard library."""

    def __init__(self, folder: Path) -> None:
        self.head = tomllib.loads((folder / "card.toml").read_text())
        for name in ("zones", "rates", "surcharges"):
            with (folder / f"{name}.csv").open() as lines:
                setattr(self, name, list(csv.DictReader(lines)))

    zones: list[dict[str, str]]
    rates: list[dict[str, str]]
    surcharges: list[dict[str, str]]

    def zone(self, far_m: int) -> int:
        for band in self.zones:
            if int(band["from_m"]) <= far_m < int(band["to_m"]):
                return int(band["zone"])
        return -1

    def cents(self, sides: Any, weight_g: int, far_m: int, area: int, md: int, home: int) -> int:
        zone, h = self.zone(far_m), self.head
        if zone < 0 or area < 0:
            return -1
        a, b, c = sorted((int(s) for s in sides), reverse=True)
        ml = -(-a * b * c // 1000)
        billable = weight_g
        if h["divisor_mm3_g"] and ml > h["dim_above_ml"]:
            billable = max(billable, -(-a * b * c // h["divisor_mm3_g"]))
        billable = -(-billable // h["round_g"]) * h["round_g"]
        fits = [r for r in self.rates if int(r["zone"]) == zone and int(r["up_to_g"]) >= billable]
        if not fits:
            return -1
        base = max(int(min(fits, key=lambda r: int(r["up_to_g"]))["cents"]), h["minimum_c"])
        values = {
            "always": 0,
            "residential": home,
            "area": area,
            "longest_mm": a,
            "second_mm": b,
            "girth_mm": a + 2 * (b + c),
            "weight_g": weight_g,
            "billable_g": billable,
            "volume_ml": ml,
            "zone": zone,
        }
        extra = fuelled = 0
        groups: list[list[dict[str, str]]] = []
        for s in self.surcharges:
            if groups and s["group"] != "-1" and groups[-1][0]["group"] == s["group"]:
                groups[-1].append(s)
            else:
                groups.append([s])
        for group in groups:
            best: tuple[int, int] | None = None
            for s in group:
                lo, hi = int(s["from_md"]), int(s["to_md"])
                season = lo < 0 or (lo <= md <= hi if lo <= hi else md >= lo or md <= hi)
                if not (season and int(s["lo"]) <= values[s["when"]] <= int(s["hi"])):
                    continue
                on = base if s["of"] == "base" else base + extra
                amount = int(s["amount_c"]) + half_up(Fraction(on * int(s["bp"]), 10_000))
                if int(s["cap_c"]) >= 0:
                    amount = min(amount, int(s["cap_c"]))
                if best is None or amount > best[0]:
                    best = amount, int(s["fuelled"])
            if best:
                extra += best[0]
                fuelled += best[0] * best[1]
        if h["surcharge_cap_c"] >= 0 and extra > h["surcharge_cap_c"]:
            extra = h["surcharge_cap_c"]
            fuelled = min(fuelled, extra)
        return base + extra + half_up(Fraction((base + fuelled) * h["fuel_bp"], 10_000))


def random_card(folder: Path, rng: np.random.Generator) -> None:
    """Write a card with random everything."""
    folder.mkdir(parents=True)
    zones = int(rng.integers(1, 9))
    edges = np.r_[0, np.sort(rng.choice(3_000_000, zones, replace=False)) + 1]
    steps = np.sort(rng.choice(np.arange(50, 70_000), int(rng.integers(2, 40)), replace=False))
    head = {
        "divisor_mm3_g": int(rng.choice([0, 3_333, 5_000, 6_000])),
        "dim_above_ml": int(rng.choice([0, 5_000, 28_300])),
        "round_g": int(rng.choice([1, 50, 454, 500])),
        "minimum_c": int(rng.integers(0, 900)),
        "fuel_bp": int(rng.integers(0, 2_500)),
        "surcharge_cap_c": int(rng.choice([-1, 700, 3_000])),
    }
    text = 'name = "random"\ninvented = true\ncurrency = "USD"\n' + "".join(
        f"{k} = {v}\n" for k, v in head.items()
    )
    (folder / "card.toml").write_text(text)
    numbers = rng.permutation(50)[:zones]
    write(folder / "zones.csv", "from_m,to_m,zone", zip(edges[:-1], edges[1:], numbers, strict=True))
    write(
        folder / "rates.csv",
        "zone,up_to_g,cents",
        ((z, s, rng.integers(0, 9_000)) for z in numbers for s in steps),
    )
    write(folder / "transit.csv", "zone,p50_h,p90_h", ((z, 24, 48) for z in numbers))
    rows = []
    whens = [
        "always",
        "residential",
        "area",
        "longest_mm",
        "second_mm",
        "girth_mm",
        "weight_g",
        "billable_g",
        "volume_ml",
        "zone",
    ]
    tops = [1, 2, 4, 1_500, 1_000, 4_000, 40_000, 60_000, 200_000, 50]
    groups = np.sort(rng.integers(-1, 4, int(rng.integers(0, 10))))
    for g in groups:
        k = int(rng.integers(0, len(whens)))
        lo = int(rng.integers(0, tops[k]))
        season = rng.choice([0, 1, 2])
        dates = [(-1, -1), (201, 620), (1115, 107)][season]
        rows.append(
            (
                "S",
                whens[k],
                lo,
                lo + int(rng.integers(0, tops[k])),
                *dates,
                int(rng.integers(0, 900)),
                int(rng.choice([0, 0, 777])),
                rng.choice(["base", "running"]),
                int(rng.integers(0, 2)),
                g,
                int(rng.choice([-1, 300])),
            )
        )
    head_row = "code,when,lo,hi,from_md,to_md,amount_c,bp,of,fuelled,group,cap_c"
    write(folder / "surcharges.csv", head_row, rows)
    write(folder / "areas.csv", "region,rural,area", [])
    write(folder / "limits.csv", "limit,value", [])


def write(path: Path, head: str, rows: Any) -> None:
    path.write_text(head + "\n" + "".join(",".join(map(str, r)) + "\n" for r in rows))


def best_assignment(cost: Any, opening: Any, room: Any, blocked: int) -> int:
    """Least total cost by HiGHS; a package without room costs blocked // 2."""
    import highspy

    n, m = cost.shape
    h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    h.setOptionValue("threads", 1)
    h.setOptionValue("mip_rel_gap", 0.0)
    users: dict[int, list[Any]] = {}
    total = 0
    for i in range(n):
        x = [(h.addBinary(), j) for j in range(m) if cost[i, j] < blocked]
        none = h.addBinary()
        h.addConstr(sum(v for v, _ in x) + none == 1)
        total = total + sum(float(cost[i, j]) * v for v, j in x) + 1e9 * none
        for v, j in x:
            if opening[i, j] >= 0:
                users.setdefault(int(opening[i, j]), []).append(v)
    for o, vs in users.items():
        h.addConstr(sum(vs) <= float(room[o]))
    h.minimize(total)
    return round(h.getObjectiveValue())
