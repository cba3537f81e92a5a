"""A small world for ledger tests: things that appear, move, and are counted by place."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from doorward.core.table import I4, I8, Table
from doorward.ledger.ledger import Ledger
from doorward.ledger.state import Fold, State

PLACES = 5


class Things(Table):
    """Row = thing: where it is, how often it moved, the time of the last move."""

    place: I4
    moves: I4
    at_s: I8


class Places(Table):
    """Row = place: how many things it holds. Stands before the first turn."""

    holds: I4


class Appeared(Table):
    """Fact: things appeared; numbers continue."""

    thing: I8
    place: I4

    def check(self) -> None:
        self.must("place", (self.place >= 0) & (self.place < PLACES), "there are five places")


class Moved(Table):
    """Fact: things moved."""

    thing: I8
    place: I4


class Unheard(Table):
    """No fold."""

    thing: I8


def fold_appeared(state: State, rows: Appeared, at_s: int) -> None:
    if int(rows.thing[0]) != state.count(Things):
        raise ValueError("numbers do not continue")
    state.append(Things.fill(len(rows), place=rows.place, moves=0, at_s=at_s))
    state.add(Places, rows.place, holds=1)


def fold_moved(state: State, rows: Moved, at_s: int) -> None:
    for row in range(len(rows)):  # reads each row only when it comes to it
        one, place = rows.thing[row : row + 1].copy(), int(rows.place[row])
        state.add(Places, state.get(Things, "place", one), holds=-1)
        state.put(Things, one, place=place, at_s=at_s)
        state.add(Things, one, moves=1)
        state.add(Places, np.array([place]), holds=1)


FOLDS: dict[type[Table], Fold] = {Appeared: fold_appeared, Moved: fold_moved}
REFERENCE = [Places(holds=np.zeros(PLACES))]


def world() -> State:
    state = State()
    for table in REFERENCE:
        state.load(table)
    return state


@st.composite
def days(draw: st.DrawFn) -> list[list[Table]]:
    """Facts of some turns."""
    turns, things = [], 0
    for _ in range(draw(st.integers(1, 8))):
        facts: list[Table] = []
        count = draw(st.integers(0, 4))
        places = draw(st.lists(st.integers(0, PLACES - 1), min_size=count, max_size=count))
        if count:
            facts.append(Appeared(thing=np.arange(things, things + count), place=places))
            things += count
        if things:
            moved = draw(
                st.lists(st.tuples(st.integers(0, things - 1), st.integers(0, PLACES - 1)), max_size=5)
            )
            facts.append(Moved(thing=[m[0] for m in moved], place=[m[1] for m in moved]))
        turns.append(facts)
    return turns


def same(a: State, b: State) -> bool:
    """Equal tables, row by row."""
    return a.kinds() == b.kinds() and all(a.table(k).equals(b.table(k)) for k in a.kinds())


def post(ledger: Ledger, turns: list[list[Table]], commit_every: int = 1, start_s: int = 1000) -> None:
    for number, facts in enumerate(turns):
        ledger.post(f"room.{number % 3}", start_s + number, facts)
        if number % commit_every == 0:
            ledger.commit()
    ledger.commit()
