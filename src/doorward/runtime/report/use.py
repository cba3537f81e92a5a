"""Sections about people and machines: floors, trailers, vans, gig blocks, drones and robots."""

from __future__ import annotations

import numpy as np

from doorward.flex.report import market
from doorward.fulfillment.report import BoxMix, box_mix, floor_figures
from doorward.lastmile.report import route_figures
from doorward.linehaul.report import lane_fill
from doorward.runtime.report import figures
from doorward.runtime.report.charts import areas, heat
from doorward.runtime.report.html import Bar, Cell, bars, meter, part, per_mille, percent, table, two, words
from doorward.runtime.report.story import WAY_WORDS, Story
from doorward.tables.fleet import Runs, Stops, Vehicles
from doorward.tables.flex import Blocks, Statements
from doorward.tables.items import Boxes
from doorward.tables.linehaul import Equipment, Lanes, Pallets, Trips
from doorward.tables.orders import Lines
from doorward.tables.packages import Packages, PickTasks, Waves
from doorward.tables.remarks import Reason, Remarks, Subject
from doorward.tables.sites import SiteKind, Sites
from doorward.tables.ways import OWN_NETWORK, Way

CRAFT = (Way.DRONE, Way.ROBOT)


def floors(story: Story) -> str:
    """Work of people and robots against capacity, by hour; boxes, walks and mishaps."""
    load = figures.floor_load(story.state, story.settings.start_s, story.hours)
    if not load:
        return words("No work was released to a floor.")
    last = max(int(np.flatnonzero(done)[-1]) for _, _, done, _ in load)
    hours = min(story.hours, last + 2)
    shares = np.array([done[:hours] / max(1, capacity) for _, _, done, capacity in load])
    names = [f"{site}: {work.split(',')[0]}" for site, work, _, _ in load]
    chart = heat(
        "Share of capacity used in each hour (planned finish of each task)", names, shares, story.ticks(hours)
    )
    rows: list[list[Cell]] = []
    for site, work, done, capacity in load:
        working = int((done > 0).sum())
        use = float(done.sum()) / max(1, capacity) / max(1, working)
        peak = float(done.max()) / max(1, capacity)
        busiest = meter(peak, percent(peak, 1, 0), "bad" if peak > 1.005 else "c1")
        rows.append([site, work, int(done.sum()), capacity, working, meter(use), busiest])
    head = ("building", "work", "done", "capacity an hour", "hours worked", "used in them", "busiest hour")
    return chart + table(head, rows) + _floor_figures(story)


def _floor_figures(story: Story) -> str:
    state = story.state
    packages, names = state.table(Packages), state.table(Sites).name
    fcs = int((state.table(Sites).kind == SiteKind.FC).sum())
    boxes = state.table(Boxes)
    f = floor_figures(
        packages,
        state.table(PickTasks),
        state.table(Waves),
        state.table(Remarks),
        state.table(Lines).fc,
        fcs,
        boxes,
    )
    head = ("building", "packages", "units", "waves", "by walk", "by robot", "units/picker h", "m per walked package",
            "empty in boxes", "packing g a piece", "short", "damaged", "missorted", "weight off", "own packaging",
            "sorted late")  # fmt: skip
    rows: list[list[Cell]] = [
        [str(names[k]), int(f.packages[k]), int(f.units[k]), int(f.waves[k]), int(f.walked[k]), int(f.robots[k]),
         int(f.uph[k]), float(f.walk_m[k] / max(1, f.walked[k])), per_mille(int(f.void_pm[k])),
         float(f.packing_mg[k] / 1000), int(f.shorts[k]),
         int(f.damages[k]), int(f.missorts[k]), int(f.mismatches[k]), int(f.no_box[k]), int(f.late[k])]
        for k in range(fcs)
    ]  # fmt: skip
    mix = box_mix(packages, boxes)
    drawn = [
        Bar(
            "own packaging" if mix.box[k] < 0 else str(boxes.name[mix.box[k]]),
            (float(mix.packages[k]),),
            _box_words(mix, k),
        )
        for k in range(len(mix))
    ]
    return part("Floor figures", table(head, rows)) + part(
        "Boxes", bars("Packages by box, packing for each piece, and empty share of boxes", drawn)
    )


def _box_words(mix: BoxMix, k: int) -> str:
    """Right-size score of a box: grams of packing for each piece; how empty it is where it can be."""
    words = f"{mix.packages[k]:,}"
    if mix.box[k] < 0:
        return words
    words += f"  {mix.packing_mg[k] / 1000:.0f} g a piece"
    return words if mix.void_pm[k] < 0 else f"{words}, {mix.void_pm[k] / 10:.0f} % empty"


def linehaul(story: Story) -> str:
    """Departures between buildings: run, cancelled, held, and how full."""
    state = story.state
    remarks, trips = state.table(Remarks), state.table(Trips)
    held = remarks.row[(remarks.subject == int(Subject.TRIP)) & (remarks.reason == int(Reason.HELD))]
    lanes, kinds = state.table(Lanes), state.table(Equipment)
    fill = lane_fill(trips, lanes, state.table(Pallets), kinds, held)
    names = state.table(Sites).name
    order = np.argsort(-fill.packages, kind="stable").tolist()
    rows: list[list[Cell]] = [
        [f"{names[fill.origin[k]]} \u2192 {names[fill.dest[k]]}", int(fill.trips[k]), int(fill.shared[k]),
         int(fill.held[k]), int(fill.idle[k]), int(fill.pallets[k]), int(fill.packages[k]),
         _share(int(fill.volume_pm[k])), _share(int(fill.weight_pm[k])), float(fill.late_s[k]) / 60,
         float(fill.cost_c[k]) / 100 / max(1, int(fill.packages[k]))]
        for k in order
    ]  # fmt: skip
    head = ("lane", "own trucks", "part loads", "held", "cancelled empty", "pallets", "packages", "volume used",
            "weight used", "mean late, min", f"{story.currency} a package")  # fmt: skip
    told = (
        f"{fill.trips.sum():,} departures ran with vehicles of our own and {fill.shared.sum():,} went as part loads on "
        f"partners' trucks; {fill.held.sum():,} were held for a later one that kept every promise, {fill.idle.sum():,} "
        "had nothing to carry and were cancelled. Fill is that of our own vehicles that ran; their empty way back is "
        f"in the footprint. Together they cost {fill.cost_c.sum() / 100:,.0f} {story.currency}."
    )
    return words(told) + table(head, rows, "No departure was due.")


def fleet(story: Story) -> str:
    """Vehicles by way: on the road by hour, and how well volume and shifts were used."""
    state = story.state
    out = figures.on_the_road(state, story.settings.start_s, story.hours)
    chart = ""
    if out:
        busy = np.flatnonzero(np.sum([line for _, line in out], axis=0))
        hours = min(story.hours, int(busy[-1]) + 2) if len(busy) else story.hours
        series = np.array([line[:hours] for _, line in out])
        names = [WAY_WORDS[way] for way, _ in out]
        chart = areas("Vehicles on the road, by hour", names, series, story.ticks(hours), height=220)
    rows: list[list[Cell]] = []
    tables = state.table(Runs), state.table(Stops), state.table(Packages), state.table(Vehicles)
    for way in OWN_NETWORK:
        f = route_figures(*tables, (way,))
        if f.runs:
            rows.append(
                [WAY_WORDS[way], f.runs, f.packages, f.stops_run_pm / 1000, f.packages_run_pm / 1000,
                 f.dist_package_m / 1000 if f.dist_package_m >= 0 else None,
                 _share(f.volume_use_pm), _share(-1 if way in CRAFT else f.time_use_pm),
                 _share(f.first_try_pm), per_mille(f.late_pm), f.late_s / 3600 if f.late_s >= 0 else None]
            )  # fmt: skip
    head = ("way", "runs", "packages", "stops a run", "packages a run", "km a package", "volume used", "shift used",
            "first try", "late visits", "late by, h")  # fmt: skip
    return chart + table(head, rows, "Nothing left a station.") + _gig(story)


def _share(value: int) -> Cell:
    return meter(value / 1000) if value >= 0 else "\u2013"


def _gig(story: Story) -> str:
    m = market(story.state.table(Blocks), story.state.table(Statements), story.state.table(Runs))
    if not m.opened:
        return part("Gig blocks", words("None was needed: the vans of the network held the day."))
    ends = (
        (m.worked, "worked"),
        (m.called_off, "called off"),
        (m.no_shows, "no show"),
        (m.unfilled, "unfilled"),
    )
    other = m.opened - sum(n for n, _ in ends)
    drawn = [Bar(w, (float(n),), f"{n:,}") for n, w in (*ends, (other, "still open or claimed")) if n]
    rows: list[list[Cell]] = [
        ["blocks opened", m.opened],
        ["filled, of those that began", per_mille(m.fill_pm)],
        ["packages carried", m.packages],
        ["for each block worked", m.packages / m.worked if m.worked else None],
        ["time on the road, of blocks worked", per_mille(m.busy_pm)],
        ["mean surge over base pay", f"\u00d7 {m.surge_pm / 1000:.2f}" if m.surge_pm >= 0 else "\u2013"],
        [f"pay without tips, {story.currency}", m.pay_c / 100],
        [f"per block hour, {story.currency}", m.pay_c_h / 100 if m.pay_c_h >= 0 else None],
        [f"top-ups, {story.currency}", m.topup_c / 100],
        [f"tips, {story.currency}", m.tips_c / 100],
    ]
    body = [
        [name, value if isinstance(value, str) else f"{value or 0:,.2f}".removesuffix(".00")]
        for name, value in rows
    ]
    return part("Gig blocks", two(bars("Blocks by end", drawn), table(("figure", "value"), body)))


def craft(story: Story) -> str:
    """Drones and sidewalk robots: flights and errands, and why some did not go."""
    rows: list[list[Cell]] = []
    for way in CRAFT:
        f = figures.flights(story.state, way)
        if f:
            rows.append(
                [
                    WAY_WORDS[way],
                    f.craft,
                    f.runs,
                    f.packages,
                    f.km,
                    f.minutes,
                    f.runs / max(1, f.craft),
                    meter(f.near_plan),
                ]
            )
    head = (
        "craft",
        "used",
        "trips",
        "packages",
        "km a trip",
        "minutes a trip",
        "trips a craft",
        "within 5 min of plan",
    )
    drops = [
        t
        for t in figures.remarks_by_reason(story.state)
        if t.about is Subject.PACKAGE and t.reason in figures.AIR
    ]
    drawn = [Bar(t.words, (float(t.things),), f"{t.things:,}") for t in drops]
    why = (
        bars("Packages that were given another way, by reason", drawn, kinds=("c3",))
        if drawn
        else words("None dropped.")
    )
    return table(head, rows, "No drone or robot left.") + part("Why some did not go", why)
