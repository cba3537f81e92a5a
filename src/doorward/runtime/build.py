"""The wiring: which rooms there are, in which order their services work, what stands behind the ports."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from doorward.access.state import FOLDS as ACCESS_FOLDS
from doorward.adapters.pool import Pool
from doorward.adapters.ratecards import load_cards
from doorward.carriers.service import SERVICES as CARRIERS
from doorward.carriers.state import FOLDS as CARRIERS_FOLDS
from doorward.core.table import Table
from doorward.delivery.service import SERVICES as DELIVERY
from doorward.delivery.state import FOLDS as DELIVERY_FOLDS
from doorward.drones.rules import DronesRules
from doorward.drones.service import SERVICES as DRONES
from doorward.flex.service import SERVICES as FLEX
from doorward.flex.state import FOLDS as FLEX_FOLDS
from doorward.footprint.factors import defra_2025
from doorward.footprint.service import SERVICES as FOOTPRINT
from doorward.footprint.state import FOLDS as FOOTPRINT_FOLDS
from doorward.fulfillment.rules import FulfillmentRules
from doorward.fulfillment.service import SERVICES as FULFILLMENT
from doorward.fulfillment.state import FOLDS as FULFILLMENT_FOLDS
from doorward.hooks.state import FOLDS as HOOKS_FOLDS
from doorward.inventory.service import SERVICES as INVENTORY
from doorward.inventory.state import FOLDS as INVENTORY_FOLDS
from doorward.inventory.state import empty_stock
from doorward.lastmile.board.state import FOLDS as BOARD_FOLDS
from doorward.lastmile.service import SERVICES as LASTMILE
from doorward.lastmile.state import FOLDS as LASTMILE_FOLDS
from doorward.ledger.ledger import Ledger
from doorward.ledger.service import Service
from doorward.ledger.state import Fold, State, merge_folds
from doorward.linehaul.service import SERVICES as LINEHAUL
from doorward.linehaul.state import FOLDS as LINEHAUL_FOLDS
from doorward.ports.orderbook import OrderBook
from doorward.ports.world import World
from doorward.promise.rules import PromiseRules
from doorward.promise.service import SERVICES as PROMISE
from doorward.promise.state import FOLDS as PROMISE_FOLDS
from doorward.runtime.book import check_items, load_book, opening_tables
from doorward.runtime.change import change_network, read_change
from doorward.runtime.config import Network, load_network, rules_from
from doorward.runtime.network_outages import make_outages, make_storms
from doorward.runtime.problems import Problems
from doorward.runtime.roster import Roster
from doorward.runtime.rules import RULES
from doorward.runtime.rundir import RunDir, Settings
from doorward.sidewalk.service import SERVICES as SIDEWALK
from doorward.sourcing.service import SERVICES as SOURCING
from doorward.sourcing.state import FOLDS as SOURCING_FOLDS
from doorward.tables.outages import Outages, PlannedOutages
from doorward.tables.sites import SiteKind, Zones
from doorward.tracking.reports_state import FOLDS as REPORTS_FOLDS
from doorward.tracking.service import SERVICES as TRACKING
from doorward.tracking.state import FOLDS as TRACKING_FOLDS
from doorward.twin.carriers import TwinCarriers, TwinCarriersRules
from doorward.twin.crew import CrewRules, TwinCrew
from doorward.twin.demand_customers import TwinCustomers, TwinStorefront
from doorward.twin.demand_rules import ShopperRules
from doorward.twin.fleet import FleetRules, TwinFleet
from doorward.twin.floor import FloorRules, TwinFloor
from doorward.twin.inject import FOLDS as INJECT_FOLDS
from doorward.twin.inject import injected_outages, injected_storms
from doorward.twin.outages import OutageRules, TwinOutages
from doorward.twin.roads import RoadRules, TwinRoads
from doorward.twin.suppliers import SupplierRules
from doorward.twin.trucks import TruckRules, TwinTrucks
from doorward.twin.weather import Storm, TwinWeather, WeatherRules

ROSTER = (
    "tracking.watch",
    "inventory.open",
    "promise.open",
    "promise.take",
    "promise.quote",
    "promise.answer",
    "promise.return",
    "promise.learn",
    "inventory.receive",
    "inventory.night",
    "inventory.count",
    "sourcing.assign",
    "sourcing.reconsider",
    "fulfillment.cartonize",
    "carriers.open",
    "carriers.return",
    "carriers.wishes",
    "carriers.choose",
    "fulfillment.release",
    "fulfillment.floor",
    "linehaul.timetable",
    "linehaul.load",
    "linehaul.move",
    "linehaul.crossdock",
    "carriers.handover",
    "carriers.track",
    "lastmile.induct",
    "flex.need",
    "flex.offer",
    "flex.answer",
    "flex.attend",
    "flex.room",
    "lastmile.plan",
    "drones.fly",
    "sidewalk.roll",
    "delivery.follow",
    "lastmile.rescue",
    "delivery.resolve",
    "flex.pay",
    "tracking.eta",
    "tracking.learn",
    "footprint.close",
    "footprint.charge",
)
"""Everybody's place in the fixed order of work."""


@dataclass
class Assembled:
    """A run, ready to work."""

    where: RunDir
    settings: Settings
    network: Network
    ledger: Ledger
    roster: Roster
    expected_orders: int
    pool: Pool | None = None

    def close(self) -> None:
        """Close the journal and end the planning processes."""
        if self.pool is not None:
            self.pool.close()
        self.ledger.close()

    @property
    def name(self) -> str:
        """The network's name."""
        return self.network.name


def all_services() -> list[Service]:
    """Every room's services in the roster's order."""
    rooms = (
        *(PROMISE, INVENTORY, SOURCING, FULFILLMENT, CARRIERS, LINEHAUL, LASTMILE),
        *(FLEX, DRONES, SIDEWALK, DELIVERY, TRACKING, FOOTPRINT),
    )
    named = {service.name: service for room in rooms for service in room}
    if named.keys() != set(ROSTER):
        raise ValueError(f"services and roster differ: {sorted(named.keys() ^ set(ROSTER))}")
    return [named[name] for name in ROSTER]


def all_folds() -> dict[type[Table], Fold]:
    """Every fact and what it means."""
    return merge_folds(
        (
            *(
                PROMISE_FOLDS,
                INVENTORY_FOLDS,
                SOURCING_FOLDS,
                FULFILLMENT_FOLDS,
                CARRIERS_FOLDS,
                LINEHAUL_FOLDS,
            ),
            *(LASTMILE_FOLDS, BOARD_FOLDS, FLEX_FOLDS, DELIVERY_FOLDS, TRACKING_FOLDS, FOOTPRINT_FOLDS),
            *(ACCESS_FOLDS, INJECT_FOLDS, HOOKS_FOLDS, REPORTS_FOLDS),
        )
    )


def reference_tables(network: Network, book: OrderBook, where: RunDir) -> list[Table]:
    """What the state holds before the first turn."""
    cards = load_cards(Path(), [str(network.cards[c]) for c in network.services.card])
    fcs = int((network.sites.kind == SiteKind.FC).sum())
    stock = [empty_stock(fcs, len(book.items)), *opening_tables(where, book)]
    planned = outages_of(network, where.settings.start_s)[1]
    return [*network.tables, *cards, book.items, book.refs, defra_2025(), *stock, planned]


def outages_of(network: Network, start_s: int) -> tuple[Outages, PlannedOutages]:
    """Outages of the network file (and of a change): (all, those announced)."""
    problems = Problems(str(network.path))
    made = make_outages(
        problems, network.outages, network.sites, network.services, start_s, network.utc_offset_s
    )
    problems.stop()
    return made


def storms_of(network: Network, start_s: int) -> list[Storm]:
    """Storms of the network file (and of a change)."""
    problems = Problems(str(network.path))
    made = make_storms(problems, network.storms, network.regions, start_s, network.utc_offset_s)
    problems.stop()
    return made


def twin_world(
    network: Network, book: OrderBook, state: State, rules: Mapping[type[Any], Any], seed: int
) -> World:
    """The simulated world: every port answered by the twin."""
    offset = network.utc_offset_s
    lat, lon = region_centres(network.zones, len(network.regions))
    storms = storms_of(network, book.start_s) + injected_storms(state)
    weather = TwinWeather(seed, lat, lon, offset, rules[WeatherRules], storms)
    roads, drones = TwinRoads(seed, offset, weather, rules[RoadRules]), rules[DronesRules]
    shoppers = rules[ShopperRules]
    scripted = Outages.concat([outages_of(network, book.start_s)[0], injected_outages(state)])
    sites = network.sites
    outages = TwinOutages(seed, sites, len(network.services), offset, scripted, rules[OutageRules])
    return World(
        storefront=TwinStorefront(book, seed, shoppers),
        customers=TwinCustomers(seed, shoppers),
        floor=TwinFloor(
            seed, network.lanes, rules[FloorRules], rules[SupplierRules], outages, state, network.floors
        ),
        trucks=TwinTrucks(seed, offset, rules[TruckRules], network.lanes, outages, roads, sites),
        carriers=TwinCarriers(seed, offset, rules[TwinCarriersRules]),
        fleet=TwinFleet(
            seed, state, offset, rules[FleetRules], outages, roads, (drones.gust_mms, drones.rain_um)
        ),
        crew=TwinCrew(seed, sites, offset, rules[CrewRules]),
        weather=weather,
        outages=outages,
    )


def region_centres(zones: Zones, regions: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Middle of each region, weighted by people, microdegrees."""
    people = np.maximum(1, zones.people).astype(np.float64)
    mass = np.maximum(1.0, np.bincount(zones.region, people, regions))
    lat = np.bincount(zones.region, people * zones.lat_udeg, regions) / mass
    lon = np.bincount(zones.region, people * zones.lon_udeg, regions) / mass
    return lat.astype(np.int64), lon.astype(np.int64)


WORTH_A_POOL = 5_000
"""Orders from which planning in several processes saves more than starting them costs."""


def network_of(where: RunDir) -> Network:
    """A run's network, with its change if it is a fork."""
    network, change = load_network(where.network), where.root / "change.toml"
    return change_network(network, read_change(change)) if change.exists() else network


def assemble(where: RunDir, workers: int = 0) -> Assembled:
    """Open a run directory's ledger (new or interrupted) and everything around it.

    workers: processes that plan; 0: one a core (at most four) where the run is large enough, else none beside this one.
    The journal is the same whatever their number.
    """
    settings = where.settings
    network, book = network_of(where), load_book(where)
    rules = rules_from(network, RULES)
    ledger = Ledger.open(where.root, all_folds(), reference_tables(network, book, where))
    world = twin_world(network, book, ledger.state, rules, settings.seed)
    count = workers or (min(4, os.cpu_count() or 1) if len(book) >= WORTH_A_POOL else 1)
    pool = Pool(count) if count > 1 else None
    roster = Roster(
        *(ledger, world, rules, all_services()),
        seed=settings.seed,
        utc_offset_s=network.utc_offset_s,
        runner=pool,
    )
    return Assembled(where, settings, network, ledger, roster, len(book.orders), pool)


def check_network(name: str, items: Path | None = None) -> dict[str, Any]:
    """Read a network as a run would: tables, rules, rate cards, own articles; returns what it describes.

    `rejects` has the first rows of articles that would be set aside.
    """
    network = load_network(name)
    rules = rules_from(network, RULES)
    load_cards(Path(), [str(network.cards[c]) for c in network.services.card])
    found = {
        "name": network.name,
        "file": str(network.path),
        "digest": network.digest,
        "counts": network.counts,
    }
    if (path := items or network.articles) is None:
        return found
    most_g = max(rules[PromiseRules].own_max_g, int(network.services.max_g.max(initial=0)))
    own, rejects = check_items(path, most_g)
    return {**found, "counts": {**network.counts, **own}, "rejects": rejects}


def open_ledger(where: RunDir) -> Ledger:
    """The tables of a finished or running run, for reading."""
    _ = where.settings  # says so if this is no run directory
    network, book = network_of(where), load_book(where)
    return Ledger.open(where.root, all_folds(), reference_tables(network, book, where), read_only=True)


@contextmanager
def open_state(where: RunDir) -> Iterator[State]:
    """The tables as of the newest turn, for reading, while the block lasts."""
    ledger = open_ledger(where)
    try:
        yield ledger.state
    finally:
        ledger.close()


def label_rules(where: RunDir) -> FulfillmentRules:
    """What a run's labels bear: GS1 company prefix and extension digit."""
    rules: FulfillmentRules = rules_from(load_network(where.network), RULES)[FulfillmentRules]
    return rules
