"""Sections about money, distance and carbon: the ways to the door and their bills, the carbon ledger."""

from __future__ import annotations

import numpy as np

from doorward.carriers.bill import capacity_use, way_sums
from doorward.footprint.report import balance, by_class, by_view, charging, empty_departures, fc_energy
from doorward.footprint.rules import FootprintRules
from doorward.runtime.report import figures
from doorward.runtime.report.html import Bar, Cell, Raw, bars, meter, part, percent, table, two, words
from doorward.runtime.report.story import WAY_WORDS, Story
from doorward.runtime.results import carried_by
from doorward.runtime.spending import spent
from doorward.tables.journey import Status
from doorward.tables.packages import Packages
from doorward.tables.sites import Sites
from doorward.tables.ways import OWN_NETWORK, Bills, Way, WayCapacity

STAGE_WORDS = ("buildings", "linehaul", "last mile", "carrier", "packaging")
BILL_WORDS = ("rate or marginal minutes", "risk of lateness", "carbon price", "price of capacity")


def ways(story: Story) -> str:
    """Cost, distance and CO2e per package by way of delivery, and why ways were chosen."""
    rows = figures.by_way(story.state)
    sums = way_sums(story.state.table(Packages), carried_by(story.state))
    total = sum(r.packages for r in rows)
    share = bars(
        "Packages by way",
        [Bar(WAY_WORDS[r.way], (r.packages,), f"{r.packages:,}  {percent(r.packages, total)}") for r in rows],
    )
    cost = bars(
        f"Bill per package, {story.currency} cents",
        [
            Bar(WAY_WORDS[r.way], (c := sums.bill_c[r.way] / max(1, sums.packages[r.way]),), f"{c:,.1f}")
            for r in rows
        ],
        kinds=("c2",),
    )
    grams = [(r.way, (r.co2_mg / 1000 / r.packages).tolist()) for r in rows]
    carbon = bars(
        "CO2e per package by stage, grams",
        [Bar(WAY_WORDS[way], tuple(g), f"{sum(g):,.0f} g") for way, g in grams],
        STAGE_WORDS,
    )
    distance = bars(
        "Distance of our own vehicles per package, km, linehaul in it",
        [
            Bar(WAY_WORDS[r.way], (r.dist_m / 1000 / r.packages,), f"{r.dist_m / 1000 / r.packages:,.2f} km")
            for r in rows
            if r.way in OWN_NETWORK
        ],
        kinds=("c7",),
    )
    body: list[list[Cell]] = [
        [WAY_WORDS[r.way], r.packages, float(sums.bill_c[r.way]) / 100, float(sums.bill_c[r.way] / max(1, r.packages)),
         r.dist_m / 1000 / r.packages if r.way in OWN_NETWORK else None, float(r.co2_mg.sum()) / 1000 / r.packages,
         _on_time(r.on_time, r.delivered)]
        for r in rows
    ]  # fmt: skip
    money = story.currency
    head = ("way", "packages", f"bills, {money}", "cents each", "km each", "CO2e g each", "on time")
    return (
        two(share, cost)
        + two(distance, carbon)
        + table(head, body)
        + _spent(story)
        + _bills(story)
        + _capacity(story)
    )


def _on_time(on_time: int, delivered: int) -> Cell:
    """A meter that says so when fewer than nine of ten came on time."""
    if not delivered:
        return "\u2013"
    low = on_time < 0.9 * delivered
    return meter(
        on_time / delivered, percent(on_time, delivered) + (" \u25c6" if low else ""), "bad" if low else "ok"
    )


def _spent(story: Story) -> str:
    """What was paid in the end, beside what the choice of ways had reckoned with."""
    money = spent(story.state)
    packages = story.state.table(Packages)
    kept = packages.status != Status.CANCELLED
    n, chosen_c = max(1, int(kept.sum())), int(np.maximum(packages.bill_c[kept], 0).sum())
    named = zip(
        ("linehaul", "vans", "drones and robots", "gig drivers", "partner carriers"), money, strict=True
    )
    rows = [
        Bar(name, (c / n,), f"{c / n:,.1f} c   {c / 100:,.0f} {story.currency}") for name, c in named if c
    ]
    told = (
        f"Paid for departures, runs, gig blocks and partners: {money.total_c / n:,.1f} cents a package. "
        f"The bills above say {chosen_c / n:,.1f}: a bill is what the choice knew, a van's marginal minutes "
        "and a truck at its usual fill. "
        "Buildings and their people are in neither."
    )
    return part("What it cost in the end", words(told), bars("Cents per package, all packages", rows))


def _bills(story: Story) -> str:
    packages, bills = story.state.table(Packages), story.state.table(Bills)
    n = min(len(packages), len(bills))
    rows = []
    for way in Way:
        mine = np.flatnonzero((packages.way[:n] == way) & (packages.status[:n] != Status.CANCELLED))
        if len(mine):
            parts = tuple(
                float(getattr(bills, f"{p}_mc")[mine].mean()) / 1000
                for p in ("money", "late", "carbon", "dual")
            )
            rows.append(Bar(WAY_WORDS[way], parts, f"{sum(parts):,.1f} c"))
    return part(
        "What the choice weighed",
        words("Mean bill of the way chosen, cents: money and what else counted when it was compared."),
        bars("Bill per package by its parts, cents", rows, BILL_WORDS),
    )


def _capacity(story: Story) -> str:
    capacity, sites = story.state.table(WayCapacity), story.state.table(Sites)
    rows: list[tuple[float, list[Cell]]] = []
    days = np.unique(capacity.day[capacity.taken > 0]).tolist()
    for day in days:
        use = capacity_use(capacity, day)
        for k in np.flatnonzero(use.taken > 0).tolist():
            full = float(use.taken[k] / max(1, use.limit[k]))
            name, nth = WAY_WORDS[Way(int(use.way[k]))], day - days[0] + 1
            cells: list[Cell] = [
                name, str(sites.name[use.site[k]]), f"day {nth}" + _slot(int(use.slot_s[k])),
                meter(full, f"{use.taken[k]:,} of {use.limit[k]:,}"),
                float(use.price_mc[k]) / 1000,
            ]  # fmt: skip
            rows.append((full + float(use.price_mc[k]) * 1e-9, cells))
    rows.sort(key=lambda r: -r[0])
    head = ("way", "at", "slot", "room taken", "price, cents")
    return part(
        "The fullest capacity",
        words(
            "Room by way, building and slot of the day; its price is what the last place was worth to the packages."
        ),
        table(head, [r for _, r in rows[:12]]),
    )


def _slot(slot_s: int) -> str:
    """When a slot of the day begins; nothing for openings of a whole day."""
    return "" if slot_s < 0 else f", {slot_s // 3600:02d}:{slot_s // 60 % 60:02d}"


def carbon(story: Story) -> str:
    """The carbon ledger: what adds up, by kind of leg, by view and by quality of data."""
    state, rules = story.state, story.rule(FootprintRules)
    sums = balance(state)
    views = by_view(state, rules)
    whole = max(1, views[-1][2])
    good = "ok" if sums.off_mg == 0 else "bad"
    line = (
        f'<p class="check {good}"><b>Packages add up to vehicles and buildings: difference {sums.off_mg:,} mg.</b> '
        f"Legs {sums.legs_mg / 1e6:,.3f} kg = packages {sums.shares_mg / 1e6:,.3f} kg + "
        f"{sums.unborne_mg / 1e6:,.3f} kg of vehicles that carried nothing.</p>"
    )
    kinds = [(k.replace("_", " "), wh, here, market) for k, wh, here, market in views]
    drawn = [
        Bar(k, (here / 1e6,), f"{here / 1e6:,.1f} kg  {percent(here, whole)}") for k, _, here, _ in kinds[:-1]
    ]
    body: list[list[Cell]] = [[k, wh / 1000, here / 1e6, market / 1e6] for k, wh, here, market in kinds]
    quality: list[list[Cell]] = [[k, mg / 1e6, meter(s, percent(s, 1))] for k, mg, s in by_class(state)]
    view = table(("legs", "electricity, kWh", "location-based, kg", "market-based, kg"), body)
    return (
        line
        + two(bars("CO2e by kind of leg, kg", drawn), view)
        + two(
            part("How well it is known", table(("data", "CO2e, kg", "share"), quality)), _energy(story, rules)
        )
        + words(
            "Well-to-wheel, aligned with the thinking of ISO 14083 (not certified); factors: UK government 2025. "
            "Shares are split in whole milligrams. Market-based leaves out the generation of power under renewable "
            f"contracts ({rules.renewable_pm / 10:g} % here); losses and fuel are the same in both views."
        )
    )


def _energy(story: Story, rules: FootprintRules) -> str:
    state, offset = story.state, story.settings.utc_offset_s
    names = state.table(Sites).name
    rows: list[list[Cell]] = [
        [f"{names[fc]}, drawn", drawn / 1000, f"borne by packages {percent(borne, drawn, 0)}"]
        for fc, drawn, borne in fc_energy(state, story.end_s, offset)
    ]
    plan = charging(state, rules, offset)
    money = f"{plan.cost_mc / 100_000:,.2f} {story.currency}, {plan.profile_mg / 1e6:,.1f} kg by the hourly profile"
    rows.append(["vans charged", plan.wh / 1000, f"{money}; peak {plan.peak_w / 1000:,.0f} kW"])
    empty, ended = empty_departures(state)
    note = words(f"{empty:,} of {ended:,} departures had nothing to carry and count as not driven.")
    return part("Electricity", Raw(table(("what", "kWh", "of it"), rows)), note)
