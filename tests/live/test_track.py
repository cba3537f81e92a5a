"""The tracking page: one link shows one order, and nothing of anybody else at any stage."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx
import numpy as np
import pytest

from doorward.ledger.ledger import Ledger
from doorward.runtime.book import load_book
from doorward.runtime.build import all_folds, network_of, reference_tables
from doorward.runtime.config import rules_from
from doorward.runtime.look.track import LAST_DOORS, track
from doorward.runtime.look.view import Frame, View
from doorward.runtime.request import Request
from doorward.runtime.rules import RULES
from doorward.runtime.run import start_run
from doorward.runtime.rundir import RunDir
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages
from doorward.tables.sites import Sites
from tests.live.conftest import Shop
from tests.live.orders import order
from tests.live.server import Server


@pytest.fixture(scope="module")
def link(admin: httpx.Client, blue: Shop) -> tuple[int, str, int]:
    """(order, path, grant) of a link of the blue shop; its door is near a station, so own vans come."""
    sites = admin.get("/api/v1/network").json()["sites"]
    near = next({"lat": s["lat"], "lon": s["lon"]} for s in sites if s["kind"] == "station")

    def offered(sku: str) -> bool:
        basket = {k: v for k, v in order("", sku, **near).items() if k in ("lat", "lon", "lines")}
        return not blue.client.post("/api/v1/quotes", json=basket).json()["offers"][0]["reason"]

    sku = next(each["sku"] for each in admin.get("/api/v1/items").json()["items"] if offered(each["sku"]))
    recipient = {"name": "Ada Example", "street": "12 Harbour Street"}
    body = order("tracked", sku, recipient=recipient, **near)
    number = blue.client.post("/api/v1/orders", json=body).json()["order"]
    until = time.monotonic() + 10
    while blue.client.get(f"/api/v1/orders/{number}").json()["row"]["status"] != "open":
        assert time.monotonic() < until, "it was not promised"
        time.sleep(0.05)
    made = blue.client.post(f"/api/v1/orders/{number}/link").json()
    return number, made["path"], made["grant"]


@pytest.fixture
def anyone(server: Server) -> Iterator[httpx.Client]:
    """Somebody without a key."""
    with server.client(None) as client:
        yield client


class Forms(HTMLParser):
    """What a page asks, and whether it needs a script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.actions: list[str] = []
        self.names: set[str] = set()
        self.inline = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.actions.append(found["action"] or "")
        if tag in ("input", "button") and found.get("name"):
            self.names.add(str(found["name"]))
        self.inline |= (
            (tag == "script" and "src" not in found) or "style" in found or any(k[:2] == "on" for k in found)
        )


def test_a_link_shows_one_order_and_is_kept_private(link: tuple[int, str, int], anyone: httpx.Client) -> None:
    answer = anyone.get(link[1])
    assert answer.status_code == 200 and "Blue" in answer.text
    assert re.search(r"<h1>(We have your order|Arriving [^<]*)</h1>", answer.text), answer.text
    for name, words in (
        ("cache-control", "no-store"), ("referrer-policy", "no-referrer"), ("x-robots-tag", "noindex"),
        ("content-security-policy", "script-src 'self'"),
    ):  # fmt: skip
        assert words in answer.headers[name]
    assert "set-cookie" not in answer.headers and not Forms(answer.text).inline
    assert "Ada Example" not in answer.text and "Harbour" not in answer.text, (
        "the page needs no name and no street"
    )
    assert len(link[1]) <= 40


def test_no_other_token_leads_anywhere(
    link: tuple[int, str, int], anyone: httpx.Client, server: Server
) -> None:
    path = link[1]
    token = path.removeprefix("/t/")
    for i in range(len(token)):
        other = token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :]
        assert anyone.get(f"/t/{other}").status_code == 404
    unknown = anyone.get("/t/nothing")
    assert unknown.status_code == 404 and "does not lead anywhere" in unknown.text
    assert anyone.get(f"/t/{server.key}").status_code == 404, "a key is no link"
    assert anyone.get("/api/v1/overview", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_revoked_link_looks_like_none(blue: Shop, link: tuple[int, str, int], anyone: httpx.Client) -> None:
    made = blue.client.post(f"/api/v1/orders/{link[0]}/link").json()
    assert anyone.get(made["path"]).status_code == 200
    assert blue.client.delete(f"/api/v1/grants/{made['grant']}").status_code == 200
    assert anyone.get(made["path"]).text == anyone.get("/t/nothing").text


def test_a_wish_is_taken_by_a_plain_form(link: tuple[int, str, int], anyone: httpx.Client) -> None:
    path = link[1]
    forms = Forms(anyone.get(path).text)
    assert forms.actions[0] == f"{path}/wish" and {"wish", "words"} <= forms.names
    said = anyone.post(f"{path}/wish", data={"wish": "neighbour", "words": "<script>x</script> no. 14"})
    assert said.status_code == 303
    page = anyone.get(said.headers["location"]).text
    assert "it is noted" in page and "&lt;script&gt;x&lt;/script&gt; no. 14" in page
    assert "<script>x" not in page
    assert anyone.post(f"{path}/wish", data={"wish": "bribe"}).status_code == 422
    assert anyone.post("/t/nothing/wish", data={"wish": "neighbour"}).status_code == 404


def test_another_day_is_promised_by_a_plain_form(
    link: tuple[int, str, int], anyone: httpx.Client, blue: Shop, red: Shop
) -> None:
    number, path, _ = link
    page = anyone.get(path).text
    days = re.findall(r'<option value="(\d{4}-\d{2}-\d{2})">', page)
    assert 1 <= len(days) <= 7 and Forms(page).actions == [f"{path}/wish", f"{path}/day"]
    said = anyone.post(f"{path}/day", data={"day": days[-1]})
    assert said.status_code == 303
    assert "the day that you chose" in anyone.get(said.headers["location"]).text
    assert re.search(r"<h1>Arriving \w+, \d+ \w+ 08:00", anyone.get(path).text), (
        "what was told before is forgotten"
    )
    answer = blue.client.post(f"/api/v1/orders/{number}/day", json={"day": days[-1]})
    assert answer.status_code == 422 and answer.json()["remedy"], "that is the day promised already"
    for bad in ("2020-01-01", "2026-02-31", "soon", "", "<b>x</b>"):
        refused = anyone.post(f"{path}/day", data={"day": bad})
        assert refused.status_code == 422 and "<b>x" not in refused.text, bad
    assert anyone.post("/t/nothing/day", data={"day": days[-1]}).status_code == 404
    assert red.client.post(f"/api/v1/orders/{number}/day", json={"day": days[0]}).status_code == 404
    wished = blue.client.post(f"/api/v1/orders/{number}/wish", json={"wish": "pick_up"})
    assert wished.status_code == 200, wished.text
    assert re.search(r'value="pick_up" checked', anyone.get(path).text)


def test_the_middle_is_read_anew_and_static_files_are_served(
    link: tuple[int, str, int], anyone: httpx.Client
) -> None:
    assert "<html" not in anyone.get(f"{link[1]}/live").text
    for file, most in (("track.css", 8_000), ("track.js", 5_000), ("brand/0f766e.css", 200)):
        answer = anyone.get(f"/t/static/{file}")
        assert answer.status_code == 200 and len(answer.content) < most
    for nothing in ("pages.py", "brand/red.css", "..%2fpages.py"):
        assert anyone.get(f"/t/static/{nothing}").status_code == 404


def test_nothing_of_others_at_any_stage(view_at: list[View]) -> None:
    """Over a day: the vehicle only near the own door, no map before or after, no other door's place in the shape."""
    states, maps = set[str](), 0
    for view in view_at:
        packages, orders = view.table(Packages), view.table(Orders)
        for number in range(0, len(orders), 3):
            found = track(view, number)
            for part in found.parts:
                states.add(part.state)
                assert int(packages.order[part.package]) == number
                assert [s.label for s in part.steps if s.now] and part.steps[0].at_s == found.placed_s
                assert all(a.at_s >= b.at_s for a, b in zip(part.points, part.points[1:], strict=False))
                assert {point.where for point in part.points} <= {"", *view.table(Sites).name.tolist()}
                if part.map is not None:
                    maps += 1
                    assert part.state == "out" and 0 <= part.before <= LAST_DOORS
                    assert part.map.door_lat == round(int(orders.lat_udeg[number]) * 1e-6, 5)
                if part.state == "delivered":
                    assert part.done_s > 0 and part.map is None and part.before == -1
    assert {"expected", "out", "delivered"} <= states and maps > 0, (states, maps)


@pytest.fixture(scope="module")
def view_at(tmp_path_factory: pytest.TempPathFactory) -> list[View]:
    """Views of a small run at three moments of its second day."""
    where = RunDir(tmp_path_factory.mktemp("day") / "run")
    start_run(Request(network="metro", scale=0.03, seed=3, drain_days=1, out=where.root), lambda *_: None)
    network, book = network_of(where), load_book(where)
    frame, views = Frame.of(network, rules_from(network, RULES)), []
    for hours in (30, 35, 38):
        at_s = where.settings.start_s + hours * 3600
        opened = Ledger.open(where.root, all_folds(), reference_tables(network, book, where), read_only=True)
        turn = opened.journal.turn_at(at_s)
        opened.close()
        ledger = Ledger.open(
            where.root, all_folds(), reference_tables(network, book, where), read_only=True, upto=turn
        )
        views.append(View(ledger.state, at_s, turn, frame))
        ledger.close()
    assert np.diff([view.turn for view in views]).min() > 0
    return views
