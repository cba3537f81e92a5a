"""Choose one way for every package: least total cost within the room of every opening.

Prices: projected subgradient with Rprop steps (Riedmiller & Braun 1993) on the dual of the assignment relaxation, from
the prices of the last call. Repair: packages pick in order of regret (what the second choice would cost more).
Polish: moves into free room, then negative cycles in the graph of openings (Klein 1967) until none is left: the
assignment is then optimal, and the shortest distances in the same graph are its exact dual prices: what one more place
in an opening would save (no negative cycle: Ahuja, Magnanti & Orlin 1993, 9.3). Graphs of more than
`MOST_NODES` openings are polished station by station, which is no longer exact.
Costs are integers, ties go to the lower option and the lower row: equal inputs, equal choices.
"""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
BLOCKED = np.int64(1) << 40
"""Cost of an option that is not open."""
UNPRICED = BLOCKED // 8
"""Room that would give a way to a package without any has no price of its own: the dual's last one stands."""
MOST_NODES = 360
MOST_CYCLES = 4_000


class Choice(NamedTuple):
    """What was chosen and at which prices.

    option (n,) chosen column, -1 no room anywhere; price (k,) of each opening, 0 where room was left
    second (n,) best column of another way, -1 none; gap (n,) by how much it is dearer, -1 none
    dual   (k,) prices of the last round: sum of cheapest options less price x room is a lower bound of any choice
    """

    option: I32
    price: I64
    second: I32
    gap: I64
    dual: I64


def choose(cost: I64, opening: I32, room: I64, price: I64, group: I32, rounds: int = 120) -> Choice:
    """One option per package, never more than `room` per opening.

    cost (n, m) thousandths of a cent, BLOCKED where shut; opening (n, m) -1 unlimited; room (k,) >= 0 packages;
    price (k,) to start from; group (m,) options of one group are the same way (a second choice is of another group).
    """
    n = len(cost)
    k = len(room)
    option = np.full(n, -1, np.int32)
    price = np.maximum(price, 0).astype(np.int64).copy()
    if n == 0:
        return Choice(option, price, option.copy(), np.zeros(0, np.int64), price)
    use = np.zeros(k + 1, np.int64)
    touched = np.zeros(k + 1, bool)
    touched[opening] = True  # -1 is the last: options without limit
    touched = touched[:k]
    _cheapest(cost, opening, np.zeros(k, np.int64), option, use)
    if (use[:k] <= room).all():
        price[touched] = 0
        dual = np.zeros(k, np.int64)
    else:
        _prices(cost, opening, room, price, rounds, option, use)
        dual, regret = price.copy(), np.empty(n, np.int64)
        _regret(cost, opening, price, regret)
        order = np.argsort(-regret, kind="stable")
        left = room.astype(np.int64).copy()
        _repair(cost, opening, price, order, left, option)
        _free_moves(cost, opening, left, option, 6)
        exact = _polish(cost, opening, left, option)
        price[touched & (left > 0)] = 0  # what is not used up is free
        known = (exact >= 0) & (exact < UNPRICED)
        price[known] = exact[known]
    second, gap = np.empty(n, np.int32), np.empty(n, np.int64)
    _seconds(cost, opening, price, group, option, second, gap)
    return Choice(option, price, second, gap, dual)


def _polish(cost: I64, opening: I32, left: I64, option: I32) -> I64:
    """Cancel negative cycles: over everything if the graph is small, else block by block, twice. Returns exact prices
    (k,), -1 where there are none.

    A block is what shares its first opening: the packages of one station and day. Other blocks stand still meanwhile,
    and the room that is left in shared openings goes from block to block.
    """
    price = np.full(len(left), -1, np.int64)
    if _cancel_in(cost, opening, left, option, price):
        return price
    block = np.where(opening >= 0, opening, len(left)).min(axis=1)
    order = np.argsort(block, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(block[order])) + 1)
    for _ in range(2):
        for rows in parts:
            mine = option[rows]
            _cancel_in(cost[rows], opening[rows], left, mine, price.copy())
            option[rows] = mine
    return price


def _cancel_in(cost: I64, opening: I32, left: I64, option: I32, price: I64) -> bool:
    """Cancel negative cycles over the openings in use and price these; False if there are too many of them."""
    used, at = np.unique(opening, return_inverse=True)
    unlimited = int(used[0] == -1)  # -1 sorts first
    nodes = len(used) - unlimited
    if nodes + 2 > MOST_NODES:
        return False
    real = used[unlimited:]
    node = np.where(opening >= 0, at.reshape(opening.shape) - unlimited, -1).astype(np.int32)
    room = np.concatenate([left[real], [np.int64(1) << 40, np.int64(1) << 40]])
    far = np.zeros(nodes + 3, np.int64)
    done = _cancel(
        cost, node, np.arange(max(1, nodes), dtype=np.int32), nodes, room, option, MOST_CYCLES, far
    )
    left[real] = room[:nodes]
    if done:
        price[real] = -far[:nodes]
    return True


@nb.njit(cache=True)
def _cheapest(
    cost: I64, opening: I32, price: I64, option: I32, use: I64
) -> None:  # pragma: no cover - compiled
    """Everybody's cheapest option at these prices, and the use of every opening (the last: unlimited)."""
    use[:] = 0
    for i in range(cost.shape[0]):
        best, at = BLOCKED, -1
        for j in range(cost.shape[1]):
            c = cost[i, j]
            if c >= best:
                continue
            o = opening[i, j]
            if o >= 0:
                c += price[o]
            if c < best:
                best, at = c, j
        option[i] = at
        if at >= 0:
            use[opening[i, at]] += 1


@nb.njit(cache=True)
def _prices(
    cost: I64, opening: I32, room: I64, price: I64, rounds: int, option: I32, use: I64
) -> None:  # pragma: no cover - compiled
    """Raise prices where use exceeds room, lower them where it does not; steps grow and shrink by sign."""
    k = len(room)
    step = np.full(k, 8_000.0)
    was = np.zeros(k, np.int8)
    at = price.astype(np.float64)
    for _ in range(rounds):
        for o in range(k):
            price[o] = np.int64(at[o])
        _cheapest(cost, opening, price, option, use)
        still = True
        for o in range(k):
            sign = 0
            if use[o] > room[o]:
                sign = 1
            elif use[o] < room[o] and at[o] > 0.0:
                sign = -1
            if sign != 0:
                still = False
            if sign * was[o] > 0:
                step[o] = min(step[o] * 1.4, 5e6)
            elif sign * was[o] < 0:
                step[o] = max(step[o] * 0.45, 1.0)
            was[o] = sign
            at[o] = max(0.0, at[o] + sign * step[o])
        if still:
            break


@nb.njit(cache=True)
def _regret(cost: I64, opening: I32, price: I64, regret: I64) -> None:  # pragma: no cover - compiled
    for i in range(cost.shape[0]):
        best, then = BLOCKED, BLOCKED
        for j in range(cost.shape[1]):
            c = cost[i, j]
            if c >= then:
                continue
            if opening[i, j] >= 0:
                c += price[opening[i, j]]
            if c < best:
                best, then = c, best
            elif c < then:
                then = c
        regret[i] = then - best


@nb.njit(cache=True)
def _repair(
    cost: I64, opening: I32, price: I64, order: I64, left: I64, option: I32
) -> None:  # pragma: no cover - compiled
    """Each in turn takes its cheapest option that still has room."""
    for i in order:
        best, at = BLOCKED, -1
        for j in range(cost.shape[1]):
            c, o = cost[i, j], opening[i, j]
            if c >= best or (o >= 0 and left[o] <= 0):
                continue
            if o >= 0:
                c += price[o]
            if c < best:
                best, at = c, j
        option[i] = at
        if at >= 0 and opening[i, at] >= 0:
            left[opening[i, at]] -= 1


@nb.njit(cache=True)
def _free_moves(
    cost: I64, opening: I32, left: I64, option: I32, passes: int
) -> None:  # pragma: no cover - compiled
    """Whoever finds something truly cheaper with room moves there, until nobody does."""
    for _ in range(passes):
        moved = False
        for i in range(cost.shape[0]):
            now = BLOCKED if option[i] < 0 else cost[i, option[i]]
            at = -1
            for j in range(cost.shape[1]):
                o = opening[i, j]
                if cost[i, j] < now and (o < 0 or left[o] > 0):
                    now, at = cost[i, j], j
            if at >= 0:
                if option[i] >= 0 and opening[i, option[i]] >= 0:
                    left[opening[i, option[i]]] += 1
                if opening[i, at] >= 0:
                    left[opening[i, at]] -= 1
                option[i] = at
                moved = True
        if not moved:
            break


@nb.njit(cache=True)
def _node(opening: int, option: int, node_of: I32, nodes: int) -> int:  # pragma: no cover - compiled
    """Node of an opening; `nodes` stands for unlimited options, `nodes + 1` for packages without a way."""
    if option < 0:
        return nodes + 1
    return nodes if opening < 0 else int(node_of[opening])


@nb.njit(cache=True)
def _arcs(
    cost: I64,
    opening: I32,
    node_of: I32,
    nodes: int,
    option: I32,
    dirty: NDArray[np.bool_],
    w: I64,
    who: I64,
    to: I32,
) -> None:  # pragma: no cover - compiled
    """For the dirty nodes: cheapest change of one package from this node to each other (w), whose (who), where (to)."""
    none = nodes + 1
    for a in range(nodes + 2):
        if dirty[a]:
            w[a, :] = BLOCKED
    for i in range(cost.shape[0]):
        a = _node(0 if option[i] < 0 else opening[i, option[i]], option[i], node_of, nodes)
        if not dirty[a]:
            continue
        now = BLOCKED // 2 if option[i] < 0 else cost[i, option[i]]
        for j in range(cost.shape[1]):
            if cost[i, j] >= BLOCKED:
                continue
            b = _node(opening[i, j], j, node_of, nodes)
            if b != a and cost[i, j] - now < w[a, b]:
                w[a, b], who[a, b], to[a, b] = cost[i, j] - now, i, j
        if a != none and BLOCKED // 2 - now < w[a, none]:
            w[a, none], who[a, none], to[a, none] = BLOCKED // 2 - now, i, -1


@nb.njit(cache=True)
def _cycle(w: I64, room: I64, size: int, before: I32, far: I64) -> int:  # pragma: no cover - compiled
    """Bellman and Ford over the nodes and a sink (number `size`); a node on a negative cycle, or -1: then `far` are the
    distances from wherever is nearest."""
    far[:] = 0
    before[:] = -1
    for turn in range(size + 2):
        last = -1
        for a in range(size + 1):
            for b in range(size + 1):
                if a == b:
                    continue
                if a == size:
                    step = np.int64(0)
                elif b == size:
                    if room[a] <= 0:
                        continue
                    step = np.int64(0)
                else:
                    step = w[a, b]
                    if step >= BLOCKED:
                        continue
                if far[a] + step < far[b]:
                    far[b] = far[a] + step
                    before[b] = a
                    last = b
        if last < 0:
            return -1
        if turn % 2 == 1 or turn > size:
            found = _loop_in(before, size)
            if found >= 0:
                return found
    return -1


@nb.njit(cache=True)
def _loop_in(before: I32, size: int) -> int:  # pragma: no cover - compiled
    """A node on a loop of the predecessor graph, or -1."""
    seen = np.zeros(size + 1, np.int32)
    for start in range(size + 1):
        v = start
        while v >= 0 and seen[v] == 0:
            seen[v] = start + 1
            v = before[v]
        if v >= 0 and seen[v] == start + 1:
            return v
    return -1


@nb.njit(cache=True)
def _cancel(
    cost: I64, opening: I32, node_of: I32, nodes: int, room: I64, option: I32, most: int, far: I64
) -> bool:  # pragma: no cover - compiled
    """Move packages around negative cycles until there is none (False: more than `most`). `room` follows."""
    size = nodes + 2
    w = np.full((size, size), BLOCKED)
    who = np.zeros((size, size), np.int64)
    to = np.full((size, size), -1, np.int32)
    dirty = np.ones(size, np.bool_)
    before = np.full(size + 1, -1, np.int32)
    for _ in range(most):
        _arcs(cost, opening, node_of, nodes, option, dirty, w, who, to)
        dirty[:] = False
        v = _cycle(w, room, size, before, far)
        if v < 0:
            return True
        start = v
        while True:
            a = before[v]
            if a == size:
                room[v] += 1
            elif v == size:
                room[a] -= 1
            else:
                option[who[a, v]] = to[a, v]
                dirty[a] = True
                dirty[v] = True
            v = a
            if v == start:
                break
    return False


@nb.njit(cache=True)
def _seconds(
    cost: I64, opening: I32, price: I64, group: I32, option: I32, second: I32, gap: I64
) -> None:  # pragma: no cover - compiled
    """The best option of another way at these prices, and by how much it is dearer (never less than 0)."""
    for i in range(cost.shape[0]):
        second[i], gap[i] = -1, -1
        if option[i] < 0:
            continue
        best = BLOCKED
        for j in range(cost.shape[1]):
            if group[j] == group[option[i]] or cost[i, j] >= best:
                continue
            c = cost[i, j] + (price[opening[i, j]] if opening[i, j] >= 0 else 0)
            if c < best:
                best, second[i] = c, j
        if second[i] >= 0:
            o = opening[i, option[i]]
            mine = cost[i, option[i]] + (price[o] if o >= 0 else 0)
            gap[i] = max(0, best - mine)
