"""What-if: change a network or its demand from a moment on, for a fork of a run.

A change is a TOML file of any of these:

    [orders]
    factor_pm = 1300            # 30 % more orders from the fork on (below 1000: fewer)
    [[vehicles_out]]
    station = "North"           # this many own or contracted vans of a station stay in the yard
    count = 2
    [[outages]]                 # as in a network file: a building closed, a partner that does not collect
    site = "Northgate"
    from = "2 09:00"
    until = "2 15:00"
    [[storm]]                   # rain, snow or wind from .. until; in every region, or in one
    from = "2 12:00"
    until = "2 20:00"
    rain_mm_h = 9.0
    gust_m_s = 22.0
    [twin.weather]              # and any [room] or [twin.*] section of a network file
    rain = [{ from = "15:00", to = "18:00", um = 6000 }]
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from doorward.core import seed as draws
from doorward.core.errors import BadInput
from doorward.ports.orderbook import OrderBook
from doorward.ports.storefront import NewLines, NewOrders
from doorward.runtime.config import ROOMS, Network
from doorward.runtime.network_file import Outage, Storm
from doorward.tables.orders import OrderRefs
from doorward.tables.ways import Way


class OrdersChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[orders]`"""

    factor_pm: int = 1000


NO_CHANGE = OrdersChange()


class VehiclesOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[vehicles_out]]`"""

    station: str
    count: int


@dataclasses.dataclass(frozen=True)
class Change:
    """A change as its file describes it."""

    orders: OrdersChange = NO_CHANGE
    vehicles_out: tuple[VehiclesOut, ...] = ()
    outages: tuple[Outage, ...] = ()
    storm: tuple[Storm, ...] = ()
    rooms: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)


def read_change(path: Path) -> Change:
    """Read a change file. Raises BadInput with what is wrong."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(
            f"cannot be read ({error})",
            where=str(path),
            rule="a change is a TOML file",
            remedy="see docs/change-file.md",
        ) from error
    rooms = {name: body for name, body in raw.items() if name in ROOMS}
    rest = {name: body for name, body in raw.items() if name not in ROOMS}
    known = {
        "orders": OrdersChange,
        "vehicles_out": tuple[VehiclesOut, ...],
        "outages": tuple[Outage, ...],
        "storm": tuple[Storm, ...],
    }
    made: dict[str, Any] = {}
    for name, body in rest.items():
        if name not in known:
            raise BadInput(
                f"unknown section [{name}]",
                where=str(path),
                rule=f"sections are {', '.join([*known, *ROOMS])}",
                remedy="remove it or correct its name",
            )
        try:
            made[name] = msgspec.convert(body, known[name])
        except msgspec.ValidationError as error:
            raise BadInput(str(error), where=f"{path} [{name}]", remedy="correct it") from error
    change = Change(rooms=rooms, **made)
    if change.orders.factor_pm < 0:
        raise BadInput(
            "factor_pm is negative", where=f"{path} [orders]", rule="0 or more", remedy="correct it"
        )
    return change


def change_network(network: Network, change: Change) -> Network:
    """The network with a change's settings; vans that stay in the yard keep their rows but take no stop."""
    rooms = {name: dict(body) for name, body in network.rooms.items()}
    for name, body in change.rooms.items():
        rooms[name] = _merged(rooms.get(name, {}), body)
    stops = network.vehicles.max_stops.copy()
    for out in change.vehicles_out:
        site = np.flatnonzero(network.sites.name == out.station)
        if not len(site):
            raise BadInput(
                f"no station {out.station!r}",
                where="[[vehicles_out]]",
                rule=f"stations are named in {network.path.name}",
                remedy="correct the name",
            )
        vans = np.isin(network.vehicles.way, (Way.OWN, Way.DSP)) & (network.vehicles.station == site[0])
        stops[np.flatnonzero(vans)[: out.count]] = 0
    vehicles = network.vehicles.replace(max_stops=stops)
    outages = network.outages + change.outages
    storms = network.storms + change.storm
    return dataclasses.replace(network, rooms=rooms, vehicles=vehicles, outages=outages, storms=storms)


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    both = dict(old)
    for key, value in new.items():
        inner = both.get(key)
        both[key] = _merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return both


def change_orders(book: OrderBook, change: Change, after_s: int, seed: int) -> OrderBook:
    """The book with more or fewer orders after a moment; those before it, and their numbers, stay."""
    factor = change.orders.factor_pm
    if factor == 1000:
        return book
    n = len(book.orders)
    later = book.orders.at_s > after_s
    times = np.where(later, factor // 1000, 1)
    times += later & draws.below(seed, "change/orders", (factor % 1000) / 1000, np.arange(n))
    copies = np.repeat(np.arange(n), times)
    nth = np.arange(len(copies)) - np.repeat(np.cumsum(times) - times, times)
    shift = (draws.uniform(seed, "change/shift", copies, nth) * 3600).astype(np.int64)
    last_s = int(book.orders.at_s.max(initial=0))
    at_s = book.orders.at_s[copies] + np.where(nth > 0, shift, 0)
    at_s = np.minimum(at_s, np.maximum(last_s, book.orders.at_s[copies]))
    order = np.lexsort((nth, copies, at_s))
    copies, nth, at_s = copies[order], nth[order], at_s[order]
    first = np.r_[0, np.cumsum(book.orders.lines.astype(np.int64))]
    count = book.orders.lines[copies].astype(np.int64)
    start = np.repeat(first[copies] - (np.cumsum(count) - count), count)
    lines = book.lines.take(start + np.arange(int(count.sum())))
    orders = book.orders.take(copies).replace(at_s=at_s)
    names = [f"{r}+{k}" if k else str(r) for r, k in zip(book.refs.ref[copies], nth, strict=True)]
    return dataclasses.replace(
        book,
        orders=NewOrders.concat([orders]),
        lines=NewLines.concat([lines]),
        refs=OrderRefs.fill(len(names), ref=names),
    )
