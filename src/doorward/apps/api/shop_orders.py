"""What is done about a shop's webhook once it is verified: an order placed, called off, rejected, or nothing."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from doorward.adapters.shops import Deed, Heard, ShopOrder, scattered, speed_of
from doorward.apps.api.live import Live
from doorward.apps.api.orders_in import Intake, OrderIn
from doorward.apps.api.problems import Fault, Trouble
from doorward.core.errors import BadInput
from doorward.core.units import DAY_S
from doorward.hooks.shops import (
    KeptShop,
    Reject,
    RejectFault,
    Settle,
    rejects_of,
)
from doorward.promise.commands import CancelOrder, OrdersPlaced, scope_of
from doorward.tables.orders import Lines, LineStatus, Orders, OrderStatus
from doorward.tables.shops import Rejects

OLD_S = 2 * DAY_S
"""An order that the shop took longer ago counts from now: nothing was promised for it before."""
LATER = (429, 503, 507)
"""Answers after which a shop sends it again, and should."""


class Taken(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a webhook. order: ours, -1 none; errors: why it was rejected."""

    status: Literal["placed", "known", "cancelled", "ignored", "rejected"]
    order: int = -1
    ref: str = ""
    detail: str = ""
    errors: list[RejectFault] = []


class Taking:
    """Takes one webhook of a connection."""

    def __init__(self, live: Live, intake: Intake, connection: int, org: int, shop: KeptShop) -> None:
        self._live, self._intake = live, intake
        self._connection, self._org, self._shop = connection, org, shop

    async def take(self, heard: Heard, topic: str, delivery: str) -> Taken:
        """Do what it asks for. Raises Trouble only where the shop is to send it again."""
        if heard.order is None or heard.deed is Deed.IGNORE:
            return Taken("ignored", detail=heard.why)
        ref = self._shop.prefix + heard.order.ref
        key = f"in/{self._connection}/{delivery}" if delivery else ""
        known = self._live.replica.vault.find(scope_of(self._org), [ref])[0]
        if heard.deed is Deed.CANCEL:
            return await self._cancel(ref, known, topic, key)
        if known >= 0:
            await self._settle(ref)
            return Taken("known", known, ref)
        if self._reject_row(ref) >= 0 and not self._waits(ref):
            return Taken("ignored", ref=ref, detail="it was called off before it came")
        if heard.deed is Deed.AGAIN and not self._waits(ref):
            return Taken("ignored", ref=ref, detail="only told again")
        return await self._place(heard.order, ref, topic, key)

    async def unread(self, topic: str, delivery: str, error: BadInput) -> Taken:
        """A body that is no order is listed under the delivery's own name."""
        fault = RejectFault(error.what, error.where, error.rule, error.remedy)
        return await self._reject(delivery or "without a name", topic, "", [fault])

    async def _place(self, order: ShopOrder, ref: str, topic: str, key: str) -> Taken:
        asked = self._order(order, ref)
        if isinstance(asked, RejectFault):
            return await self._reject(ref, topic, key, [asked])
        parsed = self._intake.columns([asked], [0], [], self._org)
        if parsed.faults:
            return await self._reject(ref, topic, key, [_fault(each) for each in parsed.faults])
        try:
            done = await self._live.ask("promise.place", parsed.asked, key=key)
        except Trouble as error:
            return await self._not_done(error, ref, topic)
        answer = msgspec.msgpack.decode(done.body, type=OrdersPlaced)
        await self._settle(ref)
        known = answer.known[0] or done.again
        return Taken("known" if known else "placed", answer.order[0], ref)

    async def _cancel(self, ref: str, order: int, topic: str, key: str) -> Taken:
        if order < 0:
            # webhooks come in no promised order: should the order itself come later, it is not placed
            fault = RejectFault("called off before it came, or never taken")
            await self._reject(ref, topic, key, [fault], done=True)
            return Taken("ignored", ref=ref, detail=fault.detail)
        await self._settle(ref)
        if self._ended(order):
            return Taken("known", order, ref, "it had ended before")
        try:
            await self._live.ask("promise.cancel", CancelOrder(order=order), key=key)
        except Trouble as error:
            return await self._not_done(error, ref, topic)
        return Taken("cancelled", order, ref)

    async def _not_done(self, error: Trouble, ref: str, topic: str) -> Taken:
        """What the network refuses is listed to people; what it cannot do just now is sent again by the shop."""
        told = error.problem
        if told.status in LATER or told.status >= 500:
            raise error
        if told.field == "Idempotency-Key":
            return Taken("known", ref=ref, detail="this delivery was heard before")
        return await self._reject(ref, topic, "", [_fault(told)])

    async def _reject(
        self, ref: str, topic: str, key: str, faults: list[RejectFault], *, done: bool = False
    ) -> Taken:
        asked = Reject(connection=self._connection, ref=ref, topic=topic, faults=faults, done=done)
        try:
            await self._live.ask("hooks.reject", asked, key=key)
        except Trouble as error:
            if error.problem.field != "Idempotency-Key":
                raise
        return Taken("rejected", ref=ref, detail=faults[0].detail, errors=faults)

    async def _settle(self, ref: str) -> None:
        if self._waits(ref):
            await self._live.ask("hooks.settle", Settle(reject=self._reject_row(ref)))

    def _waits(self, ref: str) -> bool:
        """Whether the order is among those that wait for a person."""
        row = self._reject_row(ref)
        return row >= 0 and bool(self._live.replica.state.table(Rejects).done_s[row] < 0)

    def _reject_row(self, ref: str) -> int:
        return self._live.replica.vault.find(rejects_of(self._connection), [ref])[0]

    def _ended(self, order: int) -> bool:
        """Whether an order was called off, refused or delivered in full, as far as lines tell."""
        state = self._live.replica.state
        if state.table(Orders).status[order] in (OrderStatus.REFUSED, OrderStatus.EXPIRED):
            return True
        lines = state.table(Lines)
        return bool((lines.status[lines.order == order] == LineStatus.CANCELLED).all())

    # ---- the order -------------------------------------------------------------------------------------------

    def _order(self, order: ShopOrder, ref: str) -> OrderIn | RejectFault:
        place = self._place_of(order, ref)
        if isinstance(place, RejectFault):
            return place
        bare = [i for i, (sku, _) in enumerate(order.lines) if not sku]
        if bare:
            return RejectFault(
                f"line {bare[0] + 1} has no SKU", "line_items", "each article has the SKU of the catalogue",
                "enter the SKU in the shop and send the webhook again",
            )  # fmt: skip
        fields: dict[str, Any] = {
            "ref": ref,
            "lat": place[0],
            "lon": place[1],
            "lines": [{"sku": sku, "units": units} for sku, units in order.lines],
            "speed": speed_of(order.method, self._shop.speeds),
            "recipient": order.recipient,
        }
        if 0 <= self._live.replica.now_s() - order.placed_s <= OLD_S:
            fields["placed_at"] = order.placed_s
        try:
            return msgspec.convert(fields, OrderIn)
        except msgspec.ValidationError as error:
            return RejectFault(str(error), "order", "", "correct it in the shop and send the webhook again")

    def _place_of(self, order: ShopOrder, ref: str) -> tuple[float, float] | RejectFault:
        """The door's place: by coordinates, or else near the middle of its postcode, by the network's list."""
        if order.lat is not None and order.lon is not None:
            return order.lat, order.lon
        listed = self._live.replica.network.postcodes
        code = "".join(c for c in order.recipient.get("postcode", "").upper() if c.isalnum())
        fits = [row for row in range(len(listed)) if code.startswith(str(listed.code[row]))] if code else []
        if not fits:
            return RejectFault(
                f"nobody knows where postcode {code or '(none)'} lies", "shipping_address",
                "an address has coordinates, or a postcode of the network's list",
                "let the shop's checkout keep coordinates, or add the postcode to the file named by zones.postcodes",
            )  # fmt: skip
        row = max(fits, key=lambda each: len(str(listed.code[each])))
        lat, lon = int(listed.lat_udeg[row]) / 1e6, int(listed.lon_udeg[row]) / 1e6
        return scattered(lat, lon, int(listed.radius_m[row]), ref)


def _fault(told: Fault | Any) -> RejectFault:
    return RejectFault(told.detail, told.field, told.rule, told.remedy)
