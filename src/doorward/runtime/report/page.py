"""The page: sections in the order in which an operator asks."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from doorward.core.hours import hour_of_day
from doorward.core.units import DAY_S, HOUR_S
from doorward.ledger.state import State
from doorward.runtime.report import figures
from doorward.runtime.report.charts import areas, bars, columns, table, tiles
from doorward.runtime.report.map import network_map
from doorward.tables.packages import Scans

if TYPE_CHECKING:
    from doorward.runtime.build import Assembled
    from doorward.runtime.rundir import RunDir


def write_report(where: RunDir, run: Assembled, result: dict[str, Any]) -> Path:
    """Draw the report of a finished run; returns its path."""
    state, settings = run.ledger.state, where.settings
    scans = state.table(Scans)
    end = int(scans.at_s.max(initial=settings.start_s))
    hours = max(1, -(-(end - settings.start_s) // HOUR_S))
    parts = [
        _head(result, run.name, run.network.about),
        _section("The network and its routes", "", network_map(state)),
        _funnel(state),
        _promise(state, result),
        _ways(state),
        _backlog(state, settings.start_s, settings.utc_offset_s, hours),
        _use(state, settings.start_s, hours),
        _carbon(state),
        _exceptions(state),
        _how(result),
    ]
    style = files("doorward.runtime.report").joinpath("style.css").read_text()
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>doorward: {escape(run.name)}</title><style>{style}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>"
    )
    path = where.root / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


def _section(title: str, words: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{f'<p>{escape(words)}</p>' if words else ''}{body}</section>"


def _head(result: dict[str, Any], name: str, about: str) -> str:
    banner = "Simulated: the digital twin ran this network. " + (
        "Customers, orders and addresses are generated; nothing here is real data."
        if result["generated_input"]
        else "Orders were read from a file; everything that happened to them is simulated."
    )
    figures_ = [
        (f"{result['orders']:,}", "", "orders came in"),
        (f"{result['promise_met_share']:.1%}", "", "of delivered orders kept their promise"),
        (f"{result['delivered']:,}", "", "orders delivered"),
        (f"{result['open']:,}", "", "still open at the end"),
        (f"{result['cost_c_per_package'] / 100:.2f}", run_currency(result), "cost per package"),
        (f"{result['co2e_g_per_package']:,.0f}", "g", "CO2e per package"),
        (f"{result['dist_m_per_package'] / 1000:.2f}", "km", "vehicle distance per package"),
        (f"{result['in_region_share']:.0%}", "", "of packages filled in region"),
    ]
    return (
        f'<h1>{escape(name)}</h1><p>{escape(about)}</p><p class="twin">{escape(banner)}</p>{tiles(figures_)}'
    )


def run_currency(result: dict[str, Any]) -> str:
    """The network's currency code."""
    return str(result.get("currency", ""))


def _funnel(state: State) -> str:
    names, values = figures.funnel(state)
    return _section(
        "The funnel",
        "From the order button to the door; what fell out on the way is under exceptions.",
        bars("Orders and packages by stage reached", names, np.array(values)),
    )


def _promise(state: State, result: dict[str, Any]) -> str:
    late = figures.lateness_hours(state)
    edges = np.arange(-36, 25, 2)
    count, _ = np.histogram(np.clip(late, -36, 23.9), edges)
    labels = [f"{e:+d} h" for e in edges[:-1]]
    words = (
        f"{result['delivered_on_time']:,} of {result['delivered']:,} delivered orders came by the end of their window. "
        "Hours between that end and the delivery of each package; green is on time. The ends gather what lies beyond."
    )
    return _section(
        "Promise and delivery",
        words,
        columns(
            "Delivery against the promised end of window",
            count,
            labels,
            highlight=int(np.searchsorted(edges, 0)) - 1,
        ),
    )


def _ways(state: State) -> str:
    rows = figures.by_way(state)
    head = ("way", "packages", "cost, cents", "CO2e, g", "distance, km", "on time", "stops a route")
    chart = bars(
        "Packages by way to the door", [str(r[0]) for r in rows], np.array([int(str(r[1])) for r in rows])
    )
    words = (
        "Each package goes the way that is cheapest in money, risk of lateness, carbon and price of capacity."
    )
    return _section("Ways to the door", words, chart + table(head, rows))


def _backlog(state: State, start_s: int, offset: int, hours: int) -> str:
    series = figures.backlog(state, start_s, hours)
    labels = []
    for h in range(hours):
        hour = int(hour_of_day(start_s + h * HOUR_S, offset))
        labels.append(f"day {h * HOUR_S // DAY_S + 1}" if hour == 0 else f"{hour:02d}:00")
    used = series.sum(axis=1) > 0
    names = [n for (n, _), u in zip(figures.STAGES, used, strict=True) if u]
    return _section(
        "Backlog by hour and stage",
        "Packages between their first and last scan, at the end of each hour.",
        areas("Open packages by stage", names, series[used], labels),
    )


def _use(state: State, start_s: int, hours: int) -> str:
    floors = table(
        ("building", "work", "busiest hour", "capacity per hour", "used while working"),
        figures.floor_load(state, start_s, hours),
    )
    fleet = table(("way", "runs", "packages", "stops", "km", "hours", "back late"), figures.fleet_use(state))
    lanes = table(
        ("from", "to", "trips", "packages", "volume", "weight", "on time"), figures.linehaul_fill(state)
    )
    gig = table(("gig blocks", "count", "mean pay, cents", "surge"), figures.gig_blocks(state))
    sites = table(("building", "kind", "packages"), figures.site_rows(state))
    stock = table(("stock", "value"), figures.stock_figures(state))
    body = (
        f"<h3>People and robots in buildings</h3>{floors}"
        f'<div class="two"><div><h3>Fleet, per run</h3>{fleet}</div><div><h3>Linehaul fill</h3>{lanes}</div></div>'
        f'<div class="two"><div><h3>Gig blocks</h3>{gig}<h3>Buildings</h3>{sites}</div>'
        f"<div><h3>Stock</h3>{stock}</div></div>"
    )
    return _section("How well everything was used", "", body)


def _carbon(state: State) -> str:
    rows = figures.carbon_by_stage(state)
    chart = bars(
        "CO2e by stage", [str(r[0]) for r in rows], np.array([float(str(r[1])) for r in rows]), unit=" kg"
    )
    words = (
        "Well-to-wheel, aligned with the thinking of ISO 14083 (not certified); factors: UK government 2025. "
        "Shares are split in whole milligrams, so packages add up to vehicles and buildings."
    )
    return _section(
        "Carbon", words, chart + table(("stage", "legs, kg", "packages, kg", "difference, mg"), rows)
    )


def _exceptions(state: State) -> str:
    rows = figures.exceptions(state)
    return _section(
        "Exceptions and reasons",
        "What was not done, was done late, or went wrong, and why.",
        table(("about", "reason", "count"), rows[:40]) if rows else "<p>None.</p>",
    )


def _how(result: dict[str, Any]) -> str:
    rows = [
        (k, result[k])
        for k in ("network", "seed", "journal_turns", "journal_digest", "rejected", "wall_s", "peak_mib")
    ]
    services = sorted(result["cpu_s_by_service"].items(), key=lambda kv: -kv[1])
    checks = result["violations"] or ["Every package is in exactly one place, and all units balance."]
    body = "".join(f"<p>{escape(c)}</p>" for c in checks) + table(("run", "value"), rows)
    seconds = table(("service", "seconds"), services)
    body += f"<details><summary>Processor seconds by service</summary>{seconds}</details>"
    return _section("How it was run", "The same network, orders and seed give the same digest.", body)
