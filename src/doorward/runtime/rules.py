"""Which section of a network file fills which room's settings."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from doorward.carriers.rules import CarriersRules
from doorward.delivery.rules import DeliveryRules
from doorward.drones.rules import DronesRules
from doorward.flex.rules import FlexRules
from doorward.footprint.rules import FootprintRules
from doorward.fulfillment.rules import FulfillmentRules
from doorward.hooks.rules import HookRules
from doorward.inventory.rules import InventoryRules
from doorward.lastmile.rules import LastmileRules
from doorward.linehaul.rules import LinehaulRules
from doorward.promise.rules import PromiseRules
from doorward.sidewalk.rules import SidewalkRules
from doorward.sourcing.rules import SourcingRules
from doorward.tracking.rules import TrackingRules
from doorward.twin.carriers import TwinCarriersRules
from doorward.twin.crew import CrewRules
from doorward.twin.demand_rules import ShopperRules
from doorward.twin.fleet import FleetRules
from doorward.twin.floor import FloorRules
from doorward.twin.outages import OutageRules
from doorward.twin.roads import RoadRules
from doorward.twin.suppliers import SupplierRules
from doorward.twin.trucks import TruckRules
from doorward.twin.weather import WeatherRules

RULES: Mapping[str, type[msgspec.Struct]] = {
    "promise": PromiseRules,
    "inventory": InventoryRules,
    "sourcing": SourcingRules,
    "fulfillment": FulfillmentRules,
    "carriers": CarriersRules,
    "linehaul": LinehaulRules,
    "lastmile": LastmileRules,
    "flex": FlexRules,
    "drones": DronesRules,
    "sidewalk": SidewalkRules,
    "delivery": DeliveryRules,
    "tracking": TrackingRules,
    "footprint": FootprintRules,
    "hooks": HookRules,
    "twin.customers": ShopperRules,
    "twin.suppliers": SupplierRules,
    "twin.floor": FloorRules,
    "twin.trucks": TruckRules,
    "twin.carriers": TwinCarriersRules,
    "twin.fleet": FleetRules,
    "twin.crew": CrewRules,
    "twin.weather": WeatherRules,
    "twin.outages": OutageRules,
    "twin.roads": RoadRules,
}
"""Sections of a network file and the settings that they fill."""
