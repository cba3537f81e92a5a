"""Who asks, and what they may."""

from __future__ import annotations

from dataclasses import dataclass

from doorward.ledger.state import State
from doorward.tables.orders import Orders


@dataclass(frozen=True)
class Who:
    """A principal: its row in Grants, its organisation, and whether it belongs to the operator."""

    row: int
    org: int
    operator: bool

    @property
    def shop(self) -> int:
        """Whose orders it places."""
        return self.org


def sees_order(who: Who, state: State, order: int) -> bool:
    """Whether this order is there for it."""
    return who.operator or int(state.table(Orders).shop[order]) == who.org
