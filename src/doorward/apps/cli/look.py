"""`track`, `order`, `journey`: where is it, how did it get there, what can happen to it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from doorward.apps.cli.screen import OUT, answer, clock, grid, shown
from doorward.runtime.build import label_rules, network_of, open_state
from doorward.runtime.history import Moment, find_package, order_story, package_story
from doorward.runtime.rundir import RunDir, newest_run
from doorward.tables.journey import ENDED, JOURNEY, Status

Where = Annotated[
    Path | None, typer.Option("--run", help="Run directory; the newest under runs/ if not given.")
]
Json = Annotated[bool, typer.Option("--json", help="One line of JSON instead of a table.")]


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command(epilog="Example: doorward track 17")(track)
    app.command(epilog="Example: doorward order G-000017")(order)
    app.command(epilog="Example: doorward journey")(journey)


def track(
    package: Annotated[str, typer.Argument(help="Package number or SSCC.")],
    run: Where = None,
    json: Json = False,
) -> None:
    """The history of one package: times, places, who, and when it will be there."""
    where = RunDir(run or newest_run())
    with open_state(where) as opened:
        rules, currency = label_rules(where), network_of(where).currency
        story = package_story(opened, find_package(opened, package, rules), currency)
    if json:
        answer(story)
        return
    OUT.print(
        f"[bold]Package {story['package']}[/]  order {story['order']}  {story['status']}"
        f"  {shown(story['place'])}"
    )
    OUT.print(
        f"promised {clock(story['due_lo_s'], where.offset)} to {clock(story['due_s'], where.offset)}"
        + _eta_words(story, where.offset)
    )
    _access(story)
    _alarms(story["alarms"], where.offset)
    _moments("History", story["history"], where.offset)
    for line in story["why"]:
        OUT.print(f"  {shown(line)}")


def order(
    ref: Annotated[str, typer.Argument(help="Order number or the customer's own reference.")],
    run: Where = None,
    json: Json = False,
) -> None:
    """The whole story of one order: promise, lines, packages, where each is."""
    where = RunDir(run or newest_run())
    with open_state(where) as opened:
        story = order_story(opened, ref, network_of(where).currency)
    if json:
        answer(story)
        return
    OUT.print(
        f"[bold]Order {story['order']}[/] {shown(story['ref'])}  {story['status']}"
        f"  placed {clock(story['at_s'], where.offset)}"
    )
    OUT.print(f"promised {clock(story['due_lo_s'], where.offset)} to {clock(story['due_s'], where.offset)}")
    _access(story)
    grid(
        "Lines",
        ("line", "part of", "sku", "units", "status", "building", "reason"),
        [list({**x, "part_of": x["part_of"] if x["part_of"] >= 0 else ""}.values()) for x in story["lines"]],
    )
    for package in story["packages"]:
        eta = _eta_words(package, where.offset)
        _moments(
            f"Package {package['package']}: {package['status']}, {package['place']}{eta}",
            package["history"],
            where.offset,
        )
        _alarms(package["alarms"], where.offset)


def journey(json: Json = False) -> None:
    """The state machine of a package: every event, who says it, from where to where."""
    rows = [
        {
            "event": event.name,
            "room": ", ".join(rule.room),
            "from": ", ".join(s.name for s in rule.before) or "(new)",
            "to": rule.after.name,
            "holder": rule.holder.name,
            "epcis": f"{rule.biz_step} / {rule.disposition}",
            "words": rule.words,
        }
        for event, rule in JOURNEY.items()
    ]
    if json:
        answer(rows)
    else:
        grid("The journey of a package", list(rows[0]), [list(r.values()) for r in rows])


def _eta_words(story: dict[str, Any], offset: int) -> str:
    if story["eta_hi_s"] < 0:
        return ""
    window = f"{clock(story['eta_lo_s'], offset)} to {clock(story['eta_hi_s'], offset)}"
    over = story["status"] in {status.name for status in ENDED} | {Status.AT_LOCKER.name}
    return f"; {'last told' if over else 'expected'} {window} (as of {clock(story['eta_at_s'], offset)})"


def _access(story: dict[str, Any]) -> None:
    """What is known of the door, if anything."""
    if story["access"]:
        OUT.print("at the door: " + story["access"].replace("_", " ").replace("+", ", "))


def _alarms(alarms: list[dict[str, Any]], offset: int) -> None:
    """A line for each open alarm."""
    for each in alarms:
        OUT.print(f"  [bold]{each['kind']}[/] since {clock(each['at_s'], offset)}: {shown(each['cause'])}")


def _moments(title: str, history: list[Moment], offset: int) -> None:
    """A table of scans; the column of reasons only where one has a reason."""
    told = any(m["reason"] for m in history)
    rows = [(clock(m["at_s"], offset), m["event"], m["where"], m["who"], m["reason"]) for m in history]
    head = ("when", "what", "where", "who", "reason")
    grid(title, head if told else head[:4], rows if told else [r[:4] for r in rows])
