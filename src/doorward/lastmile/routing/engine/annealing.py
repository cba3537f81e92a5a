"""Iterations of the search: strings out and in, and exchanges between them, ever colder."""

from __future__ import annotations

from doorward.lastmile.routing.engine.compiled import kernel
from doorward.lastmile.routing.engine.crossing import cross
from doorward.lastmile.routing.engine.plane import Net, Plan
from doorward.lastmile.routing.engine.strings import Search, strung
from doorward.lastmile.routing.kernel import draw

CROSSED = 10
"""Near stops that an exchange is proposed with."""


@kernel
def anneal(
    net: Net, plan: Plan, s: Search, begun: int, iterations: int, hot: float, cold: float, first: int, span: int,
    look: int, crosses: int,
) -> None:  # pragma: no cover - compiled  # fmt: skip
    """Some iterations, numbered on from `begun`, cooling from hot to cold.

    They begin at stops `first` to `first + span` (modulo stops); insertion looks beside `look` near stops, and after
    each `crosses` exchanges are proposed.
    """
    near, unit, half, capacity, n = net.near, net.unit, net.half, net.capacity, net.stops
    node, loads, sizes, rng = plan.node, plan.load, plan.size, s.rng
    sums, best_nodes, node_seen, route_seen = s.at, s.best, s.node_seen, s.route_seen
    undo_row, undo_node, undo_route = s.undo_row, s.undo_node, s.undo_route
    undo_load, undo_size, outs, keys = s.undo_load, s.undo_size, s.out, s.key
    free, listed, changed, differs = s.free, s.listed, s.changed, s.differs
    temperature, cooling = hot, (cold / hot) ** (1.0 / max(1, iterations))
    cross_look = min(CROSSED, near.shape[1])
    for now in range(begun + 1, begun + iterations + 1):
        temperature *= cooling
        strung(
            near, unit, half, capacity, n, node, loads, sizes, sums, best_nodes, node_seen, route_seen, undo_row,
            undo_node, undo_route, undo_load, undo_size, outs, keys, free, listed, changed, differs, rng,
            (first + int(draw(rng) * span)) % n, now, temperature, look,
        )  # fmt: skip
        for _ in range(crosses if cross_look else 0):
            cross(
                near, unit, half, capacity, n, node, loads, sizes, sums, best_nodes, free, listed, changed, differs,
                rng, (first + int(draw(rng) * span)) % n, cross_look, temperature,
            )  # fmt: skip
