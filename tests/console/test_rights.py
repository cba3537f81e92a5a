"""What shippers and contractors see: what is their own, and plain words about the rest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.console.conftest import NARROW, Sits, cookies_of
from tests.live.server import Server


def test_a_shipper_starts_at_its_orders_and_is_told_what_is_not_its_own(
    sit: Sits, shipper_cookies: list[dict[str, Any]]
) -> None:
    """No tower in the rail, an empty list that says how orders come, and no call that is refused."""
    seat = sit(shipper_cookies)
    refused: list[str] = []
    seat.page.on("response", lambda answer: refused.append(answer.url) if answer.status == 403 else None)
    page = seat.at("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Orders")
    expect(page.get_by_text("No orders yet")).to_be_visible()
    rail = page.get_by_role("navigation", name="Pages")
    expect(rail.get_by_role("link", name="Orders")).to_be_visible()
    assert rail.get_by_role("link", name="Tower", exact=True).count() == 0
    seat.shot("shipper-orders")
    seat.at("/linehaul")
    expect(page.get_by_text("Not yours to see")).to_be_visible()
    seat.shot("shipper-not-yours")
    page.get_by_role("link", name="Your orders").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Orders")
    seat.at("/orders/1")
    expect(page.get_by_role("alert")).to_contain_text("no order 1")
    assert refused == []


@pytest.fixture(scope="module")
def hauliers(server: Server) -> Iterator[list[tuple[list[dict[str, Any]], set[str]]]]:
    """Two contractors with half of a station's vans each: cookies, and the names of their runs on the road."""
    with server.client() as admin:
        driven = [
            bar
            for bar in admin.get("/api/v1/runs").json()["runs"]
            if bar["vehicle"] >= 0 and bar["status"] == "left"
        ]
        station = max((bar["station"] for bar in driven), key=[bar["station"] for bar in driven].count)
        vans = sorted({bar["vehicle"] for bar in driven if bar["station"] == station})
        made = []
        for name, mine in (("Grey", vans[::2]), ("Ochre", vans[1::2])):
            org = admin.post("/api/v1/organisations", json={"name": name, "kind": "contractor"}).json()[
                "organisation"
            ]
            admin.post(f"/api/v1/organisations/{org}/vehicles", json={"vehicles": mine}).raise_for_status()
            key = admin.post(
                "/api/v1/keys", json={"organisation": org, "role": "contractor", "label": "x"}
            ).json()["key"]
            names = {bar["name"] for bar in driven if bar["vehicle"] in mine}
            assert names
            made.append((cookies_of(server, key), names))
        yield made
        admin.post("/api/v1/organisations/0/vehicles", json={"vehicles": vans}).raise_for_status()


@pytest.mark.parametrize("who", [0, 1])
def test_a_contractor_sees_its_runs_on_a_board_of_its_own(
    sit: Sits, hauliers: list[tuple[list[dict[str, Any]], set[str]]], who: int
) -> None:
    """No pool, no other's run, no edit that it may not make, and no call that is refused."""
    (cookies, mine), (_, others) = hauliers[who], hauliers[1 - who]
    seat = sit(cookies)
    refused: list[str] = []
    seat.page.on("response", lambda answer: refused.append(answer.url) if answer.status == 403 else None)
    page = seat.at("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dispatch")
    for name in mine:
        expect(page.locator(".run-row", has_text=name).first).to_be_visible()
    shown = " ".join(page.locator(".run-row .who").all_inner_texts())
    assert not any(name in shown for name in others)
    rail = page.get_by_role("navigation", name="Pages")
    assert [link.inner_text() for link in rail.get_by_role("link").all()][1:] == ["Dispatch", "Settings"]
    assert page.get_by_role("button", name="Vehicles").count() == page.locator(".pool").count() == 0
    expect(page.get_by_role("button", name="Optimise")).to_be_visible()
    expect(page.locator(".board-map canvas").first).to_be_visible()
    page.locator(".run-row").first.get_by_role("button").last.click()
    expect(page.get_by_role("menu")).to_be_visible()
    assert page.get_by_role("menuitem", name="Lock").count() == 0
    page.keyboard.press("Escape")
    expect(page.locator(".badge.twin")).to_have_text("TWIN")
    assert page.locator("html").get_attribute("data-mode") == "twin"
    seat.shot(f"contractor-{who}")
    seat.at("/centers")
    expect(page.get_by_text("Not yours to see")).to_be_visible()
    expect(page.get_by_role("link", name="Your runs")).to_be_visible()
    phone = sit(cookies, size=NARROW)
    expect(phone.at("/dispatch").locator(".run-row").first).to_be_visible()
    assert phone.page.evaluate("document.scrollingElement.scrollWidth") <= 390
    assert refused == []
