"""A network on the wall clock on its first day: every page says what will stand there and what to do, then three orders
come and nothing was scanned yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.console.conftest import NARROW, Seat, Sits, cookies_of
from tests.console.test_looks import AXE, CUT, checked
from tests.live.orders import order
from tests.live.server import Server, running

SAYS = {
    "/": "The shelves are empty",
    "/?view=table": "Nothing is moving",
    "/orders": "No orders yet",
    "/dispatch?station=3": "No package is ready at this station yet",
    "/centers?site=0": "No cut-off ahead",
    "/centers?site=3": "No routes today yet",
    "/linehaul": "nothing to bring",
    "/twin": "This network runs on the wall clock",
    "/settings": "No shop is connected",
    "/search?q=zzz": "Nothing named",
}
"""What a page says when nothing has happened yet."""
MADE_UP = re.compile(r"NaN|Infinity|undefined|\bnull\b|\b1970\b|(?<![\w-])-1\b")


@pytest.fixture(scope="module")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Metro, opened today, without stock."""
    with running(tmp_path_factory.mktemp("first") / "metro", "--live", "--scale", "0.02") as made:
        yield made


@pytest.fixture(scope="module")
def cookies(first_day: Server) -> list[dict[str, Any]]:
    return cookies_of(first_day, first_day.key)


def test_every_page_of_an_empty_network_says_what_to_do(
    first_day: Server, cookies: list[dict[str, Any]], sit: Sits
) -> None:
    wide, narrow = sit(cookies, url=first_day.url, theme="light"), sit(cookies, url=first_day.url, size=NARROW)
    for address, words in SAYS.items():
        for seat in (wide, narrow):
            page = seat.at(address)
            if seat is narrow and address == "/":
                page.get_by_role("button", name="Exceptions").click()
            if seat is narrow and address.startswith("/dispatch"):
                page.get_by_role("button", name="Pool").click()
            expect(page.get_by_text(words).first).to_be_visible()
            assert not MADE_UP.search(page.locator("body").inner_text()), address
        name = re.sub(r"\W+", "-", address).strip("-") or "tower"
        wide.shot(f"empty-{name}")
        narrow.shot(f"empty-{name}-narrow")
        if AXE.is_file():
            assert checked(wide.page) == [], address
        assert wide.page.evaluate(CUT) == [], address


def test_the_first_orders_claim_nothing_that_nobody_saw(
    first_day: Server, cookies: list[dict[str, Any]], sit: Sits
) -> None:
    with first_day.client() as client:
        count = [{"site": 0, "sku": "books-00001", "units": 20}]
        client.post("/api/v1/stock/counts", json=count).raise_for_status()
        seat = sit(cookies, url=first_day.url)
        expect(seat.at("/").get_by_text("No orders yet")).to_be_visible()
        for k in range(3):
            client.post("/api/v1/orders", json=order(f"first-{k}", "books-00001", k)).raise_for_status()
    expect(seat.page.get_by_text("Nothing needs you now")).to_be_visible()
    page = seat.at("/orders")
    expect(page.get_by_text("first-2")).to_be_visible()
    expect(page.get_by_text("waits for a building").first).to_be_visible()
    page.get_by_role("link", name=re.compile("first-0|^0$")).first.click()
    expect(page.get_by_text("Not packed into boxes yet")).to_be_visible()
    story = page.locator(".story").inner_text()
    assert "Promised by" in story and "FC Saltmarsh" in story and not MADE_UP.search(story)
    assert not re.search("picked|scanned|delivered|on the way", story, re.I), "nobody has touched it"
    seat.shot("empty-first-order")


def test_a_day_before_the_first_is_told_to_be_none(
    first_day: Server, cookies: list[dict[str, Any]], sit: Sits
) -> None:
    """Not as figures that stay grey."""
    seat: Seat = sit(cookies, url=first_day.url)
    now_s = seat.page.request.get(f"{first_day.url}/api/v1/clock").json()["now_s"]
    page = seat.at(f"/?view=table&at={now_s - 30 * 86_400}")
    strip = page.get_by_role("region", name="Key figures")
    expect(strip.get_by_text("nothing was recorded then: the journal begins")).to_be_visible()
    assert page.locator(".strip .ghost").count() == 0
    seat.shot("empty-before")
