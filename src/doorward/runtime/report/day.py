"""Sections about the day itself: the funnel, the promises, arrival intervals, the backlog."""

from __future__ import annotations

import numpy as np

from doorward.promise.report import Kept, promises_kept
from doorward.promise.rules import PromiseRules
from doorward.runtime.report import figures
from doorward.runtime.report.charts import areas, columns
from doorward.runtime.report.html import Bar, Cell, Raw, bars, legend, meter, part, percent, table, two, words
from doorward.runtime.report.story import WAY_WORDS, Story
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages, Scans
from doorward.tables.promises import Promises
from doorward.tables.sites import Sites
from doorward.tables.ways import Services, Way
from doorward.tracking.report import eta_coverage

FALLS = ("", "refused", "not taken up by the customer", "", "", "", "", "late")


def funnel(story: Story) -> str:
    """From the order button to the door."""
    steps = figures.funnel(story.state)
    rows = []
    for k, (name, count) in enumerate(steps):
        before = steps[k - 1][1] if k else count
        lost = before - count if k and name.split()[0] == steps[k - 1][0].split()[0] else 0
        lost = before - count if name == "of them on time" else lost
        said = f"{count:,}" + (f"   \u2212{lost:,} {FALLS[k]}".rstrip() if lost > 0 else "")
        rows.append(Bar(name, (float(count),), said))
    return bars("Orders, then packages, by stage reached; on the right what fell out there", rows)


def kept_by_class(story: Story) -> Kept:
    """Promises against what became of them (promise.report)."""
    state = story.state
    tables = state.table(Orders), state.table(Promises), state.table(Packages), state.table(Scans)
    return promises_kept(*tables, story.end_s)


def class_name(story: Story, klass: int) -> str:
    """A lane class in words: a station of the own network, its evening, or a partner service and a band of distance."""
    sites, services = story.state.table(Sites), story.state.table(Services)
    if klass < 0:
        return "all together"
    if klass < len(sites):
        return str(sites.name[klass])
    if klass < 2 * len(sites):
        return f"{sites.name[klass - len(sites)]}, evening"
    edges = story.rule(PromiseRules).band_m
    service, band = divmod(klass - 2 * len(sites), len(edges) + 1)
    lo = f"from {edges[band - 1] / 1000:,.0f} km" if band else ""
    hi = f"to {edges[band] / 1000:,.0f} km" if band < len(edges) else ""
    return f"{services.name[service]} {lo if lo and not hi else ''}{hi}".rstrip()


def promise(story: Story) -> str:
    """Lateness of packages, and coverage by lane class against the stated quantile."""
    late = figures.lateness_hours(story.state)
    edges = np.arange(-48, 25, 2)
    count, _ = np.histogram(np.clip(late, -48, 23.9), edges)
    labels = [f"{e:+d} h".replace("-", "\u2212") for e in edges[:-1].tolist()]
    kinds = ["ok" if e < 0 else "bad" for e in edges[:-1]]
    if late.size:
        middle = f"{abs(np.median(late)):.1f} h {'before' if np.median(late) < 0 else 'after'}"
    else:
        middle = "nothing delivered"
    chart = columns("Packages by delivery minus end of the promised window", count, labels, kinds, every=3)
    key = legend(("\u25cf on time", "\u25c6 late; the ends gather what lies beyond"), ("ok", "bad"))
    return chart + key + words(f"Median: {middle} the end of the window.") + _classes(story)


def _classes(story: Story) -> str:
    kept, promises = kept_by_class(story), story.state.table(Promises)
    stated = promises.quantile_pm
    rows: list[list[Cell]] = []
    drawn = []
    for k in range(len(kept)):
        klass, judged = int(kept.klass[k]), int(kept.judged[k])
        mine = stated >= 0 if klass < 0 else (promises.klass == klass) & (stated >= 0)
        aim = float(stated[mine].mean()) / 1000 if mine.any() else 0.0
        share = int(kept.in_time[k]) / judged if judged else 0.0
        # two standard deviations of a share of so many packages: below that, chance is an excuse
        low = share < aim - 2 * np.sqrt(max(1e-9, aim * (1 - aim)) / max(1, judged))
        name = class_name(story, klass)
        if judged:
            drawn.append(Bar(name, (share,), percent(share, 1) + ("  \u25c6 below" if low else ""), aim))
        taken = kept.taken_s[k] / 3600 if kept.taken_s[k] >= 0 else None
        said = meter(share, percent(share, 1), "bad" if low else "ok") if judged else None
        promised = kept.promised_s[k] / 3600 if judged else None
        rows.append(
            [
                name,
                int(kept.packages[k]),
                judged,
                said,
                percent(aim, 1),
                promised,
                taken,
                kept.margin_s[k] / 3600,
            ]
        )
    head = (
        "lane class",
        "packages",
        "judged",
        "kept",
        "stated",
        "mean promised, h",
        "mean taken, h",
        "margin, h",
    )
    chart = bars("Kept (bar) against the stated quantile (mark), by lane class", drawn)
    return part(
        "Promise accuracy",
        words(
            "A promise names the date that is met in the stated share of cases. Judged: first offered at the door, "
            "lost, or past its date. \u25c6 below: further under than chance explains."
        ),
        chart,
        table(head, rows),
    )


def arrivals(story: Story) -> str:
    """How often packages came within the arrival interval last told on the road."""
    rows = eta_coverage(story.state.table(Packages), story.state.table(Scans))
    if not rows:
        return words("No arrival was told on the road.")
    drawn = [
        Bar(_way(way), (inside, early, late), f"{percent(inside, 1)} of {n:,}")
        for way, n, inside, early, late, _ in rows
    ]
    names, kinds = ("inside", "earlier", "later"), ("ok", "c7", "bad")
    body: list[list[Cell]] = [
        [_way(way), n, percent(inside, 1), percent(early, 1), percent(late, 1), width / 60]
        for way, n, inside, early, late, width in rows
    ]
    head = ("way", "arrivals", "inside", "earlier", "later", "mean width, min")
    return two(bars("Arrivals against the interval told last", drawn, names, kinds), table(head, body))


def _way(name: str) -> str:
    return WAY_WORDS[Way[name.upper()]]


def backlog(story: Story) -> str:
    """Packages open at the end of each hour, by stage, as long as a hundredth of the peak is open."""
    series = figures.backlog(story.state, story.settings.start_s, story.hours)
    total = series.sum(axis=0)
    busy = np.flatnonzero(total > total.max(initial=0) / 100)
    hours = min(story.hours, int(busy[-1]) + 7 if len(busy) else story.hours)
    used = series.max(axis=1, initial=0) > 0
    names = [n for (n, _), u in zip(figures.STAGES, used, strict=True) if u]
    drawn = series[used][:, :hours]
    chart = areas("Packages by stage, at the end of each hour", names, drawn, story.ticks(hours))
    rows: list[list[Cell]] = []
    labels = [_hour(story, h) for h in range(story.hours)]
    for name, line in zip(names, series[used], strict=True):
        peak = int(line.argmax())
        rows.append(
            [name, int(line.max()), labels[peak], float(line.sum()) / max(1, _seen(story)), int(line[-1])]
        )
    tail = (
        "" if hours == story.hours else f" Drawn until hour {hours} of {story.hours}; a few stay open longer."
    )
    head = ("stage", "most at once", "when", "hours per package", "left at the end")
    return chart + words("Between first and last scan of each package." + tail) + Raw(table(head, rows))


def _seen(story: Story) -> int:
    return len(story.state.table(Packages))


def _hour(story: Story, hour: int) -> str:
    local = story.settings.start_s + hour * 3600 + story.settings.utc_offset_s
    day = (local // 86_400) - ((story.settings.start_s + story.settings.utc_offset_s) // 86_400) + 1
    return f"day {day} {local % 86_400 // 3600:02d}:00"
