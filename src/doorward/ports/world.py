"""The world: all ports together. The twin fills every place; a real network fills them one by one."""

from __future__ import annotations

from dataclasses import dataclass, field

from doorward.ports.carrier import CarrierPort
from doorward.ports.crew import Crew
from doorward.ports.fleet import Fleet
from doorward.ports.floor import Floor
from doorward.ports.outages import AllWell, OutagePort
from doorward.ports.storefront import Customers, Storefront
from doorward.ports.trucks import Trucks
from doorward.ports.weather import Weather


@dataclass(frozen=True)
class World:
    """What doorward asks of the outside."""

    storefront: Storefront
    customers: Customers
    floor: Floor
    trucks: Trucks
    carriers: CarrierPort
    fleet: Fleet
    crew: Crew
    weather: Weather
    outages: OutagePort = field(default_factory=AllWell)
