"""The reported world: all ports together."""

from __future__ import annotations

from doorward.adapters.reports.floor import ReportedFloor
from doorward.adapters.reports.people import (
    Calm,
    NobodyCalled,
    OrdersByCommand,
    ReportedCarriers,
    ReportedCustomers,
)
from doorward.adapters.reports.road import ReportedFleet, ReportedTrucks
from doorward.ledger.state import State
from doorward.ports.world import World


def reported_world(state: State, regions: int) -> World:
    """Ports that answer from what `state` holds of reports. Outages: none."""
    return World(
        storefront=OrdersByCommand(),
        customers=ReportedCustomers(state),
        floor=ReportedFloor(state),
        trucks=ReportedTrucks(state),
        carriers=ReportedCarriers(state),
        fleet=ReportedFleet(state),
        crew=NobodyCalled(),
        weather=Calm(regions),
    )
