"""Network files: read, checked as a whole, turned into reference tables. The reader's guide is docs/network-file.md."""

from __future__ import annotations

import csv
import datetime
import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np

from doorward.core.errors import BadInput
from doorward.core.presenting import Presenting
from doorward.core.table import Table
from doorward.core.units import DAY_S
from doorward.runtime import network_file as f
from doorward.runtime import network_fleet as fleet_rules
from doorward.runtime import network_lanes as lane_rules
from doorward.runtime import network_tables as make
from doorward.runtime.network_find import beside, examples, find_network
from doorward.runtime.network_outages import make_outages, make_storms
from doorward.runtime.network_tables import Postcodes
from doorward.runtime.problems import Problems
from doorward.runtime.shared import borrowed, contradictions
from doorward.tables.fleet import NoFly, Vehicles
from doorward.tables.flex import Drivers
from doorward.tables.items import Boxes
from doorward.tables.linehaul import Equipment, Lanes, NextHop
from doorward.tables.sites import Floors, Sites, Zones
from doorward.tables.stock import Regional
from doorward.tables.ways import Services
from doorward.twin.demand_rules import CatalogueRules, GeneratorRules

S = TypeVar("S", bound=msgspec.Struct)
ROOMS = (
    "promise", "inventory", "sourcing", "fulfillment", "carriers", "linehaul", "lastmile", "flex", "drones",
    "sidewalk", "delivery", "tracking", "footprint", "twin",
)  # fmt: skip
"""Sections that belong to a room; `rules_from` turns them into the rooms' settings."""
SECTIONS = (
    "network", "fc", "sort", "station", "locker", "lockers", "zones", "truck", "lane", "box", "boxes", "service",
    "vehicle", "fleet", "nofly", "drivers", "outages", "storm", "generator", "catalogue",
    "goods_to_person",
)  # fmt: skip
EPOCH = datetime.date(1970, 1, 1)
LARGEST_FILE = 64 * 1024 * 1024
"""A network file, or a file it refers to, is refused beyond this many bytes."""
SEE = "see docs/network-file.md"


@dataclass(frozen=True, kw_only=True)
class Network:
    """A network as its file describes it.

    path          the file; files: it and every file it refers to; cards: rate card folder of each service, by card name
    generated     True: invented places and figures, or examples
    utc_offset_s  local time is ahead of UTC by this; start_s: local midnight at which generated orders begin
    articles      file of the operator's own articles, if `[catalogue] file` names one
    outages, storms  as written: their times count from the first day of the run
    rooms         the raw `[room]` sections, for `rules_from`
    digest        sixteen bytes over the content of the file and of all files it refers to, as hexadecimal
    """

    name: str
    about: str
    path: Path
    files: tuple[Path, ...]
    cards: Mapping[str, Path]
    generated: bool
    currency: str
    utc_offset_s: int
    start_s: int
    regions: tuple[str, ...]
    sites: Sites
    floors: Floors
    zones: Zones
    lanes: Lanes
    equipment: Equipment
    next_hop: NextHop
    boxes: Boxes
    services: Services
    vehicles: Vehicles
    no_fly: NoFly
    drivers: Drivers
    regional: Regional
    outages: tuple[f.Outage, ...]
    storms: tuple[f.Storm, ...]
    postcodes: Postcodes
    zone_reach_m: int
    generator: GeneratorRules
    catalogue: CatalogueRules
    articles: Path | None
    rooms: Mapping[str, Mapping[str, Any]]
    digest: str

    @property
    def tables(self) -> tuple[Table, ...]:
        """The reference tables that State holds from the start (items come with the orders, factors with footprint)."""
        return (
            self.sites, self.floors, self.zones, self.lanes, self.next_hop, self.boxes, self.services, self.vehicles,
            self.no_fly, self.drivers, self.regional, self.equipment,
        )  # fmt: skip

    @property
    def counts(self) -> dict[str, int]:
        """How many of each thing, for people."""
        kinds = np.bincount(self.sites.kind, minlength=4)
        words = ("fulfillment centers", "sort centers", "delivery stations", "lockers")
        return {
            **{word: int(kinds[i]) for i, word in enumerate(words)},
            "regions": len(self.regions),
            "zones": len(self.zones),
            "people": int(self.zones.people.sum()),
            "departures a day": len(self.lanes),
            "boxes": len(self.boxes),
            "partner services": len(self.services),
            "vehicles": len(self.vehicles),
            "gig drivers": len(self.drivers),
        }


def load_network(name: str | Path) -> Network:
    """Read a network file and everything it refers to.

    Raises BadInput for what cannot be read at all, and BadFile (a BadInput) with every problem that was found.
    """
    return _Reader(find_network(name)).network()


def rules_from(network: Network, kinds: Mapping[str, type[msgspec.Struct]]) -> dict[type[Any], Any]:
    """The rooms' settings: kinds maps a section, such as "promise" or "twin.weather", to its Struct.

    A section that the file does not have gives the defaults; a key that no Struct knows is a problem. All problems of
    all sections are raised together as BadFile.
    """
    problems = Problems(str(network.path))
    rules: dict[type[Any], Any] = {}
    twin = network.rooms.get("twin", {})
    for section, kind in kinds.items():
        room, _, part = section.partition(".")
        raw = network.rooms.get(room, {})
        raw = {**borrowed(section, network.rooms), **raw}
        made = problems.struct(kind, raw.get(part, {}) if part else raw, f"[{section}]")
        rules[kind] = made
    known = {section.partition(".")[2] for section in kinds if section.startswith("twin.")}
    for part in twin:
        if "twin" not in kinds and known and part not in known:
            keys = ", ".join(sorted(known))
            problems.add(
                "[twin]",
                part,
                "unknown section",
                f"sections here are {keys}",
                "remove it or correct its name",
            )
    contradictions(problems, rules)
    problems.stop()
    return rules


def copy_network(network: Network, folder: Path) -> Path:
    """Copy the file and all it refers to, so that a run never depends on the original again; returns the new file."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "network.toml"
    shutil.copyfile(network.path, target)
    for path in network.files[1:]:
        home = network.path.parent if path.is_relative_to(network.path.parent) else examples()
        copy = folder / path.relative_to(home)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    for card, path in network.cards.items():
        shutil.copytree(path, folder / "cards" / card, dirs_exist_ok=True)
    return target


class _Reader:
    """Reads one file; problems gather until everything was looked at."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems = Problems(str(path))
        self.files = [path]
        self.hash = blake2b(digest_size=16)
        body = self._body(path)
        try:
            self.raw: dict[str, Any] = tomllib.loads(body.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise BadInput(
                "is not UTF-8 text", where=str(path), rule="a network file is TOML", remedy=SEE
            ) from error
        except tomllib.TOMLDecodeError as error:
            raise BadInput(str(error), where=str(path), rule="a network file is TOML", remedy=SEE) from error

    def _body(self, path: Path) -> bytes:
        try:
            if path.stat().st_size > LARGEST_FILE:
                rule = f"at most {LARGEST_FILE // 2**20} MiB"
                raise BadInput("is too large", where=str(path), rule=rule, remedy="is it the right file?")
            body = path.read_bytes()
        except OSError as error:
            what = f"cannot be read ({error.strerror or error})"
            raise BadInput(what, where=str(path), remedy="check the name and the right to read it") from error
        if not body.strip():
            raise BadInput("is empty", where=str(path), rule="a network file describes a network", remedy=SEE)
        self.hash.update(len(body).to_bytes(8, "big") + body)
        return body

    def network(self) -> Network:
        """Everything, or BadFile."""
        p = self.problems
        self._known_sections()
        head = self._one("network", f.Head, needed=True)
        generator = self._one("generator", GeneratorRules) or GeneratorRules()
        catalogue = self._one("catalogue", CatalogueRules) or CatalogueRules()
        presenting = self._one("goods_to_person", Presenting) or Presenting()
        regions = {name: i for i, name in enumerate(head.regions)} if head else {}
        if head and len(regions) < len(head.regions):
            rule = "no two regions share a name"
            p.add("[network]", "regions", "a name is given twice", rule, "rename one")
        fcs, sorts = self._many("fc", f.Fc), self._many("sort", f.Building)
        stations, lockers = self._many("station", f.Building), self._many("locker", f.Locker)
        trucks, lane_sections = self._many("truck", f.Truck), self._many("lane", f.Lane)
        partners, circles = self._many("service", f.Partner), self._many("nofly", f.Circle)
        kinds, fleets = self._many("vehicle", f.Vehicle), self._many("fleet", f.Fleet)
        outages, storms = tuple(self._many("outages", f.Outage)), tuple(self._many("storm", f.Storm))
        locker_rule, crew = self._one("lockers", f.Lockers), self._one("drivers", f.Crew)
        zoning = self._one("zones", f.Zoning, needed=True, inner=("place", "disc")) or f.Zoning()
        places, postcodes, boxes = self._places(zoning), self._postcodes(zoning), self._boxes()
        cards, articles = self._cards(partners), self._beside(catalogue.file) if catalogue.file else None
        if head is None or p.found:
            p.stop()
        assert head is not None
        buildings, names = make.make_sites(p, fcs, sorts, stations, regions)
        zones = make.make_zones(p, places, names, buildings, zoning.station_reach_m)
        floors = make.make_floors(p, fcs, presenting)
        lanes, equipment = lane_rules.make_lanes(p, trucks, lane_sections, names, buildings)
        services = make.make_services(p, partners, zones)
        vehicles = fleet_rules.make_vehicles(p, kinds, fleets, names)
        no_fly = fleet_rules.make_no_fly(p, circles)
        drivers = fleet_rules.make_drivers(p, crew, names, buildings)
        box_table = make.make_boxes(p, boxes)
        p.stop()
        fleet_rules.check_staffed(p, buildings, vehicles, drivers, services)
        sites = make.make_lockers(p, lockers, locker_rule, names, buildings, zones)
        hops = lane_rules.make_next_hop(lanes, sites)
        lane_rules.check_ways(p, hops, sites)
        p.stop()
        offset_s = _offset_s(head.utc_offset)
        start_s = make.make_start(p, (head.start - EPOCH).days * DAY_S) - offset_s
        make_outages(p, outages, sites, services, start_s, offset_s)
        make_storms(p, storms, tuple(head.regions), start_s, offset_s)
        p.stop()
        return Network(
            name=head.name, about=head.about, path=self.path, files=tuple(self.files), cards=cards,
            generated=head.generated, currency=head.currency, utc_offset_s=offset_s,
            start_s=start_s, regions=tuple(head.regions), sites=sites,
            floors=floors, zones=zones, lanes=lanes, equipment=equipment, next_hop=hops, boxes=box_table,
            services=services, vehicles=vehicles, no_fly=no_fly, drivers=drivers,
            regional=make.make_regional(zones, len(regions)), outages=outages, storms=storms,
            postcodes=postcodes, zone_reach_m=zoning.reach_m, generator=generator, catalogue=catalogue,
            articles=articles and articles[0],
            rooms={room: self.raw[room] for room in ROOMS if room in self.raw}, digest=self.hash.hexdigest(),
        )  # fmt: skip

    def _known_sections(self) -> None:
        for name, body in self.raw.items():
            if name not in SECTIONS and name not in ROOMS:
                known = ", ".join(SECTIONS + ROOMS)
                self.problems.add(
                    f"[{name}]", "", "unknown section", f"sections are {known}", "remove it or rename it"
                )
            elif name in ROOMS and not isinstance(body, dict):
                self.problems.add(
                    name, "", f"found {body!r}", f"[{name}] is a section", f"write it under [{name}]"
                )

    def _one(
        self, name: str, kind: type[S], *, needed: bool = False, inner: tuple[str, ...] = ()
    ) -> S | None:
        """One `[section]`; lists of sections inside it are named by `inner` and read row by row elsewhere."""
        if name not in self.raw:
            if needed:
                self.problems.add(f"[{name}]", "", "is missing", f"a network file has [{name}]", SEE)
            return None
        raw = self.raw[name]
        if isinstance(raw, dict):
            raw = {k: v for k, v in raw.items() if k not in inner}
        return self.problems.struct(kind, raw, f"[{name}]")

    def _many(self, name: str, kind: type[S], rows: Any = None) -> list[S]:
        """All `[[section]]`s."""
        rows = self.raw.get(name, []) if rows is None else rows
        if not isinstance(rows, list):
            self.problems.add(
                f"[{name}]", "", "is one section", f"it is a list: [[{name}]]", f"write [[{name}]]"
            )
            return []
        made = [self.problems.struct(kind, row, _where(name, i, row)) for i, row in enumerate(rows)]
        return [m for m in made if m is not None]

    def _places(self, zoning: f.Zoning) -> list[tuple[str, f.Place]]:
        raw = self.raw.get("zones", {})
        raw = raw if isinstance(raw, dict) else {}
        rows: list[tuple[str, f.Place]] = []
        for i, place in enumerate(self._many("zones.place", f.Place, raw.get("place", []))):
            rows.append((f"[[zones.place]] {i + 1}", place))
        for i, disc in enumerate(self._many("zones.disc", f.Disc, raw.get("disc", []))):
            rows += [(f"[[zones.disc]] {i + 1}", place) for place in make.cut_disc(disc)]
        return rows + (self._csv(zoning.file, f.Place) if zoning.file else [])

    def _postcodes(self, zoning: f.Zoning) -> Postcodes:
        rows = self._csv(zoning.postcodes, f.Postcode) if zoning.postcodes else []
        keyed = sorted(
            (("".join(c for c in p.postcode.upper() if c.isalnum()), w, p) for w, p in rows),
            key=lambda r: r[0],
        )
        make.unique(self.problems, [(w, code) for code, w, _ in keyed], "postcodes")
        return Postcodes(
            code=np.array([code for code, _, _ in keyed], object),
            lat_udeg=make.udeg([p.lat for _, _, p in keyed]),
            lon_udeg=make.udeg([p.lon for _, _, p in keyed]),
            radius_m=np.array([p.radius_m for _, _, p in keyed], np.int32),
        )

    def _boxes(self) -> list[tuple[str, f.Box]]:
        rows = [(f"[[box]] {i + 1}", b) for i, b in enumerate(self._many("box", f.Box))]
        boxing = self._one("boxes", f.Boxing)
        return rows + (self._csv(boxing.file, f.Box) if boxing else [])

    def _beside(self, name: str) -> tuple[Path, bytes] | None:
        """A file that the network file names, with its content; counted among the network's files."""
        path = beside(self.path.parent, name)
        if path is None:
            rule = "a file named here lies beside the network file, inside its folder"
            self.problems.add(name, "", "there is no such file", rule, SEE)
            return None
        self.files.append(path)
        return path, self._body(path)

    def _csv(self, name: str, kind: type[S]) -> list[tuple[str, S]]:
        """Rows of a CSV file beside the network file (or beside the examples), each with its place for messages."""
        found = self._beside(name)
        if found is None:
            return []
        try:
            text = found[1].decode("utf-8-sig")
            lines = list(csv.DictReader(text.splitlines(), strict=True))
        except (UnicodeDecodeError, csv.Error) as error:
            self.problems.add(
                name, "", f"cannot be read: {error}", "it is a CSV file in UTF-8", "save it as such"
            )
            return []
        made = []
        for i, line in enumerate(lines):
            where = f"{name} row {i + 1}"
            if None in line or None in line.values():
                self.problems.add(
                    where, "", "more or fewer cells than columns", "a cell for each column", "correct it"
                )
                continue
            row = self.problems.struct(kind, line, where, text=True)
            made += [(where, row)] if row is not None else []
        return made

    def _cards(self, partners: list[f.Partner]) -> dict[str, Path]:
        """Folder of each rate card: cards/NAME beside the network file, or among the examples."""
        found: dict[str, Path] = {}
        for i, partner in enumerate(partners):
            if partner.card in found:
                continue
            homes = (self.path.parent / "cards" / partner.card, examples() / "cards" / partner.card)
            folder = next((home for home in homes if home.is_dir()), None)
            if folder is None:
                rule = "a rate card is a folder cards/NAME beside the network file, or one of the examples'"
                remedy = f"make {homes[0]}, or name a card that is there"
                where = _where("service", i, {"name": partner.name})
                self.problems.add(where, "card", f"no card {partner.card!r}", rule, remedy)
                continue
            found[partner.card] = folder
            for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                self.hash.update(f"{partner.card}/{path.relative_to(folder).as_posix()}".encode())
                self._body(path)
        return found


def _where(section: str, row: int, raw: Any) -> str:
    name = raw.get("name") if isinstance(raw, dict) else None
    return f"[[{section}]] {row + 1}" + (f" ({name})" if isinstance(name, str) and name else "")


def _offset_s(text: str) -> int:
    sign = -1 if text[0] == "-" else 1
    return sign * make.clock_s(text[1:])
