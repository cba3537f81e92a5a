"""The page: sections in the order in which an operator asks, a contents list, what needs a look first."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from doorward.ledger.drafts import whole
from doorward.runtime.report import day, figures, rest, use, ways
from doorward.runtime.report.html import percent, tiles
from doorward.runtime.report.map import network_map
from doorward.runtime.report.story import Story
from doorward.tables.orders import Orders
from doorward.tables.promises import Promises

if TYPE_CHECKING:
    from doorward.runtime.build import Assembled
    from doorward.runtime.rundir import RunDir


class Section(NamedTuple):
    """A section: its anchor (and its name in the contents), its title, one sentence, what draws it."""

    anchor: str
    title: str
    words: str
    draw: Callable[[Story], str]


SECTIONS = (
    Section("map", "Map", "The network, its routes, and where packages came late.", lambda s: network_map(s.state)),
    Section("funnel", "Funnel", "From the order button to the door.", day.funnel),
    Section("promise", "Promises", "Was it there when we said?", day.promise),
    Section("arrivals", "Arrival intervals", "When it was out for delivery: did it come when we said?", day.arrivals),
    Section(
        "ways", "Ways to the door",
        "Each package goes the way that is cheapest in money, risk of lateness, carbon and price of capacity.",
        ways.ways,
    ),
    Section("backlog", "Backlog", "Where packages waited.", day.backlog),
    Section("floors", "Floors", "People and robots in the buildings.", use.floors),
    Section("linehaul", "Linehaul", "Trailers between buildings, and how full they were.", use.linehaul),
    Section("fleet", "Vans and gig blocks", "What left the stations.", use.fleet),
    Section("craft", "Drones and robots", "Flights and errands.", use.craft),
    Section("stock", "Stock", "Units by building, and how near to the customer they were.", rest.stock),
    Section("carbon", "Carbon", "Whole vehicles and buildings, and every package's share of them.", ways.carbon),
    Section("exceptions", "Exceptions", "What was not done, was done late, or went wrong, and why.", rest.exceptions),
    Section("run", "How it was run", "Assumptions, checks, and what reproduces it.", rest.how),
)  # fmt: skip


def write_report(where: RunDir, run: Assembled, result: dict[str, Any]) -> Path:
    """Draw the report of a finished run; returns its path."""
    story = Story(run.ledger.state, run.roster.rules, where.settings, result, run.name, run.network.about)
    path = where.root / "report.html"
    with whole(path) as draft:
        draft.write_text(page(story), encoding="utf-8")
    return path


def page(story: Story) -> str:
    """The whole page as HTML that needs nothing else."""
    style = files("doorward.runtime.report").joinpath("style.css").read_text(encoding="utf-8")
    links = "".join(f'<a href="#{s.anchor}">{escape(s.anchor)}</a>' for s in SECTIONS)
    body = "".join(
        f'<section id="{s.anchor}"><h2>{escape(s.title)}</h2><p>{escape(s.words)}</p>{s.draw(story)}</section>'
        for s in SECTIONS
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>doorward: {escape(story.name)}</title><style>{style}</style></head>"
        f'<body><main>{_head(story)}<nav aria-label="Contents">{links}</nav>{body}</main></body></html>'
    )


def _head(story: Story) -> str:
    result, state = story.result, story.state
    banner = "<b>Simulated.</b> The digital twin ran this network. " + (
        "Customers, orders and addresses are generated; nothing here is real data."
        if result["generated_input"]
        else "Orders were read from a file; everything that happened to them is simulated."
    )
    found = [
        (f"{100 * result['promise_met_share']:.1f}", "%", "of orders that arrived kept their promise"),
        (f"{result['delivered']:,}", f"of {result['orders']:,}", "orders delivered"),
        (f"{result['open']:,}", "", "orders still open at the end"),
        (f"{result['cost_c_per_package'] / 100:.2f}", story.currency, "paid per package, buildings apart"),
        (f"{result['co2e_g_per_package']:,.0f}", "g", "CO2e per package"),
        (f"{result['dist_m_per_package'] / 1000:.2f}", "km", "vehicle distance per package"),
        (f"{100 * result['in_region_share']:.0f}", "%", "of packages shipped from the customer's region"),
        (f"{result['stops_per_route']:g}", "stops", "on the average van or car route"),
    ]
    looks = "".join(f'<li><a href="#{to}">{escape(said)}</a></li>' for to, said in findings(story))
    first = (
        f'<div class="looks"><h2>Look here first</h2><ul>{looks}</ul></div>' if state.count(Orders) else ""
    )
    return (
        f'<header><h1>{escape(story.name)}</h1><p>{escape(story.about)}</p></header><p class="twin">{banner}</p>'
        f"{tiles(found)}{first}"
    )


def findings(story: Story) -> list[tuple[str, str]]:
    """(anchor, sentence): the few things an operator would ask about, worst first by section."""
    out = []
    kept = day.kept_by_class(story)
    stated = story.state.table(Promises).quantile_pm
    aim = float(stated[stated >= 0].mean()) / 1000 if (stated >= 0).any() else 0.0
    worst = [
        (int(kept.in_time[k]) / int(kept.judged[k]), k)
        for k in range(len(kept))
        if kept.klass[k] >= 0 and kept.judged[k] >= 50
    ]
    if kept.judged[0] and aim:
        out.append(("promise", f"{percent(kept.in_time[0], kept.judged[0])} of packages were offered by their promise; "
                    f"{percent(aim, 1)} is what the promise states."))  # fmt: skip
    if worst and min(worst)[0] < aim:
        share, k = min(worst)
        name = day.class_name(story, int(kept.klass[k]))
        out.append(("promise", f"Weakest: {name}, {percent(share, 1)} kept of {kept.judged[k]:,} packages."))
    load = figures.floor_load(story.state, story.settings.start_s, story.hours)
    if load:
        peak, site, work = max(
            (float(done.max()) / max(1, capacity), site, work) for site, work, done, capacity in load
        )
        out.append(
            (
                "floors",
                f"Busiest hour on a floor: {site}, {work.split(',')[0]} at {percent(peak, 1, 0)} of capacity.",
            )
        )
    trouble = [t for t in figures.remarks_by_reason(story.state) if t.reason not in figures.CHOICES]
    if trouble:
        t = trouble[0]
        out.append(("exceptions", f"Most common reason: {t.words} ({t.things:,} {t.about.name.lower()}s)."))
    if story.result.get("open"):
        out.append(("backlog", f"{story.result['open']:,} orders were open at the end."))
    return out
