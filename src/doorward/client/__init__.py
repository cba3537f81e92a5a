"""A client of the API for Python programs; it needs httpx and msgspec, and nothing else of doorward.

    with Client("http://127.0.0.1:8080", key="dw_...") as network:
        placed = network.place_order(OrderIn(ref="A-1", lat=41.9, lon=-30.4, lines=[LineIn(sku="books-00000")]))
        for row in network.each_orders(status="open"):
            print(row.order, row.stage)
        for event in network.follow():
            print(event.kind, event.data)

`shapes.py` and `calls.py` are made from the API's OpenAPI document (`make client`); `http.py` is how calls are made.
"""

from __future__ import annotations

from types import TracebackType

from doorward.client.calls import Calls
from doorward.client.http import ApiError, Conflict, Event, NotFound, Problem, Unavailable, Unknown, Unusable

__all__ = [
    "ApiError", "Client", "Conflict", "Event", "NotFound", "Problem", "Unavailable", "Unknown", "Unusable",
]  # fmt: skip


class Client(Calls):
    """Every call of the API as a method; use it in a `with`, or close it. Not for several threads at once."""

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
