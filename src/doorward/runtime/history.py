"""The story of one package or order, read from the tables: a walk along `Scans.prev`, O(its own scans)."""

from __future__ import annotations

from typing import Any, TypedDict

import numpy as np

from doorward.core.errors import BadInput
from doorward.fulfillment.label.reading import package_of
from doorward.fulfillment.rules import FulfillmentRules
from doorward.ledger.state import State
from doorward.runtime.results import ENDS, order_ends
from doorward.tables.doorstep import Left
from doorward.tables.fleet import Runs
from doorward.tables.journey import JOURNEY, Event, Holder, Status
from doorward.tables.linehaul import Lanes, Trips
from doorward.tables.orders import Lines, LineStatus, OrderRefs, Orders, OrderStatus, access_words
from doorward.tables.packages import Alarm, Alarms, Labels, Packages, Scans
from doorward.tables.remarks import WORDS, Reason, Remarks, Subject
from doorward.tables.sites import Sites, Zones
from doorward.tables.ways import Bills, Services, Way


class Moment(TypedDict):
    """One scan, in words."""

    at_s: int
    event: str
    words: str
    where: str
    who: str
    reason: str


def package_history(state: State, package: int) -> list[Moment]:
    """All scans of a package, oldest first."""
    scans = state.table(Scans)
    row = int(state.table(Packages).last_scan[package])
    moments = []
    while row >= 0:
        event = Event(int(scans.event[row]))
        moments.append(
            Moment(
                at_s=int(scans.at_s[row]),
                event=event.name,
                words=JOURNEY[event].words,
                where=_site(state, int(scans.site[row])),
                who=_who(state, event, int(scans.ref[row])),
                reason=WORDS[Reason(max(0, int(scans.reason[row])))],
            )
        )
        row = int(scans.prev[row])
    return moments[::-1]


def open_alarms(state: State, package: int) -> list[dict[str, Any]]:
    """Alarms of a package that still hold: kind, since when, minutes (to the promise, or of silence) and the cause."""
    alarms, scans = state.table(Alarms), state.table(Scans)
    found = []
    for row in np.flatnonzero((alarms.package == package) & (alarms.cleared_s < 0)).tolist():
        kind, limit = Alarm(int(alarms.kind[row])), int(alarms.limit[row])
        event = Event(int(scans.event[alarms.scan[row]])).name
        cause = {
            Alarm.NO_SCAN: f"no scan since {event}, {limit} min are allowed there",
            Alarm.WILL_BE_LATE: f"the chance of it was {limit / 10:.0f} % when it was raised, after {event}",
            Alarm.LATE: f"the promise passed, last scan {event}",
            Alarm.MISSED_CUTOFF: f"its last departure left {limit} min before, it was at {event}",
        }[kind]
        at_s, minutes = int(alarms.at_s[row]), int(alarms.minutes[row])
        found.append({"kind": kind.name, "at_s": at_s, "minutes": minutes, "cause": cause})
    return found


def package_story(state: State, row: int, currency: str = "") -> dict[str, Any]:
    """Everything worth knowing about one package; currency: what its bill is told in."""
    packages = state.table(Packages)
    p = {name: int(getattr(packages, name)[row]) for name in packages.columns}
    sizes = f"{p['length_mm']}x{p['width_mm']}x{p['height_mm']} mm"
    return {
        "package": row,
        "order": p["order"],
        "status": Status(p["status"]).name,
        "place": place(state, row),
        "way": Way(p["way"]).name if p["way"] >= 0 else "",
        "carrier": str(state.table(Services).name[p["carrier"]]) if p["carrier"] >= 0 else "",
        "weight_g": p["packed_g"] if p["packed_g"] >= 0 else p["weight_g"],
        "size": sizes,
        "due_lo_s": p["due_lo_s"],
        "due_s": p["due_s"],
        "eta_lo_s": p["eta_lo_s"],
        "eta_hi_s": p["eta_hi_s"],
        "eta_at_s": p["eta_at_s"],
        "bill_c": p["bill_c"],
        "access": access_words(int(state.table(Orders).access[p["order"]])),
        "alarms": open_alarms(state, row),
        "history": package_history(state, row),
        "why": _why(state, row, currency),
    }


def order_story(state: State, wanted: str, currency: str = "") -> dict[str, Any]:
    """Everything worth knowing about one order, by number or the customer's own reference."""
    orders, lines, packages = state.table(Orders), state.table(Lines), state.table(Packages)
    row = find_order(state, wanted)
    mine = np.flatnonzero(lines.order == row)
    boxes = np.flatnonzero(packages.order == row)
    refs = state.table(OrderRefs)
    return {
        "order": row,
        "ref": str(refs.ref[row]) if row < len(refs) else "",
        "status": OrderStatus(int(orders.status[row])).name,
        "end": ENDS[int(order_ends(state)[row])],
        "at_s": int(orders.at_s[row]),
        "zone": str(state.table(Zones).name[orders.zone[row]]),
        "due_lo_s": int(orders.due_lo_s[row]),
        "due_s": int(orders.due_s[row]),
        "price_c": int(orders.price_c[row]),
        "access": access_words(int(orders.access[row])),
        "reason": WORDS[Reason(max(0, int(orders.reason[row])))],
        "lines": [
            {
                "line": int(n),
                "part_of": int(lines.parent[n]),
                "sku": int(lines.sku[n]),
                "units": int(lines.units[n]),
                "status": LineStatus(int(lines.status[n])).name,
                "building": _site(state, int(lines.fc[n])),
                "reason": WORDS[Reason(max(0, int(lines.reason[n])))],
            }
            for n in mine
        ],
        "packages": [package_story(state, b, currency) for b in boxes.tolist()],
    }


def find_package(state: State, wanted: str, rules: FulfillmentRules) -> int:
    """Row of a package by number, or by the SSCC on its label."""
    packages = state.table(Packages)
    if wanted.isascii() and wanted.isdigit() and int(wanted) < len(packages):
        return int(wanted)
    found = package_of(state.table(Labels), wanted, extension=rules.sscc_extension, prefix=rules.sscc_prefix)
    if found >= 0:
        return found
    raise BadInput(
        f"no package {wanted!r}",
        where="PACKAGE",
        rule=f"a number from 0 to {len(packages) - 1}, or an SSCC of this run",
        remedy="`doorward order ORDER` lists the packages of an order",
    )


def find_order(state: State, wanted: str) -> int:
    """Row of an order by the customer's reference, or by number."""
    refs = state.table(OrderRefs).ref
    hit = np.flatnonzero(refs == wanted)
    if len(hit):
        return int(hit[0])
    if wanted.isdigit() and int(wanted) < state.count(Orders):
        return int(wanted)
    raise BadInput(
        f"no order {wanted!r}",
        where="ORDER",
        rule=f"the customer's reference, or a number from 0 to {state.count(Orders) - 1}",
        remedy='`doorward sql "select order_no, ref from orders limit 5"` shows some',
    )


def place(state: State, package: int) -> str:
    """Where a package is, in words."""
    packages = state.table(Packages)
    kind, holder = Holder(int(packages.holder_kind[package])), int(packages.holder[package])
    if kind is Holder.SITE:
        return _site(state, holder)
    if kind is Holder.TRIP:
        return _trip(state, holder)
    if kind is Holder.RUN:
        return _run(state, holder)
    if kind is Holder.CARRIER:
        return f"with {state.table(Services).name[holder]}"
    return "with the customer" if kind is Holder.CUSTOMER else "written off"


def _site(state: State, row: int) -> str:
    return str(state.table(Sites).name[row]) if row >= 0 else ""


def _trip(state: State, row: int) -> str:
    lane = int(state.table(Trips).lane[row])
    lanes = state.table(Lanes)
    return f"trip {row} {_site(state, int(lanes.origin[lane]))} to {_site(state, int(lanes.dest[lane]))}"


def _run(state: State, row: int) -> str:
    runs = state.table(Runs)
    return f"{Way(int(runs.way[row])).name.lower()} run {row} from {_site(state, int(runs.station[row]))}"


def _who(state: State, event: Event, ref: int) -> str:
    if ref < 0:
        return ""
    if event is Event.DEPARTED:
        return _trip(state, ref)
    if event in (Event.OUT_FOR_DELIVERY, Event.TRANSFERRED):
        return _run(state, ref)
    if event in (Event.HANDED_OVER, Event.CARRIER_MOVED):
        return str(state.table(Services).name[ref])
    if event is Event.RELEASED:
        return f"wave {ref}"
    if event is Event.SORTED:
        return f"pallet {ref}"
    if event is Event.DELIVERED:
        return Left(ref).name.lower().replace("_", " ") if ref < len(Left) else ""
    return ""


def _why(state: State, package: int, currency: str) -> list[str]:
    """The bill of its way, and every remark about it."""
    bill, remarks = bill_words(state, package, currency), state.table(Remarks)
    about = np.flatnonzero((remarks.subject == Subject.PACKAGE) & (remarks.row == package))
    told = [WORDS[Reason(int(remarks.reason[row]))] + remark_words(state, int(row)) for row in about]
    return [bill, *told] if bill else told


def remark_words(state: State, row: int) -> str:
    """By how much a remark (row of Remarks) says it fell short; empty where it does not."""
    short = int(state.table(Remarks).short[row])
    return f" (short by {short:,})" if short > 0 else ""


def bill_words(state: State, package: int, currency: str) -> str:
    """Why a package goes the way it goes: the bill of that way and what the next best would have cost more."""
    bills, packages = state.table(Bills), state.table(Packages)
    way, unit = int(packages.way[package]), f" {currency}" if currency else ""
    if way < 0 or package >= len(bills):
        return ""
    words = (
        f"way {Way(way).name} was reckoned at {bills.money_mc[package] / 1e5:.2f}{unit} to pay"
        f" + {bills.late_mc[package] / 1e5:.2f} for the risk of lateness"
        f" + {bills.carbon_mc[package] / 1e5:.2f} for {packages.co2_mg[package] / 1000:.0f} g of CO2e"
        f" + {bills.dual_mc[package] / 1e5:.2f} for scarce capacity"
    )
    if bills.late_pm[package] >= 0:
        late_h = bills.late_s[package] / 3600
        words += f"; late with {bills.late_pm[package] / 10:.1f} %, {late_h:.1f} h in the mean"
    second = int(bills.second[package])
    if second >= 0:
        words += f"; next best {Way(second).name}, {bills.second_mc[package] / 1e5:.2f}{unit} dearer"
    return words
