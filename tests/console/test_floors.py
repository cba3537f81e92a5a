"""Buildings and departures: what they tell is what the API tells; with nothing to tell, without an answer, by keys."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.console.conftest import Seat
from tests.live.server import Server

FC, STATION = 0, 3
PAGES = {
    "centers": f"/centers?site={FC}",
    "station": f"/centers?site={STATION}",
    "linehaul": "/linehaul",
    "dispatch": f"/dispatch?station={STATION}",
    "orders": "/orders/3",
    "tower": "/",
}
QUIET = {
    "centers": "No cut-off ahead",
    "station": "No routes today yet",
    "linehaul": "No departures on this day",
    "dispatch": "No run is planned or on the road",
    "tower": "No routes today yet",
}


@pytest.fixture
def told(server: Server) -> Any:
    """Asks the API."""
    with server.client() as client:
        yield lambda path: client.get(f"/api/v1/{path}").raise_for_status().json()


def test_a_building_tells_its_cut_offs_and_its_floor(desk: Seat, told: Any) -> None:
    page = desk.at(PAGES["centers"])
    table = page.locator("table.cutoffs tbody tr")
    expect(table.first).to_be_visible()
    shape = told(f"sites/{FC}/center")
    assert abs(table.count() - len(shape["cutoffs"])) <= 1, "an order may have come meanwhile"
    row = table.first
    assert shape["cutoffs"][0]["packages"] and re.search(r"\d (spare|over)|min|h", row.inner_text())
    expect(
        page.get_by_role("img", name=re.compile("^Units picked in each of the last 24 hours"))
    ).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Picks by aisle"))).to_be_attached()
    page.get_by_role("button", name="Oldport", exact=True).click()
    expect(page.get_by_role("link", name="Open the board of Oldport")).to_be_visible()
    expect(page.locator(".run-name").first).to_be_visible()
    page.locator(".run-name").first.click()
    expect(page).to_have_url(re.compile(rf"#/dispatch\?run=\d+&station={STATION}"))


def test_trucks_under_way_are_told_with_when_they_are_expected(desk: Seat, told: Any) -> None:
    """Never with an arrival that is past: behind the timetable is added to it."""
    page = desk.at(PAGES["linehaul"])
    lines = page.locator(".departures .line")
    expect(lines.first).to_be_visible()
    day, offset_s = told("linehaul"), told("network")["utc_offset_s"]
    all_ = page.get_by_role("button", name=re.compile("^all "))
    assert int(all_.inner_text().split()[1]) == len(day["departures"])
    page.get_by_role("button", name=re.compile("^under way")).click()
    under_way = [
        d for d in day["departures"] if d["left_s"] >= 0 > d["arrived_s"] and d["status"] != "cancelled"
    ]
    if not under_way:
        expect(page.get_by_text("None of these")).to_be_visible()
    for each in under_way:
        comes = each["arrive_s"] + each["late_s"]
        assert comes >= day["now_s"]
        clock = f"{(comes + offset_s) % 86_400 // 3600:02}:{(comes + offset_s) % 3600 // 60:02}"
        expect(page.locator(".departures")).to_contain_text(clock)
    desk.shot("linehaul-under-way")
    page.get_by_label("from").select_option(index=1)
    page.get_by_role("button", name="A day later").click()
    expect(page).to_have_url(re.compile("day=\\d+"))


@pytest.mark.parametrize("name", list(QUIET))
def test_with_nothing_to_tell_a_page_says_so(desk: Seat, told: Any, name: str) -> None:
    """At the first second of the journal nothing has happened yet."""
    first = told("clock")["start_s"]
    page = desk.at(f"{PAGES[name]}{'&' if '?' in PAGES[name] else '?'}at={first}")
    expect(page.get_by_text(QUIET[name]).first).to_be_visible()
    expect(page.locator(".banner.then")).to_be_visible()
    if name == "centers":
        figures = page.locator(".strip .tile b").all_inner_texts()
        assert figures and not any(each.startswith("-") for each in figures), "what is not known is no number"
        expect(page.get_by_text("no picks")).to_be_visible()
    desk.shot(f"{name}-empty")


@pytest.mark.parametrize("name", list(PAGES))
def test_what_the_server_refuses_is_told_with_its_rule(desk: Seat, name: str) -> None:
    """A moment before the journal: in the server's own words with what to do, and the way back leads to now."""
    page = desk.at(f"{PAGES[name]}{'&' if '?' in PAGES[name] else '?'}at=1")
    failure = page.get_by_role("alert").first
    expect(failure).to_contain_text("nothing was recorded then: the journal begins")
    expect(failure).to_contain_text("leave it out for now")
    expect(failure.get_by_role("button", name="Try again")).to_be_visible()
    desk.shot(f"{name}-error")
    page.keyboard.press("n")
    expect(page.get_by_role("alert").filter(has_text="nothing was recorded then")).to_have_count(0)


def test_buildings_and_departures_by_keys_alone(desk: Seat) -> None:
    page = desk.at("/orders")
    expect(page.locator(".line").first).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("c")
    chip = page.get_by_role("button", name="FC Quarry Hill")
    chip.focus()
    page.keyboard.press("Enter")
    expect(chip).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_role("link", name=re.compile("^Open the board of"))).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("l")
    expect(page.locator(".departures .line").first).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(".departures .line.chosen")).to_have_count(1)
    leaving = page.get_by_role("button", name=re.compile("^to leave"))
    leaving.focus()
    page.keyboard.press("Space")
    expect(leaving).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(leaving).to_have_attribute("aria-pressed", "false")
