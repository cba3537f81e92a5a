"""Search: what a person types, found among orders, packages, runs, trips, buildings and vehicles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import msgspec
import numpy as np
from numpy.typing import NDArray

from doorward.fulfillment.label.reading import package_of
from doorward.fulfillment.rules import FulfillmentRules
from doorward.runtime.look.network import site_name
from doorward.runtime.look.orders import STATUSES, order_ref, standing
from doorward.runtime.look.runs import run_name
from doorward.runtime.look.shapes_pages import Hit
from doorward.runtime.look.view import View
from doorward.runtime.look.words import clock, stage_word
from doorward.tables.fleet import Runs, RunStatus, Vehicles
from doorward.tables.linehaul import Lanes, Trips, TripStatus
from doorward.tables.orders import OrderRefs, Orders
from doorward.tables.packages import Labels, Packages
from doorward.tables.sites import SiteKind, Sites, Zones
from doorward.tables.ways import Way

LONGEST = 100
"""Characters of a query that are looked at."""
RECIPIENT, SHOWN = "recipient", ("name", "street", "postcode", "city")
SHORTEST, MATCHES, NEWEST = 3, 500, 200_000
"""Letters of a word that recipients are looked through for; texts taken that hold it; recipients looked through."""
NUMBERED = re.compile(r"(order|package|run|trip|site|vehicle|r|t)\s*#?\s*(\d{1,18})", re.IGNORECASE)
SHORT = {"r": "run", "t": "trip"}


def search(view: View, query: str, limit: int = 20, shop: int | None = None) -> list[Hit]:
    """What `query` may mean, best first: an SSCC, a shop's reference, a number, `run 12`, part of a name; and last the
    recipients whose name or address holds all its words, among the newest `NEWEST`.

    shop: only orders and packages of this shipper, and nothing else (None: everything).
    """
    wanted = " ".join(query[:LONGEST].split())
    found: dict[tuple[str, int], Hit] = {}
    if wanted:
        for hit in _hits(view, wanted, shop):
            found.setdefault((hit.kind, hit.row), hit)
            if len(found) >= limit:
                break
    return list(found.values())


def _hits(view: View, wanted: str, shop: int | None) -> Iterator[Hit]:
    orders, packages = view.table(Orders), view.table(Packages)

    def ours(order: int) -> bool:
        return shop is None or int(orders.shop[order]) == shop

    for package in _labelled(view, wanted):
        if ours(int(packages.order[package])):
            yield _package(view, package)
    for order in _referred(view, wanted, shop):
        if ours(order):
            yield _order(view, order)
    named = NUMBERED.fullmatch(wanted)
    kind, number = (named[1].lower(), int(named[2])) if named else ("", -1)
    kind = SHORT.get(kind, kind)
    if wanted.isascii() and wanted.isdigit() and len(wanted) <= 18:
        number = int(wanted)
    if kind in ("", "order") and 0 <= number < len(orders) and ours(number):
        yield _order(view, number)
    if kind in ("", "package") and 0 <= number < len(packages) and ours(int(packages.order[number])):
        yield _package(view, number)
    if shop is None:
        yield from _network(view, wanted, kind, number)
    yield from (_order(view, order, who) for order, who in _recipients(view, wanted, ours))


def _network(view: View, wanted: str, kind: str, number: int) -> Iterator[Hit]:
    """Runs, trips, buildings and vehicles."""
    for each, table, make in (
        ("run", Runs, _run), ("trip", Trips, _trip), ("site", Sites, _site), ("vehicle", Vehicles, _vehicle),
    ):  # fmt: skip
        if kind == each and 0 <= number < len(view.table(table)):
            yield make(view, number)
    yield from (_site(view, row) for row in _holds(view.table(Sites).name, wanted))
    yield from (_vehicle(view, row) for row in _holds(view.table(Vehicles).name, wanted))


def _labelled(view: View, wanted: str) -> list[int]:
    """Packages whose label bears this SSCC, with or without its application identifier (00)."""
    rules = view.rule(FulfillmentRules)
    found = package_of(view.table(Labels), wanted, extension=rules.sscc_extension, prefix=rules.sscc_prefix)
    return [found] if found >= 0 else []


def _referred(view: View, wanted: str, shop: int | None) -> list[int]:
    """Orders that bear this reference, in the file they came from or by their shop."""
    refs = view.table(OrderRefs).ref
    found: list[int] = np.flatnonzero(refs == wanted).tolist() if len(refs) else []
    if view.vault is not None:
        shops = [shop] if shop is not None else np.unique(view.table(Orders).shop).tolist()
        found += [row for each in shops for row in view.vault.find(f"order/{each}", [wanted]) if row >= 0]
    return found


def _recipients(view: View, wanted: str, ours: Callable[[int], bool]) -> Iterator[tuple[int, str]]:
    """(order, who and where) of recipients in whose text all words stand, newest first."""
    words = [word.casefold() for word in re.split(r"[\s,]+", wanted) if word]
    longest = max(re.findall(r"[!-~]+", " ".join(words)), key=len, default="")
    if view.vault is None or len(longest) < SHORTEST:
        return
    for order, body in view.vault.holding(RECIPIENT, longest, MATCHES, NEWEST):
        told = msgspec.json.decode(body, type=dict[str, str])
        text = " ".join(told.values()).casefold()
        if order < view.state.count(Orders) and ours(order) and all(word in text for word in words):
            yield order, ", ".join(told[part] for part in SHOWN if told.get(part))


def _holds(names: NDArray[np.object_], wanted: str) -> list[int]:
    """Rows whose name holds the words, those that begin with them first."""
    low = wanted.casefold()
    rows = [
        (not str(n).casefold().startswith(low), k) for k, n in enumerate(names) if low in str(n).casefold()
    ]
    return [k for _, k in sorted(rows)]


def _order(view: View, order: int, who: str = "") -> Hit:
    found = standing(view, np.array([order], np.int64))
    ref = order_ref(view, order)
    zone = view.table(Zones).name[view.table(Orders).zone[order]]
    title = f"Order {order}" + (f" ({ref})" if ref else "")
    return Hit("order", order, title, f"{STATUSES[found.status[0]]}, {who or zone}", f"/orders/{order}")


def _package(view: View, package: int) -> Hit:
    packages = view.table(Packages)
    order = int(packages.order[package])
    words = f"{stage_word(int(packages.status[package]))}, order {order}"
    return Hit("package", package, f"Package {package}", words, f"/packages/{package}")


def _run(view: View, run: int) -> Hit:
    runs = view.table(Runs)
    status = RunStatus(int(runs.status[run])).name.lower()
    words = f"{status}, {site_name(view, int(runs.station[run]))} {clock(view, int(runs.depart_s[run]))}"
    return Hit("run", run, f"Run {run}: {run_name(view, run)}", words, f"/runs/{run}")


def _trip(view: View, trip: int) -> Hit:
    trips, lanes = view.table(Trips), view.table(Lanes)
    lane = int(trips.lane[trip])
    ends = f"{site_name(view, int(lanes.origin[lane]))} to {site_name(view, int(lanes.dest[lane]))}"
    words = f"{TripStatus(int(trips.status[trip])).name.lower()}, {clock(view, int(trips.depart_s[trip]))}"
    return Hit("trip", trip, f"Trip {trip}: {ends}", words, f"/linehaul/{trip}")


def _site(view: View, site: int) -> Hit:
    kind = SiteKind(int(view.table(Sites).kind[site]))
    page = {SiteKind.FC: "center", SiteKind.STATION: "station"}.get(kind, "")
    words = {
        SiteKind.FC: "fulfillment center",
        SiteKind.SORT: "sort center",
        SiteKind.STATION: "delivery station",
    }
    to = f"/sites/{site}/{page}" if page else f"/sites/{site}"
    return Hit("site", site, site_name(view, site), words.get(kind, "parcel locker"), to)


def _vehicle(view: View, vehicle: int) -> Hit:
    vehicles = view.table(Vehicles)
    words = (
        f"{Way(int(vehicles.way[vehicle])).name.lower()}, {site_name(view, int(vehicles.station[vehicle]))}"
    )
    return Hit("vehicle", vehicle, str(vehicles.name[vehicle]), words, f"/vehicles/{vehicle}")
