"""The Python client: made from the API as it is, and working against a real server, over a restart too."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import msgspec
import pytest

from doorward.client import Client, Conflict, Event, NotFound, Unavailable, Unknown, Unusable
from doorward.client.http import parsed
from doorward.client.shapes import LineIn, OrderIn, QuoteIn, WishIn
from tests.live.conftest import Shop
from tests.live.orders import ZONES, in_stock
from tests.live.server import Server, running, stand_still, start
from tools.client import written

DOOR = {"lat": float(ZONES.lat_udeg[0]) / 1e6, "lon": float(ZONES.lon_udeg[0]) / 1e6}


def test_what_was_made_is_what_the_api_is() -> None:
    for path, text in written().items():
        assert path.read_text() == text, f"{path.name} is of another API: make client"


def test_the_collection_asks_what_the_api_takes(server: Server) -> None:
    """Every request of the collection finds its route: anything but 404 of a path and 405."""
    collection = json.loads(next(text for path, text in written().items() if path.suffix == ".json"))
    with server.client(None) as client:
        document = client.get("/openapi.json").json()
        requests = [each["request"] for folder in collection["item"] for each in folder["item"]]
        assert len(requests) == sum(len(verbs) for verbs in document["paths"].values())
        for request in requests:
            path = "/" + "/".join("0" if part[0] == ":" else part for part in request["url"]["path"])
            answer = client.request(request["method"], path, timeout=5) if "stream" not in path else None
            assert answer is None or answer.status_code not in (404, 405) or "no " in answer.text, path


@pytest.fixture
def network(server: Server, blue: Shop, admin: httpx.Client) -> Iterator[Client]:
    """A shop's; the twin's clock stands meanwhile, so that nothing is boxed."""
    stand_still(admin)
    yield Client(server.url, blue.key)
    admin.post("/api/v1/twin/go")


def test_orders_are_placed_paged_and_refused(network: Client, server: Server, blue: Shop) -> None:
    with network:
        assert next(network.each_items(limit=50)).sku
        sku = in_stock(blue.client)
        orders = [OrderIn(ref=f"client-{i}", **DOOR, lines=[LineIn(sku=sku, units=1)]) for i in range(7)]
        bad = OrderIn(ref="client-bad", **DOOR, lines=[LineIn(sku="nothing", units=1)])
        answer = network.place_batch([*orders, bad])
        assert len(answer.placed) == 7 and [each.index for each in answer.errors] == [7]
        again = network.place_order(orders[0])
        assert again.known and again.order == answer.placed[0].order
        mine = [row.ref for row in network.each_orders(limit=3)]
        assert {each.ref for each in answer.placed} <= set(mine) and len(mine) == len(set(mine))
        offers = network.quote(QuoteIn(**DOOR, lines=[LineIn(sku=sku)])).offers
        assert [offer.speed for offer in offers] == ["standard", "next_day", "same_day"]
        with pytest.raises(NotFound):
            network.order(10**6)
        with pytest.raises(Unusable, match="sku") as unusable:
            network.place_order(bad)
        assert unusable.value.problem.remedy
        with pytest.raises(Unknown), Client(server.url, "dw_" + "x" * 43) as nobody:
            nobody.orders()
        first = network.cancel_order(answer.placed[0].order, key="off")
        assert network.cancel_order(answer.placed[0].order, key="off") == first
        with pytest.raises(Conflict):
            network.cancel_order(answer.placed[0].order)
        assert network.wish_for(answer.placed[1].order, WishIn(wish="pick_up")).turn > answer.turn


def test_a_stream_goes_on_over_a_restart(tmp_path: Path) -> None:
    folder = tmp_path / "metro"
    arguments = ("--scale", "0.01", "--begin", "1 06:00", "--speed", "600")
    with running(folder, *arguments) as server:
        port, key = httpx.URL(server.url).port, server.key
        turns: list[int] = []
        done = threading.Event()

        def follow() -> None:
            with Client(server.url, key, tries=30) as client:
                for event in client.follow(after=0):
                    if event.kind == "turn":
                        turns.append(event.number)
                    if done.is_set():
                        return

        reader = threading.Thread(target=follow)
        reader.start()
        while len(turns) < 200:
            reader.join(0.05)
        server.kill()
        before = turns[-1]
        again = start(folder, *arguments[4:], port=port or 0)
        try:
            again.ready()
            while turns[-1] < before + 50:
                reader.join(0.05)
        finally:
            done.set()
            reader.join(20)
            again.stop()
    assert not reader.is_alive() and turns == list(range(1, turns[-1] + 1)), "none missing, none twice"


class Moody(BaseHTTPRequestHandler):
    """Refuses twice, then answers; remembers the keys that it was asked with."""

    keys: list[str] = []  # noqa: RUF012 - of one test

    def do_POST(self) -> None:
        self.keys.append(self.headers["Idempotency-Key"])
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        good = len(self.keys) > 2
        body = b'{"order":1,"ref":"","known":false}' if good else b'{"detail":"later"}'
        self.send_response(201 if good else 429 if len(self.keys) == 1 else 503)
        self.send_header("Retry-After", "3")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def test_what_is_asked_again_bears_the_same_key_and_waits_as_told() -> None:
    Moody.keys = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Moody)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    waited: list[float] = []
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        with Client(url, "dw_", pause=waited.append) as client:
            assert client.place_order(OrderIn(ref="", lat=1.0, lon=2.0, lines=[])).order == 1
            assert len(waited) == 2 and all(3.0 < each <= 3.5 for each in waited)  # as told, and a little by chance
            assert len(set(Moody.keys)) == 1 and len(Moody.keys[0]) == 32
        Moody.keys = []
        with (
            Client(url, "dw_", tries=2, pause=waited.append) as client,
            pytest.raises(Unavailable, match="later"),
        ):
            client.place_order(OrderIn(ref="", lat=1.0, lon=2.0, lines=[]))
    finally:
        server.shutdown()
        server.server_close()


def test_events_of_lines() -> None:
    text = 'retry: 5\n\n: beat\n\nid: 7\nevent: turn\ndata: {"a":\ndata: 1}\n\nid: 9\n\ndata: {}\n\n'
    assert list(parsed(iter(text.split("\n")))) == [
        Event("turn", 7, {"a": 1}),
        Event("", 9, {}),
        Event("message", -1, {}),
    ]
    assert (
        msgspec.json.encode(OrderIn(ref="", lat=1.0, lon=2.0, lines=[]))
        == b'{"ref":"","lat":1.0,"lon":2.0,"lines":[]}'
    )
