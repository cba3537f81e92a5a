"""Orders as they come in by HTTP: good ones to the columns of `promise.place`, bad ones each with its fault."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
import numpy as np
from msgspec import Meta

from doorward.adapters.orders import ACCESS, CONSENTS, SPEEDS
from doorward.adapters.orders_parse import zone_of
from doorward.apps.api.problems import Fault
from doorward.promise.commands import PlaceOrders
from doorward.promise.offers import Basket
from doorward.runtime.config import Network

Consent = Literal["locker", "drone", "robot", "leave", "parts"]
AccessNote = Literal["gate_code", "upstairs", "height_limit", "foot_only", "dog", "sign_in"]
Lat = Annotated[float, Meta(ge=-90, le=90, examples=[42.02])]
Lon = Annotated[float, Meta(ge=-180, le=180, examples=[-30.43])]
Short = Annotated[str, Meta(max_length=200)]
MOST = 10_000


class LineIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many pieces of an article. sku: its reference in the catalogue (`GET /api/v1/items`)."""

    sku: Annotated[str, Meta(min_length=1, max_length=200, examples=["books-00007"])]
    units: Annotated[int, Meta(ge=1, le=100_000)] = 1


class RecipientIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who it is for. Kept in the vault, shown to nobody who does not need it, erasable."""

    name: Annotated[str, Meta(max_length=200, examples=["Ada Example"])] = ""
    phone: Short = ""
    email: Short = ""
    street: Annotated[str, Meta(max_length=200, examples=["12 Harbour Street"])] = ""
    postcode: Short = ""
    city: Short = ""
    country: Short = ""
    note: Annotated[str, Meta(max_length=1_000)] = ""


class OrderIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An order: a basket, a door, and how fast.

    ref        the shop's own reference; sent again, it is answered with the same order
    placed_at  Unix seconds; now if left out
    consent    ways that the customer allows;  access: what a driver must know of the door; left out: not known
    """

    ref: Annotated[str, Meta(min_length=1, max_length=200, examples=["A-1001"])]
    lat: Lat
    lon: Lon
    lines: Annotated[list[LineIn], Meta(min_length=1, max_length=1_000)]
    speed: Literal["standard", "next_day", "same_day"] = "standard"
    consent: list[Consent] = msgspec.field(default_factory=lambda: ["leave"])
    access: list[AccessNote] | None = None
    placed_at: Annotated[int, Meta(ge=946_684_800, le=4_102_444_800)] | None = None
    recipient: RecipientIn | None = None


class QuoteIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A basket and a door: when could it be there, at what price?"""

    lat: Lat
    lon: Lon
    lines: Annotated[list[LineIn], Meta(min_length=1, max_length=200)]


class IndexedFault(Fault, frozen=True, omit_defaults=True):
    """What is wrong with one of a batch. index: its place, from 0."""

    index: int = 0
    ref: str = ""


class Parsed(msgspec.Struct):
    """The good ones as columns, with their places in the batch; the bad ones with their faults."""

    good: list[int]
    asked: PlaceOrders
    faults: list[IndexedFault]


_one = msgspec.json.Decoder(OrderIn)
_many = msgspec.json.Decoder(list[msgspec.Raw])
_AT = re.compile(r" - at `\$\.?(?P<field>[^`]*)`$")


class Intake:
    """Parses orders for one network and its catalogue."""

    def __init__(self, network: Network, skus: Mapping[str, int]) -> None:
        self._network, self._skus = network, skus

    @property
    def skus(self) -> Mapping[str, int]:
        """The articles' rows by name."""
        return self._skus

    def batch(self, body: bytes, shop: int) -> Parsed:
        """A JSON array of orders. Raises msgspec.MsgspecError if it is no array."""
        raws = _many.decode(body)
        if not 1 <= len(raws) <= MOST:
            raise msgspec.ValidationError(f"Expected `array` of 1 to {MOST} orders, got {len(raws)}")
        good, orders, faults = [], [], []
        for index, raw in enumerate(raws):
            try:
                orders.append(_one.decode(raw))
                good.append(index)
            except msgspec.MsgspecError as error:
                faults.append(_fault(index, raw, error))
        return self.columns(orders, good, faults, shop)

    def columns(
        self, orders: Sequence[OrderIn], good: list[int], faults: list[IndexedFault], shop: int
    ) -> Parsed:
        """Orders that could be read, as columns; those at an unknown article or too far away are set aside too."""
        zone, gap = self._zones(orders)
        fit = []
        for i, order in enumerate(orders):
            fault = self._unfit(order, float(gap[i]), int(zone[i]), good[i])
            if fault is None:
                fit.append(i)
            else:
                faults.append(fault)
        faults.sort(key=lambda fault: fault.index)
        chosen = [orders[i] for i in fit]
        asked = PlaceOrders(
            shop=shop,
            at_s=[-1 if o.placed_at is None else o.placed_at for o in chosen],
            zone=zone[fit].tolist() if len(fit) else [],
            lat_udeg=[round(o.lat * 1e6) for o in chosen],
            lon_udeg=[round(o.lon * 1e6) for o in chosen],
            speed=[SPEEDS[o.speed] for o in chosen],
            consent=[sum({CONSENTS[c] for c in o.consent}) for o in chosen],
            access=[-1 if o.access is None else sum({ACCESS[a] for a in o.access}) for o in chosen],
            lines=[len(o.lines) for o in chosen],
            sku=[self._skus[line.sku] for o in chosen for line in o.lines],
            units=[line.units for o in chosen for line in o.lines],
            refs=[o.ref for o in chosen],
            recipients=[b"" if o.recipient is None else msgspec.json.encode(o.recipient) for o in chosen],
        )
        return Parsed([good[i] for i in fit], asked, faults)

    def basket(self, quote: QuoteIn) -> Basket | Fault:
        """A quote's basket, or what is wrong with it."""
        zone, gap = self._zones([quote])
        for i, line in enumerate(quote.lines):
            if line.sku not in self._skus:
                return _no_article(line.sku, f"lines[{i}].sku")
        if (fault := self._too_far(float(gap[0]), int(zone[0]))) is not None:
            return fault
        return Basket(
            zone=int(zone[0]),
            lat_udeg=round(quote.lat * 1e6),
            lon_udeg=round(quote.lon * 1e6),
            sku=[self._skus[line.sku] for line in quote.lines],
            units=[line.units for line in quote.lines],
        )

    def _zones(self, places: Sequence[OrderIn] | Sequence[QuoteIn]) -> tuple[Any, Any]:
        if not places:
            return np.empty(0, np.int64), np.empty(0)
        lat = np.rint(np.array([p.lat for p in places]) * 1e6).astype(np.int64)
        lon = np.rint(np.array([p.lon for p in places]) * 1e6).astype(np.int64)
        return zone_of(lat, lon, self._network.zones)

    def _unfit(self, order: OrderIn, gap_m: float, zone: int, index: int) -> IndexedFault | None:
        for i, line in enumerate(order.lines):
            if line.sku not in self._skus:
                return _indexed(_no_article(line.sku, f"lines[{i}].sku"), index, order.ref)
        fault = self._too_far(gap_m, zone)
        return None if fault is None else _indexed(fault, index, order.ref)

    def _too_far(self, gap_m: float, zone: int) -> Fault | None:
        if gap_m <= self._network.zone_reach_m:
            return None
        name = self._network.zones.name[zone]
        return Fault(
            f"the door lies {gap_m / 1000:,.1f} km beyond zone {name}, the nearest",
            "lat",
            f"a door lies in a zone or within {self._network.zone_reach_m} m of one",
            "correct the coordinates, or ask the operator to serve this place",
        )


def _no_article(sku: str, field: str) -> Fault:
    return Fault(f"no article {sku!r}", field, "an article of the catalogue", "see GET /api/v1/items")


def _indexed(fault: Fault, index: int, ref: str) -> IndexedFault:
    return IndexedFault(fault.detail, fault.field, fault.rule, fault.remedy, index, ref)


def _fault(index: int, raw: msgspec.Raw, error: msgspec.MsgspecError) -> IndexedFault:
    """A reading error with its field; the reference too if it can be made out."""
    text = str(error)
    found = _AT.search(text)
    try:
        ref = str(msgspec.json.decode(raw, type=dict[str, Any]).get("ref", ""))[:200]
    except msgspec.MsgspecError:
        ref = ""
    return IndexedFault(
        text[: found.start()] if found else text, found["field"] if found else "", "", "correct it and send it again",
        index, ref,
    )  # fmt: skip
