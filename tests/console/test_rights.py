"""What a shipper sees: its own orders, and plain words about the rest."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.console.conftest import Sits


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
