"""The control tower's main path: figures, inbox, routes, map, and the table that shows the same."""

from __future__ import annotations

import base64
import re
from typing import Any

from playwright.sync_api import expect

from tests.console.conftest import Seat
from tests.live.server import Server

COLOURS = """async (png) => {
  const image = new Image(); image.src = 'data:image/png;base64,' + png; await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height), at = canvas.getContext('2d');
  at.drawImage(image, 0, 0);
  const seen = new Map(), data = at.getImageData(0, 0, image.width, image.height).data;
  for (let i = 0; i < data.length; i += 4) {
    const key = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2];
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  return {colours: seen.size, most: Math.max(...seen.values()) / (data.length / 4)};
}"""


def drawn(page: Any, selector: str) -> dict[str, float]:
    """(number of colours, share of the most frequent one) of what is seen of an element."""
    png = base64.b64encode(page.locator(selector).first.screenshot()).decode()
    found: dict[str, float] = page.evaluate(COLOURS, png)
    return found


def test_a_tile_filters_inbox_and_routes_and_lets_go_again(desk: Seat, server: Server) -> None:
    """Pressed: only late exceptions stay, the address says so; pressed again: all are there."""
    page = desk.at("/?view=table")
    inbox = page.get_by_role("region", name=re.compile("^Exceptions"))
    expect(inbox.locator("article").first).to_be_visible()
    tile = page.locator(".strip").get_by_role("button", name=re.compile(r"^late"))
    with server.client() as client:
        items = client.get("/api/v1/exceptions").json()["items"]
    late = sum(item["tone"] == "late" for item in items)
    assert 0 < late < len(items)
    tile.click()
    expect(tile).to_have_attribute("aria-pressed", "true")
    assert "f=late" in page.url
    expect(inbox.locator("h2 .n")).to_have_text(re.compile(r"^\d+ of \d+$"))
    for mark in inbox.locator("article > .mark").all():
        assert mark.get_attribute("aria-label") == "late"
    tile.click()
    expect(tile).to_have_attribute("aria-pressed", "false")
    assert "f=" not in page.url
    expect(inbox.locator("h2 .n")).to_have_text(re.compile(r"^\d+$"))


def test_a_filter_that_lets_nothing_through_says_so_and_how_to_see_all(desk: Seat) -> None:
    """Nothing is unassigned among the exceptions of this morning."""
    page = desk.at("/?view=table&f=unassigned")
    expect(page.get_by_text("Nothing under “unassigned”")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(page.locator(".inbox article").first).to_be_visible()


def test_the_map_is_drawn_and_a_run_chosen_in_the_routes_is_told_beside_it(desk: Seat) -> None:
    """Land, sites and vehicles make many colours; a chosen run has a card, Esc puts it away."""
    page = desk.at("/")
    expect(page.locator(".map[data-ready]")).to_be_visible()
    page.wait_for_timeout(1500)
    found = drawn(page, ".map")
    assert found["colours"] > 200 and found["most"] < 0.9, found
    gantt = drawn(page, ".chart canvas")
    assert gantt["colours"] > 20 and gantt["most"] < 0.99, gantt
    run = page.locator(".run-name").first
    name = run.locator("b").inner_text()
    run.click()
    card = page.get_by_role("complementary", name=re.compile("^Run "))
    expect(card).to_contain_text(name)
    expect(card).to_contain_text(re.compile(r"\d+ of \d+"))
    assert re.search(r"run=\d+", page.url)
    page.wait_for_timeout(800)
    desk.shot("tower-run")
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    assert "run=" not in page.url


def test_the_table_shows_every_vehicle_that_the_map_shows(desk: Seat) -> None:
    """As many rows as move, sortable both ways, and a row chooses its run."""
    page = desk.at("/")
    page.get_by_role("button", name="Table").click()
    rows = page.get_by_role("group", name="Vehicles").get_by_role("listitem")
    expect(rows.first).to_be_visible()
    moving = int(page.locator(".map-panel .head .n").inner_text().split()[0])
    assert int(rows.first.get_attribute("aria-setsize")) == moving > 0
    page.get_by_role("button", name=re.compile("^name")).click()
    names = [row.locator("b").inner_text() for row in rows.all()]
    assert names == sorted(names, key=str.lower)
    page.get_by_role("button", name=re.compile("^name")).click()
    assert [row.locator("b").inner_text() for row in rows.all()] == names[::-1]
    run = rows.nth(next(i for i, name in enumerate(names[::-1]) if not re.fullmatch(r"T\d+", name)))
    run.get_by_role("button").click()
    expect(run.get_by_role("button")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".card")).to_contain_text(run.locator("b").inner_text())
    desk.shot("tower-table")


def test_an_exception_can_be_put_off_and_taken_back(desk: Seat) -> None:
    """It leaves everybody's inbox, the toast offers the way back, and `u` takes it."""
    page = desk.at("/?view=table&sort=kind")
    button = page.get_by_role("button", name="Look again later").first
    row = page.locator("article.exception", has=page.get_by_role("button", name="Look again later")).first
    kept = row.get_attribute("data-id")
    mine = page.locator(f'article.exception[data-id="{kept}"]')
    button.click()
    expect(mine).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text="Put off")).to_be_visible()
    expect(page.get_by_role("button", name="1 for later")).to_be_visible()
    desk.shot("tower-toast")
    page.get_by_role("button", name="1 for later").click()
    expect(mine.get_by_role("button", name="Look at it now")).to_be_visible()
    page.get_by_role("button", name="1 for later, shown").click()
    expect(mine).to_have_count(0)
    page.keyboard.press("u")
    expect(page.get_by_text("Undone")).to_be_visible()
    expect(mine).to_be_visible()
    expect(page.get_by_role("button", name="1 for later")).to_have_count(0)


def test_a_station_is_planned_anew_in_one_click_and_that_is_undone(seat: Seat) -> None:
    """The toast says what it brought; where nothing better is found it says so, and the next station is asked."""
    page = seat.at("/?view=table")
    offers = page.locator("article.exception", has=page.get_by_role("button", name="Plan its runs anew"))
    expect(offers.first).to_be_visible()
    expect(offers.first.get_by_role("button", name="Look first")).to_be_visible()
    for k in range(offers.count()):
        offers.nth(k).get_by_role("button", name="Plan its runs anew").click()
        toast = page.locator(".toast")
        expect(toast).to_be_visible(timeout=15_000)
        if toast.get_by_role("button", name="Undo").count():
            break
    expect(toast).to_contain_text(re.compile(r"km|min|pool|late|cheaper"))
    seat.shot("tower-planned-anew")
    page.keyboard.press("u")
    expect(page.get_by_text("Undone")).to_be_visible()


def test_time_travel_shows_then_and_comes_back(desk: Seat) -> None:
    """Every panel asks for the moment, the banner says that it is not now, nothing can be acted on."""
    page = desk.at("/?view=table")
    expect(page.locator(".inbox article").first).to_be_visible()
    slider = page.get_by_role("slider", name="Moment shown")
    slider.focus()
    with page.expect_request(re.compile(r"/overview\?at=\d+")) as asked:
        for _ in range(12):
            page.keyboard.press("ArrowLeft")
    banner = page.locator(".banner.then")
    expect(banner).to_contain_text("not now")
    page.wait_for_timeout(400)
    moment = int(re.search(r"at=(\d+)", page.url)[1])
    assert re.search(r"at=\d+", asked.value.url) and moment % 300 == 0
    expect(page.get_by_role("button", name="Back to now").first).to_be_visible()
    for act in page.locator(".acts .button").all():
        assert act.is_disabled()
    desk.shot("tower-then")
    page.keyboard.press("g")
    page.keyboard.press("o")
    expect(page).to_have_url(re.compile(rf"#/orders\?at={moment}"))
    expect(banner).to_be_visible()
    page.keyboard.press("n")
    expect(banner).to_have_count(0)
    assert "at=" not in page.url


def test_packages_stand_by_stage_beside_the_map(desk: Seat, server: Server) -> None:
    """The list says what the overview says, in the journey's order; a chosen run takes its place."""
    page = desk.at("/")
    shown = page.get_by_label("Packages by stage")
    expect(shown).to_be_visible()
    with server.client() as client:
        stages = client.get("/api/v1/overview").json()["stages"]
    rows = shown.locator("[data-stage]").all()
    assert [row.get_attribute("data-stage") for row in rows] == [stage["stage"] for stage in stages]
    last = stages[-1]
    expect(shown.locator("dd b").last).to_have_text(f"{last['packages']:,}")
    run = page.locator(".run-name").first
    run.click()
    expect(shown).to_have_count(0)
    desk.at("/?view=table")
    expect(page.locator(".twin-table")).to_be_visible()
    expect(shown).to_have_count(0)
