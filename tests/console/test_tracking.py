"""A customer's page in a browser: before, on the way and after; with and without a script; in the dark, on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.console.conftest import NARROW
from tests.console.test_looks import AXE, checked
from tests.live.orders import order
from tests.live.server import Server

Looks = Callable[..., Any]
SIDEWAYS = "document.scrollingElement.scrollWidth - innerWidth"


@pytest.fixture(scope="module")
def admin(server: Server) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


def link(admin: httpx.Client, number: int) -> dict[str, Any]:
    made: dict[str, Any] = admin.post(f"/api/v1/orders/{number}/link").raise_for_status().json()
    return made


def placed(admin: httpx.Client, ref: str) -> int:
    """An order that was promised, at a door beside a station."""
    near = next(s for s in admin.get("/api/v1/network").json()["sites"] if s["kind"] == "station")
    where = {"lat": near["lat"], "lon": near["lon"]}
    for each in admin.get("/api/v1/items").json()["items"]:
        basket = {"lines": [{"sku": each["sku"], "units": 1}], **where}
        if not admin.post("/api/v1/quotes", json=basket).json()["offers"][0]["reason"]:
            body = order(
                ref, each["sku"], recipient={"name": "Ada Example", "street": "12 Harbour Street"}, **where
            )
            number = int(admin.post("/api/v1/orders", json=body).raise_for_status().json()["order"])
            for _ in range(100):
                if admin.get(f"/api/v1/orders/{number}").json()["row"]["status"] == "open":
                    return number
    raise AssertionError("nothing was promised")


def order_of(admin: httpx.Client, door: dict[str, Any]) -> int:
    """Whose package is brought there."""
    return int(admin.get(f"/api/v1/packages/{door['packages'][0]}").json()["order"])


def on_the_road(admin: httpx.Client) -> tuple[int, int]:
    """(order that comes next, order that was handed over) of a van that is out."""
    for site in admin.get("/api/v1/network").json()["sites"]:
        runs = (
            admin.get(f"/api/v1/board?station={site['site']}").json()["runs"]
            if site["kind"] == "station"
            else []
        )
        for run in (r for r in runs if r["bar"]["status"] == "left"):
            ahead = [d for d in run["doors"] if d["done_s"] < 0]
            past = [d for d in run["doors"] if d["done_s"] >= 0 and d["outcome"] == "delivered"]
            if len(ahead) > 3 and past:
                return order_of(admin, ahead[2]), order_of(admin, past[-1])
    raise AssertionError("no van is out")


@pytest.fixture
def look(browser: Any, server: Server, shots: Path) -> Iterator[Looks]:
    """A customer's window, without any cookie; afterwards its code has met no error."""
    opened: list[Any] = []
    wrong: list[str] = []

    def open_page(path: str, *, theme: str = "light", scripts: bool = True, shot: str = "") -> Any:
        context = browser.new_context(viewport=NARROW, color_scheme=theme, java_script_enabled=scripts)
        context.set_default_timeout(15_000)
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(server.url + path)
        if shot:
            page.screenshot(path=shots / f"track-{shot}.png", full_page=True)
        return page

    yield open_page
    for context in opened:
        context.close()
    assert wrong == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_stage_is_told_on_a_phone(look: Looks, admin: httpx.Client, theme: str) -> None:
    """Promised, out for delivery with a map, handed over without one; nobody's name, nothing sideways, axe content."""
    comes, came = on_the_road(admin)
    stages = {
        "promised": (placed(admin, f"track-{theme}"), r"^(Arriving |We have your order)", 0),
        "out": (comes, r"^(Arriving|Later than promised)", 1),
        "delivered": (came, r"^Delivered today at \d\d:\d\d$", 0),
    }
    for stage, (number, headline, maps) in stages.items():
        page = look(link(admin, number)["path"], theme=theme, shot=f"{stage}-{theme}")
        expect(page.get_by_role("heading", level=1).first).to_have_text(re.compile(headline))
        expect(page.locator("svg.map")).to_have_count(maps)
        assert "Harbour" not in page.content() and page.evaluate(SIDEWAYS) <= 0
        if stage == "out":
            expect(page.locator(".next")).to_have_text(re.compile(r"(stops? before yours|next)\.$"))
        if AXE.is_file():
            assert checked(page) == [], stage


def test_a_wish_and_another_day_without_a_script(look: Looks, admin: httpx.Client) -> None:
    path = link(admin, placed(admin, "track-plain"))["path"]
    page = look(path, scripts=False)
    page.get_by_label("to my door, or else to a neighbour").check()
    page.get_by_label(re.compile("^Which place")).fill("no. 14")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="it is noted")).to_be_visible()
    expect(page.get_by_label("to my door, or else to a neighbour")).to_be_checked()
    before = page.get_by_role("heading", level=1).inner_text()
    page.get_by_label("Bring it on").select_option(index=1)
    page.get_by_role("button", name="Change the day").click()
    expect(page.get_by_role("status").filter(has_text="the day that you chose")).to_be_visible()
    assert page.get_by_role("heading", level=1).inner_text() != before


def test_with_a_script_it_reads_itself_anew_and_goes_by_keys(look: Looks, admin: httpx.Client) -> None:
    path = link(admin, placed(admin, "track-keys"))["path"]
    page = look(path)
    with page.expect_response(lambda answer: answer.url.endswith(f"{path}/live")) as read:
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert read.value.status == 200
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    page.locator("input[name=wish]:checked").focus()
    page.keyboard.press("ArrowDown")
    chosen = page.locator("input[name=wish]:checked").get_attribute("value")
    page.keyboard.press("Tab")
    page.keyboard.type("behind the shed")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="it is noted")).to_be_visible()
    expect(page.locator(f"input[name=wish][value={chosen}]")).to_be_checked()


def test_a_revoked_link_leads_nowhere_and_says_what_to_do(look: Looks, admin: httpx.Client) -> None:
    made = link(admin, 3)
    assert look(made["path"]).get_by_role("heading", level=1).count() == 1
    admin.delete(f"/api/v1/grants/{made['grant']}").raise_for_status()
    for path in (made["path"], "/t/nothing"):
        page = look(path, shot="revoked")
        expect(page.get_by_role("heading", level=1)).to_have_text("This link does not lead anywhere")
        expect(page.locator("main")).to_contain_text("ask the shop for a new one")
        assert page.evaluate(SIDEWAYS) <= 0
        if AXE.is_file():
            assert checked(page) == []
