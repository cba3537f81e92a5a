"""Routing problems and solutions as text: VRPLIB (the form of TSPLIB 95, Reinelt, with CVRPLIB's sections)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from doorward.core.errors import BadInput

Ints = NDArray[np.int64]
Reals = NDArray[np.float64]
KINDS = ("CVRP",)
WEIGHTS = ("EUC_2D",)
MOST = 1 << 26
"""Places lie nearer to one another than this, and demands are smaller: they are kept in 32 bits."""


class Instance(NamedTuple):
    """A file. xy (nodes, 2), demand (nodes,) by node in the file's order; depot: which node is one."""

    name: str
    xy: Ints
    demand: Ints
    depot: int
    capacity: int

    @property
    def customers(self) -> Ints:
        """Nodes that are no depot, in the file's order; a solution numbers them from 1."""
        return np.delete(np.arange(len(self.demand)), self.depot)


class _Lines:
    """Lines that say something, with their number."""

    def __init__(self, path: Path) -> None:
        self.path, self.number = path, 0
        try:
            self._lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError as error:
            raise BadInput(
                f"byte {error.start} is no text", where=str(path), rule="a VRPLIB file is text (UTF-8)"
            ) from error

    def __iter__(self) -> Iterator[str]:
        while self.number < len(self._lines):
            self.number += 1
            line = self._lines[self.number - 1].strip()
            if line:
                yield line

    def bad(self, what: str, rule: str, remedy: str = "") -> BadInput:
        """What is wrong with the line read last."""
        return BadInput(what, where=f"{self.path}, line {self.number}", rule=rule, remedy=remedy)


def read(path: Path) -> Instance:
    """A CVRP instance with places. BadInput names the line and the rule that it breaks."""
    lines, head = _Lines(path), dict[str, str]()
    rows: dict[str, dict[int, tuple[float, ...]]] = {"NODE_COORD_SECTION": {}, "DEMAND_SECTION": {}}
    section, depots = "", list[int]()
    for line in lines:
        word = line.split(":")[0].strip().upper()
        if word == "EOF":
            break
        if word.endswith("_SECTION"):
            section = word
        elif word[0].isalpha() and not section:
            key, _, value = line.partition(":")
            head[key.strip().upper()] = value.strip()
        elif section in rows:
            _row(lines, line.split(), rows[section], 3 if section.startswith("NODE") else 2)
        elif section == "DEPOT_SECTION":
            depots += [int(_number(lines, each)) for each in line.split() if each != "-1"]
    return _instance(path, head, rows, depots)


def _row(lines: _Lines, words: Sequence[str], into: dict[int, tuple[float, ...]], width: int) -> None:
    if len(words) != width:
        raise lines.bad(f"{len(words)} values", f"{width} values a line here")
    node = _number(lines, words[0])
    if node in into:
        raise lines.bad(f"node {words[0]} once more", "each node has one line")
    into[int(node)] = tuple(_number(lines, each) for each in words[1:])


def _number(lines: _Lines, word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        raise lines.bad(f"{word!r} is no number", "numbers, with a point for decimals") from None
    if not abs(value) < 2**53:
        raise lines.bad(f"{word} is too large", "less than 2^53")
    return value


def _instance(
    path: Path, head: dict[str, str], rows: dict[str, dict[int, tuple[float, ...]]], depots: list[int]
) -> Instance:
    where = str(path)
    for key, known in (("TYPE", KINDS), ("EDGE_WEIGHT_TYPE", WEIGHTS)):
        if head.get(key, known[0]).upper() not in known:
            raise BadInput(f"{key} is {head[key]}", where=where, rule=f"{key} is {' or '.join(known)}")
    place, demand = rows["NODE_COORD_SECTION"], rows["DEMAND_SECTION"]
    if not place:
        raise BadInput("it has no NODE_COORD_SECTION", where=where, rule="every node has a place")
    missing = place.keys() ^ demand.keys()
    if missing:
        raise BadInput(
            f"node {min(missing)} has a place or a demand, but not both", where=where,
            rule="NODE_COORD_SECTION and DEMAND_SECTION name the same nodes",
        )  # fmt: skip
    if len(depots) != 1 or depots[0] not in place:
        named = ", ".join(map(str, depots)) or "none"
        raise BadInput(f"depots: {named}", where=where, rule="DEPOT_SECTION names one of the nodes, then -1")
    nodes = list(place)
    xy = np.array([place[node] for node in nodes])
    needs = np.array([demand[node][0] for node in nodes])
    capacity = head.get("CAPACITY", "")
    if not capacity.replace(".", "", 1).isdigit():
        raise BadInput(f"CAPACITY is {capacity!r}", where=where, rule="a number")
    return _whole(where, path.stem, nodes, xy, needs, nodes.index(depots[0]), float(capacity))


def _whole(
    where: str, name: str, nodes: list[int], xy: Reals, demand: Reals, depot: int, capacity: float
) -> Instance:
    """With numbers in 32 bits, each demand within the capacity."""
    for what, values in (("places", xy), ("demands", demand)):
        if (values != np.rint(values)).any():
            raise BadInput(f"{what} with decimals", where=where, rule="EUC_2D instances have whole numbers")
    if np.ptp(xy, axis=0).max(initial=0) >= MOST or demand.max() >= MOST:
        raise BadInput("numbers beyond 2^26", where=where, rule="places and demands of at most 26 bits")
    over = np.flatnonzero((demand > capacity) | (demand < 0))
    if len(over):
        k = int(over[0])
        raise BadInput(
            f"node {nodes[k]} has a demand of {demand[k]:g}", where=where, rule=f"0 to the CAPACITY, {capacity:g}",
            remedy="split it into several stops, or take a larger vehicle",
        )  # fmt: skip
    low = xy.min(axis=0)
    return Instance(name, (xy - low).astype(np.int64), demand.astype(np.int64), depot, int(capacity))


def solution(routes: Sequence[Ints], cost: int) -> str:
    """A solution as CVRPLIB writes it: customers are numbered from 1 in the file's order, without the depot."""
    lines = [f"Route #{k}: {' '.join(map(str, route.tolist()))}" for k, route in enumerate(routes, start=1)]
    return "\n".join([*lines, f"Cost {cost}", ""])


def read_solution(path: Path) -> tuple[list[Ints], float]:
    """(routes of customers, stated cost; nan where none is). BadInput names the line."""
    lines, routes, cost = _Lines(path), list[Ints](), float("nan")
    for line in lines:
        word, _, rest = line.partition(":")
        if word.lower().startswith("route"):
            routes.append(np.array([int(_number(lines, each)) for each in rest.split()], np.int64))
        elif word.lower().startswith("cost"):
            cost = _number(lines, line.split()[-1])
    return routes, cost
