"""The board's Optimise dialog: asked for by address and by key, shown as a diff and on the map, taken, undone, void."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.console.conftest import Seat
from tests.console.test_looks import AXE, checked
from tests.live.test_plans import order, planned, spoil, vans


@pytest.fixture
def yard(admin: httpx.Client) -> int:
    """The station with most runs to leave, one of them worse than it could be."""
    stations = [s["site"] for s in admin.get("/api/v1/network").json()["sites"] if s["kind"] == "station"]
    best = max(stations, key=lambda each: len(vans(admin, each)))
    assert vans(admin, best), "no station has a van to leave"
    spoil(admin, best)
    return int(best)


def offered(seat: Seat) -> Any:
    """Ask in the dialog that is open for the shortest search; the panel that comes."""
    page = seat.page
    dialog = page.get_by_role("dialog", name="Optimise")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="2 s", exact=True).click()
    dialog.get_by_role("button", name="Find a better plan").click()
    panel = page.get_by_role("region", name="A better plan")
    expect(panel).to_be_visible()
    expect(dialog).to_have_count(0)
    return panel


def test_a_plan_is_asked_for_looked_at_taken_and_undone(seat: Seat, admin: httpx.Client, yard: int) -> None:
    """As an exception of the tower leads here; Enter accepts, `u` takes it back; axe finds nothing serious."""
    before = order(admin, yard)
    page = seat.at(f"/dispatch?station={yard}&optimise=all")
    dialog = page.get_by_role("dialog", name="Optimise")
    expect(dialog.get_by_role("checkbox").first).to_be_checked()
    seat.shot("optimise-dialog")
    wrong = {"dialog": checked(page)} if AXE.is_file() else {}
    panel = offered(seat)
    assert "optimise" not in page.url, "it is asked for once"
    expect(page.locator(".board-map .map[data-ready]")).to_be_visible()
    expect(panel.get_by_role("columnheader", name="distance")).to_be_visible()
    expect(panel.get_by_role("columnheader", name="CO₂e")).to_be_visible()
    expect(panel.get_by_role("table", name="Stops that move").get_by_role("row").nth(1)).to_contain_text(
        "door"
    )
    page.wait_for_timeout(800)
    seat.shot("optimise-plan")
    if AXE.is_file():
        wrong["plan"] = checked(page)
    assert {name: found for name, found in wrong.items() if found} == {}
    assert order(admin, yard) == before
    expect(panel.get_by_role("button", name=re.compile("^Accept"))).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".outcome .verdict")).to_contain_text("Done")
    expect(page.locator(".outcome")).to_contain_text("Take the better plan")
    assert order(admin, yard) != before
    seat.shot("optimise-done")
    page.locator("h1").click()
    page.keyboard.press("u")
    expect(page.locator(".outcome")).to_contain_text("Undo the last edit")
    expect(page.locator(".outcome .verdict")).to_contain_text("Done")
    assert order(admin, yard) == before


def test_a_plan_that_became_void_says_so_and_a_new_one_is_asked_for(
    seat: Seat, admin: httpx.Client, yard: int, shots: Path
) -> None:
    page = seat.at(f"/dispatch?station={yard}")
    expect(page.locator(".run-row").first).to_be_visible()
    page.keyboard.press("o")
    panel = offered(seat)
    shown = page.evaluate("async () => (await fetch('api/v1/plans/0')).ok")
    assert shown
    for run in planned(admin, yard):
        body = {"run": run["bar"]["run"], "start_s": run["bar"]["depart_s"] + 60, "force": True}
        admin.post("/api/v1/board/start", json=body)
    void = page.get_by_role("region", name="The plan is void")
    expect(void.get_by_role("alert")).to_contain_text("was edited since")
    expect(panel).to_have_count(0)
    seat.shot("optimise-void")
    void.get_by_role("button", name="Ask anew").click()
    expect(page.get_by_role("dialog", name="Optimise")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Optimise")).to_have_count(0)
    expect(void).to_have_count(0)
