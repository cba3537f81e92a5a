"""The list of orders and the page of one."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.console.conftest import Seat
from tests.live.server import Server


def test_the_list_goes_on_as_it_is_scrolled_and_filters(desk: Seat) -> None:
    """More than one page of rows comes by scrolling to the end; a chip leaves only its own."""
    page = desk.at("/orders")
    rows = page.get_by_role("group", name="Orders")
    first = rows.get_by_role("listitem").first
    expect(first).to_be_visible()
    assert int(first.get_attribute("aria-setsize")) == 100
    with page.expect_response(re.compile("cursor=")):
        rows.evaluate("e => e.scrollTo(0, e.scrollHeight)")
    expect(rows.get_by_role("listitem").first).to_have_attribute("aria-setsize", re.compile("^[2-9]00$"))
    assert rows.get_by_role("listitem").count() < 60
    page.get_by_role("button", name="done", exact=True).click()
    expect(page).to_have_url(re.compile("tone=done"))
    expect(rows.get_by_role("listitem").first.locator(".status")).to_contain_text(re.compile("^(done|delivered|returned)$"))


def test_an_order_tells_its_story_and_leads_to_its_package(desk: Seat, server: Server) -> None:
    """From placed to now in order of time; the package's page tells its own; a line leads to its moment."""
    with server.client() as client:
        done = client.get("/api/v1/orders", params={"tone": "done", "limit": 1}).json()["items"][0]
    page = desk.at(f"/orders/{done['order']}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Order {done['order']}")
    told = page.locator(".story li b").all_inner_texts()
    assert told[0] == "Placed" and len(told) > 6
    desk.shot("order")
    page.get_by_role("link", name=re.compile("^Package ")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Package")
    expect(page.locator(".story li").first).to_be_visible()
    page.locator(".story time a").first.click()
    expect(page.locator(".banner.then")).to_contain_text("not now")


def test_an_order_that_does_not_exist_is_told_so(desk: Seat) -> None:
    """404 with the server's words and its remedy, not a blank page."""
    page = desk.at("/orders/99999999")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("no order 99999999")
    expect(alert).to_contain_text(re.compile("check the number", re.IGNORECASE))
    desk.shot("order-missing")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("#/orders$"))


def test_a_page_that_does_not_exist_leads_back(desk: Seat) -> None:
    """An address nobody answers to."""
    page = desk.at("/nowhere")
    expect(page.get_by_text("No such page")).to_be_visible()
    page.get_by_role("link", name="To the tower").click()
    expect(page.get_by_role("region", name="Key figures")).to_be_visible()
