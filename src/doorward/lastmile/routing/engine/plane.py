"""Stops, routes and distances as the kernels know them: one record of 32 bytes a node, linked both ways.

Stops are numbered along a space-filling curve, so that what lies near one another on the ground does so in memory. A
route is a ring: its own copy of the depot (node `stops + route`), its stops in order, and back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

from doorward.lastmile.routing.engine.compiled import part

NEXT, PREV, ROUTE, DEMAND, X, Y, AFTER, BEFORE = range(8)
"""Columns of a node. ROUTE -1: on none; AFTER, BEFORE: distance to the next and from the previous node."""

SPARE = 20
"""Empty routes beyond a tenth of those that are needed."""
Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Reals = NDArray[np.float64]


class Net(NamedTuple):
    """What does not change. near (stops, k, 2): the nearest other stops and the distance to each, nearest first.

    A distance is the whole part of `unit` times the straight line, plus `half`.
    """

    near: Small
    unit: float
    half: float
    capacity: int
    stops: int


class Plan(NamedTuple):
    """Routes. node (stops + routes, 8), load and size (routes,): demand and stops of each."""

    node: Small
    load: Ints
    size: Small


@part
def far(unit: float, half: float, node: Small, a: int, b: int) -> int:  # pragma: no cover - compiled
    """Distance between two nodes."""
    dx = np.float64(node[a, X] - node[b, X])
    dy = np.float64(node[a, Y] - node[b, Y])
    return int(np.sqrt(dx * dx + dy * dy) * unit + half)


@part
def link(unit: float, half: float, node: Small, a: int, b: int) -> int:  # pragma: no cover - compiled
    """Let b follow a; returns the distance."""
    d = far(unit, half, node, a, b)
    node[a, NEXT], node[b, PREV] = b, a
    node[a, AFTER], node[b, BEFORE] = d, d
    return d


@nb.njit(cache=True)
def length(plan: Plan) -> int:  # pragma: no cover - compiled
    """Sum of all arcs."""
    total = 0
    for i in range(len(plan.node)):
        total += plan.node[i, AFTER]
    return total


def empty(net: Net, xy: Small, demand: Small, depot: tuple[int, int], routes: int) -> Plan:
    """No stop on any of so many routes. xy (stops, 2), demand (stops,)."""
    n = net.stops
    node = np.zeros((n + routes, 8), np.int32)
    node[:, NEXT] = node[:, PREV] = np.arange(n + routes)
    node[:n, ROUTE], node[n:, ROUTE] = -1, np.arange(routes)
    node[:n, X], node[:n, Y], node[:n, DEMAND] = xy[:, 0], xy[:, 1], demand
    node[n:, X], node[n:, Y] = depot
    return Plan(node, np.zeros(routes, np.int64), np.zeros(routes, np.int32))


def routes_of(net: Net, node: Small) -> list[list[int]]:
    """Stops of each route that has any, in order. node (stops + routes, at least NEXT)."""
    found = []
    for depot in range(net.stops, len(node)):
        route, stop = [], int(node[depot, NEXT])
        while stop < net.stops:
            route.append(stop)
            stop = int(node[stop, NEXT])
        if route:
            found.append(route)
    return found


def laid(net: Net, xy: Small, demand: Small, depot: tuple[int, int], routes: Sequence[Ints]) -> Plan:
    """A plan of given routes, and some empty ones more."""
    plan = empty(net, xy, demand, depot, len(routes) + SPARE + len(routes) // 10)
    node, n = plan.node, net.stops
    for r, route in enumerate(routes):
        ring = np.r_[n + r, route]
        node[ring, NEXT], node[np.roll(ring, -1), PREV] = np.roll(ring, -1), ring
        node[route, ROUTE] = r
        plan.load[r], plan.size[r] = demand[route].sum(), len(route)
    ahead = node[:, NEXT]
    step = (node[:, X : Y + 1] - node[ahead, X : Y + 1]).astype(np.float64)
    arc = (np.sqrt((step**2).sum(axis=1)) * net.unit + net.half).astype(np.int64)
    arc[ahead == np.arange(len(node))] = 0
    node[:, AFTER] = arc
    node[ahead, BEFORE] = arc
    return plan
