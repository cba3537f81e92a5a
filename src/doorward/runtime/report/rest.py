"""Sections about stock, about what went wrong and why, and about how the run was made."""

from __future__ import annotations

import numpy as np

from doorward.runtime.report import figures
from doorward.runtime.report.html import Bar, Cell, Raw, bars, code, meter, part, percent, table, two, words
from doorward.runtime.report.story import Story
from doorward.tables.orders import Lines, LineStatus
from doorward.tables.packages import Packages
from doorward.tables.remarks import WORDS, Reason, Subject

SHOWN = 14


def stock(story: Story) -> str:
    """Stock by building, fill in region, how the lines ended."""
    fcs = figures.stock_by_fc(story.state)
    rows: list[list[Cell]] = [
        [
            f.name,
            f.received,
            f.returned,
            f.shipped,
            f.written_off,
            f.on_hand,
            f.skus_out,
            meter(f.near / max(1, f.near + f.far)),
        ]
        for f in fcs
    ]
    head = ("building", "units received", "restocked", "shipped", "written off", "on hand at the end", "SKUs sold out",
            "packages to own region")  # fmt: skip
    region = bars(
        "Packages by the building that shipped them",
        [
            Bar(
                f.name, (f.near, f.far), f"{f.near + f.far:,}  {percent(f.near, f.near + f.far, 0)} in region"
            )
            for f in fcs
        ],
        ("to its own region", "to another region"),
        ("c1", "c3"),
    )
    lines = np.bincount(story.state.table(Lines).status, minlength=len(LineStatus))
    ends = [
        Bar(s.name.lower().replace("boxed", "shipped or boxed"), (float(lines[s]),), f"{lines[s]:,}")
        for s in LineStatus
        if lines[s]
    ]
    return two(region, bars("Order lines by where they stand at the end", ends)) + table(head, rows)


def exceptions(story: Story) -> str:
    """Top reasons as bars; every reason with an example and how to look it up; alarms; what was never promised."""
    told = figures.remarks_by_reason(story.state)
    trouble = [t for t in told if t.reason not in figures.CHOICES]
    choices = [t for t in told if t.reason in figures.CHOICES]
    drawn = [
        Bar(f"{t.about.name.lower()}: {t.words}", (float(t.things),), f"{t.things:,}")
        for t in trouble[:SHOWN]
    ]
    scans = figures.scans_by_reason(story.state)
    hand = [
        Bar(f"{event.name.lower().replace('_', ' ')}: {reason_words(reason)}", (float(n),), f"{n:,}")
        for event, reason, n, _ in scans[:SHOWN]
    ]
    head = ("about", "reason", "how many", "times said", "an example")
    scan_rows: list[list[Cell]] = [
        [event.name.lower().replace("_", " "), reason_words(reason), n, code(f"doorward track {package}")]
        for event, reason, n, package in scans
    ]
    ended: list[list[Cell]] = [
        [what, why, n, code(f"doorward order {ref}")] for what, why, n, ref in figures.unpromised(story.state)
    ]
    return (
        two(
            bars("What planners could not do, by reason (different things)", drawn, kinds=("c3",)),
            bars("What happened to packages, by reason (scans)", hand, kinds=("c6",)),
        )
        + table(head, [_row(story, t) for t in trouble], "Nothing was left undone.")
        + part("Scans with a reason", table(("scan", "reason", "scans", "newest"), scan_rows))
        + two(
            part(
                "Orders and lines that were not served",
                table(("what", "why", "how many", "an example"), ended),
            ),
            _alarms(story),
        )
        + part(
            "Decisions with a reason",
            words("Not trouble: what planners chose, and said why."),
            table(head, [_row(story, t) for t in choices]),
        )
    )


def _alarms(story: Story) -> str:
    """Alarms by kind, against what truly happened."""
    alarms: list[list[Cell]] = [
        [
            q.kind.name.lower().replace("_", " "),
            q.raised,
            q.open,
            q.true,
            q.false,
            q.missed,
            q.lead_min,
            code(f"doorward track {package}"),
        ]
        for q, package in figures.alarms(story.state)
    ]
    return part(
        "Alarms raised",
        table(
            (
                "alarm",
                "raised",
                "open",
                "true",
                "false",
                "not foretold",
                "lead, min",
                "newest",
            ),
            alarms,
        ),
    )


def reason_words(reason: Reason) -> str:
    """A reason in words."""
    return WORDS[reason]


def _row(story: Story, t: figures.Trouble) -> list[Cell]:
    return [t.about.name.lower(), t.words, t.things, t.times, _look_up(story, t)]


def _look_up(story: Story, t: figures.Trouble) -> Cell:
    """The command that shows the example, where there is one; else its number."""
    if t.about is Subject.PACKAGE and t.row < story.state.count(Packages):
        return code(f"doorward track {t.row}")
    if t.about is Subject.ORDER:
        return code(f"doorward order {figures.order_ref(story.state, t.row)}")
    if t.about is Subject.LINE:
        order = int(story.state.table(Lines).order[t.row])
        return code(f"doorward order {figures.order_ref(story.state, order)}")
    return f"{t.about.name.lower()} {t.row}"


def how(story: Story) -> str:
    """Assumptions, checks, the run's identity and where the time went."""
    result = story.result
    notes = "".join(words(note) for note in story.settings.notes)
    if not notes:
        made = (
            "Orders, customers and goods were generated from network file and seed; no outside data was read."
        )
        notes = words(made if result.get("generated_input") else "None was noted.")
    broken = list(result.get("violations", ()))
    said = broken or ["Every package is in exactly one place, and all units balance."]
    checks = "".join(f'<p class="check {"bad" if broken else "ok"}">{words(s)[3:-4]}</p>' for s in said)
    rows: list[list[Cell]] = [
        [key.replace("_", " "), value if isinstance(value, str) else f"{value:,}"]
        for key in (
            "network",
            "seed",
            "orders",
            "rejected",
            "journal_turns",
            "journal_digest",
            "wall_s",
            "peak_mib",
        )
        if (value := result.get(key)) is not None
    ]
    services = sorted(dict(result.get("cpu_s_by_service", {})).items(), key=lambda kv: -kv[1])
    seconds = bars(
        "Processor seconds by service",
        [Bar(k, (float(v),), f"{v:.2f} s") for k, v in services],
        kinds=("c9",),
    )
    return (
        part("Assumptions", notes)
        + part("Checks", checks)
        + part(
            "The run",
            words("The same network, orders and seed give the same digest."),
            Raw(table(("what", "value"), rows)),
        )
        + f"<details><summary>Processor seconds by service</summary>{seconds}</details>"
    )
